import DenseSimulation
import QuantumCore

extension SparseRun {
  /// Splits a branch by what its shots drew; `apply` makes an outcome happen.
  private func split(
    _ branch: inout SparseBranch, _ branches: inout [SparseBranch], outcome: (UInt32) -> Int,
    apply: (Int, inout SparseBranch) throws -> Void
  ) throws {
    guard let first = branch.shots.first else { return }
    let common = outcome(first)
    guard let other = branch.shots.firstIndex(where: { outcome($0) != common }) else {
      return try apply(common, &branch)
    }
    var parts: [(key: Int, value: [UInt32])] = [(common, Array(branch.shots[..<other]))]
    var current = 0
    for shot in branch.shots[other...] {
      let outcome = outcome(shot)
      if parts[current].key != outcome {
        current = parts.firstIndex { $0.key == outcome } ?? parts.count
        if current == parts.count { parts.append((outcome, [])) }
      }
      parts[current].value.append(shot)
    }
    // The smallest part goes on, the larger ones wait: at most log₂(shots) levels of them at a
    // time.
    parts.sort { ($0.value.count, $1.key) > ($1.value.count, $0.key) }
    for (outcome, shots) in parts.dropLast() {
      var part = branch
      part.shots = shots
      try apply(outcome, &part)
      branches.append(part)
    }
    guard let (outcome, shots) = parts.last else { return }
    branch.shots = shots
    try apply(outcome, &branch)
  }

  /// Whether a shot's number for an event is below p; certain events draw nothing.
  private func isBelow(_ probability: Double, _ shot: UInt32, _ event: UInt64) -> Bool {
    if probability <= 0 { return false }
    return probability >= 1 || events.uniform(UInt64(shot), event) < probability
  }

  func measure(
    _ measurement: SparseProgram.Measurement, _ branch: inout SparseBranch,
    _ branches: inout [SparseBranch]
  ) throws {
    let probability = try branch.state.probabilityOfOne(measurement.product)
    let flip = measurement.flipProbability
    let (event, flipEvent) = (branch.event, branch.event + 1)
    branch.event += 2
    try split(&branch, &branches) { shot in
      (isBelow(probability, shot, event) ? 1 : 0) | (isBelow(flip, shot, flipEvent) ? 2 : 0)
    } apply: { outcome, branch in
      let result = outcome & 1 == 1
      try branch.state.collapse(measurement.product, result: result)
      if result, let correction = measurement.correction { try branch.state.apply(correction) }
      branch.memory.append(
        (result != measurement.isInverted) != (outcome & 2 != 0), storedIn: measurement.bit)
    }
  }

  /// Measures the qubit in a basis in which its value is certain, if there is one, then turns it to
  /// |+basis⟩.
  func reset(
    _ qubit: Int, to basis: Pauli, _ branch: inout SparseBranch,
    _ branches: inout [SparseBranch]
  ) throws {
    let event = branch.event
    branch.event += 1
    var chosen = Pauli.z
    var probability = try branch.state.probabilityOfOne(QubitPauli(.z, on: qubit))
    for candidate in [Pauli.x, .y] where probability > 0 && probability < 1 {
      let other = try branch.state.probabilityOfOne(QubitPauli(candidate, on: qubit))
      if other <= 0 || other >= 1 { (chosen, probability) = (candidate, other) }
    }
    let product = QubitPauli(chosen, on: qubit)
    try split(&branch, &branches) { shot in
      isBelow(probability, shot, event) ? 1 : 0
    } apply: { outcome, branch in
      try branch.state.collapse(product, result: outcome == 1)
      if outcome == 1 {
        try branch.state.apply(.singlePauli(chosen == .z ? .x : .z, on: qubit))
      }
      // By |0⟩, where the qubit leaves its group.
      for pauli in [chosen, basis] {
        if let turn = Self.turn(pauli, qubit) { try branch.state.apply(turn) }
        try branch.state.flush(qubit)
      }
    }
  }

  /// A gate that swaps the +1 eigenstate of a Pauli and that of Z.
  private static func turn(_ pauli: Pauli, _ qubit: Int) -> SparseGate? {
    pauli == .z ? nil : .gate(pauli == .x ? .h : .hYZ, targets: [qubit])
  }

  func apply(
    _ noise: SparseProgram.Noise, to branch: inout SparseBranch,
    _ branches: inout [SparseBranch]
  ) throws {
    let event = branch.event
    branch.event += 1
    if noise.chain == .starts { branch.chainHappened = false }
    let isActive = noise.chain != .continues || !branch.chainHappened
    let total = isActive ? noise.totalProbability : 0
    try split(&branch, &branches) { shot in
      guard total > 0 else { return -1 }
      let uniform = events.uniform(UInt64(shot), event)
      return uniform < total ? noise.choice(uniform) ?? -1 : -1
    } apply: { outcome, branch in
      if outcome >= 0 {
        for letter in noise.cases[outcome].product.letters {
          try branch.state.apply(.singlePauli(letter.pauli, on: letter.qubit))
        }
        if noise.chain != .none { branch.chainHappened = true }
      }
      if noise.isHeralded { branch.memory.append(outcome >= 0, storedIn: noise.bit) }
    }
  }

  func apply(
    _ kraus: Program.Kraus, to branch: inout SparseBranch, _ branches: inout [SparseBranch]
  ) throws {
    let event = branch.event
    branch.event += 1
    let probabilities = try branch.state.probabilities(of: kraus.operators, on: kraus.positions)
    try split(&branch, &branches) { shot in
      let uniform = events.uniform(UInt64(shot), event)
      var sum = 0.0
      for index in 1..<max(1, kraus.operators.count) {
        sum += probabilities[index]
        if uniform < sum { return index }
      }
      return 0
    } apply: { outcome, branch in
      try branch.state.applyDense(
        kraus.operators[outcome], to: kraus.positions, controls: [], isUnitary: false)
    }
  }

  func append(
    _ constant: SparseProgram.Constant, to branch: inout SparseBranch,
    _ branches: inout [SparseBranch]
  ) throws {
    let event = branch.event
    branch.event += 1
    let flip = constant.flipProbability
    try split(&branch, &branches) { shot in
      isBelow(flip, shot, event) ? 1 : 0
    } apply: { outcome, branch in
      branch.memory.append(constant.value != (outcome == 1), storedIn: constant.bit)
    }
  }
}
