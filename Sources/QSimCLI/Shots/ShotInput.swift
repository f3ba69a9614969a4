import Glibc
import QSim

/// A file of shots being read, a block at a time; `-` is standard input.
final class ShotInput {
  /// The name used in messages.
  let name: String
  private let reader: ResultReader
  private let descriptor: Int32

  /// - Throws: `CommandFailure` with exit code 66 if the file cannot be opened; `Obstacle` of kind
  ///   `.memory` where a shot has more bits than the format takes.
  init(_ path: String, _ format: ResultFormat, counts: ResultReader.Counts) throws {
    try format.checkWidth(UInt64(counts.total), for: .reading)
    name = path == "-" ? "<stdin>" : path
    let descriptor = try InputFile.open(path)
    self.descriptor = descriptor
    reader = ResultReader(format, counts: counts) { buffer in
      while true {
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        if count >= 0 { return count }
        guard errno == EINTR else {
          throw CommandFailure(.noInput, "cannot read \(path): \(systemMessage(errno))")
        }
      }
    }
  }

  deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

  /// Shots that take about half a megabyte; a multiple of 64 unless they have millions of bits
  /// each.
  var blockSize: Int { blockSize(resultBits: 0) }

  /// The same where every shot is turned into one of so many bits.
  func blockSize(resultBits: Int) -> Int {
    let bits = max(1, reader.counts.total, resultBits)
    let shots = min(1 << 14, (1 << 22) / bits) / 64 * 64
    return max(shots, min(64, max(1, (1 << 28) / bits)))
  }

  /// The next shots; `nil` at the end.
  ///
  /// - Throws: `InputRejected` for what cannot be read.
  func next(upTo limit: Int) throws -> BitTable? {
    do {
      return try reader.next(upTo: limit)
    } catch let diagnostic as Diagnostic {
      throw InputRejected(rendered: [diagnostic.rendered(file: name)])
    }
  }
}
