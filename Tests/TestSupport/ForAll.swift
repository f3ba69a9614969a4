import QSim
import Testing

/// Calls `body` with generators made from `seed`; an error or a failed expectation names the case,
/// to be run alone.
public func forAll(
  _ seed: UInt64, count: Int = 20, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: (inout PhiloxGenerator) throws -> Void
) {
  for block in 0..<count {
    var rng = PhiloxGenerator(seed: seed, purpose: .generation, block: UInt64(block))
    do {
      try body(&rng)
    } catch {
      Issue.record("case \(block) of seed \(seed): \(error)", sourceLocation: sourceLocation)
    }
  }
}
