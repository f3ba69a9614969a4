import Glibc
import QuantumCore

extension ErrorAnalysis {
  /// Adds the mechanisms of a noise channel.
  func undoNoise(_ instruction: Instruction) throws {
    let definition = instruction.gate.definition
    let arguments = circuit.arguments(of: instruction)
    if let role = definition.chainRole {
      return try addCorrelatedError(instruction, role, arguments.first ?? 0)
    }
    guard let errors = definition.errors,
      let probabilities = definition.errorProbabilities(arguments)
    else { return }
    if definition.isHeralded { return try addHeralded(instruction, probabilities) }
    let isPair = definition.qubitCount == 2
    switch errors {
    case .single(let pauli) where !isPair:
      addErrors(pauli, of: instruction, arguments.first ?? 0)
    case .uniform where isPair: try addDepolarization2(instruction, arguments.first ?? 0)
    case .uniform: try addDepolarization1(instruction, arguments.first ?? 0)
    case _ where isPair: try addPauliChannel2(instruction, Array(probabilities.dropFirst()))
    default: try addPauliChannel1(instruction, Array(probabilities.dropFirst()))
    }
  }

  private func addErrors(_ pauli: Pauli, of instruction: Instruction, _ probability: Double) {
    switch pauli {
    case .i: break
    case .x: addFlips(instruction, basis: 0, probability)
    case .z: addFlips(instruction, basis: 1, probability)
    case .y:
      forEachQubitCases(of: instruction) {
        stretch.add(cases[3], probability: probability, tag: instruction.tag)
      }
    }
  }

  private func addFlips(_ instruction: Instruction, basis: Int, _ probability: Double) {
    for target in tracker.targets(of: instruction) {
      let row = tracker.qubitRows[2 * target.value + basis]
      if !tracker.rows.isEmpty(row) {
        stretch.add(tracker.rows.set(row), probability: probability, tag: instruction.tag)
      }
    }
  }

  /// Reads the four cases on each qubit that is sensitive to any: I, X, Z, Y.
  @inline(__always)
  private func forEachQubitCases(of instruction: Instruction, _ body: () -> Void) {
    for target in tracker.targets(of: instruction) {
      let x = tracker.rows.set(tracker.qubitRows[2 * target.value])
      let z = tracker.rows.set(tracker.qubitRows[2 * target.value + 1])
      if x.count + z.count == 0 { continue }
      cases.load(x, z)
      body()
    }
  }

  /// Reads the sixteen cases on each pair: bits of the number are X₁, Z₁, X₂, Z₂.
  @inline(__always)
  private func forEachPairCases(of instruction: Instruction, _ body: () -> Void) {
    let targets = tracker.targets(of: instruction)
    var position = 0
    while position + 1 < targets.count {
      let (a, b) = (2 * targets[position].value, 2 * targets[position + 1].value)
      position += 2
      let sets = (
        tracker.rows.set(tracker.qubitRows[a]), tracker.rows.set(tracker.qubitRows[a + 1]),
        tracker.rows.set(tracker.qubitRows[b]), tracker.rows.set(tracker.qubitRows[b + 1])
      )
      if sets.0.count + sets.1.count + sets.2.count + sets.3.count == 0 { continue }
      cases.load(sets.0, sets.1, sets.2, sets.3)
      body()
    }
  }

  /// Adds the cases read last, each with its probability.
  @inline(__always)
  private func addCases(
    _ probabilities: SIMD16<Double>, tag: UInt32, order: ChannelSplit.Order = .firstQubit
  ) {
    stretch.table.add(
      cases, probabilities: probabilities, tag: tag, style: options.style, order: order)
  }

  private func addDepolarization1(_ instruction: Instruction, _ p: Double) throws {
    guard p <= 0.75 else { throw overMixing(instruction, p, limit: "3/4") }
    let q = Self.independentPart(of: 4 * p / 3, root: 2) ?? 0.5 - 0.5 * (1 - 4 * p / 3).squareRoot()
    if q <= 0 { return }
    let probabilities = SIMD16<Double>(repeating: q)
    forEachQubitCases(of: instruction) { addCases(probabilities, tag: instruction.tag) }
  }

  private func addDepolarization2(_ instruction: Instruction, _ p: Double) throws {
    guard p <= 15.0 / 16 else { throw overMixing(instruction, p, limit: "15/16") }
    let q =
      Self.independentPart(of: 16 * p / 15, root: 8)
      ?? 0.5 - 0.5 * pow(max(0, 1 - 16 * p / 15), 0.125)
    if q <= 0 { return }
    let probabilities = SIMD16<Double>(repeating: q)
    forEachPairCases(of: instruction) { addCases(probabilities, tag: instruction.tag) }
  }

  /// (1 − (1 − x)^(1/root)) / 2 without cancellation; `nil` where that loses little, and Stim's
  /// rounding makes the texts of models the same.
  private static func independentPart(of x: Double, root: Double) -> Double? {
    x < IndependentPauliErrors.smallProbability ? -expm1(log1p(-x) / root) / 2 : nil
  }

  private func overMixing(_ instruction: Instruction, _ p: Double, limit: String) -> CircuitError {
    CircuitError(
      "over-mixing",
      "\(instruction.gate.name)(\(p)) is no product of independent errors: it mixes more than completely",
      .argument(0), hint: "at p = \(limit) the channel mixes completely")
  }
}

// MARK: - Exclusive cases

extension ErrorAnalysis {
  private func addPauliChannel1(_ instruction: Instruction, _ p: [Double]) throws {
    // In the order of masks: X, Z, Y.
    if let q = IndependentPauliErrors(x: p[0], y: p[1], z: p[2]) {
      let probabilities = Self.byMask([0, q.x, q.z, q.y])
      return forEachQubitCases(of: instruction) {
        addCases(probabilities, tag: instruction.tag)
      }
    }
    try checkDisjoint(instruction, p)
    forEachQubitCases(of: instruction) {
      addExclusive(Self.byMask([0, p[0], p[2], p[1]]), tag: instruction.tag)
    }
  }

  private func addPauliChannel2(_ instruction: Instruction, _ p: [Double]) throws {
    var probabilities = SIMD16<Double>(repeating: 0)
    // Arguments are in the order IX, IY, IZ, XI, …; masks count X, Z, Y.
    let masks = [0, 1, 3, 2]
    for (index, probability) in p.enumerated() {
      probabilities[masks[(index + 1) / 4] + 4 * masks[(index + 1) % 4]] = probability
    }
    if p.count(where: { $0 > 0 }) > 1 { try checkDisjoint(instruction, p) }
    forEachPairCases(of: instruction) {
      addExclusive(probabilities, tag: instruction.tag, order: .secondQubit)
    }
  }

  private func addHeralded(_ instruction: Instruction, _ p: [Double]) throws {
    try checkDisjoint(instruction, p)
    // Bits of the case: X, Z, herald. Arguments are those of I, X, Y, Z with the herald.
    let probabilities = Self.byMask([0, 0, 0, 0, p[0], p[1], p[3], p[2]])
    for target in tracker.targets(of: instruction).reversed() {
      let record = tracker.takeRecord()
      let x = tracker.rows.set(tracker.qubitRows[2 * target.value])
      let z = tracker.rows.set(tracker.qubitRows[2 * target.value + 1])
      let herald = tracker.rows.set(record)
      cases.load(x, z, herald)
      addExclusive(probabilities, tag: instruction.tag)
      tracker.rows.clear(record)
    }
  }

  /// Adds cases that exclude each other as if they were independent; the probabilities of those
  /// that flip the same are summed, which is exact.
  private func addExclusive(
    _ given: SIMD16<Double>, tag: UInt32, order: ChannelSplit.Order = .firstQubit
  ) {
    var probabilities = given
    for mask in 1..<cases.count where cases[mask].isEmpty {
      for low in 0..<cases.count where low ^ mask > low {
        probabilities[low] += probabilities[low ^ mask]
        probabilities[low ^ mask] = 0
      }
    }
    addCases(probabilities, tag: tag, order: order)
  }

  private static func byMask(_ list: [Double]) -> SIMD16<Double> {
    var probabilities = SIMD16<Double>(repeating: 0)
    for (mask, probability) in list.enumerated() { probabilities[mask] = probability }
    return probabilities
  }

  /// Throws unless exclusive cases of these probabilities may pass as independent.
  private func checkDisjoint(_ instruction: Instruction, _ probabilities: [Double]) throws {
    let name = instruction.gate.name
    guard let threshold = options.disjointErrorThreshold else {
      throw CircuitError(
        "disjoint-errors",
        "the cases of \(name) exclude each other: they are not independent errors",
        hint: "accept the approximation with 'analyze_errors --approximate_disjoint_errors'")
    }
    for (index, probability) in probabilities.enumerated() where probability > threshold {
      throw CircuitError(
        "disjoint-errors",
        "\(name) has a case of probability \(probability), more than the threshold \(threshold) "
          + "up to which exclusive cases pass as independent",
        .argument(instruction.gate.definition.parameters.count == 1 ? 0 : index))
    }
  }
}

// MARK: - Correlated errors

extension ErrorAnalysis {
  private func addCorrelatedError(
    _ instruction: Instruction, _ role: GateDefinition.ChainRole, _ probability: Double
  ) throws {
    let targets = tracker.targets(of: instruction)
    tracker.gather(targets.lazy.filter(\.isPauli).map { ($0.pauli ?? .i, $0.value) })
    let set = tracker.rows.set(tracker.scratchRow)
    if chain.isEmpty, role == .starts {
      return stretch.add(set, probability: probability, tag: instruction.tag)
    }
    chain.append(
      ChainLink(
        probability: probability, symptoms: Array(set.values), hash: set.hash, tag: instruction.tag)
    )
    guard role == .starts else { return }
    let links = chain.reversed()
    chain.removeAll()
    try addChain(Array(links), instruction)
  }

  /// Adds the cases of E, ELSE_CORRELATED_ERROR, … in order; each happens only if those before it
  /// did not. The probabilities of those that flip the same are summed, as of the cases of other
  /// channels.
  private func addChain(_ links: [ChainLink], _ instruction: Instruction) throws {
    var remaining = 1.0
    var probabilities: [Double] = []
    for link in links {
      probabilities.append(link.probability * remaining)
      remaining *= 1 - link.probability
    }
    try checkDisjoint(instruction, probabilities)
    var cases: [(link: ChainLink, probability: Double)] = []
    var places: [[Symptom]: Int] = [:]
    for (link, probability) in zip(links, probabilities) where probability > 0 {
      if let place = places[link.symptoms] {
        cases[place].probability = min(1, cases[place].probability + probability)
      } else {
        places[link.symptoms] = cases.count
        cases.append((link, probability))
      }
    }
    for (link, probability) in cases {
      link.symptoms.withUnsafeBufferPointer { buffer in
        guard let items = buffer.baseAddress else { return }
        let set = SymptomSet(items: items, count: buffer.count, hash: link.hash)
        stretch.add(set, probability: probability, tag: link.tag)
      }
    }
  }
}
