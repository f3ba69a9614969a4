import Foundation
import Reporting
import Testing

struct DecimalTextTests {
  @Test func `numbers print as Python prints them`() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Fixtures/Reporting/numbers.txt")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    #expect(lines.count > 250)
    for line in lines {
      let words = line.split(separator: " ").map(String.init)
      let bits = try #require(UInt64(words[0], radix: 16))
      let number = Double(bitPattern: bits)
      // The same digits, whatever their notation.
      #expect(Double(JSONReport.text(of: number))?.bitPattern == bits)
      #expect(digits(JSONReport.text(of: number)) == digits(words[1]), "\(line)")
      #expect(Double(DecimalText.rounded(number)) == Double(words[2]), "\(line)")
    }
  }

  @Test(arguments: [
    (0.0, "0"), (1.0, "1"), (-2.5, "-2.5"), (0.1234565, "0.123457"), (9.999999, "10"),
    (123456789.0, "123457000"), (1e15, "1e+15"), (0.00001, "0.00001"), (1.5e-7, "1.5e-07"),
    (-0.0, "0"), (.nan, "nan"), (-.infinity, "-inf"), (0.70710678118, "0.707107"),
  ])
  func `rounded text is short and plain`(number: Double, expected: String) {
    #expect(DecimalText.rounded(number) == expected)
  }

  @Test(arguments: [
    (UInt64(0), "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1 << 44, "16 TiB"),
    (25_125_558_681, "23.4 GiB"), (.max, "16 EiB"),
  ])
  func `bytes have binary units`(count: UInt64, expected: String) {
    #expect(DecimalText.bytes(count) == expected)
  }

  @Test(arguments: [
    (2e-6, "2 µs"), (0.0123, "12 ms"), (1.25, "1.3 s"), (600.0, "10 min"), (7200.0, "2 h"),
    (1e9, "12000 days"), (.infinity, "unknown"),
  ])
  func `durations have a fitting unit`(seconds: Double, expected: String) {
    #expect(DecimalText.duration(seconds) == expected)
  }

  /// The significant digits of a number's text, without point, exponent and zeros around them.
  private func digits(_ text: String) -> String {
    let mantissa = text.split(separator: "e")[0].filter(\.isNumber)
    return String(mantissa.drop { $0 == "0" }.reversed().drop { $0 == "0" }.reversed())
  }
}
