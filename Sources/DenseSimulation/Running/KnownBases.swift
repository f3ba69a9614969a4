import QuantumCore

/// For each qubit the Pauli of which it is known to be in an eigenstate, whichever eigenstate that
/// is.
///
/// Only qubits that are entangled with none are known; what is said to be known holds for every
/// state that shots may have. Tells of measurements whether their outcome is certain or random.
package struct KnownBases: Hashable, Sendable {
  /// The raw value of a Pauli; 0 for a qubit of which nothing is known.
  private var bases: [UInt8]

  package init(qubitCount: Int, startsFromZero: Bool) {
    bases = [UInt8](repeating: startsFromZero ? Pauli.z.rawValue : 0, count: qubitCount)
  }

  private func isKnown(_ qubit: Int, _ basis: Pauli) -> Bool { bases[qubit] == basis.rawValue }

  package mutating func forget(_ qubits: some Sequence<Int>) {
    for qubit in qubits { bases[qubit] = 0 }
  }

  package mutating func forgetAll() { forget(bases.indices) }

  /// Keeps what another knows too.
  package mutating func formIntersection(_ other: KnownBases) {
    for qubit in bases.indices where bases[qubit] != other.bases[qubit] { bases[qubit] = 0 }
  }
}

// MARK: - Measurements

extension KnownBases {
  /// Measures a product of Paulis, each on a qubit of its own.
  ///
  /// - Returns: the bits that the outcome is random by: 0...0 for one that is certain, 1...1 for one
  ///   that is even, 0...1 where neither is known.
  package mutating func measure(
    _ letters: some Sequence<(qubit: Int, pauli: Pauli)>
  ) -> ClosedRange<Double> {
    let open = letters.filter { !isKnown($0.qubit, $0.pauli) }
    guard let first = open.first else { return 0...0 }
    // It anticommutes with a Pauli that stabilizes the state.
    let isEven = open.contains { bases[$0.qubit] != 0 }
    forget(open.map(\.qubit))
    if open.count == 1 { bases[first.qubit] = first.pauli.rawValue }
    return isEven ? 1...1 : 0...1
  }
}

// MARK: - Gates

extension KnownBases {
  /// Applies α + βP to the qubits of a product P.
  ///
  /// - Parameter isProduct: whether α is 0.
  package mutating func apply(
    rotationAbout letters: some Sequence<(qubit: Int, pauli: Pauli)>, isProduct: Bool
  ) {
    guard !isProduct else { return }
    forget(letters.filter { !isKnown($0.qubit, $0.pauli) }.map(\.qubit))
  }

  /// Applies a gate other than a product of Paulis.
  ///
  /// - Parameters:
  ///   - targets: Bit j of an index of the action is the value of `targets[j]`.
  ///   - controls: the other qubits that take part.
  ///   - isConditional: whether results decide if it is applied.
  package mutating func apply(
    _ action: GateApplication.Action, targets: [Int], controls: some Collection<Int>,
    isConditional: Bool
  ) {
    guard controls.allSatisfy({ isKnown($0, .z) }) else {
      return forget(targets + controls.filter { !isKnown($0, .z) })
    }
    let old = targets.map { bases[$0] }
    let new = Self.images(of: old, under: action)
    let isCertain = controls.isEmpty && !isConditional
    for (index, target) in targets.enumerated() {
      bases[target] = isCertain || old[index] == new[index] ? new[index] : 0
    }
  }

  private static func images(of bases: [UInt8], under action: GateApplication.Action) -> [UInt8] {
    let areBasisStates = bases.allSatisfy { $0 == Pauli.z.rawValue }
    switch action {
    case .diagonal where areBasisStates, .permutation where areBasisStates: return bases
    case .swap: return bases.reversed()
    case .diagonal where bases.count > 1:
      return bases.map { $0 == Pauli.z.rawValue ? $0 : 0 }
    case .dense, .diagonal, .permutation, .pauli:
      guard bases.count == 1, bases[0] != 0,
        let matrix = GateApplication(action, targets: [0]).matrix
      else { return [UInt8](repeating: 0, count: bases.count) }
      return [image(of: bases[0], under: matrix)]
    }
  }

  /// The Pauli that U P U† is up to its sign; 0 if it is none.
  private static func image(of basis: UInt8, under matrix: ComplexMatrix) -> UInt8 {
    guard let pauli = Pauli(rawValue: basis) else { return 0 }
    let turned = (matrix * pauli.matrix * matrix.adjoint).elements
    let image = [Pauli.x, .y, .z].first { candidate in
      let other = candidate.matrix.elements
      return zip(turned, other).allSatisfy { ($0 - $1).length < 1e-9 }
        || zip(turned, other).allSatisfy { ($0 + $1).length < 1e-9 }
    }
    return image?.rawValue ?? 0
  }
}

// MARK: - Programs

extension KnownBases {
  /// Where a program goes on after a step.
  package enum Course {
    case next
    case jump(Int)
    /// To the next step or to another one.
    case choice(Int)
    case end
  }

  /// For every step of a program the bits that its outcomes are random by, at least and at most.
  ///
  /// Follows every way through the program at once: where ways meet, only what is known on all of
  /// them stays known. Loops are walked until nothing changes, which takes few passes; in programs
  /// with so many places to jump to that this would take long, nothing is known at those.
  ///
  /// - Parameters:
  ///   - course: where a step leads to.
  ///   - take: what a step does to what is known, and its bits.
  /// - Complexity: O(steps + jumps · qubits) for each pass, of which there are at most 16.
  package static func randomBits(
    stepCount: Int, from start: KnownBases, course: (Int) -> Course,
    take: (Int, inout KnownBases) -> ClosedRange<Double>
  ) -> [ClosedRange<Double>] {
    var goals: Set<Int> = []
    for step in 0..<stepCount {
      if case .jump(let goal) = course(step) { goals.insert(goal) }
      if case .choice(let goal) = course(step) { goals.insert(goal) }
    }
    let isWalked = goals.count * (start.bases.count + 1) <= 1 << 22
    var meetings: [Int: KnownBases] = [:]
    func meet(_ known: KnownBases, at step: Int) -> Bool {
      guard isWalked, goals.contains(step) else { return false }
      guard var meeting = meetings[step] else {
        meetings[step] = known
        return true
      }
      let old = meeting
      meeting.formIntersection(known)
      meetings[step] = meeting
      return meeting != old
    }
    var bits = [ClosedRange<Double>](repeating: 0...1, count: stepCount)
    for pass in 1...16 {
      var hasChanged = false
      var known: KnownBases? = start
      for step in 0..<stepCount {
        if goals.contains(step) {
          if let known, meet(known, at: step) { hasChanged = true }
          known = meetings[step] ?? known
          if !isWalked || pass == 16 {
            known = start
            known?.forgetAll()
          }
        }
        guard var here = known else { continue }
        bits[step] = take(step, &here)
        known = here
        switch course(step) {
        case .next: break
        case .jump(let goal):
          if meet(here, at: goal) { hasChanged = true }
          known = nil
        case .choice(let goal): if meet(here, at: goal) { hasChanged = true }
        case .end: known = nil
        }
      }
      if !hasChanged { break }
    }
    return bits
  }
}
