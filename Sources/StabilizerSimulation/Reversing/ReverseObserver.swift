import QuantumCore

/// What a reverse walk tells about the instructions it undoes.
protocol ReverseObserver: AnyObject {
  /// A noisy measurement is about to be undone; `symptoms` are those of a flip of its result.
  func measurementFlips(_ symptoms: SymptomSet, probability: Double, tag: UInt32)

  /// Symptoms that a collapse randomizes: detectors or observables that are not deterministic.
  ///
  /// - Parameter collapse: the Pauli product that is measured or reset.
  /// - Throws: to end the walk. Otherwise the walk goes on as if one of the detectors did not
  ///   exist.
  func collapseRandomizes(_ symptoms: SymptomSet, collapse: [(Pauli, Int)]) throws
}

/// Detectors or observables that are random even without noise.
package struct GaugeError: Error, Sendable {
  package let symptoms: [DetectorErrorModel.Target]
  /// The Pauli product measured or reset, with which they anticommute.
  package let collapse: [PauliFactor]

  package struct PauliFactor: Hashable, Sendable {
    package let pauli: Pauli
    package let qubit: Int
  }
}

/// Listens to nothing, and ends the walk where a collapse randomizes something.
final class StrictObserver: ReverseObserver, Sendable {
  static let shared = StrictObserver()

  func measurementFlips(_ symptoms: SymptomSet, probability: Double, tag: UInt32) {}

  func collapseRandomizes(
    _ symptoms: SymptomSet, collapse: [(Pauli, Int)]
  ) throws {
    throw GaugeError(symptoms: symptoms, collapse: collapse)
  }
}

/// Listens to nothing, and lets collapses randomize what they may.
final class LenientObserver: ReverseObserver, Sendable {
  static let shared = LenientObserver()

  func measurementFlips(_ symptoms: SymptomSet, probability: Double, tag: UInt32) {}

  func collapseRandomizes(_ symptoms: SymptomSet, collapse: [(Pauli, Int)]) throws {
    guard symptoms.detectorCount == symptoms.count else {
      throw GaugeError(symptoms: symptoms, collapse: collapse)
    }
  }
}

extension GaugeError {
  init(symptoms: SymptomSet, collapse: [(Pauli, Int)]) {
    self.symptoms = symptoms.values.map {
      $0 < firstObservable ? .detector($0) : .observable($0 & (firstObservable - 1))
    }
    self.collapse = collapse.map { PauliFactor(pauli: $0.0, qubit: $0.1) }
  }
}
