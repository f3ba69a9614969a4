import CircuitFormats
import ErrorCorrection
import Foundation
import QuantumCore
import TestSupport
import Testing

/// A row of exact failure rates; see the PROVENANCE.md beside the data.
struct ExactRates: Decodable, CustomTestStringConvertible {
  let name: String
  let detectors: Int
  let undecoded: Double
  let matching: Double
  let correlated: Double
  let maximumLikelihood: Double
  let noDetection: Double

  var testDescription: String { name }

  static let all: [ExactRates] =
    (try? JSONDecoder().decode(
      [ExactRates].self,
      from: Data(contentsOf: Repository.url("Tests/Fixtures/decoders/exact.json")))) ?? []

  func model() throws -> DetectorErrorModel {
    let file = name.split(separator: "/").joined(separator: "_")
    return try DEMReader.read(Repository.text("Tests/Fixtures/decoders/\(file).dem"))
  }
}

struct ErrorDistributionTests {
  @Test func `there are rows to compare with`() {
    #expect(ExactRates.all.count == 7)
  }

  @Test(arguments: ExactRates.all)
  func `failure rates are those of the reference`(row: ExactRates) throws {
    let model = try row.model()
    let exact = try ErrorDistribution(model, threads: 2)
    #expect(exact.detectorCount == row.detectors)
    let silent = (0..<2).reduce(0) {
      $0 + exact.probability(detectors: 0, observables: UInt64($1))
    }
    #expect(abs(silent - row.noDetection) < 1e-9)
    #expect(abs(exact.failureRateWithoutDecoding - row.undecoded) < 1e-9)
    #expect(abs(exact.maximumLikelihoodFailureRate - row.maximumLikelihood) < 1e-9)
    let lookup = try LookupDecoder().compiled(for: model)
    #expect(abs(exact.failureRate(of: lookup) - row.maximumLikelihood) < 1e-9)
    for decoder in [DenseMatchingDecoder(), MatchingDecoder()] as [any Decoder] {
      let matching = try decoder.compiled(for: model)
      #expect(abs(exact.failureRate(of: matching, threads: 2) - row.matching) < 1e-9)
    }
    let correlated = try CorrelatedMatchingDecoder().compiled(for: model)
    #expect(abs(exact.failureRate(of: correlated, threads: 2) - row.correlated) < 1e-6)
  }

  @Test func `superconducting noise fails exactly as often as known`() throws {
    let circuit = try KnownRatesTests.superconducting(distance: 3, rounds: 1, p: 0.005)
    let model = try CollectionTask.model(of: circuit)
    let exact = try ErrorDistribution(model, threads: 2)
    #expect(exact.detectorCount == 8)
    #expect(abs(exact.failureRateWithoutDecoding - 0.14734984529904627) < 1e-9)
    #expect(abs(exact.maximumLikelihoodFailureRate - 0.04412198908406974) < 1e-9)
    let matching = try MatchingDecoder().compiled(for: model)
    #expect(abs(exact.failureRate(of: matching, threads: 2) - 0.044326138541953816) < 1e-9)
    let correlated = try CorrelatedMatchingDecoder().compiled(for: model)
    #expect(abs(exact.failureRate(of: correlated, threads: 2) - 0.044326138541953816) < 1e-6)
  }

  @Test func `the distribution is the sum over all sets of mechanisms`() throws {
    forAll(31, count: 20) { rng in
      let model = RandomErrorModels.hypergraph(
        detectors: 4, mechanisms: 8, observables: 2, using: &rng)
      let exact = try! ErrorDistribution(model)
      var table = [Double](repeating: 0, count: 64)
      let errors = model.instructions().filter { $0.kind == .error }
      for set in 0..<1 << errors.count {
        var (bits, probability) = (0, 1.0)
        for (index, error) in errors.enumerated() {
          let p = model.probability(of: error)
          let happens = set >> index & 1 == 1
          probability *= happens ? p : 1 - p
          guard happens else { continue }
          for target in model.targets(of: error) {
            bits ^= 1 << (Int(target.value) + (target.isDetector ? 0 : 4))
          }
        }
        table[bits] += probability
      }
      for bits in 0..<64 {
        let probability = exact.probability(
          detectors: UInt64(bits & 15), observables: UInt64(bits >> 4))
        #expect(abs(probability - table[bits]) < 1e-12)
      }
    }
  }

  @Test func `blocks count as often as they run, however often that is`() throws {
    func failure(_ text: String) throws -> Double {
      try ErrorDistribution(DEMReader.read(text)).failureRateWithoutDecoding
    }
    let folded = try failure(
      """
      repeat 3 {
          error(0.1) D0 L0
          repeat 2 {
              error(0.02) D1 L0
              shift_detectors 1
          }
      }
      """)
    let unrolled = try failure(
      (0..<3).map { turn in
        "error(0.1) D\(2 * turn) L0\nerror(0.02) D\(2 * turn + 1) L0\nerror(0.02) D\(2 * turn + 2) L0"
      }.joined(separator: "\n"))
    #expect(abs(folded - unrolled) < 1e-15)
    let endless = try failure(
      "repeat 1000000000000000000 {\n error(0.001) L0\n shift_detectors 5\n}")
    #expect(endless == 0.5)
    let odd = try failure("repeat 999999999999 {\n error(1) L0\n}")
    #expect(odd == 1)
    let rare = try failure("repeat 1000 {\n error(1e-15) D0 L0\n}")
    #expect(abs(rare / 1e-12 - 1) < 1e-9)
  }

  @Test func `a model too large for a table says what it would need`() throws {
    let model = try DEMReader.read("error(0.1) D20 L5")
    let obstacle = try #require(throws: Obstacle.self) { try ErrorDistribution(model) }
    #expect(obstacle.kind == .option)
    #expect(obstacle.message.contains("21 and 6") && obstacle.message.contains("25"))
    #expect(throws: Obstacle.self) {
      try LookupDecoder().compiled(for: DEMReader.read("error(0.1) D1000000000000000 L0"))
    }
  }

  @Test func `confidence is the odds of being right`() throws {
    let model = try DEMReader.read("error(0.2) D0 L0\nerror(0.1) D0\nerror(0.25) L0")
    let decoder = try LookupDecoder().compiled(for: model)
    var shots = BitTable(rowCount: 2, columnCount: 1)
    shots[1, 0] = true
    let result = decoder.predictions(for: shots, confidences: true)
    #expect(result.predictions[0, 0] == false && result.predictions[1, 0] == true)
    // D0 fires: L0 by the first without the third, or by the second and the third.
    let (one, none) = (0.2 * 0.9 * 0.75 + 0.8 * 0.1 * 0.25, 0.2 * 0.9 * 0.25 + 0.8 * 0.1 * 0.75)
    #expect(abs(result.confidences[1] - Foundation.log(one / none)) < 1e-6)
    var evidence = ShotEvidence()
    evidence.appendShot([])
    evidence.appendShot([(mechanism: 0, probability: 0.0)])
    let informed = decoder.predictions(for: shots, evidence: evidence, confidences: true)
    #expect(informed.predictions[1, 0] == false)
    #expect(abs(informed.confidences[1] - Foundation.log(0.75 / 0.25)) < 1e-6)
  }
}
