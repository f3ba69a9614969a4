import CircuitFormats
import Foundation
import QuantumCore
import TestSupport
import Testing

struct JSONOutlineTests {
  private func parse(_ text: String, _ options: JSONOutline.Options = .init()) throws -> JSONText {
    try JSONText.parse(Array(text.utf8), options: options)
  }

  private func string(_ text: String) throws -> String? {
    if case .string(let string) = try parse(text).value { string } else { nil }
  }

  @Test func `quoting and reading are inverse`() throws {
    for text in [
      "", "a", "\"\\/\u{8}\u{c}\n\r\t", "\u{0}\u{1f}\u{7f}", "é€𝄞\u{10ffff}", "a,b:{}[]",
    ] {
      let quoted = JSONString.ascii(text)
      #expect(quoted.utf8.allSatisfy { (0x20...0x7e).contains($0) })
      #expect(try string(quoted) == text)
      let object = try parse("{\(quoted): [\(quoted)]}")
      guard case .object(let entries) = object.value else {
        Issue.record("no object")
        continue
      }
      #expect(entries[0].name == text)
    }
    forAll(1, count: 300) { random in
      let scalars = (0..<Int.random(in: 0...20, using: &random)).compactMap { _ in
        Unicode.Scalar(UInt32.random(in: 0...0x2ffff, using: &random))
      }
      let text = String(String.UnicodeScalarView(scalars))
      let read = try string(JSONString.ascii(text))
      #expect(read.map { Array($0.utf8) } == Array(text.utf8))
    }
  }

  @Test func `every cut of a text is refused`() throws {
    let text = Array("{\"a\": [1.5e3, \"\\ud834\\udd1e\\/\", true, null, {}], \"é\": -0}".utf8)
    _ = try JSONText.parse(text)
    for count in 0..<text.count {
      #expect(throws: Diagnostic.self) { try JSONText.parse(Array(text[..<count])) }
    }
    #expect(throws: Diagnostic.self) { try JSONText.parse(text + text) }
  }

  @Test func `numbers that are none are read if Python's are`() throws {
    let python = JSONOutline.Options(followsPython: true)
    for (text, value) in [("NaN", Double.nan), ("Infinity", .infinity), ("-Infinity", -.infinity)] {
      #expect(throws: Diagnostic.self) { try parse("[\(text)]") }
      guard case .array(let values) = try parse("[\(text)]", python).value,
        case .number(let number) = values[0].value
      else {
        Issue.record("no number")
        continue
      }
      #expect(number == value || (number.isNaN && value.isNaN))
    }
    for text in ["-NaN", "-Inf", "nan", "+1", "01", "1.", ".5", "1e", "0x1", "-"] {
      #expect(throws: Diagnostic.self, "\(text)") { try parse(text, python) }
    }
  }

  @Test(arguments: [
    ("\\udce9", "\u{fffd}"), ("a\\ud800", "a\u{fffd}"), ("\\ud800b", "\u{fffd}b"),
    ("\\ud800\\ud834\\udd1e", "\u{fffd}\u{1d11e}"), ("\\udd1e\\ud834", "\u{fffd}\u{fffd}"),
    ("\\ud834\\u0041", "\u{fffd}A"), ("\\ud834\\\\udd1e", "\u{fffd}\\udd1e"),
    ("\\ud834\\n", "\u{fffd}\n"), ("\\ud834\\udd1e", "\u{1d11e}"),
  ]) func `halves of surrogate pairs are read if Python's are`(escaped: String, text: String)
    throws
  {
    let value = try parse("\"\(escaped)\"", .init(followsPython: true)).value
    guard case .string(let string) = value else {
      Issue.record("no string")
      return
    }
    #expect(Array(string.utf8) == Array(text.utf8))
    if text.contains("\u{fffd}") {
      #expect(throws: Diagnostic.self) { try parse("\"\(escaped)\"") }
    }
  }

  @Test func `of a name that is given twice the last value counts in Python`() throws {
    let text = "{\"a\": 1, \"b\": 2, \"a\": 3}"
    #expect(throws: Diagnostic.self) { try parse(text) }
    guard case .object(let entries) = try parse(text, .init(followsPython: true)).value else {
      Issue.record("no object")
      return
    }
    #expect(entries.map(\.name) == ["a", "b"])
    if case .number(let number) = entries[0].value.value { #expect(number == 3) }
  }

  @Test func `whole numbers keep all their digits`() throws {
    let text = Array("[9223372036854775807, 9007199254740993, 1.0, 9223372036854775808]".utf8)
    text.withUnsafeBytes { bytes in
      guard let outline = try? JSONOutline.parse(bytes), case .array(let values) = outline.value
      else {
        Issue.record("no array")
        return
      }
      #expect(
        values.map { $0.integer(in: bytes) } == [.max, 9_007_199_254_740_993, nil, nil])
    }
  }

  @Test func `messages about a secret text quote nothing of it`() throws {
    let options = JSONOutline.Options(isSecret: true)
    for text in [
      "[TOPSECRET]", "[\"a\" TOPSECRET", "[\"\\q\"]", "TOPSECRET", "[1 2]", "[12T]",
      "{\"TOP\":1,\"TOP\":2}",
    ] {
      do {
        _ = try parse(text, options)
        Issue.record("\(text) was read")
      } catch let error as Diagnostic {
        #expect(!error.message.contains("T") && !error.message.contains("q"), "\(error.message)")
      }
    }
  }

  @Test func `any bytes are refused or read`() {
    let alphabet = Array("{}[]\",:\\u0dD8eE+-.1nulltrefasNI \n\u{e9}".utf8)
    forAll(2, count: 3000) { random in
      let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in
        alphabet.randomElement(using: &random) ?? 0
      }
      _ = try? JSONText.parse(bytes, options: .init(followsPython: .random(using: &random)))
    }
  }
}
