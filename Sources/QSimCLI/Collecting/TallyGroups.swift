import QSim
import Reporting

/// Rows of tallies sorted into families of codes.
struct TallyGroups {
  /// Where metadata hold what the analysis needs.
  struct Keys {
    var distance: String
    var rounds: String
    var parameter: String
  }

  struct Group {
    /// The decoder, and what else tells the group from others.
    let name: String
    var samples: [ThresholdAnalysis.Sample]
  }

  private(set) var groups: [Group] = []
  private(set) var warnings: [String] = []

  /// - Throws: `InputRejected` for files that are no tables of tallies, `CommandFailure` where no row has a distance.
  init(files: [String], keys: Keys) throws {
    var rows: [TallyRow] = []
    for path in files { rows += try read(path) }
    var (described, without) = ([DescribedRow](), [DescribedRow.Fault: Int]())
    for row in rows {
      switch DescribedRow.reading(row, keys) {
      case .success(let row): described.append(row)
      case .failure(let fault): without[fault, default: 0] += 1
      }
    }
    guard !described.isEmpty else { throw Self.noDistance(Set(without.keys), keys) }
    for (fault, count) in without.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      let rows = count == 1 ? "1 row has" : "\(count) rows have"
      warnings.append(
        "\(rows) \(fault.text(keys.distance)) and \(count == 1 ? "does" : "do") not count")
    }
    for (name, isWrong) in [
      (keys.parameter, \DescribedRow.hasOddParameter), (keys.rounds, \DescribedRow.hasOddRounds),
    ] where described.contains(where: { $0[keyPath: isWrong] }) {
      let count = described.count { $0[keyPath: isWrong] }
      warnings.append("in \(count) rows '\(name)' is no number that could count, and is left out")
    }
    sort(described)
  }

  private mutating func read(_ path: String) throws -> [TallyRow] {
    let file = try InputFile(reading: path)
    do throws(Diagnostic) {
      let reader = try TallyReader(file.bytes)
      guard reader.wholeByteCount < file.bytes.count else { return reader.merged }
      // A file that was not written to its end still has a whole row there, if it has all its
      // fields.
      if let last = reader.lastRow { return TallyReader.merged(reader.rows + [last]) }
      warnings.append("\(file.name): the last line has no end and does not count")
      return reader.merged
    } catch {
      let source = String(decoding: file.bytes, as: UTF8.self)
      throw InputRejected(rendered: [error.rendered(file: file.name, source: source)])
    }
  }

  private static func noDistance(_ faults: Set<DescribedRow.Fault>, _ keys: Keys) -> CommandFailure
  {
    if faults == [.text] {
      return CommandFailure(
        .badInput, "the distance '\(keys.distance)' is text in every row, not a number",
        hint: "write {\"\(keys.distance)\":3}, without quotes around the number")
    }
    if faults == [.range] {
      return CommandFailure(
        .badInput,
        "the distance '\(keys.distance)' is in no row a whole number from 1 to 999999999")
    }
    return CommandFailure(
      .badInput, "no row has a distance '\(keys.distance)' in its metadata",
      hint: "name circuits like d=5,p=0.001,r=5.stim, or give --distance-key")
  }

  /// - Complexity: linear in the metadata, but for sorting.
  private mutating func sort(_ rows: [DescribedRow]) {
    let ignored = DescribedRow.individualKeys(of: rows)
    for name in ignored {
      warnings.append("'\(name)' has other values at every distance, so it makes no groups")
    }
    let left = Set(ignored)
    var places: [String: Int] = [:]
    for row in rows {
      let name = row.family(without: left)
      if let place = places[name] {
        groups[place].samples.append(row.sample)
      } else {
        places[name] = groups.count
        groups.append(Group(name: name, samples: [row.sample]))
      }
    }
  }
}

/// A row with what its metadata say.
struct DescribedRow {
  /// Why a row has no distance.
  enum Fault: Int {
    case missing, text, range

    func text(_ key: String) -> String {
      switch self {
      case .missing: "no distance '\(key)'"
      case .text: "text for the distance '\(key)'"
      case .range: "a distance '\(key)' that is no whole number from 1 to 999999999"
      }
    }
  }

  enum Reading {
    case success(DescribedRow)
    case failure(Fault)
  }

  let decoder: String
  /// Names and values beside distance, rounds and parameter, sorted by name.
  let entries: [(name: String, text: String)]
  let sample: ThresholdAnalysis.Sample
  /// Whether the parameter or the rounds are there, but no numbers that can count.
  let hasOddParameter: Bool
  let hasOddRounds: Bool

  static func reading(_ row: TallyRow, _ keys: TallyGroups.Keys) -> Reading {
    let options = JSONOutline.Options(readsNonFinite: true)
    guard let metadata = try? JSONText.parse(Array(row.metadata.utf8), options: options),
      case .object(let object) = metadata.value
    else { return .failure(.missing) }
    var entries: [(name: String, text: String)] = []
    var (distance, rounds, parameter): (JSONText?, JSONText?, JSONText?)
    for entry in object.sorted(by: { $0.name < $1.name }) {
      switch entry.name {
      case keys.distance: distance = entry.value
      case keys.rounds: rounds = entry.value
      case keys.parameter: parameter = entry.value
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

  /// Names whose values all belong to one distance each, such as the path of the circuit or its
  /// number of qubits: groups by them would have one distance each, and nothing could be compared.
  ///
  /// None, if without them rows of different values would fall together.
  static func individualKeys(of rows: [DescribedRow]) -> [String] {
    let distances = Set(rows.map(\.sample.distance)).count
    guard distances > 1 else { return [] }
    // The distance of each value; 0 for several.
    var values: [String: [String: Int]] = [:]
    for row in rows {
      for (name, text) in row.entries {
        let known = values[name]?[text]
        let distance = row.sample.distance
        values[name, default: [:]][text] = known == nil || known == distance ? distance : 0
      }
    }
    let names = Set(
      values.filter { _, places in
        places.values.allSatisfy { $0 > 0 } && Set(places.values).count == distances
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
