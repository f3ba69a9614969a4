import ComplexModule
import DenseSimulation
import QuantumCore

extension SparseState {
  /// How far a product may be from a multiple of its argument and still count as one: squares,
  /// relative.
  ///
  /// A gate whose targets it only multiplies by a number turns its controls instead; amplitudes are
  /// then off by 3·10⁻¹⁵ at most.
  private static var eigenvalueTolerance: Double { 1e-29 }

  /// Applies a gate.
  ///
  /// - Throws: `Obstacle` if there is no memory for the state that results.
  package mutating func apply(_ gate: SparseGate) throws(Obstacle) {
    switch gate.action {
    case .swap where gate.controls.isEmpty: exchange(gate.targets[0], gate.targets[1])
    case .swap: try apply(GateApplication.Action.swap, gate)
    case .pauli(let product, let alpha, let beta):
      try apply(product, alpha: alpha, beta: beta)
    case .matrix(let action): try apply(action, gate)
    }
  }

  /// Swaps two qubits by name.
  private mutating func exchange(_ a: Int, _ b: Int) {
    let (homeA, columnA, valueA) = (home[a], column[a], values[a])
    let (homeB, columnB, valueB) = (home[b], column[b], values[b])
    move(a, to: homeB, columnB, valueB)
    move(b, to: homeA, columnA, valueA)
    let (waitingA, waitingB) = (waiting[a], waiting[b])
    (waiting[a], waiting[b]) = (waitingB, waitingA)
  }

  private mutating func apply(
    _ action: GateApplication.Action, _ gate: SparseGate
  ) throws(Obstacle) {
    if gate.controls.isEmpty, gate.targets.count == 1 {
      return try applySingle(action, to: gate.targets[0])
    }
    for qubit in gate.qubits { try flush(qubit) }
    var controls: [Int] = []
    var condition: [Bool] = []
    for (qubit, value) in gate.controls {
      if isKnown(qubit) {
        if values[qubit] != value { return }
      } else {
        controls.append(qubit)
        condition.append(value)
      }
    }
    let pairs = zip(controls, condition).map { (qubit: $0, value: $1) }
    if let factor = eigenvalue(of: action, gate.targets, hasControls: !controls.isEmpty) {
      if factor != .one { try applyDiagonal([factor], to: [], controls: pairs) }
      return
    }
    switch action {
    case .diagonal(let factors): try applyDiagonal(factors, to: gate.targets, controls: pairs)
    case .permutation(let map, let phases):
      try applyPermutation(map, phases, to: gate.targets, controls: pairs)
    case .dense(let matrix): try applyDense(matrix, to: gate.targets, controls: pairs)
    case .pauli: preconditionFailure("Pauli products have a case of their own")
    }
  }

  /// A gate on one qubit: at once where it costs nothing, otherwise it waits.
  private mutating func applySingle(
    _ action: GateApplication.Action, to qubit: Int
  ) throws(Obstacle) {
    if waiting[qubit] == nil {
      switch action {
      case .diagonal(let factors): return try applyDiagonal(factors, to: [qubit], controls: [])
      case .permutation(let map, let phases):
        return try applyPermutation(map, phases, to: [qubit], controls: [])
      case .dense, .pauli: break
      }
    }
    guard let matrix = GateApplication(action).matrix else { return }
    let index = Int(home[qubit])
    if index < 0 || group(index).usedCount == 1 {
      try flush(qubit)
      return try applyDense(matrix, to: [qubit], controls: [])
    }
    waiting[qubit] = waiting[qubit].map { matrix * $0 } ?? matrix
  }

  /// Applies the gate that waits for a qubit.
  package mutating func flush(_ qubit: Int) throws(Obstacle) {
    guard let matrix = waiting.removeValue(forKey: qubit) else { return }
    do throws(Obstacle) {
      try applyDense(matrix, to: [qubit], controls: [])
    } catch {
      waiting[qubit] = matrix
      throw error
    }
  }

  /// For each group with gates that wait, their qubits.
  package func waitingByGroup() -> [(group: Int, qubits: [Int])] {
    var waitingQubits: [Int: [Int]] = [:]
    for qubit in waiting.keys.sorted() {
      waitingQubits[Int(home[qubit]), default: []].append(qubit)
    }
    return waitingQubits.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  package mutating func flushAll() throws(Obstacle) {
    for qubit in waiting.keys.sorted() { try flush(qubit) }
  }

  // MARK: The three kinds

  package mutating func applyDiagonal(
    _ factors: [Element], to targets: [Int], controls: [(qubit: Int, value: Bool)]
  ) throws(Obstacle) {
    // Targets whose value is known only choose among the factors.
    let open = targets.indices.filter { !isKnown(targets[$0]) }
    var fixed = 0
    for place in targets.indices where isKnown(targets[place]) && values[targets[place]] {
      fixed |= 1 << place
    }
    let chosen = (0..<1 << open.count).map { entry in
      open.enumerated().reduce(fixed) { $0 | (entry >> $1.offset & 1) << $1.element }
    }.map { factors[$0] }
    let rest = open.map { targets[$0] }
    if rest.isEmpty, controls.isEmpty {
      phase = phase * chosen[0]
      return
    }
    if controls.isEmpty, chosen.allSatisfy({ $0 == chosen[0] }) {
      phase = phase * chosen[0]
      return
    }
    let index = try join(rest + controls.map(\.qubit))
    let store = try uniqueStore(of: index)
    store.multiply(by: chosen, on: columns(of: rest), where: self.condition(controls))
  }

  private mutating func applyPermutation(
    _ map: [UInt32], _ phases: [Element], to targets: [Int],
    controls: [(qubit: Int, value: Bool)]
  ) throws(Obstacle) {
    if controls.isEmpty, targets.allSatisfy(isKnown) {
      let old = targets.enumerated().reduce(0) { $0 | (values[$1.element] ? 1 << $1.offset : 0) }
      phase = phase * phases[old]
      for (place, qubit) in targets.enumerated() {
        setValue(of: qubit, to: map[old] >> UInt32(place) & 1 == 1)
      }
      return
    }
    let index = try join(targets + controls.map(\.qubit))
    let store = try uniqueStore(of: index)
    if store.isFull {
      return store.permuteInPlace(
        by: map, phases: phases, on: columns(of: targets), where: condition(controls))
    }
    let columns = columns(of: targets)
    store.permute(by: map, phases: phases, on: columns, where: condition(controls))
    try settle(index, columns: columns)
  }

  /// - Parameter isUnitary: whether the matrix is; otherwise the state is scaled to norm 1 after
  ///   it.
  package mutating func applyDense(
    _ matrix: ComplexMatrix, to targets: [Int], controls: [(qubit: Int, value: Bool)],
    isUnitary: Bool = true
  ) throws(Obstacle) {
    let index = try join(targets + controls.map(\.qubit))
    let (columns, condition) = (columns(of: targets), condition(controls))
    if group(index).store.isFull {
      try uniqueStore(of: index).applyInPlace(matrix, on: columns, where: condition)
      if !isUnitary { try normalize(index) }
      return
    }
    replaceStore(
      of: index, by: try group(index).store.applying(matrix, on: columns, where: condition))
    guard group(index).store.count > 0 else { return }
    if !isUnitary { try normalize(index) }
    // A unitary leaves something under every choice of the other bits: only its own may be
    // constant.
    try settle(index, columns: isUnitary ? columns : nil)
    try fillUp(index)
  }

  /// Lists all basis states of a group most of which have amplitudes.
  private mutating func fillUp(_ index: Int) throws(Obstacle) {
    guard let group = groups[index], group.usedCount == group.qubits.count,
      group.store.isNearlyFull(columnCount: group.qubits.count)
    else { return }
    replaceStore(of: index, by: try group.store.filled(columnCount: group.qubits.count))
  }

  private func condition(_ controls: [(qubit: Int, value: Bool)]) -> KeyCondition {
    var condition = KeyCondition()
    for (qubit, value) in controls { condition.require(Int(column[qubit]), value) }
    return condition
  }

  // MARK: Eigenstates

  /// The number that a gate multiplies its targets by, if it does: they must share no group with
  /// others.
  private func eigenvalue(
    of action: GateApplication.Action, _ targets: [Int], hasControls: Bool
  ) -> Element? {
    guard hasControls, !targets.isEmpty, targets.count <= 6 else { return nil }
    var vector: [Element] = [.one]
    for qubit in targets {
      guard let own = ownAmplitudes(of: qubit) else { return nil }
      vector = vector.map { $0 * own.0 } + vector.map { $0 * own.1 }
    }
    let image = Self.image(of: vector, under: action)
    let norm = vector.reduce(0) { $0 + $1.lengthSquared }
    let overlap = zip(vector, image).reduce(Element.zero) { $0 + $1.0.conjugate * $1.1 }
    let factor = overlap / Element(norm)
    let error = zip(vector, image).reduce(0) { $0 + ($1.1 - factor * $1.0).lengthSquared }
    guard error <= norm * Self.eigenvalueTolerance else { return nil }
    // Exact where it can be: signs and quarter turns come out of rounding as themselves.
    let exact: [Element] = [.one, -.one, .i, -.i]
    return exact.first { ($0 - factor).lengthSquared <= Self.eigenvalueTolerance } ?? factor
  }

  /// The two amplitudes of a qubit that is in no group with others.
  private func ownAmplitudes(of qubit: Int) -> (Element, Element)? {
    let index = Int(home[qubit])
    if index < 0 { return values[qubit] ? (.zero, .one) : (.one, .zero) }
    let group = group(index)
    guard group.usedCount == 1 else { return nil }
    var own: (Element, Element) = (.zero, .zero)
    for place in 0..<group.store.count {
      if group.store.bit(Int(column[qubit]), of: place) == 1 {
        own.1 = group.store.amplitudes[place]
      } else {
        own.0 = group.store.amplitudes[place]
      }
    }
    return own
  }

  private static func image(of vector: [Element], under action: GateApplication.Action) -> [Element]
  {
    switch action {
    case .diagonal(let factors): return zip(vector, factors).map { $0 * $1 }
    case .permutation(let map, let phases):
      var image = vector
      for place in vector.indices { image[Int(map[place])] = vector[place] * phases[place] }
      return image
    case .dense(let matrix):
      return vector.indices.map { row in
        vector.indices.reduce(Element.zero) { $0 + matrix[row, $1] * vector[$1] }
      }
    case .pauli: return vector
    }
  }
}
