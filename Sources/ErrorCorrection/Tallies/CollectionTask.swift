import QuantumCore
import StabilizerSimulation

/// A decoding problem whose logical error rate is wanted: a circuit to sample, a model for the
/// decoder, and when to stop.
public struct CollectionTask: Sendable {
  /// Names the task: it seeds its shots and marks its rows. Equal for equal problems, different for
  /// different ones; any text will do, a digest of circuit, decoder, model and metadata is what
  /// result files hold.
  public let id: String
  /// The noisy circuit that shots are drawn from, with detectors and observables.
  public let circuit: Circuit
  /// The error model that the decoder is compiled for.
  public let model: DetectorErrorModel
  /// The decoder whose mistakes are counted.
  public let decoder: any Decoder
  /// When the task ends.
  public let limits: Limits

  /// When a task ends: at the first whole block of shots with which it reaches one of these.
  public struct Limits: Sendable, Hashable {
    /// The number of shots, which is exact: the last block is cut.
    public var shots: Int
    /// The number of shots decoded wrongly; `Int.max` where there is no such limit.
    public var errors: Int

    /// Limits of shots, of errors, or of both.
    ///
    /// - Precondition: one of them is given; those given are not negative.
    public init(shots: Int? = nil, errors: Int? = nil) {
      precondition(shots != nil || errors != nil, "A task ends at a number of shots or of errors")
      precondition(shots ?? 0 >= 0 && errors ?? 0 >= 0, "Limits are not negative")
      self.shots = shots ?? .max
      self.errors = errors ?? .max
    }

    /// Whether a task with these shots is over.
    public func areReached(by tally: DecodingTally) -> Bool {
      tally.shots >= shots || tally.errors >= errors
    }

    /// Shots that a task with these still needs, at the rate of errors it has had; without any,
    /// those up to the limit.
    func neededShots(after tally: DecodingTally) -> Int {
      let missing = shots - tally.shots
      guard errors < .max, tally.errors > 0 else { return missing }
      let estimate =
        Double(errors - tally.errors) * (Double(tally.shots) / Double(tally.errors))
      return estimate < Double(missing) ? Int(max(0, estimate)) : missing
    }
  }

  /// A task to be collected.
  ///
  /// - Parameters:
  ///   - id: what makes it the same task as another; see `CollectionTask.id`.
  ///   - circuit: noisy, with detectors and observables.
  ///   - model: what the decoder is compiled for.
  ///   - decoder: the decoder whose mistakes are counted.
  ///   - limits: when the task ends.
  public init(
    id: String, circuit: Circuit, model: DetectorErrorModel, decoder: any Decoder, limits: Limits
  ) {
    self.id = id
    self.circuit = circuit
    self.model = model
    self.decoder = decoder
    self.limits = limits
  }

  /// Detectors of a circuit that are collected without being asked for more: analysis and
  /// decoder take seconds then.
  public static let defaultDetectorLimit: UInt64 = 1 << 19

  /// Refuses circuits that are too large to be collected, before anything is done for them.
  ///
  /// - Throws: `Obstacle` of kind `.memory`.
  public static func check(
    _ circuit: Circuit, detectorLimit: UInt64 = defaultDetectorLimit
  ) throws(Obstacle) {
    let counts = try CircuitCounts(circuit)
    try check(detectors: counts.detectors, limit: detectorLimit)
    guard counts.observables > DecodingLimits.observables else { return }
    throw Obstacle(
      .memory(required: counts.observables, available: DecodingLimits.observables),
      "the circuit has \(counts.observables) observables; up to \(DecodingLimits.observables) are collected"
    )
  }

  /// The same for a number of detectors.
  ///
  /// - Parameters:
  ///   - detectors: the number of detectors.
  ///   - limit: the most detectors that are accepted.
  ///   - fit: what would be accepted.
  public static func check(
    detectors: UInt64, limit: UInt64, fit: String = "use fewer rounds"
  ) throws(Obstacle) {
    guard detectors > limit else { return }
    let number = detectors == .max ? "2^64 or more" : "\(detectors)"
    throw Obstacle(
      .memory(required: detectors, available: limit),
      "the circuit has \(number) detectors; up to \(limit) are collected",
      hint: "\(fit), or give a larger --max_detectors")
  }

  /// The place of an error that is not decomposed in the model of a circuit; `nil` if all are.
  public static func placeOfWholeError(in circuit: Circuit) -> SourceRange? {
    do {
      _ = try ErrorAnalyzer.model(of: circuit, options: decomposing)
      return nil
    } catch {
      return (error as? Diagnostic)?.range
    }
  }

  private static let decomposing = ErrorAnalyzer.Options(
    decomposesErrors: true, foldsLoops: true, disjointErrorThreshold: 1)

  /// The model that decoders get of a circuit: errors decomposed into those of at most two
  /// detectors, exclusive cases taken as independent ones; not decomposed where that is impossible.
  ///
  /// - Throws: what `ErrorAnalyzer` throws.
  public static func model(of circuit: Circuit) throws -> DetectorErrorModel {
    var options = decomposing
    do {
      return try ErrorAnalyzer.model(of: circuit, options: options)
    } catch is Diagnostic {
      options.decomposesErrors = false
      return try ErrorAnalyzer.model(of: circuit, options: options)
    }
  }
}
