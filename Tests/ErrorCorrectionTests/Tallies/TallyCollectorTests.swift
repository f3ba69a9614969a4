import ErrorCorrection
import QuantumCore
import StabilizerSimulation
import Synchronization
import TestSupport
import Testing

/// Predicts that no observable flips.
struct IdleDecoder: Decoder {
  func compiled(for model: DetectorErrorModel) throws -> any CompiledDecoder {
    let counts = try DetectorErrorSampler.counts(of: model)
    return Compiled(detectorCount: counts.detectors, observableCount: counts.observables)
  }

  private final class Compiled: CompiledDecoder {
    let detectorCount: Int
    let observableCount: Int

    init(detectorCount: Int, observableCount: Int) {
      self.detectorCount = detectorCount
      self.observableCount = observableCount
    }

    func makeSession() -> any DecodingSession { Session() }
  }

  private final class Session: DecodingSession {
    func decode(_ batch: inout DecodingBatch) {}
  }
}

struct TallyCollectorTests {
  static func task(
    _ id: String, distance: Int = 3, rounds: UInt64 = 3, p: Double = 0.01,
    limits: CollectionTask.Limits
  ) throws -> CollectionTask {
    let memory = try CodeCatalog.task(code: "repetition_code", task: "memory")
    let circuit = try memory.experiment(
      distance: distance, rounds: rounds, noise: MemoryNoise(uniform: p)
    ).circuit()
    return CollectionTask(
      id: id, circuit: circuit, model: try CollectionTask.model(of: circuit),
      decoder: IdleDecoder(), limits: limits)
  }

  static func tasks() throws -> [CollectionTask] {
    [
      try task("a", limits: .init(shots: 400_000)),
      try task("b", p: 0.05, limits: .init(shots: 1_000_000, errors: 500)),
      try task("c", distance: 5, rounds: 20, p: 0.02, limits: .init(errors: 60_000)),
      try task("d", limits: .init(shots: 12_345)),
      try task("e", limits: .init(shots: 0)),
    ]
  }

  /// What rows say but for seconds.
  struct Row: Hashable {
    let task: Int
    let tally: DecodingTally
    let total: DecodingTally
  }

  static func rows(
    _ tasks: [CollectionTask], seed: UInt64 = 1, threads: Int = 1,
    earlier: [[DecodingTally]] = [], stoppingAfter limit: Int = .max
  ) throws -> [Row] {
    let collector = try TallyCollector(
      tasks, seed: seed, threads: threads, counting: [.detectionEvents, .observableCombinations],
      earlier: earlier)
    var rows: [Row] = []
    let count = Mutex(0)
    try collector.collect(isStopping: { count.withLock { $0 >= limit } }) { batch in
      rows.append(Row(task: batch.task, tally: batch.tally, total: batch.total))
      count.withLock { $0 += 1 }
    }
    if limit == .max { #expect(collector.isFinished) }
    return rows
  }

  @Test(arguments: [2, 3]) func `rows do not depend on threads`(threads: Int) throws {
    let tasks = try Self.tasks()
    let rows = try Self.rows(tasks)
    #expect(try Self.rows(tasks, threads: threads) == rows)
    #expect(rows.count > 8)
    #expect(try Self.rows(tasks, seed: 2) != rows)
  }

  @Test(arguments: [1, 2, 5, 7]) func `a run that goes on ends like one that was not stopped`(
    stop: Int
  ) throws {
    let tasks = try Self.tasks()
    let whole = try Self.rows(tasks)
    let first = try Self.rows(tasks, threads: 2, stoppingAfter: stop)
    #expect(first.count >= stop && first == Array(whole.prefix(first.count)))
    let earlier = tasks.indices.map { task in
      first.filter { $0.task == task }.map(\.tally)
    }
    #expect(first + (try Self.rows(tasks, threads: 2, earlier: earlier)) == whole)
  }

  @Test func `tasks end where they should`() throws {
    let rows = try Self.rows(try Self.tasks())
    func total(_ task: Int) -> DecodingTally {
      rows.last { $0.task == task }?.total ?? DecodingTally()
    }
    #expect(total(0).shots == 400_000)
    #expect(total(1).errors >= 500 && total(1).shots % 8192 == 0)
    // One block less has not enough.
    #expect(total(1).shots <= 8192 * 2)
    #expect(total(2).errors >= 60_000)
    #expect(total(3).shots == 12_345)
    #expect(!rows.contains { $0.task == 4 })
  }

  @Test func `tasks that need more shots get more of them`() throws {
    let tasks = [
      try Self.task("often wrong", p: 0.05, limits: .init(errors: 200_000)),
      try Self.task("seldom wrong", p: 0.002, limits: .init(errors: 200_000)),
    ]
    let rows = try Self.rows(tasks)
    func shots(_ task: Int, _ batch: Int) -> Int {
      rows.filter { $0.task == task }.map(\.tally.shots).dropFirst(batch).first ?? 0
    }
    // Nothing is known before the first batches.
    #expect(shots(0, 0) == shots(1, 0))
    #expect(shots(1, 4) > 2 * shots(0, 4) && shots(0, 4) > 0)
  }

  @Test func `a cut task is the beginning of a longer one in whole blocks`() throws {
    let short = try Self.rows([try Self.task("a", limits: .init(shots: 8192))])
    let cut = try Self.rows([try Self.task("a", limits: .init(shots: 8191))])
    #expect(short[0].tally.errors - cut[0].tally.errors <= 1)
    let other = try Self.rows([try Self.task("b", limits: .init(shots: 8192))])
    #expect(other[0].tally != short[0].tally)
  }

  @Test func `rates are those of the observable`() throws {
    let task = try Self.task("a", p: 0.02, limits: .init(shots: 200_000))
    let rows = try Self.rows([task])
    let tally = try #require(rows.last?.total)
    let sampler = try DetectionSampler(task.circuit)
    let flips = try sampler.sample(shots: 200_000, seed: 99).observables
    let reference = (0..<flips.rowCount).count { flips[$0, 0] }
    let rate = Double(reference + tally.errors) / 400_000
    let deviation = (2 * rate * (1 - rate) * 200_000).squareRoot()
    #expect(abs(Double(reference - tally.errors)) < 5 * deviation)
    #expect(tally.errors > 1000)
    #expect(tally.customCounts["obs_mistake_mask=E"] == tally.errors)
    #expect(tally.customCounts["detectors_checked"] == 200_000 * 8)
    #expect((tally.customCounts["detection_events"] ?? 0) > 10_000)
  }

  @Test func `what writing a row throws ends the work`() throws {
    struct Full: Error {}
    let collector = try TallyCollector(
      [try Self.task("a", limits: .init(shots: 1_000_000))], seed: 1, threads: 2)
    #expect(throws: Full.self) { try collector.collect { _ in throw Full() } }
  }
}
