import QuantumCore

/// Everything in a circuit that causes one set of symptoms.
public struct ErrorExplanation: Sendable, Hashable {
  /// A detector or observable, and where it is.
  public struct Symptom: Sendable, Hashable {
    /// The detector or observable that is flipped.
    public let target: DetectorErrorModel.Target
    /// Empty for observables and for detectors without coordinates.
    public let coordinates: [Double]
  }

  /// The detectors and observables that the errors flip, ascending, detectors first.
  public let symptoms: [Symptom]
  /// What alone has exactly these symptoms, later instructions first; empty if nothing does.
  public let locations: [ErrorLocation]
}

/// A case of a noise channel, or a flip of a measurement's result, at one place of a circuit and at
/// one time.
public struct ErrorLocation: Sendable, Hashable {
  /// A block of the circuit on the way to the instruction.
  public struct Frame: Sendable, Hashable {
    /// Index of the instruction, or of the repeat block that holds it, in the block.
    public let index: Int
    /// How often the repeat block runs; `nil` for the instruction itself.
    public let repetitions: UInt64?
    /// Turns of the repeat block that are done; 0 for the instruction itself.
    public let completedTurns: UInt64
  }

  /// A qubit with a Pauli, and where the qubit is.
  public struct Factor: Sendable, Hashable {
    /// The Pauli on the qubit.
    public let pauli: Pauli
    /// The qubit.
    public let qubit: Int
    /// Whether the result of the product is inverted (`!`).
    public let isInverted: Bool
  }

  /// A measurement whose result is flipped.
  public struct FlippedMeasurement: Sendable, Hashable {
    /// Counted from the first measurement of the run.
    public let index: UInt64
    /// What is measured; empty for heralds and padding.
    public let observable: [Factor]
  }

  /// The instruction that holds the error.
  public let instruction: Instruction
  /// The targets concerned, counted from 0 within the instruction.
  public let targetRange: Range<Int>
  /// The places that lead from the outermost block to the instruction.
  public let stack: [Frame]
  /// `TICK`s before.
  public let tickCount: UInt64
  /// What is applied to the qubits; empty for a mere flip of a result.
  public let flippedPaulis: [Factor]
  /// The result that is flipped where the error is one of a measurement; `nil` for errors on
  /// qubits.
  public let flippedMeasurement: FlippedMeasurement?
  /// Place of the instruction in the text that the circuit was read from.
  public let range: SourceRange?
}
