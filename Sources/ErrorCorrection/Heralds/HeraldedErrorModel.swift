import QuantumCore
import StabilizerSimulation

/// What a decoder needs to make use of heralds, `HERALDED_ERASE` and `HERALDED_PAULI_CHANNEL_1`:
/// the errors of a circuit while no herald fires, and those that each herald makes probable.
///
///     let heralded = try HeraldedErrorModel(of: circuit)
///     let decoder = try MatchingDecoder().compiled(for: heralded.model)
///     let record = try FrameSampler(circuit).sample(shots: 10_000, seed: 1)
///     let events = try MeasurementsToDetections(circuit).events(of: record)
///     let result = decoder.predictions(for: events.detectors, evidence: heralded.evidence(in: record))
///
/// An erased qubit is maximally mixed: X and Z happen with probability 1/2 each, independently. Of
/// other heralded channels the X and Z parts are taken apart as if they were independent.
///
/// - Source: [GrasslBethPellizzari97]; for decoding by edges of weight 0 [StaceBarrettDoherty09].
public struct HeraldedErrorModel: Sendable {
  /// An error that a herald makes probable.
  public struct Consequence: Sendable, Hashable {
    /// Its index among the `error` instructions of `model`.
    public let mechanism: Int
    /// The probability that it happens if the herald fires.
    public let probability: Double
  }

  /// The errors that no herald tells of, unrolled, followed by those that heralds tell of, with
  /// probability 0.
  public let model: DetectorErrorModel
  /// Results of the circuit that are heralds, by their place in the record, ascending.
  public let heralds: [Int]
  /// The errors that each of `heralds` makes probable.
  public let consequences: [[Consequence]]

  /// Finds the errors of a circuit and what its heralds tell of them.
  ///
  /// - Parameters:
  ///   - circuit: a noisy circuit with detectors.
  ///   - options: how the errors that are not heralded are analysed.
  /// - Throws: as `ErrorAnalyzer.model(of:options:)`, and for blocks too long to unroll an
  ///   `Obstacle`.
  /// - Complexity: O(instructions run × size of the symptom sets).
  public init(of circuit: Circuit, options: ErrorAnalyzer.Options = .init()) throws {
    var model = try ErrorAnalyzer.model(of: circuit.withoutHeraldedNoise(), options: options)
      .flattened()
    var search = try HeraldSearch(circuit)
    try search.run()
    var numbers: [[DetectorErrorModel.Target]: Int] = [:]
    var count = Int(model.errorCount)
    heralds = search.found.map(\.herald)
    consequences = search.found.map { found in
      found.errors.map { error in
        if let known = numbers[error.symptoms] {
          return Consequence(mechanism: known, probability: error.probability)
        }
        numbers[error.symptoms] = count
        model.appendError(0, error.symptoms)
        count += 1
        return Consequence(mechanism: count - 1, probability: error.probability)
      }
    }
    self.model = model
  }

  /// What the heralds of some shots tell.
  ///
  /// - Parameter measurements: the records of the circuit, a row a shot, a column a result, heralds
  ///   among them.
  public func evidence(in measurements: BitTable) -> ShotEvidence {
    precondition(
      measurements.columnCount > heralds.last ?? -1, "There is a column for every measurement")
    var evidence = ShotEvidence()
    for shot in 0..<measurements.rowCount {
      var probabilities: [Int: Double] = [:]
      for (herald, consequences) in zip(heralds, consequences) where measurements[shot, herald] {
        for consequence in consequences {
          probabilities[consequence.mechanism] = DetectorErrorModel.oddProbability(
            probabilities[consequence.mechanism] ?? 0, consequence.probability)
        }
      }
      evidence.appendShot(
        probabilities.sorted { $0.key < $1.key }.map { (mechanism: $0.key, probability: $0.value) })
    }
    return evidence
  }
}
