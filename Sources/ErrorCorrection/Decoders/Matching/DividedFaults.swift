import QuantumCore

/// Mechanisms in parts that flip at most two detectors all together.
///
/// As one edge such a mechanism is what it is; in parts it looks as unlikely as all of them
/// happening together. It is left in parts only if these flip one detector each, happen by
/// themselves, too, and at least half as often, as the halves of a Y error do: then the parts
/// explain what the whole does, and the graph is simpler. Where other faults flip the same two
/// detectors and other observables, they would win against the parts, and so the whole is an edge
/// beside them. Equal faults are judged together.
struct DividedFaults {
  private var faults: [(mechanism: Int, fault: DecomposedFault, sum: DecomposedFault.Part)] = []
  /// By all that they flip: that an odd number of them happens.
  private var probabilities: [DecomposedFault.Part: Double] = [:]
  /// By the halves: that an odd number of the faults that are this half alone happens.
  private var halves: [DecomposedFault.Part: Double] = [:]

  var isEmpty: Bool { faults.isEmpty }

  mutating func append(_ fault: DecomposedFault, of mechanism: Int, _ probability: Double) {
    let sum = fault.sum
    faults.append((mechanism, fault, sum))
    probabilities[sum] = DetectorErrorModel.oddProbability(probabilities[sum] ?? 0, probability)
    for part in fault.parts { halves[part] = 0 }
  }

  /// What happens that is one edge.
  struct Edge {
    let fault: DecomposedFault.Part
    /// That an odd number of such faults happens.
    let probability: Double
  }

  /// How the mechanisms are to be taken, ascending.
  ///
  /// - Parameter edges: all faults that are one edge, those that are equal together.
  mutating func settled(
    beside edges: some Sequence<Edge>
  ) -> [(mechanism: Int, fault: DecomposedFault)] {
    let places = Set(faults.map(\.sum.detectors))
    var rivals: [[UInt64]: [ObservableSet]] = [:]
    for edge in edges {
      if halves[edge.fault] != nil { halves[edge.fault] = edge.probability }
      if places.contains(edge.fault.detectors) {
        rivals[edge.fault.detectors, default: []].append(edge.fault.observables)
      }
    }
    // Of those that flip the same detectors all are edges, or none is.
    var whole: Set<[UInt64]> = []
    for (_, fault, sum) in faults {
      let isRivalled = rivals[sum.detectors]?.contains { $0 != sum.observables } ?? false
      if isRivalled || !isDivisible(fault, sum) { whole.insert(sum.detectors) }
    }
    return faults.map { mechanism, fault, sum in
      (mechanism, whole.contains(sum.detectors) ? DecomposedFault(sum) : fault)
    }
  }

  private func isDivisible(_ fault: DecomposedFault, _ sum: DecomposedFault.Part) -> Bool {
    guard fault.parts.count == 2, fault.observables.isEmpty, sum.detectors.count == 2,
      fault.parts.allSatisfy({ $0.detectors.count == 1 })
    else { return false }
    let probability = probabilities[sum] ?? 0
    return fault.parts.allSatisfy { (halves[$0] ?? 0) >= probability / 2 }
  }
}
