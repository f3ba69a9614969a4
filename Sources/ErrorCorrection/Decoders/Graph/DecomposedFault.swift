import QuantumCore

/// A mechanism of an error model in the parts between its separators.
struct DecomposedFault {
  /// What flips an odd number of times between two separators.
  struct Part: Hashable {
    /// Ascending.
    var detectors: [UInt64] = []
    var observables = ObservableSet()
  }

  /// Parts that flip detectors.
  private(set) var parts: [Part] = []
  /// Of the parts that flip none, if there is not one part alone that does.
  private(set) var observables = ObservableSet()

  /// - Complexity: O(n log n) for n targets.
  init(_ targets: ArraySlice<DetectorErrorModel.Target>, offset: UInt64) {
    var loose: [ObservableSet] = []
    for targets in targets.split(whereSeparator: \.isSeparator) {
      let part = Part(
        detectors: targets.filter(\.isDetector).map { $0.value + offset }.occurringOddly(),
        observables: ObservableSet(targets.filter(\.isObservable).map(\.value)))
      if part.detectors.isEmpty { loose.append(part.observables) } else { parts.append(part) }
    }
    if loose.isEmpty { return }
    observables = .flippedTogether(loose)
    guard parts.count == 1 else { return }
    parts[0].observables.formSymmetricDifference(observables)
    observables = ObservableSet()
  }

  /// A fault in one part.
  init(_ whole: Part) {
    parts = whole.detectors.isEmpty ? [] : [whole]
    observables = whole.detectors.isEmpty ? whole.observables : ObservableSet()
  }

  /// Whether it has several parts, but flips at most two detectors.
  var isSmall: Bool {
    guard parts.count > 1 else { return false }
    return parts.flatMap(\.detectors).occurringOddly().count <= 2
  }

  /// All that it flips.
  var sum: Part {
    Part(
      detectors: parts.flatMap(\.detectors).occurringOddly(),
      observables: .flippedTogether(parts.map(\.observables) + [observables]))
  }
}
