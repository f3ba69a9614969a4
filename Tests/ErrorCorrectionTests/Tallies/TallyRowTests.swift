import ErrorCorrection
import QuantumCore
import TestSupport
import Testing

struct TallyRowTests {
  static let rows = [
    TallyRow(
      tally: DecodingTally(shots: 32768, errors: 104), seconds: 0.2144, decoder: "pymatching",
      id: "5d0d", metadata: #"{"d":3,"p":0.002,"r":3}"#),
    TallyRow(
      tally: DecodingTally(
        shots: 12_345_678_901, errors: 1, discards: 7,
        customCounts: ["obs_mistake_mask=E_": 1, "detection_events": 5]),
      seconds: 12.345, decoder: "union-find", id: "ab", metadata: #"{"path":"a,\"b\".stim"}"#),
    TallyRow(
      tally: DecodingTally(), seconds: 1.239, decoder: "x", id: "y", metadata: "null"),
  ]

  @Test func `lines are those of sinter`() {
    #expect(
      Self.rows[0].text
        == #"     32768,       104,         0,   0.214,pymatching,5d0d,"{""d"":3,""p"":0.002,""r"":3}","#
    )
    #expect(
      Self.rows[1].text
        == #"12345678901,         1,         7,    12.3,union-find,ab,"{""path"":""a,\""b\"".stim""}","{""detection_events"":5,""obs_mistake_mask=E_"":1}""#
    )
    #expect(Self.rows[2].text == "         0,         0,         0,    1.24,x,y,null,")
  }

  @Test func `lines read back`() throws {
    let text = ([TallyRow.header] + Self.rows.map(\.text)).map { $0 + "\n" }.joined()
    let reader = try TallyReader(Array(text.utf8))
    #expect(reader.rows.map(\.text) == Self.rows.map(\.text))
    #expect(reader.rows.map(\.tally) == Self.rows.map(\.tally))
    #expect(reader.rows.map(\.metadata) == Self.rows.map(\.metadata))
    #expect(reader.wholeByteCount == text.utf8.count)
  }

  @Test func `a torn line does not count, wherever it was torn`() throws {
    let whole = ([TallyRow.header] + Self.rows.map(\.text)).map { $0 + "\n" }.joined()
    let bytes = Array(whole.utf8)
    for length in 0...bytes.count {
      let reader = try TallyReader(Array(bytes[..<length]))
      let ends = bytes[..<length].count { $0 == 0x0a }
      #expect(reader.rows.count == max(0, ends - 1))
      #expect(reader.wholeByteCount <= length)
      if reader.wholeByteCount > 0 { #expect(bytes[reader.wholeByteCount - 1] == 0x0a) }
    }
  }

  @Test func `rows of one task add up`() throws {
    let text = """
      shots,errors,discards,seconds,decoder,strong_id,json_metadata
      1000,42,0,0.125,pymatching,9c31,"{""d"":9}"
      3000,24,5,0.125,pymatching,9c31,"{""d"":9}"
      1000,250,0,0.125,pymatching,dead,"{""d"":7}"

      """
    let merged = try TallyReader(Array(text.utf8)).merged().map(\.row)
    #expect(merged.map(\.id) == ["9c31", "dead"])
    #expect(merged[0].tally == DecodingTally(shots: 4000, errors: 66, discards: 5))
    #expect(merged[0].seconds == 0.25)
  }

  @Test(arguments: [
    ("shots,errors\n1,2\n", 1, 1),
    ("shots,errors,discards,seconds,decoder,strong_id,json_metadata\n1,2,0,0,a,b,c\n", 2, 3),
    ("shots,errors,discards,seconds,decoder,strong_id,json_metadata\nx,2,0,0,a,b,c\n", 2, 1),
    ("shots,errors,discards,seconds,decoder,strong_id,json_metadata\n5,2,0,q,a,b,c\n", 2, 7),
    ("shots,errors,discards,seconds,decoder,strong_id,json_metadata\n5,2,0,0,a,b\n", 2, 1),
    ("shots,errors,discards,seconds,decoder,strong_id,json_metadata\n5,2,0,0,a,b,\"c\n", 2, 13),
    (
      "shots,errors,discards,seconds,decoder,strong_id,json_metadata\n5,99999999999999999999,0,0,a,b,c\n",
      2, 3
    ),
  ]) func `what is no tally is refused at its place`(text: String, line: Int, column: Int) {
    #expect {
      _ = try TallyReader(Array(text.utf8))
    } throws: { error in
      let range = (error as? Diagnostic)?.range
      return range?.line == line && range?.column == column
    }
  }

  @Test func `no bytes make the reader trap`() {
    forAll(5, count: 500) { rng in
      let alphabet = Array("0123456789,\"\n{}: aE_-\r".utf8) + [0xff, 0xef, 0xbb, 0xbf]
      var bytes = Array((TallyRow.header + "\n").utf8)
      for _ in 0..<40 { bytes.append(alphabet.randomElement(using: &rng) ?? 0) }
      _ = try? TallyReader(bytes)
    }
  }

  @Test func `names of counts come out as they went in`() throws {
    forAll(5, count: 100) { random in
      let alphabet = Array("a,:{}[]\"\\\n\r\té𝄞 =")
      var counts: [String: Int] = [:]
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let name = (0..<Int.random(in: 0...6, using: &random)).map { _ in
          alphabet.randomElement(using: &random) ?? "a"
        }
        counts[String(name)] = Int.random(in: 0 ... .max, using: &random)
      }
      let row = TallyRow(
        tally: DecodingTally(shots: 9, customCounts: counts), seconds: 1, decoder: "d", id: "i",
        metadata: "{\"a\":NaN}")
      let text = TallyRow.header + "\n" + row.text + "\n"
      let read = try TallyReader(Array(text.utf8)).rows
      #expect(read.count == 1 && read[0].tally.customCounts == counts)
      #expect(read[0].metadata == row.metadata)
    }
  }

  @Test(arguments: [
    "[]", "{", "{}}", "{a:1}", "{\"a\":1.5}", "{\"a\":-1}", "{\"a\":\"1\"}", "{\"a\":1}{\"b\":2}",
    "{\"a\":1,\"a\":2}", "{\"a\":9223372036854775808}", "7",
  ]) func `counts that are no object of whole numbers are refused`(counts: String) {
    let quoted = "\"\(counts.replacing("\"", with: "\"\""))\""
    let text = TallyRow.header + "\n9,0,0,1,d,i,{},\(quoted)\n"
    #expect(throws: Diagnostic.self) { try TallyReader(Array(text.utf8)) }
  }
}
