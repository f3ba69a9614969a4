/// Whether the expanded form of a secret key is that of a seed.
///
/// PKCS #8 may hold both, and a file in which they differ was damaged or forged. swift-crypto gives
/// no expanded keys, so they are computed here, in ordinary memory; only files that hold both have
/// that done to them.
///
/// - Source: [Turner26] §8, [Massimo25] §8: whoever reads both checks that they agree.
enum ExpandedKey {
  static func matches(
    _ expanded: UnsafeRawBufferPointer, _ algorithm: Algorithm, seed: borrowing SecretBytes
  ) -> Bool {
    var bytes = seed.withUnsafeBytes { Array($0) }
    var key = expand(bytes, algorithm)
    defer {
      wipe(&bytes)
      wipe(&key)
    }
    guard !key.isEmpty, key.count == expanded.count else { return false }
    return zip(key, expanded).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private static func wipe(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { SecretBytes.wipe($0) }
  }

  /// The expanded key of a seed; empty for algorithms that have none.
  private static func expand(_ seed: [UInt8], _ algorithm: Algorithm) -> [UInt8] {
    switch algorithm.id {
    case "ml-kem-768", "ml-kem-1024":
      let scheme = TeachingMLKEM(algorithm.id == "ml-kem-768" ? .mlkem768 : .mlkem1024)
      var (d, z) = (Array(seed.prefix(32)), Array(seed.suffix(32)))
      defer {
        wipe(&d)
        wipe(&z)
      }
      let keys = try? scheme.keyPair(d: d, z: z)
      return keys?.decapsulationKey ?? []
    case "ml-dsa-65": return MLDSAExpansion.mldsa65.secretKey(seed: seed)
    case "ml-dsa-87": return MLDSAExpansion.mldsa87.secretKey(seed: seed)
    default: return []
    }
  }
}
