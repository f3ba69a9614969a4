import QuantumCore
import Synchronization

/// Samples and decodes the shots of many tasks until each has reached one of its limits.
///
/// The shots of a task come in numbered blocks; a block depends on the seed, the task's id and its
/// number, never on threads or on other tasks. Batches of blocks go to the unfinished tasks in
/// turns, to those with the fewest batches first, and are handed out in that order when they are
/// complete. How large a batch is follows from the complete batches of its task: the more shots a
/// task still needs by its error rate so far, the more it gets. So rows are the same for any number
/// of threads, and whoever starts again with the rows there are gets those that were missing.
///
///     let collector = try TallyCollector(tasks, seed: 1, threads: 2)
///     try collector.collect { batch in print(tasks[batch.task].id, batch.tally.errors) }
public final class TallyCollector {
  /// What is counted beside errors.
  public struct Counting: OptionSet, Sendable {
    /// One bit for each thing that is counted.
    public let rawValue: Int
    /// The things whose bits are set in `rawValue`.
    public init(rawValue: Int) { self.rawValue = rawValue }
    /// `detectors_checked` and `detection_events`: their ratio is the detection fraction.
    public static let detectionEvents = Counting(rawValue: 1)
    /// `obs_mistake_mask=E_E`: how often just these observables were wrong.
    public static let observableCombinations = Counting(rawValue: 2)
  }

  /// Some shots of one task, decoded.
  public struct Batch: Sendable {
    /// The place of the task in the list.
    public let task: Int
    /// The tally of this batch alone.
    public let tally: DecodingTally
    /// What threads spent sampling and decoding.
    public let seconds: Double
    /// The tally of all batches of the task so far, this one and earlier ones included.
    public let total: DecodingTally
  }

  let tasks: [CollectionTask]
  let seed: UInt64
  let threads: Int
  private let counting: Counting
  private(set) var states: [TaskState] = []
  let workers: [CollectionWorker]
  /// Unfinished tasks by the number of their batches, each list in order.
  private var waiting: [Int: [Int]] = [:]
  /// How often a task was looked at to plan batches: what grows with the number of tasks beside the
  /// work itself.
  package private(set) var planningSteps = 0

  /// Prepares tasks; circuits are compiled when their turn comes.
  ///
  /// - Parameters:
  ///   - tasks: what is to be collected.
  ///   - seed: the seed of all random numbers; the same seed gives the same result.
  ///   - threads: the number of threads, at least 1; the result does not depend on it.
  ///   - counting: what is counted beside errors.
  ///   - earlier: for every task the tallies of the batches it has, in order.
  public init(
    _ tasks: [CollectionTask], seed: UInt64, threads: Int = 1, counting: Counting = [],
    earlier: [[DecodingTally]] = []
  ) throws {
    precondition(
      earlier.isEmpty || earlier.count == tasks.count, "Earlier tallies are those of the tasks")
    self.tasks = tasks
    self.seed = seed
    self.threads = max(1, threads)
    self.counting = counting
    workers = (0..<self.threads).map { _ in CollectionWorker(taskCount: tasks.count) }
    for (place, task) in tasks.enumerated() {
      states.append(try TaskState(task, earlier: earlier.isEmpty ? [] : earlier[place]))
      if !states[place].isFinished { waiting[states[place].batchCount, default: []].append(place) }
    }
  }

  /// Totals of the tasks, earlier batches included.
  public var totals: [DecodingTally] { states.map(\.total) }
  /// Whether every task has reached a limit.
  public var isFinished: Bool { waiting.isEmpty }

  /// Collects until every task has reached a limit.
  ///
  /// - Parameters:
  ///   - isStopping: asked before every block, on any thread; once true, the batch at hand is
  ///     completed, and no other begun.
  ///   - take: gets the batches in order, one at a time, on any thread.
  /// - Throws: `CollectionFailure` where a circuit or decoder cannot be compiled, and what
  ///   `take` throws.
  public func collect(
    isStopping: @Sendable () -> Bool = { false }, _ take: (Batch) throws -> Void
  ) throws {
    while let fewest = waiting.keys.min(), let places = waiting.removeValue(forKey: fewest) {
      planningSteps += places.count
      let batches = places.map { states[$0].nextBatch(of: $0) }
      // Whatever happens, those that are not finished wait again.
      defer { endRound(places) }
      try prepare(places)
      let round = CollectionRound(batches)
      try run(round, isStopping, take)
      if round.isStopped { return }
    }
  }

  // MARK: Rounds

  /// Lets go of tasks that are finished; the others wait for their next batch.
  private func endRound(_ places: [Int]) {
    var changed: Set<Int> = []
    for place in places {
      if states[place].isFinished {
        states[place].source = nil
        for worker in workers { worker.endTask(place) }
      } else {
        waiting[states[place].batchCount, default: []].append(place)
        changed.insert(states[place].batchCount)
      }
    }
    for count in changed { waiting[count]?.sort() }
  }

  /// Compiles what was not needed before.
  func prepare(_ places: [Int]) throws {
    let missing = places.filter { states[$0].source == nil }
    let results = Mutex<[Int: Result<ShotSource, any Error>]>([:])
    Parallel.forEach(chunks: missing.count, threads: threads) { chunk in
      let task = tasks[missing[chunk]]
      let result = Result { try ShotSource(task, counting: counting) }
      results.withLock { $0[missing[chunk]] = result }
    }
    for place in missing {
      do {
        states[place].source = try results.withLock { $0[place] }?.get()
      } catch {
        throw CollectionFailure(task: place, reason: error)
      }
    }
  }

  private func run(
    _ round: CollectionRound, _ isStopping: @Sendable () -> Bool,
    _ take: (Batch) throws -> Void
  ) throws {
    let blocks = OrderedBlocks(
      count: round.blockCount, slots: [BlockResult](repeating: .skipped, count: round.blockCount))
    let sources = round.batches.map { states[$0.task].source }
    let limits = round.batches.map { tasks[$0.task].limits }
    var sums = round.batches.map {
      (tally: DecodingTally(), seconds: 0.0, start: states[$0.task].total)
    }
    let (workers, seed) = (self.workers, self.seed)
    Parallel.forEach(chunks: threads, threads: threads) { worker in
      while let index = blocks.claim() {
        if isStopping() { round.stop() }
        let place = round.batch(ofBlock: index)
        if round.isNeeded(place), let source = sources[place] {
          blocks[index] = workers[worker].run(
            source, round.batches[place], block: index - round.firstBlock(of: place), seed: seed)
        }
        blocks.finish(index) { result in
          let taken = round.taken
          let current = round.batch(ofBlock: taken)
          let batch = round.batches[current]
          if !round.isEnded(current), let part = result.tally {
            sums[current].tally.add(part)
            sums[current].seconds += result.seconds
            let total = sums[current].start.merged(with: sums[current].tally)
            if limits[current].areReached(by: total) { round.end(current) }
          }
          let isLast = taken + 1 == round.firstBlock(of: current + 1)
          round.advance()
          guard isLast, !round.isDropped(current) else { return }
          let sum = sums[current]
          states[batch.task].add(sum.tally)
          try take(
            Batch(
              task: batch.task, tally: sum.tally, seconds: sum.seconds,
              total: states[batch.task].total))
        }
      }
    }
    try blocks.check()
  }
}

/// Why a task cannot be collected.
public struct CollectionFailure: Error {
  /// The place of the task in the list.
  public let task: Int
  /// What compiling its circuit or decoder threw.
  public let reason: any Error
}
