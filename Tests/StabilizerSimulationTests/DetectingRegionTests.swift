import CircuitFormats
import QSim
import TestSupport
import Testing

import StabilizerSimulation

struct DetectingRegionTests {
  private static let text = """
    R 0
    TICK
    H 0
    TICK
    CX 0 1
    TICK
    MX 0 1
    DETECTOR rec[-1] rec[-2]
    OBSERVABLE_INCLUDE(0) rec[-1]
    """

  @Test func `regions follow the circuit`() throws {
    let circuit = try AnalysisTests.circuit(
      Self.text.replacing("OBSERVABLE_INCLUDE(0) rec[-1]", with: ""))
    let regions = try circuit.detectingRegions()
    #expect((0..<3).map { regions[.detector(0), tick: $0].description } == ["Z0", "X0", "X0*X1"])
    #expect(regions[.detector(7), tick: 0] == SparsePauliString([]))
    #expect(circuit.tickCount == 3)
    let some = try circuit.detectingRegions(ticks: 1..<2)
    #expect(some.regions == [.detector(0): [1: SparsePauliString(.x, on: [0])]])
    let slices = try circuit.detectingRegions(slicedAt: 0..<4)
    #expect(slices.regions[.detector(0)]?.keys.sorted() == [1, 2, 3])
  }

  @Test func `a random observable is told with what makes it random`() throws {
    let circuit = try AnalysisTests.circuit(Self.text)
    do {
      _ = try circuit.detectingRegions()
      Issue.record("accepted")
    } catch let diagnostic as Diagnostic {
      #expect(diagnostic.message.hasPrefix("L0 is random"))
    }
    let regions = try circuit.detectingRegions(toleratesRandom: true)
    #expect(regions[.detector(0), tick: 2].description == "X0*X1")
  }

  @Test func `errors flip exactly the detectors whose regions they do not commute with`() throws {
    let experiment = try CodeCatalog.task(code: "color_code", task: "memory_xyz")
      .experiment(distance: 3, rounds: 3)
    let text = try StimWriter.write(experiment.circuit().flattened())
    let lines = text.split(separator: "\n")
    let regions = try AnalysisTests.circuit(text).detectingRegions()
    let ticks = lines.indices.filter { lines[$0] == "TICK" }
    for (tick, line) in ticks.enumerated() where tick % 3 == 1 {
      for (qubit, pauli) in [(0, Pauli.x), (4, .z), (5, .y), (9, .x)] {
        let error = "\(pauli.letter)_ERROR(0.25) \(qubit)"
        let noisy = lines[...line] + [error[...]] + lines[(line + 1)...]
        let model = try ErrorAnalyzer.model(
          of: AnalysisTests.circuit(noisy.joined(separator: "\n")), options: .init())
        var flipped: Set<DetectorErrorModel.Target> = []
        model.forEachInstruction { step in
          if step.instruction.kind == .error { flipped.formUnion(step.targets) }
        }
        let product = SparsePauliString(pauli, on: [qubit])
        let expected = regions.regions.keys.filter {
          !regions[$0, tick: UInt64(tick)].commutes(with: product)
        }
        #expect(flipped == Set(expected))
      }
    }
  }

  /// Slices of every tick, and of the last ones of very many.
  @Test(arguments: [
    "CX 0 1\nR 2\nTICK", "TICK\nSWAP 0 1\nTICK", "R 2\nREPEAT 5 {\nH 0\nTICK\nH 0\n}",
    "REPEAT 3 {\nCX 0 1\nTICK\n}\nR 2", "C_XYZ 0\nTICK\nR 2\nC_ZYX 1", "M 2\nCX rec[-1] 2\nTICK",
    "SWAP 0 1\nSWAP 1 2\nTICK\nMPAD 0\nTICK",
  ])
  func `slices of repeat blocks are those of the circuit written out`(_ body: String) throws {
    func circuit(_ turns: UInt64) throws -> Circuit {
      try AnalysisTests.circuit(
        "R 0 1 2\nTICK\nREPEAT \(turns) {\n\(body)\n}\nTICK\nM 0 1\nDETECTOR rec[-1]\n"
          + "OBSERVABLE_INCLUDE(0) rec[-2]\n")
    }
    for turns in [UInt64(1), 2, 7, 40] {
      let folded = try circuit(turns)
      let flat = try folded.flattened()
      for tick in 0...folded.tickCount + 1 {
        let slice = try folded.detectingRegions(slicedAt: tick..<tick + 1)
        let expected = try flat.detectingRegions(slicedAt: tick..<tick + 1)
        #expect(slice.regions == expected.regions, "tick \(tick), \(turns) turns of \(body)")
      }
      let range = folded.tickCount / 2..<folded.tickCount
      #expect(
        try folded.detectingRegions(slicedAt: range).regions
          == flat.detectingRegions(slicedAt: range).regions)
    }
    // 12 is a multiple of every period.
    let (endless, short) = (try circuit(12_000_000_000_000_000), try circuit(36))
    for tick in [UInt64(0), 5, 11] {
      #expect(
        try endless.detectingRegions(slicedAt: tick..<tick + 1).regions
          == short.detectingRegions(slicedAt: tick..<tick + 1).regions, "tick \(tick) of \(body)")
    }
  }

  @Test func `ticks beyond any number are refused`() throws {
    let circuit = try AnalysisTests.circuit(
      "REPEAT 1000000000000000000 {\nREPEAT 1000 {\nTICK\n}\n}\n")
    #expect(throws: Obstacle.self) { try circuit.detectingRegions(slicedAt: 3..<4) }
  }

  @Test func `slices are drawn as text`() throws {
    let circuit = try AnalysisTests.circuit(
      "TICK\nCX 0 2\nTICK\nM 0 1 2\nDETECTOR rec[-1] rec[-3]\nDETECTOR rec[-2]\nDETECTOR rec[-1]")
    let regions = try circuit.detectingRegions(slicedAt: 2..<3)
    #expect(
      DetectorDrawing.sliceText(regions, tick: 2, of: circuit) == """
        q0: -Z:D0------
             |
        q1: -|----Z:D1-
             |
        q2: -Z:D0-Z:D2-

        """)
    let none = DetectorDrawing.sliceText(DetectingRegions(), tick: 0, of: Circuit())
    #expect(none == "")
  }

  @Test func `pictures are well formed and the same every time`() throws {
    for task in CodeCatalog.all.flatMap(\.tasks) {
      let circuit = try task.experiment(
        distance: 3, rounds: 3, noise: MemoryNoise(uniform: 0.001)
      ).circuit()
      let regions = try circuit.detectingRegions(slicedAt: 1..<6)
      let model = try ErrorAnalyzer.model(of: circuit, options: .init(decomposesErrors: false))
      let pictures = [
        DetectorDrawing.sliceSVG(regions, ticks: 1..<6, of: circuit),
        try DetectorDrawing.matchGraphSVG(model),
      ]
      #expect(
        pictures == [
          DetectorDrawing.sliceSVG(regions, ticks: 1..<6, of: circuit),
          try DetectorDrawing.matchGraphSVG(model),
        ])
      for picture in pictures {
        #expect(picture.hasPrefix("<?xml") && picture.hasSuffix("</svg>\n"))
        #expect(!picture.contains("nan") && !picture.contains("inf"))
        let opened = picture.split(separator: "<g").count
        #expect(opened == picture.split(separator: "</g>").count)
      }
      #expect(pictures[0].contains("<title>D0 "))
      let detectors = pictures[1].split(separator: "<title>D").count - 1
      #expect(detectors == Int(model.detectorCount))
    }
  }

  @Test func `drawing survives odd coordinates`() throws {
    let circuit = try AnalysisTests.circuit(
      """
      QUBIT_COORDS(1e300, -1e300) 0
      QUBIT_COORDS 1
      SHIFT_COORDS(1e308)
      SHIFT_COORDS(1e308)
      QUBIT_COORDS(1e308) 2
      X_ERROR(0.1) 0 1 2
      TICK
      M 0 1 2
      DETECTOR(1e308, 1e308, 1e308) rec[-1] rec[-2] rec[-3]
      DETECTOR(-1e308) rec[-1]
      """)
    let regions = try circuit.detectingRegions(slicedAt: 0..<3)
    #expect(DetectorDrawing.sliceSVG(regions, ticks: 0..<3, of: circuit).hasSuffix("</svg>\n"))
    let model = try ErrorAnalyzer.model(of: circuit, options: .init())
    #expect(try DetectorDrawing.matchGraphSVG(model).hasSuffix("</svg>\n"))
  }
}
