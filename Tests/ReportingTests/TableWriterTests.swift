import Reporting
import Testing

struct TableWriterTests {
  private var table: ReportTable {
    var table = ReportTable(
      title: "Counts",
      columns: [
        .init("name", alignment: .left), .init("loss_db_per_km", title: "loss", unit: "dB/km"),
        .init("note", alignment: .left),
      ], barColumn: "loss_db_per_km")
    table.append(["plain", 0.5, nil])
    table.append(["a,b \"c\"|d", .double(1.0 / 3), "two\nlines"])
    table.append(["", 1e-9, "é\r"])
    return table
  }

  @Test func `CSV quotes what RFC 4180 says and rounds nothing`() {
    var text = ""
    CSVReport().write(table, to: &text)
    let expected = [
      "name,loss_db_per_km,note", "plain,0.5,",
      "\"a,b \"\"c\"\"|d\",0.3333333333333333,\"two\nlines\"", ",1e-09,\"é\r\"", "",
    ].joined(separator: "\r\n")
    #expect(Array(text.utf8) == Array(expected.utf8))
  }

  @Test func `CSV of a report without tables is a row of its fields`() {
    var report = Report(provenance: Provenance(command: "decode", version: "1"))
    report.fields["shots"] = 100
    report.fields["note"] = "a,b"
    var text = ""
    CSVReport(lineEnding: "\n").write(report, to: &text)
    #expect(text == "shots,note\n100,\"a,b\"\n")
    report.tables = [table]
    (text, report.fields) = ("", ReportObject())
    CSVReport(lineEnding: "\n").write(report, to: &text)
    #expect(text.hasPrefix("name,loss_db_per_km,note\n"))
  }

  @Test func `CSV reads back`() {
    var generator = SplitMix(state: 3)
    let alphabet: [Unicode.Scalar] = ["a", "b", ",", "\"", "\r", "\n", " ", "é"]
    for _ in 0..<300 {
      let columns = Int(generator.next() % 3) + 1
      var table = ReportTable(columns: (0..<columns).map { .init("c\($0)") })
      var expected = [(0..<columns).map { "c\($0)" }]
      for _ in 0..<generator.next() % 4 {
        let row = (0..<columns).map { _ in
          let scalars = (0..<generator.next() % 5).map { _ in alphabet[Int(generator.next() % 8)] }
          return String(String.UnicodeScalarView(scalars))
        }
        table.append(row.map(ReportValue.string))
        expected.append(row)
      }
      for ending in ["\r\n", "\n"] {
        var text = ""
        CSVReport(lineEnding: ending).write(table, to: &text)
        #expect(rows(ofCSV: text) == expected.map { $0.map { Array($0.utf8) } })
      }
    }
  }

  @Test func `text aligns columns and scales bars to the largest value`() {
    var text = ""
    TextReport(bars: .ascii, barWidth: 10).write(table, to: &text)
    #expect(
      text == """
        Counts
        name       loss [dB/km]  note
        plain               0.5  –          ##########
        a,b "c"|d      0.333333  two\u{fffd}lines  #######
                          1e-09  é\u{fffd}

        """)
    var plain = ""
    TextReport().write(table, to: &plain)
    #expect(!plain.contains("#"))
    var blocks = ""
    TextReport(bars: .blocks, barWidth: 3).write(table, to: &blocks)
    #expect(blocks.contains("███\n") && blocks.contains("██\n"))
  }

  @Test func `fields stand in two columns`() {
    var text = ""
    TextReport().write(
      Report(
        provenance: Provenance(command: "plan", version: "1"),
        fields: ["engine": "statevector", "why": ["a", 2, true], "memory": nil],
        tables: [ReportTable(columns: [.init("x")])]), to: &text)
    #expect(text == "engine  statevector\nwhy     a, 2, yes\nmemory  –\n\nx\n")
  }

  @Test func `Markdown keeps cells on one line`() {
    var text = ""
    MarkdownReport().write(table, to: &text)
    #expect(
      text == """
        **Counts**

        | name | loss [dB/km] | note |
        |---|--:|---|
        | plain | 0.5 | – |
        | a,b "c"\\|d | 0.333333 | two\u{fffd}lines |
        |  | 1e-09 | é\u{fffd} |

        """)
  }

  @Test func `bars of nothing are empty`() {
    var table = ReportTable(columns: [.init("x")], barColumn: "x")
    table.append([.double(.nan)])
    table.append([0])
    var text = ""
    TextReport(bars: .blocks).write(table, to: &text)
    #expect(text == "  x\nnan\n  0\n")
    #expect(table[column: "x"]?.count == 2 && table[column: "y"] == nil)
  }

  /// A reader of RFC 4180, on bytes, that shares nothing with the writer.
  private func rows(ofCSV text: String) -> [[[UInt8]]] {
    var rows: [[[UInt8]]] = []
    var row: [[UInt8]] = []
    var field: [UInt8] = []
    var isQuoted = false
    var bytes = text.utf8.makeIterator()
    var next = bytes.next()
    while let byte = next {
      next = bytes.next()
      if isQuoted {
        if byte != UInt8(ascii: "\"") {
          field.append(byte)
        } else if next == UInt8(ascii: "\"") {
          field.append(byte)
          next = bytes.next()
        } else {
          isQuoted = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isQuoted = true
      case UInt8(ascii: ","):
        row.append(field)
        field = []
      case 0x0d: break
      case 0x0a:
        rows.append(row + [field])
        row = []
        field = []
      default: field.append(byte)
      }
    }
    return rows
  }
}
