import QSim

/// What a key rate is asked for: a protocol, its parameters, and where.
struct KeyRateScenario {
  let definition: QKDProtocolDefinition
  let preset: KeyRatePreset?
  /// Settings in the order given, each with one value or the values of a range.
  let settings: [(name: String, values: [Double])]
  /// `nil` where none were given.
  let distancesKm: [Double]?
  let isOptimized: Bool

  /// The most rows that distances and ranges of settings may make.
  static let rowLimit = 1_000_000

  /// Every combination of settings: the search along the link, and the values of swept settings.
  ///
  /// - Throws: a `Diagnostic` that names what is wrong with a value and what is accepted.
  func searches() throws(Diagnostic) -> [KeyRateSearch] {
    var rows: [[(name: String, value: Double)]] = [[]]
    for (name, values) in settings {
      guard rows.count * values.count <= Self.rowLimit else {
        throw Diagnostic("the ranges make more than \(Self.rowLimit) rows", code: "range")
      }
      rows = rows.flatMap { row in values.map { row + [(name: name, value: $0)] } }
    }
    var searches: [KeyRateSearch] = []
    for row in rows {
      let parameters = try definition.parameters(preset: preset, settings: row)
      let given = Set(row.compactMap { KeyRateParameter.named($0.name)?.id })
      searches.append(
        KeyRateSearch(definition, parameters, optimizing: isOptimized, keeping: given))
    }
    return searches
  }

  // MARK: Words of the command line and of files

  static func definition(named id: String) throws(Diagnostic) -> QKDProtocolDefinition {
    do throws(UnknownName) {
      return try QKDProtocolCatalog.entry(named: id)
    } catch {
      throw Diagnostic(error)
    }
  }

  static func preset(named name: String) throws(Diagnostic) -> KeyRatePreset {
    do throws(UnknownName) {
      return try KeyRatePresetCatalog.entry(named: name)
    } catch {
      throw Diagnostic(error)
    }
  }

  /// `name=value` or `name=first:last:step`.
  static func setting(_ text: String) throws(Diagnostic) -> (name: String, values: [Double]) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else {
      throw Diagnostic("'\(text)' is not name=value", code: "setting")
    }
    let name = String(parts[0])
    return (name, try values(String(parts[1]), of: name))
  }

  /// A number, `true`, `false`, or a range `first:last:step` with both ends.
  static func values(_ text: String, of name: String) throws(Diagnostic) -> [Double] {
    if text == "true" { return [1] }
    if text == "false" { return [0] }
    let bounds = text.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = bounds.compactMap { Double($0) }.filter(\.isFinite)
    guard numbers.count == bounds.count, numbers.count == 1 || numbers.count == 3 else {
      throw Diagnostic(
        "\(name) is a number or first:last:step, not '\(text)'", code: "number")
    }
    guard numbers.count == 3 else { return numbers }
    let (first, last, step) = (numbers[0], numbers[1], numbers[2])
    let steps = (last - first) / step
    guard step != 0, steps >= -1e-9 else {
      throw Diagnostic(
        "the range '\(text)' of \(name) has no end: its step leads away from it", code: "range")
    }
    guard steps < Double(rowLimit) else {
      throw Diagnostic(
        "the range '\(text)' of \(name) has more than \(rowLimit) values", code: "range")
    }
    return (0...Int((steps + 1e-9).rounded(.down))).map { first + Double($0) * step }
  }

  /// Distances in km: numbers and ranges, separated by commas.
  static func distances(_ text: String) throws(Diagnostic) -> [Double] {
    var distances: [Double] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let more = try values(String(part), of: "distance_km")
      guard distances.count + more.count <= rowLimit else {
        throw Diagnostic("there are more than \(rowLimit) distances", code: "range")
      }
      distances += more
    }
    for distance in distances where !(0...1e6).contains(distance) {
      throw Diagnostic("distance_km is in 0...1000000 km, not \(distance)", code: "range")
    }
    return distances
  }

  /// Runs what may find fault with a scenario; faults end the command.
  ///
  /// - Parameter status: `usage` for what options say, `badInput` for what a file has a part in.
  static func accepting<Result>(
    _ status: ExitStatus = .usage, _ body: () throws(Diagnostic) -> Result
  ) throws -> Result {
    do throws(Diagnostic) {
      return try body()
    } catch {
      throw CommandFailure(status, error.message, hint: error.hint)
    }
  }
}
