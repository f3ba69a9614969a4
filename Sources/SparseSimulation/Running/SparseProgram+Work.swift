import QuantumCore

extension RunWork {
  /// What a run of a program has to do at least: as if every state had one amplitude.
  init(of program: SparseProgram, shots: Int) {
    let classical = 3e-7
    let steps = program.steps.map { step -> Step in
      switch step {
      case .gate, .dynamic, .feedback: .work(.init(seconds: 5e-7))
      case .measure: .work(.init(seconds: 1e-6, shotSeconds: 2e-8, outcomes: 1))
      case .reset: .work(.init(seconds: 1e-6, shotSeconds: 2e-8, outcomes: 1))
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
    self.init(of: steps, ranges: program.ranges, shots: max(1, shots))
  }
}
