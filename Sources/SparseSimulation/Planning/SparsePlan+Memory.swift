import DenseSimulation
import QuantumCore

extension SparsePlan {
  /// What a run takes at most beside the program itself and the rows of its results.
  ///
  /// Where one simulation serves all shots, its trial is what it takes, and each thread that draws shots takes as much at most.
  /// Otherwise outcomes and noise decide how many amplitudes there will be: then it is all that the memory limit leaves them.
  ///
  /// - Parameter needsState: whether values or amplitudes of the state at the end are wanted, for which gates that wait
  ///   are applied.
  public func memory(
    of circuit: Circuit, shots: Int, needsState: Bool, options: SimulationOptions
  ) -> MemoryBound {
    let limit = options.memoryLimit ?? .max
    let threads = UInt64(options.threads)
    let most =
      basis == .trial && !needsState ? min(limit, stateBytes.saturatingMultiply(threads)) : limit
    let each = max(1, stateBytes)
    // Classical memory of shots that are drawn at a time, and of branches that wait.
    let rows = min(UInt64(shots), threads.saturatingMultiply(4096)) + 64
    let rowBytes = UInt64(circuit.bitCount / 8 + 16 * circuit.variables.count)
      .saturatingAdd((circuit.measurementCount ?? 64) / 8).saturatingAdd(256)
    return MemoryBound(
      stateBytes: each, stateCount: max(1, most / each + (most % each == 0 ? 0 : 1)),
      programBytes: UInt64(gateCount).saturatingMultiply(1024)
        .saturatingAdd(UInt64(liveQubits.count) * 512)
        .saturatingAdd(rowBytes.saturatingMultiply(rows)))
  }
}
