import QuantumCore

/// The repeat blocks of one circuit that hold gates alone, raised to powers.
///
/// Every block is looked at once and raised once for a number of turns, however often a block
/// around it comes to it.
struct GatePowers {
  struct Key: Hashable {
    let body: BlockID
    let count: UInt64
  }

  private let circuit: Circuit
  private let ignoresNoise: Bool
  private var facts: BlockFacts
  private var blocks: [BlockID: GateBlock?] = [:]
  private var powers: [Key: Circuit] = [:]

  /// A power of gates on many qubits takes longer than most blocks.
  private static let qubitLimit = 256
  /// Blocks of fewer steps, all turns together, are run by their turns.
  private static let leastSteps: UInt64 = 1 << 11

  /// - Parameter ignoringNoise: whether blocks may hold noise that records nothing; it is left out.
  init(_ circuit: Circuit, ignoringNoise: Bool = false) {
    (self.circuit, ignoresNoise) = (circuit, ignoringNoise)
    facts = BlockFacts(circuit)
  }

  /// A block that is worth raising to a power; `nil` if it holds anything else, or is as quickly
  /// run by its turns.
  mutating func block(_ body: BlockID, _ count: UInt64) -> GateBlock? {
    let steps = facts.work(of: body).saturatingMultiply(count)
    guard count > 1, steps >= Self.leastSteps else { return nil }
    let known = blocks[body]
    let block = known ?? GateBlock(body, in: circuit, ignoringNoise: ignoresNoise)
    if known == nil { blocks[body] = .some(block) }
    guard let block, block.qubits.count <= Self.qubitLimit else { return nil }
    // A product of tableaus takes about n³ / 32 steps, and there is one for every bit of the count.
    let qubits = UInt64(block.qubits.count)
    return steps >= 16 * qubits * qubits ? block : nil
  }

  /// A circuit that does what so many turns of a block do; `nil` as for `block`.
  ///
  /// - Throws: `Diagnostic` if a product is not Hermitian.
  mutating func power(of body: BlockID, _ count: UInt64) throws -> Circuit? {
    guard let block = block(body, count) else { return nil }
    let key = Key(body: body, count: count)
    if let known = powers[key] { return known }
    let power = try block.raised(to: count)
    powers[key] = power
    return power
  }
}

/// What a simulator of one circuit makes of its repeat blocks: powers of gates and noise, and the
/// steps of all others.
struct RepeatPowers {
  /// What many turns of a block do.
  struct Power {
    let gates: Circuit
    /// `nil` if no noise is drawn.
    let noise: NoisePower?
  }

  private let circuit: Circuit
  private var gates: GatePowers
  private var noise: [GatePowers.Key: NoisePower?] = [:]
  private var stepCounts: [BlockID: UInt64] = [:]

  init(_ circuit: Circuit) {
    self.circuit = circuit
    gates = GatePowers(circuit, ignoringNoise: true)
  }

  /// `nil` if the block holds anything else, acts on too many qubits, has noise that comes to too
  /// many places, or is as quickly run by its turns.
  mutating func power(
    of body: BlockID, _ count: UInt64, drawsNoise: Bool
  ) throws -> Power? {
    guard let block = gates.block(body, count) else { return nil }
    var noise: NoisePower?
    if drawsNoise, block.hasNoise, !block.qubits.isEmpty {
      noise = try noisePower(of: body, count, block)
      if noise == nil { return nil }
    }
    return try gates.power(of: body, count).map { Power(gates: $0, noise: noise) }
  }

  private mutating func noisePower(
    of body: BlockID, _ count: UInt64, _ block: GateBlock
  ) throws -> NoisePower? {
    let key = GatePowers.Key(body: body, count: count)
    if let known = noise[key] { return known }
    let power = try NoisePower(body, count, in: circuit, qubits: block.qubits)
    noise[key] = .some(power)
    return power
  }

  /// Targets that so many turns of a block act on one by one, noise being drawn; saturates.
  mutating func steps(of body: BlockID, _ count: UInt64) throws -> UInt64 {
    if try power(of: body, count, drawsNoise: true) != nil { return 0 }
    return try steps(ofTurn: body).saturatingMultiply(count)
  }

  private mutating func steps(ofTurn block: BlockID) throws -> UInt64 {
    if let known = stepCounts[block] { return known }
    var steps: UInt64 = 0
    for node in circuit.nodes(of: block) {
      switch node {
      case .instruction(let instruction):
        guard !instruction.gate.definition.isAnnotation else { continue }
        steps = steps.saturatingAdd(UInt64(max(1, circuit.targets(of: instruction).count)))
      case .repeatBlock(let count, let body, _):
        steps = steps.saturatingAdd(try self.steps(of: body, count))
      case .branch, .loop, .assign, .leave: continue
      }
    }
    stepCounts[block] = steps
    return steps
  }
}
