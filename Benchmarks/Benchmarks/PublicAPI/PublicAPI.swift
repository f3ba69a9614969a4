import Benchmark
import QSim

// What users call: planning, simulation, sampling, expectation values, reading and writing, on the
// circuits of `Workload`.

func addCircuits(_ configuration: Benchmark.Configuration) {
  for workload in Workload.allCases {
    let circuit = workload.circuit(qubitCount: 16, seed: 1)
    Benchmark("plan \(workload.rawValue) n=16", configuration: configuration) { benchmark in
      for _ in benchmark.scaledIterations {
        blackHole(try StateVectorSimulator.plan(for: circuit, options: SimulationOptions()))
      }
    }
    Benchmark("simulate \(workload.rawValue) n=16", configuration: configuration) { benchmark in
      for _ in benchmark.scaledIterations {
        let final: StateVectorSimulator.FinalState<Double> =
          try StateVectorSimulator().finalState(of: circuit)
        blackHole(final)
      }
    }
  }
}

func addStates(_ configuration: Benchmark.Configuration) {
  let circuit = Workload.randomCircuit.circuit(qubitCount: 16, seed: 1)
  let observable = WorkloadObservable.randomSum(qubitCount: 16, termCount: 100, seed: 1)
  Benchmark("sample 10^5 shots n=16", configuration: configuration) { benchmark in
    let final: StateVectorSimulator.FinalState<Double> = try StateVectorSimulator().finalState(
      of: circuit)
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations { blackHole(final.state.sample(shots: 100_000, seed: 1)) }
  }
  Benchmark("expectation of 100 terms n=16", configuration: configuration) { benchmark in
    let final: StateVectorSimulator.FinalState<Double> = try StateVectorSimulator().finalState(
      of: circuit)
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations { blackHole(final.state.expectation(of: observable)) }
  }
}

func addText(_ configuration: Benchmark.Configuration) {
  let circuit = Workload.quantumVolume.circuit(qubitCount: 20, seed: 1)
  let text = (try? OpenQASMWriter.write(circuit, version: 2)) ?? ""
  Benchmark("write OpenQASM 2, qv n=20", configuration: configuration) { benchmark in
    for _ in benchmark.scaledIterations { blackHole(try OpenQASMWriter.write(circuit, version: 2)) }
  }
  Benchmark("read OpenQASM 2, qv n=20", configuration: configuration) { benchmark in
    for _ in benchmark.scaledIterations {
      blackHole(try CircuitFile.parse(Array(text.utf8), format: .openQASM2))
    }
  }
}

let benchmarks: @Sendable () -> Void = {
  let configuration = Benchmark.Configuration(
    metrics: [.wallClock, .throughput], warmupIterations: 1, maxDuration: .seconds(1))
  addCircuits(configuration)
  addStates(configuration)
  addText(configuration)
}
