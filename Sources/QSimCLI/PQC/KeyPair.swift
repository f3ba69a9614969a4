import PostQuantum

/// The two keys of somebody, for encapsulation or for signing.
struct KeyPair: ~Copyable {
  let publicKey: [UInt8]
  /// The seed or scalar.
  private let secret: SecretBytes

  private init(publicKey: [UInt8], secret: consuming SecretBytes) {
    self.publicKey = publicKey
    self.secret = secret
  }

  /// New keys.
  ///
  /// - Throws: `AlgorithmError`.
  init(_ algorithm: Algorithm) throws {
    if algorithm.canEncapsulate {
      let key = try algorithm.generateKEMKey()
      self.init(
        publicKey: try algorithm.publicKey(of: key), secret: try algorithm.secretBytes(of: key))
    } else {
      let key = try algorithm.generateSigningKey()
      self.init(publicKey: key.publicKey, secret: key.secretBytes())
    }
  }

  /// The keys of a seed or scalar.
  ///
  /// - Throws: `AlgorithmError` for one that is no key.
  init(_ algorithm: Algorithm, secret: borrowing SecretBytes) throws {
    let publicKey =
      try algorithm.canEncapsulate
      ? algorithm.publicKey(of: algorithm.kemKey(secret: secret))
      : algorithm.signingKey(secret: secret).publicKey
    self.init(publicKey: publicKey, secret: secret.copy())
  }

  /// As it is written: PEM in a container, raw without one.
  borrowing func encodedSecret(_ container: KeyContainer?) -> SecretBytes {
    guard let container else { return secret.copy() }
    let content = container.encode(secret: secret, publicKey: publicKey)
    return content.withUnsafeBytes { PEMText.encode($0, label: KeyContainer.secretLabel) }
  }

  /// As it is written: PEM in a container, raw without one.
  borrowing func encodedPublicKey(_ container: KeyContainer?) -> SecretBytes {
    guard let container else { return SecretBytes(open: publicKey) }
    let content = SecretBytes(open: container.encode(publicKey: publicKey))
    return content.withUnsafeBytes { PEMText.encode($0, label: KeyContainer.publicLabel) }
  }
}
