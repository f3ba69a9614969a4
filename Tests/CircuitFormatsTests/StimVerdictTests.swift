import CircuitFormats
import Foundation
import QuantumCore
import TestSupport
import Testing

/// What Stim says about a text; see the PROVENANCE.md beside the data.
private struct Verdict: Decodable {
  let text: String
  /// How Stim prints the circuit; `nil` where it refuses the text.
  let print: String?
  /// Why qsim means to do otherwise, if it does.
  let differs: String?
  /// What qsim prints then; `nil` where it refuses.
  let ours: String?

  var expected: String? { differs == nil ? print : ours }
}

struct StimVerdictTests {
  private static let verdicts: [Verdict] = {
    let given = ProcessInfo.processInfo.environment["QSIM_STIM_VERDICTS"]
    let url =
      given.map { URL(fileURLWithPath: $0) } ?? Repository.url("Tests/Fixtures/stim/verdicts.jsonl")
    guard let data = try? Data(contentsOf: url) else { return [] }
    return data.split(separator: UInt8(ascii: "\n")).compactMap {
      try? JSONDecoder().decode(Verdict.self, from: $0)
    }
  }()

  @Test func `accepts and prints exactly what Stim does`() throws {
    #expect(Self.verdicts.count >= 300)
    #expect(Self.verdicts.count { $0.print == nil } >= 100)
    for verdict in Self.verdicts {
      let result = Result { try CircuitFile.parse(verdict.text, format: .stim).circuit }
      switch (result, verdict.expected) {
      case (.success(let circuit), let expected?):
        let text = try circuit.text(as: .stim)
        #expect(text == (expected.isEmpty ? "" : expected + "\n"), "\(verdict.text)")
      case (.failure(let error), nil):
        let diagnostic = try #require(error as? Diagnostic)
        #expect((diagnostic.range?.line ?? 0) >= 1, "\(verdict.text)")
        #expect((diagnostic.range?.column ?? 0) >= 1, "\(verdict.text)")
      case (.success, nil): Issue.record("accepted: \(verdict.text)")
      case (.failure(let error), _?): Issue.record("refused: \(verdict.text): \(error)")
      }
    }
  }

  @Test func `what Stim prints is read back as it is`() throws {
    // Numbers are printed with six digits, so texts with numbers may change once more.
    for text in Self.verdicts.compactMap(\.expected) where !text.contains("(") {
      let again = try CircuitFile.parse(text, format: .stim).circuit.text(as: .stim)
      #expect(again == (text.isEmpty ? "" : text + "\n"))
    }
  }
}
