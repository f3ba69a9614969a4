import DenseSimulation
import QuantumCore
import StabilizerSimulation

extension StabilizerSimulator {
  /// What a run takes at most beside the program itself.
  ///
  /// - Returns: a bound whose `stateBytes` are those of one tableau; each thread has one, and all
  ///   start from one more.
  public static func memory(
    for circuit: Circuit, shots: Int, options: SimulationOptions
  ) -> MemoryBound {
    let qubits = UInt64(StateVectorSimulator.liveQubits(of: circuit).count)
    let records = circuit.measurementCount ?? 64
    let tableau = qubits.saturatingMultiply(4).saturatingMultiply((qubits + 511) / 512 * 64)
    // A batch of frames: rows of up to 64 words, and the results of its shots.
    let rows = qubits.saturatingMultiply(2).saturatingAdd(min(records, 1 << 16))
    let batch = rows.saturatingMultiply(128).saturatingAdd(
      min(256 << 20, (records / 64 + 1).saturatingMultiply(8 * 2048)))
    let threads = UInt64(options.threads)
    return MemoryBound(
      stateBytes: tableau, stateCount: threads + 1, leastStateCount: threads + 1,
      resultBytes: ResultMemory.bytes(of: circuit, shots: shots, keepsRecord: true),
      programBytes: batch.saturatingAdd(1 << 20).saturatingMultiply(threads)
        .saturatingAdd(records.saturatingMultiply(16)))
  }
}
