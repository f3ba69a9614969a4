// A Bell pair: build a circuit, sample it, look at its state, measure a correlation.
import QSim

var circuit = Circuit()
circuit.append(.h, 0)
circuit.append(.cx, 0, 1)
circuit.measure(0, 1)

let samples = try StateVectorSimulator().sample(
  circuit, shots: 1000, seed: 1, options: SimulationOptions())
for (bits, count) in samples.counts().sorted(by: { $0.key.description < $1.key.description }) {
  print("\(bits): \(count)")
}

// The same state without measuring it. Bit j of an index is qubit j.
var state = StateVector<Double>(qubitCount: 2)
state.apply(.h, to: 0)
state.apply(.cx, to: 0, 1)
for (index, probability) in state.probabilities.enumerated() {
  print(
    "P(\(BitOrder.qiskit.label(ofBasisState: UInt64(index), qubitCount: 2))) = \(probability.rounded(to: 3))"
  )
}

// Perfectly correlated in two bases at once, which no pair of coins can be.
for text in ["ZZ", "XX", "YY", "ZI"] {
  let value = state.expectation(of: PauliSum([.init(1, PauliString(text)!)]))
  print("<\(text)> = \(value.rounded(to: 3))")
}

extension Double {
  func rounded(to places: Int) -> Double {
    let scale = (0..<places).reduce(1.0) { power, _ in power * 10 }
    return (self * scale).rounded() / scale + 0
  }
}
