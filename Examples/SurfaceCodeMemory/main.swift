// A surface code under noise: its circuit, its error model, and detection events drawn in two ways.
import QSim

let task = try CodeCatalog.task(code: "surface_code", task: "rotated_memory_z")
let experiment = try task.experiment(distance: 3, rounds: 3, noise: MemoryNoise(uniform: 0.002))
let circuit = experiment.circuit()
let model = try ErrorAnalyzer.model(of: circuit)
print("\(circuit.qubitCount) qubits, \(circuit.measurementCount ?? 0) measurements")
print("\(model.detectorCount) detectors, \(model.errorCount) ways to flip some of them")

// Shot by shot through the circuit: what noise flips travels along as a Pauli frame.
let shots = 100_000
let byFrames = try DetectionSampler(circuit).sample(shots: shots, seed: 1, threads: 2)

// The same distribution from the error model alone: the work follows the faults, not the gates.
let byModel = try DetectorErrorSampler(model).sample(shots: shots, seed: 1, threads: 2)

let detectors = Int(model.detectorCount)
print("fraction of detectors that fire")
print("  by frames: \(percent(fired(byFrames.detectors, columns: 0..<detectors)))")
print("  by model:  \(percent(fired(byModel, columns: 0..<detectors)))")
print("logical flips without a decoder")
print("  by frames: \(percent(fired(byFrames.observables, columns: 0..<1)))")
print("  by model:  \(percent(fired(byModel, columns: detectors..<detectors + 1)))")

/// The fraction of ones in some columns.
func fired(_ table: BitTable, columns: Range<Int>) -> Double {
  var count = 0
  for row in 0..<table.rowCount {
    for column in columns where table[row, column] { count += 1 }
  }
  return Double(count) / Double(table.rowCount * columns.count)
}

func percent(_ fraction: Double) -> String {
  "\((fraction * 10_000).rounded() / 100) %"
}
