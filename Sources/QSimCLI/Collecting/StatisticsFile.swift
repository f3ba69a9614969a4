import Glibc
import QSim

/// A file of tallies to which rows are added, each as a whole and on disk before the next.
///
/// A process that is killed leaves at most one line without an end; whoever opens the file next
/// cuts it off. The file is locked: a second process is refused.
final class StatisticsFile {
  let path: String
  /// The rows that were there.
  let rows: [TallyRow]

  private let descriptor: Int32
  private var size: Int
  /// Whether the file was not there before and has no row yet.
  private var isUnused: Bool
  /// Of all rows; `nil` in a file without such a column, as earlier versions wrote it.
  private var checksum: TallyChecksum?

  /// Opens a file, or makes a new one with the first line.
  ///
  /// - Parameter resumes: whether there may be rows already.
  /// - Throws: `CommandFailure` if the file cannot be used, `InputRejected` if it holds something
  ///   else.
  init(_ path: String, resumes: Bool) throws {
    self.path = path
    let flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC
    let own = open(path, flags | O_EXCL, 0o666)
    isUnused = own >= 0
    let descriptor = own < 0 && errno == EEXIST ? open(path, flags, 0o666) : own
    guard descriptor >= 0 else {
      throw CommandFailure(.cannotCreateOutput, "cannot open \(path): \(systemMessage(errno))")
    }
    do {
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        throw CommandFailure(
          .cannotCreateOutput, "\(path) is being written by another process",
          hint: "let it finish, or give --out another file")
      }
      _ = try FileLedger.noteOutput(
        path, identity: .init(regularFile: descriptor), place: nil)
      let file = try InputFile(descriptor, path)
      guard resumes || file.bytes.isEmpty else {
        throw CommandFailure(
          .usage, "\(path) exists", hint: "--resume goes on with it; or give --out another file")
      }
      try Self.check(file)
      let reader: TallyReader
      do throws(Diagnostic) {
        reader = try TallyReader(file.bytes)
        try Self.checkRows(of: reader)
      } catch {
        let source = String(decoding: file.bytes, as: UTF8.self)
        throw InputRejected(rendered: [error.rendered(file: file.name, source: source)])
      }
      rows = reader.rows
      size = reader.wholeByteCount
      if size == 0 || reader.checksums != nil {
        var sum = TallyChecksum()
        for row in reader.rows { sum.add(row) }
        checksum = sum
      }
      self.descriptor = descriptor
      if size < file.bytes.count, ftruncate(descriptor, size) != 0 {
        throw CommandFailure(.outputFailed, "cannot shorten \(path): \(systemMessage(errno))")
      }
      if size == 0 { try append(line: Self.header) }
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// Takes back a file that was made here and has got no row.
  func removeIfUnused() {
    if isUnused { unlink(path) }
  }

  /// Sinter's columns, and one more, which it does not look at.
  private static let header = "\(TallyRow.header),\(TallyChecksum.column)"

  /// Refuses rows that are not those that were written.
  private static func checkRows(of reader: TallyReader) throws(Diagnostic) {
    guard let place = reader.firstChangedRow else { return }
    throw Diagnostic(
      "this row is not what was written here: it was changed or moved, or one before it is missing",
      code: "tally-file", at: reader.ranges[place],
      hint: "put back what was there, or give --out another file")
  }

  /// Refuses a file that was not begun here: nothing of it may be cut off, and rows go behind
  /// columns of the same order only.
  private static func check(_ file: InputFile) throws {
    let text = file.bytes.dropFirst(file.bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0)
    let firstLine = text.prefix { $0 != 0x0a }
    let isTorn = firstLine.count == text.count
    if isTorn, header.utf8.starts(with: firstLine) { return }
    let names = String(decoding: firstLine, as: UTF8.self).split(
      separator: ",", omittingEmptySubsequences: false
    ).map { $0.trimmingBlanks }
    let own = TallyRow.header.split(separator: ",").map { $0.trimmingBlanks }
    let checked = own + [Substring(TallyChecksum.column)]
    guard isTorn || names != own && names != checked else { return }
    throw InputRejected(rendered: [
      "\(file.name):1:1: error: this is no table of tallies to which rows can be added\n"
        + "  hint: its first line is '\(checked.joined(separator: ","))'; give --out another file"
    ])
  }

  /// Adds a row and waits until it is on disk.
  func append(_ row: TallyRow) throws {
    isUnused = false
    checksum?.add(row)
    let check = checksum.map { ",\($0.text)" } ?? ""
    try append(line: row.text + check)
  }

  private func append(line: String) throws {
    let bytes = Array((line + "\n").utf8)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress! + written, bytes.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let reason = systemMessage(errno)
        // No half line stays behind.
        if written > 0 { _ = ftruncate(descriptor, size) }
        throw CommandFailure(.outputFailed, "cannot write \(path): \(reason)")
      }
      written += count
    }
    size += bytes.count
    // Pipes and devices have nothing to wait for.
    if fdatasync(descriptor) != 0, errno != EINVAL, errno != EROFS {
      throw CommandFailure(.outputFailed, "cannot write \(path): \(systemMessage(errno))")
    }
  }
}

extension Substring {
  /// Without blanks at its ends.
  fileprivate var trimmingBlanks: Substring {
    var text = drop { $0 == " " || $0 == "\r" }
    while let last = text.last, last == " " || last == "\r" { text.removeLast() }
    return text
  }
}
