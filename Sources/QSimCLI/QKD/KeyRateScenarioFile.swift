import QSim

/// A scenario in a YAML or JSON file: `protocol`, `preset`, `parameters`, `distance_km` and
/// `optimize`. The schema is in Docs/Formats/key-rates.md.
struct KeyRateScenarioFile {
  var protocolID: String?
  var preset: String?
  var settings: [(name: String, values: [Double])] = []
  var distancesKm: [Double]?
  var isOptimized = false

  /// - Parameter isWhole: Whether nothing else is said, so that the values must fit each other as
  ///   they stand.
  /// - Throws: `InputRejected` with the place of what is wrong.
  init(reading path: String, isWhole: Bool) throws {
    self = try YAMLFile(reading: path, code: "scenario").read { root throws(Diagnostic) in
      try KeyRateScenarioFile(root, isWhole: isWhole)
    }
  }

  private static let keys = ["protocol", "preset", "parameters", "distance_km", "optimize"]

  private init(_ root: YAMLNode, isWhole: Bool) throws(Diagnostic) {
    var parameters: YAMLNode?
    for (key, value) in try root.entries() {
      switch key.text {
      case "protocol":
        let id = try value.string()
        try Self.placed(value) { () throws(Diagnostic) in
          _ = try KeyRateScenario.definition(named: id)
        }
        protocolID = id
      case "preset":
        let name = try value.string()
        try Self.placed(value) { () throws(Diagnostic) in
          _ = try KeyRateScenario.preset(named: name)
        }
        preset = name
      case "parameters":
        settings = try Self.parameters(value)
        parameters = value
      case "distance_km": distancesKm = try Self.distances(value)
      case "optimize": isOptimized = try Self.flag(value, of: key.text)
      default: throw key.unknown("key of a scenario", among: Self.keys)
      }
    }
    if isWhole { try check(parameters ?? root) }
  }

  private static func parameters(
    _ node: YAMLNode
  ) throws(Diagnostic) -> [(name: String, values: [Double])] {
    var settings: [(name: String, values: [Double])] = []
    for (key, value) in try node.entries() {
      guard let parameter = KeyRateParameter.named(key.text) else {
        throw key.unknown("parameter", among: KeyRateParameter.catalog.map(\.name))
      }
      var values: [Double] = []
      for element in try value.elements() {
        let part = try Self.values(element, of: key.text)
        for value in part where !parameter.range.contains(value) {
          throw element.failure("\(key.text) is \(parameter.rangeText), not \(value)")
        }
        try Self.extend(&values, with: part, of: key.text, at: element)
      }
      settings.append((key.text, values))
    }
    return settings
  }

  private static func distances(_ node: YAMLNode) throws(Diagnostic) -> [Double] {
    var distances: [Double] = []
    for element in try node.elements() {
      let part = try values(element, of: "distance_km")
      for distance in part where !(0...1e6).contains(distance) {
        throw element.failure("distance_km is in 0...1000000 km, not \(distance)")
      }
      try extend(&distances, with: part, of: "distance_km", at: element)
    }
    return distances
  }

  /// Adds values, as long as there are no more than a scenario can have rows.
  private static func extend(
    _ values: inout [Double], with part: [Double], of name: String, at element: YAMLNode
  ) throws(Diagnostic) {
    guard values.count + part.count <= KeyRateScenario.rowLimit else {
      throw element.failure("\(name) has more than \(KeyRateScenario.rowLimit) values")
    }
    values += part
  }

  /// A number, a flag or a range.
  private static func values(
    _ node: YAMLNode, of name: String
  ) throws(Diagnostic) -> [Double] {
    guard node.isScalar else {
      throw node.failure("\(name) is a number or a range, not \(node.kind)")
    }
    var values: [Double] = []
    try placed(node) { () throws(Diagnostic) in
      values = try KeyRateScenario.values(node.text, of: name)
    }
    return values
  }

  private static func flag(_ node: YAMLNode, of name: String) throws(Diagnostic) -> Bool {
    switch node.text {
    case "true": return true
    case "false": return false
    default: throw node.failure("\(name) is true or false, not \(node.kind)")
    }
  }

  /// Whether the protocol takes the parameters, and these fit each other.
  private func check(_ parameters: YAMLNode) throws(Diagnostic) {
    guard let protocolID else { return }
    let first = settings.compactMap { setting in
      setting.values.first.map { (name: setting.name, value: $0) }
    }
    try Self.placed(parameters) { () throws(Diagnostic) in
      let preset = try preset.map { name throws(Diagnostic) in
        try KeyRateScenario.preset(named: name)
      }
      _ = try KeyRateScenario.definition(named: protocolID)
        .parameters(preset: preset, settings: first)
    }
  }

  /// Gives a fault the place of a value.
  private static func placed(
    _ node: YAMLNode, _ body: () throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    do throws(Diagnostic) {
      try body()
    } catch {
      var error = error
      error.range = node.range
      throw error
    }
  }
}
