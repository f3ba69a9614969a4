import ComplexModule
import QuantumCore

/// What one step applies.
package enum FusedAction: Sendable {
  case gate(GateApplication)
  /// All diagonal gates of a layer.
  case phases(PhasePolynomial)
  /// A rotation [[cos, −sin], [sin, cos]] on each of several qubits.
  case rotations([QubitRotation])
  /// On pairs of qubits that have none in common.
  case interactions([PairInteraction])
}

package struct QubitRotation: Sendable {
  package var qubit: Int
  package var angle: Double

  package init(qubit: Int, angle: Double) {
    self.qubit = qubit
    self.angle = angle
  }
}

/// A step and how many gates of the circuit it stands for.
package struct FusedStep: Sendable {
  package var action: FusedAction
  package var turned: UInt64
  package var kept: UInt64
  package var gateCount: Int
  package var cost: Double
}

/// Merges gates into blocks, greedily and in order: small dense blocks, rotations of several
/// qubits, and diagonals of any width.
///
/// A gate may join any block from the last one that it does not commute with to the end of the
/// list. Two gates commute where both are diagonal on every qubit they share. It joins where the
/// strategy says that this is cheaper than a step of its own; blocks further back than a fixed
/// window are not looked at.
package struct GateFusion {
  private let strategy: CostModel.Strategy
  private let model: CostModel
  private let local: UInt64
  private var blocks: [Block] = []
  /// For each qubit one more than the last block that touches it, and the last that turns it.
  private var lastTouched = [Int](repeating: 0, count: 64)
  private var lastTurned = [Int](repeating: 0, count: 64)
  private static let window = 48

  private enum Kind { case dense, phases, rotations, interactions, alone }

  private struct Block {
    var kind: Kind
    var gates: [PlannedGate]
    var turned: UInt64
    var kept: UInt64
    /// Under the strategy.
    var cost: Double
    var qubits: UInt64 { turned | kept }
  }

  private init(strategy: CostModel.Strategy, model: CostModel, local: UInt64) {
    self.strategy = strategy
    self.model = model
    self.local = local
  }

  /// Steps equal to the gates applied one after the other.
  ///
  /// Several strategies are tried, and the one whose steps cost least is taken.
  ///
  /// - Parameter local: qubits that matrices may act on; diagonals may be anywhere.
  package static func fused(
    _ gates: [PlannedGate], local: UInt64 = .max, model: CostModel = .standard
  ) -> [FusedStep] {
    // Interactions are steps of their own kind under all of them.
    let areInteractions = gates.allSatisfy { $0.interaction != nil }
    var best: (fusion: GateFusion, cost: Double)?
    func attempt(_ gates: [PlannedGate], _ strategy: CostModel.Strategy) {
      var fusion = GateFusion(strategy: strategy, model: model, local: local)
      for gate in gates { fusion.append(gate) }
      let cost = fusion.blocks.reduce(0) { $0 + fusion.cost(of: $1) }
      if cost < best?.cost ?? .infinity { best = (fusion, cost) }
    }
    for strategy in model.strategies.prefix(areInteractions ? 1 : .max) {
      guard strategy.makesRotations, !areInteractions else {
        attempt(gates, strategy)
        continue
      }
      let parts = gates.flatMap { $0.rotationBetweenPhases ?? [$0] }
      attempt(parts, strategy)
      attempt(LevelOrder.sorted(parts), strategy)
    }
    return best?.fusion.steps ?? []
  }

  /// The gates with everything merged that two qubits can hold.
  package static func pairs(
    _ gates: [PlannedGate], model: CostModel = .standard
  ) -> [PlannedGate] {
    var fusion = GateFusion(strategy: model.pairStrategy, model: model, local: .max)
    for gate in gates { fusion.append(gate) }
    return fusion.blocks.flatMap { block -> [PlannedGate] in
      guard block.kind == .dense, block.gates.count > 1 else { return block.gates }
      let gate = matrix(block.gates.map(\.gate), on: block.qubits)
      let count = block.gates.reduce(0) { $0 + $1.gateCount }
      return gate.isNearlyIdentity ? [] : [PlannedGate(gate, gateCount: count)]
    }
  }

  private var steps: [FusedStep] {
    blocks.compactMap { block in
      guard let action = merged(block) else { return nil }
      return FusedStep(
        action: action, turned: block.turned, kept: block.kept,
        gateCount: block.gates.reduce(0) { $0 + $1.gateCount }, cost: cost(of: block))
    }
  }

  /// What a block costs, whatever the strategy made of it.
  private func cost(of block: Block) -> Double {
    switch block.kind {
    case .dense:
      block.gates.count == 1
        ? model.cost(block.gates[0]) : model.dense[block.qubits.nonzeroBitCount]
    case .phases: model.phases
    case .rotations: model.rotationsCost(count: block.qubits.nonzeroBitCount)
    case .interactions: model.interactions[block.gates.count - 1]
    case .alone: model.cost(block.gates[0])
    }
  }

  private func kind(of gate: PlannedGate) -> Kind {
    if gate.isPhases { return .phases }
    if gate.turned == 0 { return .alone }
    if gate.rotation != nil { return .rotations }
    if gate.interaction != nil { return .interactions }
    if case .pauli = gate.gate.action { return .alone }
    return gate.qubits.nonzeroBitCount <= strategy.widestDense && gate.qubits & ~local == 0
      ? .dense : .alone
  }

  private func strategyCost(_ gate: PlannedGate, _ kind: Kind) -> Double {
    switch kind {
    case .dense: min(strategy.dense[gate.qubits.nonzeroBitCount], model.cost(gate))
    case .phases: model.phases
    case .rotations: model.rotationsCost(count: 1)
    case .interactions, .alone: model.cost(gate)
    }
  }

  private mutating func append(_ gate: PlannedGate) {
    let kind = kind(of: gate)
    let cost = strategyCost(gate, kind)
    guard let (index, merged, newCost) = bestBlock(for: gate, kind, cost: cost) else {
      blocks.append(
        Block(kind: kind, gates: [gate], turned: gate.turned, kept: gate.kept, cost: cost))
      return note(blocks.count - 1)
    }
    blocks[index].gates.append(gate)
    blocks[index].turned |= gate.turned
    blocks[index].kept |= gate.kept
    if merged == .dense {
      // A matrix turns every qubit it has.
      blocks[index].turned |= blocks[index].kept
      blocks[index].kept = 0
    }
    blocks[index].kind = merged
    blocks[index].cost = newCost
    note(index)
  }

  private func earliestBlock(for gate: PlannedGate) -> Int {
    // The last block in the way may itself take the gate.
    var first = max(0, blocks.count - Self.window)
    Self.forEachBit(gate.turned) { first = max(first, lastTouched[$0] - 1) }
    Self.forEachBit(gate.kept) { first = max(first, lastTurned[$0] - 1) }
    return first
  }

  private func bestBlock(
    for gate: PlannedGate, _ kind: Kind, cost: Double
  ) -> (index: Int, kind: Kind, cost: Double)? {
    if kind == .alone { return nil }
    var best: (index: Int, kind: Kind, cost: Double, gain: Double)?
    for index in earliestBlock(for: gate)..<blocks.count {
      guard let (merged, newCost) = merge(gate, kind, into: blocks[index]) else { continue }
      let gain = blocks[index].cost + cost - newCost
      if gain > 1e-9, gain > (best?.gain ?? 0) { best = (index, merged, newCost, gain) }
    }
    return best.map { ($0.index, $0.kind, $0.cost) }
  }

  private func merge(
    _ gate: PlannedGate, _ kind: Kind, into block: Block
  ) -> (kind: Kind, cost: Double)? {
    if block.kind == .alone { return nil }
    if block.kind == .phases, kind == .phases { return (.phases, block.cost) }
    if block.kind == .rotations, kind == .rotations {
      let count = (block.turned | gate.turned).nonzeroBitCount
      return (.rotations, model.rotationsCost(count: count))
    }
    if block.kind == .interactions || kind == .interactions {
      let isRoom = block.gates.count < model.interactions.count && block.qubits & gate.qubits == 0
      guard block.kind == kind, isRoom else { return nil }
      return (.interactions, model.interactions[block.gates.count])
    }
    // Phases and rotations are not worth a matrix of their own.
    if strategy.makesRotations, block.kind != .dense, kind != .dense { return nil }
    let union = block.qubits | gate.qubits
    let width = union.nonzeroBitCount
    guard width <= strategy.widestDense, union & ~local == 0 else { return nil }
    return (.dense, strategy.dense[width])
  }

  private mutating func note(_ index: Int) {
    let (qubits, turned) = (blocks[index].qubits, blocks[index].turned)
    Self.forEachBit(qubits) { lastTouched[$0] = max(lastTouched[$0], index + 1) }
    Self.forEachBit(turned) { lastTurned[$0] = max(lastTurned[$0], index + 1) }
  }

  private static func forEachBit(_ mask: UInt64, _ body: (Int) -> Void) {
    var rest = mask
    while rest != 0 {
      body(rest.trailingZeroBitCount)
      rest &= rest - 1
    }
  }

  // MARK: Merging

  /// `nil` where the gates of a block cancel.
  private func merged(_ block: Block) -> FusedAction? {
    switch block.kind {
    case .alone: return .gate(block.gates[0].gate)
    case .phases:
      var phases = PhasePolynomial()
      for gate in block.gates {
        if let more = PhasePolynomial(gate.gate) { phases.multiply(by: more) }
      }
      return phases.factors.isEmpty ? nil : .phases(phases)
    case .rotations: return .rotations(Self.rotations(block.gates))
    case .interactions: return .interactions(block.gates.compactMap(\.interaction))
    case .dense:
      if block.gates.count == 1 { return .gate(block.gates[0].gate) }
      let gate = Self.matrix(block.gates.map(\.gate), on: block.qubits)
      return gate.isNearlyIdentity ? nil : .gate(gate)
    }
  }

  private static func rotations(_ gates: [PlannedGate]) -> [QubitRotation] {
    var rotations: [QubitRotation] = []
    for gate in gates {
      let (qubit, angle) = (gate.gate.targets[0], gate.rotation ?? 0)
      if let index = rotations.firstIndex(where: { $0.qubit == qubit }) {
        rotations[index].angle += angle
      } else {
        rotations.append(QubitRotation(qubit: qubit, angle: angle))
      }
    }
    return rotations
  }

  private static func matrix(_ gates: [GateApplication], on mask: UInt64) -> GateApplication {
    let product = GateApplication.product(gates, qubitCount: mask.nonzeroBitCount) { qubit in
      (mask & (1 << UInt64(qubit) - 1)).nonzeroBitCount
    }
    return GateApplication(matrix: product, targets: mask.bitPositions)
  }
}
