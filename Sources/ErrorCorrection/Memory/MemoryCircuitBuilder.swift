import QuantumCore

/// Writes the circuit of a memory experiment.
struct MemoryCircuitBuilder {
  private(set) var circuit = Circuit()
  private let experiment: MemoryExperiment
  private let schedule: SyndromeSchedule
  private let checkQubits: [Int]
  /// How many rounds back the detectors inside of the experiment look.
  private let memory: Int

  init(_ experiment: MemoryExperiment) {
    self.experiment = experiment
    schedule = experiment.schedule
    checkQubits = schedule.checkQubits
    memory = schedule.checks.lazy.map(\.memory).max() ?? 1
  }

  mutating func build() {
    appendCoordinates()
    appendPreparation()
    let warmUp = UInt64(memory)
    appendWarmUp(warmUp)
    appendFirstDetectors(round: warmUp)
    appendRepeated(experiment.rounds - warmUp) {
      $0.appendRound()
      $0.appendInnerDetectors()
    }
    appendDataMeasurement()
    appendLastDetectors()
    appendObservables()
  }
}

// MARK: - Gates

extension MemoryCircuitBuilder {
  /// Adjacent operations that differ in qubits only become one.
  private mutating func append(_ gate: Gate, _ arguments: [Double] = [], targets: [Target]) {
    do {
      try circuit.appendChecked(gate, arguments: arguments, targets: targets, fusing: true)
    } catch {
      preconditionFailure(error.message)
    }
  }

  private mutating func append(_ gate: Gate, _ arguments: [Double] = [], _ qubits: [Int]) {
    append(gate, arguments, targets: qubits.map { Target.qubit($0) })
  }

  private mutating func appendNoise(_ gate: Gate, _ probability: Double, _ qubits: [Int]) {
    if probability > 0 { append(gate, [probability], qubits) }
  }

  private mutating func appendTick() { append(.tick, targets: []) }

  /// Runs `body` once for one repetition, in a block for more, not at all for none.
  private mutating func appendRepeated(
    _ count: UInt64, _ body: (inout MemoryCircuitBuilder) -> Void
  ) {
    guard count > 1 else {
      if count == 1 { body(&self) }
      return
    }
    let outer = circuit.beginBlock()
    body(&self)
    circuit.appendRepeat(count, body: circuit.endBlock(returningTo: outer))
  }

  private mutating func appendCoordinates() {
    let coordinates = schedule.code.coordinates
    guard !coordinates.isEmpty else { return }
    let places =
      zip(schedule.dataQubits, coordinates).map { (qubit: $0, coordinates: $1) }
      + schedule.checks.map { (qubit: $0.qubit, coordinates: $0.coordinates) }
    for place in places.sorted(by: { $0.qubit < $1.qubit }) {
      append(.qubitCoords, place.coordinates, [place.qubit])
    }
  }

  private mutating func appendPreparation() {
    if isInZBasis || schedule.resetsTogether && experiment.basis == .z {
      appendReset(.z, (schedule.dataQubits + checkQubits).sorted())
    } else {
      appendReset(experiment.basis, schedule.dataQubits)
      appendReset(.z, checkQubits)
    }
  }

  private mutating func appendReset(_ basis: Pauli, _ qubits: [Int]) {
    append(basis.resetGate, [], qubits)
    appendNoise(basis.flip, experiment.noise.afterResetFlipProbability, qubits)
  }

  /// Rounds up to the first detectors; the very first one may turn the data into the basis.
  private mutating func appendWarmUp(_ count: UInt64) {
    let turn = isInZBasis ? experiment.basis.turn : nil
    guard let turn else { return appendRepeated(count) { $0.appendRound() } }
    appendRound(after: [SyndromeSchedule.Operation(turn, schedule.dataQubits)])
    appendRepeated(count - 1) { $0.appendRound() }
  }

  private mutating func appendRound(after turn: [SyndromeSchedule.Operation] = []) {
    let noise = experiment.noise
    appendTick()
    appendNoise(.depolarize1, noise.beforeRoundDataDepolarization, schedule.dataQubits)
    for layer in experiment.gateSet.layers(schedule.layers, after: turn) {
      for operation in layer { appendGate(operation) }
      appendTick()
    }
    appendNoise(.xError, noise.beforeMeasureFlipProbability, checkQubits)
    if isInZBasis {
      append(.m, [], checkQubits)
      appendTick()
      appendReset(.z, checkQubits)
    } else {
      append(.mr, [], checkQubits)
      appendNoise(.xError, noise.afterResetFlipProbability, checkQubits)
    }
  }

  private mutating func appendGate(_ operation: SyndromeSchedule.Operation) {
    append(operation.gate, [], operation.qubits)
    let channel: Gate = operation.gate.definition.qubitCount == 1 ? .depolarize1 : .depolarize2
    appendNoise(channel, experiment.noise.afterCliffordDepolarization, operation.qubits)
  }

  /// Whether all resets and measurements are in the Z basis, with turns beside them.
  private var isInZBasis: Bool { experiment.gateSet == .cz }

  private mutating func appendDataMeasurement() {
    var basis = schedule.turned(experiment.basis, rounds: experiment.rounds)
    if isInZBasis {
      appendTick()
      appendGate(SyndromeSchedule.Operation(basis.turn ?? .i, schedule.dataQubits))
      appendTick()
      basis = .z
    }
    appendNoise(
      basis.flip, experiment.noise.beforeMeasureFlipProbability, schedule.dataQubits)
    append(basis.measureGate, [], schedule.dataQubits)
  }
}

// MARK: - Detectors

extension MemoryCircuitBuilder {
  /// Lookback of a check's record, right after a round, from `age` rounds before it.
  private func lookback(check: Int, age: Int) -> Int {
    checkQubits.count * (age + 1) - check
  }

  private mutating func appendDetector(check: Int, time: Double, _ lookbacks: [Int]) {
    append(
      .detector, schedule.checks[check].coordinates + [time],
      targets: lookbacks.sorted().map { Target.record($0) })
  }

  /// Whether readings amount to one stabilizer that data qubits prepared or measured in the basis
  /// determine.
  private func isDetermined(_ reading: [Int]) -> Bool {
    reading.count == 1 && schedule.code.stabilizers[reading[0]].consists(of: experiment.basis)
  }

  /// Of every check whose last readings amount to a stabilizer of the basis: which, and from how
  /// many rounds ago; in the order of the stabilizers.
  private func determinedChecks(
    round: UInt64
  ) -> [(check: Int, ages: [Int], stabilizer: Int)] {
    var found: [(check: Int, ages: [Int], stabilizer: Int)] = []
    for (index, check) in schedule.checks.enumerated() {
      let match = check.rounds(endingAt: round, count: memory) { isDetermined($0) }
      if let match { found.append((index, match.ages, match.reading[0])) }
    }
    return found.sorted { $0.stabilizer < $1.stabilizer }
  }

  private mutating func appendFirstDetectors(round: UInt64) {
    for (check, ages, _) in determinedChecks(round: round) {
      appendDetector(check: check, time: 0, ages.map { lookback(check: check, age: $0) })
    }
  }

  private mutating func appendInnerDetectors() {
    let dimensions = schedule.checks.first?.coordinates.count ?? 0
    append(.shiftCoords, [Double](repeating: 0, count: dimensions) + [1], targets: [])
    for (index, check) in schedule.checks.enumerated() {
      let ages = Array(0...check.memory)
      appendDetector(check: index, time: 0, ages.map { lookback(check: index, age: $0) })
    }
  }

  private mutating func appendLastDetectors() {
    let count = schedule.dataQubits.count
    for (check, ages, stabilizer) in determinedChecks(round: experiment.rounds) {
      let data = schedule.code.stabilizers[stabilizer].factors.map { count - $0.qubit }
      let earlier = ages.map { count + lookback(check: check, age: $0) }
      appendDetector(check: check, time: 1, data + earlier)
    }
  }

  private mutating func appendObservables() {
    let count = schedule.dataQubits.count
    for (index, logical) in schedule.code.logicals.enumerated() {
      let lookbacks = logical.operator(in: experiment.basis).factors.map { count - $0.qubit }
      append(
        .observableInclude, [Double(index)],
        targets: lookbacks.sorted().map { Target.record($0) })
    }
  }
}

extension Pauli {
  fileprivate var resetGate: Gate {
    switch self {
    case .x: .resetX
    case .y: .resetY
    case .i, .z: .reset
    }
  }
  fileprivate var measureGate: Gate {
    switch self {
    case .x: .mx
    case .y: .my
    case .i, .z: .m
    }
  }
  /// The gate that takes this basis to Z and Z to it; `nil` for Z.
  fileprivate var turn: Gate? {
    switch self {
    case .x: .h
    case .y: .hYZ
    case .i, .z: nil
    }
  }
  /// An error that changes what is read in this basis.
  fileprivate var flip: Gate { self == .x ? .zError : .xError }
}
