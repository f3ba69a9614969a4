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
    for path in files {
      let file = try InputFile(reading: path)
      do throws(Diagnostic) {
        let reader = try TallyReader(file.bytes)
        if reader.wholeByteCount < file.bytes.count {
          warnings.append("\(file.name): the last line has no end and does not count")
        }
        rows += reader.merged
      } catch {
        let source = String(decoding: file.bytes, as: UTF8.self)
        throw InputRejected(rendered: [error.rendered(file: file.name, source: source)])
      }
    }
    var skipped = 0
    for row in rows where !add(row, keys) { skipped += 1 }
    guard !groups.isEmpty else {
      throw CommandFailure(
        .badInput, "no row has a distance '\(keys.distance)' in its metadata",
        hint: "name circuits like d=5,p=0.001,r=5.stim, or give --distance-key")
    }
    if skipped > 0 {
      warnings.append("\(skipped) rows have no distance '\(keys.distance)' and do not count")
    }
  }

  private mutating func add(_ row: TallyRow, _ keys: Keys) -> Bool {
    let options = JSONOutline.Options(readsNonFinite: true)
    guard let metadata = try? JSONText.parse(Array(row.metadata.utf8), options: options),
      case .object(let entries) = metadata.value
    else { return false }
    var name = row.decoder
    var (distance, rounds, parameter): (Double?, Double?, Double?)
    for entry in entries.sorted(by: { $0.name < $1.name }) {
      let number: Double? =
        if case .number(let number) = entry.value.value, number.isFinite { number } else { nil }
      switch entry.name {
      case keys.distance: distance = number
      case keys.rounds: rounds = number
      case keys.parameter: parameter = number
      default: name += " \(entry.name)=\(Self.text(entry.value))"
      }
    }
    guard let distance, distance >= 1, distance < 1e9, let whole = Int(exactly: distance) else {
      return false
    }
    let sample = ThresholdAnalysis.Sample(
      distance: whole, parameter: parameter, cycles: rounds.flatMap { $0 >= 1 ? $0 : nil },
      tally: row.tally)
    if let place = groups.firstIndex(where: { $0.name == name }) {
      groups[place].samples.append(sample)
    } else {
      groups.append(Group(name: name, samples: [sample]))
    }
    return true
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
}
