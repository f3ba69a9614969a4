import QuantumCore

extension FrameCompiler {
  mutating func compileDetector(_ instruction: Instruction) throws {
    guard program.output == .detectors else { return }
    var records: [UInt32] = []
    for target in circuit.targets(of: instruction) {
      try noteLookback(target.value)
      records.append(UInt32(target.value))
    }
    append(.init(code: .detectors), [UInt32(records.count)] + records)
    program.detectorCount = program.detectorCount.saturatingAdd(1)
  }

  mutating func compileObservable(_ instruction: Instruction) throws {
    guard program.output == .detectors else { return }
    let index = UInt32(circuit.arguments(of: instruction).first!)
    let place = observablePlaces[index] ?? UInt32(program.observables.count)
    if observablePlaces.updateValue(place, forKey: index) == nil {
      program.observables.append(index)
      program.observableCount = max(program.observableCount, UInt64(index) + 1)
    }
    var (records, paulis): ([UInt32], [UInt32]) = ([], [])
    for target in circuit.targets(of: instruction) {
      if target.isRecord {
        try noteLookback(target.value)
        records.append(UInt32(target.value))
      } else if let pauli = target.pauli {
        // What anticommutes with the Pauli flips it.
        let generator = 2 * number(of: target.value)
        if pauli.hasX { paulis.append(rows[generator + 1]) }
        if pauli.hasZ { paulis.append(rows[generator]) }
      }
    }
    endRun()
    append(.init(code: .observable), [place, UInt32(records.count)] + records + paulis)
    endRun()
  }
}
