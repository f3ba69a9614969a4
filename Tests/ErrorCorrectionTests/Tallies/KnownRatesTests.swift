import ErrorCorrection
import QuantumCore
import TestSupport
import Testing

/// Rates of circuits whose failures were counted with Stim 1.16 and PyMatching 2.4.
///
/// They depend on how the model takes errors apart.
struct KnownRatesTests {
  /// Circuits with the same error rate for gates, resets, measurements and waiting, as many rounds
  /// as the distance.
  struct Uniform: Sendable {
    let code: String
    let task: String
    let p: Double
    let distance: Int
    let rate: Double
    let error: Double
  }

  static let uniform = [
    Uniform(
      code: "repetition_code", task: "memory", p: 0.03, distance: 3, rate: 5.411e-2, error: 6e-4),
    Uniform(
      code: "repetition_code", task: "memory", p: 0.03, distance: 5, rate: 3.353e-2, error: 4e-4),
    Uniform(
      code: "surface_code", task: "rotated_memory_x", p: 0.005, distance: 3, rate: 1.939e-2,
      error: 2e-4),
    Uniform(
      code: "surface_code", task: "rotated_memory_z", p: 0.005, distance: 5, rate: 1.385e-2,
      error: 2e-4),
    Uniform(
      code: "surface_code", task: "rotated_memory_z", p: 0.005, distance: 7, rate: 9.936e-3,
      error: 1e-4),
    Uniform(
      code: "surface_code", task: "unrotated_memory_z", p: 0.005, distance: 3, rate: 2.437e-2,
      error: 3e-4),
  ]

  static func tallies(_ circuits: [Circuit], shots: Int) throws -> [DecodingTally] {
    let matching = try #require(DecoderCatalog.definition(named: "matching"))
    let tasks = try circuits.enumerated().map { place, circuit in
      CollectionTask(
        id: "\(place)", circuit: circuit, model: try CollectionTask.model(of: circuit),
        decoder: matching.decoder, limits: .init(shots: shots))
    }
    let collector = try TallyCollector(tasks, seed: 11, threads: 2)
    try collector.collect { _ in }
    return collector.totals
  }

  @Test(arguments: uniform) func `uniform noise fails as often as known`(known: Uniform) throws {
    let circuit = try CodeCatalog.task(code: known.code, task: known.task)
      .experiment(
        distance: known.distance, rounds: UInt64(known.distance),
        noise: MemoryNoise(uniform: known.p)
      ).circuit()
    let rate = LogicalErrorRate.perExperiment(of: try Self.tallies([circuit], shots: 40_000)[0])
    let deviation = (known.error * known.error + rate.standardError * rate.standardError)
      .squareRoot()
    #expect(abs(rate.value - known.rate) < 4 * deviation)
  }

  static func superconducting(distance: Int, rounds: UInt64, p: Double) throws -> Circuit {
    let clean = try CodeCatalog.task(code: "surface_code", task: "rotated_memory_z")
      .experiment(distance: distance, rounds: rounds, gateSet: .cz).circuit()
    let definition = try #require(NoiseModelCatalog.definition(named: "si1000"))
    let model = try definition.model(settings: [("p", .number(p))])
    return try NoiseModel.applying([model], to: clean).circuit
  }

  @Test func `superconducting noise suppresses errors as known`() throws {
    // ε of distance d at p = 0.0023, from 5 and 35 rounds, with its error.
    let known = [3: (5.603e-3, 1.3e-5), 5: (2.580e-3, 1.3e-5)]
    var circuits: [Circuit] = []
    for distance in [3, 5] {
      for rounds: UInt64 in [5, 35] {
        circuits.append(try Self.superconducting(distance: distance, rounds: rounds, p: 0.0023))
      }
    }
    let tallies = try Self.tallies(circuits, shots: 16_384)
    for (place, distance) in [3, 5].enumerated() {
      let rate = try #require(
        LogicalErrorRate.perCycle(of: [
          .init(cycles: 5, tallies[2 * place]), .init(cycles: 35, tallies[2 * place + 1]),
        ]))
      let (value, error) = try #require(known[distance])
      #expect(abs(rate.value - value) < 4 * (error + rate.standardError))
    }
  }
}
