import Crypto
import FoundationEssentials

extension Algorithm {
  /// A compressed point of the algorithm's curve (2 or 3, then x) as it stands in raw keys: 4, x,
  /// y.
  ///
  /// - Returns: `nil` for other bytes, points that are not on the curve, and algorithms without
  ///   such points.
  public func uncompressedPoint(_ bytes: [UInt8]) -> [UInt8]? {
    guard let first = bytes.first, first == 2 || first == 3 else { return nil }
    switch id {
    case "p-256", "ecdsa-p256":
      return (try? P256.Signing.PublicKey(compressedRepresentation: bytes))
        .map { Array($0.x963Representation) }
    case "p-384", "ecdsa-p384":
      return (try? P384.Signing.PublicKey(compressedRepresentation: bytes))
        .map { Array($0.x963Representation) }
    default: return nil
    }
  }
}
