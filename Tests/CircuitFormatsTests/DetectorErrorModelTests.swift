import CircuitFormats
import QuantumCore
import Testing

struct DetectorErrorModelTests {
  private static let folded = """
    detector(1, 2.5) D0
    detector(5) D0
    shift_detectors(1.5, 1) 1
    detector(1, 2, 3) D0
    error(0.125) D0 ^ D1
    error[x](0) D5
    error(0.25) D1 D0 D0 L1
    repeat 2 {
        error(0.5) D0
        detector(7) D0
        shift_detectors(10) 2
    }
    logical_observable L4
    """

  @Test func `counts what runs`() throws {
    let model = try DEMReader.read(Self.folded)
    #expect(model.detectorCount == 7)
    #expect(model.observableCount == 5)
    #expect(model.errorCount == 5)
    let text = """
      repeat 1000000000000000 {
        repeat 1000000000000000 {
          error(0.1) D5 L3
          shift_detectors 3
        }
      }
      """
    let huge = try DEMReader.read(text)
    #expect(huge.errorCount == .max)
    #expect(huge.detectorCount == .max)
    #expect(try DEMReader.read("repeat 0 {\nerror(0.1) D5\n}").detectorCount == 0)
    #expect(throws: Obstacle.self) { try huge.flattened() }
  }

  @Test func `flattening makes detectors and coordinates absolute`() throws {
    let flat = try DEMReader.read(Self.folded).flattened()
    #expect(
      DEMWriter.write(flat) == """
        detector(1, 2.5) D0
        detector(5) D0
        detector(2.5, 3, 3) D1
        error(0.125) D1 ^ D2
        error[x](0) D6
        error(0.25) D2 D1 D1 L1
        error(0.5) D1
        detector(8.5) D1
        error(0.5) D3
        detector(18.5) D3
        logical_observable L4

        """)
    #expect(try flat.flattened() == flat)
  }

  @Test func `the first declaration with coordinates counts`() throws {
    let model = try DEMReader.read(Self.folded)
    let coordinates = try model.detectorCoordinates()
    for (detector, place) in coordinates.enumerated() {
      #expect(model.coordinates(ofDetector: UInt64(detector)) == place)
    }
    #expect(coordinates == [[1, 2.5], [2.5, 3, 3], [], [18.5], [], [], []])
    #expect(coordinates == (try model.flattened().detectorCoordinates()) + [])
  }

  @Test func `coordinates are found in blocks that run long`() throws {
    let text = """
      repeat 1000000000000 {
        repeat 1000 {
          detector(1, 0.5) D3
          shift_detectors(0, 1) 2
        }
        shift_detectors(1) 0
      }
      """
    let model = try DEMReader.read(text)
    let turn: UInt64 = 123_456_789
    #expect(
      model.coordinates(ofDetector: turn * 2000 + 2 * 17 + 3)
        == [Double(turn) + 1, Double(turn) * 1000 + 17.5])
    #expect(model.coordinates(ofDetector: turn * 2000) == [])
  }

  @Test func `the canonical form merges and sorts`() throws {
    let model = try DEMReader.read(
      """
      error(0.25) D1 D0
      error(0.5) D0 L0
      error(0.5) D0 ^ D1
      error(0.125) D10 D2
      error(0.125) D2 D2 D1
      error(0.125) D1 L5
      error(0.125) D0
      error(0.125) L7 ^ L7
      """)
    #expect(
      DEMWriter.write(try model.canonical()) == """
        error(0.125)
        error(0.125) D0
        error(0.5) D0 L0
        error(0.5) D0 D1
        error(0.125) D1
        error(0.125) D1 L5
        error(0.125) D2 D10

        """)
  }

  @Test func `equivalence looks at mechanisms only`() throws {
    let model = try DEMReader.read(Self.folded)
    #expect(try model.isEquivalent(to: model.flattened()))
    #expect(try model.isEquivalent(to: model.withoutTags().withoutSeparators()))
    #expect(model.withoutTags() != model)
    let other = try DEMReader.read(Self.folded.replacing("0.125", with: "0.1250001"))
    #expect(try !model.isEquivalent(to: other))
    #expect(try model.isEquivalent(to: other.rounded(toDigits: 3)))
  }
}
