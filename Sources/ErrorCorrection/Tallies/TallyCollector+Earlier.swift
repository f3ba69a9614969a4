import QuantumCore
import Synchronization

extension TallyCollector {
  /// The first task whose earlier batches this seed does not draw: they are of another seed, or
  /// were changed.
  ///
  /// Of every unfinished task the first and the last earlier batch are drawn again; where no
  /// unfinished task has any, those of the first task that has. The last one tells, too, whether
  /// those before it have as many shots as they had.
  ///
  /// - Throws: `CollectionFailure` where a circuit or decoder cannot be compiled.
  public func firstForeignTask() throws -> Int? {
    guard !isFinished else { return nil }
    var places = states.indices.filter { !states[$0].isFinished && !states[$0].earlier.isEmpty }
    if places.isEmpty {
      places = states.indices.first { !states[$0].earlier.isEmpty }.map { [$0] } ?? []
    }
    // Batches that are larger than any that is drawn need no second look.
    if let place = places.first(where: { place in
      states[place].earlier.contains {
        !states[place].schedule.isBatch(shots: $0.tally.shots)
      }
    }) {
      return place
    }
    try prepare(places)
    for place in places where try !isOwn(place) { return place }
    return nil
  }

  private func isOwn(_ place: Int) throws -> Bool {
    guard let source = states[place].source else { return false }
    for batch in states[place].earlier {
      let schedule = states[place].schedule
      let again = PlannedBatch(
        task: place, firstBlock: batch.firstBlock,
        blockCount: schedule.blocks(of: batch.tally.shots), blockShots: schedule.blockShots,
        shots: batch.tally.shots)
      let sum = Mutex(DecodingTally())
      let next = Atomic(0)
      let (workers, seed) = (self.workers, self.seed)
      Parallel.forEach(chunks: threads, threads: threads) { worker in
        while true {
          let block = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard block < again.blockCount else { return }
          let result = workers[worker].run(source, again, block: block, seed: seed)
          if let tally = result.tally { sum.withLock { $0.add(tally) } }
        }
      }
      let drawn = sum.withLock { $0 }
      guard drawn.shots == batch.tally.shots, drawn.errors == batch.tally.errors,
        drawn.discards == batch.tally.discards
      else { return false }
    }
    return true
  }
}

/// How far the collection of some tasks is: the average of their parts, kept up to date task by
/// task.
package struct CollectionProgress {
  private let limits: [CollectionTask.Limits]
  private var parts: [Double]
  private var sum: Double

  package init(_ limits: [CollectionTask.Limits], totals: [DecodingTally]) {
    self.limits = limits
    parts = zip(limits, totals).map(Self.part)
    sum = parts.reduce(0, +)
  }

  /// Takes note of what a task has now, in a time that does not depend on the number of tasks.
  package mutating func update(_ task: Int, _ total: DecodingTally) {
    let part = Self.part(limits[task], total)
    sum += part - parts[task]
    parts[task] = part
  }

  /// In 0...1.
  package var fraction: Double { min(1, max(0, sum / Double(max(1, parts.count)))) }

  private static func part(_ limits: CollectionTask.Limits, _ total: DecodingTally) -> Double {
    let shots = limits.shots == .max ? 0 : Double(total.shots) / Double(max(1, limits.shots))
    let errors = limits.errors == .max ? 0 : Double(total.errors) / Double(max(1, limits.errors))
    return min(1, max(shots, errors))
  }
}
