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
  /// - Parameter isExact: whether every outcome is followed.
  init<State: ProgramState>(
    of program: Program, _ outline: ProgramOutline, on type: State.Type, shots: Int, isExact: Bool
  ) {
    let numbers = Double(
      sign: .plus, exponent: State.drawsErrors ? program.qubitCount : 2 * program.qubitCount,
      significand: 1)
    let costs = StepCosts(numbers: numbers, weight: State.drawsErrors ? 1 : 3)
    var steps: [Step] = []
    steps.reserveCapacity(program.steps.count)
    for segment in outline.segments {
      for index in segment.steps {
        let isFirst = index == segment.steps.lowerBound
        var step = State.work(program.steps[index], isInStretch: segment.isStretch, costs)
        if case .work(var cost) = step, isFirst, segment.isStretch {
          cost.seconds += costs.stretch
          step = .work(cost)
        }
        steps.append(step)
      }
    }
    self.init(
      of: steps, ranges: program.ranges,
      shots: isExact ? 1 << 16 : max(1, shots))
  }
}

extension ProgramState {
  fileprivate static func work(
    _ step: Program.Step, isInStretch: Bool, _ costs: StepCosts
  ) -> RunWork.Step {
    switch step {
    case .unitary(let gates): .work(.init(seconds: Double(gates.count) * costs.gate))
    case .dynamic: .work(.init(seconds: costs.gate + 1e-6))
    case .feedback: .work(.init(seconds: costs.gate + costs.classical))
    case .measure where isInStretch: .work(.init(seconds: costs.outcome))
    case .measure:
      .work(.init(seconds: costs.outcome, shotSeconds: costs.draw, outcomes: 1))
    case .reset where isInStretch: .work(.init(seconds: costs.gate))
    case .reset:
      .work(.init(seconds: 2 * costs.outcome, shotSeconds: costs.draw, outcomes: 1))
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
