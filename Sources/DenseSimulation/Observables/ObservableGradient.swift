import QuantumCore

/// An expectation value and its derivatives by the angles of a circuit's gates.
public struct ObservableGradient: Sendable {
  /// One argument of one gate, as the circuit writes it.
  public struct Entry: Sendable, Hashable {
    public let gate: Gate
    /// Qubits in front of the gate's own that control it.
    public let controlCount: Int
    /// Where the gate stands in the circuit's text, if it was read from one.
    public let range: SourceRange?
    /// The qubits of the gate, controls first.
    public let qubits: [Int]
    /// The argument's name in the catalog, such as `theta`.
    public let argument: String
    /// In radians.
    public let value: Double
    /// ∂⟨H⟩/∂value, per radian. A gate in a repeat block stands for all its turns.
    public internal(set) var derivative: Double
  }

  /// ⟨H⟩.
  public let value: Double
  /// In the order of the circuit; gates on several groups of qubits have entries for each group.
  public let entries: [Entry]

  /// The derivatives alone.
  public var derivatives: [Double] { entries.map(\.derivative) }
}
