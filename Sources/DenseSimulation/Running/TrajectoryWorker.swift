import QuantumCore

/// Runs groups of shots one after the other; every thread that runs some has its own.
package final class TrajectoryWorker<State: ProgramState> {
  let context: RunContext<State>
  private let pool: StatePool<State>
  /// Groups to run from the start for lack of memory.
  package var deferred: [[UInt32]] = []
  package private(set) var finished: [FinishedGroup<State>] = []
  package private(set) var mixture: State?

  /// Branches to go on with on other threads.
  private var queue: [Branch<State>] = []
  /// How many wait at most; 0 where each goes on at once.
  private var queueLength = 0
  /// A pool for each thread that helps.
  private var helpers: PoolStack<State>?
  /// Whether this worker tells of progress: only the thread that runs the simulation may.
  package var reports = false

  private var workSinceReport: UInt64 = 0
  private var blocksDone = 0.0
  private var shotsDone = 0

  /// The most combinations of outcomes that are followed.
  private static var mostLeaves: Int { 65_536 }
  /// Less likely outcomes are left out where every outcome is followed: all of them together weigh
  /// less than a rounding error.
  private static var leastWeight: Double {
    Double(sign: .plus, exponent: -Int(RunMemory.exactDepth), significand: 1)
  }

  init(_ context: RunContext<State>, pool: StatePool<State>) {
    self.context = context
    self.pool = pool
  }

  /// Lets branches that split off wait, to go on side by side.
  ///
  /// - Precondition: no mixture is wanted, which is made on one thread.
  func wait(for budget: StateBudget) {
    queueLength = budget.queueLength
    precondition(
      queueLength == 0 || context.request.combine == nil, "A mixture is made on one thread")
    guard queueLength > 0 else { return }
    helpers = PoolStack(count: Int(budget.helperCount), capacity: budget.helperStates)
  }

  /// States that the threads that help have made.
  var helperStateCount: UInt64 { helpers?.madeCount ?? 0 }

  // MARK: Steps

  /// Runs a branch to its end, and what splits off from it.
  package func advance(_ branch: inout Branch<State>) throws {
    let (program, outline) = (context.program, context.outline)
    while branch.place < outline.segments.count {
      let segment = outline.segments[branch.place]
      if let stretch = context.stretches[branch.place] {
        try run(stretch, &branch)
        branch.place += 1
        continue
      }
      let index = segment.steps.lowerBound
      branch.place += 1
      do {
        try take(program.steps[index], at: index, &branch)
      } catch var diagnostic as Diagnostic {
        diagnostic.range = diagnostic.range ?? program.ranges[index]
        throw diagnostic
      }
      try report(amplitudes: 64)
    }
    try finish(&branch)
  }

  private func take(
    _ step: Program.Step, at index: Int, _ branch: inout Branch<State>
  ) throws {
    let outline = context.outline
    switch step {
    case .unitary, .kraus: assertionFailure("Gates and channels are in stretches")
    case .dynamic(let instruction): try apply(instruction, to: &branch)
    case .feedback(let lookback, let gate):
      let control = try ClassicalExpression.record(lookback).evaluated(in: branch.memory)
      if control.isTrue { branch.state.apply(gate) }
    case .measure(let measurement): try measure(measurement, &branch)
    case .reset(let position, let basis): try reset(position, to: basis, &branch)
    case .noise(let noise): try apply(noise, to: &branch)
    case .constant(let constant):
      try append(constant, isRead: !context.reads.isUnread(index), to: &branch)
    case .assign(let destination, let value):
      try branch.memory.assign(value.evaluated(in: branch.memory), to: destination)
    case .jump(let target): branch.place = outline.place(of: target)
    case .jumpUnless(let condition, let target):
      if try !condition.evaluated(in: branch.memory).isTrue {
        branch.place = outline.place(of: target)
      }
    case .startLoop(let slot, let count): branch.counters[slot] = count
    case .nextTurn(let slot, let start):
      branch.counters[slot] -= 1
      if branch.counters[slot] > 0 { branch.place = outline.place(of: start) }
    case .halt:
      branch.hasHalted = true
      branch.place = outline.segments.count
    }
  }

  private func apply(_ instruction: Instruction, to branch: inout Branch<State>) throws {
    let (circuit, live) = (context.circuit, context.live)
    var arguments: [Double] = []
    for expression in circuit.dynamicArguments(of: instruction) {
      let value = try expression.evaluated(in: branch.memory).asReal
      guard value.isFinite else {
        throw Diagnostic(
          "\(value) is not a finite angle for \(instruction.gate.name)", code: "argument")
      }
      arguments.append(value)
    }
    var overflows = false
    circuit.forEachGroup(of: instruction) { group, _ in
      let gate = GateApplication.of(
        instruction.gate, arguments: arguments[...], group: group,
        controlCount: Int(instruction.controlCount), live: live)
      guard let gate else { return }
      if gate.isFinite { branch.state.apply(gate) } else { overflows = true }
    }
    if overflows {
      throw Diagnostic(
        "the matrix of \(instruction.gate.name) overflows at these arguments", code: "argument",
        hint: "take angles modulo 4π")
    }
  }

  // MARK: Splitting

  /// The place of a state equal to a branch's; `nil` without memory.
  func copy(of branch: Branch<State>) -> StateSlot<State>? { pool.copy(of: branch.slot) }

  /// Goes on with a branch that has split off: now, or side by side with others.
  func fork(_ branch: consuming Branch<State>) throws {
    guard queueLength > 0 else {
      var branch = branch
      try advance(&branch)
      pool.giveBack(branch.slot)
      return
    }
    queue.append(branch)
    if queue.count >= queueLength { try drainQueue() }
  }

  /// Runs what waits, one thread a branch, and takes over results in the order of the queue.
  package func drainQueue() throws {
    guard !queue.isEmpty, let helpers else { return }
    let branches = queue
    queue = []
    let (context, threads) = (context, context.options.threads)
    typealias Part = (worker: TrajectoryWorker<State>?, error: (any Error)?)
    var parts = [Part](repeating: (nil, nil), count: branches.count)
    parts.withUnsafeMutableBufferPointer { buffer in
      let shared = UncheckedSendable(buffer)
      Parallel.forEach(chunks: buffer.count, threads: threads) { index in
        let pool = helpers.pop()
        defer { helpers.push(pool) }
        let worker = TrajectoryWorker(context, pool: pool)
        shared.value[index].worker = worker
        var branch = branches[index]
        do {
          try worker.advance(&branch)
        } catch {
          shared.value[index].error = error
        }
      }
    }
    for branch in branches { pool.giveBack(branch.slot) }
    for part in parts {
      if let error = part.error { throw error }
      guard let worker = part.worker else { continue }
      finished += worker.finished
      deferred += worker.deferred
      shotsDone += worker.shotsDone
    }
    try report(amplitudes: 1 << 22)
  }

  /// Splits a branch by an outcome and goes on with each part; `apply` makes an outcome happen.
  ///
  /// - Parameters:
  ///   - distribution: outcomes with their probabilities, for runs that follow every outcome.
  ///   - outcome: what a shot draws.
  private func split(
    _ branch: inout Branch<State>, distribution: [(outcome: Int, probability: Double)],
    outcome: (UInt32) -> Int, apply: (Int, inout Branch<State>) -> Void
  ) throws {
    if context.request.isExact { return try follow(&branch, distribution, apply: apply) }
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
      guard let copy = copy(of: branch) else {
        deferred.append(shots)
        continue
      }
      try fork(branch.sibling(with: copy, shots: shots) { apply(outcome, &$0) })
    }
    branch.shots = shots
    apply(largest, &branch)
  }

  /// Goes on with every outcome that can be, the likeliest one in place: so no more branches wait
  /// for one another than there are halvings down to the least weight.
  private func follow(
    _ branch: inout Branch<State>, _ distribution: [(outcome: Int, probability: Double)],
    apply: (Int, inout Branch<State>) -> Void
  ) throws {
    let weight = branch.weight
    var possible = distribution.filter { $0.probability * weight > Self.leastWeight }
    possible.sort { ($0.probability, $1.outcome) < ($1.probability, $0.outcome) }
    guard let (likeliest, probability) = possible.popLast() else {
      guard distribution.contains(where: { $0.probability > 0 }) else { throw Self.vanished }
      // Too unlikely to go on with.
      branch.isLeftOut = true
      branch.place = context.outline.segments.count
      return
    }
    for (outcome, probability) in possible {
      guard let copy = copy(of: branch) else {
        let one = State.bytes(qubitCount: context.program.qubitCount)
        throw Obstacle(
          .memory(required: one.saturatingMultiply(2), available: one),
          "there is no memory for a state of \(ByteText.text(one)) for each outcome that has to be followed",
          hint: "try --engine trajectories")
      }
      try fork(
        branch.sibling(with: copy, shots: []) { child in
          child.weight *= probability
          apply(outcome, &child)
        })
    }
    branch.weight *= probability
    apply(likeliest, &branch)
  }

  // MARK: Random events

  private func measure(
    _ measurement: Program.Measurement, _ branch: inout Branch<State>
  ) throws {
    let weights = branch.state.outcomeWeights(of: measurement.product)
    guard weights.areKnown else { throw Self.vanished }
    let (probability, flip) = (weights.probabilityOfOne, measurement.flipProbability)
    let (event, flipEvent) = (branch.event, branch.event + 1)
    branch.event += 2
    let distribution = (0..<4).map { outcome in
      (
        outcome,
        (outcome & 1 == 1 ? probability : 1 - probability) * (outcome & 2 == 2 ? flip : 1 - flip)
      )
    }
    try split(&branch, distribution: distribution) { shot in
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
    return probability >= 1 || context.events.uniform(UInt64(shot), event) < probability
  }

  /// Measures the qubit in a basis in which its value is certain, if there is one, then turns it to
  /// |+basis⟩: the discarded result leaves the rest of the state in the same mixture whatever basis
  /// it was found in.
  private func reset(_ position: Int, to basis: Pauli, _ branch: inout Branch<State>) throws {
    let event = branch.event
    branch.event += 1
    let candidates: [Pauli] = [.z, .x, .y]
    var chosen = Pauli.z
    var weights = branch.state.outcomeWeights(of: PauliProduct(.z, on: position))
    for candidate in candidates[1...] where !weights.isCertain {
      let other = branch.state.outcomeWeights(of: PauliProduct(candidate, on: position))
      if other.isCertain { (chosen, weights) = (candidate, other) }
    }
    guard weights.areKnown else { throw Self.vanished }
    let product = PauliProduct(chosen, on: position)
    let probability = weights.probabilityOfOne
    try split(&branch, distribution: [(0, 1 - probability), (1, probability)]) { shot in
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

  /// Errors that are not part of a stretch.
  private func apply(_ noise: Program.Noise, to branch: inout Branch<State>) throws {
    let (event, events) = (branch.event, context.events)
    branch.event += 1
    if noise.chain == .starts { branch.chainHappened = false }
    let isActive = noise.chain != .continues || !branch.chainHappened
    let total = isActive ? noise.totalProbability : 0
    var distribution = [(outcome: -1, probability: 1 - total)]
    if total > 0 { distribution += noise.cases.enumerated().map { ($0, $1.probability) } }
    try split(&branch, distribution: distribution) { shot in
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

  private func append(
    _ constant: Program.Constant, isRead: Bool, to branch: inout Branch<State>
  ) throws {
    let event = branch.event
    branch.event += 1
    let flip = isRead ? constant.flipProbability : 0
    try split(&branch, distribution: [(0, 1 - flip), (1, flip)]) { shot in
      isBelow(flip, shot, event) ? 1 : 0
    } apply: { outcome, branch in
      branch.memory.append(constant.value != (outcome == 1), storedIn: constant.bit)
    }
  }

  // MARK: The end of a group

  private func finish(_ branch: inout Branch<State>) throws {
    // What split off before comes before.
    try drainQueue()
    if branch.isLeftOut { return }
    let request = context.request
    if request.isExact, context.leaves.next() > Self.mostLeaves {
      throw Obstacle(
        .option,
        "more than \(Self.mostLeaves) combinations of outcomes decide how the circuit goes on: too many to average over",
        hint: "try --engine trajectories")
    }
    if request.values != nil || request.states {
      finished.append(
        FinishedGroup(
          firstShot: branch.shots.min() ?? 0, shotCount: branch.shots.count, weight: branch.weight,
          values: request.values?(branch.state) ?? [],
          state: request.states ? branch.state : nil))
    }
    try request.combine?(&mixture, branch.state, branch.weight)
    if request.samples { try addSamples(of: &branch) }
    shotsDone += branch.shots.count
    try report(
      amplitudes: UInt64(1 << context.program.qubitCount) + UInt64(branch.shots.count))
  }

  /// Draws what the shots of a branch end with, so many of them at a time that a look at the state
  /// is no more work than they are.
  private func addSamples(of branch: inout Branch<State>) throws {
    let tail = branch.hasHalted ? Program.Tail() : context.program.tail
    if tail.hasMeasurements {
      for gate in tail.basisChanges { branch.state.apply(gate) }
    }
    let most = max(Self.shotsAtATime, 1 << min(40, context.program.qubitCount))
    for start in stride(from: 0, to: branch.shots.count, by: most) {
      let shots = branch.shots[start..<min(branch.shots.count, start + most)]
      var drawn: [UInt64] = []
      if tail.hasMeasurements {
        guard let outcomes = branch.state.outcomes(forUniforms: samplingUniforms(of: shots))
        else { throw Self.vanished }
        drawn = outcomes
      }
      if tail.hasAssignments {
        try addRowsWithAssignments(of: branch, shots, tail, drawn)
      } else {
        try addRows(of: branch, shots, tail, drawn)
      }
    }
  }

  /// Shots that are drawn at a time, at least.
  private static var shotsAtATime: Int { 1 << 20 }

  /// A state that rounding, overflow or underflow has left without a norm.
  static var vanished: Obstacle {
    Obstacle(
      .unsupported, "the amplitudes vanish or overflow: the state has no norm any more",
      hint: "--precision double has the larger range")
  }

  /// Each shot's number for its draw from the final state.
  private func samplingUniforms(of shots: ArraySlice<UInt32>) -> [Double] {
    let first = shots.startIndex
    return context.sampling.uniforms(count: shots.count, threads: context.options.threads) {
      UInt64(shots[first + $0])
    }
  }

  /// Rows that are made before they are stored.
  private static var rowsAtATime: Int { 1 << 16 }

  private func addRows(
    of branch: Branch<State>, _ shots: ArraySlice<UInt32>, _ tail: Program.Tail, _ drawn: [UInt64]
  ) throws {
    let rows = TailRows(
      tail: tail, memory: branch.memory, events: context.events, firstEvent: branch.event)
    let (recordStride, bitStride) = (
      (rows.recordCount + 63) / 64, (context.circuit.bitCount + 63) / 64
    )
    let most = max(1, Self.rowsAtATime / max(1, recordStride + bitStride))
    for start in stride(from: shots.startIndex, to: shots.endIndex, by: most) {
      let part = start..<min(shots.endIndex, start + most)
      let firstDrawn = start - shots.startIndex
      var record = [UInt64](repeating: 0, count: part.count * recordStride)
      var bits = [UInt64](repeating: 0, count: part.count * bitStride)
      record.withUnsafeMutableBufferPointer { recordWords in
        bits.withUnsafeMutableBufferPointer { bitWords in
          let shared = UncheckedSendable((recordWords, bitWords))
          let threads = part.count < 4096 ? 1 : context.options.threads
          Parallel.forEach(range: part.count, minimumChunk: 1024, threads: threads) { range in
            for row in range {
              rows.write(
                shot: shots[start + row], drawn: drawn.isEmpty ? 0 : drawn[firstDrawn + row],
                chainHappened: branch.chainHappened,
                record: UnsafeMutableBufferPointer(
                  rebasing: shared.value.0[row * recordStride..<(row + 1) * recordStride]),
                bits: UnsafeMutableBufferPointer(
                  rebasing: shared.value.1[row * bitStride..<(row + 1) * bitStride]))
            }
          }
        }
      }
      try context.sink.store(
        bits, record: record, recordCount: rows.recordCount, of: shots[part])
      try report(amplitudes: UInt64(part.count).saturatingMultiply(UInt64(8 + tail.steps.count)))
    }
  }

  /// Shot by shot with a classical memory each, since later results may depend on earlier ones.
  private func addRowsWithAssignments(
    of branch: Branch<State>, _ shots: ArraySlice<UInt32>, _ tail: Program.Tail, _ drawn: [UInt64]
  ) throws {
    var (record, bits, recordCount): ([UInt64], [UInt64], Int) = ([], [], 0)
    var start = shots.startIndex
    for (index, shot) in zip(shots.indices, shots) {
      var memory = branch.memory
      var state = TailRows.ShotState(
        drawn: drawn.isEmpty ? 0 : drawn[index - shots.startIndex],
        chainHappened: branch.chainHappened,
        event: branch.event)
      for step in tail.steps {
        if case .assign(let destination, let value, let range) = step {
          do throws(Diagnostic) {
            try memory.assign(value.evaluated(in: memory), to: destination)
          } catch {
            var error = error
            error.range = error.range ?? range
            throw error
          }
        } else if let result = state.result(of: step, shot: shot, events: context.events) {
          memory.append(result.value, storedIn: result.bit)
        }
      }
      recordCount = memory.record.count
      record += memory.record.words
      bits += memory.bits.words
      if index + 1 == shots.endIndex || bits.count + record.count >= Self.rowsAtATime {
        try context.sink.store(
          bits, record: record, recordCount: recordCount, of: shots[start...index])
        (record, bits, start) = ([], [], index + 1)
      }
      try report(amplitudes: 256 + 64 * UInt64(tail.steps.count))
    }
  }

  // MARK: Progress

  /// - Parameter part: of a block of a stretch.
  func partDone(amplitudes: Int, _ part: Double) throws {
    blocksDone += part
    try report(amplitudes: UInt64(amplitudes) + 64)
  }

  private func report(amplitudes: UInt64) throws {
    workSinceReport += amplitudes
    guard workSinceReport >= 1 << 22 else { return }
    workSinceReport = 0
    try context.options.timeLimit.check()
    guard reports, let progress = context.options.progress else { return }
    // Until the first group ends, the steps of the program are all there is to go by.
    let total = context.stretches.reduce(0) { $0 + ($1?.blocks.count ?? 0) }
    let fraction =
      shotsDone > 0 || total == 0
      ? Double(shotsDone) / Double(max(1, context.shotCount))
      : min(0.99, blocksDone / Double(total))
    if !progress(fraction) { throw CancellationError() }
  }
}

extension Branch {
  /// The same place for other shots, changed by `change`.
  func sibling(
    with slot: StateSlot<State>, shots: [UInt32], _ change: (inout Branch) throws -> Void
  ) rethrows -> Branch {
    var branch = Branch(
      slot: slot, memory: memory, place: place, counters: counters, chainHappened: chainHappened,
      hasHalted: hasHalted, event: event, shots: shots, weight: weight, progress: nil)
    try change(&branch)
    return branch
  }
}
