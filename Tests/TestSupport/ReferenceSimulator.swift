import Numerics
import QSim

/// A slow simulator that is right because it is short: density matrices, whole-space matrices and
/// nothing clever.
///
/// One unnormalised density matrix for every classical memory that can occur; its trace is the
/// probability. For circuits of up to about five qubits (eight for `unitary`).
public struct ReferenceSimulator {
  private let circuit: Circuit
  private let sweepBits: [Bool]

  private struct Classical: Hashable {
    var memory: ClassicalMemory
    var chainHappened = false
  }
  private typealias Ensemble = [Classical: ComplexMatrix]

  /// How a block ended.
  private struct Outcome {
    var running: Ensemble = [:]
    /// By levels left to leave, for `endLoop` and `nextTurn`.
    var ended: [Int: Ensemble] = [:]
    var turned: [Int: Ensemble] = [:]
    var halted: Ensemble = [:]
  }

  // MARK: Entry points

  /// The matrix of a circuit that holds gates only.
  public static func unitary(of circuit: Circuit) -> ComplexMatrix {
    let size = 1 << circuit.qubitCount
    var matrix = ComplexMatrix.identity(size)
    circuit.forEachInstruction { instruction in
      circuit.forEachGroup(of: instruction) { group, _ in
        let gate = whole(instruction, group, circuit.arguments(of: instruction), in: circuit)
        matrix = gate * matrix
      }
    }
    return matrix
  }

  /// Exact probabilities of the classical memory at the end.
  ///
  /// Loops are followed until what is left in them is less likely than 1e-12.
  public static func distribution(
    of circuit: Circuit, sweepBits: [Bool] = []
  ) throws -> [ClassicalMemory: Double] {
    var probabilities: [ClassicalMemory: Double] = [:]
    for (classical, density) in try ensemble(of: circuit, sweepBits: sweepBits) {
      probabilities[classical.memory, default: 0] += trace(density)
    }
    return probabilities
  }

  /// The density matrix at the end, whatever was measured.
  public static func density(of circuit: Circuit) throws -> ComplexMatrix {
    let size = 1 << circuit.qubitCount
    return try ensemble(of: circuit, sweepBits: []).values.reduce(
      ComplexMatrix(zeros: size, by: size)
    ) { $0 + $1 }
  }

  private static func ensemble(of circuit: Circuit, sweepBits: [Bool]) throws -> Ensemble {
    let size = 1 << circuit.qubitCount
    var start = ComplexMatrix(zeros: size, by: size)
    start[0, 0] = 1
    let simulator = ReferenceSimulator(circuit: circuit, sweepBits: sweepBits)
    let outcome = try simulator.run(
      .root, [Classical(memory: ClassicalMemory(for: circuit)): start])
    var all = outcome.running
    Self.add(outcome.halted, to: &all)
    for rest in outcome.ended.values { Self.add(rest, to: &all) }
    for rest in outcome.turned.values { Self.add(rest, to: &all) }
    return all
  }

  // MARK: Blocks

  private func run(_ block: BlockID, _ start: Ensemble) throws -> Outcome {
    var outcome = Outcome(running: start)
    for node in circuit.nodes(of: block) {
      switch node {
      case .instruction(let instruction): outcome.running = try apply(instruction, outcome.running)
      case .repeatBlock(let count, let body, _):
        for _ in 0..<count { try turn(body, &outcome) }
        outcome.running = merged(outcome.running, outcome.ended.removeValue(forKey: 0))
      case .loop(let condition, let body):
        var done: Ensemble = [:]
        while Self.weight(outcome.running) > 1e-12 {
          let (yes, no) = try choose(condition, outcome.running)
          Self.add(no, to: &done)
          outcome.running = yes
          try turn(body, &outcome)
        }
        outcome.running = merged(done, outcome.ended.removeValue(forKey: 0))
      case .branch(let condition, let then, let otherwise):
        let (yes, no) = try choose(condition, outcome.running)
        outcome.running = [:]
        absorb(try run(then, yes), into: &outcome, levels: 0)
        if let otherwise {
          absorb(try run(otherwise, no), into: &outcome, levels: 0)
        } else {
          Self.add(no, to: &outcome.running)
        }
      case .assign(let destination, let expression):
        outcome.running = try assign(
          circuit.expression(expression), to: destination, outcome.running)
      case .leave(let departure):
        switch departure {
        case .halt: Self.add(outcome.running, to: &outcome.halted)
        case .endLoop(let levels):
          Self.add(outcome.running, to: &outcome.ended[levels, default: [:]])
        case .nextTurn(let levels):
          Self.add(outcome.running, to: &outcome.turned[levels, default: [:]])
        }
        outcome.running = [:]
      }
    }
    return outcome
  }

  /// One turn of a loop: what left it for good waits in `ended[0]`.
  private func turn(_ body: BlockID, _ outcome: inout Outcome) throws {
    let start = outcome.running
    outcome.running = [:]
    absorb(try run(body, start), into: &outcome, levels: 1)
    outcome.running = merged(outcome.running, outcome.turned.removeValue(forKey: 0))
  }

  private func absorb(_ inner: Outcome, into outcome: inout Outcome, levels: Int) {
    Self.add(inner.running, to: &outcome.running)
    Self.add(inner.halted, to: &outcome.halted)
    for (level, rest) in inner.ended {
      Self.add(rest, to: &outcome.ended[level - levels, default: [:]])
    }
    for (level, rest) in inner.turned {
      Self.add(rest, to: &outcome.turned[level - levels, default: [:]])
    }
  }

  private func choose(_ condition: ExpressionID, _ ensemble: Ensemble) throws -> (
    Ensemble, Ensemble
  ) {
    var (yes, no): (Ensemble, Ensemble) = ([:], [:])
    for (classical, density) in ensemble {
      if try circuit.expression(condition).evaluated(in: classical.memory).isTrue {
        yes[classical] = density
      } else {
        no[classical] = density
      }
    }
    return (yes, no)
  }

  private func assign(
    _ value: ClassicalExpression, to destination: ClassicalDestination, _ ensemble: Ensemble
  ) throws -> Ensemble {
    var result: Ensemble = [:]
    for (classical, density) in ensemble {
      var next = classical
      let number = try value.evaluated(in: classical.memory)
      switch destination {
      case .bits(let start, let count):
        next.memory.bits.setWord(number.asInteger, at: start, count: count)
      case .bit(let start, _, let index):
        next.memory.bits[start + Int(try index.evaluated(in: classical.memory).asInteger)] =
          number.isTrue
      case .variable(let index): next.memory.variables[index] = number
      }
      Self.add([next: density], to: &result)
    }
    return result
  }

  // MARK: Instructions

  private func apply(_ instruction: Instruction, _ start: Ensemble) throws -> Ensemble {
    var ensemble = start
    let definition = instruction.gate.definition
    if definition.isAnnotation { return ensemble }
    var failure: (any Error)?
    circuit.forEachGroup(of: instruction) { group, bit in
      do {
        ensemble = try step(instruction, group, bit, ensemble)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return ensemble
  }

  private func step(
    _ instruction: Instruction, _ group: ArraySlice<Target>, _ bit: Int?, _ ensemble: Ensemble
  ) throws -> Ensemble {
    var result: Ensemble = [:]
    for (classical, density) in ensemble where Self.trace(density) > 1e-15 {
      let arguments =
        instruction.hasDynamicArguments
        ? try circuit.dynamicArguments(of: instruction).map {
          try $0.evaluated(in: classical.memory).asReal
        }
        : Array(circuit.arguments(of: instruction))
      let definition = instruction.gate.definition
      if definition.isNoise {
        noise(instruction.gate, arguments, group, bit, classical, density, &result)
      } else if instruction.gate == .mpad {
        record(
          group.first!.value == 1, flip: arguments.first ?? 0, bit, classical, density, &result)
      } else if definition.isMeasurement || definition.isReset {
        collapse(instruction.gate, arguments.first ?? 0, group, bit, classical, density, &result)
      } else {
        let gate =
          controlledClassically(instruction, group, classical.memory)
          ?? Self.whole(instruction, group, arguments[...], in: circuit)
        Self.add([classical: gate * density * gate.adjoint], to: &result)
      }
    }
    return result
  }

  /// A gate whose control is a record or sweep bit; `nil` if it has none.
  private func controlledClassically(
    _ instruction: Instruction, _ group: ArraySlice<Target>, _ memory: ClassicalMemory
  ) -> ComplexMatrix? {
    guard let control = group.first(where: \.isClassicalControl) else { return nil }
    let isOn =
      control.isSweep
      ? control.value < sweepBits.count && sweepBits[control.value]
      : memory.record[memory.record.count - control.value]
    let size = 1 << circuit.qubitCount
    guard isOn, let target = group.first(where: \.isQubit) else { return .identity(size) }
    let paulis: [Gate: Pauli] = [.cx: .x, .cy: .y, .cz: .z, .xcz: .x, .ycz: .y]
    return pauliMatrix([(paulis[instruction.gate]!, target.value)])
  }

  private func collapse(
    _ gate: Gate, _ flip: Double, _ group: ArraySlice<Target>, _ bit: Int?, _ classical: Classical,
    _ density: ComplexMatrix, _ result: inout Ensemble
  ) {
    let letters: [Gate: Pauli] = [
      .m: .z, .mr: .z, .reset: .z, .mzz: .z, .mx: .x, .mrx: .x, .resetX: .x, .mxx: .x, .my: .y,
      .mry: .y,
      .resetY: .y, .myy: .y,
    ]
    let pauli = pauliMatrix(group.map { ($0.pauli ?? letters[gate]!, $0.value) })
    let one = ComplexMatrix.identity(pauli.rowCount)
    let isInverted = group.count(where: \.isInverted) % 2 == 1
    for outcome in [false, true] {
      let projector = (one + pauli.scaled(by: outcome ? -1 : 1)).scaled(by: half)
      var projected = projector * density * projector
      if gate.definition.isReset, outcome {
        let fix = pauliMatrix([(letters[gate] == .z ? .x : .z, group.first!.value)])
        projected = fix * projected * fix
      }
      if gate.definition.isMeasurement {
        record(outcome != isInverted, flip: flip, bit, classical, projected, &result)
      } else {
        Self.add([classical: projected], to: &result)
      }
    }
  }

  private func record(
    _ value: Bool, flip: Double, _ bit: Int?, _ classical: Classical, _ density: ComplexMatrix,
    _ result: inout Ensemble
  ) {
    for isWrong in [false, true] {
      let probability = isWrong ? flip : 1 - flip
      guard probability > 0 else { continue }
      var next = classical
      next.memory.record.append(value != isWrong)
      if let bit { next.memory.bits[bit] = value != isWrong }
      Self.add([next: density.scaled(by: .init(probability))], to: &result)
    }
  }

  private func noise(
    _ gate: Gate, _ p: [Double], _ group: ArraySlice<Target>, _ bit: Int?, _ classical: Classical,
    _ density: ComplexMatrix, _ result: inout Ensemble
  ) {
    if let channel = gate.definition.channel, gate.definition.pauliErrors(p) == nil,
      ![.iError, .iiError].contains(gate)
    {
      let qubits = group.map(\.value)
      for matrix in channel(p).operators {
        let whole = Self.whole(matrix, on: qubits, of: circuit.qubitCount)
        Self.add([classical: whole * density * whole.adjoint], to: &result)
      }
      return
    }
    var classical = classical
    if gate == .correlatedError { classical.chainHappened = false }
    let isOff = gate == .elseCorrelatedError && classical.chainHappened
    let cases = isOff ? [] : Self.cases(gate, p, group)
    let rest = 1 - cases.reduce(0) { $0 + $1.probability }
    let isHeralded = gate == .heraldedErase || gate == .heraldedPauliChannel1
    for (happened, probability, paulis) in [(false, rest, [])]
      + cases.map({ (true, $0.probability, $0.paulis) })
    where probability > 0 {
      let error = pauliMatrix(paulis)
      let after = (error * density * error).scaled(by: .init(probability))
      if isHeralded {
        record(happened, flip: 0, bit, classical, after, &result)
      } else {
        var next = classical
        if happened, [.correlatedError, .elseCorrelatedError].contains(gate) {
          next.chainHappened = true
        }
        Self.add([next: after], to: &result)
      }
    }
  }

  /// An operator on some qubits as one on all, entry by entry.
  private static func whole(
    _ matrix: ComplexMatrix, on qubits: [Int], of qubitCount: Int
  ) -> ComplexMatrix {
    let size = 1 << qubitCount
    let mask = qubits.reduce(0) { $0 | 1 << $1 }
    func place(_ index: Int) -> Int {
      qubits.enumerated().reduce(0) { $0 | (index >> $1.element & 1) << $1.offset }
    }
    var result = ComplexMatrix(zeros: size, by: size)
    for row in 0..<size {
      for column in 0..<size where row & ~mask == column & ~mask {
        result[row, column] = matrix[place(row), place(column)]
      }
    }
    return result
  }

  private typealias ErrorCase = (probability: Double, paulis: [(Pauli, Int)])

  private static func cases(_ gate: Gate, _ p: [Double], _ group: ArraySlice<Target>) -> [ErrorCase]
  {
    let q = group.map(\.value)
    let letters: [Pauli] = [.x, .y, .z]
    func pair(_ probability: (Int) -> Double) -> [ErrorCase] {
      let all: [Pauli] = [.i, .x, .y, .z]
      return (1..<16).map { (probability($0 - 1), [(all[$0 / 4], q[0]), (all[$0 % 4], q[1])]) }
    }
    switch gate {
    case .xError: return [(p[0], [(.x, q[0])])]
    case .yError: return [(p[0], [(.y, q[0])])]
    case .zError: return [(p[0], [(.z, q[0])])]
    case .depolarize1: return letters.map { (p[0] / 3, [($0, q[0])]) }
    case .pauliChannel1: return zip(p, letters).map { ($0, [($1, q[0])]) }
    case .depolarize2: return pair { _ in p[0] / 15 }
    case .pauliChannel2: return pair { p[$0] }
    case .heraldedErase: return [(p[0] / 4, [])] + letters.map { (p[0] / 4, [($0, q[0])]) }
    case .heraldedPauliChannel1:
      return [(p[0], [])] + zip(p[1...], letters).map { ($0, [($1, q[0])]) }
    case .correlatedError, .elseCorrelatedError:
      return [(p[0], group.map { ($0.pauli!, $0.value) })]
    default: return []
    }
  }

  // MARK: Matrices

  /// The matrix of an instruction's gate on a group, on all qubits of the circuit.
  private static func whole(
    _ instruction: Instruction, _ group: ArraySlice<Target>, _ arguments: ArraySlice<Double>,
    in circuit: Circuit
  ) -> ComplexMatrix {
    let size = 1 << circuit.qubitCount
    if instruction.gate == .spp || instruction.gate == .sppDag {
      var pauli = ComplexMatrix.identity(size)
      for target in group {
        pauli = pauli * embedded(target.pauli!.matrix, on: [target.value], of: circuit.qubitCount)
        if target.isInverted { pauli = pauli.scaled(by: -1) }
      }
      let phase: Complex<Double> = instruction.gate == .spp ? .i : -.i
      let one = ComplexMatrix.identity(size)
      return (one + pauli).scaled(by: half) + (one - pauli).scaled(by: phase * half)
    }
    guard let matrix = instruction.gate.definition.matrix?(arguments) else {
      return .identity(size)
    }
    let controls = Int(instruction.controlCount)
    let negated = group.prefix(controls).enumerated().reduce(0) {
      $0 | ($1.element.isInverted ? 1 << $1.offset : 0)
    }
    return embedded(
      matrix.controlled(by: controls, negated: negated), on: group.map(\.value),
      of: circuit.qubitCount)
  }

  private func pauliMatrix(_ factors: [(Pauli, Int)]) -> ComplexMatrix {
    factors.reduce(.identity(1 << circuit.qubitCount)) {
      $0 * Self.embedded($1.0.matrix, on: [$1.1], of: circuit.qubitCount)
    }
  }

  /// The matrix of a gate on all of n qubits: bit j of the gate's index is `qubits[j]`.
  public static func embedded(_ matrix: ComplexMatrix, on qubits: [Int], of count: Int)
    -> ComplexMatrix
  {
    let size = 1 << count
    let mask = qubits.reduce(0) { $0 | 1 << $1 }
    func local(_ index: Int) -> Int {
      qubits.enumerated().reduce(0) { $0 | (index >> $1.element & 1) << $1.offset }
    }
    var result = ComplexMatrix(zeros: size, by: size)
    for row in 0..<size {
      for column in 0..<size where row & ~mask == column & ~mask {
        result[row, column] = matrix[local(row), local(column)]
      }
    }
    return result
  }

  // MARK: Ensembles

  private static func trace(_ density: ComplexMatrix) -> Double {
    (0..<density.rowCount).reduce(0) { $0 + density[$1, $1].real }
  }
  private static func weight(_ ensemble: Ensemble) -> Double {
    ensemble.values.reduce(0) { $0 + trace($1) }
  }
  private static func add(_ more: Ensemble, to ensemble: inout Ensemble) {
    for (classical, density) in more {
      ensemble[classical] = ensemble[classical].map { $0 + density } ?? density
    }
  }
  private func merged(_ a: Ensemble, _ b: Ensemble?) -> Ensemble {
    var result = a
    Self.add(b ?? [:], to: &result)
    return result
  }
}

private let half = Complex<Double>(0.5, 0)
