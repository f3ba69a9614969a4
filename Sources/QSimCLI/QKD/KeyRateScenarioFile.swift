import QSim

/// A scenario in a JSON file: `{"protocol": …, "preset": …, "parameters": {…}, "distance_km": …, "optimize": …}`.
struct KeyRateScenarioFile {
  var protocolID: String?
  var preset: String?
  var settings: [(name: String, values: [Double])] = []
  var distancesKm: [Double]?
  var isOptimized = false

  /// - Throws: `InputRejected` with the place of what is wrong.
  init(reading path: String) throws {
    let file = try InputFile(reading: path)
    do throws(Diagnostic) {
      try read(JSONText.parse(file.bytes))
    } catch {
      let source = String(decoding: file.bytes, as: UTF8.self)
      throw InputRejected(rendered: [error.rendered(file: file.name, source: source)])
    }
  }

  private static let keys = ["protocol", "preset", "parameters", "distance_km", "optimize"]

  private mutating func read(_ json: JSONText) throws(Diagnostic) {
    guard case .object(let entries) = json.value else {
      throw Self.failure("a scenario is an object, not \(json.kind)", json)
    }
    for entry in entries {
      switch entry.name {
      case "protocol":
        protocolID = try Self.string(entry)
        try Self.placed(entry.value) { () throws(Diagnostic) in
          _ = try KeyRateScenario.definition(named: protocolID ?? "")
        }
      case "preset":
        preset = try Self.string(entry)
        try Self.placed(entry.value) { () throws(Diagnostic) in
          _ = try KeyRateScenario.preset(named: preset ?? "")
        }
      case "parameters": settings = try Self.parameters(entry)
      case "distance_km": distancesKm = try Self.distances(entry)
      case "optimize":
        guard case .bool(let flag) = entry.value.value else {
          throw Self.failure("optimize is true or false, not \(entry.value.kind)", entry.value)
        }
        isOptimized = flag
      default:
        let hint = nearestName(to: entry.name, in: Self.keys).map { "did you mean '\($0)'?" }
        throw Diagnostic(
          "a scenario has no '\(entry.name)'", code: "scenario", at: entry.nameRange,
          hint: hint ?? "it has \(Self.keys.joined(separator: ", "))")
      }
    }
  }

  private static func parameters(
    _ entry: JSONText.Entry
  ) throws(Diagnostic) -> [(name: String, values: [Double])] {
    guard case .object(let entries) = entry.value.value else {
      throw failure("parameters are an object, not \(entry.value.kind)", entry.value)
    }
    var settings: [(name: String, values: [Double])] = []
    for entry in entries {
      guard let parameter = KeyRateParameter.named(entry.name) else {
        let names = KeyRateParameter.catalog.map(\.name)
        let hint = nearestName(to: entry.name, in: names).map { "did you mean '\($0)'?" }
        throw Diagnostic(
          "there is no parameter '\(entry.name)'", code: "unknown-key", at: entry.nameRange,
          hint: hint ?? "'qsim catalog protocols' lists them")
      }
      let values = try values(entry)
      for value in values where !parameter.range.contains(value) {
        throw failure("\(entry.name) is \(parameter.rangeText), not \(value)", entry.value)
      }
      settings.append((entry.name, values))
    }
    return settings
  }

  private static func distances(_ entry: JSONText.Entry) throws(Diagnostic) -> [Double] {
    var distances: [Double] = []
    if case .array(let elements) = entry.value.value {
      for element in elements {
        guard case .number(let number) = element.value else {
          throw failure("a distance is a number, not \(element.kind)", element)
        }
        distances.append(number)
      }
    } else {
      distances = try values(entry)
    }
    for distance in distances where !(0...1e6).contains(distance) {
      throw failure("distance_km is in 0...1000000 km, not \(distance)", entry.value)
    }
    return distances
  }

  private static func values(_ entry: JSONText.Entry) throws(Diagnostic) -> [Double] {
    switch entry.value.value {
    case .number(let number): return [number]
    case .bool(let flag): return [flag ? 1 : 0]
    case .string(let text):
      var values: [Double] = []
      try placed(entry.value) { () throws(Diagnostic) in
        values = try KeyRateScenario.values(text, of: entry.name)
      }
      return values
    default:
      throw failure("\(entry.name) is a number or a range, not \(entry.value.kind)", entry.value)
    }
  }

  private static func string(_ entry: JSONText.Entry) throws(Diagnostic) -> String {
    guard case .string(let text) = entry.value.value else {
      throw failure("\(entry.name) is a string, not \(entry.value.kind)", entry.value)
    }
    return text
  }

  /// Gives a fault the place of a value.
  private static func placed(
    _ value: JSONText, _ body: () throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    do throws(Diagnostic) {
      try body()
    } catch {
      var error = error
      error.range = value.range
      throw error
    }
  }

  private static func failure(_ message: String, _ value: JSONText) -> Diagnostic {
    Diagnostic(message, code: "scenario", at: value.range)
  }
}
