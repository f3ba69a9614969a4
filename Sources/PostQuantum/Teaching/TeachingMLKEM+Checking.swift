extension TeachingMLKEM {
  /// Why bytes are not taken: the checks that FIPS 203 demands of whoever receives keys and
  /// ciphertexts.
  public enum InputError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The inputs that have a fixed length.
    public enum Input: String, Sendable, Hashable {
      /// The seed of a key pair.
      case seed
      /// A message to encrypt.
      case message
      /// A ciphertext to decapsulate.
      case ciphertext
      /// The public key.
      case encapsulationKey = "encapsulation key"
      /// The private key.
      case decapsulationKey = "decapsulation key"
    }

    /// Another length than the parameter set says.
    case wrongLength(of: Input, byteCount: Int, expected: Int)
    /// A coefficient of an encapsulation key is not below q: the key has two spellings, and only
    /// one is allowed.
    case coefficientOutOfRange(place: Int, value: Int, modulus: Int)
    /// The hash in a decapsulation key is not that of the encapsulation key in it: the key was
    /// damaged.
    case hashMismatch

    /// The error as a clause without a full stop.
    public var description: String {
      switch self {
      case .wrongLength(let input, let count, let expected):
        "the \(input.rawValue) has \(count) bytes instead of \(expected)"
      case .coefficientOutOfRange(let place, let value, let modulus):
        "coefficient \(place) of the encapsulation key is \(value), not below \(modulus)"
      case .hashMismatch:
        "the hash in the decapsulation key is not that of its encapsulation key"
      }
    }
  }

  func check(
    _ bytes: [UInt8], is input: InputError.Input, count: Int
  ) throws(InputError) {
    guard bytes.count == count else {
      throw .wrongLength(of: input, byteCount: bytes.count, expected: count)
    }
  }

  /// Length and modulus check.
  ///
  /// - Source: [FIPS203], section 7.2.
  public func checkEncapsulationKey(_ key: [UInt8]) throws(InputError) {
    try check(key, is: .encapsulationKey, count: parameters.encapsulationKeyByteCount)
    let coefficients = Self.decode(key[..<parameters.vectorByteCount], bits: ring.coefficientBits)
    for (place, value) in coefficients.enumerated() where Int(value) >= ring.modulus {
      throw .coefficientOutOfRange(place: place, value: Int(value), modulus: ring.modulus)
    }
  }

  /// Length and hash check.
  ///
  /// - Source: [FIPS203], section 7.3.
  public func checkDecapsulationKey(_ key: [UInt8]) throws(InputError) {
    try check(key, is: .decapsulationKey, count: parameters.decapsulationKeyByteCount)
    let start = parameters.vectorByteCount
    let encapsulationKey = Array(key[start..<start + parameters.encapsulationKeyByteCount])
    guard Self.hashH(encapsulationKey) == Array(key.suffix(64).prefix(32)) else {
      throw .hashMismatch
    }
  }
}
