import ErrorCorrection
import QuantumCore
import TestSupport
import Testing

struct CollectionGrowthTests {
  @Test func `planning many tasks takes as many steps as they have batches`() throws {
    let model = try TallyCollectorTests.task("model", limits: .init(shots: 1))
    func steps(_ count: Int, long: Int) throws -> (steps: Int, batches: Int) {
      let tasks = (0..<count).map { place in
        CollectionTask(
          id: "\(place)", circuit: model.circuit, model: model.model, decoder: model.decoder,
          limits: .init(shots: place < long ? 200_000 : 64))
      }
      let collector = try TallyCollector(tasks, seed: 1)
      var batches = 0
      try collector.collect { _ in batches += 1 }
      #expect(collector.isFinished)
      return (collector.planningSteps, batches)
    }
    // One task with many batches beside many with one each must not look at all of them every time.
    for (count, long) in [(50, 1), (200, 1), (200, 4)] {
      let work = try steps(count, long: long)
      #expect(work.batches > count && work.steps == work.batches)
    }
  }

  @Test func `progress is the average of the tasks' parts`() {
    forAll(1, count: 50) { random in
      let count = Int.random(in: 1...20, using: &random)
      let limits = (0..<count).map { _ -> CollectionTask.Limits in
        let shots = Int.random(in: 0...1000, using: &random)
        let errors = Int.random(in: 1...20, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return .init(shots: shots)
        case 1: return .init(errors: errors)
        default: return .init(shots: shots, errors: errors)
        }
      }
      var totals = [DecodingTally](repeating: DecodingTally(), count: count)
      var progress = CollectionProgress(limits, totals: totals)
      for _ in 0..<100 {
        let task = Int.random(in: 0..<count, using: &random)
        let shots = Int.random(in: 0...100, using: &random)
        totals[task].add(
          DecodingTally(shots: shots, errors: Int.random(in: 0...shots, using: &random)))
        progress.update(task, totals[task])
      }
      let direct = CollectionProgress(limits, totals: totals)
      #expect(abs(progress.fraction - direct.fraction) < 1e-9)
      #expect((0...1).contains(progress.fraction))
    }
  }

  @Test func `earlier batches are told from those of another seed and from changed ones`() throws {
    let tasks = try TallyCollectorTests.tasks()
    let rows = try TallyCollectorTests.rows(tasks, stoppingAfter: 9)
    let earlier = tasks.indices.map { place in
      rows.filter { $0.task == place }.map(\.tally)
    }
    func foreign(_ earlier: [[DecodingTally]], seed: UInt64 = 1, threads: Int = 2) throws -> Int? {
      try TallyCollector(tasks, seed: seed, threads: threads, earlier: earlier).firstForeignTask()
    }
    for threads in 1...3 { #expect(try foreign(earlier, threads: threads) == nil) }
    #expect(try foreign(earlier, seed: 2) != nil)
    let place = try #require(earlier.indices.first { earlier[$0].count > 1 })
    for change: (inout [DecodingTally]) -> Void in [
      { $0[0].errors += 1 }, { $0[0].shots += 1 }, { $0.removeFirst() },
      { $0[$0.count - 1].errors += 1 }, { $0.swapAt(0, $0.count - 1) },
      { $0[0].shots = 100_000 },
    ] {
      var changed = earlier
      change(&changed[place])
      #expect(try foreign(changed) == place)
    }
    // A task that claims to be finished is not gone on with, whatever its rows say.
    var finished = earlier
    finished[place][0].shots = .max
    #expect(try foreign(finished) != place)
  }
}
