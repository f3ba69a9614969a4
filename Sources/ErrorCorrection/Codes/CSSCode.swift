import QuantumCore

/// A Calderbank–Shor–Steane code: every check is made of X alone or of Z alone.
public struct CSSCode: Sendable, Hashable {
  /// The number of physical qubits n; checks and logical operators act on `0..<qubitCount`.
  public let qubitCount: Int
  /// Qubits of each X check.
  public let xChecks: [[Int]]
  /// Qubits of each Z check.
  public let zChecks: [[Int]]
  /// Qubits of the logical X of each logical qubit.
  public let xLogicals: [[Int]]
  /// Qubits of the logical Z of each logical qubit; as many as `xLogicals`.
  public let zLogicals: [[Int]]
  /// The least weight of an operator that acts on the logical qubits unnoticed; `nil` where it is
  /// not known.
  public let distance: Int?
  /// Where each qubit lies; empty for a code without a layout.
  public let coordinates: [[Double]]

  /// The code with the given checks, and an X and a Z for each logical qubit.
  ///
  /// - Precondition: as many X logicals as Z logicals.
  public init(
    qubitCount: Int, xChecks: [[Int]], zChecks: [[Int]], xLogicals: [[Int]], zLogicals: [[Int]],
    distance: Int? = nil, coordinates: [[Double]] = []
  ) {
    precondition(
      xLogicals.count == zLogicals.count, "Every logical qubit has one logical X and one logical Z")
    self.qubitCount = qubitCount
    self.xChecks = xChecks
    self.zChecks = zChecks
    self.xLogicals = xLogicals
    self.zLogicals = zLogicals
    self.distance = distance
    self.coordinates = coordinates
  }
}

extension QuantumCode {
  /// The code as any other: X checks first, then Z checks.
  public init(_ code: CSSCode) {
    self.init(
      qubitCount: code.qubitCount,
      stabilizers: code.xChecks.map { SparsePauliString(.x, on: $0) }
        + code.zChecks.map { SparsePauliString(.z, on: $0) },
      logicals: zip(code.xLogicals, code.zLogicals).map {
        Logical(x: SparsePauliString(.x, on: $0), z: SparsePauliString(.z, on: $1))
      },
      distance: code.distance, coordinates: code.coordinates)
  }
}
