/// An expectation value and its derivatives by the angles of a circuit's gates.
public struct ObservableGradient: Sendable {
  /// One argument of one gate, as the circuit writes it.
  public struct Entry: Sendable, Hashable {
    /// The gate that the argument belongs to.
    public let gate: Gate
    /// Qubits in front of the gate's own that control it.
    public let controlCount: Int
    /// Where the gate stands in the circuit's text, if it was read from one.
    public let range: SourceRange?
    /// The qubits of the gate, controls first.
    public let qubits: [Int]
    /// The argument's name in the catalog, such as `theta`.
    public let argument: String
    /// The argument's value in the circuit; angles are in radians.
    public let value: Double
    /// ∂⟨H⟩/∂value, per radian. A gate in a repeat block stands for all its turns.
    public package(set) var derivative: Double

    /// One argument of one gate; see the properties of the same names.
    public init(
      gate: Gate, controlCount: Int, range: SourceRange?, qubits: [Int], argument: String,
      value: Double, derivative: Double
    ) {
      (self.gate, self.controlCount, self.range) = (gate, controlCount, range)
      (self.qubits, self.argument) = (qubits, argument)
      (self.value, self.derivative) = (value, derivative)
    }
  }

  /// The mean ⟨H⟩.
  public let value: Double
  /// The derivatives in the order of the circuit; gates on several groups of qubits have entries
  /// for each group.
  public let entries: [Entry]

  /// An observable's mean with its derivatives.
  public init(value: Double, entries: [Entry]) {
    (self.value, self.entries) = (value, entries)
  }

  /// The derivatives alone.
  public var derivatives: [Double] { entries.map(\.derivative) }
}
