import ComplexModule
import CQSimKernels
import QuantumCore
import Synchronization

/// A plan whose coefficients are laid out for the kernels of one table.
package struct CompiledPlan: Sendable {
  private enum Sweep: Sendable {
    case step(CompiledStep)
    case product(GateApplication, ComplexMatrix)
    case pass(CompiledPass)
  }
  private let sweeps: [Sweep]

  /// - Throws: `Obstacle` when memory runs out, or OpenBLAS is asked for and missing.
  package init(_ plan: ExecutionPlan, table: KernelTable) throws(Obstacle) {
    let qubitCount = plan.qubitCount
    var sweeps: [Sweep] = []
    sweeps.reserveCapacity(plan.sweeps.count)
    for sweep in plan.sweeps {
      if !sweep.localQubits.isEmpty {
        let isStreaming =
          StateMemory.bytes(qubitCount: qubitCount, precision: plan.precision) > 32 << 20
        sweeps.append(
          .pass(
            try CompiledPass(
              sweep, qubitCount: qubitCount, runBits: plan.chunk.runBits,
              isStreaming: isStreaming, table: table)))
        continue
      }
      for step in sweep.steps {
        if step.route == .blas, case .gate(let gate) = step.action, let matrix = gate.matrix {
          if let reason = BLAS.missing {
            throw Obstacle(.option, "OpenBLAS cannot be used: \(reason)", hint: "use --kernel simd")
          }
          sweeps.append(.product(gate, matrix))
        } else {
          sweeps += try CompiledStep.steps(step.action, qubitCount: qubitCount, table: table).map {
            .step($0)
          }
        }
      }
    }
    self.sweeps = sweeps
  }

  /// Applies the sweeps in order; `onPart` is asked every now and then whether to go on, and told
  /// how many amplitudes a step have been worked on since, and which part of the plan that was.
  ///
  /// - Throws: what `onPart` throws; `Obstacle` when memory runs out.
  package func run<S: Scalar>(
    on state: inout StateVector<S>,
    onPart: (_ amplitudes: Int, _ part: Double) throws -> Void = { _, _ in }
  ) throws {
    let (executor, count) = (state.executor, state.qubitCount)
    let part = 1 / Double(max(1, sweeps.count))
    try state.withUniquePointer { pointer in
      for sweep in sweeps {
        switch sweep {
        case .step(let compiled):
          compiled.run(on: UnsafeMutableRawPointer(pointer), with: executor)
          try onPart(1 << count, part)
        case .product(let gate, let matrix):
          _ = BLAS.apply(matrix, of: gate, to: pointer, qubitCount: count, with: executor)
          try onPart(1 << count, part)
        case .pass(let pass):
          try pass.run(on: UnsafeMutableRawPointer(pointer), with: executor) {
            try onPart($0, part * $1)
          }
        }
      }
    }
  }
}

/// Steps that one sweep applies chunk by chunk: see `qk_pass`.
///
/// In a chunk the lowest qubits keep their places; those that may already be other than |0⟩ follow,
/// then the others in the order in which the steps turn them, so that a step works on the part of
/// the chunk that is not yet zero.
package final class CompiledPass: @unchecked Sendable {
  private let steps: [CompiledStep]
  private let pointers: [OpaquePointer?]
  private let conditions: [UInt64]
  private let rows: [UInt64]
  private let runBits: Int
  private let loadedRows: UInt64
  private let outer: UInt64
  private let isStreaming: Bool

  /// - Throws: `Obstacle` when memory runs out.
  package init(
    _ sweep: ExecutionPlan.Sweep, qubitCount: Int, runBits: Int, isStreaming: Bool,
    table: KernelTable
  ) throws(Obstacle) {
    let layout = ChunkLayout(sweep, qubitCount: qubitCount, runBits: runBits)
    var steps: [CompiledStep] = []
    var conditions: [UInt64] = []
    var size = layout.supportedBits
    for step in sweep.steps {
      size = max(size, layout.size(holding: step.turned))
      guard let (action, mask, value) = layout.placed(step.action, size: size) else { continue }
      let compiled = try CompiledStep.steps(
        action, qubitCount: size, outerCount: layout.outerQubits.count, table: table)
      steps += compiled
      for _ in compiled { conditions += [mask, value] }
    }
    self.steps = steps
    self.conditions = conditions
    pointers = steps.map(\.step)
    self.runBits = layout.runBits
    rows = layout.rows
    loadedRows = UInt64(1) << UInt64(layout.supportedBits - layout.runBits)
    outer = layout.outerQubits.reduce(0) { $0 | 1 << UInt64($1) }
    self.isStreaming = isStreaming
  }

  /// - Parameter onPart: as in `CompiledPlan`, with parts of the sweep.
  /// - Throws: what `onPart` throws; `Obstacle` when there is no memory for a chunk.
  package func run(
    on state: UnsafeMutableRawPointer, with executor: Executor,
    onPart: (_ amplitudes: Int, _ part: Double) throws -> Void
  ) throws {
    var pass = qk_pass()
    pass.run_bits = Int32(runBits)
    pass.row_bits = Int32(rows.count.trailingZeroBitCount)
    pass.loaded_rows = loadedRows
    pass.outer = outer
    pass.step_count = Int32(steps.count)
    pass.is_streaming = isStreaming ? 1 : 0
    try rows.withUnsafeBufferPointer { rows in
      try pointers.withUnsafeBufferPointer { pointers in
        try conditions.withUnsafeBufferPointer { conditions in
          pass.rows = rows.baseAddress
          pass.steps = pointers.baseAddress
          pass.conditions = conditions.baseAddress
          try withUnsafePointer(to: pass) { pass in
            for slice in slices {
              try Self.run(pass, chunks: slice, on: state, with: executor)
              try onPart(slice.count * chunkSize * steps.count, 1 / Double(slices.count))
            }
          }
        }
      }
    }
  }

  private var chunkSize: Int { rows.count << runBits }

  /// Chunks that are run before the caller is asked whether to go on: about 2²⁷ amplitudes and
  /// steps.
  private var slices: [Range<UInt64>] {
    let chunks = UInt64(1) << UInt64(outer.nonzeroBitCount)
    let work = UInt64(chunkSize * max(1, steps.count))
    var size = chunks
    while size > 64, size * work > 1 << 27 { size /= 2 }
    return stride(from: 0, to: chunks, by: Int(size)).map { $0..<$0 + size }
  }

  private static func run(
    _ pass: UnsafePointer<qk_pass>, chunks: Range<UInt64>, on state: UnsafeMutableRawPointer,
    with executor: Executor
  ) throws {
    let shared = UncheckedSendable((pass, state))
    let runPass = executor.table.pointer.pointee.run_pass
    let pieces = min(chunks.count, 1 << 12)
    let size = UInt64(chunks.count / pieces)
    let failures = Atomic<Int>(0)
    Parallel.forEach(chunks: pieces, threads: executor.threads) { piece in
      let begin = chunks.lowerBound + UInt64(piece) * size
      if runPass?(shared.value.0, shared.value.1, begin, begin + size) != true {
        failures.add(1, ordering: .relaxed)
      }
    }
    if failures.load(ordering: .relaxed) > 0 {
      throw Obstacle(.memory(required: 0, available: 0), "no memory for a chunk of the state")
    }
  }
}

/// Where the qubits of a state are in the chunks of a sweep.
private struct ChunkLayout {
  /// Neighbouring amplitudes that stay together.
  let runBits: Int
  /// Places below this hold qubits that may be other than |0⟩ before the sweep.
  let supportedBits: Int
  /// Chunk c has c as the bits at these qubits.
  let outerQubits: [Int]
  /// Start of each run of a chunk.
  let rows: [UInt64]
  /// By qubit: the place in the chunk, or `outerBase` + place among the outer qubits; `nil` for
  /// qubits that are |0⟩ throughout.
  private let places: [Int?]
  private static let outerBase = 64

  init(_ sweep: ExecutionPlan.Sweep, qubitCount: Int, runBits: Int) {
    let local = sweep.localQubits
    let mask = local.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
    // The run is as long as the lowest qubits reach.
    var run = (~mask).trailingZeroBitCount
    if sweep.support & mask != mask { run = min(run, runBits) }
    self.runBits = run
    var order = Array(0..<run)
    order += local.filter { $0 >= run && sweep.support >> UInt64($0) & 1 == 1 }
    supportedBits = order.count
    var placed = order.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
    for step in sweep.steps {
      for qubit in (step.turned & mask & ~placed).bitPositions {
        order.append(qubit)
        placed |= 1 << UInt64(qubit)
      }
    }
    order += (mask & ~placed).bitPositions
    outerQubits = (0..<qubitCount).filter { (sweep.support & ~mask) >> UInt64($0) & 1 == 1 }
    var places = [Int?](repeating: nil, count: 64)
    for (place, qubit) in order.enumerated() { places[qubit] = place }
    for (place, qubit) in outerQubits.enumerated() { places[qubit] = Self.outerBase + place }
    self.places = places
    let high = order[run...]
    rows = (0..<(1 << high.count)).map { row in
      high.enumerated().reduce(UInt64(0)) {
        $0 | UInt64(row >> $1.offset & 1) << UInt64($1.element)
      }
    }
  }

  /// How many places a step needs that turns these qubits.
  func size(holding qubits: UInt64) -> Int {
    qubits.bitPositions.reduce(0) { size, qubit in
      guard let place = places[qubit], place < Self.outerBase else { return size }
      return max(size, place + 1)
    }
  }

  /// A step on the lowest places, with the outer bits on which it runs; `nil` where it does
  /// nothing.
  func placed(
    _ action: FusedAction, size: Int
  ) -> (action: FusedAction, outerMask: UInt64, outerValue: UInt64)? {
    switch action {
    case .rotations(let rotations):
      return (
        .rotations(rotations.map { .init(qubit: places[$0.qubit] ?? 0, angle: $0.angle) }), 0, 0
      )
    case .interactions(let pairs):
      return (.interactions(pairs.map { $0.relocated { places[$0] ?? 0 } }), 0, 0)
    case .phases(let phases):
      var result = PhasePolynomial()
      for (mask, factor) in phases.sortedTerms {
        if let moved = placedMask(mask, size: size) { result.multiply(by: factor, mask: moved) }
      }
      return result.factors.isEmpty ? nil : (.phases(result), 0, 0)
    case .gate(var gate): return place(&gate, size: size).map { (.gate(gate), $0.mask, $0.value) }
    }
  }

  /// Outer bits follow those of the chunk; `nil` if one of the qubits is |0⟩.
  private func placedMask(_ mask: UInt64, size: Int) -> UInt64? {
    var result: UInt64 = 0
    for qubit in mask.bitPositions {
      guard let place = places[qubit] else { return nil }
      if place >= Self.outerBase {
        result |= 1 << UInt64(size + place - Self.outerBase)
      } else if place < size {
        result |= 1 << UInt64(place)
      } else {
        return nil
      }
    }
    return result
  }

  /// Controls outside the chunk become the condition.
  private func place(
    _ gate: inout GateApplication, size: Int
  ) -> (mask: UInt64, value: UInt64)? {
    var (mask, value): (UInt64, UInt64) = (0, 0)
    var (controls, controlValue): (UInt64, UInt64) = (0, 0)
    for qubit in gate.controlMask.bitPositions {
      let isOne = gate.controlValue >> UInt64(qubit) & 1 == 1
      guard let place = places[qubit], place >= Self.outerBase || place < size else {
        if isOne { return nil }
        continue
      }
      if place >= Self.outerBase {
        mask |= 1 << UInt64(place - Self.outerBase)
        if isOne { value |= 1 << UInt64(place - Self.outerBase) }
      } else {
        controls |= 1 << UInt64(place)
        if isOne { controlValue |= 1 << UInt64(place) }
      }
    }
    gate.controlMask = controls
    gate.controlValue = controlValue
    gate.targets = gate.targets.map { places[$0] ?? 0 }
    return (mask, value)
  }
}
