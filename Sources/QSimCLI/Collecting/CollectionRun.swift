import Glibc
import QSim
import Reporting

/// Collects tasks: rows go where they belong, progress to the terminal, an interrupt ends the work at the next row.
struct CollectionRun {
  let tasks: [TaskTemplate.Task]
  let seed: UInt64
  let threads: Int
  var counting: TallyCollector.Counting = []

  /// What was collected, and whether that is all.
  struct Outcome {
    /// Of every task, rows that were there included.
    var totals: [DecodingTally]
    var seconds: [Double]
    var isFinished: Bool
  }

  /// The same tasks without those that are there twice, and how many these were.
  static func distinct(_ tasks: [TaskTemplate.Task]) -> (tasks: [TaskTemplate.Task], removed: Int) {
    var ids: Set<String> = []
    let kept = tasks.filter { ids.insert($0.task.id).inserted }
    return (kept, tasks.count - kept.count)
  }

  /// Collects until all tasks are done or SIGINT arrives.
  ///
  /// - Parameters:
  ///   - earlier: rows of a run that goes on here.
  ///   - write: gets every new row; it is safe when this returns.
  func run(
    earlier: [TallyRow] = [], progress: ProgressChoice, title: String,
    write: (TallyRow) throws -> Void
  ) throws -> Outcome {
    let rows = Dictionary(grouping: earlier, by: \.id)
    let collector = try TallyCollector(
      tasks.map(\.task), seed: seed, threads: threads, counting: counting,
      earlier: tasks.map { rows[$0.task.id]?.map(\.tally) ?? [] })
    var seconds = tasks.map { rows[$0.task.id]?.map(\.seconds).reduce(0, +) ?? 0 }
    let line = ProgressLine(progress, title: title)
    defer { line.finish() }
    var totals = collector.totals
    Interrupts.defer()
    defer { Interrupts.endDeferring() }
    try collector.collect(isStopping: { Interrupts.isPending }) { batch in
      let task = tasks[batch.task]
      totals[batch.task] = batch.total
      seconds[batch.task] += batch.seconds
      try write(
        TallyRow(
          tally: batch.tally, seconds: batch.seconds, decoder: task.decoder, id: task.task.id,
          metadata: PythonJSON.text(.object(task.metadata), style: .compact)))
      line.update(fraction(of: totals))
    }
    return Outcome(totals: totals, seconds: seconds, isFinished: collector.isFinished)
  }

  private func fraction(of totals: [DecodingTally]) -> Double {
    let parts = zip(tasks, totals).map { task, total in
      let limits = task.task.limits
      return max(
        limits.shots == .max ? 0 : Double(total.shots) / Double(max(1, limits.shots)),
        limits.errors == .max ? 0 : Double(total.errors) / Double(max(1, limits.errors)))
    }
    return parts.map { min(1, $0) }.reduce(0, +) / Double(max(1, parts.count))
  }
}
