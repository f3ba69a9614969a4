import CircuitFormats
import ErrorCorrection
import QuantumCore
import TestSupport
import Testing

/// Mechanisms in parts: what belongs to the parts, and what to the whole.
struct JointFaultTests {
  private static let graphDecoders = [
    "matching", "correlated-matching", "union-find", "dense-matching",
  ]

  private static func prediction(_ name: String, _ text: String, _ events: UInt64) throws -> UInt64
  {
    let decoder = try #require(DecoderCatalog.definition(named: name))
    return try ParallelFaultTests.prediction(decoder, DEMReader.read(text), events)
  }

  @Test(arguments: graphDecoders)
  func `observables without detectors belong to the whole mechanism`(name: String) throws {
    // Alone, neither edge flips anything.
    let text = "error(0.1) D0 D1\nerror(0.2) D2 L1\nerror(0.01) D0 D1 ^ D2 L1 ^ L0\n"
    for (events, expected) in [(0b011, 0b00), (0b100, 0b10), (0b111, 0b10)] as [(UInt64, UInt64)] {
      #expect(try Self.prediction(name, text, events) == expected, "\(events)")
    }
    // Here the whole is likelier than both of its parts together.
    let rare = "error(0.01) D0 D1\nerror(0.02) D2 L1\nerror(0.01) D0 D1 ^ L0 ^ D2 L1\n"
    for (events, expected) in [(0b011, 0b00), (0b100, 0b10), (0b111, 0b11)] as [(UInt64, UInt64)] {
      #expect(try Self.prediction(name, rare, events) == expected, "\(events)")
    }
    #expect(try Self.prediction(name, "error(0.1) D0 ^ L0 ^ L1", 1) == 0b11)
    #expect(try Self.prediction(name, "error(0.1) D0\nerror(0.9) L0 ^ L1", 1) == 0b11)
  }

  @Test(arguments: graphDecoders)
  func `a whole of which a part is mostly another error is still known`(name: String) throws {
    // D0 D1 mostly flips nothing; D2 D3 alone never happens.
    let text = "error(0.05) D0 D1\nerror(0.01) D2 D3\nerror(0.02) D0 D1 L0 ^ D2 D3\n"
    for (events, expected) in [(0b0011, 0), (0b1100, 0), (0b1111, 1)] as [(UInt64, UInt64)] {
      #expect(try Self.prediction(name, text, events) == expected, "\(events)")
    }
  }

  @Test(arguments: graphDecoders)
  func `an error of two detectors stays one edge where its halves are rare`(name: String) throws {
    let text = """
      error(0.000001) D0
      error(0.000001) D0 L0
      error(0.08) D0 L0 ^ D1 L0
      error(0.12) D0 ^ D1
      error(0.001) D1 D2 L0
      error(0.1) D2 D0
      """
    #expect(try Self.prediction(name, text, 0b011) == 0)
    let exact = try ErrorDistribution(DEMReader.read(text))
    let decoder = try #require(DecoderCatalog.definition(named: name)).decoder
    let rate = exact.failureRate(of: try decoder.compiled(for: DEMReader.read(text)))
    #expect(rate < 2 * exact.maximumLikelihoodFailureRate, "\(rate)")
  }

  @Test func `halves that happen by themselves stay apart`() throws {
    let model = try DEMReader.read("error(0.1) D0\nerror(0.1) D1 L0\nerror(0.1) D0 ^ D1 L0\n")
    #expect(try MatchingGraph(model).edges.count == 2)
    let rare = try DEMReader.read("error(0.01) D0\nerror(0.1) D1 L0\nerror(0.1) D0 ^ D1 L0\n")
    #expect(try MatchingGraph(rare).edges.count == 3)
  }

  /// Edges that may be taken instead of the halves: if these flip the same, the halves stay apart.
  @Test(arguments: [
    ("", [180, 180], 1), ("error(0.01) D0 D1 L0\n", [180, 180, 10], 1),
    ("error(0.01) D0 D1\n", [100, 100, 100], 1), ("error(0.12) D0 D1\n", [100, 100, 120], 0),
    ("error(0.01) D0 D1 L0\nerror(0.05) D0 D1\n", [100, 100, 108], 1),
    ("error(0.1) D0 ^ D1 L0\nerror(0.2) D0 D1\n", [100, 100, 200], 0),
    ("error(0.1) D0 ^ D1 L0\nerror(0.17) D0 D1\n", [100, 100, 180], 1),
  ])
  func `an error of two detectors is one edge where others of them flip something else`(
    others: String, probabilities: [Double], flips: UInt64
  ) throws {
    let text = "error(0.1) D0\nerror(0.1) D1 L0\n" + others + "error(0.1) D0 ^ D1 L0\n"
    let graph = try MatchingGraph(DEMReader.read(text))
    #expect(graph.edges.map { ($0.probability * 1000).rounded() } == probabilities)
    for name in Self.graphDecoders {
      #expect(try Self.prediction(name, text, 0b11) == flips, "\(name) \(others)")
    }
  }

  @Test(arguments: graphDecoders)
  func `equal errors are judged together`(name: String) throws {
    // Each of the thirty is rarer than its halves, all together they are what mostly happens.
    let many = String(repeating: "error(0.01) D0 ^ D1\n", count: 30)
    let text = many + "error(0.006) D0\nerror(0.006) D1\nerror(0.15) D0 D1 L0\n"
    try Self.expectLikeliest(name, text)
    try Self.expectLikeliest(
      name, "error(0.01) D0 ^ D1\nerror(0.005) D0\nerror(0.005) D1\nerror(0.007) D0 D1 L0\n")
  }

  /// No decoder does better on these models.
  private static func expectLikeliest(_ name: String, _ text: String) throws {
    let model = try DEMReader.read(text)
    let decoder = try #require(DecoderCatalog.definition(named: name)).decoder
    let exact = try ErrorDistribution(model)
    let rate = exact.failureRate(of: try decoder.compiled(for: model))
    #expect(rate <= exact.maximumLikelihoodFailureRate + 1e-12, "\(text)")
    #expect(rate <= exact.failureRateWithoutDecoding + 1e-12)
  }

  @Test(arguments: graphDecoders)
  func `what an edge flips by itself is not taken from errors of more edges`(name: String) throws {
    for text in [
      "error(0.05) D0\nerror(0.1) D0 L0 ^ D1 D2\nerror(0.01) D1 D2\n",
      "error(0.05) D0\nerror(0.001) D0 L0\nerror(0.1) D0 L0 ^ D1 D2\nerror(0.01) D1 D2\n",
      "error(0.04224) D0 L0\nerror(0.11591) D1\nerror(0.05446) D0 L0 ^ D1\nerror(0.08466) D0\n",
      // The same between two detectors, and with the parts the other way round.
      "error(0.05) D0 D3\nerror(0.1) D1 D2 ^ D0 D3 L0\nerror(0.01) D1 D2\n",
    ] { try Self.expectLikeliest(name, text) }
    let circuit = try CircuitFile.parse(
      """
      R 0 1 2 3
      X_ERROR(0.05) 0
      E(0.001) X0 X3
      E(0.1) X0 X1 X2 X3
      E(0.01) X1 X2
      M 0 1 2 3
      DETECTOR rec[-4]
      DETECTOR rec[-3]
      DETECTOR rec[-2]
      OBSERVABLE_INCLUDE(0) rec[-1]
      """, format: .stim
    ).circuit
    try Self.expectLikeliest(name, DEMWriter.write(CollectionTask.model(of: circuit)))
    // Where nothing else makes the edge, the errors of more edges say what it flips.
    let only = "error(0.1) D0 L0 ^ D1 D2\nerror(0.05) D0 ^ D3 D4\nerror(0.2) D1 D2\n"
    #expect(try Self.prediction(name, only, 0b001) == 1)
  }

  @Test(arguments: graphDecoders)
  func `an error that flips what its edges flip keeps them from others`(name: String) throws {
    // D0, D1 D2 and D3 D4 fire together: the first error and an edge, not the second and an edge.
    let text = """
      error(0.001) D0
      error(0.001) D1 D2
      error(0.001) D3 D4
      error(0.1) D0 ^ D1 D2
      error(0.01) D1 D2 ^ D3 D4 ^ L0
      """
    #expect(try Self.prediction(name, text, 0b11111) == 0)
    #expect(try Self.prediction(name, text, 0b11110) == 1)
    #expect(try Self.prediction(name, text, 0b00111) == 0)
  }

  @Test(arguments: graphDecoders)
  func `evidence about other edges leaves errors of several edges alone`(name: String) throws {
    let text = """
      error(0.01) D0 D1
      error(0.02) D2
      error(0.01) D0 D1 ^ D2 ^ L0
      error(0.1) D3 L1
      error(0.1) D3
      """
    let definition = try #require(DecoderCatalog.definition(named: name))
    let compiled = try definition.decoder.compiled(for: DEMReader.read(text))
    var shots = BitTable(rowCount: 4, columnCount: 4)
    var evidence = ShotEvidence()
    for shot in 0..<4 { for detector in 0..<4 { shots[shot, detector] = true } }
    evidence.appendShot([])
    evidence.appendShot([(mechanism: 3, probability: 0.4)])
    evidence.appendShot([(mechanism: 4, probability: 0.4)])
    // Here the edges are likely by themselves.
    evidence.appendShot([(mechanism: 0, probability: 0.4), (mechanism: 1, probability: 0.4)])
    let found = compiled.predictions(for: shots, evidence: evidence).predictions
    #expect((0..<4).map { found[$0, 0] } == [true, true, true, false])
    #expect((1..<3).map { found[$0, 1] } == [true, false])
  }

  /// Few mechanisms, among them errors of several edges, of any probability. No two flip the same
  /// and have other edges.
  private static func model(
    composite: Bool, using rng: inout PhiloxGenerator
  ) -> DetectorErrorModel {
    var (model, count) = (DetectorErrorModel(), 0)
    var known: Set<Set<DetectorErrorModel.Target>> = []
    func edge() -> [DetectorErrorModel.Target] {
      let (a, b) = (UInt64.random(in: 0..<5, using: &rng), UInt64.random(in: 0..<5, using: &rng))
      var targets: [DetectorErrorModel.Target] = [.detector(a)]
      if b != a { targets.append(.detector(b)) }
      if Bool.random(using: &rng) { targets.append(.observable(0)) }
      return targets
    }
    func add(_ targets: [DetectorErrorModel.Target]) {
      let p = Double.random(in: 0.001..<0.3, using: &rng)
      model.appendError(Int.random(in: 0..<6, using: &rng) == 0 ? 1 - p : p, targets)
      count += 1
    }
    while count < 8 {
      if composite, Bool.random(using: &rng) {
        let parts = [edge(), edge()]
        let detectors = parts.joined().filter(\.isDetector)
        guard Set(detectors).count == detectors.count, detectors.count > 2,
          known.insert(Set(detectors)).inserted
        else { continue }
        let loose: [DetectorErrorModel.Target] =
          Bool.random(using: &rng) ? [.separator, .observable(0)] : []
        add(parts[0] + [.separator] + parts[1] + loose)
        for part in parts where Bool.random(using: &rng) && count < 8 { add(part) }
      } else {
        add(edge())
      }
    }
    model.appendDetector(4)
    model.appendObservable(0)
    return model
  }

  @Test(arguments: ["matching", "dense-matching", "union-find"])
  func `what happened on the edges of a correction is the likeliest of what may have`(
    name: String
  ) throws {
    let decoder = try #require(DecoderCatalog.definition(named: name)).decoder
    var (checked, joint) = (0, 0)
    forAll(20_261_136, count: 150) { rng in
      let model = Self.model(composite: true, using: &rng)
      let likeliest = try LikeliestErrors(model)
      let session = try decoder.compiled(for: model).makeSession()
      for events in 0..<32 {
        let shot = BitVector((0..<5).map { events >> $0 & 1 == 1 })
        let correction = try #require(session.correction(for: shot))
        let edges = Set(
          correction.edges.map {
            Set([UInt64($0.detector)] + ($0.other.map { [UInt64($0)] } ?? []))
          })
        guard correction.weight < .infinity, let answer = likeliest.answersByEdges[edges],
          answer.isClear, answer.hasWholeComposites
        else { continue }
        #expect(
          correction.observables[0] == (answer.observables == 1),
          "\(DEMWriter.write(model)) \(events)")
        checked += 1
        joint += answer.compositeCount
      }
    }
    #expect(checked > 1000 && joint > 100, "\(checked) \(joint)")
  }

  @Test(arguments: graphDecoders)
  func `no decoding is better only where the likeliest set is no better`(name: String) throws {
    let decoder = try #require(DecoderCatalog.definition(named: name)).decoder
    forAll(20_261_137, count: 100) { rng in
      // Errors of one edge, of any observables, and halves that may happen by themselves.
      var model = Self.model(composite: false, using: &rng)
      let (a, b) = (UInt64.random(in: 0..<4, using: &rng), UInt64(4))
      let p = Double.random(in: 0.001..<0.2, using: &rng)
      model.appendError(p, [.detector(a), .separator, .detector(b)])
      for half in [a, b] {
        model.appendError(p * Double.random(in: 0.3..<2, using: &rng), [.detector(half)])
      }
      let (exact, likeliest) = (try ErrorDistribution(model), try LikeliestErrors(model))
      var success = 0.0
      for (events, answer) in likeliest.answers {
        success += likeliest.probabilities[events]?[answer.observables] ?? 0
      }
      let rate = exact.failureRate(of: try decoder.compiled(for: model))
      #expect(
        rate <= max(exact.failureRateWithoutDecoding, 1 - success) + 1e-9,
        "\(DEMWriter.write(model))")
    }
  }

  @Test(arguments: graphDecoders)
  func `models in parts are mostly decoded better than not at all`(name: String) throws {
    let decoder = try #require(DecoderCatalog.definition(named: name)).decoder
    var (decoded, undecoded) = (0.0, 0.0)
    forAll(20_261_135, count: 60) { rng in
      let model = Self.chain(using: &rng)
      let exact = try ErrorDistribution(model)
      decoded += exact.failureRate(of: try decoder.compiled(for: model))
      undecoded += exact.failureRateWithoutDecoding
    }
    #expect(decoded < undecoded && decoded > 0)
  }

  /// Edges along a chain, of which every other flips the observable, and rare mechanisms of two
  /// edges that flip it in any way.
  private static func chain(using rng: inout PhiloxGenerator) -> DetectorErrorModel {
    var model = DetectorErrorModel()
    let edges: [[DetectorErrorModel.Target]] = [
      [.detector(0)], [.detector(1), .detector(2)], [.detector(3), .detector(4)], [.detector(5)],
    ]
    for (index, edge) in edges.enumerated() {
      let flips: [DetectorErrorModel.Target] = index % 2 == 1 ? [.observable(0)] : []
      model.appendError(Double.random(in: 0.01..<0.1, using: &rng), edge + flips)
    }
    for _ in 0..<4 {
      let picked = edges.shuffled(using: &rng).prefix(2)
      let loose: [DetectorErrorModel.Target] =
        Bool.random(using: &rng) ? [.separator, .observable(0)] : []
      model.appendError(
        Double.random(in: 0.0001..<0.02, using: &rng),
        Array(picked.joined(separator: [.separator])) + loose)
    }
    model.appendObservable(0)
    return model
  }
}
