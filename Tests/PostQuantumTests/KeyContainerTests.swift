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
    forAll(1) { rng in
      let publicKey = Self.random(algorithm.sizes.publicKey ?? 0, &rng)
      let encoded = container.encode(publicKey: publicKey)
      #expect(try encoded.withUnsafeBytes { try container.publicKey(in: $0) } == publicKey)
      let bytes = Self.random(algorithm.sizes.secretKey ?? 0, &rng)
      let secret = Self.secret(bytes)
      let wrapped = container.encode(secret: secret, publicKey: publicKey)
      let again = try wrapped.withUnsafeBytes { try container.secret(in: $0) }
      #expect(Self.content(of: again) == bytes)
    }
  }

  @Test(arguments: keyed) func `what is cut off or of another algorithm is refused`(
    algorithm: Algorithm
  ) throws {
    guard let container = KeyContainer(algorithm) else { return }
    let publicKey = [UInt8](repeating: 7, count: algorithm.sizes.publicKey ?? 0)
    let secret = Self.secret([UInt8](repeating: 5, count: algorithm.sizes.secretKey ?? 0))
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
