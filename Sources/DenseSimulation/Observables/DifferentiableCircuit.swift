import ComplexModule
import QuantumCore

/// A circuit of unitary gates in the order they are applied, each with the derivatives of its
/// matrix.
package struct DifferentiableCircuit: Sendable {
  /// A gate on positions of live qubits.
  package struct Step: Sendable {
    /// `nil` where the gate does nothing at these arguments.
    package var application: GateApplication?
    /// ∂U/∂θ U† on the targets, for each argument.
    package var generators: [Generator] = []
  }

  /// The anti-Hermitian matrix K of ∂(U)/∂θ = K U, where the controls are set.
  package struct Generator: Sendable {
    /// The place in `arguments`.
    package var argument: Int
    package var matrix: ComplexMatrix
    package var targets: [Int]
    package var controlMask: UInt64
    package var controlValue: UInt64

    package var qubitMask: UInt64 { targets.reduce(controlMask) { $0 | 1 << UInt64($1) } }
  }

  package private(set) var steps: [Step] = []
  /// The arguments of the circuit as written, derivatives still 0.
  package private(set) var arguments: [ObservableGradient.Entry] = []

  private let circuit: Circuit
  private let live: LiveQubits
  /// The first argument of an instruction, for those that repeat blocks bring up again.
  private var blockArguments: [NodePlace: Int] = [:]

  private struct NodePlace: Hashable {
    let block: BlockID
    let index: Int
  }

  /// The most gates, repeat blocks written out.
  private static let gateLimit: UInt64 = 1_000_000

  /// - Parameter program: of the circuit, for the state at its end.
  /// - Throws: `Obstacle` for what has no derivative, with its place.
  package init(_ circuit: Circuit, live: LiveQubits, program: Program) throws(Obstacle) {
    self.circuit = circuit
    self.live = live
    try Self.check(circuit, program)
    append(.root)
  }

  private static func check(_ circuit: Circuit, _ program: Program) throws(Obstacle) {
    guard circuit.gateCount <= gateLimit else {
      throw Obstacle(
        .unsupported, "a gradient is for at most 10^6 gates, repeat blocks written out")
    }
    for (step, range) in zip(program.steps, program.ranges) {
      let reason: String
      switch step {
      case .unitary: continue
      case .measure: reason = "a measurement that gates follow"
      case .reset: reason = "a reset"
      case .noise, .kraus: reason = "a noise channel"
      case .feedback, .constant: reason = "a gate that depends on results"
      case .dynamic: reason = "a gate whose arguments are computed while running"
      case .assign, .jump, .jumpUnless, .startLoop, .nextTurn, .halt: reason = "control flow"
      }
      throw Obstacle(
        .unsupported, "a gradient needs unitary gates up to the last measurements, not \(reason)",
        range: range)
    }
  }

  private mutating func append(_ block: BlockID) {
    for (index, node) in circuit.nodes(of: block).enumerated() {
      switch node {
      case .instruction(let instruction):
        append(instruction, at: NodePlace(block: block, index: index))
      case .repeatBlock(let count, let body, _):
        for _ in 0..<count {
          let before = steps.count
          append(body)
          // A block of annotations may be repeated any number of times.
          if steps.count == before { break }
        }
      case .branch, .loop, .assign, .leave: continue
      }
    }
  }

  private mutating func append(_ instruction: Instruction, at place: NodePlace) {
    let definition = instruction.gate.definition
    guard definition.isUnitary else { return }
    let values = circuit.arguments(of: instruction)
    let perGroup = definition.hasAngles ? values.count : 0
    var argument = blockArguments[place] ?? arguments.count
    if perGroup > 0, blockArguments[place] == nil {
      blockArguments[place] = argument
      addEntries(of: instruction, range: circuit.range(of: place.block, at: place.index))
    }
    let circuit = circuit
    circuit.forEachGroup(of: instruction) { group, _ in
      let step = Step(
        application: application(of: instruction, group: group),
        generators: (0..<perGroup).compactMap {
          generator(of: instruction, group: group, index: $0, argument: argument + $0)
        })
      argument += perGroup
      if step.application != nil || !step.generators.isEmpty { steps.append(step) }
    }
  }

  private mutating func addEntries(of instruction: Instruction, range: SourceRange?) {
    let values = circuit.arguments(of: instruction)
    let names = instruction.gate.definition.parameters
    let circuit = circuit
    circuit.forEachGroup(of: instruction) { group, _ in
      for (name, value) in zip(names, values) {
        arguments.append(
          ObservableGradient.Entry(
            gate: instruction.gate, controlCount: Int(instruction.controlCount), range: range,
            qubits: group.compactMap(\.qubit), argument: name, value: value, derivative: 0))
      }
    }
  }

  private func application(
    of instruction: Instruction, group: ArraySlice<Target>
  ) -> GateApplication? {
    switch instruction.gate {
    case .i, .ii, .u0: nil
    case .spp, .sppDag: productPhase(instruction.gate, group)
    default:
      GateApplication.of(
        instruction.gate, arguments: circuit.arguments(of: instruction), group: group,
        controlCount: Int(instruction.controlCount), live: live)
    }
  }

  /// (1 + P)/2 + i^{±1} (1 − P)/2; factors on qubits that are known to be |0⟩ are +1.
  private func productPhase(_ gate: Gate, _ group: ArraySlice<Target>) -> GateApplication? {
    var product = PauliProduct()
    for target in group {
      if target.isInverted { product = -product }
      guard let pauli = target.pauli, let position = live.position(of: target.value) else {
        continue
      }
      product.multiply(by: PauliProduct(pauli, on: position))
    }
    let phase: Complex<Double> = gate == .spp ? .i : -.i
    let half = Complex<Double>(0.5)
    let (alpha, beta) = ((.one + phase) * half, (.one - phase) * half)
    return product.isIdentity
      ? GateApplication(.diagonal([alpha + beta * product.phase]))
      : GateApplication(.pauli(product, alpha: alpha, beta: beta))
  }

  /// `nil` where the derivative is 0 whatever the state: waiting, and a global phase without
  /// controls.
  private func generator(
    of instruction: Instruction, group: ArraySlice<Target>, index: Int, argument: Int
  ) -> Generator? {
    let definition = instruction.gate.definition
    let base = definition.controlledForm?.base.definition ?? definition
    let ownControls = definition.controlledForm?.controlCount ?? 0
    let controlCount = Int(instruction.controlCount) + ownControls
    if instruction.gate == .u0 || (base.gate == .globalPhase && controlCount == 0) { return nil }
    let values = circuit.arguments(of: instruction)
    guard let derivative = base.matrixDerivative(arguments: values, withRespectTo: index),
      let matrix = base.matrix?(values)
    else { return nil }
    var (mask, value) = (UInt64(0), UInt64(0))
    var targets: [Int] = []
    for (place, target) in group.enumerated() {
      guard let position = live.position(of: target.value) else { return nil }
      if place < controlCount {
        mask |= 1 << UInt64(position)
        if !target.isInverted { value |= 1 << UInt64(position) }
      } else {
        targets.append(position)
      }
    }
    return Generator(
      argument: argument, matrix: derivative * matrix.adjoint, targets: targets, controlMask: mask,
      controlValue: value)
  }
}
