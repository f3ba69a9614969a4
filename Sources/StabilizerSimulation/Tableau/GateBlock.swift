import QuantumCore

/// A block of a circuit that holds Clifford gates, and Pauli noise where that is left aside.
struct GateBlock {
  /// The qubits that it acts on, ascending.
  let qubits: [Int]
  /// Whether noise was left out.
  let hasNoise: Bool
  private let circuit: Circuit

  /// `nil` if the block holds anything else.
  ///
  /// - Parameter ignoringNoise: whether there may be noise that records nothing; it is left out.
  init?(_ block: BlockID, in circuit: Circuit, ignoringNoise: Bool = false) {
    var (found, hasNoise) = (Set<Int>(), false)
    guard Self.find(&found, &hasNoise, of: block, in: circuit, ignoringNoise) else { return nil }
    qubits = found.sorted()
    self.hasNoise = hasNoise
    var places: [Int: Int] = [:]
    for (place, qubit) in self.qubits.enumerated() { places[qubit] = place }
    var compact = Circuit(qubitCount: self.qubits.count)
    Self.append(block, of: circuit, to: &compact, places)
    self.circuit = compact
  }

  /// Finds the qubits that a block acts on, and whether it has noise.
  ///
  /// - Returns: whether it holds nothing but what it may hold.
  private static func find(
    _ qubits: inout Set<Int>, _ hasNoise: inout Bool, of block: BlockID, in circuit: Circuit,
    _ ignoringNoise: Bool
  ) -> Bool {
    for node in circuit.nodes(of: block) {
      switch node {
      case .instruction(let instruction):
        let definition = instruction.gate.definition
        // Whoever follows detectors and observables asks for blocks without them.
        if definition.isAnnotation || instruction.gate == .globalPhase { continue }
        if ignoringNoise, definition.isNoise, definition.isStimGate,
          definition.recordsPerGroup == 0
        {
          hasNoise = true
          qubits.formUnion(circuit.targets(of: instruction).lazy.compactMap(\.qubit))
          continue
        }
        let targets = circuit.targets(of: instruction)
        guard definition.isClifford, instruction.controlCount == 0,
          !targets.contains(where: \.isClassicalControl)
        else { return false }
        qubits.formUnion(targets.lazy.compactMap(\.qubit))
      case .repeatBlock(_, let body, _):
        guard find(&qubits, &hasNoise, of: body, in: circuit, ignoringNoise) else { return false }
      case .branch, .loop, .assign, .leave: return false
      }
    }
    return true
  }

  private static func append(
    _ block: BlockID, of circuit: Circuit, to compact: inout Circuit, _ places: [Int: Int]
  ) {
    for node in circuit.nodes(of: block) {
      switch node {
      case .instruction(let instruction):
        let definition = instruction.gate.definition
        guard !definition.isAnnotation, !definition.isNoise, instruction.gate != .globalPhase
        else { continue }
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
    if qubits.isEmpty { return Circuit() }
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
