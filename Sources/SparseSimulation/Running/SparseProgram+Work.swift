import DenseSimulation
import QuantumCore

extension RunWork {
  /// What a run of a program has to do at least, results drawn and stored: as if every state had one
  /// amplitude.
  init(of program: SparseProgram, shots: Int) {
    let classical = 3e-7
    let steps = zip(program.steps, program.randomBits).map { step, outcomes -> Step in
      switch step {
      case .gate, .dynamic, .feedback: .work(.init(seconds: 5e-7))
      case .measure: .work(.init(seconds: 1e-6, shotSeconds: 2e-8, outcomes: outcomes))
      case .reset: .work(.init(seconds: 1e-6, shotSeconds: 2e-8, outcomes: outcomes))
      case .noise(let noise):
        .work(.init(seconds: classical, shotSeconds: 2e-8, errors: noise.totalProbability))
      case .kraus(let kraus):
        .work(.init(seconds: 1e-6, shotSeconds: 2e-8, errors: kraus.loudProbability))
      case .constant(let constant):
        .work(.init(seconds: classical, errors: constant.flipProbability))
      case .assign: .work(.init(seconds: classical))
      case .startLoop(let slot, let count): .startLoop(slot: slot, count: count)
      case .nextTurn(let slot, _): .nextTurn(slot: slot)
      case .jump(let target), .jumpUnless(_, let target): .jump(target)
      case .halt: .jump(.max)
      }
    }
    self.init(
      of: steps, ranges: program.ranges, shots: max(1, shots), drawing: program.tail.seconds,
      sharing: .drawing)
  }
}

extension SparseTail {
  /// What one shot takes to draw and store: between that of qubits in one group and of qubits in a
  /// group each.
  fileprivate var seconds: Double {
    steps.reduce(steps.isEmpty ? 0 : 5e-7) { sum, step in
      switch step {
      case .measure(let qubits, _, _, _): sum + 8e-8 + 1e-8 * Double(qubits.count)
      case .noise, .confusion, .constant: sum + 4e-8
      case .assign: sum + 3e-7
      }
    }
  }

  /// Whether shots that draw the same bits have the same results.
  var isQuiet: Bool {
    steps.allSatisfy { step in
      switch step {
      case .measure(_, _, let flip, _): flip == 0
      case .noise(let noise, _): noise.totalProbability == 0
      case .confusion(_, let p01, let p10): p01 == 0 && p10 == 0
      case .constant(let constant): constant.flipProbability == 0
      case .assign: true
      }
    }
  }
}

extension SparseProgram {
  /// The bits that the outcomes of each step are random by, at least and at most.
  fileprivate var randomBits: [ClosedRange<Double>] {
    if isDeterministic { return Array(repeating: 0...0, count: steps.count) }
    return KnownBases.randomBits(
      stepCount: steps.count, from: KnownBases(qubitCount: qubitCount, startsFromZero: true),
      course: { steps[$0].course }, take: { Self.take(steps[$0], &$1) })
  }

  private static func take(_ step: Step, _ known: inout KnownBases) -> ClosedRange<Double> {
    switch step {
    case .gate(let gate): known.apply(gate, isConditional: false)
    case .feedback(_, let gate): known.apply(gate, isConditional: true)
    case .dynamic(_, let qubits): known.forget(qubits)
    case .measure(let measurement): return known.measure(measurement.product.letters)
    case .reset(let qubit, let basis): return known.measure([(qubit, basis)])
    case .kraus(let kraus): known.forget(kraus.positions)
    case .noise, .constant, .assign, .jump, .jumpUnless, .startLoop, .nextTurn, .halt: break
    }
    return 0...0
  }
}

extension SparseProgram.Step {
  fileprivate var course: KnownBases.Course {
    switch self {
    case .jump(let target): .jump(target)
    case .jumpUnless(_, let target), .nextTurn(_, let target): .choice(target)
    case .halt: .end
    default: .next
    }
  }
}

extension KnownBases {
  fileprivate mutating func apply(_ gate: SparseGate, isConditional: Bool) {
    let controls = gate.controls.map(\.qubit)
    switch gate.action {
    case .pauli(let product, let alpha, _):
      apply(rotationAbout: product.letters, isProduct: alpha == .zero)
    case .matrix(let action):
      apply(action, targets: gate.targets, controls: controls, isConditional: isConditional)
    case .swap:
      apply(.swap, targets: gate.targets, controls: controls, isConditional: isConditional)
    }
  }
}
