import QSim
import Testing

struct ReferenceSampleTests {
  private func circuit(_ text: String) throws -> Circuit { try StimParser.parse(Array(text.utf8)) }

  private func bits(_ text: String) throws -> String {
    try ReferenceSample.measurements(of: circuit(text)).bits.description
  }

  @Test func `random results are 0 before inversion, and what follows from them is kept`() throws {
    #expect(try bits("H 0\nCX 0 1\nM 0 !1\n") == "01")
    #expect(try bits("H 0\nM !0\nM 0\nX 0\nM 0\n") == "101")
    #expect(try bits("MXX 0 1\nMZZ 0 !1\nMYY 0 1\n") == "011")
  }

  @Test func `a loop of many turns is stored once`() throws {
    let sample = try ReferenceSample.measurements(
      of: circuit("REPEAT 1000000000000 {\nX 0\nM 0\nREPEAT 3 {\nH 1\nMR 1\n}\n}\nM 0 !0\n"))
    #expect(sample.count == 4_000_000_000_002)
    var reader = sample.makeReader()
    var first: [Bool] = []
    for _ in 0..<8 { first.append(reader.next()) }
    #expect(first == [true, false, false, false, false, false, false, false])
    #expect(sample.segments.count <= 16)
  }

  @Test func `folded loops give what their turns written out give`() throws {
    let body = "CX 0 1 2 3\nC_XYZ 0\nMR 1\nCX rec[-4] 2\nX 3\nM 3 2\n"
    let folded = try bits("M 0 0 0 0\nREPEAT 37 {\n\(body)}\nM 0 1 2 3\n")
    let flat = "M 0 0 0 0\n" + String(repeating: body, count: 37) + "M 0 1 2 3\n"
    #expect(try folded == bits(flat))
  }

  @Test func `bits of repeated segments are those read one by one`() {
    var generator = PhiloxGenerator(seed: 20_261_201)
    func segments(_ depth: Int) -> [ReferenceSample.Segment] {
      (0..<Int.random(in: 0...3, using: &generator)).map { _ in
        if depth < 3, Bool.random(using: &generator) {
          let count = UInt64.random(in: 1...20, using: &generator)
          return .repetition(count: count, body: segments(depth + 1))
        }
        let count = Int.random(in: 0...150, using: &generator)
        return .bits(BitVector((0..<count).map { _ in Bool.random(using: &generator) }))
      }
    }
    for _ in 0..<300 {
      let sample = ReferenceSample(segments(0))
      var reader = sample.makeReader()
      let expected = BitVector((0..<sample.count).map { _ in reader.next() })
      #expect(sample.bits == expected)
    }
  }
}
