import CircuitFormats
import ErrorCorrection
import QuantumCore
import TestSupport
import Testing

struct WindowedDecoderTests {
  private static func compiled(
    _ model: DetectorErrorModel, commit: Double, buffer: Double,
    inner: any Decoder = UnionFindDecoder()
  ) throws -> CompiledWindowedDecoder {
    let decoder = WindowedDecoder(inner, commit: commit, buffer: buffer)
    return try #require(try decoder.compiled(for: model) as? CompiledWindowedDecoder)
  }

  private static func failures(_ decoder: any CompiledDecoder, _ shots: BitTable, _ truth: BitTable)
    -> Int
  {
    let predictions = decoder.predictions(for: shots, threads: 2).predictions
    return (0..<shots.rowCount).count { predictions.row($0) != truth.row($0) }
  }

  @Test(arguments: DecoderCatalog.all)
  func `one window for all decodes as without`(definition: DecoderDefinition) throws {
    let model = try RandomErrorModels.memory(
      "surface_code", "rotated_memory_x", distance: 3, rounds: 2, noise: 0.02)
    let (shots, _) = try RandomErrorModels.shots(of: model, 500, seed: 8)
    let whole = try definition.decoder.compiled(for: model)
    let windowed = try Self.compiled(model, commit: 1, buffer: 5, inner: definition.decoder)
    #expect(windowed.windowCount == 1)
    #expect(
      windowed.predictions(for: shots).predictions == whole.predictions(for: shots).predictions)
  }

  @Test func `windows lose next to nothing with a buffer of the distance`() throws {
    let model = try RandomErrorModels.memory(
      "surface_code", "rotated_memory_z", distance: 3, rounds: 30, noise: 0.004)
    let (shots, truth) = try RandomErrorModels.shots(of: model, 4000, seed: 9)
    let whole = try MatchingDecoder().compiled(for: model)
    let windowed = try Self.compiled(model, commit: 3, buffer: 6, inner: MatchingDecoder())
    #expect(windowed.windowCount == 9)
    let (all, some) = (Self.failures(whole, shots, truth), Self.failures(windowed, shots, truth))
    #expect(all > 200)
    #expect(abs(all - some) <= all / 20, "\(all) and \(some) failures")
    // Without looking ahead it is much worse.
    let blind = try Self.compiled(model, commit: 1, buffer: 0, inner: MatchingDecoder())
    #expect(Self.failures(blind, shots, truth) > all * 5 / 4)
  }

  @Test func `a fault across the end of the committed rounds is passed on`() throws {
    // A repetition code of distance 3: data errors to the sides cost more than errors of
    // measurement in time.
    let model = try DEMReader.read(
      """
      repeat 12 {
          error(0.01) D0 L0
          error(0.01) D0 D1
          error(0.01) D1
          error(0.2) D0 D2
          error(0.2) D1 D3
          detector(0, 0) D0
          detector(1, 0) D1
          shift_detectors(0, 1) 2
      }
      detector(0, 0) D0
      detector(1, 0) D1
      """)
    let decoder = try Self.compiled(model, commit: 4, buffer: 4)
    #expect(decoder.windowCount == 3)
    for round in 0..<11 {
      var shot = BitTable(rowCount: 1, columnCount: 26)
      (shot[0, 2 * round], shot[0, 2 * round + 2]) = (true, true)
      #expect(decoder.predictions(for: shot).predictions[0, 0] == false)
      var chain = BitTable(rowCount: 1, columnCount: 26)
      chain[0, 2 * round] = true
      #expect(decoder.predictions(for: chain).predictions[0, 0] == true)
    }
  }

  @Test(arguments: [(3.0, 6.0), (4, 4), (1, 5)])
  func `a folded model has the windows of the unrolled one`(commit: Double, buffer: Double) throws {
    let folded = try RandomErrorModels.memory(
      "surface_code", "rotated_memory_z", distance: 3, rounds: 120, noise: 0.01, foldsLoops: true)
    #expect(folded.instructions().contains { $0.kind == .repeatBlock && $0.count > 50 })
    let flat = try folded.flattened()
    let short = try Self.compiled(folded, commit: commit, buffer: buffer)
    let long = try Self.compiled(flat, commit: commit, buffer: buffer)
    #expect(short.windowCount == long.windowCount && short.detectorCount == long.detectorCount)
    #expect(short.distinctWindowCount <= 12)
    let (shots, _) = try RandomErrorModels.shots(of: folded, 300, seed: 10)
    #expect(short.predictions(for: shots).predictions == long.predictions(for: shots).predictions)
  }

  @Test func `a million rounds take no longer to compile`() throws {
    let model = try RandomErrorModels.memory(
      "repetition_code", "memory", distance: 3, rounds: 1_000_000, noise: 0.01, foldsLoops: true)
    let decoder = try Self.compiled(model, commit: 10, buffer: 10)
    #expect(decoder.windowCount >= 99_990 && decoder.distinctWindowCount <= 12)
    #expect(decoder.detectorCount == 2_000_002)
  }

  @Test func `a detector without a time is refused with its line`() throws {
    let model = try DEMReader.read("error(0.1) D0\nerror(0.1) D0 D1\ndetector(1, 2) D0")
    let refusal = try #require(throws: Diagnostic.self) {
      try WindowedDecoder(UnionFindDecoder(), commit: 1, buffer: 1).compiled(for: model)
    }
    #expect(refusal.range?.line == 2 && refusal.message.contains("D1"))
  }

  /// A decoder that is compiled for another model than the one it gets.
  private struct Deaf: Decoder {
    let detectors: Int
    let observables: Int

    func compiled(for model: DetectorErrorModel) throws -> any CompiledDecoder { Silent(self) }
  }

  /// Predicts nothing.
  private final class Silent: CompiledDecoder, DecodingSession {
    let detectorCount: Int
    let observableCount: Int

    init(_ decoder: Deaf) {
      (detectorCount, observableCount) = (decoder.detectors, decoder.observables)
    }
    func makeSession() -> any DecodingSession { Silent(Deaf(detectors: 0, observables: 0)) }
    func decode(_ batch: inout DecodingBatch) {}
  }

  @Test(arguments: [
    (1, 3), (9, 3), (0, 0), (3, 1), (3, 1 << 40), (-1, -1), (.max, .max), (.min, .min),
  ])
  func `a decoder of another model is refused`(detectors: Int, observables: Int) throws {
    // The first window has D0, D1 and one more observable for each of D1 and D2.
    let model = try DEMReader.read(
      """
      error(0.1) D0 L0
      error(0.1) D0 D1
      error(0.1) D1 D2
      error(0.1) D2
      detector(0) D0
      detector(1) D1
      detector(2) D2
      """)
    let own = Deaf(detectors: detectors, observables: observables)
    let refusal = #expect(throws: Obstacle.self) {
      try WindowedDecoder(own, commit: 1, buffer: 1).compiled(for: model)
    }
    #expect(refusal?.kind == .option)
    let start = "the decoder Deaf has \(detectors) detectors and \(observables) observables for "
    #expect(refusal?.message.hasPrefix(start) == true, "\(refusal?.message ?? "")")
    #expect(refusal?.message.contains("an error model with 2 detectors and ") == true)
    // So it is where tallies are collected.
    let circuit = try StimParser.parse(
      Array("X_ERROR(0.1) 0\nM 0\nDETECTOR rec[-1]\n".utf8))
    let task = CollectionTask(
      id: "own", circuit: circuit, model: try CollectionTask.model(of: circuit), decoder: own,
      limits: .init(shots: 10))
    let failure = #expect(throws: CollectionFailure.self) {
      try TallyCollector([task], seed: 1).collect { _ in }
    }
    #expect((failure?.reason as? Obstacle)?.message.hasPrefix(start) == true)
  }

  /// Two parts of a run that share no detectors: in the second a window takes the likelier of two
  /// explanations before it sees the event that only the other one explains.
  @Test func `what windows decided stays where a later one is left with events`() throws {
    let model = try DEMReader.read(
      """
      error(0.1) D0 L0
      error(0.2) D1 L1
      error(0.01) D1 D2 L2
      error(0.1) D3 L3
      detector(0) D0
      detector(0) D1
      detector(9) D2
      detector(15) D3
      """)
    let events = [[0], [1], [0, 1, 2, 3], [1, 2], [3], [0, 3]]
    var shots = BitTable(rowCount: events.count, columnCount: 4)
    for (row, shot) in events.enumerated() { for detector in shot { shots[row, detector] = true } }
    for definition in DecoderCatalog.all {
      let whole = try definition.decoder.compiled(for: model).predictions(for: shots)
      #expect(!whole.unexplained.contains(true))
      #expect(whole.predictions.row(2) == BitVector([true, false, true, true]))
      let windows = try WindowedDecoder(
        definition.decoder, commit: 3, buffer: 3, roundLength: 1
      ).compiled(for: model)
      let windowed = try #require(windows as? CompiledWindowedDecoder)
      #expect(windowed.windowCount == 5 && windowed.firstUnexplainedWindow == nil)
      let result = windowed.predictions(for: shots)
      #expect(result.unexplained == [false, false, true, true, false, false])
      for row in events.indices where !result.unexplained[row] {
        #expect(result.predictions.row(row) == whole.predictions.row(row), "\(definition.name)")
      }
      // D1 was explained by itself; what the other windows say is what the whole says.
      #expect(result.predictions.row(2) == BitVector([true, true, false, true]))
      #expect(result.predictions.row(3) == BitVector([false, true, false, false]))
      #expect(windowed.firstUnexplainedWindow == 2 && windowed.startTime(ofWindow: 2) == 6)
      // A buffer that sees the far event leaves nothing.
      let wide = try WindowedDecoder(
        definition.decoder, commit: 3, buffer: 9, roundLength: 1
      ).compiled(for: model).predictions(for: shots)
      #expect(wide.predictions == whole.predictions && !wide.unexplained.contains(true))
    }
  }

  @Test func `strange times and lengths are refused or work`() throws {
    let far = try DEMReader.read(
      "error(0.1) D0 D1\ndetector(1e300) D0\ndetector(-1e300) D1\nlogical_observable L0")
    #expect(throws: Obstacle.self) {
      try WindowedDecoder(UnionFindDecoder(), commit: 1, buffer: 1, roundLength: 1)
        .compiled(for: far)
    }
    let near = try DEMReader.read("error(0.1) D0 L0\ndetector(5) D0")
    for (commit, buffer) in [(1e-300, 1e14), (1e300, 0), (1, 0)] {
      let decoder = try Self.compiled(near, commit: commit, buffer: buffer)
      var shot = BitTable(rowCount: 1, columnCount: 1)
      shot[0, 0] = true
      #expect(decoder.predictions(for: shot).predictions[0, 0])
    }
    #expect(try Self.compiled(DetectorErrorModel(), commit: 1, buffer: 1).windowCount == 1)
  }

  @Test func `latencies are measured by the clock given`() throws {
    let model = try RandomErrorModels.memory(
      "repetition_code", "memory", distance: 3, rounds: 20, noise: 0.01)
    let decoder = WindowedDecoder(UnionFindDecoder(), commit: 5, buffer: 5, clock: { 1000 })
    let compiled = try #require(try decoder.compiled(for: model) as? CompiledWindowedDecoder)
    let (shots, _) = try RandomErrorModels.shots(of: model, 100, seed: 3)
    _ = compiled.predictions(for: shots, threads: 2)
    #expect(compiled.latencies.count == UInt64(100 * compiled.windowCount))
    #expect(compiled.latencies.greatest == 0)
  }
}

struct LatencyHistogramTests {
  @Test func `quantiles are those of the sorted times, to a bucket`() {
    forAll(61, count: 10) { rng in
      var histogram = LatencyHistogram()
      var times: [UInt64] = []
      for _ in 0..<Int.random(in: 1...500, using: &rng) {
        let time =
          UInt64.random(in: 0...UInt64.max, using: &rng) >> UInt64.random(in: 0...63, using: &rng)
        times.append(time)
        histogram.record(nanoseconds: time)
      }
      times.sort()
      #expect(histogram.greatest == times.last)
      for share in [0.01, 0.5, 0.9, 0.99, 1] {
        let exact = times[max(0, Int((share * Double(times.count)).rounded(.up)) - 1)]
        let quantile = histogram.quantile(share)
        #expect(quantile >= exact && Double(quantile) <= Double(exact) * 1.04 + 1)
      }
      #expect(histogram.octaves.reduce(0) { $0 + $1.count } == UInt64(times.count))
    }
  }
}
