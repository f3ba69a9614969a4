import QuantumCore

/// Turns a noisy circuit with detectors into the model of its errors: what each independent
/// mechanism flips, and how likely it is.
///
///     let model = try ErrorAnalyzer.model(of: circuit, options: .init(decomposesErrors: true))
///
/// The circuit is walked backwards once, see `SparseReverseTracker`. Channels become independent
/// mechanisms exactly where that is possible: `DEPOLARIZE1(p)` three of (1 − √(1 − 4p/3))/2,
/// `DEPOLARIZE2(p)` fifteen of (1 − (1 − 16p/15)^⅛)/2.
///
/// - Source: [Gidney21], error analysis of Stim 1.16.
public enum ErrorAnalyzer {
  /// How an analysis treats what is not a list of independent errors of two detectors at most.
  public struct Options: Sendable, Hashable {
    /// Suggests for every mechanism of more than two detectors how others of at most two make it
    /// up.
    public var decomposesErrors: Bool
    /// Keeps repeat blocks folded where what they do recurs.
    public var foldsLoops: Bool
    /// Lets detectors be random: each such freedom becomes an error of probability ½.
    public var allowsGaugeDetectors: Bool
    /// The largest probability of a case of a channel up to which exclusive cases may be treated as
    /// independent ones; `nil` refuses channels where that would be an approximation.
    public var disjointErrorThreshold: Double?
    /// Leaves mechanisms as they are that cannot be decomposed, instead of throwing.
    public var ignoresDecompositionFailures: Bool
    /// Does not accept decompositions of which a part that flips detectors is not a mechanism of
    /// its own.
    public var blocksRemnantEdges: Bool

    /// Decomposes as Stim 1.16 does, text for text, also where parts are then no errors of the
    /// circuit, or flip other observables together than the error does.
    public var decomposesLikeStim: Bool

    /// The options named, and the others off: an analysis that approximates nothing.
    public init(
      decomposesErrors: Bool = false, foldsLoops: Bool = false, allowsGaugeDetectors: Bool = false,
      disjointErrorThreshold: Double? = nil, ignoresDecompositionFailures: Bool = false,
      blocksRemnantEdges: Bool = false, decomposesLikeStim: Bool = false
    ) {
      self.decomposesErrors = decomposesErrors
      self.foldsLoops = foldsLoops
      self.allowsGaugeDetectors = allowsGaugeDetectors
      self.disjointErrorThreshold = disjointErrorThreshold
      self.ignoresDecompositionFailures = ignoresDecompositionFailures
      self.blocksRemnantEdges = blocksRemnantEdges
      self.decomposesLikeStim = decomposesLikeStim
    }

    /// `nil` if errors are not decomposed.
    var style: DecompositionStyle? {
      decomposesErrors ? (decomposesLikeStim ? .stim : .ofErrors) : nil
    }
  }

  /// The error model of a circuit.
  ///
  /// - Parameters:
  ///   - circuit: a noisy circuit with detectors.
  ///   - options: how errors are decomposed, folded and approximated.
  ///   - memoryLimit: upper bound in bytes for the mechanisms while they are found.
  /// - Throws: `Diagnostic` with the place of what cannot be analysed: a detector or observable
  ///   that is random without noise, a channel that is not exactly a product of independent ones,
  ///   an instruction that is not a stabilizer operation, a record before the first measurement, an
  ///   error that cannot be decomposed. `Obstacle` if the circuit is too long to unroll or its
  ///   mechanisms need more memory than allowed.
  /// - Complexity: O(instructions run × size of the symptom sets); with folding, O(text × period of
  ///   the loops).
  public static func model(
    of circuit: Circuit, options: Options = Options(), memoryLimit: UInt64 = 1 << 33
  ) throws -> DetectorErrorModel {
    let analysis = try ErrorAnalysis(circuit, options, memoryLimit: memoryLimit)
    try analysis.run()
    return analysis.finish()
  }
}
