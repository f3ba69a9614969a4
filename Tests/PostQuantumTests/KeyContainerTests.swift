import PostQuantum
import TestSupport
import Testing

struct KeyContainerTests {
  static let keyed = AlgorithmCatalog.encapsulations + AlgorithmCatalog.signatures

  private static func random(
    _ count: Int, _ rng: inout some RandomNumberGenerator
  ) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &rng) }
  }

  private static func secret(_ bytes: [UInt8]) -> SecretBytes {
    SecretBytes(count: bytes.count) { $0.copyBytes(from: bytes) }
  }

  private static func content(of secret: borrowing SecretBytes) -> [UInt8] {
    secret.withUnsafeBytes { Array($0) }
  }

  @Test func `every algorithm with keys but X-Wing has a container`() {
    for algorithm in AlgorithmCatalog.all {
      let expected = Self.keyed.contains(algorithm) && algorithm.id != "x-wing"
      #expect((KeyContainer(algorithm) != nil) == expected, "\(algorithm)")
    }
  }

  @Test(arguments: keyed) func `keys come out as they went in`(algorithm: Algorithm) throws {
    guard let container = KeyContainer(algorithm) else { return }
    forAll(1, count: 20) { rng in
      let bytes = Self.random(algorithm.sizes.secretKey ?? 0, &rng)
      let secret = Self.secret(bytes)
      // Some scalars are not below the order of their curve.
      guard let publicKey = try? Self.publicKey(algorithm, secret) else { return }
      let encoded = container.encode(publicKey: publicKey)
      #expect(try encoded.withUnsafeBytes { try container.publicKey(in: $0) } == publicKey)
      let wrapped = container.encode(secret: secret, publicKey: publicKey)
      let again = try wrapped.withUnsafeBytes { try container.secret(in: $0) }
      #expect(Self.content(of: again) == bytes)
    }
  }

  private static func publicKey(
    _ algorithm: Algorithm, _ secret: borrowing SecretBytes
  ) throws -> [UInt8] {
    algorithm.canEncapsulate
      ? try algorithm.publicKey(of: algorithm.kemKey(secret: secret))
      : try algorithm.signingKey(secret: secret).publicKey
  }

  /// PKCS #8 of a secret, as it is, with changes.
  private struct Parts {
    let algorithm: Algorithm
    let secret: [UInt8]
    let publicKey: [UInt8]
    let container: KeyContainer

    init(_ algorithm: Algorithm) throws {
      self.algorithm = algorithm
      secret = [UInt8](repeating: 0x55, count: algorithm.sizes.secretKey ?? 0)
      publicKey = try KeyContainerTests.publicKey(algorithm, KeyContainerTests.secret(secret))
      container = try #require(KeyContainer(algorithm))
    }

    func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
      let count = content.count
      if count < 0x80 { return [tag, UInt8(count)] + content }
      if count < 0x100 { return [tag, 0x81, UInt8(count)] + content }
      return [tag, 0x82, UInt8(count >> 8), UInt8(count & 0xff)] + content
    }

    /// Version, the identifier as it is written, the inner key as it is written, more.
    func whole(
      version: [UInt8] = [2, 1, 0], inner change: ([UInt8]) -> [UInt8] = { $0 },
      more: [UInt8] = [], behind: [UInt8] = []
    ) -> [UInt8] {
      let written = KeyContainerTests.content(
        of: container.encode(secret: KeyContainerTests.secret(secret), publicKey: publicKey))
      // SEQUENCE, INTEGER 0, SEQUENCE of the identifier, OCTET STRING.
      func headerCount(_ bytes: ArraySlice<UInt8>) -> Int {
        let size = bytes[bytes.startIndex + 1]
        return size < 0x80 ? 2 : 2 + Int(size & 0x7f)
      }
      let body = written.dropFirst(headerCount(written[...])).dropFirst(3)
      let identifierCount = 2 + Int(body[body.startIndex + 1])
      let octets = body.dropFirst(identifierCount)
      let inner = Array(octets.dropFirst(headerCount(octets)))
      let content =
        version + Array(body.prefix(identifierCount)) + element(4, change(inner)) + more
      return element(0x30, content) + behind
    }

    func problem(_ bytes: [UInt8]) -> KeyContainer.Problem? {
      bytes.withUnsafeBytes { bytes in
        do throws(KeyContainer.Problem) {
          _ = try container.secret(in: bytes)
          return nil
        } catch { return error }
      }
    }
  }

  @Test(arguments: keyed) func `a container is read only if it is whole and agrees with itself`(
    algorithm: Algorithm
  ) throws {
    guard KeyContainer(algorithm) != nil else { return }
    let parts = try Parts(algorithm)
    #expect(parts.problem(parts.whole()) == nil)
    let attributes = parts.element(0xa0, [0x30, 0])
    #expect(parts.problem(parts.whole(more: attributes)) == nil)
    for version: [UInt8] in [[2, 1, 2], [2, 1, 7], [2, 1, 0xff], [2, 2, 0, 1], [2, 2, 1, 0]] {
      #expect(parts.problem(parts.whole(version: version)) == .version, "\(version)")
    }
    #expect(parts.problem(parts.whole(behind: [0])) == .trailingBytes)
    #expect(parts.problem(parts.whole(more: [5, 0])) == .trailingBytes)
    #expect(parts.problem(parts.whole(inner: { $0 + [5, 0] })) == .trailingBytes)
    #expect(parts.problem(parts.whole(inner: { _ in [] })) == .malformed)
    // A public key beside, implicit and explicit, ours and another's.
    let bits = [0] + parts.publicKey
    for key in [parts.element(0x81, bits), parts.element(0xa1, parts.element(3, bits))] {
      #expect(parts.problem(parts.whole(version: [2, 1, 1], more: key)) == nil)
      #expect(parts.problem(parts.whole(more: key)) == .version)
      #expect(parts.problem(parts.whole(version: [2, 1, 1], more: attributes + key)) == nil)
      #expect(
        parts.problem(parts.whole(version: [2, 1, 1], more: key + attributes)) == .trailingBytes)
      var other = key
      other[other.count - 1] ^= 1
      let problem = parts.problem(parts.whole(version: [2, 1, 1], more: other))
      #expect(problem == .publicKeyMismatch, "\(String(describing: problem))")
    }
    // Lengths that could be shorter are no distinguished encoding.
    var loose = parts.whole()
    if loose[1] < 0x80 {
      loose.insert(0x81, at: 1)
      #expect(parts.problem(loose) == .malformed)
    }
  }

  @Test(arguments: ["p-256", "p-384", "ecdsa-p256", "ecdsa-p384"])
  func `a compressed point is the uncompressed one`(id: String) throws {
    let algorithm = try #require(AlgorithmCatalog.algorithm(named: id))
    let parts = try Parts(algorithm)
    let half = (parts.publicKey.count - 1) / 2
    let compressed = [2 + parts.publicKey[2 * half] & 1] + parts.publicKey[1...half]
    #expect(algorithm.uncompressedPoint(compressed) == parts.publicKey)
    let encoded = parts.container.encode(publicKey: compressed)
    #expect(
      try encoded.withUnsafeBytes { try parts.container.publicKey(in: $0) } == parts.publicKey)
    let off = [2] + [UInt8](repeating: 0xff, count: half)
    let none = parts.container.encode(publicKey: off)
    #expect(throws: KeyContainer.Problem.invalidPoint) {
      try none.withUnsafeBytes { try parts.container.publicKey(in: $0) }
    }
    let key = parts.element(0x81, [0] + compressed)
    #expect(parts.problem(parts.whole(version: [2, 1, 1], more: key)) == nil)
  }

  @Test func `keys of other algorithms are named`() throws {
    let ed25519 = try #require(AlgorithmCatalog.algorithm(named: "ed25519"))
    let container = try #require(KeyContainer(ed25519))
    let objects: [([UInt8], KeyContainer.Problem)] = [
      ([0x06, 3, 0x2b, 0x65, 0x71], .otherAlgorithm("Ed448")),
      ([0x06, 3, 0x2b, 0x65, 0x70, 5, 0], .parameters),
      ([0x06, 3, 0x2b, 0x65, 0x6e], .otherAlgorithm("x25519")),
      ([0x06, 1, 0x2b], .otherAlgorithm(nil)),
    ]
    for (identifier, problem) in objects {
      let content = [0x30, UInt8(identifier.count)] + identifier + [3, 1, 0]
      let bytes = [0x30, UInt8(content.count)] + content
      #expect(throws: problem) {
        try bytes.withUnsafeBytes { try container.publicKey(in: $0) }
      }
    }
  }

  @Test(arguments: keyed) func `what is cut off or of another algorithm is refused`(
    algorithm: Algorithm
  ) throws {
    guard let container = KeyContainer(algorithm) else { return }
    let secret = Self.secret([UInt8](repeating: 5, count: algorithm.sizes.secretKey ?? 0))
    let publicKey = try Self.publicKey(algorithm, secret)
    let encoded = container.encode(publicKey: publicKey)
    let wrapped = Self.content(of: container.encode(secret: secret, publicKey: publicKey))
    for count in 0..<Swift.min(200, wrapped.count) {
      #expect(throws: KeyContainer.Problem.malformed) {
        try wrapped.prefix(count).withUnsafeBytes { _ = try container.secret(in: $0) }
      }
      #expect(throws: KeyContainer.Problem.malformed) {
        try encoded.prefix(Swift.min(count, encoded.count - 1)).withUnsafeBytes {
          try container.publicKey(in: $0)
        }
      }
    }
    for other in Self.keyed where other.sizes.publicKey != algorithm.sizes.publicKey {
      guard let container = KeyContainer(other) else { continue }
      #expect(throws: KeyContainer.Problem.self) {
        try encoded.withUnsafeBytes { try container.publicKey(in: $0) }
      }
    }
  }

  @Test func `texts of any length are read again, and others refused`() {
    forAll(2, count: 200) { rng in
      let bytes = Self.random(Int.random(in: 0...200, using: &rng), &rng)
      let text = bytes.withUnsafeBytes { bytes in
        Self.content(of: PEMText.encode(bytes, label: "X"))
      }
      #expect(text.split(separator: 10).allSatisfy { $0.count <= 64 })
      func decoded(_ text: [UInt8], _ label: String) -> [UInt8]? {
        let secret = Self.secret(text).withUnsafeBytes { PEMText.decode($0, label: label) }
        guard let secret else { return nil }
        return Self.content(of: secret)
      }
      #expect(decoded(text, "X") == bytes)
      #expect(decoded(Array("more\n".utf8) + text + [10], "X") == bytes)
      #expect(decoded([0xef, 0xbb, 0xbf] + text, "X") == bytes)
      #expect(decoded(Array("more\r\n\r\n".utf8) + text, "X") == bytes)
      #expect(decoded(Array("more ".utf8) + text, "X") == nil)
      #expect(decoded(text, "Y") == nil)
      #expect(decoded(Array(text.dropLast(2)), "X") == nil)
      if !bytes.isEmpty {
        var broken = text
        broken[18] = UInt8(ascii: "?")
        #expect(decoded(broken, "X") == nil)
      }
    }
  }
}
