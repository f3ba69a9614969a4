import CircuitFormats
import QuantumCore
import StabilizerSimulation
import Testing

struct SparseReverseTrackerTests {
  /// Errors before a gate have the symptoms of what they become behind it.
  @Test(arguments: Gate.allCases.filter { $0.definition.isClifford })
  func `gates act on symptoms as on Paulis`(gate: Gate) throws {
    guard let count = gate.definition.qubitCount, (1...2).contains(count),
      gate.definition.isStimGate
    else { return }
    // Each generator behind the gate has a symptom of its own.
    var circuit = Circuit()
    circuit.append(gate, targets: (0..<count).map { .qubit($0) })
    for qubit in 0..<count {
      circuit.append(
        .observableInclude, arguments: [Double(2 * qubit)], targets: [.pauli(.z, qubit)])
      circuit.append(
        .observableInclude, arguments: [Double(2 * qubit + 1)], targets: [.pauli(.x, qubit)])
    }
    let tracker = try SparseReverseTracker(circuit)
    for case .instruction(let instruction) in circuit.nodes().reversed() {
      try tracker.undo(instruction)
    }
    for flow in gate.definition.flows {
      let (qubit, pauli) = (0..<count).lazy.map { ($0, flow.input[$0]) }.first { $0.1 != .i }!
      let expected = (0..<count).flatMap { place -> [DetectorErrorModel.Target] in
        let image = place < flow.output.count ? flow.output[place] : .i
        return (image.hasX ? [.observable(UInt64(2 * place))] : [])
          + (image.hasZ ? [.observable(UInt64(2 * place + 1))] : [])
      }
      #expect(tracker.symptoms(of: pauli, on: qubit) == expected, "\(flow)")
    }
  }

  @Test func `measurements hand over the symptoms of their results`() throws {
    let circuit = try CircuitFile.parse(
      "M 0\nCX rec[-1] 1\nMX 1\nM 1\nDETECTOR rec[-3]\nDETECTOR rec[-1] rec[-3]", format: .stim
    ).circuit
    let tracker = try SparseReverseTracker(circuit)
    let nodes = circuit.nodes()
    #expect(tracker.detectorCount == 2)
    #expect(tracker.measurementCount == 3)
    for case .instruction(let instruction) in nodes[4...].reversed() {
      try tracker.undo(instruction)
    }
    #expect(tracker.symptoms(ofMeasurement: 0) == [.detector(0), .detector(1)])
    #expect(tracker.symptoms(ofMeasurement: 1) == [])
    #expect(tracker.symptoms(ofMeasurement: 2) == [.detector(1)])
    if case .instruction(let last) = nodes[3] { try tracker.undo(last) }
    #expect(tracker.symptoms(of: .x, on: 1) == [.detector(1)])
    #expect(tracker.symptoms(of: .z, on: 1) == [])
    // The measurement of X makes the later one of Z random.
    if case .instruction(let random) = nodes[2] {
      #expect(throws: GaugeError.self) { try tracker.undo(random) }
    }
  }
}
