import QuantumCore

extension ComplexMatrix {
  /// This gate on some of `count` qubits, bit j of its index being `qubits[j]`: by index
  /// arithmetic, slow and plain.
  public func embedded(on qubits: [Int], of count: Int) -> ComplexMatrix {
    var result = ComplexMatrix(zeros: 1 << count, by: 1 << count)
    let mask = qubits.reduce(0) { $0 | 1 << $1 }
    func gather(_ index: Int) -> Int {
      qubits.enumerated().reduce(0) { $0 | (index >> $1.element & 1) << $1.offset }
    }
    for row in 0..<1 << count {
      for column in 0..<1 << count where row & ~mask == column & ~mask {
        result[row, column] = self[gather(row), gather(column)]
      }
    }
    return result
  }
}

extension Circuit {
  /// The product of all instructions on `count` qubits; `nil` if one is not a plain unitary. Repeat
  /// blocks are run.
  public func unitaryMatrix(qubitCount count: Int, block: BlockID = .root) -> ComplexMatrix? {
    var product = ComplexMatrix.identity(1 << count)
    for node in nodes(of: block) {
      switch node {
      case .instruction(let instruction):
        guard !instruction.gate.definition.isAnnotation else { continue }
        guard let gate = matrix(of: instruction) else { return nil }
        forEachGroup(of: instruction) { group, _ in
          let controls = Int(instruction.controlCount)
          let negated = group.prefix(controls).enumerated().reduce(0) {
            $0 | ($1.element.isInverted ? 1 << $1.offset : 0)
          }
          let whole = controls > 0 ? gate.controlled(by: controls, negated: negated) : gate
          product = whole.embedded(on: group.map(\.value), of: count) * product
        }
      case .repeatBlock(let times, let body, _):
        guard let turn = unitaryMatrix(qubitCount: count, block: body) else { return nil }
        for _ in 0..<times { product = turn * product }
      case .branch, .loop, .assign, .leave: return nil
      }
    }
    return product
  }
}
