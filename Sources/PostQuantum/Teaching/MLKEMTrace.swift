/// The values that `TeachingMLKEM` computes on its way, in order: what `qsim pqc explain` prints.
///
/// It holds secrets in the clear. That is its purpose, and one more reason to take keys for it that
/// protect nothing.
public struct MLKEMTrace: Sendable {
  /// The algorithms of FIPS 203 that record values.
  public enum Algorithm: String, Sendable, Hashable, CaseIterable {
    /// Makes the keys of the encryption scheme inside ML-KEM.
    case encryptionKeyGeneration = "K-PKE.KeyGen"
    /// Encrypts a message of 32 bytes under such a key.
    case encryption = "K-PKE.Encrypt"
    /// Decrypts what was encrypted under such a key.
    case decryption = "K-PKE.Decrypt"
    /// Makes an encapsulation key and a decapsulation key.
    case keyGeneration = "ML-KEM.KeyGen"
    /// Makes a shared secret and its ciphertext.
    case encapsulation = "ML-KEM.Encaps"
    /// Gets the shared secret from a ciphertext.
    case decapsulation = "ML-KEM.Decaps"

    /// The number of the algorithm in the standard.
    public var number: Int {
      switch self {
      case .encryptionKeyGeneration: 13
      case .encryption: 14
      case .decryption: 15
      case .keyGeneration: 16
      case .encapsulation: 17
      case .decapsulation: 18
      }
    }
  }

  /// What a step computed.
  public enum Value: Sendable, Hashable {
    /// A string of bytes.
    case bytes([UInt8])
    /// Polynomials, coefficients in 0..<q.
    case polynomials([[UInt16]])
    /// Polynomials whose coefficients are read as the integers nearest to 0.
    case small([[UInt16]])
    /// Rows of polynomials.
    case matrix([[[UInt16]]])
    /// Whether something holds.
    case truth(Bool)
  }

  /// Who may know a value.
  public enum Secrecy: Sendable, Hashable {
    /// Everybody.
    case open
    /// The party that computed it, and nobody else.
    case secret
  }

  /// One value.
  public struct Step: Sendable, Hashable {
    /// The algorithm that computed the value.
    public let algorithm: Algorithm
    /// The symbol of the value in the standard: `ρ`, `t̂`.
    public let symbol: String
    /// How it was computed and what it is for.
    public let meaning: String
    /// What was computed.
    public let value: Value
    /// Who may know the value.
    public let secrecy: Secrecy
  }

  /// What was recorded, in order.
  public private(set) var steps: [Step] = []
  private let isRecording: Bool
  private var algorithm = Algorithm.keyGeneration

  /// An empty trace.
  public init() { isRecording = true }

  private init(isRecording: Bool) { self.isRecording = isRecording }

  /// A trace that stays empty.
  static let off = MLKEMTrace(isRecording: false)

  /// Says which algorithm the next values belong to.
  mutating func begin(_ algorithm: Algorithm) { self.algorithm = algorithm }

  mutating func record(
    _ symbol: String, _ meaning: @autoclosure () -> String, _ value: @autoclosure () -> Value,
    _ secrecy: Secrecy = .open
  ) {
    guard isRecording else { return }
    steps.append(
      Step(
        algorithm: algorithm, symbol: symbol, meaning: meaning(), value: value(), secrecy: secrecy))
  }
}
