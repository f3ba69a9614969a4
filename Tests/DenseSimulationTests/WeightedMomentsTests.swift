import DenseSimulation
import QuantumCore
import TestSupport
import Testing

struct WeightedMomentsTests {
  private let observable = PauliSum([.init(1, PauliString([.z]))])

  @Test func `equal numbers have no spread however they are grouped`() {
    forAll(521, count: 400) { rng in
      let value = rng.uniform() * 2 - 1
      var moments = WeightedMoments(of: observable)
      for _ in 0..<Int.random(in: 1...6, using: &rng) {
        moments.add(value, count: Int.random(in: 1...2000, using: &rng))
      }
      #expect(moments.mean == value && moments.standardError == 0)
    }
  }

  @Test func `numbers equal but for rounding have a spread near 0, never below`() {
    forAll(522, count: 400) { rng in
      let value = rng.uniform() * 2 - 1
      var moments = WeightedMoments(of: observable)
      for _ in 0..<6 {
        let near = [value.nextDown, value, value.nextUp].randomElement(using: &rng)!
        moments.add(near, count: Int.random(in: 1...2000, using: &rng))
      }
      #expect(abs(moments.mean - value) < 1e-15)
      #expect(moments.standardError >= 0 && moments.standardError < 1e-15)
    }
  }

  @Test func `mean and error of groups are those of single numbers`() {
    forAll(523, count: 50) { rng in
      let groups = (0..<5).map { _ in
        (value: rng.uniform() * 4 - 2, count: Int.random(in: 1...40, using: &rng))
      }
      var moments = WeightedMoments(of: observable)
      for group in groups { moments.add(group.value, count: group.count) }
      let all = groups.flatMap { [Double](repeating: $0.value, count: $0.count) }
      let mean = all.reduce(0, +) / Double(all.count)
      let squares = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let error = (squares / Double(all.count - 1) / Double(all.count)).squareRoot()
      #expect(abs(moments.mean - mean) < 1e-13)
      #expect(abs(moments.standardError - error) < 1e-13)
    }
  }

  @Test func `an observable that outcomes do not change has no error over shots`() throws {
    var circuit = Circuit(qubitCount: 2, bitCount: 1)
    circuit.append(.ry, [1.1], 1)
    circuit.append(.h, 0)
    circuit.append(.m, targets: [.qubit(0), .bit(0)])
    circuit.appendIf(.bit(0)) { $0.append(.x, 0) }
    let observable = try PauliSum(parsing: "0.3 Z1\n0.7 X1")
    for seed in 0..<60 as Range<UInt64> {
      let value = try StateVectorSimulator().expectations(
        of: [observable], in: circuit, shots: 407, seed: seed, options: SimulationOptions())[0]
      #expect(value.standardError == 0)
      #expect(abs(value.value - 0.759923988470678) < 1e-14)
    }
  }
}
