import RealModule

/// Appends the gates of workloads to a circuit.
struct WorkloadBuilder {
  private(set) var circuit = Circuit()
  private let qubitCount: Int
  private var random: PhiloxGenerator

  init(qubitCount: Int, random: PhiloxGenerator) {
    self.qubitCount = qubitCount
    self.random = random
    circuit.declareQubits("q", count: qubitCount)
  }

  private mutating func angle() -> Double { (2 * random.uniform() - 1) * .pi }
  private mutating func angles() -> [Double] { [angle(), angle(), angle()] }

  private mutating func onEach(_ gate: Gate) {
    for qubit in 0..<qubitCount { circuit.append(gate, qubit) }
  }

  private mutating func ringOfCX() {
    for qubit in 0..<qubitCount { circuit.append(.cx, qubit, (qubit + 1) % qubitCount) }
  }

  mutating func appendFourierTransform() {
    for qubit in 0..<qubitCount { circuit.append(.u3, angles(), qubit) }
    for target in (0..<qubitCount).reversed() {
      circuit.append(.h, target)
      for control in (0..<target).reversed() {
        // 2^-(distance), exact for every number of qubits that fits a machine.
        let fraction = Double(sign: .plus, exponent: control - target, significand: 1)
        circuit.append(.cphase, [.pi * fraction], control, target)
      }
    }
    for qubit in 0..<qubitCount / 2 { circuit.append(.swap, qubit, qubitCount - 1 - qubit) }
  }

  // MARK: Random circuits

  /// {√X, √Y, √W}, never twice the same on a qubit, and CZ on a quarter of the grid's edges a
  /// layer, in the order ABCDCDAB.
  ///
  /// - Source: [Arute19], methods VII A: the gates; CZ stands for the fSim gate.
  mutating func appendRandomCircuit(depth: Int) {
    let patterns = gridCouplers()
    var last = [Int](repeating: -1, count: qubitCount)
    onEach(.h)
    for layer in 0..<depth {
      for qubit in 0..<qubitCount {
        // One of three at first, of the other two from then on.
        var choice = Int.random(in: 0..<(last[qubit] < 0 ? 3 : 2), using: &random)
        if last[qubit] >= 0, choice >= last[qubit] { choice += 1 }
        last[qubit] = choice
        switch choice {
        case 0: circuit.append(.rx, [.pi / 2], qubit)
        case 1: circuit.append(.ry, [.pi / 2], qubit)
        default: circuit.append(.u3, [.pi / 2, -.pi / 4, .pi / 4], qubit)
        }
      }
      for (a, b) in patterns[[0, 1, 2, 3, 2, 3, 0, 1][layer % 8]] { circuit.append(.cz, a, b) }
    }
  }

  /// The edges of a grid ⌈√n⌉ wide: every other horizontal one, the rest of them, the same for
  /// vertical ones.
  private func gridCouplers() -> [[(Int, Int)]] {
    var width = 1
    while width * width < qubitCount { width += 1 }
    var patterns = [[(Int, Int)]](repeating: [], count: 4)
    for qubit in 0..<qubitCount {
      let (row, column) = qubit.quotientAndRemainder(dividingBy: width)
      if column + 1 < width, qubit + 1 < qubitCount {
        patterns[column % 2].append((qubit, qubit + 1))
      }
      if qubit + width < qubitCount { patterns[2 + row % 2].append((qubit, qubit + width)) }
    }
    return patterns
  }

  /// - Source: [Cross19]: the model circuit; each SU(4) is three CX between random u3.
  mutating func appendQuantumVolume() {
    for _ in 0..<qubitCount {
      let order = (0..<qubitCount).shuffled(using: &random)
      for pair in 0..<qubitCount / 2 {
        let (a, b) = (order[2 * pair], order[2 * pair + 1])
        for step in 0..<4 {
          circuit.append(.u3, angles(), a)
          circuit.append(.u3, angles(), b)
          if step == 3 { break }
          if step == 1 { circuit.append(.cx, b, a) } else { circuit.append(.cx, a, b) }
        }
      }
    }
  }

  // MARK: Structured circuits

  mutating func appendIsing(stepCount: Int) {
    onEach(.h)
    for _ in 0..<stepCount {
      let bond = 0.1 + 0.9 * random.uniform()
      let field = 0.1 + 0.9 * random.uniform()
      for qubit in 0..<qubitCount {
        circuit.append(.rzz, [bond], qubit, (qubit + 1) % qubitCount)
      }
      for qubit in 0..<qubitCount { circuit.append(.rx, [field], qubit) }
    }
  }

  mutating func appendGHZ() {
    circuit.append(.h, 0)
    for qubit in 1..<max(1, qubitCount) { circuit.append(.cx, qubit - 1, qubit) }
  }

  /// f(x, y) = x·y is its own dual: H, shifted f, H, f, H leaves |shift⟩. The last of an odd number
  /// of qubits stays out of f and ends in |+⟩.
  ///
  /// - Source: [Roetteler10], section 4.1.
  mutating func appendHiddenShift() {
    let half = qubitCount / 2
    let shift = (0..<qubitCount).map { _ in random.next() >> 63 == 1 }
    func phases(_ circuit: inout Circuit) {
      for qubit in 0..<half { circuit.append(.cz, qubit, qubit + half) }
    }
    onEach(.h)
    for qubit in 0..<qubitCount where shift[qubit] { circuit.append(.x, qubit) }
    phases(&circuit)
    for qubit in 0..<qubitCount where shift[qubit] { circuit.append(.x, qubit) }
    onEach(.h)
    phases(&circuit)
    onEach(.h)
  }

  mutating func appendAnsatz(rotationCount: Int) {
    var left = rotationCount
    while left > 0 {
      for gate in [Gate.ry, .rz] {
        for qubit in 0..<qubitCount where left > 0 {
          circuit.append(gate, [angle()], qubit)
          left -= 1
        }
      }
      if left > 0 { ringOfCX() }
    }
  }

  mutating func appendBornMachine(depth: Int) {
    appendRotations([.rx, .rz])
    ringOfCX()
    for _ in 0..<depth {
      appendRotations([.rz, .rx, .rz])
      ringOfCX()
    }
    appendRotations([.rz, .rx])
  }

  private mutating func appendRotations(_ gates: [Gate]) {
    for qubit in 0..<qubitCount {
      for gate in gates { circuit.append(gate, [random.uniform()], qubit) }
    }
  }

  /// Two numbers of random bits, the highest of a in |+⟩, then their sum. The last of an odd number
  /// of qubits stays out of it and ends in |+⟩.
  mutating func appendAddition() {
    let bitCount = (qubitCount - 2) / 2
    for qubit in 1...2 * bitCount where random.next() >> 63 == 1 && qubit != 2 * bitCount - 1 {
      circuit.append(.x, qubit)
    }
    circuit.append(.h, 2 * bitCount - 1)
    if qubitCount % 2 == 1 { circuit.append(.h, qubitCount - 1) }
    circuit.appendAdder(bitCount: bitCount)
  }

  /// Hands the excitation of the first qubit on along the others.
  mutating func appendWState() {
    circuit.append(.x, 0)
    for qubit in 0..<qubitCount - 1 {
      let angle = 2 * Double.acos((1 / Double(qubitCount - qubit)).squareRoot())
      circuit.append(.cry, [angle], qubit, qubit + 1)
      circuit.append(.cx, qubit + 1, qubit)
    }
  }
}

extension Circuit {
  /// Adds a number to another in place, b ← a + b: the carry in is qubit 0, bit i of a qubit 1 + 2i,
  /// bit i of b qubit 2 + 2i, and the carry out, which is flipped, the last one.
  ///
  /// - Parameters:
  ///   - bitCount: of each number, at least 1; the qubits are `0..<2 * bitCount + 2`.
  ///   - controls: other qubits that all have to be 1 for the carry out to be flipped.
  /// - Complexity: 6 gates a bit.
  /// - Source: [Cuccaro04].
  package mutating func appendAdder(bitCount: Int, controls: [Int] = []) {
    precondition(bitCount >= 1, "An adder has a bit at least")
    // The qubit below bit i of b: bit i − 1 of a, or the carry in.
    func carry(_ i: Int) -> Int { i == 0 ? 0 : 2 * i - 1 }
    func a(_ i: Int) -> Int { 2 * i + 1 }
    func b(_ i: Int) -> Int { 2 * i + 2 }
    for i in 0..<bitCount {
      append(.cx, a(i), b(i))
      append(.cx, a(i), carry(i))
      append(.ccx, carry(i), b(i), a(i))
    }
    let flipped = controls + [a(bitCount - 1), 2 * bitCount + 1]
    append(.cx, targets: flipped.map { .qubit($0) }, controlCount: controls.count)
    for i in (0..<bitCount).reversed() {
      append(.ccx, carry(i), b(i), a(i))
      append(.cx, a(i), carry(i))
      append(.cx, carry(i), b(i))
    }
  }
}
