import ErrorCorrection
import QuantumCore
import StabilizerSimulation
import TestSupport

/// Models made up for tests.
enum RandomErrorModels {
  /// A random graph: edges between detectors, some with an observable, some to the boundary, some
  /// likelier than not.
  static func graph(
    detectors: Int, edges: Int, observables: Int = 1, boundaries: Int = 2,
    negative: Double = 0, using rng: inout PhiloxGenerator
  ) -> DetectorErrorModel {
    var model = DetectorErrorModel()
    for index in 0..<edges + boundaries {
      var targets: [DetectorErrorModel.Target] = []
      let first = UInt64.random(in: 0..<UInt64(detectors), using: &rng)
      targets.append(.detector(first))
      if index < edges {
        let second = UInt64.random(in: 0..<UInt64(detectors), using: &rng)
        if second != first { targets.append(.detector(second)) }
      }
      for observable in 0..<UInt64(observables) where Int.random(in: 0..<3, using: &rng) == 0 {
        targets.append(.observable(observable))
      }
      let isNegative = Double.random(in: 0..<1, using: &rng) < negative
      let probability = Double.random(in: 0.005..<0.3, using: &rng)
      model.appendError(isNegative ? 1 - probability : probability, targets)
    }
    model.appendDetector(UInt64(detectors) - 1)
    if observables > 0 { model.appendObservable(UInt64(observables) - 1) }
    return model
  }

  /// Mechanisms that flip any detectors and observables.
  static func hypergraph(
    detectors: Int, mechanisms: Int, observables: Int, using rng: inout PhiloxGenerator
  ) -> DetectorErrorModel {
    var model = DetectorErrorModel()
    for _ in 0..<mechanisms {
      var targets: [DetectorErrorModel.Target] = []
      for detector in 0..<UInt64(detectors) where Bool.random(using: &rng) {
        targets.append(.detector(detector))
      }
      for observable in 0..<UInt64(observables) where Bool.random(using: &rng) {
        targets.append(.observable(observable))
      }
      model.appendError(Double.random(in: 0..<1, using: &rng), targets)
    }
    model.appendDetector(UInt64(detectors) - 1)
    model.appendObservable(UInt64(observables) - 1)
    return model
  }

  /// The decomposed error model of a memory experiment with the same probability for all noise.
  static func memory(
    _ code: String, _ task: String, distance: Int, rounds: UInt64, noise: Double,
    foldsLoops: Bool = false
  ) throws -> DetectorErrorModel {
    let circuit = try CodeCatalog.task(code: code, task: task)
      .experiment(distance: distance, rounds: rounds, noise: MemoryNoise(uniform: noise)).circuit()
    return try ErrorAnalyzer.model(
      of: circuit, options: .init(decomposesErrors: true, foldsLoops: foldsLoops))
  }

  /// Shots of a model: detection events, and the observables that flipped.
  static func shots(
    of model: DetectorErrorModel, _ count: Int, seed: UInt64
  ) throws -> (detections: BitTable, observables: BitTable) {
    let (detectors, observables) = (Int(model.detectorCount), Int(model.observableCount))
    let rows = try DetectorErrorSampler(model).sample(shots: count, seed: seed)
    var detections = BitTable(rowCount: count, columnCount: detectors)
    var flips = BitTable(rowCount: count, columnCount: observables)
    for shot in 0..<count {
      for detector in 0..<detectors { detections[shot, detector] = rows[shot, detector] }
      for observable in 0..<observables {
        flips[shot, observable] = rows[shot, detectors + observable]
      }
    }
    return (detections, flips)
  }
}
