import QuantumCore

/// Runs a circuit shot by shot, each with its own random numbers.
struct ShotRun {
  private let circuit: Circuit
  private let seed: UInt64
  private let options: SimulationOptions
  /// The state before the first node that is not a plain gate.
  private let start: TableauSimulator
  private let firstNode: Int

  init(_ circuit: Circuit, seed: UInt64, options: SimulationOptions) throws {
    (self.circuit, self.seed, self.options) = (circuit, seed, options)
    var simulator = try TableauSimulator(
      seed: seed, block: 0, capacity: PlacedQubits.count(in: circuit), randomness: .drawn,
      threads: options.threads)
    simulator.sweepBits = options.sweepBits
    simulator.timeLimit = options.timeLimit
    simulator.prepareMemory(for: circuit)
    let nodes = circuit.nodes(of: .root)
    firstNode = nodes.firstIndex { !Self.isPlain($0, in: circuit) } ?? nodes.count
    _ = try simulator.run(circuit, block: .root, nodes: 0..<firstNode)
    start = simulator
  }

  /// Whether a node does the same in every shot and leaves no record.
  private static func isPlain(_ node: Node, in circuit: Circuit) -> Bool {
    switch node {
    case .instruction(let instruction):
      let definition = instruction.gate.definition
      return definition.isAnnotation
        || definition.isUnitary
          && !circuit.targets(of: instruction).contains(where: \.isRecord)
    case .repeatBlock(_, let body, _):
      return circuit.nodes(of: body).allSatisfy { isPlain($0, in: circuit) }
    case .branch, .loop, .assign, .leave: return false
    }
  }

  /// What shots of one chunk gave.
  private final class Chunk: @unchecked Sendable {
    var memories: [ClassicalMemory] = []
    var error: (any Error)?
  }

  func run(shots: Int) throws -> ShotResults {
    var bits = ShotTable(rowCount: shots, columnCount: circuit.bitCount)
    var record = ShotTable(rowCount: shots, columnCount: 0)
    let perChunk = 16
    let perRound = perChunk * options.threads
    var done = 0
    while done < shots {
      let count = min(perRound, shots - done)
      let chunks = (0..<(count + perChunk - 1) / perChunk).map { _ in Chunk() }
      let first = done
      Parallel.forEach(chunks: chunks.count, threads: options.threads) { index in
        let low = first + index * perChunk
        run(low..<min(low + perChunk, first + count), into: chunks[index])
      }
      for chunk in chunks {
        if let error = chunk.error { throw error }
        for memory in chunk.memories {
          bits.setRow(done, to: memory.bits)
          record.setRow(done, to: memory.record)
          done += 1
        }
      }
      if let progress = options.progress, !progress(Double(done) / Double(shots)) {
        throw CancellationError()
      }
    }
    return ShotResults(
      bits: Samples(source: .bits, table: bits.table),
      record: Samples(source: .record, table: record.table))
  }

  private func run(_ shots: Range<Int>, into chunk: Chunk) {
    do {
      for shot in shots {
        try options.timeLimit.check()
        var simulator = start
        simulator.generator = PhiloxGenerator(
          seed: seed, purpose: .trajectory, block: UInt64(shot))
        let nodes = circuit.nodes(of: .root).count
        _ = try simulator.run(circuit, block: .root, nodes: firstNode..<nodes)
        chunk.memories.append(simulator.memory)
      }
    } catch {
      chunk.error = error
    }
  }
}
