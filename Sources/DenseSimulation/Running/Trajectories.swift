import ComplexModule
import QuantumCore

// Goals, in order: every shot gets what it would get alone, whatever the other shots, the number of threads and the
// memory; shots share work as long as they agree; memory is bounded.
//
// Shots that have seen the same outcomes form a group with one state. At a random event each shot draws its own number,
// from a stream keyed by the seed with the shot and the event's place in that shot as counter; the group splits by what its
// shots drew. The smaller parts run to their end on a copy first, then the largest goes on in place: so at most
// log₂(shots) copies exist at a time. A part for whose copy there is no memory is run again from the start later.

/// Runs a program for many shots.
package final class TrajectoryRun<S: Scalar> {
  private let program: Program
  private let circuit: Circuit
  private let live: LiveQubits
  private let options: SimulationOptions
  private let plans: [CompiledPlan?]
  private let executor: Executor
  private let events: Philox
  private let sampling: Philox
  private let initialState: StateVector<S>?

  /// States that may exist at a time.
  private let stateLimit: UInt64
  private var stateCount: UInt64 = 1
  /// Groups to run from the start for lack of memory.
  private var deferred: [[UInt32]] = []

  package private(set) var bits: ShotTable
  package private(set) var record: ShotTable
  /// Called with the state at the end of each group, before its last measurements.
  package var onEnd: ((StateVector<S>, _ shots: [UInt32]) throws -> Void)?
  private let needsSamples: Bool

  private var workSinceReport: UInt64 = 0
  private var stepsDone = 0
  private var shotsDone = 0
  private let shotCount: Int

  /// A place in the program with everything that decides how it goes on.
  private struct Branch {
    var state: StateVector<S>
    var memory: ClassicalMemory
    var place = 0
    var counters: [UInt64]
    var chainHappened = false
    /// The program was left early: its tail is not run.
    var hasHalted = false
    var event: UInt64 = 0
    var shots: [UInt32]
  }

  /// - Throws: `Obstacle` when memory runs out.
  package init(
    _ program: Program, of circuit: Circuit, live: LiveQubits, shots: Int, seed: UInt64,
    options: SimulationOptions, needsSamples: Bool, initialState: StateVector<S>? = nil
  ) throws(Obstacle) {
    self.program = program
    self.circuit = circuit
    self.live = live
    self.options = options
    self.needsSamples = needsSamples
    self.initialState = initialState
    shotCount = shots
    executor = Executor(options: options, precision: S.precision)
    events = Philox(seed: seed, purpose: .trajectory)
    sampling = Philox(seed: seed, purpose: .terminalSampling)
    bits = ShotTable(rowCount: needsSamples ? shots : 0, columnCount: circuit.bitCount)
    record = ShotTable(rowCount: needsSamples ? shots : 0, columnCount: 0)
    let stateBytes = StateMemory.bytes(qubitCount: program.qubitCount, precision: S.precision)
    stateLimit = max(1, (options.memoryLimit ?? .max) / stateBytes)
    var plans: [CompiledPlan?] = []
    for step in program.steps {
      guard case .unitary(let gates) = step else {
        plans.append(nil)
        continue
      }
      let plan = ExecutionPlan(gates, fusing: options.fusesGates, kernel: options.kernel)
      plans.append(
        try CompiledPlan(plan, qubitCount: program.qubitCount, table: executor.table))
    }
    self.plans = plans
  }

  /// - Throws: `Diagnostic` for an error in a classical expression, `CancellationError`, `Obstacle` without memory.
  package func run() throws {
    deferred = [(0..<UInt32(shotCount)).map { $0 }]
    // Handed from group to group, so that each is its only owner while it runs.
    var spare: StateVector<S>? = try StateVector<S>(
      qubitCount: program.qubitCount, executor: executor)
    var isFresh = true
    while let shots = deferred.popLast(), var state = spare.take() {
      if let initialState {
        state.copyAmplitudes(from: initialState)
      } else if !isFresh {
        state.reset()
      }
      isFresh = false
      var branch = Branch(
        state: state, memory: ClassicalMemory(for: circuit),
        counters: [UInt64](repeating: 0, count: program.loopSlotCount), shots: shots)
      _ = consume state
      try advance(&branch)
      spare = branch.state
    }
  }

  // MARK: Steps

  private func advance(_ branch: inout Branch) throws {
    while branch.place < program.steps.count {
      let place = branch.place
      branch.place += 1
      do {
        switch program.steps[place] {
        case .unitary: try applyPlan(at: place, to: &branch)
        case .dynamic(let instruction): try apply(instruction, to: &branch)
        case .feedback(let lookback, let gate):
          let control = try ClassicalExpression.record(lookback).evaluated(in: branch.memory)
          if control.isTrue { branch.state.apply(gate) }
        case .measure(let measurement): try measure(measurement, &branch)
        case .reset(let position, let basis): try reset(position, to: basis, &branch)
        case .noise(let noise): try apply(noise, to: &branch)
        case .constant(let constant): try append(constant, to: &branch)
        case .assign(let destination, let value):
          try branch.memory.assign(value.evaluated(in: branch.memory), to: destination)
        case .jump(let target): branch.place = target
        case .jumpUnless(let condition, let target):
          if try !condition.evaluated(in: branch.memory).isTrue { branch.place = target }
        case .startLoop(let slot, let count): branch.counters[slot] = count
        case .nextTurn(let slot, let start):
          branch.counters[slot] -= 1
          if branch.counters[slot] > 0 { branch.place = start }
        case .halt:
          branch.hasHalted = true
          branch.place = program.steps.count
        }
      } catch var diagnostic as Diagnostic {
        diagnostic.range = diagnostic.range ?? program.ranges[place]
        throw diagnostic
      }
      try report(amplitudes: 64)
    }
    try finish(&branch)
  }

  private func applyPlan(at place: Int, to branch: inout Branch) throws {
    guard let plan = plans[place] else { return }
    let amplitudes = UInt64(branch.state.amplitudeCount)
    try plan.run(on: &branch.state) {
      stepsDone += 1
      try report(amplitudes: amplitudes)
    }
  }

  private func apply(_ instruction: Instruction, to branch: inout Branch) throws {
    var arguments: [Double] = []
    for expression in circuit.dynamicArguments(of: instruction) {
      let value = try expression.evaluated(in: branch.memory).asReal
      guard value.isFinite else {
        throw Diagnostic(
          "\(value) is not a finite angle for \(instruction.gate.name)", code: "argument")
      }
      arguments.append(value)
    }
    circuit.forEachGroup(of: instruction) { group, _ in
      let gate = GateApplication.of(
        instruction.gate, arguments: arguments[...], group: group,
        controlCount: Int(instruction.controlCount), live: live)
      if let gate { branch.state.apply(gate) }
    }
  }

  // MARK: Random events

  /// Splits the branch's shots by `outcome` and goes on with each part; `apply` makes an outcome happen.
  private func split(
    _ branch: inout Branch, outcome: (UInt32) -> Int, apply: (Int, inout Branch) -> Void
  ) throws {
    guard let first = branch.shots.first else { return }
    let common = outcome(first)
    guard let other = branch.shots.firstIndex(where: { outcome($0) != common }) else {
      return apply(common, &branch)
    }
    // Few outcomes, and most shots have the one of the shot before: looked up in a list.
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
    // The largest part last; ties and the order of the others by outcome.
    var ordered = parts.sorted { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
    let (largest, shots) = ordered.removeLast()
    for (outcome, shots) in ordered {
      guard stateCount < stateLimit, let copy = branch.state.independentCopy() else {
        deferred.append(shots)
        continue
      }
      stateCount += 1
      defer { stateCount -= 1 }
      var child = Branch(
        state: copy, memory: branch.memory, place: branch.place, counters: branch.counters,
        chainHappened: branch.chainHappened, event: branch.event, shots: shots)
      apply(outcome, &child)
      try advance(&child)
    }
    branch.shots = shots
    apply(largest, &branch)
  }

  private func measure(_ measurement: Program.Measurement, _ branch: inout Branch) throws {
    let weights = branch.state.outcomeWeights(of: measurement.product)
    let (probability, flip) = (weights.probabilityOfOne, measurement.flipProbability)
    let (event, flipEvent) = (branch.event, branch.event + 1)
    branch.event += 2
    try split(&branch) { shot in
      let result = isBelow(probability, shot, event)
      return (result ? 1 : 0) | (isBelow(flip, shot, flipEvent) ? 2 : 0)
    } apply: { outcome, branch in
      let result = outcome & 1 == 1
      branch.state.collapse(measurement.product, result: result, weights: weights)
      if result, let correction = measurement.correction { branch.state.apply(.pauli(correction)) }
      branch.memory.append(
        (result != measurement.isInverted) != (outcome & 2 != 0), storedIn: measurement.bit)
    }
  }

  /// Whether a shot's number for an event is below p; certain events draw nothing.
  private func isBelow(_ probability: Double, _ shot: UInt32, _ event: UInt64) -> Bool {
    if probability <= 0 { return false }
    return probability >= 1 || events.uniform(UInt64(shot), event) < probability
  }

  /// Measures the qubit in a basis in which its value is certain, if there is one, then turns it to |+basis⟩: the discarded
  /// result leaves the rest of the state in the same mixture whatever basis it was found in.
  private func reset(_ position: Int, to basis: Pauli, _ branch: inout Branch) throws {
    let event = branch.event
    branch.event += 1
    let candidates: [Pauli] = [.z, .x, .y]
    var chosen = Pauli.z
    var weights = branch.state.outcomeWeights(of: PauliProduct(.z, on: position))
    for candidate in candidates[1...] where !weights.isCertain {
      let other = branch.state.outcomeWeights(of: PauliProduct(candidate, on: position))
      if other.isCertain { (chosen, weights) = (candidate, other) }
    }
    let product = PauliProduct(chosen, on: position)
    let probability = weights.probabilityOfOne
    try split(&branch) { shot in
      isBelow(probability, shot, event) ? 1 : 0
    } apply: { outcome, branch in
      branch.state.collapse(product, result: outcome == 1, weights: weights)
      if outcome == 1 {
        branch.state.apply(.singlePauli(chosen == .z ? .x : .z, position: position))
      }
      if let turn = Self.turn(chosen, to: basis, position: position) { branch.state.apply(turn) }
    }
  }

  /// A Clifford gate that maps the +1 eigenstate of one Pauli to that of another.
  private static func turn(_ from: Pauli, to: Pauli, position: Int) -> GateApplication? {
    let gate: Gate
    switch (from, to) {
    case (.z, .x), (.x, .z): gate = .h
    case (.z, .y), (.y, .z): gate = .hYZ
    case (.x, .y): gate = .s
    case (.y, .x): gate = .sDag
    default: return nil
    }
    return .gate(gate, arguments: [], controls: [], targets: [position])
  }

  private func apply(_ noise: Program.Noise, to branch: inout Branch) throws {
    let event = branch.event
    branch.event += 1
    if noise.chain == .starts { branch.chainHappened = false }
    let isActive = noise.chain != .continues || !branch.chainHappened
    let total = isActive ? noise.totalProbability : 0
    try split(&branch) { shot in
      guard total > 0 else { return -1 }
      let uniform = events.uniform(UInt64(shot), event)
      return uniform < total ? noise.choice(uniform) ?? -1 : -1
    } apply: { outcome, branch in
      if outcome >= 0 {
        let product = noise.cases[outcome].product
        if !product.isIdentity { branch.state.apply(.pauli(product)) }
        if noise.chain != .none { branch.chainHappened = true }
      }
      if noise.isHeralded { branch.memory.append(outcome >= 0, storedIn: noise.bit) }
    }
  }

  private func append(_ constant: Program.Constant, to branch: inout Branch) throws {
    let event = branch.event
    branch.event += 1
    try split(&branch) { shot in
      isBelow(constant.flipProbability, shot, event) ? 1 : 0
    } apply: { outcome, branch in
      branch.memory.append(constant.value != (outcome == 1), storedIn: constant.bit)
    }
  }

  // MARK: The end of a group

  private func finish(_ branch: inout Branch) throws {
    try onEnd?(branch.state, branch.shots)
    if needsSamples {
      let tail = branch.hasHalted ? Program.Tail() : program.tail
      var drawn: [UInt64] = []
      if tail.hasMeasurements {
        for gate in tail.basisChanges { branch.state.apply(gate) }
        drawn = branch.state.outcomes(forUniforms: samplingUniforms(of: branch.shots))
      }
      if tail.hasAssignments {
        try writeRowsWithAssignments(branch, tail, drawn)
      } else {
        writeRows(branch, tail, drawn)
      }
    }
    shotsDone += branch.shots.count
    try report(amplitudes: UInt64(branch.state.amplitudeCount) + UInt64(branch.shots.count))
  }

  /// Each shot's number for its draw from the final state.
  private func samplingUniforms(of shots: [UInt32]) -> [Double] {
    let sampling = sampling
    return [Double](unsafeUninitializedCapacity: shots.count) { out, initialized in
      let shared = UncheckedSendable(out)
      let threads = shots.count < 4096 ? 1 : options.threads
      Parallel.forEach(range: shots.count, minimumChunk: 1024, threads: threads) { range in
        for index in range { shared.value[index] = sampling.uniform(UInt64(shots[index])) }
      }
      initialized = shots.count
    }
  }

  private func writeRows(_ branch: Branch, _ tail: Program.Tail, _ drawn: [UInt64]) {
    let rows = TailRows(
      tail: tail, memory: branch.memory, events: events, firstEvent: branch.event)
    record.widen(to: rows.recordCount)
    let (recordStride, bitStride, shots) = (record.stride, bits.stride, branch.shots)
    let chainHappened = branch.chainHappened
    record.withWords { recordWords in
      bits.withWords { bitWords in
        let shared = UncheckedSendable((recordWords, bitWords))
        let threads = shots.count < 4096 ? 1 : options.threads
        Parallel.forEach(range: shots.count, minimumChunk: 1024, threads: threads) { range in
          for index in range {
            let row = Int(shots[index])
            rows.write(
              shot: shots[index], drawn: drawn.isEmpty ? 0 : drawn[index],
              chainHappened: chainHappened,
              record: UnsafeMutableBufferPointer(
                rebasing: shared.value.0[row * recordStride..<(row + 1) * recordStride]),
              bits: UnsafeMutableBufferPointer(
                rebasing: shared.value.1[row * bitStride..<(row + 1) * bitStride]))
          }
        }
      }
    }
  }

  /// Shot by shot with a classical memory each, since later results may depend on earlier ones.
  private func writeRowsWithAssignments(
    _ branch: Branch, _ tail: Program.Tail, _ drawn: [UInt64]
  ) throws {
    for (index, shot) in branch.shots.enumerated() {
      var memory = branch.memory
      var state = TailRows.ShotState(
        drawn: drawn.isEmpty ? 0 : drawn[index], chainHappened: branch.chainHappened,
        event: branch.event)
      for step in tail.steps {
        if case .assign(let destination, let value) = step {
          try memory.assign(value.evaluated(in: memory), to: destination)
        } else if let result = state.result(of: step, shot: shot, events: events) {
          memory.append(result.value, storedIn: result.bit)
        }
      }
      record.setRow(Int(shot), to: memory.record)
      bits.setRow(Int(shot), to: memory.bits)
      if index & 0xfff == 0xfff { try report(amplitudes: 1 << 20) }
    }
  }

  // MARK: Progress

  private func report(amplitudes: UInt64) throws {
    guard let progress = options.progress else { return }
    workSinceReport += amplitudes
    guard workSinceReport >= 1 << 22 else { return }
    workSinceReport = 0
    // Until the first group ends, the steps of the program are all there is to go by.
    let total = plans.reduce(0) { $0 + ($1?.stepCount ?? 0) }
    let fraction =
      shotsDone > 0 || total == 0
      ? Double(shotsDone) / Double(max(1, shotCount)) : min(0.99, Double(stepsDone) / Double(total))
    if !progress(fraction) { throw CancellationError() }
  }
}

/// The classical end of shots: what is measured, flipped and recorded after a basis state is drawn.
private struct TailRows: Sendable {
  let tail: Program.Tail
  let memory: ClassicalMemory
  let events: Philox
  let firstEvent: UInt64
  /// All that the tail is, where it is measurements without errors.
  private let plain: [PlainMeasurement]?

  private struct PlainMeasurement {
    let mask: UInt64
    let isInverted: Bool
    let place: Int
    let bit: Int?
  }

  init(tail: Program.Tail, memory: ClassicalMemory, events: Philox, firstEvent: UInt64) {
    (self.tail, self.memory, self.events, self.firstEvent) = (tail, memory, events, firstEvent)
    var plain: [PlainMeasurement] = []
    for case .measure(let mask, let isInverted, 0, let bit) in tail.steps {
      let place = memory.record.count + plain.count
      plain.append(PlainMeasurement(mask: mask, isInverted: isInverted, place: place, bit: bit))
    }
    self.plain = plain.count == tail.steps.count ? plain : nil
  }

  /// What changes along the tail of one shot.
  struct ShotState {
    var drawn: UInt64
    var chainHappened: Bool
    var event: UInt64

    /// Runs one step; what it records.
    mutating func result(
      of step: Program.Tail.Step, shot: UInt32, events: Philox
    ) -> (value: Bool, bit: Int?)? {
      defer { event += 1 }
      switch step {
      case .measure(let mask, let isInverted, let flip, let bit):
        var value = ((drawn & mask).nonzeroBitCount & 1 == 1) != isInverted
        if flip > 0, events.uniform(UInt64(shot), event) < flip { value.toggle() }
        return (value, bit)
      case .constant(let constant):
        let flips =
          constant.flipProbability > 0
          && events.uniform(UInt64(shot), event) < constant.flipProbability
        return (constant.value != flips, constant.bit)
      case .noise(let noise, let flips):
        if noise.chain == .starts { chainHappened = false }
        var choice: Int?
        if noise.chain != .continues || !chainHappened, noise.totalProbability > 0 {
          choice = noise.choice(events.uniform(UInt64(shot), event))
        }
        if let choice {
          drawn ^= flips[choice]
          if noise.chain != .none { chainHappened = true }
        }
        return noise.isHeralded ? (choice != nil, noise.bit) : nil
      case .assign: return nil
      }
    }
  }

  var recordCount: Int {
    memory.record.count
      + tail.steps.count {
        switch $0 {
        case .measure, .constant: true
        case .noise(let noise, _): noise.isHeralded
        case .assign: false
        }
      }
  }

  func write(
    shot: UInt32, drawn: UInt64, chainHappened: Bool, record: UnsafeMutableBufferPointer<UInt64>,
    bits: UnsafeMutableBufferPointer<UInt64>
  ) {
    for (index, word) in memory.record.words.enumerated() { record[index] = word }
    for (index, word) in memory.bits.words.enumerated() { bits[index] = word }
    if let plain {
      for step in plain {
        let value = ((drawn & step.mask).nonzeroBitCount & 1 == 1) != step.isInverted
        store(value, record, step.place, bits, step.bit)
      }
      return
    }
    var state = ShotState(drawn: drawn, chainHappened: chainHappened, event: firstEvent)
    var place = memory.record.count
    for step in tail.steps {
      guard let result = state.result(of: step, shot: shot, events: events) else { continue }
      store(result.value, record, place, bits, result.bit)
      place += 1
    }
  }

  @inline(__always)
  private func store(
    _ value: Bool, _ record: UnsafeMutableBufferPointer<UInt64>, _ place: Int,
    _ bits: UnsafeMutableBufferPointer<UInt64>, _ bit: Int?
  ) {
    if value { record[place >> 6] |= 1 << UInt64(place & 63) }
    guard let bit else { return }
    let mask = UInt64(1) << UInt64(bit & 63)
    bits[bit >> 6] = value ? bits[bit >> 6] | mask : bits[bit >> 6] & ~mask
  }
}

extension ClassicalMemory {
  /// Adds a result to the record, and stores it in a classical bit if one is given.
  fileprivate mutating func append(_ result: Bool, storedIn bit: Int?) {
    record.append(result)
    if let bit { bits[bit] = result }
  }

  fileprivate mutating func assign(
    _ value: ClassicalValue, to destination: ClassicalDestination
  ) throws(Diagnostic) {
    switch destination {
    case .bits(let start, let count): bits.setWord(value.asInteger, at: start, count: count)
    case .bit(let start, let count, let index):
      let i = try index.evaluated(in: self).asInteger
      guard i >= 0, i < count else {
        throw Diagnostic("bit index \(i) is outside 0..<\(count)", code: "index-out-of-range")
      }
      bits[start + Int(i)] = value.isTrue
    case .variable(let index): variables[index] = value
    }
  }
}
