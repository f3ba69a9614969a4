import Crypto

/// How frames are encrypted: the suites of SFrame that are AES-GCM.
///
/// The suites with AES-CTR and HMAC are missing: swift-crypto has no AES-CTR among what it
/// promises.
///
/// - Source: [Omara24] §4.5.
public enum FrameSuite: UInt16, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// AES-128 in GCM, with keys derived by HKDF over SHA-256; tags of 16 bytes.
  case aes128GCMSHA256 = 4
  /// AES-256 in GCM, with keys derived by HKDF over SHA-512; tags of 16 bytes.
  case aes256GCMSHA512 = 5

  /// The name of the suite in RFC 9605.
  public var description: String {
    switch self {
    case .aes128GCMSHA256: "AES_128_GCM_SHA256_128"
    case .aes256GCMSHA512: "AES_256_GCM_SHA512_128"
    }
  }

  /// Bytes of a key of the cipher (Nk).
  public var keyByteCount: Int { self == .aes128GCMSHA256 ? 16 : 32 }

  /// Bytes of a base key (Nh).
  public var hashByteCount: Int { self == .aes128GCMSHA256 ? 32 : 64 }

  /// Bytes of a nonce (Nn).
  static let nonceByteCount = 12

  /// Bytes of a tag (Nt).
  public static let tagByteCount = 16

  /// HKDF-Expand(HKDF-Extract("", base key), info).
  func derive(_ baseKey: SymmetricKey, _ info: [UInt8], byteCount: Int) -> SymmetricKey {
    switch self {
    case .aes128GCMSHA256:
      HKDF<SHA256>.deriveKey(
        inputKeyMaterial: baseKey, salt: [UInt8](), info: info, outputByteCount: byteCount)
    case .aes256GCMSHA512:
      HKDF<SHA512>.deriveKey(
        inputKeyMaterial: baseKey, salt: [UInt8](), info: info, outputByteCount: byteCount)
    }
  }

  /// The base key of the next step; from it, nobody finds the one before.
  ///
  /// - Source: [Omara24] §5.1.
  package func ratcheted(_ baseKey: SymmetricKey) -> SymmetricKey {
    derive(baseKey, Array("SFrame 1.0 Ratchet".utf8), byteCount: hashByteCount)
  }
}
