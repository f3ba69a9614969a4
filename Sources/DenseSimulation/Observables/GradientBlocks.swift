import QuantumCore

/// Gates of a circuit in blocks on few qubits, for the way back of a gradient.
///
/// All derivatives in a block come from one cross matrix of its qubits, and the block is undone as
/// one gate; blocks are chosen so that both together cost least.
package struct GradientBlocks: Sendable {
  package struct Block: Sendable {
    package var steps: [DifferentiableCircuit.Step]
    package fileprivate(set) var qubits: UInt64
    package fileprivate(set) var hasGenerators: Bool
    fileprivate var isOpen: Bool

    /// The qubits, ascending.
    package var targets: [Int] { (0..<64).filter { qubits >> UInt64($0) & 1 == 1 } }
    /// Whether the block is one matrix on `targets`.
    package var isMatrix: Bool { isOpen }
  }

  package private(set) var blocks: [Block] = []
  /// For each qubit one more than the last block that touches it.
  private var last = [Int](repeating: 0, count: 64)
  private static let window = 48
  package static let widest = 4

  /// In units of one dense gate on one qubit: undoing a block on two states, by its number of
  /// qubits.
  private static let undoing: [Double] = [0.3, 2.3, 2.3, 3.1, 5.5]
  /// The cross matrix of two states.
  private static let crossing: [Double] = [1, 1.2, 1.6, 2.4, 4.5]

  package init(_ steps: [DifferentiableCircuit.Step]) {
    for step in steps { append(step) }
  }

  private mutating func append(_ step: DifferentiableCircuit.Step) {
    let qubits = step.generators.reduce(step.application?.qubitMask ?? 0) { $0 | $1.qubitMask }
    var isOpen = qubits.nonzeroBitCount <= Self.widest
    if case .pauli? = step.application?.action { isOpen = false }
    let block = Block(
      steps: [step], qubits: qubits, hasGenerators: !step.generators.isEmpty, isOpen: isOpen)
    let place = isOpen ? bestPlace(for: block) : nil
    if let place {
      blocks[place].steps.append(step)
      blocks[place].qubits |= qubits
      blocks[place].hasGenerators = blocks[place].hasGenerators || block.hasGenerators
    } else {
      blocks.append(block)
    }
    let taker = place ?? blocks.count - 1
    for qubit in blocks[taker].targets { last[qubit] = max(last[qubit], taker + 1) }
  }

  /// The block in which the new one costs least less than apart; `nil` if it is best apart.
  private func bestPlace(for new: Block) -> Int? {
    let earliest = new.targets.reduce(max(0, blocks.count - Self.window)) {
      max($0, last[$1] - 1)
    }
    var best: (place: Int, gain: Double)?
    for place in earliest..<max(earliest, blocks.count) where blocks[place].isOpen {
      let width = (blocks[place].qubits | new.qubits).nonzeroBitCount
      guard width <= Self.widest else { continue }
      let apart = Self.cost(blocks[place]) + Self.cost(new)
      let together = Self.cost(width, blocks[place].hasGenerators || new.hasGenerators)
      if apart - together > best?.gain ?? 1e-9 { best = (place, apart - together) }
    }
    return best?.place
  }

  private static func cost(_ block: Block) -> Double {
    cost(block.qubits.nonzeroBitCount, block.hasGenerators)
  }
  private static func cost(_ width: Int, _ hasGenerators: Bool) -> Double {
    undoing[width] + (hasGenerators ? crossing[width] : 0)
  }
}

extension GradientBlocks.Block {
  /// What undoes the block, in the order to apply.
  package var undoing: [GateApplication] {
    let applications = steps.compactMap(\.application)
    guard isMatrix, applications.count > 1 else { return applications.reversed().map(\.adjoint) }
    let local = applications.map { relocated($0) }
    let product = GateApplication.product(local, qubitCount: targets.count)
    return [GateApplication(matrix: product.adjoint, targets: targets)]
  }

  /// On the places of the block's qubits.
  package func relocated(_ gate: GateApplication) -> GateApplication {
    gate.relocated { place(of: $0) }
  }

  package func place(of qubit: Int) -> Int {
    (qubits & (1 << UInt64(qubit) - 1)).nonzeroBitCount
  }
}
