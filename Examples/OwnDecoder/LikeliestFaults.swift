import QSim

/// Takes the likeliest set of faults to have happened, whatever number of detectors each of them
/// flips: of all sets the best is found for every outcome when the decoder is compiled, in O(2ⁿ)
/// time for a fault and n bits.
struct LikeliestFaults: Decoder {
  func compiled(for model: DetectorErrorModel) throws -> any CompiledDecoder {
    let flat = try model.flattened()
    guard flat.detectorCount <= 20, flat.observableCount <= 20 - flat.detectorCount else {
      throw Obstacle(.option, "at most 20 detectors and observables have a table")
    }
    let (detectors, observables) = (Int(flat.detectorCount), Int(flat.observableCount))
    // An outcome is a number: a bit for every detector, above them a bit for every observable.
    var best = [Double](repeating: 0, count: 1 << (detectors + observables))
    best[0] = 1
    for fault in flat.instructions() where fault.kind == .error {
      let p = flat.probability(of: fault)
      let flips = flat.targets(of: fault).filter { !$0.isSeparator }.reduce(0) {
        $0 ^ 1 << ($1.isDetector ? Int($1.value) : detectors + Int($1.value))
      }
      for outcome in best.indices where outcome <= outcome ^ flips {
        let (without, with) = (best[outcome], best[outcome ^ flips])
        best[outcome] = max((1 - p) * without, p * with)
        best[outcome ^ flips] = max((1 - p) * with, p * without)
      }
    }
    let predictions = (0..<1 << detectors).map { events -> Int? in
      let choices = (0..<1 << observables).map { best[events | $0 << detectors] }
      let likeliest = choices.indices.max { choices[$0] < choices[$1] }!
      return choices[likeliest] > 0 ? likeliest : nil
    }
    return Table(detectors, observables, predictions)
  }

  private final class Table: CompiledDecoder {
    let detectorCount: Int
    let observableCount: Int
    /// By detection events: a bit for every observable that flips, or `nil` for what cannot be.
    let predictions: [Int?]

    init(_ detectorCount: Int, _ observableCount: Int, _ predictions: [Int?]) {
      (self.detectorCount, self.observableCount) = (detectorCount, observableCount)
      self.predictions = predictions
    }
    func makeSession() -> any DecodingSession { Session(table: self) }
  }

  /// What one thread keeps from shot to shot.
  private final class Session: DecodingSession {
    let table: Table
    var events: [Int] = []
    init(table: Table) { self.table = table }

    func decode(_ batch: inout DecodingBatch) {
      for shot in 0..<batch.shotCount {
        batch.detectionEvents(ofShot: shot, into: &events)
        guard let prediction = table.predictions[events.reduce(0) { $0 | 1 << $1 }] else {
          batch.setUnexplained(ofShot: shot)
          continue
        }
        for observable in 0..<table.observableCount where prediction >> observable & 1 == 1 {
          batch.flip(observable, ofShot: shot)
        }
      }
    }
  }
}
