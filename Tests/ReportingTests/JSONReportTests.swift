import Foundation
import Reporting
import Testing

struct JSONReportTests {
  @Test func `an independent reader gets back every value`() throws {
    var generator = SplitMix(state: 7)
    for _ in 0..<500 {
      let value = randomValue(depth: 4, using: &generator)
      for indentation in [nil, 0] as [Int?] {
        var text = ""
        JSONReport.write(value, indentation: indentation, to: &text)
        let read = try JSONSerialization.jsonObject(
          with: Data(text.utf8), options: [.fragmentsAllowed])
        #expect(same(value, read), "\(text)")
        if indentation == nil { #expect(!text.contains("\n")) }
      }
    }
  }

  @Test(arguments: [
    ("", #""""#), ("a\"b\\c/", #""a\"b\\c/""#),
    ("\u{0}\u{1}\u{1f}\u{7f}", "\"\\u0000\\u0001\\u001f\u{7f}\""),
    ("\u{8}\t\n\u{c}\r", #""\b\t\n\f\r""#), ("⟨ψ|ħ|ψ⟩ 😀", "\"⟨ψ|ħ|ψ⟩ 😀\""), ("\r\n", #""\r\n""#),
    ("e\u{301}", "\"e\u{301}\""),
  ])
  func `strings escape exactly what JSON demands`(string: String, expected: String) {
    #expect(Array(JSONReport.line(.string(string)).utf8) == Array(expected.utf8))
  }

  @Test func `bytes that are not text become replacement characters`() throws {
    let overlong = String(decoding: [0x61, 0xc0, 0xaf, 0xed, 0xa0, 0x80, 0xff], as: UTF8.self)
    let text = JSONReport.line(.string(overlong))
    #expect(String(validating: Array(text.utf8), as: UTF8.self) != nil)
    let read = try JSONSerialization.jsonObject(
      with: Data(text.utf8), options: [.fragmentsAllowed])
    #expect(read as? String == overlong)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, -.nan])
  func `what is not a number of JSON is null`(number: Double) {
    #expect(JSONReport.line(["x": .double(number)]) == #"{"x": null}"#)
  }

  @Test func `integers keep every digit and doubles keep their kind`() {
    let value: ReportValue = [.int(.min), .int(.max), .uint(.max), 0, 1.0, -0.0, 1e300]
    let expected =
      "[-9223372036854775808, 9223372036854775807, 18446744073709551615, 0, 1.0, -0.0, 1e+300]"
    #expect(JSONReport.line(value) == expected)
  }

  @Test func `a report has its header first and what may differ last`() {
    var report = Report(
      provenance: Provenance(
        command: "run", version: "1.2.3", seed: 5, warnings: ["w"],
        timing: ["parse_s": 0.5], memory: ["required_bytes": 64], machine: ["threads": 2]),
      fields: ["shots": 10, "input": ["path": "-", "sha256": nil]],
      tables: [ReportTable(columns: [.init("key"), .init("count")])])
    report.tables[0].append(["00", 4])
    report.tables[0].append(["11", 6])
    var text = ""
    JSONReport().write(report, to: &text)
    #expect(
      text == """
        {
          "schema": 1,
          "qsim_version": "1.2.3",
          "command": "run",
          "seed": 5,
          "warnings": ["w"],
          "shots": 10,
          "input": {"path": "-", "sha256": null},
          "rows": [
            {"key": "00", "count": 4},
            {"key": "11", "count": 6}
          ],
          "timing": {"parse_s": 0.5},
          "memory": {"required_bytes": 64},
          "machine": {"threads": 2}
        }

        """)
    var reproducible = ""
    JSONReport(reproducible: true).write(report, to: &reproducible)
    for key in ["timing", "memory", "machine"] {
      #expect(text.contains("\"\(key)\"") && !reproducible.contains("\"\(key)\""))
    }
    #expect(reproducible.hasSuffix("  ]\n}\n"))
  }

  @Test func `an object keeps the order of its keys and one value a key`() {
    var object: ReportObject = ["z": 1, "a": 2, "z": 3]
    #expect(object.keys == ["z", "a"] && object["z"] == 3)
    object["m"] = 4
    object["z"] = 5
    #expect(JSONReport.line(.object(object)) == #"{"z": 5, "a": 2, "m": 4}"#)
    object["z"] = nil as ReportValue?
    #expect(object.keys == ["a", "m"])
  }

  /// Whether a value read by Foundation is `value`, numbers to fourteen digits.
  private func same(_ value: ReportValue, _ read: Any) -> Bool {
    switch value {
    case .null: return read is NSNull
    case .bool(let flag): return (read as? Bool) == flag
    case .int(let integer): return (read as? NSNumber)?.int64Value == Int64(integer)
    case .uint(let integer): return (read as? NSNumber)?.uint64Value == integer
    case .double(let number):
      if !number.isFinite { return read is NSNull }
      // Foundation reads through decimal arithmetic; bits are compared in DecimalTextTests.
      guard let readNumber = (read as? NSNumber)?.doubleValue else { return false }
      return abs(readNumber - number) <= 1e-14 * abs(number)
    case .string(let string): return (read as? String).map { Array($0.utf8) } == Array(string.utf8)
    case .array(let elements):
      guard let list = read as? [Any], list.count == elements.count else { return false }
      return zip(elements, list).allSatisfy { same($0, $1) }
    case .object(let object):
      guard let map = read as? [String: Any], map.count == object.entries.count else {
        return false
      }
      return object.entries.allSatisfy { entry in
        map[entry.key].map { same(entry.value, $0) } ?? false
      }
    }
  }

  private func randomValue(depth: Int, using generator: inout SplitMix) -> ReportValue {
    switch generator.next() % (depth == 0 ? 6 : 8) {
    case 0: return .null
    case 1: return .bool(generator.next() % 2 == 0)
    case 2: return .int(Int(bitPattern: UInt(generator.next() >> (generator.next() % 64))))
    case 3: return .uint(generator.next() >> (generator.next() % 64))
    case 4: return .double(Double(bitPattern: generator.next()))
    case 5: return .string(randomString(using: &generator))
    case 6:
      return .array(
        (0..<generator.next() % 20).map { _ in randomValue(depth: depth - 1, using: &generator) })
    default:
      return .object(
        ReportObject(
          (0..<generator.next() % 20).map { index in
            (
              "\(index)" + randomString(using: &generator),
              randomValue(depth: depth - 1, using: &generator)
            )
          }))
    }
  }

  private func randomString(using generator: inout SplitMix) -> String {
    String(
      (0..<generator.next() % 12).map { _ in
        let ranges: [ClosedRange<UInt32>] = [
          0...0x7f, 0x20...0x7e, 0x80...0x7ff, 0x4e00...0x4fff, 0x1f600...0x1f64f,
        ]
        let range = ranges[Int(generator.next() % 5)]
        let value = range.lowerBound + UInt32(generator.next() % UInt64(range.count))
        return Character(Unicode.Scalar(value) ?? "?")
      })
  }
}

/// A small random generator of fixed output, for inputs of tests.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}
