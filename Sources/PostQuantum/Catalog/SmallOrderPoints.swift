import Crypto
import FoundationEssentials

/// Points of Curve25519 and Edwards curve 25519 whose order divides 8. With one of them in place of
/// a public key, everybody can compute what only two parties should: the agreed secret is zero
/// whatever the other scalar is, and a signature holds for messages that nobody signed.
///
/// - Source: [Barnes22] §7.1.4 for agreement. Differs in: the check comes before a key is used, for
///   X-Wing too, whose draft leaves it out since ML-KEM-768 stands beside.
enum SmallOrderPoints {
  /// Whether agreeing with a u-coordinate of Curve25519 gives zero.
  ///
  /// Scalars of X25519 are multiples of 8, so that it does with any of them where it does with one.
  static func holds(agreementKey: some DataProtocol) -> Bool {
    guard let point = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: Data(agreementKey)),
      let probe = try? Curve25519.KeyAgreement.PrivateKey(
        rawRepresentation: [UInt8](repeating: 0x40, count: 32)),
      let agreed = try? probe.sharedSecretFromKeyAgreement(with: point)
    else { return true }
    return isZero(agreed)
  }

  /// Whether all bytes are zero, in a time that does not depend on them.
  static func isZero(_ secret: SharedSecret) -> Bool {
    secret.withUnsafeBytes { bytes in bytes.reduce(UInt8(0)) { $0 | $1 } == 0 }
  }

  /// Whether a public key of Ed25519 is a point of small order, in any of its encodings.
  static func holds(signatureKey: [UInt8]) -> Bool {
    guard signatureKey.count == 32 else { return false }
    var ordinate = signatureKey
    // The last bit is the sign of the abscissa.
    ordinate[31] &= 0x7f
    return ordinates.contains(ordinate)
  }

  /// Ordinates of the eight points in little-endian order: 0 (order 4), 1 (order 1), −1 (order 2),
  /// those of the points of order 8, and the numbers below 2²⁵⁵ that are the same modulo p = 2²⁵⁵ −
  /// 19.
  private static let ordinates: Set<[UInt8]> = {
    let zero = [UInt8](repeating: 0, count: 32)
    let one: [UInt8] = [1] + [UInt8](repeating: 0, count: 31)
    func nearModulus(_ first: UInt8) -> [UInt8] {
      [first] + [UInt8](repeating: 0xff, count: 30) + [0x7f]
    }
    let eighth: [UInt8] = [
      0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
      0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
      0xfc, 0x05,
    ]
    let otherEighth: [UInt8] = [
      0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
      0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
      0x03, 0x7a,
    ]
    return [
      zero, one, eighth, otherEighth, nearModulus(0xec), nearModulus(0xed), nearModulus(0xee),
    ]
  }()
}
