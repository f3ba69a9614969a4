import CircuitFormats
import Foundation
import QuantumCore
import TestSupport
import Testing

/// Damaged texts: each is read or refused at a place, in time, whatever was done to it.
struct BadInputTests {
  private static let limit = Duration.seconds(2)

  private static func files(in folder: String, suffixes: [String]) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: Repository.url(folder).path)
    return (names ?? []).filter { name in suffixes.contains { name.hasSuffix($0) } }.sorted()
      .map { "\(folder)/\($0)" }
  }

  private static let kept = files(in: "Tests/Fixtures/BadInput", suffixes: [".qasm", ".stim"])
  private static let examples = files(in: "Examples/circuits", suffixes: [".qasm", ".stim"])

  private enum Outcome {
    case read(Circuit)
    case refused(Diagnostic)
  }

  /// Reads a text and checks that it took no longer than it may and that an error has a place.
  private static func outcome(
    _ source: [UInt8], format: CircuitFormat, _ what: @autoclosure () -> String
  ) -> Outcome {
    let clock = ContinuousClock()
    let start = clock.now
    var result = Outcome.refused(Diagnostic("not read"))
    do throws(Diagnostic) {
      result = .read(try CircuitFile.parse(source, format: format).circuit)
    } catch {
      result = .refused(error)
      if error.range == nil || error.range!.line < 1 || error.range!.column < 1 {
        Issue.record("no place: \(what()): \(error)")
      }
      if error.message.isEmpty || error.code.isEmpty { Issue.record("no message: \(what())") }
    }
    if clock.now - start > limit { Issue.record("took \(clock.now - start): \(what())") }
    return result
  }

  // MARK: Kept files

  @Test func `the kept files are many`() {
    #expect(Self.kept.count >= 120)
    #expect(Self.kept.count { $0.hasSuffix(".qasm") } >= 60)
    #expect(Self.examples.count >= 20)
  }

  @Test(arguments: kept)
  func `a kept file is refused at a place`(file: String) throws {
    let source = try Repository.bytes(file)
    let format: CircuitFormat =
      file.hasSuffix(".stim")
      ? .stim : file.contains("/qasm3-") ? .openQASM3 : .openQASM2
    guard case .refused(let diagnostic) = Self.outcome(source, format: format, file) else {
      Issue.record("read: \(file)")
      return
    }
    let text = String(decoding: source, as: UTF8.self)
    #expect(diagnostic.rendered(file: file, source: text).hasPrefix(file + ":"))
    // The place lies in the text, or just behind it.
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect((diagnostic.range?.line ?? 0) <= lines.count)
  }

  // MARK: Damaged examples

  @Test(arguments: examples)
  func `a damaged example is read or refused`(file: String) throws {
    let source = try Repository.bytes(file)
    let format = CircuitFormat.detect(fileName: file, source: source)
    var random = PhiloxGenerator(seed: UInt64(source.count))
    var (count, refused) = (0, 0)
    for damaged in Self.damaged(source, &random) {
      let outcome = Self.outcome(
        damaged.source, format: format,
        "\(file), \(damaged.what), after \(damaged.source.count) bytes")
      count += 1
      if case .refused = outcome { refused += 1 }
    }
    #expect(count >= 80)
    #expect(refused >= 10)
  }

  @Test(arguments: examples)
  func `a byte order mark and other line ends change nothing`(file: String) throws {
    let source = try Repository.bytes(file)
    let format = CircuitFormat.detect(fileName: file, source: source)
    guard case .read(let circuit) = Self.outcome(source, format: format, file) else { return }
    let carriageReturns = source.flatMap { $0 == UInt8(ascii: "\n") ? [13, 10] : [$0] }
    for changed in [[0xef, 0xbb, 0xbf] + source, carriageReturns] {
      guard case .read(let other) = Self.outcome(changed, format: format, file) else {
        Issue.record("refused: \(file)")
        continue
      }
      #expect(other == circuit)
    }
  }

  @Test func `deep nesting ends in an error, not in a crash`() {
    let cases: [(CircuitFormat, String, String, String)] = [
      (.stim, "", "REPEAT 2 {\n", ""),
      (.stim, "", "REPEAT 2 {\n", "}\n"),
      (.stim, "I[R_X(theta=", "(", ""),
      (.openQASM2, "OPENQASM 2.0; qreg q[1]; U(", "(", ""),
      (.openQASM2, "OPENQASM 2.0; qreg q[1]; U(", "sin(", ""),
      (.openQASM2, "OPENQASM 2.0; qreg q[1]; U(", "-", ""),
      (.openQASM2, "OPENQASM 2.0; qreg q[1]; U(1", "^1", ",0,0) q[0];"),
      (.openQASM2, "OPENQASM 2.0; qreg q[1]; creg c[1]; ", "if (c==1) ", ""),
      (.openQASM3, "OPENQASM 3.0; int x = ", "(", ""),
      (.openQASM3, "OPENQASM 3.0; int x = ", "!", "1;"),
      (.openQASM3, "OPENQASM 3.0; int x = 1", " ** 1", ";"),
      (.openQASM3, "OPENQASM 3.0; ", "{", ""),
      (.openQASM3, "OPENQASM 3.0; ", "if (true) ", ""),
      (.openQASM3, "OPENQASM 3.0; ", "if (true) { ", ""),
      (.openQASM3, "OPENQASM 3.0; ", "for int i in [0:1] { ", "}"),
      (.openQASM3, "OPENQASM 3.0; qubit q; ", "inv @ ", "U(1,2,3) q;"),
      (.openQASM3, "OPENQASM 3.0; let a = b", "[0]", ";"),
      (.openQASM3, "OPENQASM 3.0; ", "/*", ""),
      (.openQASM3, "OPENQASM 3.0; array[int, 1] a = ", "{", ""),
    ]
    for (format, start, middle, end) in cases {
      let text =
        start + String(repeating: middle, count: 100_000)
        + String(repeating: end, count: end == "}\n" || end == "}" ? 100_000 : 1)
      _ = Self.outcome(Array(text.utf8), format: format, "\(start)\(middle)…")
    }
  }

  // MARK: Making damage

  private static let replacements = [
    "", "(", ")", "[", "]", "{", "}", ";", "99999999999999999999", "-1", "1e999", "nan", "rec[-0]",
    "q[0]", "\"",
    "REPEAT", "OPENQASM", "*", "@", "0x", "pi",
  ].map { Array($0.utf8) }

  private static let inserts: [(name: String, bytes: [UInt8])] = [
    ("NUL", [0]), ("byte order mark", [0xef, 0xbb, 0xbf]), ("carriage return", [13]),
    ("broken UTF-8", [0xff]),
    ("cut UTF-8", [0xe2, 0x82]), ("non-ASCII", Array("é→".utf8)),
    ("digits", [UInt8](repeating: 57, count: 400)),
    ("brackets", [UInt8](repeating: 91, count: 2000)), ("quote", [34]),
  ]

  private static func damaged(
    _ source: [UInt8], _ random: inout PhiloxGenerator
  ) -> [(what: String, source: [UInt8])] {
    var results: [(what: String, source: [UInt8])] = []
    for step in 0..<40 {
      results.append(("truncated", Array(source.prefix(source.count * step / 40))))
    }
    for (name, bytes) in inserts {
      for _ in 0..<2 {
        let position = Int.random(in: 0...source.count, using: &random)
        results.append((name, Array(source[..<position] + bytes + source[position...])))
      }
    }
    let tokens = tokenRanges(of: source)
    for _ in 0..<30 {
      guard let token = tokens.randomElement(using: &random) else { break }
      let replacement = replacements.randomElement(using: &random)!
      results.append(
        (
          "token \(String(decoding: source[token], as: UTF8.self)) became \(String(decoding: replacement, as: UTF8.self))",
          Array(source[..<token.lowerBound] + replacement + source[token.upperBound...])
        ))
    }
    return results
  }

  /// Words and single signs.
  private static func tokenRanges(of source: [UInt8]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    for (index, byte) in source.enumerated() where byte > 32 {
      let isWord =
        byte > 127 || byte == 95 || Character(Unicode.Scalar(byte)).isLetter
        || Character(Unicode.Scalar(byte)).isNumber
      if isWord, let last = ranges.last, last.upperBound == index, source[index - 1] > 47 {
        ranges[ranges.count - 1] = last.lowerBound..<index + 1
      } else {
        ranges.append(index..<index + 1)
      }
    }
    return ranges
  }
}
