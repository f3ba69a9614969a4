import ArgumentParser
import Glibc
import PostQuantum

/// How a key is written: as the byte string of its standard, or in the container that other
/// programs exchange.
enum KeyFormat: String, CaseIterable, ExpressibleByArgument {
  case raw, pem
}

/// Files with keys, ciphertexts and signatures. What may be secret stays in `SecretBytes`.
enum KeyFile {
  /// The largest file that can hold a key, in bytes.
  static let sizeLimit = 1 << 16

  // MARK: Keys

  /// A public key of an algorithm, raw or in PEM; a compressed point comes out uncompressed.
  ///
  /// - Throws: `CommandFailure` that names the file, what is wrong and what would be right.
  static func publicKey(of algorithm: Algorithm, from path: String) throws -> [UInt8] {
    let file = try bytes(from: path)
    let labels = file.withUnsafeBytes { PEMText.labels(in: $0) }
    guard !labels.isEmpty else {
      let raw = file.withUnsafeBytes { Array($0) }
      let key = algorithm.uncompressedPoint(raw) ?? raw
      try check(key.count, algorithm.sizes.publicKey, "public key of \(algorithm.name)", path)
      return key
    }
    let container = try container(of: algorithm, path)
    let label = KeyContainer.publicLabel
    guard labels.count(where: { $0 == label }) == 1,
      let content = file.withUnsafeBytes({ PEMText.decode($0, label: label) })
    else { throw noPEM(path, label, found: labels) }
    let key: [UInt8]
    do throws(KeyContainer.Problem) {
      key = try content.withUnsafeBytes { content throws(KeyContainer.Problem) in
        try container.publicKey(in: content)
      }
    } catch { throw failure(error, algorithm, path) }
    try check(key.count, algorithm.sizes.publicKey, "public key of \(algorithm.name)", path)
    return key
  }

  /// A secret key of an algorithm, raw or in PEM.
  ///
  /// - Throws: `CommandFailure` that names the file, what is wrong and what would be right.
  static func secretKey(of algorithm: Algorithm, from path: String) throws -> SecretBytes {
    let file = try bytes(from: path, isSecret: true)
    let labels = file.withUnsafeBytes { PEMText.labels(in: $0) }
    guard !labels.isEmpty else {
      try check(file.count, algorithm.sizes.secretKey, "secret key of \(algorithm.name)", path)
      return file
    }
    let container = try container(of: algorithm, path)
    let label = KeyContainer.secretLabel
    let decoded = file.withUnsafeBytes { PEMText.decode($0, label: label) }
    guard labels.count(where: { $0 == label }) == 1, let content = decoded else {
      throw noPEM(path, label, found: labels)
    }
    do throws(KeyContainer.Problem) {
      return try content.withUnsafeBytes { content throws(KeyContainer.Problem) in
        try container.secret(in: content)
      }
    } catch { throw failure(error, algorithm, path) }
  }

  /// A seed: raw bytes, or twice as many hexadecimal digits.
  static func seed(count: Int, from path: String) throws -> SecretBytes {
    let file = try bytes(from: path, isSecret: true)
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

  // MARK: What is wrong

  /// - Throws: `CommandFailure` with exit code 65 for algorithms that have keys of raw bytes only.
  static func container(of algorithm: Algorithm, _ path: String) throws -> KeyContainer {
    if let container = KeyContainer(algorithm) { return container }
    throw CommandFailure(
      .badInput, "\(path): there is no PEM for keys of \(algorithm.name)",
      hint: "they are raw: \(algorithm.sizes.publicKey ?? 0) bytes public, "
        + "\(algorithm.sizes.secretKey ?? 0) bytes secret")
  }

  /// Runs what may find fault with a file; faults name it and end the command with exit code 65.
  static func naming<Result: ~Copyable>(_ path: String, _ body: () throws -> Result) throws
    -> Result
  {
    do { return try body() } catch let error as AlgorithmError {
      throw CommandFailure(.badInput, "\(path): \(error)")
    }
  }
}
