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
    let halves = "error(0.1) D0\nerror(0.1) D1 L0\nerror(0.1) D0 ^ D1 L0\n"
    for (other, expected) in [("D0 D1 L0", [180, 180, 10]), ("D0 D1", [180, 180, 10])] {
      // Whatever else flips both detectors is an edge beside the halves.
      let model = try DEMReader.read(halves + "error(0.01) \(other)\n")
      let thousandths = try MatchingGraph(model).edges.map { ($0.probability * 1000).rounded() }
      #expect(thousandths == expected.map { Double($0) })
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
