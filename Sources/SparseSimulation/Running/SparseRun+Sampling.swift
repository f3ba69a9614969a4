import DenseSimulation
import QuantumCore

/// What changes along the tail of one shot.
private struct TailShot {
  var chainHappened: Bool
  var event: UInt64

  /// Runs one step on the bits drawn; what it records.
  mutating func result(
    of step: SparseTail.Step, shot: UInt32, events: EventStream,
    drawn: UnsafeMutableBufferPointer<UInt64>
  ) -> (value: Bool, bit: Int?)? {
    defer { event += 1 }
    func flip(_ qubit: Int) { drawn[qubit >> 6] ^= 1 << UInt64(qubit & 63) }
    func isOne(_ qubit: Int) -> Bool { drawn[qubit >> 6] >> UInt64(qubit & 63) & 1 == 1 }
    switch step {
    case .measure(let qubits, let isInverted, let flipRate, let bit):
      var value = qubits.reduce(isInverted) { $0 != isOne($1) }
      if flipRate > 0, events.uniform(UInt64(shot), event) < flipRate { value.toggle() }
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
        flips[choice].forEach(flip)
        if noise.chain != .none { chainHappened = true }
      }
      return noise.isHeralded ? (choice != nil, noise.bit) : nil
    case .confusion(let qubit, let p01, let p10):
      let rate = isOne(qubit) ? p10 : p01
      if rate > 0, events.uniform(UInt64(shot), event) < rate { flip(qubit) }
      return nil
    case .assign: return nil
    }
  }
}

extension SparseRun {
  /// Rows of one chunk of shots.
  private final class Chunk: @unchecked Sendable {
    var memories: [ClassicalMemory] = []
    var error: (any Error)?
  }

  /// Draws the tail of every shot of a branch.
  func addSamples(of branch: inout SparseBranch) throws {
    let tail = branch.hasHalted ? SparseTail() : program.tail
    guard !tail.steps.isEmpty else {
      for (index, shot) in branch.shots.enumerated() {
        if index % 4096 == 4095 { try options.timeLimit.check() }
        setRow(Int(shot), branch.memory)
      }
      return
    }
    var sampler: BasisStateSampler?
    if tail.hasMeasurements {
      for gate in tail.basisChanges { try branch.state.apply(gate) }
      drawnStateCount = UInt64(branch.state.basisStateCount)
      sampler = try BasisStateSampler(branch.state)
    }
    let start = TailShot(chainHappened: branch.chainHappened, event: branch.event)
    let shots = branch.shots
    let memory = branch.memory
    let perChunk = 256
    var done = 0
    while done < shots.count {
      let count = min(perChunk * 16 * options.threads, shots.count - done)
      let chunks = (0..<(count + perChunk - 1) / perChunk).map { _ in Chunk() }
      let first = done
      let shared = UncheckedSendable((sampler, tail, start, memory, self))
      Parallel.forEach(chunks: chunks.count, threads: options.threads) { index in
        let low = first + index * perChunk
        let (sampler, tail, start, memory, run) = shared.value
        do {
          chunks[index].memories = try run.rows(
            shots[low..<min(low + perChunk, first + count)], sampler, tail, start, memory)
        } catch {
          chunks[index].error = error
        }
      }
      for chunk in chunks {
        if let error = chunk.error { throw error }
        for memory in chunk.memories {
          setRow(Int(shots[done]), memory)
          done += 1
        }
      }
      if let progress = options.progress, done < shots.count, !progress(0.99) {
        throw CancellationError()
      }
    }
  }

  private func rows(
    _ shots: ArraySlice<UInt32>, _ sampler: BasisStateSampler?, _ tail: SparseTail,
    _ start: TailShot, _ memory: ClassicalMemory
  ) throws -> [ClassicalMemory] {
    var drawn = [UInt64](repeating: 0, count: (program.qubitCount + 63) / 64)
    let (events, sampling) = (events, sampling)
    return try drawn.withUnsafeMutableBufferPointer { drawn in
      var memories: [ClassicalMemory] = []
      for shot in shots {
        // A shot of many qubits takes milliseconds.
        try options.timeLimit.check()
        try sampler?.draw({ sampling.uniform(UInt64(shot), $0) }, into: drawn)
        var (state, memory) = (start, memory)
        for step in tail.steps {
          if case .assign(let destination, let value, let range) = step {
            do throws(Diagnostic) {
              try memory.assign(value.evaluated(in: memory), to: destination)
            } catch {
              var error = error
              error.range = error.range ?? range
              throw error
            }
            state.event += 1
          } else if let result = state.result(
            of: step, shot: shot, events: events, drawn: drawn)
          {
            memory.append(result.value, storedIn: result.bit)
          }
        }
        memories.append(memory)
      }
      return memories
    }
  }

  private func setRow(_ row: Int, _ memory: ClassicalMemory) {
    bits.setRow(row, to: memory.bits)
    if request.keepsRecord { record.setRow(row, to: memory.record) }
  }
}
