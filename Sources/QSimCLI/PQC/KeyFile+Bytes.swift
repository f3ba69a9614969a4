import Glibc
import PostQuantum

extension KeyFile {
  // MARK: Reading

  /// Everything in a file; `-` is standard input.
  ///
  /// - Parameter isSecret: A warning says if others may read or change the file.
  /// - Throws: `CommandFailure` with exit code 66 if the file cannot be read, 65 if it is too
  ///   large, 64 if it is being written.
  static func bytes(from path: String, isSecret: Bool = false) throws -> SecretBytes {
    let descriptor = try InputFile.open(path)
    defer { if path != "-" { close(descriptor) } }
    if isSecret { warn(of: descriptor, path) }
    var count = 0
    let buffer = try SecretBytes(count: sizeLimit + 1) { buffer in
      while count < buffer.count {
        let got = read(descriptor, buffer.baseAddress! + count, buffer.count - count)
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else {
          throw CommandFailure(.noInput, "cannot read \(path): \(systemMessage(errno))")
        }
        if got == 0 { break }
        count += got
      }
    }
    guard count <= sizeLimit else {
      throw CommandFailure(
        .badInput, "\(path) holds more than \(sizeLimit) bytes", hint: "no key is that large")
    }
    return buffer.withUnsafeBytes {
      SecretBytes(copying: UnsafeRawBufferPointer(rebasing: $0[..<count]))
    }
  }

  /// Says if a secret lies open: of another owner, or with a mode that lets others at it.
  private static func warn(of descriptor: Int32, _ path: String) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
    let mode = String(status.st_mode & 0o777, radix: 8)
    let name = ShellQuoting.quoted(path)
    // Only the owner and root can change a mode.
    let isOwn = status.st_uid == geteuid() || geteuid() == 0
    var hint = isOwn ? "chmod 600 \(name)" : "make a copy of your own: install -m 600 \(name) COPY"
    var problem: String?
    if status.st_uid != geteuid(), status.st_uid != 0 {
      problem = "belongs to the user \(status.st_uid), who may read and change it"
      hint = "make a copy of your own: install -m 600 \(name) COPY"
    } else if status.st_mode & 0o022 != 0 {
      problem = "may be changed by others (mode \(mode))"
    } else if status.st_mode & 0o044 != 0 {
      problem = "may be read by others (mode \(mode))"
    }
    guard let problem else { return }
    let text = "qsim: warning: \(path) is secret and \(problem)\n  hint: \(hint)"
    printError(Terminal(arguments: CommandLine.arguments).styled(text))
  }

  // MARK: Writing

  /// A file that a key, a ciphertext or a signature goes into; what was there stays until it is
  /// whole.
  struct Output {
    /// `nil` for standard output.
    private let target: OutputTarget?

    /// - Throws: `CommandFailure` with exit code 73, or 64 for a file that is used already.
    init(_ path: String, _ privacy: OutputTarget.Privacy = .open) throws {
      target = path == "-" ? nil : try OutputTarget(path, privacy)
    }

    /// Writes the file.
    ///
    /// - Throws: `CommandFailure` with exit code 74.
    func write(_ bytes: borrowing SecretBytes) throws {
      guard let target else {
        let number = bytes.withUnsafeBytes { OutputTarget.write($0, to: STDOUT_FILENO) }
        guard let number else { return }
        if number == EPIPE { throw OutputClosed() }
        throw CommandFailure(
          .outputFailed, "cannot write standard output: \(systemMessage(number))")
      }
      if let number = bytes.withUnsafeBytes({ target.write($0) }) {
        throw CommandFailure(
          .outputFailed, "cannot write \(target.path): \(systemMessage(number))")
      }
      try target.commit()
    }

    /// Writes bytes that everyone may see.
    func write(_ bytes: [UInt8]) throws { try write(SecretBytes(open: bytes)) }
  }
}

extension SecretBytes {
  /// Bytes that everyone may see, on their way to a file.
  init(open bytes: [UInt8]) {
    self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
  }
}
