import CircuitFormats
import Foundation
import QuantumCore
import TestSupport
import Testing

/// What Stim says about a file of shots; see the PROVENANCE.md beside the data.
private struct Verdict: Decodable {
  let format: ResultFormat
  let counts: [Int]
  /// Hexadecimal.
  let data: String
  /// The bits of each shot; `nil` where Stim refuses.
  let shots: [String]?
  /// Why qsim means to do otherwise, if it does.
  let differs: String?
  let ours: [String]?

  var expected: [String]? { differs == nil ? shots : ours }
  var bytes: [UInt8] {
    let digits = Array(data.utf8).map { UInt8(String(Unicode.Scalar($0)), radix: 16)! }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
  var bitCounts: ResultReader.Counts {
    .init(measurements: counts[0], detectors: counts[1], observables: counts[2])
  }
}

struct ResultReaderTests {
  private static let verdicts: [Verdict] = {
    let url = Repository.url("Tests/Fixtures/results/verdicts.jsonl")
    guard let data = try? Data(contentsOf: url) else { return [] }
    return data.split(separator: UInt8(ascii: "\n")).compactMap {
      try? JSONDecoder().decode(Verdict.self, from: $0)
    }
  }()

  @Test func `reads and refuses exactly what Stim does`() throws {
    #expect(Self.verdicts.count >= 180)
    #expect(Self.verdicts.count { $0.shots == nil } >= 80)
    for verdict in Self.verdicts {
      let what = "\(verdict.format) \(verdict.counts) \(verdict.data)"
      let result = Result { try Self.read(verdict.bytes, verdict.format, verdict.bitCounts) }
      switch (result, verdict.expected) {
      case (.success(let shots), let expected?): #expect(shots == expected, "\(what)")
      case (.failure(let error), nil):
        let diagnostic = try #require(error as? Diagnostic)
        let isText = [.text01, .hits, .dets].contains(verdict.format)
        #expect((diagnostic.range != nil) == isText, "\(what)")
        #expect(isText || diagnostic.message.hasPrefix("byte "), "\(what)")
      case (.success, nil): Issue.record("accepted: \(what)")
      case (.failure(let error), _?): Issue.record("refused: \(what): \(error)")
      }
    }
  }

  @Test(arguments: ResultFormat.allCases)
  func `what is written is read back, whatever the chunks`(format: ResultFormat) throws {
    forAll(11, count: 12) { rng in
      let counts = ResultReader.Counts(
        measurements: Int(rng.next() % 100), detectors: 1 + Int(rng.next() % 300),
        observables: Int(rng.next() % 5))
      let density = [0.003, 0.3, 1.0][Int(rng.next() % 3)]
      var table = BitTable(rowCount: 192, columnCount: counts.total)
      for row in 0..<192 {
        for column in 0..<counts.total { table[row, column] = rng.uniform() < density }
      }
      let (m, d) = (counts.measurements, counts.measurements + counts.detectors)
      let writer = ResultWriter(
        format, parts: [.init("L", d..<counts.total), .init("M", 0..<m), .init("D", m..<d)])
      var bytes: [UInt8] = []
      try writer.write(table) { bytes += $0 }
      var (position, chunk) = (0, 1 + Int(rng.next() % 70))
      let reader = ResultReader(format, counts: counts) { buffer in
        let count = min(chunk, buffer.count, bytes.count - position)
        buffer.copyBytes(from: bytes[position..<position + count])
        position += count
        chunk = chunk % 70 + 1
        return count
      }
      var words: [UInt64] = []
      while let block = try reader.next(upTo: 50) { words += block.words }
      #expect(words == table.words && reader.shotCount == 192)
    }
  }

  @Test func `errors say where they are`() throws {
    func diagnostic(_ text: String, _ format: ResultFormat) -> Diagnostic? {
      let counts = ResultReader.Counts(measurements: 2, detectors: 3, observables: 1)
      do {
        _ = try Self.read(Array(text.utf8), format, counts)
        return nil
      } catch { return error as? Diagnostic }
    }
    let number = try #require(diagnostic("shot M0\nshot M1 D17\n", .dets))
    #expect(number.range == SourceRange(line: 2, column: 10, length: 2))
    #expect(number.message.contains("3 detectors"))
    let letter = try #require(diagnostic("shot M0\n\n  shot Q1\n", .dets))
    #expect(letter.range == SourceRange(line: 3, column: 8))
    let digit = try #require(diagnostic("010101\n0121\n", .text01))
    #expect(digit.range == SourceRange(line: 2, column: 3))
    let run = try #require(diagnostic("\u{6}\u{1}\u{5}", .r8))
    #expect(run.message.hasPrefix("byte 2, shot 1: "))
  }

  private static func read(
    _ bytes: [UInt8], _ format: ResultFormat, _ counts: ResultReader.Counts
  ) throws -> [String] {
    let reader = ResultReader(format, counts: counts, bytes: bytes)
    var shots: [String] = []
    while let block = try reader.next(upTo: 7) {
      shots += (0..<block.rowCount).map { block.row($0).description }
    }
    return shots
  }
}
