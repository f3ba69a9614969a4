import Crypto
import PostQuantum
import Testing

struct SecretBytesTests {
  private struct Refusal: Error {}

  @Test func `secrets are compared by all their bytes`() {
    let secret = SecretBytes.random(count: 32)
    let isItself = secret.matches(secret.copy())
    #expect(isItself)
    for index in 0..<32 {
      let other = SecretBytes(count: 32) { target in
        secret.withUnsafeBytes { target.copyMemory(from: $0) }
        target[index] ^= 1
      }
      let isSame = secret.matches(other)
      #expect(!isSame)
    }
    let isShorter = secret.matches(SecretBytes.random(count: 31))
    #expect(!isShorter)
  }

  @Test func `wiping leaves zeros`() {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 100, alignment: 16)
    defer { bytes.deallocate() }
    bytes.copyBytes(from: repeatElement(0xA5, count: 100))
    SecretBytes.wipe(UnsafeMutableRawBufferPointer(rebasing: bytes[10..<90]))
    #expect(bytes.enumerated().allSatisfy { $1 == ((10..<90).contains($0) ? 0 : 0xA5) })
    SecretBytes.wipe(UnsafeMutableRawBufferPointer(start: nil, count: 0))
  }

  @Test func `a key of swift-crypto has the same bytes`() {
    let secret = SecretBytes.random(count: 48)
    let again = SecretBytes(secret.symmetricKey())
    let isSame = again.matches(secret)
    #expect(isSame)
    let emptyCount = SecretBytes.random(count: 0).count
    #expect(emptyCount == 0)
  }

  @Test func `random secrets differ and an error in the making leaves nothing`() {
    let one = SecretBytes.random(count: 16)
    let isSame = one.matches(SecretBytes.random(count: 16))
    #expect(!isSame)
    #expect(throws: Refusal.self) {
      _ = try SecretBytes(count: 8) { _ throws(Refusal) in throw Refusal() }
    }
  }

  @Test func `fingerprints tell keys apart and say nothing else`() throws {
    let secret = SecretBytes.random(count: 32)
    let print = secret.fingerprint()
    let again = secret.copy().fingerprint()
    let other = SecretBytes.random(count: 32).fingerprint()
    #expect(print == again && print != other)
    #expect(Fingerprint(print.description) == print)
    #expect(Fingerprint(print.description.dropLast()) == nil)
    #expect(Fingerprint("no fingerprint at all, though long") == nil)
    let shown = secret.withUnsafeBytes { Fixtures.hex($0) }
    #expect(!shown.contains(Fixtures.hex(print.bytes)))
  }

  @Test func `nothing that holds a key prints it`() throws {
    let secret = Fixtures.secret(String(repeating: "5a", count: 32))
    let key = try PresharedKey(id: "k", secret: secret)
    for text in ["\(key)", String(reflecting: key), "\(secret.symmetricKey())"] {
      #expect(!text.contains("5a5a") && !text.contains("90, 90"), "\(text)")
    }
    var dumped = ""
    dump(key, to: &dumped)
    #expect(!dumped.contains("90"))
  }

  @Test func `names and lengths of pre-shared keys are checked`() throws {
    #expect(throws: KeyExchangeError.presharedKeyTooShort(byteCount: 15)) {
      try PresharedKey(id: "k", secret: SecretBytes.random(count: 15))
    }
    for id in ["", "a b", "é", "a\n", String(repeating: "a", count: 65)] {
      #expect(throws: KeyExchangeError.invalidKeyID) {
        try PresharedKey(id: id, secret: SecretBytes.random(count: 16))
      }
    }
  }
}
