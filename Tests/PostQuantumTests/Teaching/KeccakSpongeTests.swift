import Crypto
import PostQuantum
import TestSupport
import Testing

struct KeccakSpongeTests {
  @Test func `digests are those of swift-crypto at every length`() {
    var message: [UInt8] = []
    for length in 0..<300 {
      let short = KeccakSponge.digest(.sha3With256Bits, of: message, count: 32)
      #expect(short == Array(SHA3_256.hash(data: message)), "\(length) bytes")
      let long = KeccakSponge.digest(.sha3With512Bits, of: message, count: 64)
      #expect(long == Array(SHA3_512.hash(data: message)), "\(length) bytes")
      message.append(UInt8(truncatingIfNeeded: length * 167 + 13))
    }
  }

  @Test func `digests and streams are those of hashlib`() throws {
    for sponge in try MLKEMFixture.load().sponges {
      let message = Fixtures.bytes(sponge.message)
      func digest(_ function: KeccakSponge.Function, _ count: Int) -> [UInt8] {
        KeccakSponge.digest(function, of: message, count: count)
      }
      #expect(digest(.sha3With256Bits, 32) == Fixtures.bytes(sponge.sha3_256))
      #expect(digest(.sha3With512Bits, 64) == Fixtures.bytes(sponge.sha3_512))
      #expect(sha256(digest(.shake128, 500)) == sponge.shake128_500_sha256)
      #expect(sha256(digest(.shake256, 500)) == sponge.shake256_500_sha256)
    }
  }

  @Test(arguments: KeccakSponge.Function.allCases)
  func `pieces give the same as the whole`(function: KeccakSponge.Function) {
    let message = (0..<500).map { UInt8(truncatingIfNeeded: $0 * 31) }
    let whole = KeccakSponge.digest(function, of: message, count: 700)
    forAll(1) { rng in
      var sponge = KeccakSponge(function)
      var (start, bytes): (Int, [UInt8]) = (0, [])
      while start < message.count {
        let end = Swift.min(message.count, start + Int.random(in: 0...200, using: &rng))
        sponge.absorb(Array(message[start..<end]))
        start = end
      }
      while bytes.count < whole.count {
        let count = Swift.min(whole.count - bytes.count, Int.random(in: 0...200, using: &rng))
        bytes += sponge.squeeze(count)
      }
      #expect(bytes == whole)
    }
  }
}
