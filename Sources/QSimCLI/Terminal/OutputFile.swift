import Glibc
import QSim

/// A file being written, buffered; standard output is one.
///
/// Writing never throws: the first failure is kept and thrown by `flush()` or `close()`, so that
/// writers can stream through `TextOutputStream`.
final class OutputFile: TextOutputStream {
  /// The name used in messages.
  let name: String

  /// `nil` for standard output.
  private let target: OutputTarget?
  private var buffer: [UInt8] = []
  private var failure: Int32?
  /// Until when there may be writing: a long output stops then, one that fits the buffer is whole.
  var timeLimit = TimeLimit.standard
  private var isLate = false

  /// Standard output.
  nonisolated(unsafe) static let standard = OutputFile(target: nil, name: "standard output")

  private init(target: OutputTarget?, name: String) {
    self.target = target
    self.name = name
    buffer.reserveCapacity(Self.capacity)
  }

  /// Begins a file, which takes its place when it is closed; `-` is standard output.
  ///
  /// - Throws: `CommandFailure` with exit code 73, or 64 for a file that is used already.
  static func creating(_ path: String) throws -> OutputFile {
    if path == "-" { return standard }
    return OutputFile(target: try OutputTarget(path), name: path)
  }

  /// Whether nothing more will arrive at the file.
  var isBroken: Bool { failure != nil || isLate }

  func write(_ string: String) {
    var string = string
    string.withUTF8 { write(UnsafeRawBufferPointer($0)) }
  }

  /// Appends bytes.
  func write(_ bytes: UnsafeRawBufferPointer) {
    guard !isBroken else { return }
    if buffer.count + bytes.count > Self.capacity {
      isLate = timeLimit.hasPassed
      drain()
    }
    if bytes.count >= Self.capacity {
      send(bytes)
    } else {
      buffer.append(contentsOf: bytes)
    }
  }

  /// Appends bytes.
  func write(bytes: [UInt8]) {
    bytes.withUnsafeBytes { write($0) }
  }

  /// Hands everything written so far to the system.
  ///
  /// - Throws: `OutputClosed` if standard output has no reader any more, `CommandFailure` with exit
  ///   code 71 if time was up before everything was written, and with 74 for every other failure.
  func flush() throws {
    drain()
    if isLate {
      try SimulationFailure.explained(name) { () throws(Obstacle) in try timeLimit.check() }
    }
    guard let failure else { return }
    if failure == EPIPE, target == nil { throw OutputClosed() }
    throw CommandFailure(.outputFailed, "cannot write \(name): \(systemMessage(failure))")
  }

  /// Flushes and closes the file and puts it in its place; standard output stays open. A file that
  /// is never closed is dropped.
  func close() throws {
    try flush()
    try target?.commit()
  }

  private static let capacity = 1 << 16

  private func drain() {
    buffer.withUnsafeBytes { send($0) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func send(_ bytes: UnsafeRawBufferPointer) {
    guard !isBroken else { return }
    failure = target.map { $0.write(bytes) } ?? OutputTarget.write(bytes, to: STDOUT_FILENO)
  }
}

/// The system's words for an error number.
func systemMessage(_ number: Int32) -> String {
  String(cString: strerror(number))
}

/// Writes text to standard error at once; failures there have nowhere to go.
func printError(_ text: String, terminator: String = "\n") {
  var text = text + terminator
  text.withUTF8 { bytes in
    var rest = UnsafeRawBufferPointer(bytes)
    while !rest.isEmpty {
      let count = Glibc.write(STDERR_FILENO, rest.baseAddress, rest.count)
      guard count > 0 || (count < 0 && errno == EINTR) else { return }
      if count > 0 { rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count)) }
    }
  }
}
