import QuantumCore

/// A mechanism of an error model as a matching graph takes it.
struct MatchingFault {
  /// What flips an odd number of times between two separators.
  struct Part {
    var detectors: [UInt64] = []
    var observables: [UInt64] = []
  }

  /// Parts that flip detectors.
  private(set) var parts: [Part]
  /// Of the parts that flip none, if there is not one part alone that does.
  private(set) var observables: [UInt64] = []

  init(_ targets: ArraySlice<DetectorErrorModel.Target>, offset: UInt64) {
    parts = [Part()]
    for target in targets {
      if target.isSeparator {
        parts.append(Part())
      } else if target.isDetector {
        Self.toggle(target.value + offset, in: &parts[parts.count - 1].detectors)
      } else {
        Self.toggle(target.value, in: &parts[parts.count - 1].observables)
      }
    }
    guard parts.contains(where: { $0.detectors.isEmpty }) else { return }
    for part in parts where part.detectors.isEmpty {
      for observable in part.observables { Self.toggle(observable, in: &observables) }
    }
    parts.removeAll { $0.detectors.isEmpty }
    guard parts.count == 1 else { return }
    for observable in observables { Self.toggle(observable, in: &parts[0].observables) }
    observables = []
  }

  private init(_ whole: Part) {
    parts = whole.detectors.isEmpty ? [] : [whole]
    observables = whole.detectors.isEmpty ? whole.observables : []
  }

  private static func toggle(_ value: UInt64, in set: inout [UInt64]) {
    if let index = set.firstIndex(of: value) { set.remove(at: index) } else { set.append(value) }
  }

  /// Whether it has several parts, but flips at most two detectors.
  var isSmall: Bool {
    guard parts.count > 1 else { return false }
    if parts.count == 2, parts[0].detectors.count == 1, parts[1].detectors.count == 1 {
      return true
    }
    let total = parts.reduce(0) { $0 + $1.detectors.count }
    return total <= 2 || (sharesDetectors && whole.isAtMostEdge)
  }

  private var isAtMostEdge: Bool { parts.isEmpty || parts[0].detectors.count <= 2 }

  /// Whether some detector is in two parts.
  private var sharesDetectors: Bool {
    for index in parts.indices.dropLast() {
      for detector in parts[index].detectors {
        for other in parts.indices[(index + 1)...]
        where parts[other].detectors.contains(detector) { return true }
      }
    }
    return false
  }

  /// The same in one part.
  var whole: MatchingFault {
    var whole = Part(observables: observables)
    for part in parts {
      for detector in part.detectors { Self.toggle(detector, in: &whole.detectors) }
      for observable in part.observables { Self.toggle(observable, in: &whole.observables) }
    }
    return MatchingFault(whole)
  }
}
