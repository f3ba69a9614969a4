import QuantumCore
import RealModule

/// A state that a program runs on: amplitudes, or a density matrix.
package protocol ProgramState: Sendable {
  /// One pass of a stretch, prepared for the kernels.
  associatedtype Pass: Sendable

  /// |0…0⟩. Throws when memory runs out.
  init(qubitCount: Int, executor: Executor) throws(Obstacle)
  static var precision: Precision { get }
  /// Bytes of one state; saturates.
  static func bytes(qubitCount: Int) -> UInt64

  /// Whether shots draw the errors of a stretch, rather than channels acting as a whole.
  static var drawsErrors: Bool { get }
  /// States' worth of memory that the widest gate of a program takes while it acts.
  static func scratchStates(of program: Program, _ circuit: Circuit) -> UInt64

  /// `nil` when memory runs out.
  func independentCopy() -> Self?
  mutating func copyContents(from other: Self)
  mutating func reset()

  /// Whether a step of the program may be part of a stretch.
  static func joins(_ index: Int, of program: Program, whole: ProgramReads) -> Bool
  /// Steps that all join, prepared.
  ///
  /// - Parameter startsFromZero: whether the state before is |0…0⟩.
  static func stretch(
    _ steps: ArraySlice<Program.Step>, qubitCount: Int, executor: Executor, fusing: Bool,
    startsFromZero: Bool
  ) throws(Obstacle) -> Stretch<Pass>

  mutating func apply(_ gate: GateApplication)
  /// - Parameter onPart: asked whether to go on, and told how many amplitudes were worked on since,
  ///   and which part of the pass that was.
  mutating func apply(
    _ pass: Pass, onPart: (_ amplitudes: Int, _ part: Double) throws -> Void
  ) throws
  /// ‖Kψ‖²/‖ψ‖² of each operator.
  func probabilities(of kraus: Program.Kraus) -> [Double]
  /// To norm or trace 1; `false` where the state has none.
  mutating func normalizeIfPossible() -> Bool
  func outcomeWeights(of product: PauliProduct) -> OutcomeWeights
  mutating func collapse(_ product: PauliProduct, result: Bool, weights: OutcomeWeights)
  /// `nil` where the state has no norm.
  func outcomes(forUniforms uniforms: [Double]) -> [UInt64]?
}

extension StateVector: ProgramState {
  package enum Pass: Sendable {
    case step(CompiledStep)
    case plan(CompiledPlan)
  }

  package static var precision: Precision { S.precision }
  package static func bytes(qubitCount: Int) -> UInt64 {
    StateMemory.bytes(qubitCount: qubitCount, precision: S.precision)
  }

  package static var drawsErrors: Bool { true }
  package static func scratchStates(of program: Program, _ circuit: Circuit) -> UInt64 { 0 }

  package mutating func copyContents(from other: StateVector) { copyAmplitudes(from: other) }

  package static func joins(_ index: Int, of program: Program, whole: ProgramReads) -> Bool {
    switch program.steps[index] {
    case .unitary, .noise, .kraus: true
    default: false
    }
  }

  package static func stretch(
    _ steps: ArraySlice<Program.Step>, qubitCount: Int, executor: Executor, fusing: Bool,
    startsFromZero: Bool
  ) throws(Obstacle) -> Stretch<Pass> {
    if steps.count == 1, case .unitary(let gates)? = steps.first {
      let plan = ExecutionPlan(
        gates, qubitCount: qubitCount, precision: S.precision, startsFromZero: startsFromZero,
        fusing: fusing, kernel: executor.route)
      let compiled = try CompiledPlan(plan, table: executor.table)
      var stretch = Stretch<Pass>()
      stretch.blocks = [.init(quiet: .plan(compiled))]
      return stretch
    }
    var fusion = NoisyFusion(fusing: fusing)
    var events: [Stretch<Pass>.Site.Event] = []
    for step in steps {
      switch step {
      case .unitary(let gates): gates.forEach { fusion.append($0) }
      case .noise(let noise):
        events.append(.errors(noise))
        fusion.append(site: events.count - 1, qubits: noise.qubits)
      case .kraus(let kraus):
        events.append(.kraus(kraus))
        fusion.append(site: events.count - 1, qubits: events[events.count - 1].qubits)
      default: assertionFailure("Only gates and errors join")
      }
    }
    let prepare = { (gate: GateApplication) throws(Obstacle) -> Pass in
      if executor.route == .blas {
        let plan = ExecutionPlan(
          [gate], qubitCount: qubitCount, precision: S.precision, fusing: false, kernel: .blas)
        return .plan(try CompiledPlan(plan, table: executor.table))
      }
      guard let step = CompiledStep(gate, qubitCount: qubitCount, table: executor.table) else {
        throw Obstacle(
          .memory(required: 0, available: 0), "no memory for the coefficients of the gates")
      }
      return .step(step)
    }
    var stretch = try fusion.stretch(events, pass: prepare)
    // Below 2¹² amplitudes a pass takes less time than a product of matrices.
    let itemCount = stretch.blocks.reduce(0) { $0 + $1.items.count }
    if qubitCount <= 12, itemCount <= 50_000 { try stretch.prepareItems(prepare) }
    return stretch
  }

  package mutating func apply(
    _ pass: Pass, onPart: (_ amplitudes: Int, _ part: Double) throws -> Void
  ) throws {
    let count = amplitudeCount
    switch pass {
    case .step(let step):
      let executor = executor
      withUniquePointer { step.run(on: UnsafeMutableRawPointer($0), with: executor) }
      try onPart(count, 1)
    case .plan(let plan): try plan.run(on: &self, onPart: onPart)
    }
  }

  package func probabilities(of kraus: Program.Kraus) -> [Double] {
    let size = 1 << kraus.positions.count
    let grams = kraus.operators.map { $0.adjoint * $0 }
    let areDiagonal = grams.allSatisfy { gram in
      gram.elements.indices.allSatisfy { $0 / size == $0 % size || gram.elements[$0] == .zero }
    }
    let density = reducedElements(kraus.positions, onlyDiagonal: areDiagonal)
    let weights = grams.map { gram in
      var sum = 0.0
      for row in 0..<size {
        for column in 0..<size { sum += (gram[row, column] * density[column, row]).real }
      }
      return max(0, sum)
    }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  /// The density matrix of some qubits, or its diagonal, not normalised, from expectations of Pauli
  /// products.
  private func reducedElements(_ positions: [Int], onlyDiagonal: Bool) -> ComplexMatrix {
    let (k, size) = (positions.count, 1 << positions.count)
    var result = ComplexMatrix(zeros: size, by: size)
    for pauli in 0..<(onlyDiagonal ? size : size * size) {
      var product = PauliProduct()
      for (place, position) in positions.enumerated() {
        let letter = Pauli(x: pauli >> (k + place) & 1 == 1, z: pauli >> place & 1 == 1)
        product.multiply(by: PauliProduct(letter, on: position))
      }
      let value = pauli == 0 ? normSquared : expectation(of: product).real
      for row in 0..<size {
        let element = PauliTransfer.element(ofPauli: pauli, row: row, qubitCount: k)
        result[row, row ^ (pauli >> k)] += element * Complex(value / Double(size))
      }
    }
    return result
  }
}

extension DensityMatrix: ProgramState {
  package enum Pass: Sendable { case steps([CompiledDensityStep]) }

  package static var precision: Precision { S.precision }
  package static func bytes(qubitCount: Int) -> UInt64 {
    DensityMemory.bytes(qubitCount: qubitCount, precision: S.precision)
  }

  package static var drawsErrors: Bool { false }

  /// Gates on many qubits go through the matrix elements, which take twice the memory of the
  /// coefficients.
  package static func scratchStates(of program: Program, _ circuit: Circuit) -> UInt64 {
    let isWide = program.steps.contains { step in
      switch step {
      case .unitary(let gates):
        gates.contains { gate in
          if case .pauli = gate.action { return false }
          return gate.qubitMask.nonzeroBitCount > PauliTransfer.widest
        }
      case .dynamic(let instruction): circuit.targets(of: instruction).count > PauliTransfer.widest
      default: false
      }
    }
    return isWide ? 2 : 0
  }

  package static func joins(_ index: Int, of program: Program, whole: ProgramReads) -> Bool {
    switch program.steps[index] {
    case .unitary, .reset, .kraus: true
    case .noise(let noise):
      noise.isHeralded ? whole.isUnread(index) : noise.chain == .none || whole.chainsAreWhole
    case .measure: whole.isUnread(index)
    default: false
    }
  }

  package static func stretch(
    _ steps: ArraySlice<Program.Step>, qubitCount: Int, executor: Executor, fusing: Bool,
    startsFromZero: Bool
  ) throws(Obstacle) -> Stretch<Pass> {
    var stretch = Stretch<Pass>()
    stretch.unreadCount = steps.count { step in
      switch step {
      case .measure: true
      case .noise(let noise): noise.isHeralded
      default: false
      }
    }
    for (step, _) in DensityFusion.fused(operations(of: steps), fusing: fusing) {
      guard let compiled = CompiledDensityStep(step, qubitCount: qubitCount, table: executor.table)
      else {
        throw Obstacle(
          .memory(required: 0, available: 0), "no memory for the coefficients of the channels")
      }
      stretch.blocks.append(.init(quiet: .steps([compiled])))
    }
    return stretch
  }

  /// What steps do to a density matrix, whoever looks.
  package static func operations(of steps: ArraySlice<Program.Step>) -> [DensityOperation] {
    var operations: [DensityOperation] = []
    // Probability that no error of the chain has happened.
    var isLeft = 1.0
    for step in steps {
      switch step {
      case .unitary(let gates): operations += gates.map { .gate($0) }
      case .kraus(let kraus):
        operations.append(.kraus(kraus.operators, positions: kraus.positions))
      case .reset(let position, let basis):
        operations.append(.reset(position: position, basis: basis))
      case .measure(let measurement):
        operations.append(
          .measurement(measurement.product, correction: measurement.correction))
      case .noise(let noise):
        if noise.chain != .continues { isLeft = 1 }
        let errors = noise.cases.map { ($0.probability * isLeft, $0.product) }
        if noise.chain == .continues, case .errors(let before)? = operations.popLast() {
          operations.append(.errors(before + errors))
        } else {
          operations.append(.errors(errors))
        }
        if noise.chain != .none { isLeft *= 1 - noise.totalProbability }
      default: assertionFailure("Only channels join")
      }
    }
    return operations
  }

  package mutating func apply(_ gate: GateApplication) { apply(.gate(gate)) }

  package mutating func apply(
    _ pass: Pass, onPart: (_ amplitudes: Int, _ part: Double) throws -> Void
  ) throws {
    guard case .steps(let steps) = pass else { return }
    for step in steps {
      apply(step)
      try onPart(coefficientCount, 1 / Double(steps.count))
    }
  }

  package func probabilities(of kraus: Program.Kraus) -> [Double] {
    preconditionFailure("A density matrix takes a channel as a whole")
  }

  /// Scales the matrix to trace 1.
  public mutating func normalize() {
    guard normalizeIfPossible() else {
      preconditionFailure("The zero matrix cannot be normalised")
    }
  }

  /// Scales the state to trace 1; `false` where it has none.
  package mutating func normalizeIfPossible() -> Bool {
    let factor = 1 / trace
    guard factor > 0, factor.isFinite else { return false }
    scale(by: factor)
    return true
  }
}

/// Which results a program reads while it runs.
package struct ProgramReads: Sendable {
  private var readBits: Set<Int> = []
  private var readsAllBits = false
  /// Places in the record that are read; `nil` where jumps make them unknown.
  private var readRecords: Set<Int>? = []
  /// For each step that records: the bit, and the place in the record.
  private var writes: [Int: (bit: Int?, record: Int)] = [:]
  /// Whether every correlated error that depends on others follows right after them.
  package private(set) var chainsAreWhole = true
  /// Whether results are kept at all.
  private let keepsResults: Bool

  /// - Parameter keepsResults: every result counts, as in samples.
  package init(_ program: Program, circuit: Circuit, keepsResults: Bool) {
    self.keepsResults = keepsResults
    let isStraight = program.steps.allSatisfy {
      switch $0 {
      case .jump, .jumpUnless, .startLoop, .nextTurn: false
      default: true
      }
    }
    var recordCount = 0
    var inChain = false
    for (index, step) in program.steps.enumerated() {
      var continuesChain = false
      switch step {
      case .measure(let measurement):
        writes[index] = (measurement.bit, recordCount)
        recordCount += 1
      case .constant(let constant):
        writes[index] = (constant.bit, recordCount)
        recordCount += 1
      case .noise(let noise):
        if noise.isHeralded {
          writes[index] = (noise.bit, recordCount)
          recordCount += 1
        }
        if noise.chain == .continues, !inChain { chainsAreWhole = false }
        continuesChain = noise.chain != .none
      case .feedback(let lookback, _): read(.record(lookback), after: recordCount)
      case .dynamic(let instruction):
        for expression in circuit.dynamicArguments(of: instruction) {
          read(expression, after: recordCount)
        }
      case .assign(let destination, let value):
        read(value, after: recordCount)
        if case .bit(_, _, let index) = destination { read(index, after: recordCount) }
      case .jumpUnless(let condition, _): read(condition, after: recordCount)
      case .unitary, .reset, .kraus, .jump, .startLoop, .nextTurn, .halt: break
      }
      inChain = continuesChain
    }
    // A jump may lead into the middle of a chain, and changes which record is which.
    if !isStraight {
      chainsAreWhole = chainsAreWhole && !program.steps.contains(where: \.continuesChain)
      if readRecords?.isEmpty == false { readRecords = nil }
    }
  }

  private mutating func read(_ expression: ClassicalExpression, after recordCount: Int) {
    expression.forEachPart { part in
      switch part {
      case .bits(let start, let count): readBits.formUnion(start..<start + count)
      case .bit(let start, let count, _): readBits.formUnion(start..<start + count)
      case .record(let lookback): readRecords?.insert(recordCount - lookback)
      default: break
      }
    }
  }

  /// Whether nothing depends on the result of a step.
  package func isUnread(_ index: Int) -> Bool {
    guard !keepsResults, let write = writes[index], let readRecords else { return false }
    return !readRecords.contains(write.record) && !(write.bit.map(readBits.contains) ?? false)
  }
}

extension Program.Step {
  fileprivate var continuesChain: Bool {
    if case .noise(let noise) = self { noise.chain == .continues } else { false }
  }
}
