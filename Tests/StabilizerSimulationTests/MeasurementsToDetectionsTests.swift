import CircuitFormats
import QuantumCore
import StabilizerSimulation
import TestSupport
import Testing

struct MeasurementsToDetectionsTests {
  @Test func `noiseless samples have no events, noise has those of its records`() throws {
    let circuit = try CircuitFile.parse(
      """
      H 0
      CX 0 1
      X 2
      M 2
      REPEAT 3 {
        M 0 1
        DETECTOR rec[-1] rec[-2]
        DETECTOR rec[-3]
      }
      DETECTOR rec[-7]
      OBSERVABLE_INCLUDE(1) rec[-1] rec[-7]
      OBSERVABLE_INCLUDE(1) rec[-2]
      """, format: .stim
    ).circuit
    let conversion = try MeasurementsToDetections(circuit)
    #expect(conversion.measurementCount == 7 && conversion.detectorCount == 7)
    #expect(conversion.observableCount == 2)
    var table = BitTable(rowCount: 100, columnCount: 7)
    for shot in 0..<100 {
      table[shot, 0] = true
      if shot % 2 == 1 { for k in 1..<7 { table[shot, k] = true } }
    }
    // The second detector of a turn names the last record of the turn before: random after the
    // first turn.
    let clean = try conversion.events(of: table)
    #expect(!clean.detectors[0, 0] && !clean.detectors[1, 0] && !clean.detectors[1, 6])
    #expect(!clean.detectors[0, 1] && clean.observables[0, 1] == clean.observables[1, 1])
    table[5, 2].toggle()
    table[5, 0].toggle()
    let events = try conversion.events(of: table)
    let flipped = (0..<7).filter { events.detectors[5, $0] != clean.detectors[5, $0] }
    #expect(flipped == [0, 1, 3, 6])
    #expect(events.observables[5, 1] != clean.observables[5, 1])
    let raw = try MeasurementsToDetections(circuit, usesReference: false)
    #expect(try raw.events(of: table).detectors[0, 6])
  }

  /// What a block adds to an observable an even number of times is nothing, an odd number once.
  @Test(arguments: [0, 1, 2, 3, 10]) func `observables in blocks within blocks add up`(
    extra: Int
  ) throws {
    let inner = "OBSERVABLE_INCLUDE(0) rec[-1]\nOBSERVABLE_INCLUDE(3) rec[-1] rec[-1]"
    let text =
      "M 0\nREPEAT 5 {\nM 0\nREPEAT \(extra + 1) {\n\(inner)\nREPEAT 3 {\nOBSERVABLE_INCLUDE(1) rec[-1]\n}\n}\n}\n"
    let circuit = try CircuitFile.parse(text, format: .stim).circuit
    let folded = try MeasurementsToDetections(circuit)
    let flat = try MeasurementsToDetections(circuit.flattened())
    for column in 0..<6 {
      var results = BitTable(rowCount: 1, columnCount: 6)
      results[0, column] = true
      let (a, b) = (try folded.events(of: results), try flat.events(of: results))
      #expect((0..<4).allSatisfy { a.observables[0, $0] == b.observables[0, $0] }, "\(column)")
    }
    let wrong = try CircuitFile.parse(
      "M 0\nREPEAT 2 {\nOBSERVABLE_INCLUDE(0) rec[-2]\n}\n", format: .stim
    ).circuit
    #expect(throws: Diagnostic.self) { try MeasurementsToDetections(wrong) }
  }

  @Test func `a record before the first is an error with its place`() throws {
    let circuit = try CircuitFile.parse("M 0\nDETECTOR rec[-2]\n", format: .stim).circuit
    let error = #expect(throws: Diagnostic.self) { try MeasurementsToDetections(circuit) }
    #expect(error?.range?.line == 2)
  }

  @Test func `observables stand behind the detectors at any column`() {
    for (detectors, observables) in [(0, 3), (5, 70), (64, 1), (63, 130), (128, 64)] {
      var events = DetectionSampler.Events(
        BitTable(rowCount: 3, columnCount: detectors),
        BitTable(rowCount: 3, columnCount: observables))
      for k in 0..<detectors where k % 3 == 0 { events.detectors[1, k] = true }
      for k in 0..<observables where k % 2 == 0 { events.observables[1, k] = true }
      let table = events.appended().detectors
      #expect(table.columnCount == detectors + observables)
      for k in 0..<detectors { #expect(table[1, k] == events.detectors[1, k]) }
      for k in 0..<observables { #expect(table[1, detectors + k] == events.observables[1, k]) }
      #expect(table.row(0).isZero && table.row(2).isZero)
    }
  }
}
