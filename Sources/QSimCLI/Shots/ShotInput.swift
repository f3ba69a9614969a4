import Glibc
import QSim

/// A file of shots being read, a block at a time; `-` is standard input.
final class ShotInput {
  /// The name used in messages.
  let name: String
  private let reader: ResultReader
  private let descriptor: Int32

  /// - Throws: `CommandFailure` with exit code 66 if the file cannot be opened; `Obstacle` of
  ///   kind `.memory` where a shot
  ///   has more bits than the format takes.
  init(_ path: String, _ format: ResultFormat, counts: ResultReader.Counts) throws {
    try Self.checkWidth(format, bits: UInt64(counts.total))
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

  /// Refuses shots of more bits than a format takes.
  ///
  /// More than 2³¹ no format takes: whoever counts them refuses them, with their place.
  static func checkWidth(_ format: ResultFormat, bits: UInt64) throws(Obstacle) {
    let limit = UInt64(ShotOutput.fullBitLimit)
    guard format.holdsEveryBit, (1 << 20...1 << 31).contains(bits) else { return }
    guard bits <= limit else {
      throw Obstacle(
        .memory(required: bits, available: limit),
        "a shot has \(bits) bits, and \(format.rawValue) holds each of them, up to 2^28",
        hint: "read hits, dets or r8")
    }
    // A group, the bytes that it is made from, and those bytes while their buffer grows.
    let (bytes, available) = (format == .ptb64 ? 40 * bits : 2 * bits, MemoryBudget().available)
    guard bytes <= available else {
      throw Obstacle(
        .memory(required: bytes, available: available),
        "reading shots of \(bits) bits in \(format.rawValue) needs \(bytes) bytes, and \(available) are available"
      )
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
