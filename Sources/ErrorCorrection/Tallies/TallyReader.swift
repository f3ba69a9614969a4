import QuantumCore
import QuantumCore

/// Reads files of tallies: those of `TallyRow`, and those that sinter writes.
///
/// Columns are found by their names in the first line, in any order; more columns are ignored. A
/// last line without an end may be what an interrupted program left: it stands apart from the rows.
public struct TallyReader: Sendable {
  /// The rows of the lines that have an end.
  public let rows: [TallyRow]
  /// The places of the `rows`, in their order.
  public let ranges: [SourceRange]
  /// The checksums that stand in the `rows`, in their order; `nil` where the table has none.
  public let checksums: [String]?
  /// The last line, if it has no end but all its fields.
  public let lastRow: TallyRow?
  private let lastRange: SourceRange?
  /// The bytes up to the end of the last whole line: where the next row goes.
  public let wholeByteCount: Int

  /// Reads a whole file.
  ///
  /// - Throws: a `Diagnostic` with the place of what is not such a table.
  public init(_ bytes: [UInt8]) throws(Diagnostic) {
    wholeByteCount = (bytes.lastIndex(of: 0x0a) ?? -1) + 1
    var scanner = FieldScanner(bytes[..<wholeByteCount])
    guard let header = try scanner.nextRecord() else {
      (rows, ranges, checksums, lastRow, lastRange) = ([], [], nil, nil, nil)
      return
    }
    let columns = try Columns(header)
    var (rows, ranges, checksums): ([TallyRow], [SourceRange], [String]) = ([], [], [])
    while let record = try scanner.nextRecord() {
      rows.append(try columns.row(record))
      ranges.append(record[0].range)
      if columns.haveChecksums { checksums.append(columns.checksum(record)) }
    }
    (self.rows, self.ranges) = (rows, ranges)
    self.checksums = columns.haveChecksums ? checksums : nil
    var last = FieldScanner(bytes[wholeByteCount...])
    let fields = try? last.nextRecord()
    lastRow = fields.flatMap { try? columns.row($0) }
    lastRange = SourceRange(line: bytes[..<wholeByteCount].count { $0 == 0x0a } + 1, column: 1)
  }

  /// The first row that is not what was written there, by the checksums; `nil` if there is none, or
  /// the table has no checksums.
  public var firstChangedRow: Int? {
    guard let checksums else { return nil }
    var checksum = TallyChecksum()
    return rows.indices.first { index in
      checksum.add(rows[index])
      return checksum.text != checksums[index]
    }
  }

  /// Rows of the same id as one, in the order of the first of each, with its place.
  ///
  /// - Parameter addsLastRow: whether the last line counts too, if it has no end but all its fields.
  /// - Throws: a `Diagnostic` with the place of a row, if with it the shots of an id are more than a
  ///   number holds.
  public func merged(
    addingLastRow addsLastRow: Bool = false
  ) throws(Diagnostic) -> [(row: TallyRow, range: SourceRange)] {
    var placed = Array(zip(rows, ranges))
    if addsLastRow, let lastRow, let lastRange { placed.append((lastRow, lastRange)) }
    var places: [String: Int] = [:]
    var merged: [(row: TallyRow, range: SourceRange)] = []
    for (row, range) in placed {
      if let place = places[row.id] {
        guard merged[place].row.tally.canAdd(row.tally) else { throw Self.tooManyShots(at: range) }
        merged[place].row.tally.add(row.tally)
        merged[place].row.seconds += row.seconds
      } else {
        places[row.id] = merged.count
        merged.append((row, range))
      }
    }
    return merged
  }

  /// What is wrong with a row that makes a sum larger than any number.
  public static func tooManyShots(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      "with this row the shots that are added up are more than \(Int.max)", code: "tally-file",
      at: range, hint: "shots of one task, and of one distance and error rate, are at most 2^63 - 1"
    )
  }
}

/// A field with its place.
private struct Field {
  var text: String
  var range: SourceRange

  var trimmed: String {
    var slice = Substring(text)
    while let first = slice.first, first == " " { slice.removeFirst() }
    while let last = slice.last, last == " " || last == "\r" { slice.removeLast() }
    return String(slice)
  }

  func failure(_ message: String, hint: String? = nil) -> Diagnostic {
    Diagnostic(message, code: "tally-file", at: range, hint: hint)
  }
}

/// Splits comma-separated values [Shafranovich05] into fields; quoted ones may hold commas and line
/// ends.
private struct FieldScanner {
  private let bytes: ArraySlice<UInt8>
  private var position = 0
  private var line = 1
  /// Where the columns of this line have been counted up to, and how many there were.
  private var counted = 0
  private var column = 0

  init(_ bytes: ArraySlice<UInt8>) {
    let hasMark = bytes.starts(with: [0xef, 0xbb, 0xbf])
    self.bytes = hasMark ? bytes.dropFirst(3) : bytes
    position = self.bytes.startIndex
    counted = position
  }

  /// The fields of the next line that is not empty; `nil` at the end.
  mutating func nextRecord() throws(Diagnostic) -> [Field]? {
    while position < bytes.endIndex, bytes[position] == 0x0a || bytes[position] == 0x0d {
      passByte()
    }
    guard position < bytes.endIndex else { return nil }
    var fields: [Field] = []
    while true {
      fields.append(try nextField())
      guard position < bytes.endIndex else { return fields }
      let byte = bytes[position]
      passByte()
      if byte == 0x0a { return fields }
    }
  }

  private mutating func passByte() {
    if bytes[position] == 0x0a {
      line += 1
      (counted, column) = (position + 1, 0)
    }
    position += 1
  }

  /// Up to a comma or the end of the line, neither of which is passed.
  private mutating func nextField() throws(Diagnostic) -> Field {
    let place = nextPlace()
    var text: [UInt8] = []
    if position < bytes.endIndex, bytes[position] == UInt8(ascii: "\"") {
      position += 1
      while true {
        guard position < bytes.endIndex else {
          throw Diagnostic("a quoted field has no end", code: "tally-file", at: place)
        }
        if bytes[position] != UInt8(ascii: "\"") {
          text.append(bytes[position])
          passByte()
        } else if position + 1 < bytes.endIndex, bytes[position + 1] == UInt8(ascii: "\"") {
          text.append(bytes[position])
          position += 2
        } else {
          position += 1
          break
        }
      }
    }
    while position < bytes.endIndex, bytes[position] != UInt8(ascii: ","), bytes[position] != 0x0a {
      text.append(bytes[position])
      position += 1
    }
    guard let string = String(validating: text, as: UTF8.self) else {
      throw Diagnostic(
        "the text is not UTF-8", code: "tally-file", at: place, hint: "save the file as UTF-8")
    }
    return Field(text: string, range: place)
  }

  /// The place of the next byte.
  ///
  /// - Complexity: linear in the bytes since the last place of the line, so linear in a line for
  ///   all its fields.
  private mutating func nextPlace() -> SourceRange {
    column += bytes[counted..<position].count { $0 & 0xc0 != 0x80 }
    counted = position
    return SourceRange(line: line, column: column + 1)
  }
}

/// Where the columns are.
private struct Columns {
  private let places: [String: Int]
  private let count: Int

  private static let needed = [
    "shots", "errors", "discards", "seconds", "decoder", "strong_id", "json_metadata",
  ]

  init(_ header: [Field]) throws(Diagnostic) {
    var places: [String: Int] = [:]
    for (place, field) in header.enumerated() { places[field.trimmed] = place }
    for name in Self.needed where places[name] == nil {
      throw header[0].failure(
        "the table has no column '\(name)'",
        hint: "the first line names the columns: \(Self.needed.joined(separator: ", "))")
    }
    self.places = places
    count = header.count
  }

  var haveChecksums: Bool { places[TallyChecksum.column] != nil }

  /// What stands in the column of checksums; rows of other programs have none.
  func checksum(_ fields: [Field]) -> String {
    guard let place = places[TallyChecksum.column], place < fields.count else { return "" }
    return fields[place].trimmed
  }

  func row(_ fields: [Field]) throws(Diagnostic) -> TallyRow {
    // Other programs that add rows leave the last column out.
    let isShort = places[TallyChecksum.column] == count - 1 && fields.count == count - 1
    guard fields.count == count || isShort else {
      throw fields[0].failure("a row has \(fields.count) fields, the first line \(count)")
    }
    func field(_ name: String) -> Field { fields[places[name] ?? 0] }
    let shots = try number(field("shots"))
    let (errors, discards) = (try number(field("errors")), try number(field("discards")))
    guard discards <= shots, errors <= shots - discards else {
      throw field("errors").failure("errors and discards are more than the shots")
    }
    guard let seconds = Double(field("seconds").trimmed), seconds >= 0 else {
      throw field("seconds").failure("'\(field("seconds").trimmed)' is no number of seconds")
    }
    let tally = DecodingTally(
      shots: shots, errors: errors, discards: discards, customCounts: try counts(in: fields))
    return TallyRow(
      tally: tally, seconds: seconds, decoder: field("decoder").trimmed,
      id: field("strong_id").trimmed, metadata: field("json_metadata").trimmed)
  }

  private func number(_ field: Field) throws(Diagnostic) -> Int {
    guard let value = Int(field.trimmed), value >= 0 else {
      throw field.failure("'\(field.trimmed)' is no count")
    }
    return value
  }

  private func counts(in fields: [Field]) throws(Diagnostic) -> [String: Int] {
    guard let place = places["custom_counts"], !fields[place].trimmed.isEmpty else { return [:] }
    let field = fields[place]
    let bytes = Array(field.trimmed.utf8)
    let counts: [String: Int]? = bytes.withUnsafeBytes { bytes in
      guard let outline = try? JSONOutline.parse(bytes), case .object(let entries) = outline.value
      else { return nil }
      var counts: [String: Int] = [:]
      for entry in entries {
        guard let count = entry.value.integer(in: bytes), count >= 0 else { return nil }
        counts[entry.name] = count
      }
      return counts
    }
    guard let counts else {
      throw field.failure("custom counts are a JSON object of whole numbers")
    }
    return counts
  }
}
