import Crypto
import TestSupport
import Testing

/// What PyPI cryptography sealed. Keys, ciphertexts and signatures of it are read by the tests of
/// the command.
struct InteropTests {
  private struct Fixture: Decodable {
    struct Seal: Decodable {
      let key, nonce, authenticated, plaintext, sealed: String
    }
    let aes_gcm: [Seal]
  }

  @Test func `texts sealed by PyPI cryptography are opened, and sealed alike`() throws {
    let fixture = try Golden.decoded("interop/interop.json", as: Fixture.self)
    #expect(fixture.aes_gcm.count == 4)
    for seal in fixture.aes_gcm {
      let key = SymmetricKey(data: Fixtures.bytes(seal.key))
      let nonce = try AES.GCM.Nonce(data: Fixtures.bytes(seal.nonce))
      let extra = Fixtures.bytes(seal.authenticated)
      let (text, sealed) = (
        Fixtures.bytes(seal.plaintext), Fixtures.bytes(seal.sealed)
      )
      let ours = try AES.GCM.seal(text, using: key, nonce: nonce, authenticating: extra)
      #expect(Array(ours.ciphertext + ours.tag) == sealed)
      let box = try AES.GCM.SealedBox(
        nonce: nonce, ciphertext: sealed.dropLast(16), tag: sealed.suffix(16))
      #expect(try Array(AES.GCM.open(box, using: key, authenticating: extra)) == text)
    }
  }
}
