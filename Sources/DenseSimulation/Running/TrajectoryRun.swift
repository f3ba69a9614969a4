import QuantumCore

// Goals, in order: every shot gets what it would get alone, whatever the other shots, the number of threads and the
// memory; shots share work as long as they agree; memory is bounded.
//
// Shots that have seen the same outcomes form a group with one state. At a random event each shot draws its own number,
// from a stream keyed by the seed with the shot and the event's place in that shot as counter; the group splits by what its
// shots drew. The smaller part goes on with a copy, the larger one in place: so at most log₂(shots) copies are unfinished at a
// time. Small states go on side by side, one thread each, and report in the order in which they split off. A part for whose
// copy there is no memory is run again from the start later.

/// What every part of a run shares.
package struct RunContext<State: ProgramState>: Sendable {
  package let program: Program
  package let circuit: Circuit
  package let live: LiveQubits
  package let options: SimulationOptions
  package let outline: ProgramOutline
  /// One for each segment of the outline that is a stretch.
  package let stretches: [Stretch<State.Pass>?]
  package let reads: ProgramReads
  package let executor: Executor
  package let events: EventStream
  package let sampling: Philox
  package let shotCount: Int
  package let request: RunRequest<State>
}

/// What a run is to give.
package struct RunRequest<State: ProgramState>: Sendable {
  /// Bits and record of every shot.
  package var samples = true
  /// The state at the end of every group, before its last measurements.
  package var states = false
  /// Numbers of the state at the end of every group, before its last measurements.
  package var values: (@Sendable (State) -> [Double])?
  /// Every outcome with its probability, in place of shots.
  package var isExact = false
  /// Adds a state with a weight to the mixture of all groups; `nil` if none is wanted.
  package var combine: (@Sendable (_ mixture: inout State?, _ state: State, Double) -> Void)?

  package init(samples: Bool = true) { self.samples = samples }
}

/// What a group of shots with one state gave.
package struct FinishedGroup<State: ProgramState>: Sendable {
  package var shots: [UInt32]
  /// Of the group's outcomes; 1 where shots are counted.
  package var weight: Double
  package var values: [Double] = []
  package var state: State?
  package var recordCount = 0
  /// Rows of whole words, one a shot.
  package var record: [UInt64] = []
  package var bits: [UInt64] = []
}

/// Runs a program for many shots.
package final class TrajectoryRun<State: ProgramState> {
  private let context: RunContext<State>
  private let initialState: State?
  /// States that may exist at a time.
  private let stateLimit: UInt64

  package private(set) var bits: ShotTable
  package private(set) var record: ShotTable
  /// In an order that depends on the shots only.
  package private(set) var groups: [FinishedGroup<State>] = []

  /// - Throws: `Obstacle` when memory runs out.
  package init(
    _ program: Program, of circuit: Circuit, live: LiveQubits, shots: Int, seed: UInt64,
    options: SimulationOptions, request: RunRequest<State>, initialState: State? = nil
  ) throws(Obstacle) {
    let executor = Executor(options: options, precision: State.precision)
    let reads = ProgramReads(program, circuit: circuit, keepsResults: !request.isExact)
    let outline = ProgramOutline(of: program) { State.joins($0, of: program, whole: reads) }
    var stretches: [Stretch<State.Pass>?] = []
    for segment in outline.segments {
      stretches.append(
        segment.isStretch
          ? try State.stretch(
            program.steps[segment.steps], qubitCount: program.qubitCount, executor: executor,
            fusing: options.fusesGates,
            startsFromZero: segment.steps.lowerBound == 0 && initialState == nil) : nil)
    }
    context = RunContext(
      program: program, circuit: circuit, live: live, options: options, outline: outline,
      stretches: stretches, reads: reads, executor: executor, events: EventStream(seed: seed),
      sampling: Philox(seed: seed, purpose: .terminalSampling), shotCount: shots, request: request)
    self.initialState = initialState
    let rows = request.samples ? shots : 0
    bits = ShotTable(rowCount: rows, columnCount: circuit.bitCount)
    record = ShotTable(rowCount: rows, columnCount: 0)
    stateLimit = max(
      1, (options.memoryLimit ?? .max) / State.bytes(qubitCount: program.qubitCount))
  }

  /// What `combine` made of the states of all groups.
  package private(set) var mixture: State?

  /// - Throws: `Diagnostic` for an error in a classical expression, `CancellationError`, `Obstacle` without memory.
  package func run() throws {
    let worker = TrajectoryWorker(context, stateLimit: stateLimit)
    worker.queue = Self.queueLength(context, stateLimit: stateLimit).map { _ in [] }
    worker.queueLength = Self.queueLength(context, stateLimit: stateLimit) ?? 0
    worker.reports = true
    var deferred: [[UInt32]] = [(0..<UInt32(context.shotCount)).map { $0 }]
    if context.request.isExact { deferred = [[]] }
    var spare: State? = try State(
      qubitCount: context.program.qubitCount, executor: context.executor)
    var isFresh = true
    while let shots = deferred.popLast() {
      guard var state = spare.take() else { break }
      if let initialState {
        state.copyContents(from: initialState)
      } else if !isFresh {
        state.reset()
      }
      isFresh = false
      var branch = Branch<State>(
        state: state, memory: ClassicalMemory(for: context.circuit),
        counters: [UInt64](repeating: 0, count: context.program.loopSlotCount), shots: shots)
      _ = consume state
      try worker.advance(&branch)
      try worker.drainQueue()
      spare = branch.state
      _ = consume branch
      collect(worker)
      deferred += worker.deferred
      worker.deferred = []
    }
    mixture = worker.mixture
  }

  /// How many small states wait to go on side by side; `nil` where each goes on as soon as it splits off.
  private static func queueLength(_ context: RunContext<State>, stateLimit: UInt64) -> Int? {
    let bytes = State.bytes(qubitCount: context.program.qubitCount)
    let threads = context.options.threads
    guard threads > 1, context.request.combine == nil, bytes <= 16 << 20,
      stateLimit >= UInt64(32 * threads)
    else { return nil }
    return max(threads, min(16 * threads, Int(512 << 20 / bytes)))
  }

  private func collect(_ worker: TrajectoryWorker<State>) {
    for group in worker.finished where context.request.samples {
      record.widen(to: group.recordCount)
      copyRows(group.record, of: group.shots, to: &record)
      copyRows(group.bits, of: group.shots, to: &bits)
    }
    if context.request.states || context.request.values != nil {
      groups += worker.finished.map { group in
        var group = group
        (group.record, group.bits) = ([], [])
        return group
      }
    }
    worker.finished = []
  }

  private func copyRows(_ rows: [UInt64], of shots: [UInt32], to table: inout ShotTable) {
    guard !rows.isEmpty else { return }
    let (width, stride) = (rows.count / shots.count, table.stride)
    table.withWords { words in
      for (place, shot) in shots.enumerated() {
        for word in 0..<width { words[Int(shot) * stride + word] = rows[place * width + word] }
      }
    }
  }
}

/// A place in the program with everything that decides how it goes on.
package struct Branch<State: ProgramState>: Sendable {
  package var state: State
  package var memory: ClassicalMemory
  /// A segment of the outline.
  package var place = 0
  package var counters: [UInt64]
  package var chainHappened = false
  /// The program was left early: its tail is not run.
  package var hasHalted = false
  package var event: UInt64 = 0
  package var shots: [UInt32]
  /// Probability of the outcomes so far, where every outcome is followed.
  package var weight = 1.0
  /// How far it is in the stretch at `place`.
  package var progress: StretchProgress?
}
