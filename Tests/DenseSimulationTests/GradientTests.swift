import DenseSimulation
import Numerics
import QuantumCore
import TestSupport
import Testing

struct GradientTests {
  private let simulator = StateVectorSimulator()

  private func value(_ observable: PauliSum, _ circuit: Circuit) throws -> Double {
    try simulator.expectations(
      of: [observable], in: circuit, shots: 1, seed: 0, options: SimulationOptions())[0].value
  }

  private func observable(_ qubits: Int, using rng: inout PhiloxGenerator) -> PauliSum {
    PauliSum(
      (0..<6).map { _ in
        let letters = (0..<qubits).map { _ in Pauli.allCases.randomElement(using: &rng)! }
        return .init(rng.normal(), PauliString(letters))
      })
  }

  /// Random gates around one gate with the given arguments, under so many controls.
  private func circuit(
    _ gate: Gate, _ arguments: [Double], controls: Int, qubits: Int, seed: UInt64
  ) -> Circuit {
    var rng = PhiloxGenerator(seed: seed)
    var circuit = RandomCircuits.gates(qubits: qubits, count: 2 * qubits, using: &rng)
    for qubit in 0..<qubits { circuit.append(.u3, [0.3, 0.5, Double(qubit)], qubit) }
    let count = controls + (gate.definition.qubitCount ?? 0)
    let targets = RandomCircuits.distinct(count, of: qubits, using: &rng)
    circuit.append(
      gate, arguments: arguments,
      targets: targets.enumerated().map { place, qubit in
        .qubit(qubit, inverted: place < controls && place % 2 == 1)
      }, controlCount: controls)
    for _ in 0..<2 * qubits { RandomCircuits.appendGate(to: &circuit, qubits: qubits, using: &rng) }
    return circuit
  }

  private static let gatesWithAngles = GateCatalog.all.filter(\.hasAngles).map(\.gate)

  @Test(arguments: gatesWithAngles, [0, 1, 3])
  func `derivatives by every angle are the limits of differences`(
    gate: Gate, controls: Int
  ) throws {
    var rng = PhiloxGenerator(seed: UInt64(gate.rawValue) * 7 + UInt64(controls))
    let arguments = RandomCircuits.angles(gate, using: &rng)
    let observable = observable(6, using: &rng)
    let seed = UInt64(gate.rawValue) + 1000 * UInt64(controls)
    func energy(_ arguments: [Double]) throws -> Double {
      try value(
        observable, circuit(gate, arguments, controls: controls, qubits: 6, seed: seed))
    }
    let whole = circuit(gate, arguments, controls: controls, qubits: 6, seed: seed)
    let gradient = try simulator.gradient(of: observable, in: whole)
    #expect(abs(gradient.value - (try value(observable, whole))) < 1e-12)
    // The gate's own entries are those with its arguments' values.
    let own = gradient.entries.filter {
      $0.gate == gate && $0.controlCount == controls && arguments.contains($0.value)
    }
    #expect(own.map(\.argument) == gate.definition.parameters)
    for (place, entry) in own.enumerated() {
      var (up, down) = (arguments, arguments)
      up[place] += 1e-4
      down[place] -= 1e-4
      let difference = (try energy(up) - energy(down)) / 2e-4
      #expect(
        abs(entry.derivative - difference) < 2e-7, "\(gate.name) \(entry.argument)")
    }
  }

  @Test(arguments: [Gate.rx, .ry, .rz, .rxx, .ryy, .rzz, .rzx])
  func `derivatives by rotations are parameter shifts`(gate: Gate) throws {
    try forAllSeeds(5) { seed in
      var rng = PhiloxGenerator(seed: seed)
      let observable = observable(5, using: &rng)
      let angle = rng.normal()
      func energy(_ angle: Double) throws -> Double {
        try value(observable, circuit(gate, [angle], controls: 0, qubits: 5, seed: seed))
      }
      let gradient = try simulator.gradient(
        of: observable, in: circuit(gate, [angle], controls: 0, qubits: 5, seed: seed))
      let own = try #require(
        gradient.entries.first { $0.gate == gate && $0.value == angle && $0.controlCount == 0 })
      let shift = (try energy(angle + .pi / 2) - energy(angle - .pi / 2)) / 2
      #expect(abs(own.derivative - shift) < 1e-12)
    }
  }

  private func forAllSeeds(_ count: UInt64, _ body: (UInt64) throws -> Void) throws {
    for seed in 0..<count { try body(seed) }
  }

  /// Layers of rotations about changing axes and entanglers, one angle each.
  private func ansatz(_ angles: [Double], qubits: Int) -> Circuit {
    var circuit = Circuit(qubitCount: qubits)
    for (place, angle) in angles.enumerated() {
      let q = place % qubits
      switch place / qubits % 4 {
      case 0: circuit.append(.ry, [angle], q)
      case 1: circuit.append(.rzz, [angle], q, (q + 1) % qubits)
      case 2: circuit.append(.rx, [angle], q)
      default: circuit.append(.crz, [angle], q, (q + 3) % qubits)
      }
      if place % 5 == 4 { circuit.append(.cx, q, (q + 2) % qubits) }
    }
    return circuit
  }

  @Test(arguments: InstructionSet.available)
  func `all derivatives of a deep circuit are right on every instruction set`(
    set: InstructionSet
  ) throws {
    var rng = PhiloxGenerator(seed: 8)
    let qubits = 12
    let angles = (0..<8 * qubits).map { _ in rng.normal() }
    let observable = observable(qubits, using: &rng)
    let circuit = ansatz(angles, qubits: qubits)
    let double = try simulator.gradient(
      of: observable, in: circuit, options: SimulationOptions(threads: 2, instructionSet: set))
    #expect(double.derivatives.count == angles.count)
    for place in stride(from: 1, to: angles.count, by: 11) {
      var (up, down) = (angles, angles)
      up[place] += 1e-4
      down[place] -= 1e-4
      let difference =
        (try value(observable, ansatz(up, qubits: qubits))
          - value(observable, ansatz(down, qubits: qubits))) / 2e-4
      #expect(abs(double.derivatives[place] - difference) < 2e-7, "angle \(place)")
    }
    let single = try simulator.gradient(
      of: observable, in: circuit,
      options: SimulationOptions(threads: 2, precision: .single, instructionSet: set))
    let error = zip(single.derivatives, double.derivatives).map { abs($0 - $1) }.max() ?? 1
    #expect(error < 2e-5 && error > 0)
  }

  @Test func `the bits do not depend on threads`() throws {
    var rng = PhiloxGenerator(seed: 9)
    let observable = observable(16, using: &rng)
    let circuit = ansatz((0..<64).map { _ in rng.normal() }, qubits: 16)
    let results = try [1, 2, 3].map {
      try simulator.gradient(
        of: observable, in: circuit, options: SimulationOptions(threads: $0)
      ).derivatives
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  @Test func `a gate in a repeat block stands for all its turns`() throws {
    let observable = try PauliSum(parsing: "1 Z0*Z1\n0.5 X1")
    func repeated(_ angle: Double) -> Circuit {
      var circuit = Circuit(qubitCount: 2)
      circuit.append(.h, 0)
      circuit.appendRepeat(3) {
        $0.append(.rx, [angle], 0)
        $0.append(.cx, 0, 1)
      }
      return circuit
    }
    let gradient = try simulator.gradient(of: observable, in: repeated(0.4))
    let difference =
      (try value(observable, repeated(0.4001)) - value(observable, repeated(0.3999))) / 2e-4
    #expect(gradient.entries.count == 1)
    #expect(abs(gradient.derivatives[0] - difference) < 1e-7)
    var circuit = repeated(0.4)
    circuit.appendRepeat(1_000_000_000_000) { $0.append(.tick) }
    #expect(try simulator.gradient(of: observable, in: circuit).entries == gradient.entries)
  }

  @Test func `each group of an instruction has its entries, and qubits keep their numbers`() throws
  {
    let observable = try PauliSum(parsing: "1 Z3\n2 X7\n5 X1\n3 Z0*Z3")
    var circuit = Circuit(qubitCount: 9)
    circuit.append(.rx, [0.3], 3, 7)
    circuit.append(.ry, [0.2], 7)
    circuit.append(.globalPhase, arguments: [0.8], targets: [])
    circuit.measure(3, 7)
    let gradient = try simulator.gradient(of: observable, in: circuit)
    #expect(gradient.entries.map(\.qubits) == [[3], [7], [7], []])
    // ⟨H⟩ = 4 cos a + 2 cos b sin c: qubits 0 and 1 have no gates.
    let (sine, cosine) = (Double.sin(0.3), Double.cos(0.3))
    #expect(abs(gradient.derivatives[0] + 4 * sine) < 1e-13)
    #expect(abs(gradient.derivatives[1] + 2 * sine * Double.sin(0.2)) < 1e-13)
    #expect(abs(gradient.derivatives[2] - 2 * cosine * Double.cos(0.2)) < 1e-13)
    #expect(gradient.derivatives[3] == 0)
  }

  @Test func `what has no gradient is refused`() throws {
    let observable = try PauliSum(parsing: "1 Z0")
    func refusal(_ build: (inout Circuit) -> Void) -> Obstacle? {
      var circuit = Circuit(qubitCount: 2, bitCount: 1)
      circuit.append(.rx, [0.3], 0)
      build(&circuit)
      circuit.append(.rx, [0.3], 0)
      do {
        _ = try simulator.gradient(of: observable, in: circuit)
        return nil
      } catch {
        return error as? Obstacle
      }
    }
    #expect(refusal { _ in } == nil)
    let builds: [(String, (inout Circuit) -> Void)] = [
      ("measurement", { $0.measure(0, into: 0) }),
      ("reset", { $0.append(.reset, 0) }),
      ("noise", { $0.append(.depolarize1, [0.1], 0) }),
      ("control flow", { $0.appendIf(.bit(0)) { $0.append(.x, 1) } }),
    ]
    for (reason, build) in builds {
      #expect(refusal(build)?.message.contains(reason) == true, "\(reason)")
      #expect(refusal(build)?.kind == .unsupported)
    }
    var huge = Circuit(qubitCount: 1)
    huge.appendRepeat(1_000_000_000_000) { $0.append(.rx, [0.1], 0) }
    #expect(throws: Obstacle.self) { try simulator.gradient(of: observable, in: huge) }
  }

  @Test func `two states must fit`() throws {
    let observable = try PauliSum(parsing: "1 Z0")
    var circuit = Circuit(qubitCount: 10)
    for qubit in 0..<10 { circuit.append(.rx, [0.3], qubit) }
    let enough = SimulationOptions(memoryLimit: 2 << 14)
    #expect(try simulator.gradient(of: observable, in: circuit, options: enough).value != 0)
    let tooLittle = SimulationOptions(memoryLimit: 2 << 14 - 1)
    #expect {
      try simulator.gradient(of: observable, in: circuit, options: tooLittle)
    } throws: { error in
      (error as? Obstacle)?.kind == .memory(required: 2 << 14, available: 2 << 14 - 1)
    }
    var wide = Circuit(qubitCount: 100)
    for qubit in 0..<100 { wide.append(.rx, [0.3], qubit) }
    #expect(throws: Obstacle.self) { try simulator.gradient(of: observable, in: wide) }
  }

  @Test(arguments: InstructionSet.available)
  func `cross matrices agree with their definition`(set: InstructionSet) {
    let options = SimulationOptions(threads: 2, instructionSet: set)
    forAll(40, count: 25) { rng in
      let n = Int.random(in: 1...9, using: &rng)
      let k = Int.random(in: 0...min(n, 6), using: &rng)
      let order = RandomCircuits.distinct(n, of: n, using: &rng)
      let targets = Array(order[..<k])
      var (mask, value) = (UInt64(0), UInt64(0))
      for control in order[k..<min(n, k + Int.random(in: 0...2, using: &rng))] {
        mask |= 1 << UInt64(control)
        if Bool.random(using: &rng) { value |= 1 << UInt64(control) }
      }
      let a = RandomCircuits.amplitudes(qubits: n, using: &rng)
      let b = RandomCircuits.amplitudes(qubits: n, using: &rng)
      let expected = Self.cross(a, b, targets, mask, value)
      let double = StateVector<Double>(amplitudes: a, options: options).crossMatrix(
        with: StateVector<Double>(amplitudes: b, options: options), on: targets, controlMask: mask,
        controlValue: value)
      #expect(double.distance(to: expected) < 1e-14)
      func rounded(_ amplitudes: [Complex<Double>]) -> StateVector<Float> {
        StateVector<Float>(
          amplitudes: amplitudes.map { Complex(Float($0.real), Float($0.imaginary)) },
          options: options)
      }
      let single = rounded(a).crossMatrix(
        with: rounded(b), on: targets, controlMask: mask, controlValue: value)
      #expect(single.distance(to: expected) < 1e-6)
    }
  }

  private static func cross(
    _ ket: [Complex<Double>], _ bra: [Complex<Double>], _ targets: [Int], _ mask: UInt64,
    _ value: UInt64
  ) -> ComplexMatrix {
    let size = 1 << targets.count
    var matrix = ComplexMatrix(zeros: size, by: size)
    func place(_ row: Int) -> Int {
      targets.enumerated().reduce(0) { $0 | (row >> $1.offset & 1) << $1.element }
    }
    for base in ket.indices
    where base & place(size - 1) == 0 && UInt64(base) & mask == value {
      for row in 0..<size {
        for column in 0..<size {
          matrix[row, column] += ket[base | place(row)] * bra[base | place(column)].conjugate
        }
      }
    }
    return matrix
  }
}
