import QuantumCore

/// What one step on one state takes, in seconds on one core: measured on an EPYC 9004, and no more
/// than a guess elsewhere.
package struct StepCosts: Sendable {
  /// A gate of a stretch that many are merged in.
  package var gate: Double
  /// A look at the state and a change of it, for an outcome.
  package var outcome: Double
  /// A step that is classical.
  package var classical = 1e-7
  /// What a shot draws at one event.
  package var draw = 2e-8
  /// A stretch of gates and errors, however short.
  package var stretch = 6e-7
  /// What a shot draws from the last state, and each of its results besides.
  package var sample = 1e-7
  package var result = 8e-9

  /// - Parameters:
  ///   - numbers: amplitudes of a state, or elements of a density matrix.
  ///   - weight: of one of them, in those of a state vector.
  package init(numbers: Double, weight: Double) {
    gate = 1e-7 + numbers * weight * 3e-10
    outcome = 5e-7 + numbers * weight * 1e-9
  }
}

extension RunWork {
  /// What a run of a program has to do.
  ///
  /// - Parameters:
  ///   - isExact: whether every outcome is followed.
  ///   - startsFromZero: whether the run starts from |0…0⟩.
  init<State: ProgramState>(
    of program: Program, _ outline: ProgramOutline, on type: State.Type, shots: Int, isExact: Bool,
    startsFromZero: Bool
  ) {
    let numbers = Double(
      sign: .plus, exponent: State.drawsErrors ? program.qubitCount : 2 * program.qubitCount,
      significand: 1)
    let costs = StepCosts(numbers: numbers, weight: State.drawsErrors ? 1 : 3)
    let bits = program.randomBits(
      outline, startsFromZero: startsFromZero, drawsErrors: State.drawsErrors)
    var steps: [Step] = []
    steps.reserveCapacity(program.steps.count)
    for segment in outline.segments {
      for index in segment.steps {
        let isFirst = index == segment.steps.lowerBound
        var step = State.work(
          program.steps[index], outcomes: bits[index], isInStretch: segment.isStretch, costs)
        if case .work(var cost) = step, isFirst, segment.isStretch {
          cost.seconds += costs.stretch
          step = .work(cost)
        }
        steps.append(step)
      }
    }
    self.init(
      of: steps, ranges: program.ranges, shots: isExact ? 1 << 16 : max(1, shots),
      drawing: isExact ? 0 : program.tail.seconds(costs),
      sharing: numbers < Double(Executor.serialLimit) ? .groups : .states)
  }
}

extension Program.Tail {
  /// What one shot takes to draw and store.
  fileprivate func seconds(_ costs: StepCosts) -> Double {
    steps.reduce(hasMeasurements ? costs.sample : 0) { sum, step in
      switch step {
      case .measure(_, _, let flip, _): sum + costs.result + (flip > 0 ? costs.draw : 0)
      case .constant(let constant):
        sum + costs.result + (constant.flipProbability > 0 ? costs.draw : 0)
      case .noise, .confusion: sum + costs.draw
      case .assign: sum + costs.classical
      }
    }
  }
}

extension ProgramState {
  fileprivate static func work(
    _ step: Program.Step, outcomes: ClosedRange<Double>, isInStretch: Bool, _ costs: StepCosts
  ) -> RunWork.Step {
    switch step {
    case .unitary(let gates): .work(.init(seconds: Double(gates.count) * costs.gate))
    case .dynamic: .work(.init(seconds: costs.gate + 1e-6))
    case .feedback: .work(.init(seconds: costs.gate + costs.classical))
    case .measure where isInStretch: .work(.init(seconds: costs.outcome))
    case .measure:
      .work(.init(seconds: costs.outcome, shotSeconds: costs.draw, outcomes: outcomes))
    case .reset where isInStretch: .work(.init(seconds: costs.gate))
    case .reset:
      .work(.init(seconds: 2 * costs.outcome, shotSeconds: costs.draw, outcomes: outcomes))
    case .noise(let noise):
      .work(noise: noise.totalProbability, isInStretch, drawsErrors: drawsErrors, costs)
    case .kraus(let kraus):
      .work(noise: kraus.loudProbability, isInStretch, drawsErrors: drawsErrors, costs)
    case .constant(let constant):
      .work(
        .init(
          seconds: costs.classical, shotSeconds: constant.flipProbability > 0 ? costs.draw : 0,
          errors: constant.flipProbability))
    case .startLoop(let slot, let count): .startLoop(slot: slot, count: count)
    case .nextTurn(let slot, _): .nextTurn(slot: slot)
    case .jump(let target), .jumpUnless(_, let target): .jump(target)
    case .halt: .jump(.max)
    case .assign: .work(.init(seconds: costs.classical))
    }
  }
}

extension RunWork.Step {
  /// Errors with a probability: drawn shot by shot, or a channel that acts as a whole.
  fileprivate static func work(
    noise probability: Double, _ isInStretch: Bool, drawsErrors: Bool, _ costs: StepCosts
  ) -> RunWork.Step {
    guard isInStretch, !drawsErrors else {
      return .work(
        .init(
          seconds: costs.classical / 2 + probability * 2 * costs.gate, shotSeconds: costs.draw,
          errors: probability))
    }
    return .work(.init(seconds: costs.gate))
  }
}

extension Program {
  /// The bits that the outcomes of each step are random by, at least and at most.
  ///
  /// - Parameter drawsErrors: whether shots part at errors; otherwise one state is the mixture of
  ///   what errors, and outcomes within a stretch, make of it.
  fileprivate func randomBits(
    _ outline: ProgramOutline, startsFromZero: Bool, drawsErrors: Bool
  ) -> [ClosedRange<Double>] {
    let hasOutcomes = steps.contains {
      switch $0 {
      case .measure, .reset: true
      default: false
      }
    }
    guard hasOutcomes else { return Array(repeating: 0...0, count: steps.count) }
    var isMixing = [Bool](repeating: false, count: steps.count)
    if !drawsErrors {
      for segment in outline.segments where segment.isStretch {
        for index in segment.steps { isMixing[index] = true }
      }
    }
    return KnownBases.randomBits(
      stepCount: steps.count,
      from: KnownBases(qubitCount: qubitCount, startsFromZero: startsFromZero),
      course: { steps[$0].course },
      take: { Self.take(steps[$0], &$1, isMixing: isMixing[$0], drawsErrors: drawsErrors) })
  }

  private static func take(
    _ step: Step, _ known: inout KnownBases, isMixing: Bool, drawsErrors: Bool
  ) -> ClosedRange<Double> {
    switch step {
    case .unitary(let gates):
      for gate in gates { known.apply(gate, isConditional: false) }
    case .feedback(_, let gate): known.apply(gate, isConditional: true)
    case .dynamic: known.forgetAll()
    case .measure(let measurement):
      let letters = measurement.product.letters
      let bits = known.measure(letters)
      if isMixing, bits != 0...0 { known.forget(letters.map(\.qubit)) }
      return bits
    case .reset(let position, let basis): return known.measure([(position, basis)])
    case .noise(let noise):
      if !drawsErrors { known.forget(GateApplication.positions(noise.qubits)) }
    case .kraus(let kraus): known.forget(kraus.positions)
    case .constant, .assign, .jump, .jumpUnless, .startLoop, .nextTurn, .halt: break
    }
    return 0...0
  }
}

extension Program.Step {
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
  package mutating func apply(_ gate: GateApplication, isConditional: Bool) {
    if case .pauli(let product, let alpha, _) = gate.action {
      return apply(rotationAbout: product.letters, isProduct: alpha == .zero)
    }
    apply(
      gate.action, targets: gate.targets, controls: GateApplication.positions(gate.controlMask),
      isConditional: isConditional)
  }
}

extension PauliProduct {
  /// The factors, each on a qubit of its own.
  package var letters: [(qubit: Int, pauli: Pauli)] {
    GateApplication.positions(x | z).map { position in
      (position, Pauli(x: x >> UInt64(position) & 1 == 1, z: z >> UInt64(position) & 1 == 1))
    }
  }
}
