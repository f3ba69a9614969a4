import CircuitFormats
import ErrorCorrection
import QuantumCore
import TestSupport
import Testing

struct MatchingGraphTests {
  private static func edges(_ text: String) throws -> [String] {
    try MatchingGraph(DEMReader.read(text)).edges.map {
      let probability = Double(Int(($0.probability * 1000).rounded())) / 1000
      return "\($0.vertex) \($0.other < 0 ? "-" : "\($0.other)") \(probability)"
    }
  }

  @Test func `faults that flip the same detectors are one edge`() throws {
    // Of those that flip other observables the likeliest says what the edge weighs, and what it
    // flips.
    #expect(try Self.edges("error(0.1) D1 D0\nerror(0.2) D0 D1 L0") == ["0 1 0.2"])
    #expect(try Self.edges("error(0.1) D1 D0 L0\nerror(0.2) D0 D1 L0") == ["0 1 0.26"])
    #expect(
      try Self.edges("error(0.1) D1\nerror(0.1) D0\nerror(0.2) D0 D0 D1 ^ D0")
        == ["1 - 0.26", "0 - 0.26"])
    // A half that does not happen by itself is none.
    #expect(try Self.edges("error(0.1) D1\nerror(0.2) D0 D0 D1 ^ D0") == ["1 - 0.1", "0 1 0.2"])
    #expect(try Self.edges("error(0.5) D3\nerror(0.2) D3") == ["3 - 0.5"])
  }

  @Test func `blocks and shifts are unrolled`() throws {
    let text = "repeat 3 {\n  error(0.1) D0 D1\n  shift_detectors 1\n}\nerror(0.2) D0"
    #expect(try Self.edges(text) == ["0 1 0.1", "1 2 0.1", "2 3 0.1", "3 - 0.2"])
  }

  @Test func `the likelier of indistinguishable faults says what they flip`() throws {
    for (text, expected) in [
      ("error(0.1) D0 L0\nerror(0.2) D0", false), ("error(0.2) D0\nerror(0.1) D0 L0", false),
      ("error(0.2) D0\nerror(0.3) D0 L0", true), ("error(0.1) D0 ^ L0", true),
    ] {
      let decoder = try MatchingDecoder().compiled(for: DEMReader.read(text))
      var shot = BitTable(rowCount: 1, columnCount: 1)
      shot[0, 0] = true
      #expect(decoder.predictions(for: shot).predictions[0, 0] == expected)
    }
  }

  @Test func `a fault that is no edge is refused at its line`() throws {
    let text = "error(0.1) D0 D1\nrepeat 2 {\n  error(0.1) D0 D1 ^ D1 D2 D3 L0\n}\n"
    let model = try DEMReader.read(text)
    let diagnostic = try #require(throws: Diagnostic.self) {
      try MatchingDecoder().compiled(for: model)
    }
    #expect(diagnostic.range?.line == 3)
    #expect(diagnostic.message.contains("D1 D2 D3"))
    #expect(throws: Obstacle.self) {
      try MatchingDecoder().compiled(for: DEMReader.read("detector D1000000000000"))
    }
  }

  @Test func `what is certain has happened, and what is impossible has not`() throws {
    let decoder = try MatchingDecoder().compiled(
      for: DEMReader.read(
        "error(1) D0 D1 L0\nerror(0) D1 L1\nerror(0.001) D0 L2\nerror(0.001) D1 D2\nerror(0.001) D2\nerror(0.6) L3"
      ))
    let session = decoder.makeSession()
    var shot = BitVector(count: 3)
    (shot[0], shot[1]) = (true, true)
    var correction = try #require(session.correction(for: shot))
    #expect(correction.edges == [.init(0, 1)])
    #expect((0..<4).map { correction.observables[$0] } == [true, false, false, true])
    // Without event two detections have to be explained away.
    correction = try #require(session.correction(for: BitVector(count: 3)))
    #expect(correction.edges == [.init(0, 1), .init(0, nil), .init(1, 2), .init(2, nil)])
    #expect((0..<4).map { correction.observables[$0] } == [true, false, true, true])
  }
}
