import Glibc

/// A file being written, buffered; standard output is one.
///
/// Writing never throws: the first failure is kept and thrown by `flush()` or `close()`, so that writers
/// can stream through `TextOutputStream`.
final class OutputFile: TextOutputStream {
  /// The name used in messages.
  let name: String

  private let descriptor: Int32
  private let isStandardOutput: Bool
  private var buffer: [UInt8] = []
  private var failure: Int32?

  /// Standard output.
  nonisolated(unsafe) static let standard = OutputFile(
    descriptor: STDOUT_FILENO, name: "standard output", isStandardOutput: true)

  private init(descriptor: Int32, name: String, isStandardOutput: Bool) {
    self.descriptor = descriptor
    self.name = name
    self.isStandardOutput = isStandardOutput
    buffer.reserveCapacity(Self.capacity)
  }

  /// Creates or empties a file; `-` is standard output.
  ///
  /// - Throws: `CommandFailure` with exit code 73.
  static func creating(_ path: String) throws -> OutputFile {
    if path == "-" { return standard }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw CommandFailure(
        .cannotCreateOutput, "cannot create \(path): \(systemMessage(errno))")
    }
    return OutputFile(descriptor: descriptor, name: path, isStandardOutput: false)
  }

  /// Whether nothing more will arrive at the file.
  var isBroken: Bool { failure != nil }

  func write(_ string: String) {
    var string = string
    string.withUTF8 { write(UnsafeRawBufferPointer($0)) }
  }

  /// Appends bytes.
  func write(_ bytes: UnsafeRawBufferPointer) {
    guard failure == nil else { return }
    if buffer.count + bytes.count > Self.capacity { drain() }
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
  ///   code 74 for every other failure.
  func flush() throws {
    drain()
    guard let failure else { return }
    if failure == EPIPE, isStandardOutput { throw OutputClosed() }
    throw CommandFailure(.outputFailed, "cannot write \(name): \(systemMessage(failure))")
  }

  /// Flushes and closes the file; standard output stays open.
  func close() throws {
    try flush()
    guard !isStandardOutput else { return }
    if Glibc.close(descriptor) != 0 {
      throw CommandFailure(.outputFailed, "cannot write \(name): \(systemMessage(errno))")
    }
  }

  private static let capacity = 1 << 16

  private func drain() {
    buffer.withUnsafeBytes { send($0) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func send(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes
    while failure == nil, !rest.isEmpty {
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count >= 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      } else if errno != EINTR {
        failure = errno
      }
    }
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
