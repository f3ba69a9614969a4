import Crypto
import Foundation
import PostQuantum
import TestSupport
import Testing

struct SmallOrderTests {
  /// u-coordinates of Curve25519 of small order, with all their encodings below 2²⁵⁶.
  private static let agreementPoints: [[UInt8]] = {
    let order8 = [
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    ].map(Fixtures.bytes)
    func near(_ first: UInt8) -> [UInt8] { [first] + [UInt8](repeating: 0xff, count: 30) + [0x7f] }
    let low =
      [
        [UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31), near(0xec),
        near(0xed), near(0xee),
      ] + order8
    // The highest bit does not count.
    return low.flatMap { [$0, $0.dropLast() + [$0[31] | 0x80]] }
  }()

  @Test(arguments: agreementPoints) func `no secret is agreed on with a point of small order`(
    point: [UInt8]
  ) throws {
    let x25519 = try #require(AlgorithmCatalog.algorithm(named: "x25519"))
    let xWing = try #require(AlgorithmCatalog.algorithm(named: "x-wing"))
    #expect(throws: AlgorithmError.smallOrderPoint(x25519)) {
      try x25519.encapsulate(to: point)
    }
    let key = try x25519.generateKEMKey()
    #expect(throws: AlgorithmError.smallOrderPoint(x25519)) {
      try x25519.decapsulate(point, with: key)
    }
    let pair = try xWing.generateKEMKey()
    let publicKey = try xWing.publicKey(of: pair)
    #expect(throws: AlgorithmError.smallOrderPoint(xWing)) {
      try xWing.encapsulate(to: publicKey.dropLast(32) + point)
    }
    let ciphertext = try xWing.encapsulate(to: publicKey).ciphertext
    #expect(throws: AlgorithmError.smallOrderPoint(xWing)) {
      try xWing.decapsulate(ciphertext.dropLast(32) + point, with: pair)
    }
    // The mechanism itself, without the catalog.
    let raw = try DHKEM<Curve25519Agreement>.PublicKey(rawRepresentation: point)
    #expect(throws: (any Error).self) { try raw.encapsulate() }
  }

  /// Ordinates of points of Ed25519 of small order.
  private static let signaturePoints: [[UInt8]] = {
    let order8 = [
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ].map(Fixtures.bytes)
    func near(_ first: UInt8) -> [UInt8] { [first] + [UInt8](repeating: 0xff, count: 30) + [0x7f] }
    let low =
      [
        [UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31), near(0xec),
        near(0xed), near(0xee),
      ] + order8
    return low.flatMap { [$0, $0.dropLast() + [$0[31] | 0x80]] }
  }()

  @Test(arguments: signaturePoints) func `no signature holds for a key of small order`(
    point: [UInt8]
  ) throws {
    let ed25519 = try #require(AlgorithmCatalog.algorithm(named: "ed25519"))
    // R is the neutral point and s is 0: valid for every message if the key is neutral, too.
    let signature = [1] + [UInt8](repeating: 0, count: 63)
    #expect(throws: AlgorithmError.smallOrderPoint(ed25519)) {
      try ed25519.isValid(signature, for: [1, 2, 3], publicKey: point)
    }
  }

  @Test func `without the check, everybody signs for a key of small order`() throws {
    let neutral = [1] + [UInt8](repeating: 0, count: 31)
    let key = try Curve25519.Signing.PublicKey(rawRepresentation: neutral)
    let signature = [1] + [UInt8](repeating: 0, count: 63)
    #expect(key.isValidSignature(signature, for: [7, 7]))
  }

  @Test func `public keys that are none are refused by every algorithm`() throws {
    for algorithm in AlgorithmCatalog.encapsulations {
      let count = algorithm.sizes.publicKey ?? 0
      // Not reduced, not on the curve: all bits set; of X25519 that is a key like any other.
      let filled = [UInt8](repeating: 0xff, count: count)
      if algorithm.id != "x25519" {
        #expect(throws: AlgorithmError.self, "\(algorithm)") {
          try algorithm.encapsulate(to: filled)
        }
      }
      #expect(throws: AlgorithmError.self, "\(algorithm)") {
        try algorithm.encapsulate(to: [0] + filled)
      }
    }
    for id in ["p-256", "p-384"] {
      let algorithm = try #require(AlgorithmCatalog.algorithm(named: id))
      let key = try algorithm.generateKEMKey()
      let own = try algorithm.publicKey(of: key)
      // Hybrid encodings, a changed ordinate, the point at infinity filled up.
      for first: UInt8 in [0, 1, 2, 3, 5, 6, 7] {
        #expect(throws: AlgorithmError.self) {
          try algorithm.encapsulate(to: [first] + own.dropFirst())
        }
      }
      var off = own
      off[off.count - 1] ^= 1
      #expect(throws: AlgorithmError.self) { try algorithm.encapsulate(to: off) }
      #expect(throws: AlgorithmError.self) { try algorithm.decapsulate(off, with: key) }
    }
  }

  @Test func `an exchange refuses a point of small order`() throws {
    let policy = try KeyExchangePolicy(
      algorithms: ["ml-kem-768", "x25519"].compactMap(AlgorithmCatalog.algorithm(named:)))
    let zero = [UInt8](repeating: 0, count: 32)
    var initiator = HandshakeInitiator(
      identity: try .generate(name: "Alice"), policy: policy, trust: .anybody)
    var hello = try initiator.start()
    // The last public key of a hello is that of X25519, the highest code.
    hello.replaceSubrange(hello.count - 32..<hello.count, with: zero)
    var responder = HandshakeResponder(
      identity: try .generate(name: "Bob"), policy: policy, trust: .anybody)
    let x25519 = try #require(AlgorithmCatalog.algorithm(named: "x25519"))
    #expect(throws: KeyExchangeError.invalidPublicKey(x25519)) { try responder.receive(hello) }
  }
}
