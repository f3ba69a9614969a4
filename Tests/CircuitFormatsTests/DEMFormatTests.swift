import CircuitFormats
import Foundation
import QuantumCore
import TestSupport
import Testing

/// What Stim says about a text; see the PROVENANCE.md beside the data.
private struct Verdict: Decodable {
  let text: String
  /// How Stim prints the model; `nil` where it refuses the text.
  let print: String?
  /// Why qsim means to do otherwise, if it does.
  let differs: String?
  /// What qsim prints then; `nil` where it refuses.
  let ours: String?

  var expected: String? { differs == nil ? print : ours }
}

struct DEMFormatTests {
  private static let verdicts: [Verdict] = {
    guard let data = try? Data(contentsOf: Repository.url("Tests/Fixtures/dem/verdicts.jsonl"))
    else { return [] }
    return data.split(separator: UInt8(ascii: "\n")).compactMap {
      try? JSONDecoder().decode(Verdict.self, from: $0)
    }
  }()

  @Test func `accepts and prints exactly what Stim does`() throws {
    #expect(Self.verdicts.count >= 400)
    #expect(Self.verdicts.count { $0.print == nil } >= 100)
    for verdict in Self.verdicts {
      let result = Result { try DEMReader.read(verdict.text) }
      switch (result, verdict.expected) {
      case (.success(let model), let expected?):
        #expect(
          DEMWriter.write(model) == (expected.isEmpty ? "" : expected + "\n"), "\(verdict.text)")
      case (.failure(let error), nil):
        let diagnostic = try #require(error as? Diagnostic)
        #expect((diagnostic.range?.line ?? 0) >= 1, "\(verdict.text)")
        #expect((diagnostic.range?.column ?? 0) >= 1, "\(verdict.text)")
      case (.success, nil): Issue.record("accepted: \(verdict.text)")
      case (.failure(let error), _?): Issue.record("refused: \(verdict.text): \(error)")
      }
    }
  }

  @Test func `what is printed is read back as it is`() throws {
    for text in Self.verdicts.compactMap(\.expected) {
      let model = try DEMReader.read(text)
      let again = try DEMReader.read(DEMWriter.write(model))
      #expect(again == model)
      #expect(DEMWriter.write(again) == DEMWriter.write(model))
    }
  }

  @Test(arguments: [1, 2, 3, 7])
  func `parts written on several threads are the text in order`(threads: Int) throws {
    var lines = (0..<40_000).map { "error(0.\($0 + 1)) D\($0) L\($0 % 3)" }
    lines.insert("repeat 5 {\n    error(0.25) D0\n    shift_detectors 2\n}", at: 17_000)
    let model = try DEMReader.read(lines.joined(separator: "\n"))
    var parts: [[UInt8]] = []
    DEMWriter.write(model, threads: threads) { parts.append($0) }
    #expect(parts.count > 10)
    #expect(parts.allSatisfy { !$0.isEmpty })
    #expect(parts.flatMap(\.self) == DEMWriter.bytes(of: model))
  }

  @Test func `a failing writer gets no more parts`() throws {
    struct Full: Error {}
    let lines = (0..<40_000).map { "error(0.1) D\($0)" }
    let model = try DEMReader.read(lines.joined(separator: "\n"))
    var calls = 0
    #expect(throws: Full.self) {
      try DEMWriter.write(model, threads: 2) { (_: [UInt8]) throws(Full) in
        calls += 1
        if calls == 2 { throw Full() }
      }
    }
    #expect(calls == 2)
  }

  @Test func `nothing is written of an empty model`() throws {
    DEMWriter.write(try DEMReader.read("")) { Issue.record("\($0)") }
  }

  @Test func `errors say where and what would be accepted`() throws {
    let error = try #require(throws: Diagnostic.self) {
      try DEMReader.read("error(0.1) D0\nerorr(0.1) D1\n")
    }
    #expect(error.range == SourceRange(line: 2, column: 1, length: 5))
    #expect(error.hint == "did you mean 'error'?")
    let separator = try #require(throws: Diagnostic.self) { try DEMReader.read("error(0.1) D0 ^") }
    #expect(separator.range == SourceRange(line: 1, column: 15, length: 1))
  }

  @Test func `instructions know their lines, in blocks and unrolled`() throws {
    let model = try DEMReader.read(
      """
      error(0.1) D0
      repeat 2 {
          # a comment
          detector(1) D0
          error(0.2) D0 D1 L0

          shift_detectors 1
      }
      logical_observable L0
      """)
    #expect(model.range(of: .root, at: 0) == SourceRange(line: 1, column: 1))
    #expect(model.range(of: .root, at: 1) == SourceRange(line: 2, column: 1))
    #expect(model.range(of: .root, at: 2) == SourceRange(line: 9, column: 1))
    let body = try #require(model.instructions()[1].body)
    #expect(model.range(of: body, at: 1) == SourceRange(line: 5, column: 5))
    let flat = try model.flattened()
    let lines = flat.instructions().indices.map { flat.range(of: .root, at: $0)?.line }
    #expect(lines == [1, 4, 5, 4, 5, 9])
    #expect(try model.withoutTags().flattened().range(of: .root, at: 3)?.line == 4)
    #expect(DetectorErrorModel().range(of: .root, at: 0) == nil)
  }
}
