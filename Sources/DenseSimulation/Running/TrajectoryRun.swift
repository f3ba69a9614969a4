import QuantumCore
import Synchronization

// Goals, in order: every shot gets what it would get alone, whatever the other shots, the number of
// threads and the memory; shots share work as long as they agree; memory is bounded.
//
// Shots that have seen the same outcomes form a group with one state. At a random event each shot
// draws its own number, from a stream keyed by the seed with the shot and the event's place in that
// shot as counter; the group splits by what its shots drew. The smaller part goes on with a copy,
// the larger one in place: so at most log₂(shots) copies are unfinished at a time. Small states go
// on side by side, one thread each, and report in the order in which they split off. States come
// from pools of fixed sizes, see `RunMemory`. A part for whose copy there is no memory is run again
// from the start later.

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
  let sink: ShotSink
  let leaves = LeafCounter()
}

/// Counts the groups of a run that reach its end, whichever thread runs them.
final class LeafCounter: Sendable {
  private let count = Atomic<Int>(0)

  /// The number of one more, from 1.
  func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}

/// What a run is to give.
package struct RunRequest<State: ProgramState>: Sendable {
  /// Bits of every shot.
  package var samples = true
  /// The measurement record of every shot, besides its bits.
  package var keepsRecord = true
  /// The state at the end, before its last measurements: for runs of one shot.
  package var states = false
  /// Numbers of the state at the end of every group, before its last measurements.
  package var values: (@Sendable (State) -> [Double])?
  /// Every outcome with its probability, in place of shots.
  package var isExact = false
  /// Adds a state with a weight to the mixture of all groups; `nil` if none is wanted.
  package var combine: (@Sendable (_ mixture: inout State?, _ state: State, Double) throws -> Void)?

  package init(samples: Bool = true) { self.samples = samples }
}

/// What a group of shots with one state gave.
package struct FinishedGroup<State: ProgramState>: Sendable {
  package var firstShot: UInt32
  package var shotCount: Int
  /// Of the group's outcomes; 1 where shots are counted.
  package var weight: Double
  package var values: [Double] = []
  package var state: State?
}

/// Runs a program for many shots.
package final class TrajectoryRun<State: ProgramState> {
  private let context: RunContext<State>
  private let initialState: State?
  private let memory: RunMemory

  package var bits: ShotTable { context.sink.contents.bits }
  package var record: ShotTable { context.sink.contents.record }
  /// Those of shots in the order of the first shot of each.
  package private(set) var groups: [FinishedGroup<State>] = []

  /// - Parameter memory: what the run may take; `nil` is what `options` leave it.
  /// - Throws: `Obstacle` when memory runs out, and where the run would take too long.
  package init(
    _ program: Program, of circuit: Circuit, live: LiveQubits, shots: Int, seed: UInt64,
    options: SimulationOptions, request: RunRequest<State>, memory: RunMemory? = nil,
    initialState: State? = nil
  ) throws(Obstacle) {
    precondition(!request.states || shots == 1, "One shot has one state")
    let executor = Executor(options: options, precision: State.precision)
    let reads = ProgramReads(program, circuit: circuit, keepsResults: !request.isExact)
    let outline = ProgramOutline(of: program) { State.joins($0, of: program, whole: reads) }
    try RunWork(
      of: program, outline, on: State.self, shots: shots, isExact: request.isExact,
      startsFromZero: initialState == nil
    ).check(options.timeLimit, threads: options.threads)
    var stretches: [Stretch<State.Pass>?] = []
    for segment in outline.segments {
      stretches.append(
        segment.isStretch
          ? try State.stretch(
            program.steps[segment.steps], qubitCount: program.qubitCount, executor: executor,
            fusing: options.fusesGates,
            startsFromZero: segment.steps.lowerBound == 0 && initialState == nil) : nil)
    }
    let sink = ShotSink(
      rowCount: request.samples ? shots : 0, bitCount: circuit.bitCount,
      keepsRecord: request.samples && request.keepsRecord, limit: options.memoryLimit ?? .max)
    context = RunContext(
      program: program, circuit: circuit, live: live, options: options, outline: outline,
      stretches: stretches, reads: reads, executor: executor, events: EventStream(seed: seed),
      sampling: Philox(seed: seed, purpose: .terminalSampling), shotCount: shots, request: request,
      sink: sink)
    self.initialState = initialState
    self.memory =
      memory
      ?? RunMemory(
        of: State.self, program, circuit,
        .samples(shots: shots, keepsRecord: request.keepsRecord), options: options,
        isExact: request.isExact, extraStates: 0)
  }

  /// What `combine` made of the states of all groups.
  package private(set) var mixture: State?
  /// States that were made, on all threads.
  package private(set) var stateCount: UInt64 = 0

  /// - Throws: `Diagnostic` for an error in a classical expression, `CancellationError`, `Obstacle`
  ///   without memory.
  package func run() throws {
    let pool = StatePool<State>(capacity: memory.budget.ownStates)
    let worker = TrajectoryWorker(context, pool: pool)
    worker.wait(for: memory.budget)
    worker.reports = true
    let root = pool.adopt(
      try State(qubitCount: context.program.qubitCount, executor: context.executor))
    var isFresh = true
    try forEachBatch { shots in
      // Those for whose states there was no memory come back.
      worker.deferred = [shots]
      while let shots = worker.deferred.popLast() {
        if let initialState {
          root.state.copyContents(from: initialState)
        } else if !isFresh {
          root.state.reset()
        }
        isFresh = false
        var branch = Branch<State>(
          slot: root, memory: ClassicalMemory(for: context.circuit),
          counters: [UInt64](repeating: 0, count: context.program.loopSlotCount), shots: shots)
        try worker.advance(&branch)
        try worker.drainQueue()
      }
    }
    groups = worker.finished
    // Memory decides in which order groups end.
    if !context.request.isExact { groups.sort { $0.firstShot < $1.firstShot } }
    mixture = worker.mixture
    stateCount = pool.madeCount + worker.helperStateCount
  }

  /// Runs of shots whose errors are drawn together.
  private func forEachBatch(_ body: ([UInt32]) throws -> Void) rethrows {
    if context.request.isExact { return try body([]) }
    var start = 0
    while start < context.shotCount {
      let end = min(context.shotCount, start + memory.batchSize)
      try body((UInt32(start)..<UInt32(end)).map { $0 })
      start = end
    }
  }
}

/// A place in the program with everything that decides how it goes on.
package struct Branch<State: ProgramState>: Sendable {
  package let slot: StateSlot<State>
  package var memory: ClassicalMemory
  /// A segment of the outline.
  package var place = 0
  package var counters: [UInt64]
  package var chainHappened = false
  /// The program was left early: its tail is not run.
  package var hasHalted = false
  /// It is so unlikely that it is not followed to its end.
  package var isLeftOut = false
  package var event: UInt64 = 0
  package var shots: [UInt32]
  /// Probability of the outcomes so far, where every outcome is followed.
  package var weight = 1.0
  /// How far it is in the stretch at `place`.
  package var progress: StretchProgress?

  package var state: State {
    get { slot.state }
    nonmutating _modify { yield &slot.state }
  }
}
