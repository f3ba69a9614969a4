import QuantumCore

/// Runs a circuit whose course no result decides, by Pauli frames.
struct FrameRun {
  private let circuit: Circuit
  /// Where in the record the last result is that each classical bit takes.
  private let sources: [Int: UInt64]

  /// `nil` if there are branches, loops or computed bits.
  init?(_ circuit: Circuit) {
    for block in circuit.blockIDs {
      for node in circuit.nodes(of: block) {
        switch node {
        case .instruction, .repeatBlock: continue
        case .branch, .loop, .assign, .leave: return nil
        }
      }
    }
    self.circuit = circuit
    sources = circuit.bitCount > 0 ? Self.sources(of: .root, in: circuit).bits : [:]
  }

  /// Results of one run of a block, and for each classical bit the last of them that it takes.
  /// Saturates.
  private static func sources(
    of block: BlockID, in circuit: Circuit
  ) -> (count: UInt64, bits: [Int: UInt64]) {
    var count: UInt64 = 0
    var bits: [Int: UInt64] = [:]
    for node in circuit.nodes(of: block) {
      switch node {
      case .instruction(let instruction):
        let records = UInt64(instruction.gate.definition.recordsPerGroup)
        guard records > 0 else { continue }
        circuit.forEachGroup(of: instruction) { _, bit in
          if let bit { bits[bit] = count }
          count = count.saturatingAdd(records)
        }
      case .repeatBlock(let times, let body, _):
        let turn = sources(of: body, in: circuit)
        let last = count.saturatingAdd(turn.count.saturatingMultiply(times - 1))
        for (bit, place) in turn.bits { bits[bit] = last.saturatingAdd(place) }
        count = last.saturatingAdd(turn.count)
      case .branch, .loop, .assign, .leave: continue
      }
    }
    return (count, bits)
  }

  /// What so many shots have to do; `nil` for a circuit that is too large to be sampled.
  func work(shots: Int) -> RunWork? {
    guard let program = try? FrameProgram(circuit, output: .measurements) else { return nil }
    return try? FrameEngine(program, memoryLimit: .max).work(shots: shots)
  }

  /// - Throws: as `FrameSampler`; `CancellationError`.
  func run(
    shots: Int, seed: UInt64, options: SimulationOptions
  ) throws -> ShotResults {
    var sampler = try FrameSampler(
      circuit, threads: options.threads, memoryLimit: options.memoryLimit ?? 1 << 40)
    sampler.timeLimit = options.timeLimit
    var sweep: BitTable?
    if !options.sweepBits.isEmpty {
      var row = BitTable(rowCount: 1, columnCount: options.sweepBits.count)
      row.setRow(0, to: BitVector(options.sweepBits))
      sweep = row
    }
    let record = try sampler.sample(
      shots: shots, seed: seed, threads: options.threads, sweep: sweep)
    if let progress = options.progress, !progress(1) { throw CancellationError() }
    return ShotResults(
      bits: Samples(source: .bits, table: try bits(of: record, within: options.timeLimit)),
      record: Samples(source: .record, table: record))
  }

  /// - Throws: `Obstacle` where time is up.
  private func bits(of record: BitTable, within limit: TimeLimit) throws(Obstacle) -> BitTable {
    var bits = BitTable(rowCount: record.rowCount, columnCount: circuit.bitCount)
    let columns = sources.map { (bit: $0.key, record: Int(truncatingIfNeeded: $0.value)) }
    let shotsUnwatched = max(1, (1 << 16) / max(1, columns.count))
    for shot in 0..<record.rowCount {
      if shot % shotsUnwatched == 0 { try limit.check() }
      for column in columns where record[shot, column.record] { bits[shot, column.bit] = true }
    }
    return bits
  }
}
