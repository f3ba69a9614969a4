/// Keys, signing and verifying of one signature scheme, in bytes.
extension Algorithm {
  /// Whether signatures have a place for a context.
  public var hasSignatureContext: Bool { kind == .signature && isQuantumSafe }

  /// A new signing key.
  public func generateSigningKey() throws(AlgorithmError) -> SigningKey {
    let operations = try signatureOperations()
    do { return signingKey(try operations.makeKey(nil)) } catch { throw .operationFailed(self) }
  }

  /// The signing key of a seed or scalar.
  public func signingKey(secret: borrowing SecretBytes) throws(AlgorithmError) -> SigningKey {
    let operations = try signatureOperations()
    try check(secret.count, is: sizes.secretKey, "secret key")
    do {
      return signingKey(try secret.withUnsafeBytes { bytes in try operations.makeKey(bytes) })
    } catch { throw .invalidSecretKey(self) }
  }

  /// Whether a signature of a message is that of the key.
  ///
  /// - Throws: `AlgorithmError` for bytes that are not a public key, have the wrong length or, for
  ///   Ed25519, are a point of small order, with which signatures hold for any message; a signature
  ///   that does not fit is not an error but `false`.
  public func isValid(
    _ signature: [UInt8], for message: [UInt8], publicKey: [UInt8], context: [UInt8] = []
  ) throws(AlgorithmError) -> Bool {
    let operations = try signatureOperations()
    try check(publicKey.count, is: sizes.publicKey, "public key")
    try check(signature.count, is: sizes.signature, "signature")
    guard context.isEmpty || hasSignatureContext, context.count <= 255 else {
      throw .contextRefused(self)
    }
    guard id != "ed25519" || !SmallOrderPoints.holds(signatureKey: publicKey) else {
      throw .smallOrderPoint(self)
    }
    do {
      return try operations.verify(publicKey, signature, message, context)
    } catch { throw .invalidPublicKey(self) }
  }

  private func signingKey(_ key: SignatureOperations.Key) -> SigningKey {
    SigningKey(
      algorithm: self, publicKey: Array(key.publicKey), sign: key.sign, secret: key.secret)
  }

  private func signatureOperations() throws(AlgorithmError) -> SignatureOperations {
    guard case .signature(let operations) = operations else { throw .wrongKind(self) }
    return operations
  }
}
