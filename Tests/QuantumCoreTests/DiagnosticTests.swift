import QuantumCore
import Testing

struct DiagnosticTests {
  private func rendered(_ line: Int, _ column: Int, _ length: Int, of source: String) -> String {
    Diagnostic("bad", at: SourceRange(line: line, column: column, length: length), hint: "do this")
      .rendered(file: "a.stim", source: source)
  }

  @Test func `a byte order mark takes no column`() throws {
    let text = Diagnostic("unknown", at: SourceRange(line: 1, column: 3, length: 2))
      .rendered(file: "f", source: "\u{FEFF}H XX")
    #expect(text.split(separator: "\n")[1...2] == ["  H XX", "    ^~"])
  }

  @Test func `the caret stands under the place`() {
    #expect(
      rendered(2, 3, 2, of: "first\nH XY 1\n")
        == """
        a.stim:2:3: error: bad
          H XY 1
            ^~
          hint: do this
        """)
  }

  @Test func `tabs and control characters take one column`() {
    #expect(rendered(1, 2, 1, of: "\tH\u{7} 0\r\n").contains("\n   H  0 \n   ^\n"))
  }

  @Test func `scalars beyond ASCII take one column`() {
    #expect(rendered(1, 5, 3, of: "# é→xyz").contains("\n  # é→xyz\n      ^~~\n"))
  }

  @Test func `long lines are cut around the place`() throws {
    let line = String(repeating: "a", count: 500) + "X" + String(repeating: "b", count: 500)
    let lines = rendered(1, 501, 1, of: line).split(separator: "\n").map(String.init)
    #expect(lines[1].count == 98)
    let caret = try #require(lines[2].firstIndex(of: "^"))
    #expect(lines[1][caret] == "X")
    #expect(lines[0] == "a.stim:1:501: error: bad")
  }

  @Test func `places beyond the text do no harm`() {
    #expect(rendered(9, 1, 1, of: "H 0").hasPrefix("a.stim:9:1: error: bad\n  hint"))
    #expect(rendered(1, 99, 50, of: "H 0").contains("\n  H 0\n     ^\n"))
    #expect(rendered(1, 2, 99, of: "H 0").contains("\n  H 0\n   ^~\n"))
    #expect(Diagnostic("bad").rendered(file: "a", source: "H 0") == "a: error: bad")
    #expect(SourceRange(line: 1, column: 1, length: 0).length == 1)
  }

  @Test func `near names are found and far ones are not`() {
    let names = ["CNOT", "CX", "H", "SQRT_X", "SQRT_XX", "DEPOLARIZE1"]
    #expect(nearestName(to: "cnto", in: names) == "CNOT")
    #expect(nearestName(to: "DEPOLARISE1", in: names) == "DEPOLARIZE1")
    #expect(nearestName(to: "SQRTX", in: names) == "SQRT_X")
    #expect(nearestName(to: "FOO", in: names) == nil)
    #expect(nearestName(to: "", in: names) == nil || nearestName(to: "", in: names)?.count == 1)
    #expect(nearestName(to: String(repeating: "x", count: 1_000_000), in: names) == nil)
    #expect(nearestName(to: "cx", in: [String]()) == nil)
  }
}
