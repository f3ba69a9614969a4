import QuantumCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

extension DetectorErrorModel {
  /// A weighted maximum satisfiability problem whose optimum is the smallest undetected logical
  /// error, in WDIMACS form.
  ///
  /// Variable k ≥ 1 says whether the k-th mechanism happens (those of probability 0 left out); it
  /// costs 1. Mechanisms of repeat blocks that shift no detectors count once: the same mechanism
  /// twice is none. Hard clauses say that every detector sees an even number of them and some
  /// observable an odd one; parities are chained by further variables. Any solver of the yearly
  /// competitions reads it; the cost of its solution is the distance.
  ///
  /// - Throws: `Obstacle` if the model is too long to be unrolled.
  public func shortestErrorSATProblem() throws(Obstacle) -> String {
    try satisfiabilityProblem { _ in 1 }
  }

  /// The same for the likeliest undetected logical error: mechanism k costs its log-odds ln((1 −
  /// p)/p), rounded to a whole number of steps of which the largest has `quantization`.
  ///
  /// A mechanism of probability above 1/2 costs where it does not happen, one of probability 1
  /// always happens.
  ///
  /// - Precondition: `quantization` is positive.
  /// - Throws: `Obstacle` if the model is too long to be unrolled.
  public func likeliestErrorSATProblem(quantization: Int = 100) throws(Obstacle) -> String {
    precondition(quantization > 0, "A quantization is positive")
    try requireDistinctCount()
    var largest = 0.0
    forEachDistinctInstruction { step in
      guard step.instruction.kind == .error else { return }
      let probability = self.probability(of: step.instruction)
      if probability > 0, probability < 1 { largest = max(largest, abs(logOdds(probability))) }
    }
    let scale = largest > 0 ? Double(quantization) / largest : 0
    return try satisfiabilityProblem { probability in
      probability < 1 ? Int((logOdds(probability) * scale).rounded()) : nil
    }
  }

  /// Finite for every probability between 0 and 1, the smallest included: the quotient would
  /// overflow.
  private func logOdds(_ probability: Double) -> Double { log1p(-probability) - log(probability) }

  /// - Parameter cost: of a mechanism that happens, by its probability; negative for one that does
  ///   not; `nil` for one that must happen.
  private func satisfiabilityProblem(
    cost: (_ probability: Double) -> Int?
  ) throws(Obstacle) -> String {
    try requireDistinctCount()
    var writer = SatisfiabilityWriter()
    forEachDistinctInstruction { step in
      guard step.instruction.kind == .error else { return }
      let probability = self.probability(of: step.instruction)
      guard probability > 0 else { return }
      let symptoms = Symptoms(step.targets, detectorOffset: step.detectorOffset)
      let cost = cost(probability)
      // Of several the cheapest set has at most one that goes against its odds; the others happen
      // if they are likely to.
      let othersHappen = cost.map { $0 < 0 } ?? true
      if othersHappen, step.multiplicity % 2 == 0 { writer.append(symptoms, cost: nil) }
      writer.append(symptoms, cost: cost)
    }
    return writer.text()
  }
}

/// Writes a weighted maximum satisfiability problem.
private struct SatisfiabilityWriter {
  private var mechanismCount = 0
  private var variableCount = 0
  private var soft: [(weight: Int, literal: Int)] = []
  private var hard: [[Int]] = []
  /// Mechanisms at each detector and each observable.
  private var detectors: [UInt64: [Int]] = [:]
  private var observables: [UInt64: [Int]] = [:]

  mutating func append(_ symptoms: Symptoms, cost: Int?) {
    mechanismCount += 1
    let variable = mechanismCount
    switch cost {
    case nil: hard.append([variable])
    case let cost? where cost > 0: soft.append((cost, -variable))
    case let cost? where cost < 0: soft.append((-cost, variable))
    case _?: break
    }
    for detector in symptoms.detectors { detectors[detector, default: []].append(variable) }
    for observable in symptoms.observables {
      observables[observable, default: []].append(variable)
    }
  }

  mutating func text() -> String {
    guard !observables.isEmpty else {
      // No observable can be flipped: a problem without a solution says so.
      return "p wcnf 1 2 3\n3 -1 0\n3 1 0\n"
    }
    variableCount = mechanismCount
    for (_, variables) in detectors.sorted(by: { $0.key < $1.key }) {
      hard.append([-parity(of: variables)])
    }
    hard.append(
      observables.sorted { $0.key < $1.key }.map { parity(of: $0.value) })
    let top = soft.reduce(1) { $0 + $1.weight }
    var text = "p wcnf \(variableCount) \(soft.count + hard.count) \(top)\n"
    for (weight, literal) in soft { text += "\(weight) \(literal) 0\n" }
    for clause in hard {
      text += "\(top) " + clause.map { "\($0) " }.joined() + "0\n"
    }
    return text
  }

  /// A variable that is the parity of others.
  ///
  /// - Precondition: there is at least one.
  private mutating func parity(of variables: [Int]) -> Int {
    variables.dropFirst().reduce(variables[0]) { sum, variable in
      variableCount += 1
      let result = variableCount
      hard += [
        [sum, variable, -result], [sum, -variable, result], [-sum, variable, result],
        [-sum, -variable, -result],
      ]
      return result
    }
  }
}
