import PostQuantum
import PostQuantumNetwork
import Reporting
import Testing

struct ConferenceTests {
  private static func held(_ count: Int, keys: Int = 0) throws -> Conference {
    let policy = try KeyExchangePolicy(
      algorithms: ["x-wing", "p-256"].compactMap(AlgorithmCatalog.algorithm(named:)))
    return try Conference.held(
      Conference.Setup(
        policy: policy, participantCount: count, seconds: 0.5,
        presharedKeys: try (0..<keys).map {
          try PresharedKey(id: "key-\($0)", secret: SecretBytes.random(count: 32))
        }))
  }

  @Test(arguments: [(2, 0), (3, 2)]) func `a conference has nothing to complain of`(
    count: Int, keys: Int
  ) throws {
    let conference = try Self.held(count, keys: keys)
    let (report, problems) = try ConferenceReport(on: conference, isReproducible: true)
      .made(by: Provenance(command: "test", version: "0"))
    #expect(problems.isEmpty)
    #expect(report.fields["pairs"] == .int(count * (count - 1) / 2))
    #expect(report.fields["pairs_with_qkd_key"] == .int(keys))
    #expect(report.provenance.warnings.count == (keys > 0 ? 1 : 0))
    let attacks = try #require(report.tables.first { $0.key == "attacks" })
    #expect(attacks.rows.count == 8)
  }

  @Test(arguments: 0...8) func `pairs are all there are, each once`(count: Int) {
    let pairs = Conference.pairs(count)
    #expect(pairs.count == count * max(0, count - 1) / 2)
    #expect(Set(pairs.map { $0.0 * 8 + $0.1 }).count == pairs.count)
    #expect(pairs.allSatisfy { $0.0 < $0.1 && $0.1 < count })
  }

  @Test func `what was said is drawn with every attack on an exchange`() throws {
    let drawing = SVGSequence().document(ConferenceSequence.diagram(try Self.held(2)))
    for text in ["Alice", "Bob", "Relay", "reply in the name of Bob", "strip quantum-safe"] {
      #expect(drawing.contains(text), "\(text)")
    }
  }
}
