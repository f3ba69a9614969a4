import ArgumentParser
import Glibc
import PostQuantum

/// How a key is written: as the byte string of its standard, or in the container that other programs exchange.
enum KeyFormat: String, CaseIterable, ExpressibleByArgument {
  case raw, pem
}

/// Files with keys, ciphertexts and signatures. What may be secret stays in `SecretBytes`.
enum KeyFile {
  /// The largest file that can hold a key, in bytes.
  static let sizeLimit = 1 << 16

  // MARK: Keys

  /// A public key of an algorithm, raw or in PEM.
  ///
  /// - Throws: `CommandFailure` that names the file, what is wrong and what would be right.
  static func publicKey(of algorithm: Algorithm, from path: String) throws -> [UInt8] {
    let file = try bytes(from: path)
    let key = try file.withUnsafeBytes { bytes in
      guard isPEM(bytes) else { return Array(bytes) }
      let container = try container(of: algorithm, path)
      guard let content = PEMText.decode(bytes, label: KeyContainer.publicLabel) else {
        throw noPEM(path, KeyContainer.publicLabel)
      }
      return try explaining(algorithm, path) { () throws(KeyContainer.Problem) in
        try content.withUnsafeBytes { content throws(KeyContainer.Problem) in
          try container.publicKey(in: content)
        }
      }
    }
    try check(key.count, algorithm.sizes.publicKey, "public key of \(algorithm.name)", path)
    return key
  }

  /// A secret key of an algorithm, raw or in PEM.
  ///
  /// - Throws: `CommandFailure` that names the file, what is wrong and what would be right.
  static func secretKey(of algorithm: Algorithm, from path: String) throws -> SecretBytes {
    let file = try bytes(from: path)
    let isPEM = file.withUnsafeBytes { Self.isPEM($0) }
    let secret = isPEM ? try containedSecret(of: algorithm, file, path) : file.copy()
    try check(secret.count, algorithm.sizes.secretKey, "secret key of \(algorithm.name)", path)
    return secret
  }

  private static func containedSecret(
    of algorithm: Algorithm, _ file: borrowing SecretBytes, _ path: String
  ) throws -> SecretBytes {
    let container = try container(of: algorithm, path)
    let decoded = file.withUnsafeBytes { PEMText.decode($0, label: KeyContainer.secretLabel) }
    guard let content = decoded else { throw noPEM(path, KeyContainer.secretLabel) }
    do throws(KeyContainer.Problem) {
      return try content.withUnsafeBytes { content throws(KeyContainer.Problem) in
        try container.secret(in: content)
      }
    } catch {
      throw failure(error, algorithm, path)
    }
  }

  /// A seed: raw bytes, or twice as many hexadecimal digits.
  static func seed(count: Int, from path: String) throws -> SecretBytes {
    let file = try bytes(from: path)
    if file.count == count { return file }
    let digits = file.withUnsafeBytes { $0.filter { !($0 == 0x20 || (0x09...0x0d).contains($0)) } }
    let values = digits.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    guard values.count == digits.count, values.count == 2 * count else {
      throw CommandFailure(
        .badInput, "\(path) holds \(file.count) bytes that are no seed",
        hint: "a seed has \(count) bytes, raw or as \(2 * count) hexadecimal digits")
    }
    return SecretBytes(count: count) { seed in
      for place in 0..<count {
        seed[place] = UInt8(values[2 * place] << 4 | values[2 * place + 1])
      }
    }
  }

  // MARK: Files of one length

  /// A file that holds exactly `count` bytes.
  static func contents(_ what: String, count: Int?, from path: String) throws -> [UInt8] {
    let file = try bytes(from: path)
    try check(file.count, count, what, path)
    return file.withUnsafeBytes { Array($0) }
  }

  private static func check(_ count: Int, _ expected: Int?, _ what: String, _ path: String) throws {
    guard let expected, count != expected else { return }
    throw CommandFailure(
      .badInput, "\(path) holds \(count) bytes, no \(what)",
      hint: "a \(what) has \(expected) bytes")
  }

  // MARK: Bytes

  /// Everything in a file; `-` is standard input.
  ///
  /// - Throws: `CommandFailure` with exit code 66 if the file cannot be read, 65 if it is too large.
  static func bytes(from path: String) throws -> SecretBytes {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CommandFailure(.noInput, "cannot read \(path): \(systemMessage(errno))")
    }
    defer { if path != "-" { close(descriptor) } }
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

  /// Writes a file; `-` is standard output.
  ///
  /// - Parameter isSecret: The file gets mode 0600 before anything is in it.
  /// - Throws: `CommandFailure` with exit code 73 or 74.
  static func write(
    _ bytes: borrowing SecretBytes, to path: String, isSecret: Bool = false
  ) throws {
    if path == "-" {
      bytes.withUnsafeBytes { OutputFile.standard.write($0) }
      return try OutputFile.standard.flush()
    }
    let mode: mode_t = isSecret ? 0o600 : 0o666
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else {
      throw CommandFailure(.cannotCreateOutput, "cannot create \(path): \(systemMessage(errno))")
    }
    defer { close(descriptor) }
    var status = stat()
    // A file that was there keeps its mode; devices keep theirs.
    if isSecret, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
      guard fchmod(descriptor, 0o600) == 0 else {
        throw CommandFailure(
          .cannotCreateOutput, "cannot make \(path) private: \(systemMessage(errno))")
      }
    }
    try bytes.withUnsafeBytes { bytes in
      var rest = bytes
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else {
          throw CommandFailure(.outputFailed, "cannot write \(path): \(systemMessage(errno))")
        }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      }
    }
  }

  /// Writes bytes that everyone may see.
  static func write(_ bytes: [UInt8], to path: String) throws {
    try write(SecretBytes(open: bytes), to: path)
  }

  // MARK: PEM

  private static func isPEM(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.starts(with: "-----BEGIN ".utf8)
  }

  /// - Throws: `CommandFailure` with exit code 65 for algorithms that have keys of raw bytes only.
  static func container(of algorithm: Algorithm, _ path: String) throws -> KeyContainer {
    if let container = KeyContainer(algorithm) { return container }
    throw CommandFailure(
      .badInput, "\(path): there is no PEM for keys of \(algorithm.name)",
      hint: "they are raw: \(algorithm.sizes.publicKey ?? 0) bytes public, "
        + "\(algorithm.sizes.secretKey ?? 0) bytes secret")
  }

  private static func noPEM(_ path: String, _ label: String) -> CommandFailure {
    CommandFailure(
      .badInput, "\(path) has no whole part '\(label)' in base64",
      hint: "it starts with -----BEGIN \(label)----- and ends with -----END \(label)-----")
  }

  /// Runs what may find fault with a file; faults name it and end the command with exit code 65.
  static func naming<Result: ~Copyable>(_ path: String, _ body: () throws -> Result) throws
    -> Result
  {
    do { return try body() } catch let error as AlgorithmError {
      throw CommandFailure(.badInput, "\(path): \(error)")
    }
  }

  private static func explaining<Result>(
    _ algorithm: Algorithm, _ path: String, _ body: () throws(KeyContainer.Problem) -> Result
  ) throws -> Result {
    do throws(KeyContainer.Problem) { return try body() } catch {
      throw failure(error, algorithm, path)
    }
  }

  private static func failure(
    _ problem: KeyContainer.Problem, _ algorithm: Algorithm, _ path: String
  ) -> CommandFailure {
    switch problem {
    case .otherAlgorithm(let other?):
      CommandFailure(
        .badInput, "\(path) holds a key of \(other), not of \(algorithm.id)",
        hint: "--algorithm \(other) reads it")
    case .otherAlgorithm(nil):
      CommandFailure(
        .badInput, "\(path) holds a key of an algorithm that is not in the catalog",
        hint: "'qsim pqc algorithms' lists those that are")
    case .expandedKeyOnly:
      CommandFailure(
        .badInput, "\(path) holds the expanded key only",
        hint:
          "a key that can be read here holds its seed of \(algorithm.sizes.secretKey ?? 0) bytes")
    case .malformed:
      CommandFailure(
        .badInput, "\(path) holds no key in the form that PEM has for \(algorithm.name)",
        hint: "public keys are SubjectPublicKeyInfo, secret ones PKCS #8 without a password")
    }
  }
}

extension SecretBytes {
  /// Bytes that everyone may see, on their way to a file.
  init(open bytes: [UInt8]) {
    self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
  }
}
