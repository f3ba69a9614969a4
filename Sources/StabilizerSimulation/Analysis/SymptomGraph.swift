import QuantumCore

/// The mechanisms of an error model by what they flip: sets of detectors and masks of observables,
/// each once.
struct SymptomGraph {
  struct Edge {
    /// Ascending numbers of detectors, as `detectors` lists them.
    let detectors: [Int32]
    /// Number of the mask of observables in `masks`.
    let mask: Int32
  }

  private(set) var edges: [Edge] = []
  /// Edges at each detector.
  private(set) var incidence: [[Int32]] = []
  /// The detectors that occur, by number, ascending.
  private(set) var detectors: [UInt64] = []
  /// Sets of observables, ascending; mask 0 is empty.
  private(set) var masks: [[UInt64]] = [[]]
  private(set) var maskNumbers: [[UInt64]: Int32] = [[]: 0]

  init(_ symptoms: Set<Symptoms>) {
    let sorted = symptoms.sorted()
    detectors = Set(sorted.lazy.flatMap(\.detectors)).sorted()
    let numbers = Dictionary(
      uniqueKeysWithValues: detectors.enumerated().map { ($1, Int32($0)) })
    incidence = Array(repeating: [], count: detectors.count)
    for symptom in sorted {
      let edge = Edge(
        detectors: symptom.detectors.map { numbers[$0]! }, mask: number(of: symptom.observables))
      for detector in edge.detectors { incidence[Int(detector)].append(Int32(edges.count)) }
      edges.append(edge)
    }
  }

  /// The number of a set of observables, old or new.
  mutating func number(of mask: [UInt64]) -> Int32 {
    if let number = maskNumbers[mask] { return number }
    maskNumbers[mask] = Int32(masks.count)
    masks.append(mask)
    return Int32(masks.count - 1)
  }

  /// The symmetric difference of two masks.
  mutating func combined(_ a: Int32, _ b: Int32) -> Int32 {
    if a == 0 { return b }
    if b == 0 { return a }
    return number(of: symmetricDifference(masks[Int(a)], masks[Int(b)]))
  }

  /// A model of some edges, in order of what they flip, with probability 1 each.
  func model(of chosen: [Int32]) -> DetectorErrorModel {
    var model = DetectorErrorModel()
    let symptoms = chosen.map { index in
      let edge = edges[Int(index)]
      return Symptoms(
        detectors: edge.detectors.map { detectors[Int($0)] }, observables: masks[Int(edge.mask)])
    }
    for symptom in symptoms.sorted() { model.appendError(1, symptom.targets) }
    return model
  }
}

/// What an error flips: ascending detectors and ascending observables.
struct Symptoms: Hashable, Comparable {
  var detectors: [UInt64] = []
  var observables: [UInt64] = []

  init(detectors: [UInt64], observables: [UInt64]) {
    self.detectors = detectors
    self.observables = observables
  }

  /// The parity of some targets; separators count for nothing.
  init(_ targets: some Sequence<DetectorErrorModel.Target>, detectorOffset: UInt64) {
    for target in targets where !target.isSeparator {
      if target.isDetector {
        detectors.append(detectorOffset.saturatingAdd(target.value))
      } else {
        observables.append(target.value)
      }
    }
    detectors = Self.oddOnes(detectors)
    observables = Self.oddOnes(observables)
  }

  /// Those that occur an odd number of times, ascending.
  private static func oddOnes(_ values: [UInt64]) -> [UInt64] {
    if values.count < 2 { return values }
    var result: [UInt64] = []
    for value in values.sorted() {
      if result.last == value { result.removeLast() } else { result.append(value) }
    }
    return result
  }

  var targets: [DetectorErrorModel.Target] {
    detectors.map { .detector($0) } + observables.map { .observable($0) }
  }

  static func < (a: Symptoms, b: Symptoms) -> Bool {
    if a.detectors != b.detectors { return a.detectors.lexicographicallyPrecedes(b.detectors) }
    return a.observables.lexicographicallyPrecedes(b.observables)
  }
}

/// Of two ascending lists, what is in one of them only.
func symmetricDifference<Value: Comparable>(_ a: [Value], _ b: [Value]) -> [Value] {
  if a.isEmpty { return b }
  if b.isEmpty { return a }
  var result: [Value] = []
  result.reserveCapacity(a.count + b.count)
  var (i, j) = (0, 0)
  while i < a.count, j < b.count {
    if a[i] == b[j] {
      i += 1
      j += 1
    } else if a[i] < b[j] {
      result.append(a[i])
      i += 1
    } else {
      result.append(b[j])
      j += 1
    }
  }
  result += a[i...]
  result += b[j...]
  return result
}
