import QuantumCore

/// Runs Clifford circuits one operation at a time, and lets the state be looked at in between.
///
/// Every instruction of the catalog that maps Paulis to Paulis runs: Clifford gates, measurements,
/// resets, Pauli noise (each error is drawn when it is reached), feedback from the record and from
/// sweep bits, classical control.
///
///     var simulator = TableauSimulator(seed: 1)
///     try simulator.apply(.h, to: 0)
///     try simulator.apply(.cx, to: 0, 1)
///     try simulator.peek(PauliString("ZZ")!)     // +1: certain
///     try simulator.measure(0) == simulator.measure(1)
///
/// Qubits are |0⟩ until they are used, whatever their numbers; memory is n²/2 bytes for the n
/// qubits that gates have turned or entangled.
///
/// - Complexity: a gate takes O(n) at 1/512 of a step each, a measurement with a random result
///   O(n²), with a certain one O(n).
/// - Source: [Gidney21], [Aaronson04].
public struct TableauSimulator: Sendable {
  /// Where results that are random, and noise, come from.
  package enum Randomness: Sendable {
    case drawn
    /// Every random result is 0, and noise does not happen.
    case none
  }

  package var state: StabilizerState
  package var generator: PhiloxGenerator
  package let randomness: Randomness
  /// Classical bits, variables and the measurement record.
  public package(set) var memory = ClassicalMemory(for: Circuit())
  /// Values of `sweep[k]`; missing ones are 0.
  public var sweepBits: [Bool] = []
  package var chainHappened = false
  /// Targets that the turns of a repeat block may come to.
  package var stepLimit: UInt64 = 1 << 30
  /// Of the circuit that is run.
  var powers = RepeatPowers(Circuit())
  /// When turns of loops stop.
  package var timeLimit = TimeLimit.standard
  /// Turns until the clock is looked at.
  var turnsUnwatched = 1 << 10
  /// Marks places that an instruction has been to; see `nextStamp`.
  private var stamps: [UInt32] = []
  private var stamp: UInt32 = 0

  /// A simulator of qubits in |0⟩.
  ///
  /// - Parameter seed: the same seed and operations give the same results.
  public init(seed: UInt64 = 0) {
    do {
      try self.init(seed: seed, block: 0, capacity: 0, randomness: .drawn)
    } catch {
      preconditionFailure("No memory for a tableau without qubits")
    }
  }

  /// - Parameters:
  ///   - block: keeps shots of one seed apart.
  ///   - capacity: how many qubits to make room for; there may be more.
  package init(
    seed: UInt64, block: UInt64, capacity: Int, randomness: Randomness, threads: Int = 1,
    kernels: RowKernels = .best
  ) throws(Obstacle) {
    state = try StabilizerState(capacity: capacity, threads: threads, kernels: kernels)
    generator = PhiloxGenerator(seed: seed, purpose: .trajectory, block: block)
    self.randomness = randomness
  }

  /// The results of all measurements so far.
  public var record: BitVector { memory.record }

  /// Copies what is shared with another simulator before it changes, and ends a batch of
  /// measurements.
  @inline(__always)
  package mutating func makeUnique() throws(Obstacle) {
    try makeUniqueWhileMeasuring()
    try state.endMeasuring()
  }

  @inline(__always)
  mutating func makeUniqueWhileMeasuring() throws(Obstacle) {
    if !isKnownUniquelyReferenced(&state) { state = try state.copy() }
  }

  /// The next result that is random.
  @inline(__always)
  package mutating func draw() -> Bool {
    randomness == .drawn && generator.next() >> 63 == 1
  }

  package mutating func happens(_ probability: Double) -> Bool {
    if randomness == .none || probability <= 0 { return false }
    return probability >= 1 || generator.uniform() < probability
  }

  /// Begins a set of places, for `isFirstVisit`.
  mutating func nextStamp() {
    stamp &+= 1
    if stamp == 0 {
      stamps = []
      stamp = 1
    }
  }

  mutating func isFirstVisit(to place: Int) -> Bool {
    if place >= stamps.count {
      stamps += [UInt32](repeating: 0, count: max(64, 2 * place) - stamps.count + 1)
    }
    defer { stamps[place] = stamp }
    return stamps[place] != stamp
  }
}

// MARK: - Single operations

extension TableauSimulator {
  /// Applies a Clifford gate of the catalog to groups of qubits.
  ///
  /// - Precondition: the gate is a Clifford on one or two qubits, and so many qubits are given, all
  ///   distinct in a pair.
  /// - Throws: `Obstacle` when memory runs out.
  public mutating func apply(_ gate: Gate, to qubits: Int...) throws(Obstacle) {
    guard let form = PairDecomposition.of(gate) else {
      preconditionFailure("\(gate.name) is not a Clifford gate on one or two qubits")
    }
    precondition(
      qubits.count.isMultiple(of: form.qubitCount) && qubits.allSatisfy { $0 >= 0 },
      "\(gate.name) acts on \(form.qubitCount) qubits at a time")
    try makeUnique()
    for start in stride(from: 0, to: qubits.count, by: form.qubitCount) {
      if form.qubitCount == 1 {
        try state.apply(form.first, to: qubits[start])
      } else {
        precondition(qubits[start] != qubits[start + 1], "\(gate.name) acts on two qubits")
        try state.apply(form, to: qubits[start], qubits[start + 1])
      }
    }
  }

  /// Measures a qubit in the basis of a Pauli; the result joins the record.
  ///
  /// - Throws: `Obstacle` when memory runs out.
  @discardableResult
  public mutating func measure(_ qubit: Int, basis: Pauli = .z) throws(Obstacle) -> Bool {
    precondition(basis != .i && qubit >= 0, "A measurement has a basis and a qubit")
    try makeUnique()
    let guess = draw()
    let result = try state.measure(basis.rawValue, on: qubit) { guess }
    try state.endMeasuring()
    memory.record.append(result)
    return result
  }

  /// Measures a product of Paulis: the record, and the result, is 1 for the eigenvalue −1.
  ///
  /// - Precondition: the product is Hermitian.
  /// - Throws: `Obstacle` when memory runs out.
  @discardableResult
  public mutating func measure(_ product: PauliString) throws(Obstacle) -> Bool {
    precondition(product.isHermitian, "Only Hermitian products can be measured")
    try makeUnique()
    let guess = draw()
    let result = try state.measure(PauliProduct(product)) { guess }
    try state.endMeasuring()
    memory.record.append(result)
    return result
  }

  /// Resets a qubit to the +1 eigenstate of a Pauli.
  ///
  /// - Throws: `Obstacle` when memory runs out.
  public mutating func reset(_ qubit: Int, basis: Pauli = .z) throws(Obstacle) {
    precondition(basis != .i && qubit >= 0, "A reset has a basis and a qubit")
    try makeUnique()
    let guess = draw()
    if try state.measure(basis.rawValue, on: qubit, choose: { guess }) {
      try state.endMeasuring()
      state.applyPauli((basis == .z ? Pauli.x : .z).rawValue, to: qubit)
    } else {
      try state.endMeasuring()
    }
  }
}
