import Benchmark
import QSim

// Dense gates on one to six qubits at the low end, in the middle and at the high end of a state of
// 20 qubits, one thread.

let qubitCount = 20

/// exp(−iθP/2) products: a dense unitary matrix without zeros.
func denseMatrix(qubitCount: Int) -> ComplexMatrix {
  let factor = Gate.u3.definition.matrix?([0.3, 0.7, 1.1]) ?? .identity(2)
  return (1..<qubitCount).reduce(factor) { product, _ in product.kronecker(factor) }
}

func addKernels<S: Scalar>(_ type: S.Type, _ configuration: Benchmark.Configuration) {
  for width in 1...6 {
    let matrix = denseMatrix(qubitCount: width)
    let places = [("low", 0), ("middle", (qubitCount - width) / 2), ("high", qubitCount - width)]
    for (place, first) in places {
      Benchmark("dense k=\(width) \(place) \(S.precision)", configuration: configuration) {
        benchmark in
        var state = StateVector<S>(qubitCount: qubitCount)
        let targets = Array(first..<first + width)
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations { state.apply(matrix, to: targets) }
        blackHole(state)
      }
    }
  }
}

let benchmarks: @Sendable () -> Void = {
  let configuration = Benchmark.Configuration(
    metrics: [.wallClock, .throughput], warmupIterations: 1, maxDuration: .seconds(1))
  addKernels(Float.self, configuration)
  addKernels(Double.self, configuration)
}
