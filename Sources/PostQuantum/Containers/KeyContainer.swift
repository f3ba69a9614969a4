/// How PEM files hold the keys of an algorithm: SubjectPublicKeyInfo for public keys, PKCS #8 for
/// secret ones.
///
/// What is read is checked: the distinguished encoding, the version, that nothing follows, and that
/// all that is said twice (the curve, the public key, the expanded key) is said twice alike.
///
/// - Source: [Turner10], [Josefsson18] for Curve25519, [TurnerBrown10] for P-256 and P-384,
///   [Turner26] for ML-KEM, [Massimo25] for ML-DSA.
public struct KeyContainer: Sendable {
  /// What PKCS #8 holds of a secret key.
  enum SecretForm: Sendable {
    /// The seed alone, tagged 0, or a SEQUENCE of the seed and the expanded key that follows from
    /// it.
    case seed
    /// An OCTET STRING.
    case octets
    /// ECPrivateKey: version, scalar, public key.
    case ellipticCurve
  }

  /// What a PEM text calls a public key.
  public static let publicLabel = "PUBLIC KEY"
  /// What a PEM text calls a secret key.
  public static let secretLabel = "PRIVATE KEY"

  /// The algorithm whose keys the container holds.
  public let algorithm: Algorithm
  /// The AlgorithmIdentifier: object identifier and parameters.
  let identifier: [UInt8]
  let form: SecretForm

  /// `nil` for algorithms without a registered container.
  public init?(_ algorithm: Algorithm) {
    guard let entry = Self.identifiers[algorithm.id] else { return nil }
    self.algorithm = algorithm
    identifier = entry.bytes
    form = entry.form
  }

  static let identifiers: [String: (bytes: [UInt8], form: SecretForm)] = {
    /// 2.16.840.1.101.3.4: algorithms of NIST.
    let nist: [UInt8] = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04]
    /// 1.2.840.10045.2.1: keys of elliptic curves; the curve follows.
    let curve: [UInt8] = [0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]
    let p256 = curve + [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]
    let p384 = curve + [0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22]
    let contents: [String: (bytes: [UInt8], form: SecretForm)] = [
      "ml-kem-768": (nist + [0x04, 0x02], .seed), "ml-kem-1024": (nist + [0x04, 0x03], .seed),
      "ml-dsa-65": (nist + [0x03, 0x12], .seed), "ml-dsa-87": (nist + [0x03, 0x13], .seed),
      "x25519": ([0x06, 0x03, 0x2b, 0x65, 0x6e], .octets),
      "ed25519": ([0x06, 0x03, 0x2b, 0x65, 0x70], .octets),
      "p-256": (p256, .ellipticCurve), "p-384": (p384, .ellipticCurve),
      "ecdsa-p256": (p256, .ellipticCurve), "ecdsa-p384": (p384, .ellipticCurve),
    ]
    return contents.mapValues {
      (DERReader.header(DERTag.sequence, count: $0.bytes.count) + $0.bytes, $0.form)
    }
  }()

  // MARK: Writing

  /// SubjectPublicKeyInfo of a public key.
  public func encode(publicKey: [UInt8]) -> [UInt8] {
    let bits = DERReader.header(DERTag.bitString, count: publicKey.count + 1) + [0] + publicKey
    return DERReader.header(DERTag.sequence, count: identifier.count + bits.count) + identifier
      + bits
  }

  /// PKCS #8 of a secret key.
  public func encode(secret: borrowing SecretBytes, publicKey: [UInt8]) -> SecretBytes {
    var (before, after): ([UInt8], [UInt8]) = ([], [])
    func wrap(_ tag: UInt8) {
      before = DERReader.header(tag, count: before.count + count + after.count) + before
    }
    let count = secret.count
    switch form {
    case .seed: wrap(DERTag.seed)
    case .octets: wrap(DERTag.octetString)
    case .ellipticCurve:
      wrap(DERTag.octetString)
      before = [DERTag.integer, 1, 1] + before
      let bits = DERReader.header(DERTag.bitString, count: publicKey.count + 1) + [0] + publicKey
      after = DERReader.header(DERTag.explicitPublicKey, count: bits.count) + bits
      wrap(DERTag.sequence)
    }
    wrap(DERTag.octetString)
    before = [DERTag.integer, 1, 0] + identifier + before
    wrap(DERTag.sequence)
    return SecretBytes(count: before.count + count + after.count) { bytes in
      bytes.copyBytes(from: before)
      UnsafeMutableRawBufferPointer(rebasing: bytes[(before.count + count)...]).copyBytes(
        from: after)
      secret.withUnsafeBytes { secret in
        UnsafeMutableRawBufferPointer(rebasing: bytes[before.count...].prefix(count))
          .copyMemory(from: secret)
      }
    }
  }
}
