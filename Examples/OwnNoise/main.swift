// A noise model of one's own (BiasedNoise.swift), set up like those of the catalog, and what it
// does to a surface code.
import QSim

// As on a command line; settings that are wrong are told like anywhere else.
for text in ["biased:p=2", "biased:bais=3", "biased:p=0.1,p=0.2", "baised"] {
  do {
    _ = try NoiseSpecification.parse(text, among: [.biased])
  } catch {
    print("\(text): \(error.message)\(error.hint.map { "; \($0)" } ?? "")")
  }
}

var tasks: [CollectionTask] = []
for bias in [0.5, 10, 100] {
  let model = try NoiseModelDefinition.biased.model(settings: [
    ("p", 0.004), ("bias", .number(bias)),
  ])
  for task in ["rotated_memory_x", "rotated_memory_z"] {
    let memory = try CodeCatalog.task(code: "surface_code", task: task)
    let noiseless = try memory.experiment(distance: 3, rounds: 3, gateSet: .cz).circuit()
    let noisy = try NoiseModel.applying([model], to: noiseless)
    for warning in noisy.warnings { print(warning) }
    tasks.append(
      CollectionTask(
        id: "\(task), bias \(bias)", circuit: noisy.circuit,
        model: try CollectionTask.model(of: noisy.circuit), decoder: MatchingDecoder(),
        limits: .init(shots: 20_000)))
  }
}

let collector = try TallyCollector(tasks, seed: 1, threads: 2)
try collector.collect { _ in }
for (task, tally) in zip(tasks, collector.totals) {
  print("\(task.id): \(tally.errors) errors in \(tally.shots) shots")
}
