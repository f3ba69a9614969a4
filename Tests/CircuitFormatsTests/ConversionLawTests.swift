import QSim
import TestSupport
import Testing

/// Whatever is written is read again, and is the same circuit.
struct ConversionLawTests {
  private static let formats: [CircuitFormat] = [.openQASM2, .openQASM3, .stim]

  private static func rewritten(_ circuit: Circuit, _ format: CircuitFormat) throws -> Circuit? {
    guard let text = try? circuit.text(as: format) else { return nil }
    return try CircuitFile.parse(text, format: format).circuit
  }

  /// Exact probabilities of the results in the order measured.
  private func records(_ circuit: Circuit) throws -> [String: Double] {
    var result: [String: Double] = [:]
    for (memory, probability) in try ReferenceSimulator.distribution(of: circuit)
    where probability > 1e-9 {
      result[String(memory.record.map { $0 ? "1" : "0" }), default: 0] += probability
    }
    return result
  }

  /// Exact probabilities of the first bits of all registers.
  private func bits(_ circuit: Circuit, _ count: Int) throws -> [String: Double] {
    var result: [String: Double] = [:]
    for (key, probability) in try distribution(circuit) {
      result[String(key.suffix(count)), default: 0] += probability
    }
    return result
  }

  @Test func `programs with registers and conditions keep their distribution`() throws {
    var written: [CircuitFormat: Int] = [:]
    forAll(31, count: 60) { rng in
      let circuit = RandomPrograms.circuit(withBits: true, using: &rng)
      let count = circuit.bitRegisters.reduce(0) { $0 + $1.count }
      let before = try bits(circuit, count)
      for format in Self.formats {
        guard let again = try Self.rewritten(circuit, format) else { continue }
        written[format, default: 0] += 1
        if format == .stim {
          #expect(isClose(try records(circuit), try records(again)), "stim")
        } else {
          #expect(isClose(before, try bits(again, count)), "\(format)")
        }
      }
    }
    #expect(written[.openQASM3] == 60)
    #expect(written[.openQASM2, default: 0] >= 30 && written[.stim, default: 0] >= 20, "\(written)")
  }

  @Test func `circuits with records keep the distribution of their results`() throws {
    var written: [CircuitFormat: Int] = [:]
    forAll(32, count: 60) { rng in
      let circuit = RandomPrograms.circuit(withBits: false, using: &rng)
      let before = try records(circuit)
      for format in Self.formats {
        guard let again = try Self.rewritten(circuit, format) else { continue }
        written[format, default: 0] += 1
        if format == .stim {
          #expect(isClose(before, try records(again)), "stim")
        } else {
          let after = try distribution(again)
          let turned = Dictionary(
            uniqueKeysWithValues: after.map { (String($0.key.reversed()), $0.value) })
          #expect(isClose(before, turned), "\(format)")
        }
      }
    }
    #expect(Self.formats.allSatisfy { written[$0] == 60 }, "\(written)")
  }

  @Test func `a circuit does not grow by being written and read again`() throws {
    forAll(33, count: 60) { rng in
      let circuit = RandomPrograms.circuit(withBits: Bool.random(using: &rng), using: &rng)
      for format in Self.formats {
        guard let once = try Self.rewritten(circuit, format) else { continue }
        let twice = try #require(try Self.rewritten(once, format))
        let thrice = try #require(try Self.rewritten(twice, format))
        #expect(twice.gateCount == thrice.gateCount, "\(format)")
        #expect(
          try twice.text(as: format).split(separator: "\n").count
            == thrice.text(as: format).split(separator: "\n").count, "\(format)")
      }
    }
  }

  private static let controlled: [Gate] = Gate.unitaryGates.filter {
    guard let count = $0.definition.qubitCount else { return false }
    return count <= 3
  }

  @Test(arguments: controlled, formats)
  func `gates under two and three controls are the same up to phase`(
    _ gate: Gate, _ format: CircuitFormat
  ) throws {
    forAll(UInt64(34) + UInt64(gate.rawValue), count: 1) { rng in
      let own = gate.definition.qubitCount!
      for controls in 2...max(2, min(3, 5 - own)) {
        var circuit = Circuit(qubitCount: own + controls)
        try circuit.appendChecked(
          gate, arguments: RandomCircuits.angles(gate, using: &rng),
          targets: (0..<own + controls).shuffled(using: &rng).enumerated().map {
            .qubit($0.element, inverted: $0.offset < controls && Bool.random(using: &rng))
          }, controlCount: controls)
        let again = try #require(try Self.rewritten(circuit, format))
        let (before, after) = try (unitary(circuit), unitary(again, count: circuit.qubitCount))
        #expect(before.distanceUpToPhase(to: after) < 1e-9)
        if format == .openQASM3 { #expect(before.distance(to: after) < 1e-9) }
      }
    }
  }

  /// Angles beyond what whole turns can be told apart at, and those whose sums or half turns are no
  /// numbers of 64 bits.
  private static let extremes = [
    0.3, -2.5, 256.5, 1e5, 3e17, 5e17, -2.5e17, 1e18, -1e300, 1e308, 1.7976931348623157e308,
  ]

  @Test(arguments: Gate.unitaryGates.filter { !$0.definition.parameters.isEmpty }, formats)
  func `gates keep their unitary whatever the size of their angles`(
    _ gate: Gate, _ format: CircuitFormat
  ) throws {
    let definition = gate.definition
    guard let own = definition.qubitCount, definition.matrix != nil else { return }
    forAll(UInt64(134) + UInt64(gate.rawValue), count: 12) { rng in
      for controls in [0, own < 3 ? 1 : 0] {
        var circuit = Circuit(qubitCount: own + controls)
        let angles = definition.parameters.map { _ in Self.extremes.randomElement(using: &rng)! }
        try circuit.appendChecked(
          gate, arguments: angles, targets: (0..<own + controls).map { .qubit($0) },
          controlCount: controls)
        let again = try #require(try Self.rewritten(circuit, format), "\(angles)")
        let (before, after) = try (unitary(circuit), unitary(again, count: circuit.qubitCount))
        #expect(before.distanceUpToPhase(to: after) < 1e-9, "\(angles)")
      }
    }
  }

  private func unitary(_ circuit: Circuit, count: Int? = nil) throws -> ComplexMatrix {
    try #require(circuit.unitaryMatrix(qubitCount: count ?? circuit.qubitCount))
  }

  @Test(arguments: [4, 5, 7, 10], [true, false])
  func `many controls are taken apart`(_ count: Int, _ hasSpare: Bool) throws {
    for gate in [Gate.x, .z, .rx] {
      var circuit = Circuit(qubitCount: count + (hasSpare ? 2 : 1))
      // A state in which every basis state has its own weight and phase.
      for qubit in 0..<circuit.qubitCount {
        circuit.append(.u3, [0.4 + 0.3 * Double(qubit), 0.2, Double(qubit)], qubit)
      }
      circuit.append(
        gate, arguments: gate == .rx ? [0.7] : [],
        targets: (0...count).map { .qubit($0, inverted: $0 == 2) }, controlCount: count)
      let before = try amplitudes(circuit)
      for format in [CircuitFormat.openQASM2, .stim] {
        let again = try #require(try Self.rewritten(circuit, format))
        #expect(before.distanceUpToPhase(to: try amplitudes(again)) < 1e-9, "\(gate) \(format)")
      }
    }
  }

  private func amplitudes(_ circuit: Circuit) throws -> ComplexMatrix {
    let final: StateVectorSimulator.FinalState<Double> = try StateVectorSimulator().finalState(
      of: circuit, options: SimulationOptions())
    let amplitudes = final.state.amplitudes
    return ComplexMatrix(rowCount: 1, columnCount: amplitudes.count, elements: amplitudes)
  }

  @Test func `gates grow with the square of the controls, linearly where a qubit is to spare`()
    throws
  {
    func length(_ count: Int, spare: Bool) throws -> Int {
      var circuit = Circuit(qubitCount: count + (spare ? 2 : 1))
      circuit.append(.x, targets: (0...count).map { .qubit($0) }, controlCount: count)
      return try circuit.text(as: .openQASM2).split(separator: "\n").count
    }
    #expect(try length(80, spare: true) < 3 * length(40, spare: true))
    #expect(try length(80, spare: false) < 5 * length(40, spare: false))
  }

  @Test func `a gate of too many parts is refused before it fills memory`() {
    var circuit = Circuit(qubitCount: 401)
    circuit.append(.h, targets: (0...400).map { .qubit($0) }, controlCount: 400)
    for format in [CircuitFormat.openQASM2, .stim] {
      #expect(throws: Diagnostic.self) { try circuit.text(as: format) }
    }
    #expect(throws: Never.self) { try circuit.text(as: .openQASM3) }
  }

  @Test(arguments: [1, 2, 3, 4])
  func `any matrix is written and read back`(_ count: Int) throws {
    forAll(36, count: 3) { rng in
      let circuit = RandomCircuits.gates(qubits: max(2, count), count: 12, using: &rng)
      let matrix =
        count == 1
        ? Gate.u3.definition.matrix!([1.1, 0.3, 2]) : ReferenceSimulator.unitary(of: circuit)
      var single = Circuit(qubitCount: count)
      single.append(
        .unitary, arguments: GateDefinition.flattened(matrix),
        targets: (0..<count).reversed().map { .qubit($0) })
      let before = try unitary(single)
      for format in Self.formats {
        let again = try #require(try Self.rewritten(single, format))
        let after = try unitary(again, count: count)
        #expect(before.distanceUpToPhase(to: after) < 1e-9, "\(format)")
        if format == .openQASM3 { #expect(before.distance(to: after) < 1e-9) }
      }
    }
  }
}
