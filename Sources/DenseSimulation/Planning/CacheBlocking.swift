import QuantumCore

/// Gates that one sweep over the state applies.
package struct GateBatch: Sendable {
  /// The qubits of a chunk; `nil` where the gates are applied to the whole state, one by one.
  package var local: UInt64?
  package var gates: [PlannedGate]
}

/// Chooses, sweep by sweep, the qubits whose amplitudes are brought together in cache, and the
/// gates that can be applied there. A gate needs only the qubits that it turns; those on which it
/// is diagonal may be anywhere.
///
/// Greedy: gates are taken in order as long as their qubits fit into the chunk and nothing left
/// behind stands before them.
///
/// - Complexity: O(gates) for each sweep, fewer where every qubit is soon held up.
package struct CacheBlocking {
  package let qubitCount: Int
  /// Qubits of a chunk.
  package let chunkBits: Int
  /// The lowest qubits belong to every chunk, so that memory is read in runs.
  package let runBits: Int

  package init(qubitCount: Int, chunkBits: Int, runBits: Int) {
    self.qubitCount = qubitCount
    self.chunkBits = chunkBits
    self.runBits = runBits
  }

  package func batches(_ gates: [PlannedGate]) -> [GateBatch] {
    if qubitCount <= chunkBits { return [GateBatch(local: nil, gates: gates)] }
    var batches: [GateBatch] = []
    var rest = gates[...]
    var kept: [PlannedGate] = []
    while let first = rest.first {
      if first.turned.nonzeroBitCount > chunkBits - runBits || isWhole(first) {
        batches.append(GateBatch(local: nil, gates: [first]))
        rest = rest.dropFirst()
        continue
      }
      var batch = GateBatch(local: lowQubits, gates: [])
      let end = take(from: rest, into: &batch, leaving: &kept)
      fill(&batch)
      batches.append(batch)
      rest = (kept + rest[end...])[...]
      kept.removeAll(keepingCapacity: true)
    }
    return batches
  }

  private var lowQubits: UInt64 { (1 << UInt64(runBits)) - 1 }
  package var allQubits: UInt64 { (1 << UInt64(qubitCount)) - 1 }

  /// Pauli products flip indices of the whole state; diagonals that are not phases are tables over
  /// it.
  private func isWhole(_ gate: PlannedGate) -> Bool {
    if case .pauli = gate.gate.action { return true }
    return gate.turned == 0 && !gate.isPhases
  }

  /// Moves what the batch can take out of `gates`; returns where it stopped looking, having put
  /// what it passed by into `kept`.
  private func take(
    from gates: ArraySlice<PlannedGate>, into batch: inout GateBatch,
    leaving kept: inout [PlannedGate]
  ) -> Int {
    var local = batch.local ?? 0
    // Qubits that gates left behind turn, and those on which they are diagonal.
    var (turned, touched): (UInt64, UInt64) = (0, 0)
    var index = gates.startIndex
    while index < gates.endIndex, turned != allQubits {
      let gate = gates[index]
      let isFree = gate.turned & (turned | touched) == 0 && gate.kept & turned == 0
      let union = local | gate.turned
      if isFree, union.nonzeroBitCount <= chunkBits, !isWhole(gate) {
        local = union
        batch.gates.append(gate)
      } else {
        turned |= gate.turned
        touched |= gate.kept
        kept.append(gate)
      }
      index += 1
    }
    batch.local = local
    return index
  }

  /// A chunk has all its qubits, if only to make runs longer.
  private func fill(_ batch: inout GateBatch) {
    var local = batch.local ?? 0
    for qubit in 0..<qubitCount where local.nonzeroBitCount < chunkBits {
      local |= 1 << UInt64(qubit)
    }
    batch.local = local
  }
}
