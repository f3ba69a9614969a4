import QuantumCore

/// A block of a circuit that holds Clifford gates only.
struct GateBlock {
  /// The qubits that it acts on, ascending.
  let qubits: [Int]
  private let circuit: Circuit

  /// `nil` if the block holds anything else.
  init?(_ block: BlockID, in circuit: Circuit) {
    guard let qubits = Self.qubits(of: block, in: circuit) else { return nil }
    self.qubits = Set(qubits).sorted()
    var places: [Int: Int] = [:]
    for (place, qubit) in self.qubits.enumerated() { places[qubit] = place }
    var compact = Circuit(qubitCount: self.qubits.count)
    Self.append(block, of: circuit, to: &compact, places)
    self.circuit = compact
  }

  private static func qubits(of block: BlockID, in circuit: Circuit) -> [Int]? {
    var qubits: [Int] = []
    for node in circuit.nodes(of: block) {
      switch node {
      case .instruction(let instruction):
        let definition = instruction.gate.definition
        if definition.isAnnotation { continue }
        let targets = circuit.targets(of: instruction)
        guard definition.isClifford, instruction.controlCount == 0,
          !targets.contains(where: \.isClassicalControl)
        else { return nil }
        qubits += targets.compactMap(\.qubit)
      case .repeatBlock(_, let body, _):
        guard let inner = self.qubits(of: body, in: circuit) else { return nil }
        qubits += inner
      case .branch, .loop, .assign, .leave: return nil
      }
    }
    return qubits
  }

  private static func append(
    _ block: BlockID, of circuit: Circuit, to compact: inout Circuit, _ places: [Int: Int]
  ) {
    for node in circuit.nodes(of: block) {
      switch node {
      case .instruction(let instruction):
        guard !instruction.gate.definition.isAnnotation else { continue }
        compact.append(
          instruction.gate, arguments: Array(circuit.arguments(of: instruction)),
          targets: circuit.targets(of: instruction).map { $0.moved(places) })
      case .repeatBlock(let count, let body, _):
        compact.appendRepeat(count) { append(body, of: circuit, to: &$0, places) }
      case .branch, .loop, .assign, .leave: break
      }
    }
  }

  /// A circuit that does what so many turns of the block do.
  ///
  /// - Throws: `Diagnostic` if a product is not Hermitian.
  func raised(to count: UInt64) throws -> Circuit {
    let power = try Tableau(of: circuit).raised(to: count)
    var result = Circuit()
    var back: [Int: Int] = [:]
    for (place, qubit) in qubits.enumerated() { back[place] = qubit }
    Self.append(.root, of: power.circuit(), to: &result, back)
    return result
  }
}

extension Target {
  fileprivate func moved(_ places: [Int: Int]) -> Target {
    guard let qubit, let place = places[qubit] else { return self }
    return pauli.map { .pauli($0, place, inverted: isInverted) }
      ?? .qubit(place, inverted: isInverted)
  }
}
