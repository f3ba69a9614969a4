import QSim
import TestSupport
import Testing

struct StabilizerSimulatorTests {
  private let simulator = StabilizerSimulator()

  @Test(arguments: [false, true])
  func `samples follow the exact distribution`(withNoise: Bool) throws {
    forAll(withNoise ? 41 : 42, count: 12) { rng in
      let circuit = CliffordCircuits.dynamic(
        qubits: 3, count: 14, withNoise: withNoise, using: &rng)
      let run = try simulator.run(circuit, shots: 2000, seed: rng.next(), options: .init())
      var counts: [String: Int] = [:]
      for shot in 0..<run.record.shotCount {
        let key = "\(run.bits.table.row(shot)) \(run.record.table.row(shot))"
        counts[key, default: 0] += 1
      }
      var probabilities: [String: Double] = [:]
      for (memory, probability) in try ReferenceSimulator.distribution(of: circuit)
      where probability > 1e-13 {
        var record = memory.record
        while record.count < run.record.bitCount { record.append(false) }
        probabilities["\(memory.bits) \(record)", default: 0] += probability
      }
      expectCounts(counts, match: probabilities, within: 5)
    }
  }

  @Test func `any number of threads gives the same samples`() throws {
    var rng = PhiloxGenerator(seed: 43)
    let circuit = CliffordCircuits.dynamic(qubits: 5, count: 40, withNoise: true, using: &rng)
    let one = try simulator.run(circuit, shots: 100, seed: 9, options: .init(threads: 1))
    for threads in [2, 3] {
      let more = try simulator.run(circuit, shots: 100, seed: 9, options: .init(threads: threads))
      #expect(one.record == more.record && one.bits == more.bits)
    }
    let other = try simulator.run(circuit, shots: 100, seed: 10, options: .init())
    #expect(one.record != other.record)
  }

  @Test func `gates that are no Cliffords are named, counted and placed`() throws {
    let text = "H 0\nS[T] 0 1 2\nI[R_X(theta=0.5*pi)] 0\n"
    let obstacle = StabilizerSimulator.obstacle(
      to: try StimParser.parse(Array(text.utf8)), options: .init())
    #expect(obstacle?.message.contains("3 ") == true && obstacle?.range?.line == 2)
    #expect(obstacle?.message.contains(Gate.t.name) == true)
    var circuit = Circuit(qubitCount: 2)
    circuit.append(.amplitudeDamping, [0.1], 0)
    #expect(StabilizerSimulator.obstacle(to: circuit, options: .init()) != nil)
    #expect(
      StabilizerSimulator.obstacle(to: Circuit(qubitCount: 3), options: .init()) == nil)
  }

  @Test func `a classical bit holds the last result it took`() throws {
    var circuit = Circuit(qubitCount: 3, bitCount: 3)
    circuit.appendRepeat(3) {
      $0.append(.x, 0)
      $0.append(.m, targets: [.qubit(0), .bit(2), .qubit(1)])
      $0.appendRepeat(2) {
        $0.append(.x, 1)
        $0.append(.m, targets: [.qubit(1, inverted: true), .bit(0)])
      }
    }
    let run = try simulator.run(circuit, shots: 3, seed: 1, options: .init())
    #expect(run.record.bitCount == 12)
    for shot in 0..<3 { #expect(run.bits.table.row(shot).description == "101") }
  }

  @Test func `ten thousand qubits run`() throws {
    var circuit = Circuit(qubitCount: 10_000, bitCount: 2)
    circuit.append(.h, 0)
    for qubit in 1..<10_000 { circuit.append(.cx, qubit - 1, qubit) }
    circuit.measure(0, into: 0)
    circuit.measure(9_999, into: 1)
    let samples = try simulator.sample(circuit, shots: 200, seed: 2, options: .init(threads: 2))
    let counts = samples.counts()
    let ones = counts[BitVector([true, true])] ?? 0
    #expect(ones + (counts[BitVector([false, false])] ?? 0) == 200)
    expectRate(ones, of: 200, is: 0.5, within: 5)
  }

  @Test func `loops run until their condition fails`() throws {
    let text = """
      OPENQASM 3.0;
      include "stdgates.inc";
      qubit[2] q;
      bit[2] c;
      int n = 0;
      h q[0];
      c[0] = measure q[0];
      while (c[0] == 0) { h q[0]; c[0] = measure q[0]; n = n + 1; }
      if (n > 0) { x q[1]; }
      c[1] = measure q[1];
      """
    let circuit = try OpenQASMReader.read(
      Array(text.utf8), version: 3, strict: false, inputs: InputValues()
    ).circuit
    let run = try simulator.run(circuit, shots: 1000, seed: 4, options: .init())
    let counts = run.bits.counts()
    let later = counts[BitVector([true, true])] ?? 0
    #expect((counts[BitVector([true, false])] ?? 0) + later == 1000)
    expectRate(later, of: 1000, is: 0.5, within: 5)
  }
}
