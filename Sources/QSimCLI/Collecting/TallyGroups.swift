import QSim

/// Rows of tallies sorted into families of codes.
struct TallyGroups {
  /// Where metadata hold what the analysis needs.
  struct Keys {
    var distance: String
    var rounds: String
    var parameter: String
    /// Names that make no groups.
    var ignored: Set<String> = []
  }

  struct Group {
    /// The decoder, and what else tells the group from others.
    let name: String
    var samples: [ThresholdAnalysis.Sample]
  }

  private(set) var groups: [Group] = []
  private(set) var warnings: [String] = []

  /// - Throws: `InputRejected` for files that are no tables of tallies, or whose counts add up to
  ///   more than a number holds; `CommandFailure` where no row has a distance.
  init(files: [String], keys: Keys) throws {
    var rows: [(row: TallyRow, place: DescribedRow.Place)] = []
    for path in files { rows += try read(path) }
    var (described, without) = ([DescribedRow](), [DescribedRow.Fault: Int]())
    for (row, place) in rows {
      switch DescribedRow.reading(row, at: place, keys) {
      case .success(let row): described.append(row)
      case .failure(let fault): without[fault, default: 0] += 1
      }
    }
    guard !described.isEmpty else {
      throw Self.noDistance(Set(without.keys), keys, in: files)
    }
    for (fault, count) in without.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      let rows = count == 1 ? "1 row has" : "\(count) rows have"
      warnings.append(
        "\(rows) \(fault.text(keys.distance)) and \(count == 1 ? "does" : "do") not count")
    }
    for (name, isWrong, kind) in [
      (keys.parameter, \DescribedRow.hasOddParameter, "number"),
      (keys.rounds, \DescribedRow.hasOddRounds, "number from 1 on"),
    ] {
      let count = described.count { $0[keyPath: isWrong] }
      guard count > 0 else { continue }
      let rows = count == 1 ? "1 row" : "\(count) rows"
      warnings.append("in \(rows) '\(name)' is no \(kind), and is left out")
    }
    try sort(described)
  }

  private mutating func read(
    _ path: String
  ) throws -> [(row: TallyRow, place: DescribedRow.Place)] {
    let file = try InputFile(reading: path)
    do throws(Diagnostic) {
      let reader = try TallyReader(file.bytes)
      // A file that was not written to its end still has a whole row there, if it has all its
      // fields.
      if reader.wholeByteCount < file.bytes.count, reader.lastRow == nil {
        warnings.append("\(file.name): the last line has no end and does not count")
      }
      return try reader.merged(addingLastRow: true).map { row, range in
        (row, DescribedRow.Place(file: file.name, range: range))
      }
    } catch {
      let source = String(decoding: file.bytes, as: UTF8.self)
      throw InputRejected(rendered: [error.rendered(file: file.name, source: source)])
    }
  }

  private static func noDistance(
    _ faults: Set<DescribedRow.Fault>, _ keys: Keys, in files: [String]
  ) -> CommandFailure {
    let names = files.prefix(3).map { $0 == "-" ? "<stdin>" : $0 }.joined(separator: ", ")
    let start = names + (files.count > 3 ? ", …: " : ": ")
    if faults == [.text] {
      return CommandFailure(
        .badInput, start + "the distance '\(keys.distance)' is text in every row, not a number",
        hint: "write {\"\(keys.distance)\":3}, without quotes around the number")
    }
    if faults == [.metadata] {
      return CommandFailure(
        .badInput, start + "the metadata of no row can be read as a JSON object",
        hint: "the column json_metadata holds objects like {\"\(keys.distance)\":3,\"p\":0.001}")
    }
    if faults == [.range] {
      return CommandFailure(
        .badInput,
        start + "the distance '\(keys.distance)' is in no row a whole number from 1 to 999999999")
    }
    return CommandFailure(
      .badInput, start + "no row has a distance '\(keys.distance)' in its metadata",
      hint: "name circuits like d=5,p=0.001,r=5.stim, or give --distance-key")
  }

  /// - Complexity: linear in the metadata, but for sorting.
  private mutating func sort(_ rows: [DescribedRow]) throws {
    let ignored = DescribedRow.individualKeys(of: rows)
    for name in ignored {
      warnings.append(
        "'\(name)' has other values in every row or at every distance, so it makes no groups")
    }
    let left = Set(ignored)
    var places: [String: Int] = [:]
    var sums: [Curve: DecodingTally] = [:]
    for row in rows {
      let name = row.family(without: left)
      let curve = Curve(
        group: name, distance: row.sample.distance, parameter: row.sample.parameter)
      guard sums[curve]?.canAdd(row.sample.tally) ?? true else {
        let failure = TallyReader.tooManyShots(at: row.place.range)
        throw InputRejected(rendered: [failure.rendered(file: row.place.file, source: nil)])
      }
      sums[curve, default: DecodingTally()].add(row.sample.tally)
      if let place = places[name] {
        groups[place].samples.append(row.sample)
      } else {
        places[name] = groups.count
        groups.append(Group(name: name, samples: [row.sample]))
      }
    }
    noteSeparation(of: rows.filter { !$0.entries.isEmpty }, without: left)
  }

  /// Rows whose shots are added up.
  private struct Curve: Hashable {
    let group: String
    let distance: Int
    let parameter: Double?
  }

  /// Says so where several distances share no group, and by which metadata they part.
  private mutating func noteSeparation(of rows: [DescribedRow], without left: Set<String>) {
    guard Set(rows.map(\.sample.distance)).count > 1,
      groups.allSatisfy({ Set($0.samples.map(\.distance)).count == 1 })
    else { return }
    let names = DescribedRow.keysOfOneDistance(rows).filter { !left.contains($0) }
    guard let first = names.first else { return }
    let list = names.map { "'\($0)'" }.joined(separator: ", ")
    warnings.append(
      "no two distances share a group, since \(list) \(names.count == 1 ? "differs" : "differ") "
        + "between them: --ignore-key \(first) compares them all the same")
  }
}
