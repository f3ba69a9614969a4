import QSim
import Reporting
import Yams

/// A file in YAML, or in JSON, which is YAML too.
struct YAMLFile {
  private let name: String
  private let source: String
  private let code: String

  /// - Parameter code: of diagnostics.
  init(reading path: String, code: String) throws {
    let file = try InputFile(reading: path)
    (name, source) = (file.name, try file.text())
    self.code = code
  }

  /// Reads the value that the file holds.
  ///
  /// - Throws: `InputRejected` with the place of what is wrong.
  func read<Result>(_ body: (YAMLNode) throws(Diagnostic) -> Result) throws -> Result {
    do throws(Diagnostic) {
      return try body(compose())
    } catch {
      throw rejection(error)
    }
  }

  /// A place in the file, for messages.
  func place(_ range: SourceRange?) -> String {
    name + (range.map { ":\($0.line):\($0.column)" } ?? "")
  }

  /// The end of a command because of something in the file.
  func rejection(_ diagnostic: Diagnostic) -> InputRejected {
    InputRejected(rendered: [diagnostic.rendered(file: name, source: source)])
  }

  private func compose() throws(Diagnostic) -> YAMLNode {
    let start = SourceRange(line: 1, column: 1)
    if let excess = AliasExpansion.excess(in: source) {
      throw Diagnostic(
        excess.message, code: code, at: excess.place, hint: "write fewer aliases of aliases")
    }
    do {
      if let node = try Yams.compose(yaml: source) { return YAMLNode(node, code: code) }
    } catch {
      throw diagnostic(error as? YamlError, at: start)
    }
    throw Diagnostic("the \(code) is empty", code: code, at: start)
  }

  private func diagnostic(_ error: YamlError?, at start: SourceRange) -> Diagnostic {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      Diagnostic(problem, code: code, at: mark.range)
    case .duplicatedKeysInMapping(let duplicates, let context):
      Diagnostic(
        "the key '\(duplicates.first ?? "")' stands twice", code: code, at: context.mark.range)
    default: Diagnostic("the text is no YAML", code: code, at: start)
    }
  }
}

extension Mark {
  fileprivate var range: SourceRange { SourceRange(line: max(1, line), column: max(1, column)) }
}

/// A value of a YAML text, read as what it must be.
struct YAMLNode {
  private let node: Yams.Node
  private let code: String

  fileprivate init(_ node: Yams.Node, code: String) {
    self.node = node
    self.code = code
  }

  func failure(_ message: String, hint: String? = nil) -> Diagnostic {
    Diagnostic(message, code: code, at: range, hint: hint)
  }

  /// Where it stands.
  var range: SourceRange? { node.mark?.range }

  /// What kind of value it is, for messages.
  var kind: String {
    switch node {
    case .mapping: "a mapping"
    case .sequence: "a list"
    default: "'\(text)'"
    }
  }

  var isScalar: Bool {
    if case .scalar = node { true } else { false }
  }

  var text: String { node.string ?? "" }

  func unknown(_ kind: String, among names: [String]) -> Diagnostic {
    let hint =
      nearestName(to: text, in: names).map { "did you mean '\($0)'?" }
      ?? "there is \(names.sorted().joined(separator: ", "))"
    return failure("'\(text)' is no \(kind)", hint: hint)
  }

  func entries() throws(Diagnostic) -> [(key: YAMLNode, value: YAMLNode)] {
    guard case .mapping(let mapping) = node else { throw failure("a mapping of keys is expected") }
    return mapping.map { (YAMLNode($0.key, code: code), YAMLNode($0.value, code: code)) }
  }

  /// The elements of a list; anything else is a list of itself.
  func elements() throws(Diagnostic) -> [YAMLNode] {
    guard case .sequence(let sequence) = node else { return [self] }
    return sequence.map { YAMLNode($0, code: code) }
  }

  func string() throws(Diagnostic) -> String {
    guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
      throw failure("a name is expected")
    }
    return scalar.string
  }

  func strings() throws(Diagnostic) -> [String] {
    var strings: [String] = []
    for element in try elements() { strings.append(try element.string()) }
    return strings
  }

  func integer(from least: Int) throws(Diagnostic) -> Int {
    guard case .scalar(let scalar) = node, let number = wholeNumber(scalar.string), number >= least
    else { throw failure("a whole number from \(least) on is expected") }
    return number
  }

  /// Digits, with `_` between them, or `1e6`.
  private func wholeNumber(_ text: String) -> Int? {
    if let number = Int(text.replacing("_", with: "")) { return number }
    guard let number = Double(text), number.rounded() == number, abs(number) <= 0x1p53 else {
      return nil
    }
    return Int(number)
  }

  func integers() throws(Diagnostic) -> [Int] {
    var numbers: [Int] = []
    for element in try elements() { numbers.append(try element.integer(from: 0)) }
    return numbers
  }

  func probabilities() throws(Diagnostic) -> [Double] {
    var numbers: [Double] = []
    for element in try elements() {
      guard let number = Double(element.text), (0...1).contains(number) else {
        throw element.failure("a probability is expected")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// Names and scalars, sorted by name.
  func object() throws(Diagnostic) -> ReportObject {
    var values: [(String, ReportValue)] = []
    for (key, value) in try entries() {
      guard case .scalar(let scalar) = value.node else {
        throw value.failure("metadata are numbers and texts")
      }
      let isText = scalar.style == .singleQuoted || scalar.style == .doubleQuoted
      values.append(
        (key.text, isText ? .string(scalar.string) : PathMetadata.value(scalar.string)))
    }
    return ReportObject(values.sorted { $0.0 < $1.0 })
  }
}
