/// What a party offers and accepts in an exchange.
public struct KeyExchangePolicy: Sendable, Hashable {
  /// Sources of secrets, used together; in catalog order.
  public let algorithms: [Algorithm]
  /// The algorithms without which the exchange is refused, in catalog order.
  public let required: [Algorithm]
  /// How frames are encrypted afterwards.
  public let frameSuite: FrameSuite
  /// Which exchange of a series this is; both parties must mean the same.
  public let epoch: UInt32

  /// Algorithms in any order.
  ///
  /// - Parameters:
  ///   - algorithms: sources of secrets, used together.
  ///   - required: all of `algorithms` where it is `nil`.
  ///   - frameSuite: how frames are sealed afterwards.
  ///   - epoch: the place of the exchange in a series, which both parties must give alike.
  /// - Throws: `KeyExchangeError` for no, repeated or unfit algorithms, and where none of the
  ///   required ones withstands quantum computers.
  public init(
    algorithms: [Algorithm], required: [Algorithm]? = nil,
    frameSuite: FrameSuite = .aes256GCMSHA512, epoch: UInt32 = 0
  ) throws(KeyExchangeError) {
    self.algorithms = try Self.checked(algorithms)
    self.required = try Self.checked(required ?? algorithms)
    let missing = self.required.filter { !algorithms.contains($0) }
    guard missing.isEmpty else { throw .missingAlgorithms(missing) }
    guard self.required.contains(where: \.isQuantumSafe) else { throw .notQuantumSafe }
    self.frameSuite = frameSuite
    self.epoch = epoch
  }

  private static func checked(_ algorithms: [Algorithm]) throws(KeyExchangeError) -> [Algorithm] {
    guard !algorithms.isEmpty else { throw .noAlgorithms }
    let ordered = algorithms.sorted { $0.code < $1.code }
    for algorithm in ordered where !algorithm.canEncapsulate { throw .wrongKind(algorithm) }
    for (one, next) in zip(ordered, ordered.dropFirst()) where one == next {
      throw .duplicateAlgorithm(one)
    }
    return ordered
  }

  /// What to use of an offer.
  func selection(from offer: [Algorithm]) throws(KeyExchangeError) -> [Algorithm] {
    let missing = required.filter { !offer.contains($0) }
    guard missing.isEmpty else { throw .missingAlgorithms(missing) }
    return algorithms.filter { offer.contains($0) }
  }

  /// Whether a selection is one of what was offered and holds what is required.
  func check(selection: [Algorithm]) throws(KeyExchangeError) {
    let unoffered = selection.filter { !algorithms.contains($0) }
    guard unoffered.isEmpty else { throw .unofferedAlgorithms(unoffered) }
    let missing = required.filter { !selection.contains($0) }
    guard missing.isEmpty else { throw .missingAlgorithms(missing) }
  }
}
