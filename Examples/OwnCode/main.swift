// A code of one's own (ToricCode.swift): checked, drawn as a circuit, sampled and decoded.
import QSim

let toric = CodeDefinition.toric.tasks[0]
var tasks: [CollectionTask] = []
for distance in [3, 5] {
  let experiment = try toric.experiment(
    distance: distance, rounds: UInt64(distance), noise: MemoryNoise(uniform: 0.003))
  let (schedule, circuit) = (experiment.schedule, experiment.circuit())
  print("d = \(distance): \(schedule.code.qubitCount) data qubits, \(schedule.checks.count) checks")
  print("  what is wrong with it: \(schedule.violation ?? "nothing")")
  let model = try CollectionTask.model(of: circuit)
  print("  fewest faults that nobody notices: \(try model.shortestGraphlikeError().errorCount)")
  tasks.append(
    CollectionTask(
      id: "toric code, d = \(distance)", circuit: circuit, model: model,
      decoder: MatchingDecoder(), limits: .init(shots: 20_000)))
}

let collector = try TallyCollector(tasks, seed: 1, threads: 2)
try collector.collect { _ in }
for (task, tally) in zip(tasks, collector.totals) {
  print("\(task.id): \(tally.errors) errors in \(tally.shots) shots")
}
