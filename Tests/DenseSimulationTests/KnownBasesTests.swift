import DenseSimulation
import QuantumCore
import TestSupport
import Testing

/// What is said beforehand of an outcome is so in the state that gates and measurements make.
struct KnownBasesTests {
  private static let gates: [Gate] = [
    .h, .s, .sDag, .x, .y, .z, .sqrtX, .hYZ, .cXYZ, .t, .cx, .cy, .cz, .swap, .iswap, .sqrtXX, .ch,
  ]

  @Test func `outcomes are certain or even where that is said`() {
    var counts: [ClosedRange<Double>: Int] = [:]
    forAll(71, count: 200) { rng in
      var known = KnownBases(qubitCount: 4, startsFromZero: true)
      var state = StateVector<Double>(qubitCount: 4)
      for _ in 0..<30 {
        if Int.random(in: 0..<3, using: &rng) > 0 {
          let gate = Self.gates.randomElement(using: &rng)!
          let qubits = Array((0..<4).shuffled(using: &rng).prefix(gate.definition.qubitCount!))
          state.apply(gate, arguments: [], to: qubits)
          let action = GateApplication.gate(gate, arguments: [], controls: [], targets: qubits)
          known.apply(try #require(action), isConditional: false)
          continue
        }
        let width = Int.random(in: 1...2, using: &rng)
        let letters = (0..<4).shuffled(using: &rng).prefix(width).map {
          (qubit: $0, pauli: [Pauli.x, .y, .z].randomElement(using: &rng)!)
        }
        var paulis = [Pauli](repeating: .i, count: 4)
        for letter in letters { paulis[letter.qubit] = letter.pauli }
        let product = PauliString(paulis)
        let mean = abs(state.expectation(of: product).real)
        let bits = known.measure(letters)
        counts[bits, default: 0] += 1
        if bits == 0...0 { #expect(abs(mean - 1) < 1e-9, "\(product)") }
        if bits == 1...1 { #expect(mean < 1e-9, "\(product)") }
        state.measure(product, using: &rng)
      }
    }
    #expect(counts.values.allSatisfy { $0 > 100 } && counts.count == 3, "\(counts)")
  }

  @Test func `what results decide on is known only if it is so either way`() throws {
    func known(after gate: Gate, _ qubits: [Int], _ preparation: Gate?) throws -> [Bool] {
      var known = KnownBases(qubitCount: 2, startsFromZero: true)
      if let preparation {
        let action = GateApplication.gate(preparation, arguments: [], controls: [], targets: [0])
        known.apply(try #require(action), isConditional: false)
      }
      let action = GateApplication.gate(gate, arguments: [], controls: [], targets: qubits)
      known.apply(try #require(action), isConditional: true)
      return [Pauli.x, .y, .z].map { pauli in
        var copy = known
        return copy.measure([(qubit: 0, pauli: pauli)]) == 0...0
      }
    }
    #expect(try known(after: .x, [0], nil) == [false, false, true])
    #expect(try known(after: .s, [0], nil) == [false, false, true])
    #expect(try known(after: .s, [0], .h) == [false, false, false])
    #expect(try known(after: .z, [0], .h) == [true, false, false])
    #expect(try known(after: .h, [0], nil) == [false, false, false])
    #expect(try known(after: .swap, [0, 1], .h) == [false, false, false])
    #expect(try known(after: .swap, [0, 1], .x) == [false, false, true])
  }

  private enum Step {
    case turn, measure
    case course(KnownBases.Course)
  }

  /// The bits of each step of a program on one qubit.
  private static func bits(_ steps: [Step]) throws -> [ClosedRange<Double>] {
    let h = try #require(GateApplication.gate(.h, arguments: [], controls: [], targets: [0]))
    return KnownBases.randomBits(
      stepCount: steps.count, from: KnownBases(qubitCount: 1, startsFromZero: true),
      course: { if case .course(let course) = steps[$0] { course } else { .next } },
      take: { index, known in
        switch steps[index] {
        case .turn: known.apply(h, isConditional: false)
        case .measure: return known.measure([(qubit: 0, pauli: .z)])
        case .course: break
        }
        return 0...0
      })
  }

  @Test func `where ways meet that is known which all of them know`() throws {
    // The first turn measures |0⟩, the others |±⟩.
    let loop = try Self.bits([.measure, .turn, .course(.choice(0)), .measure])
    #expect(loop[0] == 0...1 && loop[3] == 1...1)
    let still = try Self.bits([.turn, .turn, .measure, .course(.choice(0)), .measure])
    #expect(still[2] == 0...0 && still[4] == 0...0)
    let branch = try Self.bits([.course(.choice(2)), .turn, .measure, .measure])
    #expect(branch[2] == 0...1 && branch[3] == 0...0)
    let skipped = try Self.bits([.course(.jump(2)), .turn, .measure])
    #expect(skipped[2] == 0...0)
    let ended = try Self.bits([.course(.choice(3)), .turn, .course(.end), .measure])
    #expect(ended[3] == 0...0)
    // Back to before what led there.
    let back = try Self.bits([
      .course(.jump(3)), .measure, .course(.end), .turn, .course(.jump(1)),
    ])
    #expect(back[1] == 1...1)
  }

  @Test func `nothing is said of a state that is given`() {
    var known = KnownBases(qubitCount: 1, startsFromZero: false)
    #expect(known.measure([(qubit: 0, pauli: .z)]) == 0...1)
    #expect(known.measure([(qubit: 0, pauli: .z)]) == 0...0)
    #expect(known.measure([(qubit: 0, pauli: .x)]) == 1...1)
  }
}
