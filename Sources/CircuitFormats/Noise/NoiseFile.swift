import QuantumCore

/// Reads noise files: JSON, as described in `Docs/Formats/noise.md`.
public enum NoiseFile {
  /// Bytes of the longest file that is read.
  static let sizeLimit = 16 << 20

  /// Reads a noise model.
  ///
  /// - Parameters:
  ///   - source: UTF-8.
  ///   - name: the model's name if the file gives none.
  /// - Throws: a `Diagnostic` with the place of the first thing that is wrong. Never traps,
  ///   whatever the bytes.
  public static func parse(_ source: [UInt8], name: String) throws(Diagnostic) -> NoiseModel {
    guard source.count <= sizeLimit else {
      throw Diagnostic("a noise file holds at most 16 MiB", code: "too-large")
    }
    let text = try JSONText.parse(source)
    var file = try JSONFields(text, of: "a noise file")
    var model = NoiseModel(name: try file.string("name") ?? name, rules: [])
    if let included = try file.array("models") {
      for entry in included { model.rules += try includedRules(entry) }
    }
    if let rules = try file.array("rules") {
      for (index, entry) in rules.enumerated() {
        model.rules.append(try NoiseRuleReader.rule(entry, number: index + 1))
      }
    }
    if let relaxation = try file.take("relaxation") {
      model.rules.append(try NoiseRuleReader.relaxation(relaxation))
    }
    try file.finish()
    guard !model.rules.isEmpty else {
      throw text.failure(
        "the noise file holds no rule", hint: "give \"rules\", \"models\" or \"relaxation\"")
    }
    return model
  }

  private static func includedRules(_ entry: JSONText) throws(Diagnostic) -> [NoiseRule] {
    guard case .string(let text) = entry.value else {
      throw entry.failure(
        "a model is a string, not \(entry.kind)", hint: "write \"depolarizing:p=0.001\"")
    }
    do throws(Diagnostic) {
      switch try NoiseSpecification.parse(text) {
      case .model(let model):
        return model.rules.map { NoiseRule("\(model.name): \($0.name)", $0.place, $0.effect) }
      case .file:
        throw Diagnostic(
          "a noise file includes models of the catalog, not other files", code: "noise-file")
      }
    } catch {
      throw entry.failure(error.message, hint: error.hint)
    }
  }
}

/// The entries of an object, taken one after the other; those left at the end are mistakes.
struct JSONFields {
  let text: JSONText
  private let what: String
  private var rest: [JSONText.Entry]
  private var known: [String] = []

  /// - Parameter what: what the object is, for messages, such as `a rule`.
  init(_ text: JSONText, of what: String) throws(Diagnostic) {
    guard case .object(let entries) = text.value else {
      throw text.failure("\(what) is an object, not \(text.kind)", hint: "write { … }")
    }
    self.text = text
    self.what = what
    rest = entries
  }

  mutating func take(_ name: String) throws(Diagnostic) -> JSONText? {
    known.append(name)
    guard let index = rest.firstIndex(where: { $0.name == name }) else { return nil }
    return rest.remove(at: index).value
  }

  mutating func string(_ name: String) throws(Diagnostic) -> String? {
    guard let value = try take(name) else { return nil }
    guard case .string(let text) = value.value else {
      throw value.failure("\"\(name)\" is a string, not \(value.kind)")
    }
    return text
  }

  mutating func array(_ name: String) throws(Diagnostic) -> [JSONText]? {
    guard let value = try take(name) else { return nil }
    guard case .array(let items) = value.value else {
      throw value.failure("\"\(name)\" is an array, not \(value.kind)", hint: "write [ … ]")
    }
    return items
  }

  /// A number in a range.
  mutating func number(
    _ name: String, in range: ClosedRange<Double>, _ meaning: String
  ) throws(Diagnostic) -> Double? {
    guard let value = try take(name) else { return nil }
    return try value.number(name, in: range, meaning)
  }

  /// Names of entries nobody took are reported.
  func finish() throws(Diagnostic) {
    guard let entry = rest.first else { return }
    let hint =
      nearestName(to: entry.name, in: known).map { "did you mean \"\($0)\"?" }
      ?? "\(what) has \(known.map { "\"\($0)\"" }.joined(separator: ", "))"
    throw Diagnostic(
      "\(what) has no \"\(entry.name)\"", code: "unknown-key", at: entry.nameRange, hint: hint)
  }

  /// All entries, for objects whose names are data.
  mutating func takeAll() -> [JSONText.Entry] {
    defer { rest.removeAll() }
    return rest
  }
}

extension JSONText {
  func number(
    _ name: String, in range: ClosedRange<Double> = -1e300...1e300, _ meaning: String = "a number"
  ) throws(Diagnostic) -> Double {
    guard case .number(let number) = value else {
      throw failure("\"\(name)\" is \(meaning), not \(kind)")
    }
    guard range.contains(number) else { throw failure("\"\(name)\" is \(meaning), not \(number)") }
    return number
  }

  /// A qubit's number.
  func qubit() throws(Diagnostic) -> Int {
    guard case .number(let number) = value, let qubit = Int(exactly: number),
      (0..<Target.qubitLimit).contains(qubit)
    else {
      throw failure("a qubit is an integer from 0 to \(Target.qubitLimit - 1), not \(spelling)")
    }
    return qubit
  }

  var spelling: String {
    if case .number(let number) = value { "\(number)" } else { kind }
  }
}
