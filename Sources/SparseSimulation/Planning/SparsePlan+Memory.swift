import DenseSimulation
import QuantumCore

/// What a run of the sparse engine takes beside amplitudes, in bytes; saturates.
package struct SparseMemory: Sendable {
  /// Rows of results, and values of observables.
  package let resultBytes: UInt64
  /// Gates, the places of qubits, and the rows of shots that are drawn at a time.
  package let programBytes: UInt64

  /// - Parameter outcomes: different results that shots may have; `nil` where there may be as many
  ///   as shots.
  package init(
    gateCount: Int, liveCount: Int, _ circuit: Circuit, _ task: RunTask, threads: Int,
    outcomes: UInt64?
  ) {
    switch task {
    case .samples(let shots, let keepsRecord):
      resultBytes = ResultMemory.bytes(
        of: circuit, shots: shots, keepsRecord: keepsRecord, outcomes: outcomes)
    case .expectations(let shots, let terms):
      resultBytes = UInt64(shots).saturatingMultiply(160)
        .saturatingAdd(UInt64(terms).saturatingMultiply(768)).saturatingAdd(1 << 16)
    case .state, .gradient: resultBytes = 1 << 12
    }
    // Classical memory of shots that are drawn at a time, and of branches that wait.
    let rows = min(UInt64(task.shots), UInt64(threads).saturatingMultiply(4096)) + 64
    let rowBytes = UInt64(circuit.bitCount / 8 + 16 * circuit.variables.count)
      .saturatingAdd((circuit.measurementCount ?? 64) / 8).saturatingAdd(256)
    programBytes = UInt64(gateCount).saturatingMultiply(1024)
      .saturatingAdd(UInt64(liveCount) * 512)
      .saturatingAdd(rowBytes.saturatingMultiply(rows))
  }

  package var bytes: UInt64 { resultBytes.saturatingAdd(programBytes) }

  /// - Throws: `Obstacle` with the numbers where nothing of a limit is left for amplitudes.
  package func check(limit: UInt64?) throws(Obstacle) {
    // No state has less than one amplitude.
    let bound = MemoryBound(
      stateBytes: AmplitudeStore.bytes(wordCount: 1, count: 1), resultBytes: resultBytes,
      programBytes: programBytes)
    guard let limit, bound.leastBytes > limit else { return }
    throw Obstacle(
      .memory(required: bound.leastBytes, available: limit),
      "needs \(ByteText.text(bytes)) for gates and results" + MemoryAdvice.shortage(limit),
      hint: MemoryAdvice.hint(
        MemoryAdvice.forRun(bound, precision: .single, available: limit)))
  }
}

extension SparsePlan {
  /// What a run takes at most beside the program itself.
  ///
  /// Where one simulation serves all shots, its trial is what it takes, and each thread that draws
  /// shots takes as much at most. Otherwise outcomes and noise decide how many amplitudes there
  /// will be: then it is all that the memory limit leaves them. Amplitudes that are written have
  /// their part of the limit; those that are listed come on top.
  package func memory(
    of circuit: Circuit, _ task: RunTask, options: SimulationOptions, limit: UInt64?
  ) -> MemoryBound {
    var (limit, kept) = (limit, UInt64(0))
    var needsState = true
    switch task {
    case .samples: needsState = false
    case .state(_, let use):
      let live = liveQubits.count
      let all: UInt64 = live < 48 ? 1 << UInt64(live) : .max
      if use.isWritten {
        kept = all.saturatingMultiply(options.precision.bytesPerAmplitude)
        limit = limit.map { kept < $0 ? $0 - kept : $0 }
      }
      let listed = min(all, UInt64(use.listCount))
      kept = kept.saturatingAdd(
        min(listed.saturatingMultiply(UInt64(768 + live / 2)), max(limit ?? .max, 64 << 20)))
    case .expectations, .gradient: break
    }
    var bound = memory(
      of: circuit, task, needsState: needsState, limit: limit, threads: options.threads)
    bound.resultBytes = bound.resultBytes.saturatingAdd(kept)
    return bound
  }

  /// The same without amplitudes that are written or listed.
  ///
  /// - Parameter needsState: whether values or amplitudes of the state at the end are wanted, for
  ///   which gates that wait are applied.
  private func memory(
    of circuit: Circuit, _ task: RunTask, needsState: Bool, limit: UInt64?, threads: Int
  ) -> MemoryBound {
    let rest = SparseMemory(
      gateCount: gateCount, liveCount: liveQubits.count, circuit, task, threads: threads,
      outcomes: outcomeCount)
    let limit = limit.map { $0 - min($0, rest.bytes) } ?? .max
    let most =
      basis == .trial && !needsState
      ? min(limit, stateBytes.saturatingMultiply(UInt64(threads))) : limit
    // A state may be too large for the limit: then the run needs one all the same.
    let each = max(1, stateBytes)
    return MemoryBound(
      stateBytes: each, stateCount: max(1, most / each), resultBytes: rest.resultBytes,
      programBytes: rest.programBytes.saturatingAdd(most > each ? most % each : 0))
  }
}
