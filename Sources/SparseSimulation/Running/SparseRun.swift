import DenseSimulation
import QuantumCore

// Goals, in order: every shot gets what it would get alone, whatever the other shots and the number
// of threads; shots share work as long as they agree; memory is bounded.
//
// As in `TrajectoryRun`, shots that have seen the same outcomes form a branch with one state. At a
// random event each draws its own number, and the branch splits by what they drew: smaller parts go
// on with copies, which share every group that does not change, the smallest goes on in place and
// ends first.

/// What a run of the sparse engine is to give.
package struct SparseRequest {
  /// Bits of every shot.
  package var samples = true
  /// The measurement record of every shot, besides its bits.
  package var keepsRecord = true
  /// Numbers of the state at the end of every branch, before its last measurements.
  package var values: ((inout SparseState) throws -> [Double])?
  /// Whether the state at the end of the last branch is kept.
  package var keepsState = false
  /// The most amplitudes to work on; more end the run with `TrialEnded`.
  package var mostWork: UInt64?

  package init(samples: Bool = true) { self.samples = samples }
}

/// A trial run was longer than it may be.
package struct TrialEnded: Error {}

/// A place in the program with everything that decides how it goes on.
struct SparseBranch {
  var state: SparseState
  var memory: ClassicalMemory
  var place = 0
  var counters: [UInt64]
  var chainHappened = false
  var hasHalted = false
  var event: UInt64 = 0
  var shots: [UInt32]
}

/// Runs a program for many shots.
package final class SparseRun {
  let program: SparseProgram
  let circuit: Circuit
  private let positions: [Int: Int]
  let options: SimulationOptions
  let request: SparseRequest
  package let budget: AmplitudeBudget
  let events: EventStream
  let sampling: Philox
  private let shotCount: Int
  private var shotsDone = 0
  private var stepsDone: UInt64 = 0
  private var workDone: UInt64 = 0

  var bits: ShotTable
  var record: ShotTable
  private(set) var values: [(values: [Double], count: Int)] = []
  private(set) var finalState: SparseState?
  /// The most amplitudes that one state had after a gate.
  package private(set) var mostAmplitudes = 1
  /// Basis states that the shots of the last branch were drawn from, at most; saturates.
  package var drawnStateCount: UInt64 = 1
  /// Amplitudes and columns of groups that all branches worked on.
  package var work: UInt64 { workDone }

  /// - Parameters:
  ///   - task: what takes memory beside the amplitudes; `nil` leaves all of the limit to
  ///     them.
  ///   - outcomes: different results that shots may have; `nil` where there may be as many as shots.
  /// - Throws: `Obstacle` where nothing is left for amplitudes.
  package init(
    _ program: SparseProgram, of circuit: Circuit, liveQubits: [Int], shots: Int, seed: UInt64,
    options: SimulationOptions, request: SparseRequest, task: RunTask? = nil,
    outcomes: UInt64? = nil
  ) throws(Obstacle) {
    let rest = task.map { task in
      SparseMemory(
        gateCount: program.gateCount, liveCount: liveQubits.count, circuit, task,
        threads: options.threads, outcomes: outcomes)
    }
    try rest?.check(limit: options.memoryLimit)
    self.program = program
    self.circuit = circuit
    positions = Dictionary(
      uniqueKeysWithValues: liveQubits.enumerated().map { ($0.element, $0.offset) })
    self.options = options
    self.request = request
    budget = AmplitudeBudget(
      limit: options.memoryLimit, reserved: rest?.bytes ?? 0, threads: options.threads)
    events = EventStream(seed: seed)
    sampling = Philox(seed: seed, purpose: .terminalSampling)
    shotCount = shots
    let rows = request.samples ? shots : 0
    bits = ShotTable(rowCount: rows, columnCount: circuit.bitCount)
    record = ShotTable(rowCount: request.keepsRecord ? rows : 0, columnCount: 0)
  }

  /// - Throws: `Obstacle` with the place where memory ran out, or that of the loop which would take
  ///   too long; `Diagnostic`, `CancellationError`.
  package func run() throws {
    if request.mostWork == nil {
      try RunWork(of: program, shots: shotCount)
        .check(options.timeLimit, threads: options.threads)
    }
    var branches = [
      SparseBranch(
        state: SparseState(qubitCount: program.qubitCount, budget: budget),
        memory: ClassicalMemory(for: circuit),
        counters: [UInt64](repeating: 0, count: program.loopSlotCount),
        shots: (0..<UInt32(shotCount)).map { $0 })
    ]
    while var branch = branches.popLast() {
      try advance(&branch, &branches)
    }
  }

  private func advance(
    _ branch: inout SparseBranch, _ branches: inout [SparseBranch]
  ) throws {
    while branch.place < program.steps.count {
      let index = branch.place
      branch.place += 1
      let before = branch.state.work
      do {
        try take(program.steps[index], &branch, &branches)
      } catch var diagnostic as Diagnostic {
        diagnostic.range = diagnostic.range ?? program.ranges[index]
        throw diagnostic
      } catch let obstacle as Obstacle {
        throw obstacle.placed(at: program.ranges[index])
      }
      try report(work: branch.state.work - before + 2)
    }
    try finish(&branch)
  }

  private func take(
    _ step: SparseProgram.Step, _ branch: inout SparseBranch, _ branches: inout [SparseBranch]
  ) throws {
    switch step {
    case .gate(let gate): try branch.state.apply(gate)
    case .dynamic(let instruction, _): try apply(instruction, to: &branch)
    case .feedback(let lookback, let gate):
      let control = try ClassicalExpression.record(lookback).evaluated(in: branch.memory)
      if control.isTrue { try branch.state.apply(gate) }
    case .measure(let measurement): try measure(measurement, &branch, &branches)
    case .reset(let qubit, let basis): try reset(qubit, to: basis, &branch, &branches)
    case .noise(let noise): try apply(noise, to: &branch, &branches)
    case .kraus(let kraus): try apply(kraus, to: &branch, &branches)
    case .constant(let constant): try append(constant, to: &branch, &branches)
    case .assign(let destination, let value):
      try branch.memory.assign(value.evaluated(in: branch.memory), to: destination)
    case .jump(let target): branch.place = target
    case .jumpUnless(let condition, let target):
      if try !condition.evaluated(in: branch.memory).isTrue { branch.place = target }
    case .startLoop(let slot, let count): branch.counters[slot] = count
    case .nextTurn(let slot, let start):
      branch.counters[slot] -= 1
      if branch.counters[slot] > 0 { branch.place = start }
    case .halt:
      branch.hasHalted = true
      branch.place = program.steps.count
    }
  }

  private func apply(_ instruction: Instruction, to branch: inout SparseBranch) throws {
    var arguments: [Double] = []
    for expression in circuit.dynamicArguments(of: instruction) {
      let value = try expression.evaluated(in: branch.memory).asReal
      guard value.isFinite else {
        throw Diagnostic(
          "\(value) is not a finite angle for \(instruction.gate.name)", code: "argument")
      }
      arguments.append(value)
    }
    var gates: [SparseGate] = []
    circuit.forEachGroup(of: instruction) { group, _ in
      let gate = SparseGate.of(
        instruction.gate, arguments: arguments[...], group: group,
        controlCount: Int(instruction.controlCount), positions: positions)
      if let gate { gates.append(gate) }
    }
    guard gates.allSatisfy(\.isFinite) else {
      throw Diagnostic(
        "the matrix of \(instruction.gate.name) overflows at these arguments", code: "argument",
        hint: "take angles modulo 4π")
    }
    for gate in gates { try branch.state.apply(gate) }
  }

  // MARK: The end of a branch

  private func finish(_ branch: inout SparseBranch) throws {
    mostAmplitudes = max(mostAmplitudes, branch.state.mostStored)
    if let values = request.values {
      self.values.append((try values(&branch.state), branch.shots.count))
    }
    if request.keepsState { finalState = branch.state }
    if request.samples { try addSamples(of: &branch) }
    shotsDone += branch.shots.count
    try report(work: UInt64(branch.shots.count))
  }

  private func report(work: UInt64) throws {
    workDone = workDone.saturatingAdd(work)
    if let most = request.mostWork, workDone > most { throw TrialEnded() }
    stepsDone = stepsDone.saturatingAdd(work)
    guard stepsDone >= 1 << 20 else { return }
    stepsDone = 0
    try options.timeLimit.check()
    guard let progress = options.progress else { return }
    let fraction = Double(shotsDone) / Double(max(1, shotCount))
    if !progress(fraction) { throw CancellationError() }
  }
}

extension Obstacle {
  /// The same, with the place of the instruction that was being run.
  fileprivate func placed(at range: SourceRange?) -> Obstacle {
    guard self.range == nil, let range else { return self }
    return Obstacle(kind, message, hint: hint, range: range)
  }
}
