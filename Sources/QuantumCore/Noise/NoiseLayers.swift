/// What happened since the last TICK.
struct NoiseLayer {
  private(set) var touched: Set<Int> = []
  private var hasCollapse = false

  var hasOperations: Bool { !touched.isEmpty }

  mutating func note(_ qubits: [Int], isCollapse: Bool) {
    guard !qubits.isEmpty else { return }
    touched.formUnion(qubits)
    hasCollapse = hasCollapse || isCollapse
  }

  func isOf(_ kind: NoisePlace.IdleLayer) -> Bool {
    switch kind {
    case .any: true
    case .gates: !hasCollapse
    case .collapse: hasCollapse
    }
  }
}

/// Finds where rounds of checks begin, see `NoiseModel`.
struct NoiseRounds {
  private let circuit: Circuit
  /// Whether the next gate may begin a round.
  private(set) var isOpen = true
  private(set) var count = 0

  init(_ circuit: Circuit) { self.circuit = circuit }

  /// The qubits measured at the end of the round that begins with an instruction; `nil` if none
  /// begins there.
  mutating func visit(_ instruction: Instruction, at index: Int, of block: BlockID) -> Set<Int>? {
    let definition = instruction.gate.definition
    if definition.isMeasurement { isOpen = true }
    guard isOpen, definition.isUnitary, circuit.width(of: instruction) > 0 else { return nil }
    isOpen = false
    guard let measured = measured(from: index, of: block) else { return nil }
    count += 1
    return measured
  }

  /// The qubits measured at the end of a round that begins at or after a node; `nil` if there is no
  /// such round before the next measurement.
  func measured(from index: Int, of block: BlockID) -> Set<Int>? {
    var scan = Scan()
    scan.walk(block, from: index, of: circuit)
    return scan.hasWideGate && !scan.measured.isEmpty ? scan.measured : nil
  }

  /// A look ahead to the end of the next layer that measures.
  private struct Scan {
    var hasWideGate = false
    var measured: Set<Int> = []
    private var isDone = false

    mutating func walk(_ block: BlockID, from start: Int, of circuit: Circuit) {
      for node in circuit.nodes(of: block).dropFirst(start) where !isDone {
        switch node {
        case .instruction(let instruction): visit(instruction, of: circuit)
        case .repeatBlock(_, let body, _), .loop(_, let body): walk(body, from: 0, of: circuit)
        case .branch(_, let then, _): walk(then, from: 0, of: circuit)
        case .assign, .leave: break
        }
      }
    }

    private mutating func visit(_ instruction: Instruction, of circuit: Circuit) {
      let definition = instruction.gate.definition
      if definition.isMeasurement, instruction.gate != .mpad {
        guard hasWideGate else {
          isDone = true
          return
        }
        measured.formUnion(circuit.targets(of: instruction).compactMap(\.qubit))
      } else if definition.isUnitary || definition.isAnnotation {
        // Detectors stand between the checks of the last round and the final readout.
        if !measured.isEmpty { isDone = true }
        if definition.isUnitary, circuit.width(of: instruction) > 1 { hasWideGate = true }
      }
    }
  }
}

/// Which measured qubits are used again before a reset.
struct MeasuredQubitUse {
  private struct Place: Hashable {
    let block: BlockID
    let index: Int
  }
  private var usedAgain: [Place: Set<Int>] = [:]

  init() {}

  init(_ circuit: Circuit) {
    for index in circuit.blocks.indices {
      scan(BlockID(index: Int32(index)), of: circuit)
    }
  }

  /// How many of the qubits measured by an instruction are used again.
  func count(of qubits: some Sequence<Int>, at index: Int, of block: BlockID) -> Int {
    guard let used = usedAgain[Place(block: block, index: index)] else { return 0 }
    return qubits.count { used.contains($0) }
  }

  /// Backwards through a block: what comes after a block inside another is taken for a use.
  private mutating func scan(_ block: BlockID, of circuit: Circuit) {
    let isUsedAtEnd = block != .root
    var next: [Int: Bool] = [:]
    for (index, node) in circuit.nodes(of: block).enumerated().reversed() {
      guard case .instruction(let instruction) = node else {
        for inner in node.blocks {
          for qubit in circuit.qubitsOperated(in: inner) { next[qubit] = true }
        }
        continue
      }
      let definition = instruction.gate.definition
      if definition.isAnnotation || definition.isNoise || instruction.gate == .mpad { continue }
      let qubits = circuit.targets(of: instruction).compactMap(\.qubit)
      if definition.isMeasurement, !definition.isReset {
        let used = qubits.filter { next[$0] ?? isUsedAtEnd }
        if !used.isEmpty { usedAgain[Place(block: block, index: index)] = Set(used) }
      }
      let isPlainReset = definition.isReset && !definition.isMeasurement
      for qubit in qubits { next[qubit] = !isPlainReset }
    }
  }
}

extension Node {
  /// The blocks inside the node.
  var blocks: [BlockID] {
    switch self {
    case .instruction, .assign, .leave: []
    case .repeatBlock(_, let body, _), .loop(_, let body): [body]
    case .branch(_, let then, let otherwise): [then] + (otherwise.map { [$0] } ?? [])
    }
  }
}

extension Circuit {
  /// Qubits that a group of the instruction acts on, 0 for Paulis controlled by the record; the
  /// largest number for products.
  func width(of instruction: Instruction) -> Int {
    var width = 0
    forEachGroup(of: instruction) { group, _ in
      if !group.contains(where: \.isClassicalControl) {
        width = max(width, group.count { $0.qubit != nil })
      }
    }
    return width
  }

  /// Qubits of instructions other than annotations and constants.
  var operatedQubits: Set<Int> { qubitsOperated(in: .root) }

  /// The same within a block and the blocks in it.
  func qubitsOperated(in block: BlockID) -> Set<Int> {
    var qubits: Set<Int> = []
    for node in nodes(of: block) {
      if case .instruction(let instruction) = node {
        guard !instruction.gate.definition.isAnnotation, instruction.gate != .mpad else { continue }
        for target in targets(of: instruction) {
          if let qubit = target.qubit { qubits.insert(qubit) }
        }
      }
      for inner in node.blocks { qubits.formUnion(qubitsOperated(in: inner)) }
    }
    return qubits
  }
}

extension GateDefinition {
  /// Whether the gate turns by its arguments, so that larger ones turn further.
  var isRotation: Bool {
    if case .scalingArguments = power { isUnitary } else { false }
  }
}

extension Gate {
  /// Whether the gate measures or prepares a qubit in the X basis, so that Z turns its result over.
  var isInXBasis: Bool { definition.qubitCount == 1 && definition.collapse?.basis == .x }

  /// The channel before a measurement of one qubit that confuses its results.
  func confusion(p01: Double, p10: Double) -> (gate: Gate, arguments: [Double]) {
    let basis: Gate
    switch definition.qubitCount == 1 ? definition.collapse?.basis : .z {
    case .x: basis = .h
    case .y: basis = .hYZ
    default: return (.readoutError, [p01, p10])
    }
    // The basis change takes |0⟩ and |1⟩ to the states that give 0 and 1.
    guard let matrix = basis.definition.matrix?([]) else { return (.readoutError, [p01, p10]) }
    let channel = KrausChannel.readoutError(p01: p01, p10: p10).conjugated(by: matrix)
    return (.kraus1, channel.operators.flatMap { GateDefinition.flattened($0) })
  }
}
