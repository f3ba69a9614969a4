import QuantumCore

extension DetectorErrorModel {
  /// Where a search for undetectable logical errors stops looking.
  public struct SearchLimits: Sendable, Hashable {
    /// Largest number of detection events that may stand open between two mechanisms.
    public var detectionEvents: Int
    /// Largest number of detectors a mechanism may flip to be used.
    public var detectorsPerMechanism: Int
    /// Whether every mechanism added must not raise the number of detection events.
    public var isNeverIncreasing: Bool
    /// Largest number of states to remember.
    public var states: Int

    /// The limits of a search, each at least 0.
    ///
    /// - Parameters:
    ///   - detectionEvents: detection events that may stand open between two mechanisms.
    ///   - detectorsPerMechanism: detectors that a mechanism may flip to be used.
    ///   - isNeverIncreasing: whether a mechanism added must not raise the number of detection
    ///     events.
    ///   - states: states to remember.
    public init(
      detectionEvents: Int, detectorsPerMechanism: Int, isNeverIncreasing: Bool,
      states: Int = 1 << 24
    ) {
      self.detectionEvents = detectionEvents
      self.detectorsPerMechanism = detectorsPerMechanism
      self.isNeverIncreasing = isNeverIncreasing
      self.states = states
    }
  }

  /// A small set of mechanisms, with any number of detectors each, that flips an observable and no
  /// detector.
  ///
  /// Breadth first from every mechanism that flips an observable: the detection event with the
  /// lowest number is met by every mechanism that flips it. Smallest among the sets within the
  /// limits that can be built that way; not always the smallest of all.
  ///
  /// - Returns: the mechanisms, each with probability 1, and nothing else.
  /// - Throws: `Obstacle` if none is found, or if there are more states than `limits` allows.
  /// - Complexity: exponential in the number of detection events allowed.
  public func undetectableLogicalError(
    limits: SearchLimits
  ) throws(Obstacle) -> DetectorErrorModel {
    try requireDistinctCount()
    var symptoms: Set<Symptoms> = []
    forEachDistinctInstruction { step in
      guard step.instruction.kind == .error, probability(of: step.instruction) > 0 else { return }
      let symptom = Symptoms(step.targets, detectorOffset: step.detectorOffset)
      if symptom.detectors.count <= limits.detectorsPerMechanism { symptoms.insert(symptom) }
    }
    var search = UndetectableSearch(
      graph: SymptomGraph(symptoms.filter { !$0.targets.isEmpty }), limits: limits)
    if let found = try search.run() { return search.graph.model(of: found) }
    throw Obstacle(
      .unsupported, "no undetected logical error was found within the limits",
      hint: hintOnSearch(edgeCount: 1) ?? "raise the limits")
  }
}

/// Breadth-first search over sets of open detection events and masks of flipped observables.
private struct UndetectableSearch {
  private struct State: Hashable {
    let detectors: [Int32]
    let mask: Int32
  }
  /// A state, the edge that led to it and the step before.
  private struct Step {
    let state: State
    let edge: Int32
    let previous: Int
  }

  private(set) var graph: SymptomGraph
  private let limits: DetectorErrorModel.SearchLimits
  private var steps: [Step] = []
  private var known: Set<State> = []

  init(graph: SymptomGraph, limits: DetectorErrorModel.SearchLimits) {
    self.graph = graph
    self.limits = limits
  }

  mutating func run() throws(Obstacle) -> [Int32]? {
    for index in graph.edges.indices where graph.edges[index].mask != 0 {
      let edge = graph.edges[index]
      if edge.detectors.isEmpty { return [Int32(index)] }
      try visit(State(detectors: edge.detectors, mask: edge.mask), by: Int32(index), from: -1)
    }
    var head = 0
    while head < steps.count {
      let state = steps[head].state
      for index in graph.incidence[Int(state.detectors[0])] {
        let edge = graph.edges[Int(index)]
        let detectors = symmetricDifference(state.detectors, edge.detectors)
        let next = State(detectors: detectors, mask: graph.combined(state.mask, edge.mask))
        if detectors.isEmpty {
          if next.mask != 0 { return [index] + path(to: head) }
          continue
        }
        guard detectors.count <= limits.detectionEvents,
          !limits.isNeverIncreasing || detectors.count <= state.detectors.count
        else { continue }
        try visit(next, by: index, from: head)
      }
      head += 1
    }
    return nil
  }

  private mutating func visit(
    _ state: State, by edge: Int32, from previous: Int
  ) throws(Obstacle) {
    guard known.insert(state).inserted else { return }
    guard steps.count < limits.states else {
      throw Obstacle(
        .memory(
          required: UInt64(limits.states).saturatingMultiply(256),
          available: UInt64(limits.states).saturatingMultiply(128)),
        "the search has more than \(limits.states) states", hint: "lower the limits")
    }
    steps.append(Step(state: state, edge: edge, previous: previous))
  }

  private func path(to last: Int) -> [Int32] {
    var edges: [Int32] = []
    var position = last
    while position >= 0 {
      edges.append(steps[position].edge)
      position = steps[position].previous
    }
    return edges
  }
}
