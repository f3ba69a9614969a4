import QSim
import TestSupport
import Testing

struct DetectionSamplerTests {
  private func row(_ text: String) throws -> (detectors: String, observables: String) {
    let events = try DetectionSampler(stim(text)).sample(shots: 100, seed: 2)
    #expect(Set(rowCounts(events.detectors).keys).count == 1)
    return (events.detectors.row(0).description, events.observables.row(0).description)
  }

  @Test func `detectors tell flips, not values`() throws {
    #expect(try row("X 0\nM 0\nDETECTOR rec[-1]").detectors == "0")
    #expect(try row("X_ERROR(1) 0\nM 0\nDETECTOR rec[-1]").detectors == "1")
    #expect(try row("MPAD 1\nDETECTOR rec[-1]").detectors == "0")
    #expect(try row("MPAD(1) 1\nDETECTOR rec[-1]").detectors == "1")
    #expect(try row("HERALDED_ERASE(1) 0\nDETECTOR rec[-1]\nDETECTOR").detectors == "10")
    #expect(try row("X_ERROR(1) 0\nM 0\nDETECTOR rec[-1] rec[-1]").detectors == "0")
  }

  @Test func `observables add up records and Paulis`() throws {
    let text = """
      X_ERROR(1) 0
      M 0 1
      OBSERVABLE_INCLUDE(3) rec[-2]
      OBSERVABLE_INCLUDE(1) rec[-1] rec[-2]
      OBSERVABLE_INCLUDE(1) Z0
      OBSERVABLE_INCLUDE(0) Z0 Z1
      OBSERVABLE_INCLUDE(4) Y0 Z1
      OBSERVABLE_INCLUDE(4) X0
      """
    #expect(try row(text).observables == "10011")
  }

  @Test func `a Pauli that anticommutes with the state is random`() throws {
    let sampler = try DetectionSampler(stim("OBSERVABLE_INCLUDE(0) X0"))
    let events = try sampler.sample(shots: 10_000, seed: 2)
    expectRate(events.observables.words.count { $0 == 1 }, of: 10_000, is: 0.5, within: 5)
  }

  @Test func `detectors are sums of records`() {
    forAll(4002, count: 60) { rng in
      var circuit = RandomNoisyCliffords.circuit(qubits: 3, steps: 14, using: &rng)
      let count = Int(circuit.measurementCount!)
      let subsets = (0..<5).map { _ in (1...count).filter { _ in Bool.random(using: &rng) } }
      for (index, subset) in subsets.enumerated() {
        circuit.append(
          index < 3 ? .detector : .observableInclude, arguments: index < 3 ? [] : [Double(index)],
          targets: subset.map { .record($0) })
      }
      let reference = try circuit.slowReference()
      var exact: [String: Double] = [:]
      for (memory, probability) in try ReferenceSimulator.distribution(of: circuit) {
        let sums = subsets.map { subset in
          subset.count { memory.record[count - $0] != reference[count - $0] } & 1
        }
        exact[sums.map(String.init).joined(), default: 0] += probability
      }
      let sampler = try DetectionSampler(circuit)
      let events = try sampler.sample(shots: 4000, seed: rng.next())
      var counts: [String: Int] = [:]
      for shot in 0..<4000 {
        let observables = events.observables.row(shot).description.dropFirst(3)
        counts[events.detectors.row(shot).description + observables, default: 0] += 1
      }
      expectCounts(counts, match: exact, within: 5.5, "\(stimText(circuit))")
    }
  }

  /// Bits 0..<n of a row as text.
  private func text(_ table: BitTable, _ row: Int) -> String { table.row(row).description }

  @Test func `layouts hold the same events`() throws {
    let sampler = try DetectionSampler(memory(rounds: 300))
    let events = try sampler.sample(shots: 3000, seed: 9)
    for threads in [1, 2, 3, 8] {
      var shot = 0
      try sampler.forEachBlock(
        shots: 3000, seed: 9, threads: threads, layout: .detectorsThenObservables
      ) { block in
        for row in 0..<block.detectors.rowCount {
          let expected = text(events.detectors, shot) + text(events.observables, shot)
          #expect(text(block.detectors, row) == expected)
          shot += 1
        }
      }
      #expect(shot == 3000)
      var (detectors, observables): ([UInt64], [UInt64]) = ([], [])
      try sampler.forEachBlock(shots: 3000, seed: 9, threads: threads) { block in
        detectors += block.detectors.words
        observables += block.observables.words
      }
      #expect(detectors == events.detectors.words)
      #expect(observables == events.observables.words)
    }
  }

  @Test(arguments: [DetectionSampler.Layout.detectors, .detectorsThenObservables, .separate])
  func `packed rows hold the same events`(layout: DetectionSampler.Layout) throws {
    // 598 and 6 detectors, so that rows end inside a word.
    for rounds in [299, 3] {
      let sampler = try DetectionSampler(memory(rounds: rounds))
      let events = try sampler.sample(shots: 3000, seed: 9)
      for alignment in [1, 8] {
        var shot = 0
        try sampler.forEachPackedBlock(
          shots: 3000, seed: 9, threads: 2, layout: layout, alignment: alignment
        ) { rows in
          let detectors = sampler.detectorCount
          let first = layout == .detectors ? 0 : sampler.firstObservableColumn(layout)
          for row in 0..<rows.rowCount {
            func bit(_ column: Int) -> Bool {
              let byte = rows.row(row).load(fromByteOffset: column / 8, as: UInt8.self)
              return byte >> UInt8(column % 8) & 1 == 1
            }
            let isEqual =
              (0..<detectors).allSatisfy { bit($0) == events.detectors[shot, $0] }
              && (layout == .detectors
                || (0..<3).allSatisfy { bit(first + $0) == events.observables[shot, $0] })
            if !isEqual { Issue.record("shot \(shot)") }
            shot += 1
          }
        }
        #expect(shot == 3000)
      }
    }
  }

  @Test func `packed records hold the reference`() throws {
    let sampler = try FrameSampler(stim("X 0\nREPEAT 700 {\nM 0 1 2\n}\nM 0"))
    try sampler.forEachPackedBlock(shots: 1000, seed: 0, threads: 2) { rows in
      #expect(rows.stride == 263)
      let bytes = UnsafeRawBufferPointer(start: rows.base, count: rows.rowCount * rows.stride)
      for (index, byte) in bytes.enumerated() where index % 263 == 262 && byte != 0b1_0010 {
        Issue.record("last byte of row \(index / 263) is \(byte)")
      }
      #expect(bytes[0] == 0b0100_1001 && bytes[1] == 0b1001_0010)
    }
  }

  /// A repetition code of three bits: two detectors a round, one observable.
  private func memory(rounds: Int) throws -> Circuit {
    try stim(
      """
      R 0 1 2 3 4
      REPEAT \(rounds) {
        X_ERROR(0.01) 0 2 4
        CX 0 1 2 3
        CX 2 1 4 3
        MR 1 3
        SHIFT_COORDS(1)
        DETECTOR rec[-1] rec[-2]
        DETECTOR rec[-2]
      }
      M 0
      OBSERVABLE_INCLUDE(2) rec[-1]
      """)
  }

  @Test func `a long memory streams`() throws {
    let circuit = try stim(
      """
      R 0 1 2
      MR 1
      REPEAT 1000000 {
        X_ERROR(0.001) 0 2
        CX 0 1
        CX 2 1
        MR 1
        DETECTOR rec[-1] rec[-2]
      }
      M 0
      OBSERVABLE_INCLUDE(0) rec[-1]
      """)
    let sampler = try DetectionSampler(circuit)
    var ones = 0
    try sampler.forEachBlock(shots: 3, seed: 9) { block in
      #expect(block.detectors.columnCount == 1_000_000)
      ones += block.detectors.words.reduce(0) { $0 + $1.nonzeroBitCount }
    }
    expectRate(ones, of: 3_000_000, is: 2 * 0.001 * 0.999, within: 6)
  }

  @Test func `records before the start are refused where detectors need them`() throws {
    let circuit = try stim("M 0\nDETECTOR rec[-2]")
    let error = #expect(throws: Diagnostic.self) { try DetectionSampler(circuit) }
    #expect(error?.range?.line == 2)
    // A sample does without them.
    #expect(try FrameSampler(circuit, usesReference: false).measurementCount == 1)
  }

  @Test func `lookback reaches across blocks of the ring`() throws {
    let circuit = try stim(
      """
      X_ERROR(1) 1
      M 0 1
      REPEAT 1500 {
        M 0
      }
      DETECTOR rec[-1501]
      DETECTOR rec[-1502]
      CX rec[-1501] 0
      M 0
      DETECTOR rec[-1]
      """)
    let events = try DetectionSampler(circuit).sample(shots: 65, seed: 0)
    #expect(rowCounts(events.detectors) == ["101": 65])
  }
}
