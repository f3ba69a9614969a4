import Glibc

/// A file read as a whole; `-` is standard input.
struct InputFile {
  /// The path as the user gave it; `-` for standard input.
  let path: String
  /// The content.
  let bytes: [UInt8]

  /// The name used in messages.
  var name: String { path == "-" ? "<stdin>" : path }

  /// The largest input, in bytes: larger ones are a mistake, such as `/dev/zero`.
  static let sizeLimit = 1 << 30

  /// - Throws: `CommandFailure` with exit code 66 if the file cannot be read, 65 if it is too
  ///   large.
  init(reading path: String) throws {
    let descriptor = try Self.open(path)
    defer { if path != "-" { close(descriptor) } }
    try self.init(descriptor, path)
  }

  /// Opens a file to read; `-` is standard input.
  ///
  /// - Throws: `CommandFailure` with exit code 66 if that fails, 64 for a file that is being
  ///   written.
  static func open(_ path: String) throws -> Int32 {
    let descriptor = path == "-" ? STDIN_FILENO : Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CommandFailure(.noInput, "cannot read \(path): \(systemMessage(errno))")
    }
    do {
      try FileLedger.noteInput(descriptor, path)
    } catch {
      if path != "-" { close(descriptor) }
      throw error
    }
    return descriptor
  }

  /// Reads an open file from where it stands to its end.
  init(_ descriptor: Int32, _ path: String) throws {
    self.path = path
    var content: [UInt8] = []
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_size > 0, status.st_size < Self.sizeLimit {
      content.reserveCapacity(Int(status.st_size) + 1)
    }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw CommandFailure(.noInput, "cannot read \(path): \(systemMessage(errno))")
      }
      content += chunk[..<count]
      if content.count > Self.sizeLimit {
        throw CommandFailure(.badInput, "\(path) holds more than 1 GiB")
      }
    }
    bytes = content
  }

  /// The content behind a byte order mark, if there is one: what every reader of text should get.
  var textBytes: ArraySlice<UInt8> {
    bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes.dropFirst(3) : bytes[...]
  }

  /// The content as text, without a byte order mark.
  ///
  /// - Throws: `InputRejected` at the first byte that is not UTF-8.
  func text() throws -> String {
    if let text = String(validating: textBytes, as: UTF8.self) { return text }
    var (line, column) = (1, 1)
    var decoder = UTF8()
    var iterator = textBytes.makeIterator()
    scan: while true {
      switch decoder.decode(&iterator) {
      case .scalarValue("\n"): (line, column) = (line + 1, 1)
      case .scalarValue: column += 1
      case .emptyInput, .error: break scan
      }
    }
    throw InputRejected(rendered: [
      "\(name):\(line):\(column): error: the text is not UTF-8\n  hint: save the file as UTF-8"
    ])
  }
}
