import CircuitFormats
import Foundation
import QuantumCore
import StabilizerSimulation
import TestSupport
import Testing

struct ErrorExplainerTests {
  private static func fixture(_ name: String) throws -> String {
    try String(
      contentsOf: Repository.url("Tests/Fixtures/errormodels/\(name)"), encoding: .utf8)
  }

  private static func circuit() throws -> Circuit {
    try CircuitFile.parse(fixture("explained.stim"), format: .stim).circuit
  }

  private static func number(_ value: Double) -> String {
    Int64(exactly: value).map { "\($0)" } ?? "\(value)"
  }

  @Test func `explains as Stim does`() throws {
    let circuit = try Self.circuit()
    let text = try ErrorExplainer.explain(circuit).map {
      $0.text(of: circuit, number: Self.number)
    }
    #expect(
      text.joined(separator: "\n")
        == (try Self.fixture("explained.txt")).trimmingCharacters(in: .newlines))
  }

  @Test func `explains exactly the mechanisms of the model`() throws {
    let circuit = try Self.circuit()
    let model = try ErrorAnalyzer.model(of: circuit).canonical()
    let explained = try ErrorExplainer.explain(circuit).map { $0.symptoms.map(\.target) }
    #expect(Set(explained) == Set(model.instructions().map { Array(model.targets(of: $0)) }))
    #expect(explained.count == model.instructions().count)
  }

  @Test func `a filter chooses, and single takes the smallest`() throws {
    let circuit = try Self.circuit()
    let filter = try DEMReader.read("error(0.1) D6\nerror(1) D0 ^ D1")
    let all = try ErrorExplainer.explain(circuit, filter: filter)
    #expect(all.map(\.locations.count) == [0, 5])
    let single = try ErrorExplainer.explain(circuit, filter: filter, isSingle: true)
    #expect(single.map(\.locations.count) == [0, 1])
    let location = try #require(single.last?.locations.first)
    #expect(location.flippedMeasurement?.index == 7)
    #expect(location.range?.line == 14)
    #expect(location.stack.map(\.index) == [7])
  }

  /// Counts are Stim's. Rows of results are used again and again, so that one beyond every lookback
  /// once passed for another.
  @Test(arguments: [("HERALDED_ERASE", 6), ("M", 2)])
  func `results that no detector looks at explain nothing`(gate: String, count: Int) throws {
    let circuit = try CircuitFile.parse(
      """
      R 0 1 2 3 4 5 6 7 8
      \(gate)(0.25) 0 1 2 3 4 5 6 7 8
      \(gate == "M" ? "" : "M 0")
      DETECTOR rec[-1] rec[-2]
      """, format: .stim
    ).circuit
    #expect(try ErrorExplainer.explain(circuit).map(\.locations.count) == [count])
  }
}
