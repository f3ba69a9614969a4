import DenseSimulation
import Numerics
import QuantumCore
import SparseSimulation
import TestSupport
import Testing

/// Lists of the most probable basis states, and vectors of all of them.
struct LargestAmplitudesTests {
  private let options = SimulationOptions(threads: 2)

  /// Random states of several groups whose qubits lie between each other.
  private static func groups(
    _ qubits: Int, isUniform: Bool, using rng: inout PhiloxGenerator
  ) -> Circuit {
    var circuit = Circuit(qubitCount: qubits)
    let order = RandomCircuits.distinct(qubits, of: qubits, using: &rng)
    for qubit in order {
      if isUniform {
        circuit.append(.h, qubit)
      } else {
        circuit.append(.ry, [rng.uniform() * 3], qubit)
      }
    }
    for place in 1..<qubits where place % 3 != 0 {
      circuit.append(.cz, order[place - 1], order[place])
      if !isUniform { circuit.append(.ry, [rng.uniform() * 3], order[place]) }
    }
    return circuit
  }

  @Test(arguments: [false, true])
  func `the largest of several groups are the largest of the vector`(isUniform: Bool) throws {
    forAll(921, count: 60) { rng in
      let qubits = Int.random(in: 2...9, using: &rng)
      let circuit = Self.groups(qubits, isUniform: isUniform, using: &rng)
      let state = try SparseSimulator().runOnce(circuit, seed: 0, options: options).state
      let vector = try state.stateVector(as: Double.self)
      let limit = Int.random(in: 1...(1 << qubits), using: &rng)
      let found = try state.largestAmplitudes(limit: limit)
      func rank(_ index: Int) -> Double {
        let weight = vector[index].lengthSquared
        let scale = 0x1p17 / weight.binade
        return (weight * scale).rounded() / scale
      }
      let ranked = (0..<1 << qubits).map { (rank($0), $0) }.sorted {
        $0.0 != $1.0 ? $0.0 > $1.0 : $0.1 < $1.1
      }
      let expected = ranked.prefix(limit).map(\.1).sorted()
      let indices = found.map { Int($0.basisState.words[0]) }
      #expect(indices == expected)
      for (index, entry) in zip(indices, found) {
        #expect((entry.amplitude - vector[index]).length < 1e-13)
      }
    }
  }

  @Test func `states far less probable than the first are left out`() throws {
    var circuit = Circuit(qubitCount: 4)
    for qubit in 0..<4 { circuit.append(.ry, [0.02], qubit) }
    let state = try SparseSimulator().runOnce(circuit, seed: 0, options: options).state
    // tan²(0.01) is 1.0003e-4 for each 1.
    #expect(try state.largestAmplitudes(limit: 16, threshold: 1e-5).count == 5)
    #expect(try state.largestAmplitudes(limit: 16, threshold: 1e-9).count == 11)
    #expect(try state.largestAmplitudes(limit: 0).isEmpty)
  }

  /// Two groups of all 2ⁿ basis states each.
  private static func twoGroups(_ n: Int, _ budget: AmplitudeBudget) throws -> SparseState {
    var state = SparseState(qubitCount: 2 * n, budget: budget)
    for qubit in 0..<2 * n {
      try state.apply(
        SparseGate.gate(.ry, arguments: [0.5 + 0.01 * Double(qubit)], targets: [qubit])!)
      if qubit % n > 0 { try state.apply(SparseGate.gate(.cz, targets: [qubit - 1, qubit])!) }
    }
    return state
  }

  @Test func `a list takes memory for itself, not for all products of its groups`() throws {
    // 2²⁸ products, of which 2¹⁴ are wanted.
    let budget = AmplitudeBudget(limit: nil, threads: 1)
    var state = try Self.twoGroups(14, budget)
    let before = budget.peak
    let list = try state.largestAmplitudes(limit: 1 << 14, threshold: 0)
    #expect(list.count == 1 << 14)
    #expect(budget.peak <= before + (1 << 14) * 400)
    #expect(budget.bytesInUse <= before)
  }

  @Test func `a list that does not fit is refused with what to do`() throws {
    let budget = AmplitudeBudget(limit: 4 << 20, threads: 1)
    var state = try Self.twoGroups(14, budget)
    #expect(try state.largestAmplitudes(limit: 100, threshold: 0).count == 100)
    #expect {
      _ = try state.largestAmplitudes(limit: 1 << 20, threshold: 0)
    } throws: { error in
      guard let obstacle = error as? Obstacle,
        case .memory(let required, 4 << 20) = obstacle.kind
      else { return false }
      return required > 4 << 20 && obstacle.hint == "ask for fewer, as by --top 64"
    }
  }

  @Test func `a vector of a product is written whatever the number of its amplitudes`() throws {
    // More than lists may have.
    var circuit = Circuit(qubitCount: 23)
    for qubit in 0..<23 { circuit.append(.ry, [0.3], qubit) }
    let final = try SparseSimulator().runOnce(circuit, seed: 0, options: options).state
    let vector = try final.stateVector(as: Float.self)
    let (zero, one) = (Double.cos(0.15), Double.sin(0.15))
    for index in [0, 1, 77, 1 << 22, 1 << 23 - 1] {
      let ones = index.nonzeroBitCount
      let expected = Double.pow(zero, 23 - ones) * Double.pow(one, ones)
      #expect(abs(Double(vector[index].real) - expected) < 1e-7)
    }
  }

  @Test func `vectors that cannot be are refused, not trapped on`() throws {
    for qubits in [40, 48, 49, 200] {
      var circuit = Circuit(qubitCount: qubits)
      for qubit in 0..<qubits { circuit.append(.ry, [0.3], qubit) }
      let final = try SparseSimulator().runOnce(circuit, seed: 0, options: options).state
      #expect(throws: Obstacle.self) {
        try final.stateVector(as: Double.self, limit: 1 << 30)
      }
      if qubits >= 48 {
        #expect(throws: Obstacle.self) { try final.stateVector(as: Double.self) }
      }
    }
  }
}
