/// How PEM files hold the keys of an algorithm: SubjectPublicKeyInfo for public keys, PKCS #8 for secret ones.
///
/// - Source: [Turner10], [Josefsson18] for Curve25519, [TurnerBrown10] for P-256 and P-384, [Turner26] for ML-KEM,
///   [Massimo25] for ML-DSA.
public struct KeyContainer: Sendable {
  /// What PKCS #8 holds of a secret key.
  private enum SecretForm: Sendable {
    /// The seed alone, tagged 0. An expanded key beside it is not looked at: the seed is the key.
    case seed
    /// An OCTET STRING.
    case octets
    /// ECPrivateKey: version, scalar, public key.
    case ellipticCurve
  }

  private enum Tag {
    static let integer: UInt8 = 0x02
    static let bitString: UInt8 = 0x03
    static let octetString: UInt8 = 0x04
    static let sequence: UInt8 = 0x30
    static let seed: UInt8 = 0x80
    static let publicKey: UInt8 = 0xa1
  }

  /// What a PEM text calls a public key.
  public static let publicLabel = "PUBLIC KEY"
  /// What a PEM text calls a secret key.
  public static let secretLabel = "PRIVATE KEY"

  public let algorithm: Algorithm
  /// The AlgorithmIdentifier: object identifier and parameters.
  private let identifier: [UInt8]
  private let form: SecretForm

  /// `nil` for algorithms without a registered container.
  public init?(_ algorithm: Algorithm) {
    guard let entry = Self.identifiers[algorithm.id] else { return nil }
    self.algorithm = algorithm
    identifier = entry.bytes
    form = entry.form
  }

  private static let identifiers: [String: (bytes: [UInt8], form: SecretForm)] = {
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
      (DERReader.header(Tag.sequence, count: $0.bytes.count) + $0.bytes, $0.form)
    }
  }()

  // MARK: Writing

  /// SubjectPublicKeyInfo of a public key.
  public func encode(publicKey: [UInt8]) -> [UInt8] {
    let bits = DERReader.header(Tag.bitString, count: publicKey.count + 1) + [0] + publicKey
    return DERReader.header(Tag.sequence, count: identifier.count + bits.count) + identifier + bits
  }

  /// PKCS #8 of a secret key.
  public func encode(secret: borrowing SecretBytes, publicKey: [UInt8]) -> SecretBytes {
    var (before, after): ([UInt8], [UInt8]) = ([], [])
    func wrap(_ tag: UInt8) {
      before = DERReader.header(tag, count: before.count + count + after.count) + before
    }
    let count = secret.count
    switch form {
    case .seed: wrap(Tag.seed)
    case .octets: wrap(Tag.octetString)
    case .ellipticCurve:
      wrap(Tag.octetString)
      before = [Tag.integer, 1, 1] + before
      let bits = DERReader.header(Tag.bitString, count: publicKey.count + 1) + [0] + publicKey
      after = DERReader.header(Tag.publicKey, count: bits.count) + bits
      wrap(Tag.sequence)
    }
    wrap(Tag.octetString)
    before = [Tag.integer, 1, 0] + identifier + before
    wrap(Tag.sequence)
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

  // MARK: Reading

  /// What is wrong with a container.
  public enum Problem: Error, Hashable, Sendable {
    /// It holds a key of another algorithm; its name if it is in the catalog.
    case otherAlgorithm(String?)
    /// It holds the expanded key without the seed.
    case expandedKeyOnly
    case malformed
  }

  /// The key in a SubjectPublicKeyInfo.
  public func publicKey(in bytes: UnsafeRawBufferPointer) throws(Problem) -> [UInt8] {
    var outer = DERReader(bytes)
    guard let content = outer.content(of: Tag.sequence), outer.isAtEnd else { throw .malformed }
    var reader = DERReader(content)
    try check(reader.element(Tag.sequence))
    // The first byte says how many bits of the last one do not count: none.
    guard let key = reader.content(of: Tag.bitString), key.first == 0, reader.isAtEnd else {
      throw .malformed
    }
    return Array(key.dropFirst())
  }

  /// The seed or scalar in a PKCS #8 container.
  public func secret(in bytes: UnsafeRawBufferPointer) throws(Problem) -> SecretBytes {
    var outer = DERReader(bytes)
    guard let content = outer.content(of: Tag.sequence), outer.isAtEnd else { throw .malformed }
    var reader = DERReader(content)
    guard reader.content(of: Tag.integer) != nil else { throw .malformed }
    try check(reader.element(Tag.sequence))
    // Attributes and a public key may follow.
    guard let inner = reader.content(of: Tag.octetString) else { throw .malformed }
    return SecretBytes(copying: try secretBytes(in: inner))
  }

  private func secretBytes(
    in inner: UnsafeRawBufferPointer
  ) throws(Problem) -> UnsafeRawBufferPointer {
    var reader = DERReader(inner)
    var secret: UnsafeRawBufferPointer?
    switch form {
    case .octets: secret = reader.content(of: Tag.octetString)
    case .ellipticCurve:
      var fields = reader.content(of: Tag.sequence).map(DERReader.init)
      _ = fields?.content(of: Tag.integer)
      secret = fields?.content(of: Tag.octetString)
    case .seed:
      switch inner.first {
      case Tag.seed: secret = reader.content(of: Tag.seed)
      case Tag.sequence:
        var fields = reader.content(of: Tag.sequence).map(DERReader.init)
        secret = fields?.content(of: Tag.octetString)
      case Tag.octetString: throw .expandedKeyOnly
      default: break
      }
    }
    guard let secret else { throw .malformed }
    return secret
  }

  private func check(_ element: UnsafeRawBufferPointer?) throws(Problem) {
    guard let element else { throw .malformed }
    guard !element.elementsEqual(identifier) else { return }
    let other = Self.identifiers.filter { element.elementsEqual($0.value.bytes) }.keys.min()
    throw .otherAlgorithm(other)
  }
}
