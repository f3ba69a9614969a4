import DenseSimulation
import QuantumCore
import Testing

struct WorkloadTests {
  private static func state(_ workload: Workload, _ count: Int, seed: UInt64 = 3) throws
    -> StateVector<Double>
  {
    let circuit = workload.circuit(qubitCount: count, seed: seed)
    return try StateVectorSimulator().finalState(of: circuit).state
  }

  @Test(arguments: Workload.allCases)
  func `a circuit is a function of size and seed, and uses every qubit`(workload: Workload) {
    for count in workload.smallestQubitCount...9 {
      let circuit = workload.circuit(qubitCount: count, seed: 7)
      #expect(circuit == workload.circuit(qubitCount: count, seed: 7))
      #expect(circuit.qubitCount == count)
      // One of an odd number of qubits may find no partner in any layer of quantum volume.
      let live = StateVectorSimulator.liveQubits(of: circuit)
      #expect(live == Array(0..<count) || workload == .quantumVolume && count % 2 == 1)
    }
    let others = (8..<13).map { workload.circuit(qubitCount: 6, seed: $0) }
    let first = workload.circuit(qubitCount: 6, seed: 7)
    #expect(others.contains { $0 != first } == ![.ghz, .wState].contains(workload))
  }

  /// Counts of gates written down once, by hand: they are the definition of the families.
  @Test(arguments: [
    // n u3, n H, n(n−1)/2 phases, n/2 swaps
    (Workload.fourierTransform, 12, 12 + 12 + 66 + 6),
    // n H, 14 n, and CZ on grid edges: 6 + 2 + 4 + 4 edges of a 3 × 4 grid, patterns ABCDCDAB
    // ABCDCD
    (.randomCircuit, 4, 4 + 56 + 14), (.quantumVolume, 6, 6 * 3 * 11), (.ising, 5, 5 + 10 * 10),
    (.wState, 5, 1 + 2 * 4), (.ghz, 9, 9), (.ansatz, 5, 100 + 9 * 5),
    (.bornMachine, 4, 8 + 4 + 9 * 16 + 8),
  ])
  func `a family has the gates it is known by`(workload: Workload, count: Int, gates: Int) {
    #expect(workload.circuit(qubitCount: count, seed: 1).gateCount == UInt64(gates))
  }

  @Test func `GHZ and hidden shift end where they should`() throws {
    let ghz = try Self.state(.ghz, 7)
    #expect(abs(ghz[0].lengthSquared - 0.5) < 1e-12 && abs(ghz[127].lengthSquared - 0.5) < 1e-12)
    var shifts: Set<Int> = []
    for seed in 0..<12 {
      let state = try Self.state(.hiddenShift, 8, seed: UInt64(seed))
      let shift = try #require(
        (0..<256).first { abs(state[$0].lengthSquared - 1) < 1e-12 })
      shifts.insert(shift)
    }
    #expect(shifts.count > 6)
  }

  @Test func `a W state has one excitation, and an adder two sums`() throws {
    let w = try Self.state(.wState, 6)
    for index in 0..<64 {
      let weight = index.nonzeroBitCount == 1 ? 1.0 / 6 : 0
      #expect(abs(w[index].lengthSquared - weight) < 1e-12)
    }
    func bits(_ state: Int, _ first: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | (state >> (first + 2 * $1) & 1) << $1 }
    }
    for count in [8, 9, 4] {
      var sums: Set<Int> = []
      for seed: UInt64 in 1...6 {
        // Where the numbers are set, before they are added.
        var ones = 0
        let circuit = Workload.adder.circuit(qubitCount: count, seed: seed)
        for case .instruction(let instruction) in circuit.nodes() where instruction.gate == .x {
          for target in circuit.targets(of: instruction) { ones |= 1 << target.value }
        }
        let state = try Self.state(.adder, count, seed: seed)
        let width = (count - 2) / 2
        var keys: Set<Int> = []
        for highest in 0...1 {
          let a = bits(ones, 1, width) | highest << (width - 1)
          keys.insert(a << 16 | (a + bits(ones, 2, width)))
        }
        var found: [Int: Double] = [:]
        for index in 0..<1 << count where state[index].lengthSquared > 1e-9 {
          let carry = index >> (2 * width + 1) & 1
          let sum = bits(index, 2, width) | carry << width
          found[bits(index, 1, width) << 16 | sum, default: 0] += state[index].lengthSquared
          #expect(index & 1 == 0)
        }
        #expect(Set(found.keys) == keys, "\(count) qubits, seed \(seed)")
        #expect(found.values.allSatisfy { abs($0 - 0.5) < 1e-12 })
        sums.formUnion(found.keys)
      }
      #expect(sums.count > 2)
    }
  }

  @Test func `the Fourier transform gives the amplitudes of its definition`() throws {
    let count = 5
    let circuit = Workload.fourierTransform.circuit(qubitCount: count, seed: 2)
    var product = Circuit(qubitCount: count)
    for case .instruction(let instruction) in circuit.nodes().prefix(count) {
      product.append(
        instruction.gate, arguments: Array(circuit.arguments(of: instruction)),
        targets: Array(circuit.targets(of: instruction)))
    }
    let input: StateVector<Double> = try StateVectorSimulator().finalState(of: product).state
    let output = try Self.state(.fourierTransform, count, seed: 2)
    let size = 1 << count
    for k in 0..<size {
      var (re, im) = (0.0, 0.0)
      for j in 0..<size {
        let angle = 2 * Double.pi * Double(j * k % size) / Double(size)
        re += input[j].real * Double.cos(angle) - input[j].imaginary * Double.sin(angle)
        im += input[j].real * Double.sin(angle) + input[j].imaginary * Double.cos(angle)
      }
      let scale = Double(size).squareRoot()
      #expect(
        abs(output[k].real - re / scale) < 1e-12 && abs(output[k].imaginary - im / scale) < 1e-12)
    }
  }

  @Test func `random circuits never repeat a gate on a qubit and couple neighbours of the grid`() {
    let circuit = Workload.randomCircuit.circuit(qubitCount: 12, seed: 4)
    var (last, edges): ([Int: (Gate, [Double])], Set<[Int]>) = ([:], [])
    for case .instruction(let instruction) in circuit.nodes() {
      let qubits = circuit.targets(of: instruction).map(\.value)
      if instruction.gate == .cz {
        edges.insert(qubits)
        let (a, b) = (qubits[0], qubits[1])
        #expect(b == a + 4 || b == a + 1 && a % 4 != 3, "\(qubits)")
      } else {
        let now = (instruction.gate, Array(circuit.arguments(of: instruction)))
        if let before = last[qubits[0]] { #expect(before != now) }
        last[qubits[0]] = now
      }
    }
    // 3 rows of 4: 9 horizontal edges and 8 vertical ones.
    #expect(edges.count == 17)
  }

  @Test func `depolarizing noise follows every gate`() {
    let circuit = Workload.ghz.circuit(qubitCount: 4, seed: 0)
    let noisy = circuit.depolarized(one: 0.1, two: 0.2)
    let gates = noisy.nodes().compactMap { node -> Gate? in
      if case .instruction(let instruction) = node { instruction.gate } else { nil }
    }
    #expect(
      gates == [.h, .depolarize1] + [Gate](repeating: .cx, count: 3).flatMap { [$0, .depolarize2] })
  }

  @Test func `observables are what they are said to be`() throws {
    let ring = WorkloadObservable.isingRing(qubitCount: 6)
    #expect(abs(try Self.state(.ghz, 6).expectation(of: ring) + 6) < 1e-12)
    let sum = WorkloadObservable.randomSum(qubitCount: 30, termCount: 400, seed: 1)
    #expect(sum == WorkloadObservable.randomSum(qubitCount: 30, termCount: 400, seed: 1))
    #expect(sum.terms.allSatisfy { $0.coefficient.magnitude <= 1 })
    // 12,000 letters, a quarter of them the identity: within 6 sigma.
    let weight = sum.terms.reduce(0) { $0 + $1.pauli.weight }
    #expect(abs(Double(weight) - 9000) < 6 * (12_000 * 0.25 * 0.75).squareRoot())
  }
}
