// A decoder of one's own (LikeliestFaults.swift) beside the library's, on the same shots.
import QSim

let memory = try CodeCatalog.task(code: "repetition_code", task: "memory")
let circuit = try memory.experiment(distance: 5, rounds: 3, noise: MemoryNoise(uniform: 0.03))
  .circuit()
let model = try CollectionTask.model(of: circuit)
print("\(model.detectorCount) detectors, \(model.errorCount) faults")

let decoders: [(name: String, decoder: any Decoder)] = [
  ("likeliest faults", LikeliestFaults()), ("matching", MatchingDecoder()),
]
// The id of a task seeds its shots: these two draw the same.
let tasks = decoders.map {
  CollectionTask(
    id: "repetition code", circuit: circuit, model: model, decoder: $0.decoder,
    limits: .init(shots: 50_000))
}
let collector = try TallyCollector(tasks, seed: 1, threads: 2)
try collector.collect { _ in }

for (decoder, tally) in zip(decoders, collector.totals) {
  print("\(decoder.name): \(tally.errors) errors in \(tally.shots) shots")
}
let rates = collector.totals.map { LogicalErrorRate.perExperiment(of: $0) }
let deviation = abs(rates[0].value - rates[1].value) / rates[1].standardError
print("less than one standard deviation apart: \(deviation < 1)")

// Small models need no shots: the probability of a failure is a sum over all outcomes.
let exact = try ErrorDistribution(model)
for (name, decoder) in decoders {
  let rate = exact.failureRate(of: try decoder.compiled(for: model))
  print("\(name): fails with probability \((rate * 1e6).rounded() / 1e6)")
}
