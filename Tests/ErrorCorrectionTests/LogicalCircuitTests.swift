import CircuitFormats
import ErrorCorrection
import Foundation
import QuantumCore
import StabilizerSimulation
import TestSupport
import Testing

/// Circuits whose errors have parts with unlike observables: a transversal CNOT, lattice surgery, a
/// colour code.
struct LogicalCircuitTests {
  private static func text(_ name: String) throws -> String {
    let url = Repository.url("Tests/Fixtures/Reported/decoding/\(name)")
    return String(decoding: try Data(contentsOf: url), as: UTF8.self)
  }

  private static func areWrong(
    _ name: String, _ model: DetectorErrorModel, _ events: DetectionSampler.Events
  ) throws -> [Bool] {
    let decoder = try #require(DecoderCatalog.definition(named: name)).decoder
    let compiled = try decoder.compiled(for: model)
    let predictions = compiled.predictions(for: events.detectors).predictions
    return (0..<predictions.rowCount).map { predictions.row($0) != events.observables.row($0) }
  }

  /// PyMatching 2.4.0 on the model of Stim 1.16.0 fails in 0.034767112 of all shots: its answers to
  /// all 128 syndromes, weighed with their probabilities.
  @Test(arguments: ["matching", "correlated-matching", "union-find", "dense-matching"])
  func `a code that only detects is decoded better than by PyMatching`(name: String) throws {
    let url = Repository.url("Examples/circuits/surface_code.stim")
    let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
    let model = try CollectionTask.model(of: CircuitFile.parse(text, format: .stim).circuit)
    let decoder = try #require(DecoderCatalog.definition(named: name)).decoder
    let exact = try ErrorDistribution(model)
    let rate = exact.failureRate(of: try decoder.compiled(for: model))
    let best = exact.maximumLikelihoodFailureRate
    #expect(abs(best - 0.033711506) < 1e-9)
    #expect(rate < 0.034767112 && rate < best * 1.002, "\(rate)")
  }

  /// Both models decode the same shots. Of those in which one of them alone fails, each has half if
  /// the models are equally good.
  @Test(
    arguments: ["transversal", "surgery", "colour"],
    ["matching", "correlated-matching", "union-find"])
  func `our model decodes no worse than Stim's`(circuitName: String, decoder: String) throws {
    let circuit = try CircuitFile.parse(Self.text("\(circuitName).stim"), format: .stim).circuit
    let ours = try CollectionTask.model(of: circuit)
    let theirs = try DEMReader.read(Self.text("\(circuitName).dem"))
    let events = try DetectionSampler(circuit).sample(shots: 40_000, seed: 20_261_130)
    let (a, b) = (
      try Self.areWrong(decoder, ours, events), try Self.areWrong(decoder, theirs, events)
    )
    let (onlyOurs, onlyTheirs) = (
      zip(a, b).count { $0 && !$1 }, zip(a, b).count { !$0 && $1 }
    )
    let deviation = Double(onlyOurs + onlyTheirs).squareRoot()
    #expect(
      Double(onlyOurs - onlyTheirs) <= 4 * deviation,
      "\(onlyOurs) shots only ours, \(onlyTheirs) only Stim's")
    #expect(a.count { $0 } > 20, "There is something to compare")
  }
}
