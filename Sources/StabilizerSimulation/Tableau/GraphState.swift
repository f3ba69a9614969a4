import QuantumCore

/// A stabilizer state as a graph and a Clifford gate on each qubit.
///
/// The graph's state has a CZ between the ends of every edge, on qubits in |+⟩; then
/// `localCliffords` act. Every stabilizer state is of this form.
///
/// - Source: [VanDenNest04].
public struct GraphState: Hashable, Sendable {
  /// n × n, symmetric, with an empty diagonal.
  public let adjacency: BitTable
  /// One gate of the catalog for each qubit.
  public let localCliffords: [Gate]

  /// The number of qubits, which are the vertices of the graph.
  public var qubitCount: Int { adjacency.rowCount }
  /// The number of edges: pairs of qubits that a CZ joins.
  ///
  /// - Complexity: O(n² / 64) for n qubits.
  public var edgeCount: Int { adjacency.words.reduce(0) { $0 + $1.nonzeroBitCount } / 2 }

  /// The graph state of a graph, with a Clifford gate on each qubit.
  ///
  /// - Precondition: `adjacency` is symmetric with an empty diagonal, and there is a gate for each
  ///   of its rows.
  public init(adjacency: BitTable, localCliffords: [Gate]) {
    precondition(
      adjacency.rowCount == adjacency.columnCount && localCliffords.count == adjacency.rowCount,
      "A graph state has a square adjacency table and a gate for each qubit")
    precondition(
      localCliffords.allSatisfy { PairDecomposition.of($0)?.qubitCount == 1 },
      "Local gates are Clifford gates on one qubit")
    (self.adjacency, self.localCliffords) = (adjacency, localCliffords)
  }

  /// The form of the state that stabilizers describe.
  ///
  /// - Precondition: there are `qubitCount` of them, independent and commuting.
  /// - Complexity: O(n³) at 1/64 of a step each.
  public init(stabilizers: [PauliString], qubitCount: Int) {
    precondition(stabilizers.count == qubitCount, "A state of n qubits has n stabilizers")
    // Hadamards where a column has no pivot make the X parts independent.
    var matrix = StabilizerMatrix(stabilizers, qubitCount: qubitCount).reduced
    let pivots = Set(matrix.x.compactMap { row in row.firstIndex(of: true) })
    let turned = (0..<qubitCount).filter { !pivots.contains($0) }
    for qubit in turned { matrix.applyH(qubit) }
    matrix = matrix.reduced
    var adjacency = BitTable(rowCount: qubitCount, columnCount: qubitCount)
    var locals: [LetterMap] = []
    for qubit in 0..<qubitCount {
      // Row q is now ±X or ±Y on q with Zs elsewhere.
      for other in 0..<qubitCount where other != qubit && matrix.z[qubit][other] {
        adjacency[qubit, other] = true
      }
      let isNegative = matrix.phases[qubit] == 2
      let image = PauliString(
        [matrix.z[qubit][qubit] ? .y : .x], phaseExponent: isNegative ? 2 : 0)
      let isTurned = turned.contains(qubit)
      locals.append(
        LetterMap(
          x: isTurned ? image.hadamard : image,
          z: isTurned ? PauliString([.x]) : PauliString([.z])))
    }
    self.init(
      adjacency: adjacency, localCliffords: locals.map { LetterMap.gates[$0] ?? .i })
  }

  /// A circuit that prepares the state from |0…0⟩: H, CZ and one gate a qubit.
  public func circuit() -> Circuit {
    var circuit = Circuit(qubitCount: qubitCount)
    guard qubitCount > 0 else { return circuit }
    circuit.append(.h, targets: (0..<qubitCount).map { .qubit($0) })
    let edges = (0..<qubitCount).flatMap { a in
      (a + 1..<max(a + 1, qubitCount)).filter { adjacency[a, $0] }.flatMap { [a, $0] }
    }
    if !edges.isEmpty { circuit.append(.cz, targets: edges.map { .qubit($0) }) }
    for (qubit, gate) in localCliffords.enumerated() where gate != .i {
      circuit.append(gate, qubit)
    }
    return circuit
  }
}

extension PauliString {
  /// H P H for a string on one qubit.
  fileprivate var hadamard: PauliString {
    switch self[0] {
    case .i: self
    case .x: PauliString([.z], phaseExponent: phaseExponent)
    case .z: PauliString([.x], phaseExponent: phaseExponent)
    case .y: PauliString([.y], phaseExponent: phaseExponent + 2)
    }
  }
}

extension StabilizerMatrix {
  fileprivate mutating func applyH(_ qubit: Int) {
    for row in x.indices {
      if x[row][qubit], z[row][qubit] { phases[row] = (phases[row] + 2) & 3 }
      (x[row][qubit], z[row][qubit]) = (z[row][qubit], x[row][qubit])
    }
  }
}

extension TableauSimulator {
  /// The state of the first `count` qubits as a graph.
  ///
  /// - Precondition: no qubit beyond is entangled with these.
  /// - Throws: `Obstacle` when memory runs out.
  public mutating func graphState(count: Int) throws(Obstacle) -> GraphState {
    GraphState(stabilizers: try canonicalStabilizers(count: count), qubitCount: count)
  }
}
