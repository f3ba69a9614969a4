import CircuitFormats
import ErrorCorrection
import Foundation
import QuantumCore
import TestSupport
import Testing

/// Faults that flip the same detectors and other observables.
struct ParallelFaultTests {
  private static func reported(_ name: String) throws -> DetectorErrorModel {
    let url = Repository.url("Tests/Fixtures/Reported/decoding/\(name)")
    return try DEMReader.read(String(decoding: Data(contentsOf: url), as: UTF8.self))
  }

  static func prediction(
    _ decoder: DecoderDefinition, _ model: DetectorErrorModel, _ events: UInt64
  ) throws -> UInt64 {
    let compiled = try decoder.decoder.compiled(for: model)
    var shot = BitTable(rowCount: 1, columnCount: compiled.detectorCount)
    for detector in 0..<compiled.detectorCount {
      shot[0, detector] = events >> UInt64(detector) & 1 == 1
    }
    let row = compiled.predictions(for: shot).predictions
    return (0..<compiled.observableCount).reduce(0) { $0 | (row[0, $1] ? 1 << UInt64($1) : 0) }
  }

  @Test(arguments: DecoderCatalog.all.map(\.name))
  func `the likelier of them wins`(name: String) throws {
    let decoder = try #require(DecoderCatalog.definition(named: name))
    for (file, events, expected) in [
      ("parallel-boundary.dem", 0b01, 0), ("parallel-boundary.dem", 0b10, 0),
      ("parallel-boundary.dem", 0b11, 0), ("blind-logical.dem", 0b1, 1),
      ("blind-logical.dem", 0b0, 0), ("likely-errors.dem", 0b0, 1), ("likely-errors.dem", 0b1, 1),
    ] as [(String, UInt64, UInt64)] {
      #expect(
        try Self.prediction(decoder, Self.reported(file), events) == expected, "\(file) \(events)")
    }
    for text in [
      "error(0.1) D0 L0\nerror(0.2) D0", "error(0.2) D0\nerror(0.1) D0 L0",
      "error(0) D0 L0\nerror(0.2) D0", "error(0.2) D0\nerror(0.05) D0 L0\nerror(0.06) D0 L0",
    ] {
      #expect(try Self.prediction(decoder, DEMReader.read(text), 1) == 0, "\(text)")
    }
    #expect(try Self.prediction(decoder, DEMReader.read("error(0.1) D0 ^ L0"), 1) == 1)
  }

  @Test(arguments: ["matching", "correlated-matching", "union-find", "dense-matching"])
  func `an edge is no likelier because it may be one of several`(name: String) throws {
    let decoder = try #require(DecoderCatalog.definition(named: name))
    let text = "error(0.05) D0 D1 L0\nerror(0.048) D0 D1\nerror(0.24) D0\nerror(0.22) D1\n"
    let model = try DEMReader.read(text)
    #expect(try Self.prediction(decoder, model, 0b11) == 0)
    let rate = try ErrorDistribution(model).failureRate(of: decoder.decoder.compiled(for: model))
    #expect(abs(rate - 0.05) < 1e-12)
  }

  @Test func `strands and parts are found without searching through all of them`() throws {
    /// Counts how often values are compared.
    struct Counted: Hashable, Comparable {
      let value: Int
      let count: SharedCount

      func hash(into hasher: inout Hasher) { hasher.combine(value) }
      static func == (a: Counted, b: Counted) -> Bool {
        a.count.value += 1
        return a.value == b.value
      }
      static func < (a: Counted, b: Counted) -> Bool {
        a.count.value += 1
        return a.value < b.value
      }
    }
    final class SharedCount { var value = 0 }
    for size in [1000, 8000] {
      let count = SharedCount()
      var numbering = Numbering<Counted>()
      for value in 0..<size {
        #expect(numbering.number(of: Counted(value: value / 2, count: count)) == value / 2)
      }
      #expect(numbering.values.count == size / 2 && count.value < 20 * size)
      count.value = 0
      let values = (0..<size).map { Counted(value: $0 * 7919 % size / 3, count: count) }
      #expect(values.occurringOddly().count <= size / 3 + 1 && count.value < 30 * size)
    }
    // As many as there may be observables, and an error of so many parts.
    var (model, parts) = (DetectorErrorModel(), [DetectorErrorModel.Target]())
    for observable in 0..<DecodingLimits.observables {
      model.appendError(observable == 9 ? 0.02 : 0.01, [.detector(0), .observable(observable)])
      parts += [.detector(observable), .separator]
    }
    model.appendError(0.001, Array(parts.dropLast()))
    for name in ["matching", "union-find"] {
      let decoder = try #require(DecoderCatalog.definition(named: name)).decoder
      let compiled = try decoder.compiled(for: model)
      var shot = BitTable(rowCount: 1, columnCount: compiled.detectorCount)
      shot[0, 0] = true
      let row = compiled.predictions(for: shot).predictions
      #expect((0..<compiled.observableCount).filter { row[0, $0] } == [9])
    }
    #expect(throws: Obstacle.self) { try CorrelatedMatchingDecoder().compiled(for: model) }
  }

  @Test func `failure rates are those of the likelier choice`() throws {
    for (file, rate) in [
      ("parallel-boundary.dem", 0.003), ("blind-logical.dem", 0.206), ("likely-errors.dem", 0.05),
    ] {
      let model = try Self.reported(file)
      let exact = try ErrorDistribution(model)
      for definition in DecoderCatalog.all {
        let found = exact.failureRate(of: try definition.decoder.compiled(for: model))
        #expect(abs(found - rate) < 1e-12, "\(file) \(definition.name)")
      }
    }
  }

  /// Few detectors, many faults with the same of them, each with observables of its own.
  private static func model(using rng: inout PhiloxGenerator) -> DetectorErrorModel {
    var model = DetectorErrorModel()
    var known: Set<[UInt64]> = []
    for _ in 0..<12 {
      var targets: [DetectorErrorModel.Target] = []
      let first = UInt64.random(in: 0..<3, using: &rng)
      let second = UInt64.random(in: 0..<4, using: &rng)
      targets.append(.detector(first))
      if second < 3, second != first { targets.append(.detector(second)) }
      for observable in 0..<UInt64(2) where Bool.random(using: &rng) {
        targets.append(.observable(observable))
      }
      guard known.insert(targets.map(\.rawValue).sorted()).inserted else { continue }
      let p = Double.random(in: 0.01..<0.45, using: &rng)
      model.appendError(Int.random(in: 0..<4, using: &rng) == 0 ? 1 - p : p, targets)
    }
    model.appendDetector(2)
    model.appendObservable(1)
    return model
  }

  @Test(arguments: ["matching", "dense-matching"])
  func `matching takes the likeliest set of faults, whatever their probabilities`(
    name: String
  ) throws {
    let decoder = try #require(DecoderCatalog.definition(named: name))
    var checked = 0
    forAll(20_261_130, count: 60) { rng in
      let model = Self.model(using: &rng)
      let likeliest = try LikeliestErrors(model)
      let session = try decoder.decoder.compiled(for: model).makeSession()
      for (events, answer) in likeliest.answers {
        let shot = BitVector((0..<3).map { events >> UInt64($0) & 1 == 1 })
        let correction = try #require(session.correction(for: shot))
        let weight = likeliest.logOfNothing - answer.logProbability
        #expect(
          abs(correction.weight - weight) < 1e-5, "\(DEMWriter.write(model)) \(events)")
        guard answer.isClear else { continue }
        #expect(
          try Self.prediction(decoder, model, events) == answer.observables,
          "\(DEMWriter.write(model)) \(events)")
        checked += 1
      }
    }
    #expect(checked > 300)
  }

  @Test(arguments: ["union-find", "correlated-matching"])
  func `other decoders take the likeliest of faults that are alone`(name: String) throws {
    let decoder = try #require(DecoderCatalog.definition(named: name))
    forAll(20_261_131, count: 40) { rng in
      var model = DetectorErrorModel()
      for mask in 0..<UInt64(4) {
        let p = Double.random(in: 0.01..<0.99, using: &rng)
        let targets = (0..<UInt64(2)).filter { mask >> $0 & 1 == 1 }
          .map { DetectorErrorModel.Target.observable($0) }
        model.appendError(p, [.detector(0)] + targets)
      }
      for (events, answer) in try LikeliestErrors(model).answers where answer.isClear {
        #expect(try Self.prediction(decoder, model, events) == answer.observables)
      }
    }
  }

  @Test(arguments: ["matching", "dense-matching", "union-find"])
  func `evidence may make another of them the likeliest`(name: String) throws {
    let decoder = try #require(DecoderCatalog.definition(named: name)).decoder
    forAll(20_261_132, count: 30) { rng in
      let texts = ["D0", "D0 L0", "D0 L1", "D0 D1", "D0 D1 L0", "D1 L1"]
      let before = texts.map { _ in Double.random(in: 0.01..<0.99, using: &rng) }
      let after = texts.map { _ in Double.random(in: 0.01..<0.99, using: &rng) }
      func model(_ probabilities: [Double]) throws -> DetectorErrorModel {
        try DEMReader.read(zip(texts, probabilities).map { "error(\($1)) \($0)\n" }.joined())
      }
      let (old, new) = (
        try decoder.compiled(for: model(before)), try decoder.compiled(for: model(after))
      )
      var shots = BitTable(rowCount: 8, columnCount: 2)
      var evidence = ShotEvidence()
      for shot in 0..<8 {
        (shots[shot, 0], shots[shot, 1]) = (shot & 1 == 1, shot & 2 == 2)
        let entries = shot < 4 ? after.enumerated().map { (mechanism: $0, probability: $1) } : []
        evidence.appendShot(entries)
      }
      let found = old.predictions(for: shots, evidence: evidence, weights: true)
      let (expected, plain) = (
        new.predictions(for: shots, weights: true), old.predictions(for: shots, weights: true)
      )
      for shot in 0..<8 {
        let right = shot < 4 ? expected : plain
        // Which of two clusters union-find grows first depends on rounding of the lengths.
        if name != "union-find" {
          #expect(found.predictions.row(shot) == right.predictions.row(shot))
          #expect(abs(found.weights[shot] - right.weights[shot]) < 1e-6)
        } else if shot >= 4 {
          #expect(found.predictions.row(shot) == right.predictions.row(shot))
        }
      }
    }
  }
}
