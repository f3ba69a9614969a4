import DenseSimulation
import Numerics
import QuantumCore
import SparseSimulation
import TestSupport
import Testing

/// Families of wide circuits with values in closed form.
struct WideCircuitTests {
  private let simulator = SparseSimulator()
  private let options = SimulationOptions(threads: 2, memoryLimit: 256 << 20)

  @Test func `an adder of two 64-bit numbers gives their sum`() throws {
    forAll(911, count: 4) { rng in
      let (a, b) = (rng.next(), rng.next())
      var circuit = Circuit(qubitCount: 130)
      for i in 0..<64 {
        if a >> UInt64(i) & 1 == 1 { circuit.append(.x, 1 + 2 * i) }
        if b >> UInt64(i) & 1 == 1 { circuit.append(.x, 2 + 2 * i) }
      }
      circuit.appendAdder(bitCount: 64)
      circuit.append(.m, targets: (0..<64).map { .qubit(2 + 2 * $0) } + [.qubit(129)])
      let record = try simulator.run(circuit, shots: 3, seed: 1, options: options).record
      let (sum, carry) = a.addingReportingOverflow(b)
      for shot in 0..<3 {
        let row = record.table.row(shot)
        #expect(UInt64(bitPattern: row.word(at: 0, count: 64)) == sum && row[64] == carry)
      }
    }
  }

  @Test func `an adder adds a superposition of numbers`() throws {
    // a is any of 2⁶ numbers; a is measured with the sum.
    let b: UInt64 = 0x0123_4567_89ab_cdef
    var circuit = Circuit(qubitCount: 130)
    for i in 0..<64 where b >> UInt64(i) & 1 == 1 { circuit.append(.x, 2 + 2 * i) }
    for i in 0..<6 { circuit.append(.h, 1 + 20 * i) }
    circuit.appendAdder(bitCount: 64)
    circuit.append(.m, targets: (0..<64).map { .qubit(2 + 2 * $0) })
    circuit.append(.m, targets: (0..<64).map { .qubit(1 + 2 * $0) })
    let record = try simulator.run(circuit, shots: 400, seed: 1, options: options).record
    var seen: Set<UInt64> = []
    for shot in 0..<400 {
      let row = record.table.row(shot)
      let sum = UInt64(bitPattern: row.word(at: 0, count: 64))
      let a = UInt64(bitPattern: row.word(at: 64, count: 64))
      #expect(sum == a &+ b)
      seen.insert(a)
    }
    // Each of 64 numbers fails to come up in 400 draws with probability 0.0018.
    #expect(seen.count > 60)
  }

  @Test func `a W state of 127 qubits has 127 amplitudes`() throws {
    var circuit = Workload.wState.circuit(qubitCount: 127, seed: 1)
    let state = try simulator.runOnce(circuit, seed: 0, options: options).state
    let amplitudes = try state.largestAmplitudes(limit: 1000)
    #expect(amplitudes.count == 127)
    for entry in amplitudes {
      #expect(entry.basisState.nonzeroBitCount == 1)
      #expect(abs(entry.probability - 1 / 127) < 1e-14)
    }
    circuit.append(.m, targets: (0..<127).map { .qubit($0) })
    let shots = 12_700
    let record = try simulator.run(circuit, shots: shots, seed: 2, options: options).record
    var counts = [Int](repeating: 0, count: 127)
    for shot in 0..<shots {
      let row = record.table.row(shot)
      let ones = (0..<127).filter { row[$0] }
      #expect(ones.count == 1)
      counts[ones[0]] += 1
    }
    for count in counts { expectRate(count, of: shots, is: 1 / 127, within: 5) }
  }

  @Test func `433 rotations have the mean values of a product`() throws {
    var circuit = Circuit(qubitCount: 433)
    for qubit in 0..<433 { circuit.append(.ry, [0.01 * Double(qubit + 1)], qubit) }
    let z = PauliSum([.init(1, PauliString([Pauli](repeating: .z, count: 20)))])
    var letters = [Pauli](repeating: .i, count: 433)
    (letters[0], letters[100], letters[432]) = (.x, .z, .x)
    let x = PauliSum([.init(2, PauliString(letters))])
    let values = try simulator.expectations(
      of: [z, x], in: circuit, shots: 1, seed: 0, options: options)
    let product = (1...20).reduce(1) { $0 * Double.cos(0.01 * Double($1)) }
    #expect(abs(values[0].value - product) < 1e-14)
    let mixed = 2 * Double.sin(0.01) * Double.cos(1.01) * Double.sin(4.33)
    #expect(abs(values[1].value - mixed) < 1e-14)
    circuit.append(.m, targets: (0..<433).map { .qubit($0) })
    let shots = 2000
    let record = try simulator.run(circuit, shots: shots, seed: 3, options: options).record
    for qubit in stride(from: 0, to: 433, by: 48) {
      let ones = (0..<shots).count { record.table.row($0)[qubit] }
      let half = Double.sin(0.005 * Double(qubit + 1))
      expectRate(ones, of: shots, is: half * half, within: 5)
    }
    // Neighbours are drawn independently, though many share a number.
    let (p, q) = (Double.sin(0.005 * 301), Double.sin(0.005 * 302))
    let both = (0..<shots).count { record.table.row($0)[300] && record.table.row($0)[301] }
    expectRate(both, of: shots, is: p * p * q * q, within: 5)
  }

  @Test func `a rotated GHZ state of 300 qubits is measured without growing`() throws {
    // ⟨Z⊗Z⟩ of two qubits is cos²θ, and X on all of them correlates the two branches.
    let theta = 0.4
    var circuit = Circuit(qubitCount: 300)
    circuit.append(.h, 0)
    for qubit in 1..<300 { circuit.append(.cx, qubit - 1, qubit) }
    for qubit in 0..<300 { circuit.append(.ry, [theta], qubit) }
    var letters = [Pauli](repeating: .i, count: 300)
    (letters[3], letters[250]) = (.z, .z)
    let value = try simulator.expectations(
      of: [PauliSum([.init(1, PauliString(letters))])], in: circuit, shots: 1, seed: 0,
      options: options)[0].value
    #expect(abs(value - Double.cos(theta) * Double.cos(theta)) < 1e-13)
    circuit.append(.m, targets: (0..<300).map { .qubit($0) })
    let shots = 1000
    let record = try simulator.run(circuit, shots: shots, seed: 4, options: options).record
    let equal = (0..<shots).count { record.table.row($0)[3] == record.table.row($0)[250] }
    expectRate(equal, of: shots, is: (1 + value) / 2, within: 5)
    let ones = (0..<shots).count { record.table.row($0)[17] }
    expectRate(ones, of: shots, is: 0.5, within: 5)
  }

  @Test func `phase kickback on 200 qubits entangles nothing`() throws {
    var rng = PhiloxGenerator(seed: 912)
    let secret = (0..<200).map { _ in Bool.random(using: &rng) }
    var circuit = Circuit(qubitCount: 201)
    circuit.append(.x, 200)
    for qubit in 0...200 { circuit.append(.u3, [.pi / 2, 0, .pi], qubit) }
    for qubit in 0..<200 where secret[qubit] { circuit.append(.cx, qubit, 200) }
    for qubit in 0..<200 { circuit.append(.u3, [.pi / 2, 0, .pi], qubit) }
    circuit.append(.m, targets: (0..<200).map { .qubit($0) })
    let record = try simulator.run(circuit, shots: 2, seed: 1, options: options).record
    #expect(Array(record.table.row(0)) == secret && Array(record.table.row(1)) == secret)
  }

  @Test func `teleportation along 60 qubits keeps a state`() throws {
    // Each step uses two fresh qubits, measures two, and corrects by their records.
    var circuit = Circuit(qubitCount: 121)
    circuit.append(.u3, [0.7, 0.2, 0.1], 0)
    for step in 0..<60 {
      let (source, middle, target) = (2 * step, 2 * step + 1, 2 * step + 2)
      circuit.append(.h, middle)
      circuit.append(.cx, middle, target)
      circuit.append(.cx, source, middle)
      circuit.append(.h, source)
      circuit.append(.m, targets: [.qubit(source), .qubit(middle)])
      circuit.append(.cx, targets: [.record(1), .qubit(target)])
      circuit.append(.cz, targets: [.record(2), .qubit(target)])
    }
    circuit.append(.u3, [-0.7, -0.1, -0.2], 120)
    circuit.append(.m, targets: [.qubit(120)])
    let record = try simulator.run(circuit, shots: 200, seed: 5, options: options).record
    #expect((0..<200).allSatisfy { !record.table.row($0)[120] })
  }

  @Test func `controls on a hundred qubits cost nothing`() throws {
    var circuit = Circuit(qubitCount: 120)
    for qubit in 0..<119 { circuit.append(.x, qubit) }
    circuit.append(.h, 7)
    circuit.append(
      .x, targets: (0..<120).map { .qubit($0) }, controlCount: 119)
    circuit.append(.m, targets: [.qubit(7), .qubit(119)])
    let record = try simulator.run(circuit, shots: 100, seed: 6, options: options).record
    #expect((0..<100).allSatisfy { record.table.row($0)[0] == record.table.row($0)[1] })
    #expect(Set((0..<100).map { record.table.row($0)[0] }).count == 2)
  }

  @Test func `a state that outgrows its memory is refused with its place`() throws {
    var circuit = Circuit(qubitCount: 40)
    for qubit in 0..<40 { circuit.append(.ry, [0.5], qubit) }
    for qubit in 1..<40 { circuit.append(.cz, 0, qubit) }
    circuit.append(.m, targets: (0..<40).map { .qubit($0) })
    let options = SimulationOptions(memoryLimit: 4 << 20)
    #expect {
      try simulator.run(circuit, shots: 1, seed: 0, options: options)
    } throws: { error in
      guard let obstacle = error as? Obstacle,
        case .memory(let required, let available) = obstacle.kind
      else { return false }
      return available == 4 << 20 && required > available
    }
    let plan = try SparseSimulator.plan(for: circuit, options: SimulationOptions())
    #expect(plan.basis == .bound && plan.amplitudeBits >= 40 && plan.stateBytes > 1 << 44)
  }

  @Test func `gates with numbers that are none are told apart`() {
    let gate = SparseGate(.matrix(.diagonal([1, .init(.infinity, 0)])), targets: [0])
    #expect(!gate.isFinite && SparseProgram.Step.gate(gate).overflows)
    #expect(SparseGate.singlePauli(.y, on: 0).isFinite)
  }

  @Test func `plans of circuits with few amplitudes come from a trial`() throws {
    let plan = try SparseSimulator.plan(
      for: Workload.wState.circuit(qubitCount: 127, seed: 1), options: SimulationOptions())
    #expect(plan.basis == .trial && plan.stateBytes < 1 << 20)
    // 127 of them, and twice two while the last gate is applied.
    #expect(plan.amplitudeBits >= Double.log2(127) && plan.amplitudeBits < 8)
    var ghz = Circuit(qubitCount: 1000)
    ghz.append(.u3, [.pi / 2, 0.1, 0.2], 0)
    for qubit in 1..<1000 { ghz.append(.cx, qubit - 1, qubit) }
    #expect(try SparseSimulator.plan(for: ghz, options: SimulationOptions()).amplitudeBits == 1)
    var product = Circuit(qubitCount: 433)
    for qubit in 0..<433 { product.append(.ry, [0.3], qubit) }
    #expect(
      try SparseSimulator.plan(for: product, options: SimulationOptions()).basis == .trial)
  }
}
