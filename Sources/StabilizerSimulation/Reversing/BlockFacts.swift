import QuantumCore

/// What a turn of each block of a circuit holds, the blocks inside included.
struct BlockFacts {
  /// Kinds of instructions.
  struct Kinds: OptionSet, Hashable {
    let rawValue: UInt16
    static let gates = Kinds(rawValue: 1)
    /// Measurements and resets.
    static let collapses = Kinds(rawValue: 2)
    /// Noise that happens with some probability, that of results included.
    static let noise = Kinds(rawValue: 4)
    static let detectors = Kinds(rawValue: 8)
    static let observables = Kinds(rawValue: 16)
    static let ticks = Kinds(rawValue: 32)
    /// Records or sweep bits that control Paulis.
    static let feedback = Kinds(rawValue: 64)
    static let controlFlow = Kinds(rawValue: 128)
  }

  private let circuit: Circuit
  private var known: [BlockID: Fact] = [:]

  private struct Fact {
    var records: UInt64 = 0
    var work: UInt64 = 0
    var ownWork: UInt64 = 0
    var kinds: Kinds = []
  }

  init(_ circuit: Circuit) { self.circuit = circuit }

  /// Results of a turn, saturating, and what it holds.
  subscript(_ block: BlockID) -> (records: UInt64, kinds: Kinds) {
    mutating get {
      let fact = fact(of: block)
      return (fact.records, fact.kinds)
    }
  }

  /// Targets of all instructions of a turn as often as they run, and one for each instruction;
  /// saturates.
  mutating func work(of block: BlockID) -> UInt64 { fact(of: block).work }

  /// As `work`, of the instructions that stand in no block within.
  mutating func ownWork(of block: BlockID) -> UInt64 { fact(of: block).ownWork }

  private mutating func fact(of block: BlockID) -> Fact {
    if let fact = known[block] { return fact }
    var fact = Fact()
    for node in circuit.nodes(of: block) {
      switch node {
      case .instruction(let instruction): note(instruction, in: &fact)
      case .repeatBlock(let count, let body, _):
        let inner = self.fact(of: body)
        fact.records = fact.records.saturatingAdd(inner.records.saturatingMultiply(count))
        fact.work = fact.work.saturatingAdd(inner.work.saturatingMultiply(count))
        fact.kinds.formUnion(inner.kinds)
      case .branch, .loop, .assign, .leave: fact.kinds.insert(.controlFlow)
      }
    }
    known[block] = fact
    return fact
  }

  private func note(_ instruction: Instruction, in fact: inout Fact) {
    let targets = circuit.targets(of: instruction)
    let definition = instruction.gate.definition
    fact.work = fact.work.saturatingAdd(UInt64(targets.count) + 1)
    fact.ownWork += UInt64(targets.count) + 1
    if definition.recordsPerGroup > 0 {
      let results = UInt64(circuit.groupCount(of: instruction) * definition.recordsPerGroup)
      fact.records = fact.records.saturatingAdd(results)
    }
    if instruction.hasDynamicArguments { fact.kinds.insert(.controlFlow) }
    switch instruction.gate {
    case .detector: fact.kinds.insert(.detectors)
    case .observableInclude: fact.kinds.insert(.observables)
    case .tick: fact.kinds.insert(.ticks)
    case let gate where gate.definition.isAnnotation: break
    default:
      if definition.isNoise {
        fact.kinds.insert(.noise)
      } else if definition.recordsPerGroup > 0 || definition.isReset {
        fact.kinds.insert(.collapses)
        if !instruction.hasDynamicArguments,
          circuit.arguments(of: instruction).contains(where: { $0 > 0 })
        {
          fact.kinds.insert(.noise)
        }
      } else {
        fact.kinds.insert(.gates)
        if targets.contains(where: \.isClassicalControl) { fact.kinds.insert(.feedback) }
      }
    }
  }
}
