extension KeyContainer {
  /// What is wrong with a container.
  public enum Problem: Error, Hashable, Sendable {
    /// It holds a key of another algorithm; its name if it is known.
    case otherAlgorithm(String?)
    /// The algorithm has parameters where it should have none.
    case parameters
    /// PKCS #8 of an unknown version, or a public key in one that has none.
    case version
    /// It holds the expanded key without the seed.
    case expandedKeyOnly
    /// The seed stands in an OCTET STRING or by itself, as drafts had it.
    case untaggedSeed
    /// The seed or scalar has another length.
    case secretLength(Int)
    /// The expanded key is not that of the seed beside it.
    case expandedKeyMismatch
    /// The public key beside the secret one is not its own.
    case publicKeyMismatch
    /// The secret key names another curve than the container around it.
    case curveMismatch
    /// A point of the curve in an encoding that is none.
    case invalidPoint
    /// The seed or scalar is not a secret key.
    case invalidSecret
    /// Something follows behind the end of a part.
    case trailingBytes
    /// The bytes are not laid out as the container says.
    case malformed
  }

  // MARK: Public keys

  /// The key in a SubjectPublicKeyInfo; compressed points come out uncompressed.
  public func publicKey(in bytes: UnsafeRawBufferPointer) throws(Problem) -> [UInt8] {
    var reader = try sequence(bytes)
    try checkAlgorithm(&reader)
    guard let bits = reader.content(of: DERTag.bitString) else { throw .malformed }
    guard reader.isAtEnd else { throw .trailingBytes }
    return try publicKey(inBits: bits)
  }

  /// The key in the content of a BIT STRING, whose first byte says how many bits of the last one do
  /// not count: none.
  private func publicKey(inBits bits: UnsafeRawBufferPointer) throws(Problem) -> [UInt8] {
    guard bits.first == 0 else { throw .malformed }
    let key = Array(bits.dropFirst())
    guard form == .ellipticCurve, key.count != algorithm.sizes.publicKey else { return key }
    guard let point = algorithm.uncompressedPoint(key) else { throw .invalidPoint }
    return point
  }

  // MARK: Secret keys

  /// The seed or scalar in a PKCS #8 container.
  public func secret(in bytes: UnsafeRawBufferPointer) throws(Problem) -> SecretBytes {
    var reader = try sequence(bytes)
    guard let version = reader.content(of: DERTag.integer) else { throw .malformed }
    guard version.count == 1, version[0] <= 1 else { throw .version }
    try checkAlgorithm(&reader)
    guard let inner = reader.content(of: DERTag.octetString) else { throw .malformed }
    if reader.nextTag == DERTag.zeroth, reader.content(of: DERTag.zeroth) == nil {
      throw .malformed
    }
    let beside = try publicKeyBeside(&reader, version: version[0])
    guard reader.isAtEnd else { throw .trailingBytes }
    let content = try secretContent(in: inner)
    let secret = SecretBytes(copying: content.secret)
    guard secret.count == algorithm.sizes.secretKey else { throw .secretLength(secret.count) }
    if let expanded = content.expanded {
      guard ExpandedKey.matches(expanded, algorithm, seed: secret) else {
        throw .expandedKeyMismatch
      }
    }
    for key in [beside, content.publicKey] {
      if let key { try check(key, isThatOf: secret) }
    }
    return secret
  }

  private func check(_ publicKey: [UInt8], isThatOf secret: borrowing SecretBytes)
    throws(Problem)
  {
    let own: [UInt8]
    do throws(AlgorithmError) {
      own =
        algorithm.canEncapsulate
        ? try algorithm.publicKey(of: algorithm.kemKey(secret: secret))
        : try algorithm.signingKey(secret: secret).publicKey
    } catch { throw .invalidSecret }
    guard own == publicKey else { throw .publicKeyMismatch }
  }

  /// The public key behind the secret one: an implicit BIT STRING, or an explicit one as some
  /// programs write it.
  private func publicKeyBeside(
    _ reader: inout DERReader, version: UInt8
  ) throws(Problem) -> [UInt8]? {
    var key: [UInt8]?
    if reader.nextTag == DERTag.implicitPublicKey {
      guard let bits = reader.content(of: DERTag.implicitPublicKey) else { throw .malformed }
      key = try publicKey(inBits: bits)
    } else {
      key = try explicitPublicKey(&reader)
    }
    // A public key is what makes it version 2, which is written as 1.
    guard key == nil || version == 1 else { throw .version }
    return key
  }

  /// A public key as a BIT STRING in an element of its own, if there is one.
  private func explicitPublicKey(_ reader: inout DERReader) throws(Problem) -> [UInt8]? {
    guard reader.nextTag == DERTag.explicitPublicKey else { return nil }
    var inner = reader.content(of: DERTag.explicitPublicKey).map(DERReader.init)
    guard let bits = inner?.lastContent(of: DERTag.bitString) else { throw .malformed }
    return try publicKey(inBits: bits)
  }

  /// What the OCTET STRING of a secret key holds.
  private struct SecretContent {
    var secret: UnsafeRawBufferPointer
    var expanded: UnsafeRawBufferPointer?
    var publicKey: [UInt8]?
  }

  private func secretContent(in inner: UnsafeRawBufferPointer) throws(Problem) -> SecretContent {
    var reader = DERReader(inner)
    switch form {
    case .octets:
      guard let secret = reader.content(of: DERTag.octetString) else { throw .malformed }
      guard reader.isAtEnd else { throw .trailingBytes }
      return SecretContent(secret: secret)
    case .ellipticCurve: return try ellipticCurveContent(&reader)
    case .seed: return try seedContent(inner)
    }
  }

  private func seedContent(_ inner: UnsafeRawBufferPointer) throws(Problem) -> SecretContent {
    var reader = DERReader(inner)
    if inner.count == algorithm.sizes.secretKey { throw .untaggedSeed }
    switch inner.first {
    case DERTag.seed:
      guard let secret = reader.content(of: DERTag.seed) else { throw .malformed }
      guard reader.isAtEnd else { throw .trailingBytes }
      return SecretContent(secret: secret)
    case DERTag.sequence:
      guard let content = reader.content(of: DERTag.sequence) else { throw .malformed }
      guard reader.isAtEnd else { throw .trailingBytes }
      var fields = DERReader(content)
      guard let seed = fields.content(of: DERTag.octetString),
        let expanded = fields.content(of: DERTag.octetString)
      else { throw .malformed }
      guard fields.isAtEnd else { throw .trailingBytes }
      return SecretContent(secret: seed, expanded: expanded)
    case DERTag.octetString:
      guard let content = reader.lastContent(of: DERTag.octetString) else { throw .malformed }
      throw content.count == algorithm.sizes.secretKey ? .untaggedSeed : .expandedKeyOnly
    default: throw .malformed
    }
  }

  /// ECPrivateKey: version 1, scalar, the curve if it is said again, the public key if it is there.
  private func ellipticCurveContent(_ reader: inout DERReader) throws(Problem) -> SecretContent {
    guard let content = reader.content(of: DERTag.sequence) else { throw .malformed }
    guard reader.isAtEnd else { throw .trailingBytes }
    var fields = DERReader(content)
    guard let version = fields.content(of: DERTag.integer) else { throw .malformed }
    guard version.elementsEqual([1]) else { throw .version }
    guard let scalar = fields.content(of: DERTag.octetString) else { throw .malformed }
    if fields.nextTag == DERTag.zeroth {
      guard let parameters = fields.content(of: DERTag.zeroth) else { throw .malformed }
      guard parameters.elementsEqual(curveIdentifier) else { throw .curveMismatch }
    }
    let key = try explicitPublicKey(&fields)
    guard fields.isAtEnd else { throw .trailingBytes }
    return SecretContent(secret: scalar, publicKey: key)
  }

  // MARK: Shared

  /// The content of a SEQUENCE that is all there is.
  private func sequence(_ bytes: UnsafeRawBufferPointer) throws(Problem) -> DERReader {
    var outer = DERReader(bytes)
    guard let content = outer.content(of: DERTag.sequence) else { throw .malformed }
    guard outer.isAtEnd else { throw .trailingBytes }
    return DERReader(content)
  }

  /// The curve, as the algorithm names it: the second object of its identifier.
  private var curveIdentifier: [UInt8] {
    identifier.withUnsafeBytes { bytes in
      var outer = DERReader(bytes)
      guard let content = outer.content(of: DERTag.sequence) else { return [] }
      var reader = DERReader(content)
      _ = reader.element(DERTag.objectIdentifier)
      return reader.element(DERTag.objectIdentifier).map(Array.init) ?? []
    }
  }

  private func checkAlgorithm(_ reader: inout DERReader) throws(Problem) {
    guard let element = reader.element(DERTag.sequence) else { throw .malformed }
    guard !element.elementsEqual(identifier) else { return }
    if let other = Self.identifiers.filter({ element.elementsEqual($0.value.bytes) }).keys.min() {
      throw .otherAlgorithm(other)
    }
    throw Self.problem(ofForeign: element, expected: identifier)
  }
}
