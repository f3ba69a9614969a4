import QuantumCore

/// Independent events of one probability.
struct NoiseStream: Sendable, Hashable {
  /// Below this probability events are found by their distances, above it in random words.
  static let denseLimit = 0.03

  let probability: Double
  /// Bits of random words that are combined to a word whose bits are 1 with probability
  /// `level`/256; 0 if events are sparse.
  let level: Int
  /// The probability of what remains: an event is a 1 in the word or one of these.
  let rest: Double
  /// Mean distance between the remaining events, times an exponential variate and rounded down, is
  /// a distance.
  let scale: Double

  init(_ probability: Double) {
    self.probability = probability
    level = probability < Self.denseLimit ? 0 : Int(probability * 256)
    let dense = Double(level) / 256
    rest = level == 256 ? 0 : (probability - dense) / (1 - dense)
    scale = GapScale.of(probability: rest)
  }
}

/// What an event does: one of some masks over the rows of a group.
struct NoiseCases: Sendable, Hashable {
  /// Number of cases if mask m is as likely as any of 1...uniformCount; 0 otherwise.
  var uniformCount: UInt32 = 0
  /// For each case the probability of it and those before, times 2⁶⁴.
  var thresholds: [UInt64] = []
  var masks: [UInt8] = []
}

extension NoiseCases {
  /// The mask of a random case.
  @inline(__always) func pick(_ random: inout BlockGenerator) -> UInt64 {
    if uniformCount > 0 { return 1 &+ (random.word() &>> 32 &* UInt64(uniformCount)) &>> 32 }
    guard masks.count > 1 else { return UInt64(masks[0]) }
    let word = random.word()
    var index = 0
    while index < masks.count - 1, word >= thresholds[index] { index += 1 }
    return UInt64(masks[index])
  }
}
