import QSim
import TestSupport
import Testing

struct TableauTests {
  @Test(arguments: CliffordCircuits.plainGates)
  func `a gate's tableau is its flows`(gate: Gate) {
    let tableau = Tableau(gate)
    for flow in gate.definition.flows {
      #expect(tableau.applied(to: flow.input) == flow.output)
    }
  }

  @Test(arguments: CliffordCircuits.plainGates)
  func `a gate's tableau is what its matrix does`(gate: Gate) {
    let (tableau, count) = (Tableau(gate), gate.definition.qubitCount!)
    let matrix = gate.definition.matrix!([])
    for x in 0..<1 << count {
      for z in 0..<1 << count {
        let string = PauliString(
          (0..<count).map { Pauli(x: x >> $0 & 1 == 1, z: z >> $0 & 1 == 1) }, phaseExponent: 1)
        let image = matrix * string.matrix * matrix.adjoint
        #expect(image.distance(to: tableau.applied(to: string).matrix) < 1e-9)
      }
    }
  }

  @Test(arguments: CliffordCircuits.plainGates)
  func `a gate's inverse and decomposition agree with it`(gate: Gate) throws {
    let tableau = Tableau(gate)
    let inverse = gate.definition.inverse(of: [])!.gate
    #expect(tableau.inverse() == Tableau(inverse))
    guard let decomposition = gate.definition.decomposition else { return }
    let text = decomposition.replacing(";", with: "\n")
    var steps = try StimParser.parse(Array(text.utf8))
    while steps.qubitCount < tableau.qubitCount { steps.append(.i, steps.qubitCount) }
    #expect(try Tableau(of: steps) == tableau)
  }

  @Test(arguments: CliffordCircuits.plainGates)
  func `gates join in front and behind`(gate: Gate) {
    forAll(gate.rawValue.asSeed, count: 3) { rng in
      let tableau = Tableau.random(qubitCount: 4, using: &rng)
      let qubits = RandomCircuits.distinct(2, of: 4, using: &rng)
      var whole = Tableau.identity(qubitCount: 4)
      whole.append(gate, to: qubits[0], qubits[1])
      var (behind, front) = (tableau, tableau)
      behind.append(gate, to: qubits[0], qubits[1])
      front.prepend(gate, to: qubits[0], qubits[1])
      #expect(behind == tableau.then(whole))
      #expect(front == whole.then(tableau))
    }
  }

  @Test func `a circuit's tableau is what its matrix does`() throws {
    forAll(11, count: 30) { rng in
      let circuit = CliffordCircuits.unitary(qubits: 3, count: 20, using: &rng)
      let (tableau, matrix) = (try Tableau(of: circuit), ReferenceSimulator.unitary(of: circuit))
      for qubit in 0..<3 {
        for pauli in [Pauli.x, .y, .z] {
          var string = PauliString(count: 3)
          string[qubit] = pauli
          let image = matrix * string.matrix * matrix.adjoint
          #expect(image.distance(to: tableau.image(of: pauli, on: qubit).matrix) < 1e-9)
        }
      }
    }
  }

  @Test func `composition is associative, and an inverse undoes`() {
    forAll(12, count: 8) { rng in
      for count in [1, 2, 5, 70] {
        let a = Tableau.random(qubitCount: count, using: &rng)
        let b = Tableau.random(qubitCount: count, using: &rng)
        let c = Tableau.random(qubitCount: count, using: &rng)
        let identity = Tableau.identity(qubitCount: count)
        #expect(a.then(b).then(c) == a.then(b.then(c)))
        #expect(a.then(a.inverse()) == identity && a.inverse().then(a) == identity)
        #expect(a.then(b).inverse() == b.inverse().then(a.inverse()))
        #expect(
          a.raised(to: 3) == a.then(a).then(a) && a.raised(to: -2) == a.inverse().then(a.inverse()))
        #expect(identity.then(a) == a && a.raised(to: 0) == identity)
      }
    }
  }

  @Test func `a tableau's circuit has that tableau`() throws {
    forAll(13, count: 10) { rng in
      for count in [1, 2, 3, 9, 66] {
        let tableau = Tableau.random(qubitCount: count, using: &rng)
        let again = try Tableau(of: tableau.circuit())
        #expect(again == tableau)
      }
    }
  }

  @Test func `products of operations act side by side`() {
    forAll(14, count: 5) { rng in
      let a = Tableau.random(qubitCount: 2, using: &rng)
      let b = Tableau.random(qubitCount: 3, using: &rng)
      let both = a.tensor(b)
      #expect(both.tensor(a).inverse() == both.inverse().tensor(a.inverse()))
      let image = both.image(of: .y, on: 3)
      #expect((0..<3).allSatisfy { image[$0 + 2] == b.image(of: .y, on: 1)[$0] })
      #expect(image[0] == .i && image[1] == .i)
    }
  }

  @Test func `random operations on one qubit are all 24, equally often`() {
    var rng = PhiloxGenerator(seed: 5)
    var counts: [Tableau: Int] = [:]
    let draws = 12_000
    for _ in 0..<draws { counts[.random(qubitCount: 1, using: &rng), default: 0] += 1 }
    #expect(counts.count == 24)
    for count in counts.values { expectRate(count, of: draws, is: 1 / 24, within: 5) }
  }

  @Test func `random operations on two qubits are drawn uniformly from 11520`() {
    var rng = PhiloxGenerator(seed: 6)
    var counts: [Tableau: Int] = [:]
    var images: [PauliString: Int] = [:]
    let draws = 20_000
    for _ in 0..<draws {
      let tableau = Tableau.random(qubitCount: 2, using: &rng)
      counts[tableau, default: 0] += 1
      images[tableau.image(of: .z, on: 1), default: 0] += 1
    }
    #expect(images.count == 30)
    for count in images.values { expectRate(count, of: draws, is: 1 / 30, within: 5) }
    // Pairs of equal draws: n(n − 1)/2 · 1/11520 if all are equally likely, more otherwise.
    let pairs = counts.values.reduce(0) { $0 + $1 * ($1 - 1) / 2 }
    let expected = Double(draws) * Double(draws - 1) / 2 / 11520
    #expect(abs(Double(pairs) - expected) < 5 * expected.squareRoot())
  }

  @Test func `a block repeated 10¹⁸ times is a power`() throws {
    let text = "REPEAT 1000000000000000001 {\nC_XYZ 0\nISWAP 0 1\nSQRT_YY 1 2\n}\n"
    let turn = try Tableau(
      of: StimParser.parse(Array("C_XYZ 0\nISWAP 0 1\nSQRT_YY 1 2\n".utf8)))
    var order = 1
    var power = turn
    while power != .identity(qubitCount: 3) {
      power = power.then(turn)
      order += 1
    }
    let whole = try Tableau(of: StimParser.parse(Array(text.utf8)))
    #expect(whole == turn.raised(to: 1_000_000_000_000_000_001 % order))
  }

  @Test func `what is no Clifford gate is refused with its place`() {
    #expect(throws: Diagnostic.self) {
      _ = try Tableau(of: StimParser.parse(Array("H 0\nM 0\n".utf8)))
    }
    let error = #expect(throws: Diagnostic.self) {
      _ = try Tableau(of: StimParser.parse(Array("H 0\nS[T] 0\n".utf8)))
    }
    #expect(error?.range?.line == 2)
  }

  @Test func `a circuit on too many qubits is refused`() {
    var circuit = Circuit()
    circuit.append(.h, 1 << 20)
    #expect(throws: Obstacle.self) { try Tableau(of: circuit) }
  }
}

extension UInt8 {
  fileprivate var asSeed: UInt64 { UInt64(self) + 100 }
}
