import Glibc
import QSim
import Reporting

/// Collects tasks: rows go where they belong, progress to the terminal, an interrupt ends the work
/// at the next row.
struct CollectionRun {
  let tasks: [TaskTemplate.Task]
  let seed: UInt64
  let threads: Int
  var counting: TallyCollector.Counting = []
  /// Whether rows that were there must be those of the seed.
  var checksEarlierRows = false

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
  ///   - ending: what is said where an interrupt is not answered by itself within a second.
  ///   - write: gets every new row; it is safe when this returns.
  func run(
    earlier: [TallyRow] = [], progress: ProgressChoice, title: String, ending: Interrupts.Ending,
    write: (TallyRow) throws -> Void
  ) throws -> Outcome {
    do {
      return try collect(earlier, progress, title, ending, write)
    } catch let failure as CollectionFailure {
      throw tasks[failure.task].explained(failure.reason)
    }
  }

  private func collect(
    _ earlier: [TallyRow], _ progress: ProgressChoice, _ title: String,
    _ ending: Interrupts.Ending, _ write: (TallyRow) throws -> Void
  ) throws -> Outcome {
    let rows = Dictionary(grouping: earlier, by: \.id)
    let collector = try TallyCollector(
      tasks.map(\.task), seed: seed, threads: threads, counting: counting,
      earlier: tasks.map { rows[$0.task.id]?.map(\.tally) ?? [] })
    if checksEarlierRows, let place = try collector.firstForeignTask() {
      throw foreignRows(of: tasks[place])
    }
    var seconds = tasks.map { rows[$0.task.id]?.map(\.seconds).reduce(0, +) ?? 0 }
    let line = ProgressLine(progress, title: title)
    defer { line.finish() }
    var totals = collector.totals
    var progress = CollectionProgress(tasks.map(\.task.limits), totals: totals)
    Interrupts.defer(ending)
    var shots = totals.map(\.shots).reduce(0, +)
    Interrupts.count(shots)
    defer { Interrupts.endDeferring() }
    try collector.collect(isStopping: { Interrupts.isPending }) { batch in
      let task = tasks[batch.task]
      totals[batch.task] = batch.total
      seconds[batch.task] += batch.seconds
      Interrupts.beginWriting()
      defer { Interrupts.endWriting() }
      try write(
        TallyRow(
          tally: batch.tally, seconds: batch.seconds, decoder: task.decoder, id: task.task.id,
          metadata: PythonJSON.text(.object(task.metadata), style: .compact)))
      shots += batch.tally.shots
      Interrupts.count(shots)
      progress.update(batch.task, batch.total)
      line.update(progress.fraction)
    }
    return Outcome(totals: totals, seconds: seconds, isFinished: collector.isFinished)
  }

  private func foreignRows(of task: TaskTemplate.Task) -> CommandFailure {
    let metadata = PythonJSON.text(.object(task.metadata), style: .compact)
    return CommandFailure(
      .badInput, "rows of \(task.decoder) for \(metadata) are not those that seed \(seed) draws",
      hint: "they are of another seed or version, or were changed: give the seed that made them, "
        + "none to go on with a new one, or another file with --out")
  }
}
