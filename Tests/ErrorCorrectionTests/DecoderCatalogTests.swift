import CircuitFormats
import ErrorCorrection
import QuantumCore
import TestSupport
import Testing

extension DecoderDefinition: CustomTestStringConvertible {
  public var testDescription: String { name }
}

/// Laws that hold for every decoder, one written outside the package among them.
struct DecoderCatalogTests {
  private static let all =
    DecoderCatalog.all + [
      DecoderDefinition(
        "likeliest-faults", summary: "The decoder of the example OwnDecoder.",
        details: "Any mechanisms, at most 20 detectors and observables.", takesHyperedges: true,
        decoder: LikeliestFaults())
    ]

  private static func compiled(
    _ definition: DecoderDefinition, _ model: DetectorErrorModel
  ) throws -> any CompiledDecoder {
    try definition.decoder.compiled(for: model)
  }

  @Test func `names are unlike`() {
    let names = DecoderCatalog.all.flatMap { [$0.name] + $0.aliases }
    #expect(Set(names).count == names.count && names.count >= 3)
    for name in names { #expect(DecoderCatalog.definition(named: name) != nil) }
  }

  @Test(arguments: all)
  func `none fails less often than maximum likelihood`(definition: DecoderDefinition) throws {
    for row in ExactRates.all where row.detectors == 8 {
      let model = try row.model()
      let rate = try ErrorDistribution(model).failureRate(of: Self.compiled(definition, model))
      #expect(rate >= row.maximumLikelihood - 1e-12, "\(row.name)")
      #expect(rate <= 1.6 * row.maximumLikelihood, "\(row.name)")
    }
    forAll(51, count: 30) { rng in
      let model = RandomErrorModels.graph(
        detectors: 6, edges: 8, observables: 2, negative: 0.1, using: &rng)
      let exact = try ErrorDistribution(model)
      let rate = try exact.failureRate(of: Self.compiled(definition, model))
      #expect(rate >= exact.maximumLikelihoodFailureRate - 1e-12 && rate <= 1 + 1e-12)
    }
  }

  @Test(arguments: all)
  func `corrections explain the events, and predictions follow from them`(
    definition: DecoderDefinition
  ) throws {
    let model = try RandomErrorModels.memory(
      "surface_code", "rotated_memory_z", distance: 3, rounds: 2, noise: 0.02)
    let decoder = try Self.compiled(definition, model)
    let (shots, _) = try RandomErrorModels.shots(of: model, 200, seed: 5)
    let result = decoder.predictions(for: shots, weights: true, confidences: true)
    let session = decoder.makeSession()
    for shot in 0..<shots.rowCount {
      guard let correction = session.correction(for: shots.row(shot)) else {
        #expect(result.weights[shot].isNaN)
        continue
      }
      #expect(correction.observables == result.predictions.row(shot))
      #expect(abs(correction.weight - result.weights[shot]) < 1e-6)
      var events = BitVector(count: decoder.detectorCount)
      for edge in correction.edges {
        events[edge.detector].toggle()
        if let other = edge.other { events[other].toggle() }
      }
      #expect(events == shots.row(shot))
    }
  }

  @Test(arguments: all)
  func `predictions do not depend on threads or on the shots before`(
    definition: DecoderDefinition
  ) throws {
    let model = try RandomErrorModels.memory(
      "repetition_code", "memory", distance: 5, rounds: 3, noise: 0.05)
    let decoder = try Self.compiled(definition, model)
    let (shots, _) = try RandomErrorModels.shots(of: model, 1000, seed: 6)
    let one = decoder.predictions(for: shots, weights: true)
    let two = decoder.predictions(for: shots, weights: true, threads: 2)
    #expect(one.predictions == two.predictions)
    #expect(one.weights.map(\.bitPattern) == two.weights.map(\.bitPattern))
    for shot in stride(from: 0, to: 1000, by: 97) {
      var alone = BitTable(rowCount: 1, columnCount: shots.columnCount)
      alone.setRow(0, to: shots.row(shot))
      #expect(
        decoder.predictions(for: alone).predictions.row(0) == one.predictions.row(shot))
    }
  }

  @Test(arguments: all)
  func `a repetition code corrects fewer than half of its qubits`(
    definition: DecoderDefinition
  ) throws {
    var model = DetectorErrorModel()
    for qubit in 0..<UInt64(7) {
      var targets: [DetectorErrorModel.Target] = qubit == 0 ? [.observable(0)] : []
      if qubit > 0 { targets.append(.detector(qubit - 1)) }
      if qubit < 6 { targets.append(.detector(qubit)) }
      model.appendError(0.1, targets)
    }
    let decoder = try Self.compiled(definition, model)
    for set in 0..<1 << 7 where set.nonzeroBitCount <= 3 {
      var shot = BitTable(rowCount: 1, columnCount: 6)
      for place in 0..<6 { shot[0, place] = (set >> place ^ set >> (place + 1)) & 1 == 1 }
      #expect(decoder.predictions(for: shot).predictions[0, 0] == (set & 1 == 1))
    }
  }

  // The example leaves evidence alone.
  @Test(arguments: DecoderCatalog.all)
  func `evidence about a shot counts in that shot alone`(definition: DecoderDefinition) throws {
    let model = try DEMReader.read("error(0.1) D0 L0\nerror(0.001) D0 D1\nerror(0.1) D1")
    let decoder = try Self.compiled(definition, model)
    var shots = BitTable(rowCount: 3, columnCount: 2)
    for shot in 0..<3 { (shots[shot, 0], shots[shot, 1]) = (true, true) }
    var evidence = ShotEvidence()
    evidence.appendShot([])
    evidence.appendShot([(mechanism: 1, probability: 0.5)])
    evidence.appendShot([])
    let result = decoder.predictions(for: shots, evidence: evidence)
    #expect((0..<3).map { result.predictions[$0, 0] } == [true, false, true])
  }

  @Test(arguments: all)
  func `models with nothing in them decode to nothing`(definition: DecoderDefinition) throws {
    for text in ["", "error(0.1) D0", "error(0.1) L0", "detector D3\nlogical_observable L9"] {
      let decoder = try Self.compiled(definition, DEMReader.read(text))
      let shots = BitTable(rowCount: 3, columnCount: decoder.detectorCount)
      let result = decoder.predictions(for: shots, weights: true, confidences: true)
      #expect(result.predictions.words.allSatisfy { $0 == 0 })
      // Nothing explains an event where there is nothing.
      guard decoder.detectorCount > 0 else { continue }
      var event = shots
      event[0, decoder.detectorCount - 1] = true
      #expect(decoder.predictions(for: event).predictions.words.allSatisfy { $0 == 0 })
    }
    let certain = try Self.compiled(definition, DEMReader.read("error(0.9) L1\nerror(1) D0 L0"))
    var shots = BitTable(rowCount: 1, columnCount: 1)
    shots[0, 0] = true
    let predictions = certain.predictions(for: shots).predictions
    #expect(predictions[0, 0] && predictions[0, 1])
  }

  /// Says of every shot what it was given: a flip for each event, and what the test asks for.
  private final class Echo: CompiledDecoder, DecodingSession, @unchecked Sendable {
    let (detectorCount, observableCount) = (70, 3)
    private var events = [1, 2, 3]

    func makeSession() -> any DecodingSession { Echo() }

    func decode(_ batch: inout DecodingBatch) {
      #expect(batch.detectorCount == 70 && batch.observableCount == 3)
      for shot in 0..<batch.shotCount {
        batch.detectionEvents(ofShot: shot, into: &events)
        #expect(events == batch.detectionEvents(ofShot: shot))
        let packed = batch.withPackedDetections(ofShot: shot) { bytes in
          #expect(bytes.count == 9)
          return (0..<70).filter { bytes[$0 / 8] >> UInt8($0 % 8) & 1 == 1 }
        }
        #expect(packed == events)
        for event in events { batch.flip(event % 3, ofShot: shot) }
        if let evidence = batch.evidence {
          for entry in evidence.entries(ofShot: shot) {
            batch.setWeight(Double(evidence.mechanisms[entry]), ofShot: shot)
            batch.setConfidence(evidence.probabilities[entry], ofShot: shot)
          }
        }
        if events.contains(69) { batch.setUnexplained(ofShot: shot) }
      }
      #expect(batch.wantsWeights == (batch.evidence != nil))
    }
  }

  @Test func `a session reads what it is lent and answers by shot`() {
    var shots = BitTable(rowCount: 300, columnCount: 70)
    for shot in 0..<300 {
      for detector in 0..<70 where (shot + 7 * detector) % 11 == 0 { shots[shot, detector] = true }
    }
    var evidence = ShotEvidence()
    for shot in 0..<300 { evidence.appendShot([(mechanism: shot, probability: 0.25)]) }
    for threads in [1, 2] {
      let plain = Echo().predictions(for: shots, threads: threads)
      #expect(plain.weights.isEmpty && plain.confidences.isEmpty)
      let result = Echo().predictions(
        for: shots, evidence: evidence, weights: true, confidences: true, threads: threads)
      #expect(result.predictions == plain.predictions)
      for shot in 0..<300 {
        let events = (0..<70).filter { shots[shot, $0] }
        let isUnexplained = events.contains(69)
        for observable in 0..<3 {
          let isOdd = events.count { $0 % 3 == observable } % 2 == 1
          #expect(result.predictions[shot, observable] == (isOdd && !isUnexplained))
        }
        #expect(result.unexplained[shot] == isUnexplained)
        #expect(result.weights[shot] == (isUnexplained ? .infinity : Double(shot)))
        #expect(isUnexplained ? result.confidences[shot].isNaN : result.confidences[shot] == 0.25)
      }
    }
  }

  @Test func `a session that says nothing predicts nothing`() throws {
    let decoder = try IdleDecoder().compiled(for: DEMReader.read("error(0.1) D0 L0"))
    let result = decoder.predictions(
      for: BitTable(rowCount: 3, columnCount: 1), weights: true, confidences: true)
    #expect(result.predictions.words.allSatisfy { $0 == 0 } && result.unexplainedCount == 0)
    #expect(result.weights.allSatisfy(\.isNaN) && result.confidences.allSatisfy(\.isNaN))
  }
}
