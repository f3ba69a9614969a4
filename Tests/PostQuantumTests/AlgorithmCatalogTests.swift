import Crypto
import Foundation
import PostQuantum
import Testing

struct AlgorithmCatalogTests {
  private struct KEMRow: Decodable {
    let algorithm, seed, publicKey: String
    let ciphertext, sharedSecret: String?
  }

  @Test func `ids and codes are unique and codes ascend`() {
    let all = AlgorithmCatalog.all
    #expect(Set(all.map(\.id)).count == all.count)
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.code < $1.code })
    for algorithm in all {
      #expect(AlgorithmCatalog.algorithm(named: algorithm.id) == algorithm)
      #expect(AlgorithmCatalog.algorithm(code: algorithm.code) == algorithm)
    }
  }

  @Test func `sources are references`() throws {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Docs/References.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    for algorithm in AlgorithmCatalog.all {
      #expect(!algorithm.sources.isEmpty)
      for source in algorithm.sources { #expect(text.contains("| [\(source)] |"), "\(source)") }
    }
  }

  @Test(arguments: AlgorithmCatalog.encapsulations)
  func `both sides have one secret, and sizes are those of the catalog`(algorithm: Algorithm) throws
  {
    let key = try algorithm.generateKEMKey()
    let publicKey = try algorithm.publicKey(of: key)
    let sent = try algorithm.encapsulate(to: publicKey)
    #expect(try algorithm.decapsulate(sent.ciphertext, with: key) == sent.sharedSecret)
    #expect(publicKey.count == algorithm.sizes.publicKey)
    #expect(sent.ciphertext.count == algorithm.sizes.ciphertext)
    #expect(sent.sharedSecret.bitCount / 8 == algorithm.sizes.sharedSecret)
    let secret = try algorithm.secretBytes(of: key)
    #expect(secret.count == algorithm.sizes.secretKey)
    let again = try algorithm.kemKey(secret: secret)
    #expect(try algorithm.publicKey(of: again) == publicKey)
    #expect(try algorithm.decapsulate(sent.ciphertext, with: again) == sent.sharedSecret)
  }

  @Test(arguments: AlgorithmCatalog.encapsulations)
  func `another ciphertext or another key gives another secret or none`(algorithm: Algorithm) throws
  {
    let key = try algorithm.generateKEMKey()
    let sent = try algorithm.encapsulate(to: algorithm.publicKey(of: key))
    for index in [0, sent.ciphertext.count / 2, sent.ciphertext.count - 1] {
      var changed = sent.ciphertext
      changed[index] ^= 0x10
      #expect((try? algorithm.decapsulate(changed, with: key)) != sent.sharedSecret)
    }
    let other = try algorithm.generateKEMKey()
    #expect((try? algorithm.decapsulate(sent.ciphertext, with: other)) != sent.sharedSecret)
    let again = try algorithm.encapsulate(to: algorithm.publicKey(of: key))
    #expect(again.sharedSecret != sent.sharedSecret)
  }

  @Test(arguments: AlgorithmCatalog.encapsulations)
  func `bytes of the wrong length are refused`(algorithm: Algorithm) throws {
    let key = try algorithm.generateKEMKey()
    let size = try #require(algorithm.sizes.publicKey)
    for count in [0, size - 1, size + 1] {
      #expect(
        throws: AlgorithmError.wrongLength(
          algorithm, of: "public key", expected: size, actual: count)
      ) { try algorithm.encapsulate(to: [UInt8](repeating: 1, count: count)) }
    }
    let length = try #require(algorithm.sizes.ciphertext)
    #expect(
      throws: AlgorithmError.wrongLength(
        algorithm, of: "ciphertext", expected: length, actual: length + 1)
    ) { try algorithm.decapsulate([UInt8](repeating: 1, count: length + 1), with: key) }
    #expect(throws: AlgorithmError.wrongKind(algorithm)) { try algorithm.generateSigningKey() }
  }

  @Test(arguments: AlgorithmCatalog.signatures)
  func `a signature holds for its message, its key and its context`(algorithm: Algorithm) throws {
    let key = try algorithm.generateSigningKey()
    let message = Array("message".utf8)
    let signature = try key.signature(for: message)
    #expect(signature.count == algorithm.sizes.signature)
    #expect(key.publicKey.count == algorithm.sizes.publicKey)
    #expect(try algorithm.isValid(signature, for: message, publicKey: key.publicKey))
    #expect(!(try algorithm.isValid(signature, for: message + [0], publicKey: key.publicKey)))
    var changed = signature
    changed[changed.count / 2] ^= 1
    #expect(!(try algorithm.isValid(changed, for: message, publicKey: key.publicKey)))
    let other = try algorithm.generateSigningKey()
    #expect(!(try algorithm.isValid(signature, for: message, publicKey: other.publicKey)))
    let secret = key.secretBytes()
    #expect(secret.count == algorithm.sizes.secretKey)
    #expect(try algorithm.signingKey(secret: secret).publicKey == key.publicKey)
    if algorithm.hasSignatureContext {
      let bound = try key.signature(for: message, context: [1])
      #expect(try algorithm.isValid(bound, for: message, publicKey: key.publicKey, context: [1]))
      #expect(!(try algorithm.isValid(bound, for: message, publicKey: key.publicKey)))
    } else {
      #expect(throws: AlgorithmError.contextRefused(algorithm)) {
        try key.signature(for: message, context: [1])
      }
    }
  }

  @Test func `seeds give the keys and ciphertexts the secrets of the vectors`() throws {
    let rows = try Fixtures.rows("kem", as: [KEMRow].self)
    #expect(rows.count >= 9)
    for row in rows {
      let algorithm = try #require(AlgorithmCatalog.algorithm(named: row.algorithm))
      let key = try algorithm.kemKey(secret: Fixtures.secret(row.seed))
      #expect(Fixtures.hex(try algorithm.publicKey(of: key)) == row.publicKey.lowercased())
      guard let ciphertext = row.ciphertext, let expected = row.sharedSecret else { continue }
      let secret = try algorithm.decapsulate(Fixtures.bytes(ciphertext), with: key)
      #expect(secret == Fixtures.secret(expected).symmetricKey())
    }
  }

  /// RFC 9180, appendices A.1.1 and A.3.1.
  @Test(arguments: [
    (
      "x25519", "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
      "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
      "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc"
    ),
    (
      "p-256", "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
      "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac9"
        + "8536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
      "c0d26aeab536609a572b07695d933b589dcf363ff9d93c93adea537aeabb8cb8"
    ),
  ])
  func `Diffie-Hellman as a mechanism gives the secrets of RFC 9180`(
    id: String, secretKey: String, ciphertext: String, sharedSecret: String
  ) throws {
    let algorithm = try #require(AlgorithmCatalog.algorithm(named: id))
    let key = try algorithm.kemKey(secret: Fixtures.secret(secretKey))
    let secret = try algorithm.decapsulate(Fixtures.bytes(ciphertext), with: key)
    #expect(secret == Fixtures.secret(sharedSecret).symmetricKey())
  }

  @Test func `HKDF gives the keys of RFC 5869`() {
    let short = SymmetricKey(data: [UInt8](repeating: 0x0b, count: 22))
    let one = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: short, salt: Array(0...0x0c as ClosedRange<UInt8>),
      info: Array(0xf0...0xf9 as ClosedRange<UInt8>), outputByteCount: 42)
    #expect(
      one.withUnsafeBytes { Fixtures.hex($0) }
        == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
    let two = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: Array(0...0x4f as ClosedRange<UInt8>)),
      salt: Array(0x60...0xaf as ClosedRange<UInt8>),
      info: Array(0xb0...0xff as ClosedRange<UInt8>), outputByteCount: 82)
    #expect(
      two.withUnsafeBytes { Fixtures.hex($0) }
        == "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
        + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
        + "cc30c58179ec3e87c14c01d5c1f3434f1d87")
    let three = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: short, salt: [UInt8](), info: [UInt8](), outputByteCount: 42)
    #expect(
      three.withUnsafeBytes { Fixtures.hex($0) }
        == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
  }
}
