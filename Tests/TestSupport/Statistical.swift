import QSim
import Testing

/// Checks a proportion, two-sided: the count is at most `sigmas` standard deviations from what is
/// expected.
///
/// - Parameter rate: where it is 0 or 1 the count must agree exactly.
public func expectRate(
  _ ones: Int, of shots: Int, is rate: Double, within sigmas: Double,
  _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  let (expected, deviation) = (
    rate * Double(shots), (rate * (1 - rate) * Double(shots)).squareRoot()
  )
  let distance = abs(Double(ones) - expected)
  #expect(
    distance <= sigmas * deviation + 1e-9,
    "\(ones) of \(shots) is \(distance / max(deviation, 1e-300)) σ from \(expected). \(comment?.description ?? "")",
    sourceLocation: sourceLocation)
}

/// Compares classical memories that came up with their exact probabilities; see `expectCounts`.
public func expectSamples(
  _ run: ShotResults, match exact: [ClassicalMemory: Double],
  within sigmas: Double = 5,
  _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  var counts: [String: Int] = [:]
  for shot in 0..<run.record.shotCount {
    counts["\(run.bits.table.row(shot)) \(run.record.table.row(shot))", default: 0] += 1
  }
  var probabilities: [String: Double] = [:]
  for (memory, probability) in exact where probability > 1e-13 {
    // Runs shorter than the longest are padded with 0.
    var record = memory.record
    while record.count < run.record.bitCount { record.append(false) }
    probabilities["\(memory.bits) \(record)", default: 0] += probability
  }
  expectCounts(
    counts, match: probabilities, within: sigmas, comment, sourceLocation: sourceLocation)
}
