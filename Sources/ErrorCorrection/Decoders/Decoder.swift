import QuantumCore

/// Predicts from detection events which logical observables an experiment's faults have flipped.
///
/// A decoder is compiled once for an error model; the result decodes any number of shots on any
/// number of threads.
///
///     let decoder = try MatchingDecoder().compiled(for: model)
///     let predictions = decoder.predictions(for: detectionEvents, threads: 2)
public protocol Decoder: Sendable {
  /// Prepares for a model.
  ///
  /// - Throws: a `Diagnostic` at the offending line for a model that this decoder cannot take, such
  ///   as a mechanism that is not an edge for a matching decoder; `Obstacle` where the tables would
  ///   not fit into memory.
  func compiled(for model: DetectorErrorModel) throws -> any CompiledDecoder
}

extension Decoder {
  /// A decoder compiled for a model, once it is seen to decode shots of that model.
  ///
  /// - Throws: what `compiled(for:)` throws; `Obstacle` of kind `option`, naming the decoder, if the
  ///   result has another number of detectors or observables than the model.
  func compiledToMatch(_ model: DetectorErrorModel) throws -> any CompiledDecoder {
    let compiled = try compiled(for: model)
    let (detectors, observables) = (compiled.detectorCount, compiled.observableCount)
    guard Int(clamping: model.detectorCount) == detectors,
      Int(clamping: model.observableCount) == observables
    else {
      throw Obstacle(
        .option,
        "the decoder \(Self.self) has \(detectors) detectors and \(observables) observables for "
          + "an error model with \(model.detectorCount) detectors and "
          + "\(model.observableCount) observables",
        hint: "a compiled decoder has the numbers of the model that it is compiled for")
    }
    return compiled
  }
}

/// A decoder that is ready for the shots of one error model. Immutable, shared by threads.
public protocol CompiledDecoder: AnyObject, Sendable {
  /// Bits of a shot's detection events: as many as the model has detectors.
  var detectorCount: Int { get }
  /// Bits of a prediction: as many as the model has observables.
  var observableCount: Int { get }
  /// A workspace for one thread.
  func makeSession() -> any DecodingSession
}

/// The workspace in which one thread decodes shots, one batch after the other.
///
/// What a session answers depends on the batch alone, never on the batches before.
///
///     func decode(_ batch: inout DecodingBatch) {
///       for shot in 0..<batch.shotCount {
///         batch.detectionEvents(ofShot: shot, into: &events)
///         for observable in flips(explaining: events) { batch.flip(observable, ofShot: shot) }
///       }
///     }
public protocol DecodingSession: AnyObject {
  /// Decodes all shots of a batch; see `DecodingBatch` for how to read them and where answers go.
  func decode(_ batch: inout DecodingBatch)

  /// What a decoder takes to have happened in one shot: indices of mechanisms in the order of the
  /// flattened model, or the matched edges. `nil` if the decoder knows only observables.
  func correction(for detections: BitVector) -> DecodedCorrection?
}

extension DecodingSession {
  /// No correction: what decoders give that know only observables.
  public func correction(for detections: BitVector) -> DecodedCorrection? { nil }
}

/// What is known of single shots beyond their detection events: heralded erasures, soft readout.
///
/// For every shot a list of mechanisms and the probabilities they have in this shot.
public struct ShotEvidence: Sendable {
  /// Shot s has the entries `starts[s]..<starts[s + 1]`.
  public private(set) var starts: [Int] = [0]
  /// Indices of mechanisms, in the order of the flattened model's `error` instructions.
  public private(set) var mechanisms: [Int32] = []
  /// The probability of each mechanism in its shot, in 0...1; an erased qubit's errors have 1/2.
  public private(set) var probabilities: [Double] = []

  /// Evidence of no shots yet.
  public init() {}

  /// The number of shots with evidence.
  public var shotCount: Int { starts.count - 1 }

  /// Where the entries of a shot are in `mechanisms` and `probabilities`.
  ///
  /// - Precondition: `shot` is in `0..<shotCount`.
  public func entries(ofShot shot: Int) -> Range<Int> { starts[shot]..<starts[shot + 1] }

  /// Adds the evidence of the next shot.
  public mutating func appendShot(_ entries: some Sequence<(mechanism: Int, probability: Double)>) {
    for (mechanism, probability) in entries {
      precondition((0...1).contains(probability), "A probability is in 0...1")
      mechanisms.append(Int32(mechanism))
      probabilities.append(probability)
    }
    starts.append(mechanisms.count)
  }
}

/// What a decoder takes to have happened in one shot.
public struct DecodedCorrection: Sendable, Hashable {
  /// A fault between two detectors, or one and the boundary.
  public struct Edge: Sendable, Hashable {
    /// The detector at one end.
    public var detector: Int
    /// The detector at the other end; `nil` for the boundary.
    public var other: Int?

    /// The edge between two detectors, or between one and the boundary where `other` is `nil`.
    public init(_ detector: Int, _ other: Int?) {
      self.detector = detector
      self.other = other
    }
  }

  /// The faults that make up the correction.
  public var edges: [Edge]
  /// The observables that the correction flips, a bit for each.
  public var observables: BitVector
  /// The weight of the correction, Σ ln((1 − p) / p) over its faults.
  public var weight: Double

  /// A correction with its weight, Σ ln((1 − p) / p) over the faults.
  public init(edges: [Edge], observables: BitVector, weight: Double) {
    self.edges = edges
    self.observables = observables
    self.weight = weight
  }
}

/// Predictions of a batch.
public struct DecodingResult: Sendable {
  /// One row a shot, one column an observable.
  public var predictions: BitTable
  /// The weight of each shot's correction, as `DecodingBatch.setWeight` explains; empty unless asked
  /// for.
  public var weights: [Double] = []
  /// How sure the decoder is of each shot, as `DecodingBatch.setConfidence` explains; empty unless
  /// asked for.
  public var confidences: [Double] = []
  /// Whether nothing explains a shot's detection events, by shot: then the prediction is that
  /// nothing flipped.
  public var unexplained: [Bool] = []

  /// How many shots nothing explains.
  public var unexplainedCount: Int { unexplained.count { $0 } }
}

extension CompiledDecoder {
  /// Decodes shots, threads sharing them in blocks; the same bits for any number of threads.
  ///
  /// For many tables of shots make a `BatchDecoder` and keep it: it keeps its workspaces.
  ///
  /// - Parameters:
  ///   - detections: one row a shot, `detectorCount` columns.
  ///   - evidence: what is known of single shots beyond their detection events.
  ///   - weights: whether the weights of corrections are wanted.
  ///   - confidences: whether it is wanted how sure the decoder is.
  ///   - threads: the number of threads, at least 1; the result does not depend on it.
  public func predictions(
    for detections: BitTable, evidence: ShotEvidence? = nil, weights: Bool = false,
    confidences: Bool = false, threads: Int = 1
  ) -> DecodingResult {
    BatchDecoder(self, threads: threads).predictions(
      for: detections, evidence: evidence, weights: weights, confidences: confidences)
  }
}

extension ShotEvidence {
  /// The evidence of some of the shots.
  package func shots(_ range: Range<Int>) -> ShotEvidence {
    var part = ShotEvidence()
    part.starts = starts[range.lowerBound...range.upperBound].map { $0 - starts[range.lowerBound] }
    let entries = starts[range.lowerBound]..<starts[range.upperBound]
    part.mechanisms = Array(mechanisms[entries])
    part.probabilities = Array(probabilities[entries])
    return part
  }
}
