import QSim
import Reporting

/// A row with what its metadata say.
struct DescribedRow {
  /// Why a row has no distance.
  enum Fault: Int {
    case missing, metadata, text, range

    func text(_ key: String) -> String {
      switch self {
      case .missing: "no distance '\(key)'"
      case .metadata: "metadata that cannot be read as a JSON object"
      case .text: "text for the distance '\(key)'"
      case .range: "a distance '\(key)' that is no whole number from 1 to 999999999"
      }
    }
  }

  struct Place {
    let file: String
    let range: SourceRange
  }

  enum Reading {
    case success(DescribedRow)
    case failure(Fault)
  }

  let decoder: String
  /// Names and values beside distance, rounds and parameter, sorted by name.
  let entries: [(name: String, text: String)]
  let sample: ThresholdAnalysis.Sample
  /// Where the first line of it stands.
  let place: Place
  /// Whether the parameter or the rounds are there, but no numbers that can count.
  let hasOddParameter: Bool
  let hasOddRounds: Bool

  static func reading(_ row: TallyRow, at place: Place, _ keys: TallyGroups.Keys) -> Reading {
    guard !row.metadata.isEmpty else { return .failure(.missing) }
    let options = JSONOutline.Options(followsPython: true)
    guard let metadata = try? JSONText.parse(Array(row.metadata.utf8), options: options) else {
      return .failure(.metadata)
    }
    guard case .object(let object) = metadata.value else {
      return .failure(metadata.isNull ? .missing : .metadata)
    }
    var entries: [(name: String, text: String)] = []
    var (distance, rounds, parameter): (JSONText?, JSONText?, JSONText?)
    for entry in object.sorted(by: { $0.name < $1.name }) {
      switch entry.name {
      case keys.distance: distance = entry.value
      case keys.rounds: rounds = entry.value
      case keys.parameter: parameter = entry.value
      case _ where keys.ignored.contains(entry.name): break
      default: entries.append((entry.name, text(entry.value)))
      }
    }
    guard let distance else { return .failure(.missing) }
    guard let number = number(distance) else { return .failure(.text) }
    guard number >= 1, number < 1e9, let whole = Int(exactly: number) else {
      return .failure(.range)
    }
    let cycles = rounds.flatMap(Self.number).flatMap { $0 >= 1 ? $0 : nil }
    let varied = parameter.flatMap(Self.number)
    return .success(
      DescribedRow(
        decoder: row.decoder, entries: entries,
        sample: .init(distance: whole, parameter: varied, cycles: cycles, tally: row.tally),
        place: place,
        hasOddParameter: parameter.map { !$0.isNull && varied == nil } ?? false,
        hasOddRounds: rounds.map { !$0.isNull && cycles == nil } ?? false))
  }

  private static func number(_ value: JSONText) -> Double? {
    if case .number(let number) = value.value, number.isFinite { number } else { nil }
  }

  private static func text(_ value: JSONText) -> String {
    switch value.value {
    case .string(let text): text
    case .number(let number) where !number.isFinite: "\(number)"
    case .number(let number):
      Int(exactly: number).map(String.init) ?? DecimalText.rounded(number, digits: 17)
    case .bool(let flag): flag ? "true" : "false"
    case .null: "null"
    case .array, .object: "…"
    }
  }

  /// The decoder and the metadata that tell families apart.
  func family(without ignored: Set<String>) -> String {
    entries.reduce(into: decoder) { name, entry in
      if !ignored.contains(entry.name) { name += " \(entry.name)=\(entry.text)" }
    }
  }

  // MARK: What tells rows apart, but not families

  /// Names whose values tell single rows or distances apart and not families, such as the path of
  /// the circuit or its number of qubits: groups by them would have one distance each, and nothing
  /// could be compared.
  ///
  /// With two distances and one value at each nobody knows what it tells apart, unless it names a
  /// file. None, if without them rows of different values would fall together.
  static func individualKeys(of rows: [DescribedRow]) -> [String] {
    let distances = Set(rows.map(\.sample.distance)).count
    let names = Set(
      distancesOfValues(rows).filter { name, places in
        let isOfOneDistance = places.values.allSatisfy { $0 > 0 }
        if namesFiles(name, places.keys) { return isOfOneDistance && places.count > 1 }
        return distances > 1 && isOfOneDistance && Set(places.values).count == distances
          && (distances > 2 || places.count > distances)
      }.keys)
    guard !names.isEmpty else { return [] }
    var seen: [Point: [String]] = [:]
    for row in rows {
      let sample = row.sample
      let point = Point(
        family: row.family(without: names), distance: sample.distance,
        parameter: sample.parameter, cycles: sample.cycles)
      let mine = row.entries.filter { names.contains($0.name) }.map(\.text)
      if seen.updateValue(mine, forKey: point).map({ $0 != mine }) ?? false { return [] }
    }
    return names.sorted()
  }

  /// Names each of whose values belongs to one distance, sorted; those with one value left out.
  static func keysOfOneDistance(_ rows: [DescribedRow]) -> [String] {
    distancesOfValues(rows).filter { _, places in
      places.count > 1 && places.values.allSatisfy { $0 > 0 }
    }.keys.sorted()
  }

  /// The distance of each value of each name; 0 for several.
  private static func distancesOfValues(_ rows: [DescribedRow]) -> [String: [String: Int]] {
    var values: [String: [String: Int]] = [:]
    for row in rows {
      for (name, text) in row.entries {
        let known = values[name]?[text]
        let distance = row.sample.distance
        values[name, default: [:]][text] = known == nil || known == distance ? distance : 0
      }
    }
    return values
  }

  /// Whether an entry says in which file a circuit is, by its name or by its values.
  private static func namesFiles(_ name: String, _ values: some Collection<String>) -> Bool {
    let words = name.lowercased().split { !$0.isLetter }
    return words.contains { ["path", "file", "filename", "filepath"].contains($0) }
      || values.allSatisfy { $0.contains("/") || $0.hasSuffix(".stim") }
  }

  private struct Point: Hashable {
    let family: String
    let distance: Int
    let parameter: Double?
    let cycles: Double?
  }
}

extension JSONText {
  fileprivate var isNull: Bool {
    if case .null = value { true } else { false }
  }
}
