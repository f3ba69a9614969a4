import QuantumCore

extension TableauSimulator {
  /// Runs a circuit as `run` does, and tells of results as soon as there are some.
  ///
  /// - Parameters:
  ///   - circuit: the circuit to run.
  ///   - afterMeasuring: gets the places in the record that an instruction has filled, once for
  ///     every turn of a repeat block.
  /// - Throws: as `run`, and what `afterMeasuring` throws.
  public mutating func run(
    _ circuit: Circuit, afterMeasuring: (TableauSimulator, Range<Int>) throws -> Void
  ) throws {
    let circuit = CliffordRecognition(of: circuit).circuit
    prepareMemory(for: circuit)
    try run(circuit, turnByTurn: .root, afterMeasuring)
  }

  private mutating func run(
    _ circuit: Circuit, turnByTurn block: BlockID,
    _ afterMeasuring: (TableauSimulator, Range<Int>) throws -> Void
  ) throws {
    let nodes = circuit.nodes(of: block)
    for index in nodes.indices {
      if case .repeatBlock(let count, let body, _) = nodes[index], circuit.measures(in: body) {
        try requireEnd(of: body, count, at: circuit.range(of: block, at: index))
        for _ in 0..<count { try run(circuit, turnByTurn: body, afterMeasuring) }
        continue
      }
      let before = record.count
      _ = try run(circuit, block: block, nodes: index..<index + 1)
      try state.endMeasuring()
      if record.count > before { try afterMeasuring(self, before..<record.count) }
    }
  }
}

extension Circuit {
  /// Whether a block holds something whose results join the record.
  fileprivate func measures(in block: BlockID) -> Bool {
    nodes(of: block).contains { node in
      switch node {
      case .instruction(let instruction): instruction.gate.definition.isMeasurement
      case .repeatBlock(_, let body, _): measures(in: body)
      case .branch, .loop, .assign, .leave: false
      }
    }
  }
}
