import QSim
import TestSupport
import Testing

struct TableauSimulatorTests {
  private func circuit(_ text: String) throws -> Circuit { try StimParser.parse(Array(text.utf8)) }

  @Test func `expectations of all products are those of the amplitudes`() throws {
    forAll(21, count: 25) { rng in
      let circuit = CliffordCircuits.unitary(qubits: 3, count: 15, using: &rng)
      var simulator = TableauSimulator()
      try simulator.run(circuit)
      let unitary = ReferenceSimulator.unitary(of: circuit)
      let state = (0..<8).map { unitary[$0, 0] }
      let amplitudes = try simulator.amplitudes(count: 3)
      let overlap = zip(state, amplitudes).reduce(ComplexMatrix.Element.zero) {
        $0 + $1.0.conjugate * $1.1
      }
      #expect(abs(overlap.length - 1) < 1e-9)
      for letters in 0..<64 {
        let string = PauliString((0..<3).map { Pauli(rawValue: UInt8(letters >> (2 * $0) & 3))! })
        let matrix = string.matrix
        var expectation = ComplexMatrix.Element.zero
        for row in 0..<8 {
          for column in 0..<8 {
            expectation += state[row].conjugate * matrix[row, column] * state[column]
          }
        }
        #expect(abs(expectation.real - Double(try simulator.peek(string))) < 1e-9)
      }
    }
  }

  @Test func `measuring again gives the same, and the stabilizers agree`() throws {
    forAll(22, count: 10) { rng in
      let circuit = CliffordCircuits.unitary(qubits: 20, count: 200, using: &rng)
      var simulator = TableauSimulator(seed: rng.next())
      try simulator.run(circuit)
      for _ in 0..<30 {
        let letters = (0..<20).map { _ in Pauli(rawValue: UInt8(rng.next() >> 62))! }
        let product = PauliString(letters)
        let before = try simulator.peek(product)
        let result = try simulator.measure(product)
        if before != 0 { #expect(result == (before == -1)) }
        #expect(try simulator.peek(product) == (result ? -1 : 1))
        #expect(try simulator.measure(product) == result)
      }
      for string in try simulator.canonicalStabilizers(count: 20) {
        #expect(try simulator.peek(string) == 1)
      }
    }
  }

  @Test func `qubits collapsed together give what they give one by one`() throws {
    forAll(23, count: 4) { rng in
      for count in [30, 300] {
        let gates = CliffordCircuits.unitary(qubits: count, count: 30 * count, using: &rng)
        for gate in [Gate.m, .mx, .my] {
          var (together, apart) = (gates, gates)
          together.append(gate, targets: (0..<count).map { .qubit($0) })
          together.append(.mzz, targets: (0..<count).map { .qubit($0) })
          for qubit in 0..<count { apart.append(gate, qubit) }
          for pair in stride(from: 0, to: count, by: 2) { apart.append(.mzz, pair, pair + 1) }
          let (a, b) = (
            try ReferenceSample.measurements(of: together),
            try ReferenceSample.measurements(of: apart)
          )
          #expect(a.bits == b.bits)
        }
      }
    }
  }

  @Test func `two threads give what one gives`() throws {
    var rng = PhiloxGenerator(seed: 24)
    var circuit = CliffordCircuits.unitary(qubits: 700, count: 20_000, using: &rng)
    circuit.append(.mx, targets: (0..<700).map { .qubit($0) })
    circuit.append(.m, targets: (0..<700).map { .qubit($0) })
    let one = try ReferenceSample.measurements(of: circuit, threads: 1)
    let two = try ReferenceSample.measurements(of: circuit, threads: 2)
    #expect(one.bits == two.bits)
  }

  @Test(arguments: RowKernels.all.map(\.name))
  func `every instruction set gives the same`(name: String) throws {
    let kernels = RowKernels.all.first { $0.name == name }!
    forAll(25, count: 3) { rng in
      for count in [20, 600] {
        var circuit = CliffordCircuits.unitary(qubits: count, count: 20 * count, using: &rng)
        circuit.append(.mx, targets: (0..<count).map { .qubit($0) })
        circuit.append(.myy, targets: (0..<count).map { .qubit($0) })
        circuit.append(.mr, targets: (0..<count).map { .qubit($0) })
        circuit.append(.mx, targets: (0..<count).map { .qubit($0) })
        let expected = try ReferenceSample.measurements(of: circuit)
        let sample = try ReferenceSample.measurements(of: circuit, threads: 1, kernels: kernels)
        #expect(sample == expected)
      }
    }
  }

  @Test func `a copy goes its own way`() throws {
    var simulator = TableauSimulator(seed: 3)
    try simulator.apply(.h, to: 0)
    try simulator.apply(.cx, to: 0, 1)
    var copy = simulator
    try copy.select(0, value: true)
    #expect(try copy.peek(PauliString("IZ")!) == -1)
    #expect(try simulator.peek(PauliString("IZ")!) == 0)
    #expect(try simulator.peek(PauliString("ZZ")!) == 1)
    #expect(try simulator.peekBloch(0) == PauliString("I"))
  }

  @Test func `an outcome that cannot be is refused`() throws {
    var simulator = TableauSimulator()
    try simulator.apply(.sqrtX, to: 4)
    #expect(try simulator.peekBloch(4) == PauliString("-Y"))
    #expect(throws: ImpossibleOutcome.self) { try simulator.select(4, basis: .y, value: false) }
    try simulator.select(4, basis: .y, value: true)
    try simulator.select(4, basis: .x, value: true)
    #expect(try simulator.peekBloch(4) == PauliString("-X"))
    #expect(simulator.record.isEmpty)
  }

  @Test func `the largest qubit numbers cost no more than the least`() throws {
    var simulator = TableauSimulator()
    try simulator.run(circuit("H 16777215\nCX 16777215 0 3 9000000\nX 5000000\nM 5000000 7\n"))
    #expect(simulator.record.description == "10")
    #expect(try simulator.measure(16_777_215) == simulator.measure(0))
  }

  @Test func `swaps of qubits that were never turned keep their bits`() throws {
    var simulator = TableauSimulator()
    try simulator.run(
      circuit("X 0\nSWAP 0 1\nCX 1 2\nISWAP 2 3\nCZ 1 3\nH 4\nSWAP 4 1\nM 0 2 3 4\nMX 1\n"))
    #expect(simulator.record.description == "00110")
  }

  @Test func `what cannot run is refused with its place`() throws {
    for (text, line) in [
      ("H 0\nS[T] 1\n", 2), ("M 0\nMPP X0*Z0\n", 2), ("M 0\nCX rec[-2] 1\n", 2),
      ("M 0\n\nCX 0 rec[-1]\n", 3), ("I_ERROR[AMPLITUDE_DAMPING(gamma=0.1)] 0\n", 1),
      ("REPEAT 2 {\nH 0\nSPP X0*Y0*Z0\n}\n", 3),
    ] {
      var simulator = TableauSimulator()
      let circuit = try circuit(text)
      let error = #expect(throws: Diagnostic.self) { try simulator.run(circuit) }
      #expect(error?.range?.line == line)
      let same = #expect(throws: Diagnostic.self) { try ReferenceSample.measurements(of: circuit) }
      #expect(same?.range?.line == line)
    }
  }

  @Test func `sweep bits control`() throws {
    var simulator = TableauSimulator()
    simulator.sweepBits = [false, true]
    try simulator.run(circuit("CX sweep[0] 0 sweep[1] 1 sweep[2] 2\nCZ 1 sweep[1]\nM 0 1 2\n"))
    #expect(simulator.record.description == "010")
  }

  /// Blocks folded or not, with a chain that begins before them, within them, or not at all.
  @Test(arguments: [20, 2000, 100_000]) func `a chain of errors goes on behind a block`(
    turns: Int
  ) throws {
    for (block, expected) in [
      ("E(1) X0", "0"), ("E(0) X0", "1"), ("E(1) X0\nH 0\nE(0) X0", "1"),
      ("E(0) X0\nELSE_CORRELATED_ERROR(1) X0\nX_ERROR(0.5) 2", "0"),
      ("REPEAT 3000 {\nE(1) X0\n}\nH 0", "0"), ("H 0\nX_ERROR(0.5) 2", "0"),
    ] {
      var simulator = TableauSimulator(seed: 1)
      try simulator.run(
        circuit("E(1) X3\nREPEAT \(turns) {\n\(block)\n}\nELSE_CORRELATED_ERROR(1) X1\nM 1\n"))
      #expect(simulator.record.description == expected, "\(turns) turns of \(block)")
    }
  }

  @Test func `blocks of gates repeat as often as they like`() throws {
    var simulator = TableauSimulator()
    try simulator.run(circuit("REPEAT 1000000000000000003 {\nC_XYZ 0\nS 2\n}\nMX 0\nM 0\n"))
    // C_XYZ has order 3, so what is left is two turns: Z goes to Y by way of X.
    var other = TableauSimulator()
    try other.run(circuit("C_XYZ 0\n"))
    #expect(try other.peekBloch(0) == PauliString("X"))
    #expect(simulator.record.count == 2)
  }
}
