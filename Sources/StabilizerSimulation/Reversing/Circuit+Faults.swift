import QuantumCore

extension Circuit {
  /// Where the statement stood that makes an instruction impossible: one that names a record from
  /// before the start, has a record in the place of a qubit, or a product that is not Hermitian.
  ///
  /// Statements that differ in targets only are one instruction, so its own place is that of the
  /// first.
  ///
  /// - Parameter measurements: records before the instruction.
  /// - Returns: the place of the instruction if no target is to blame.
  func rangeOfFault(
    of block: BlockID, at index: Int, measurements: some BinaryInteger
  ) -> SourceRange? {
    guard case .instruction(let instruction) = nodes(of: block)[index],
      let target = faultyTarget(of: instruction, measurements: UInt64(clamping: measurements))
    else { return range(of: block, at: index) }
    return range(of: block, at: index, target: target)
  }

  /// The first target of the group that is to blame, counted from the first of the instruction.
  private func faultyTarget(of instruction: Instruction, measurements: UInt64) -> Int? {
    let targets = targets(of: instruction)
    let definition = instruction.gate.definition
    if definition.shape == .products { return firstAntiHermitianProduct(of: targets) }
    if definition.allowsClassicalControl, definition.qubitCount == 2 {
      for start in stride(from: targets.startIndex, to: targets.endIndex - 1, by: 2) {
        let group = targets[start..<start + 2]
        let isEarly = group.contains { $0.isRecord && UInt64($0.value) > measurements }
        let isMisplaced =
          (try? ClassicalFeedback(instruction.gate, group[start], group[start + 1])) == nil
          && group.contains(where: \.isClassicalControl) && group.contains(where: \.isQubit)
        if isEarly || isMisplaced { return start - targets.startIndex }
      }
      return nil
    }
    return targets.firstIndex { $0.isRecord && UInt64($0.value) > measurements }
      .map { $0 - targets.startIndex }
  }

  private func firstAntiHermitianProduct(of targets: ArraySlice<Target>) -> Int? {
    var (product, start) = (SignedPauliProduct(), targets.startIndex)
    for index in targets.indices {
      let target = targets[index]
      if let pauli = target.pauli { product.multiply(by: pauli, on: target.value) }
      let isLast = index + 1 == targets.endIndex
      guard isLast || target.isPauli && !targets[index + 1].isCombiner else { continue }
      if !product.isHermitian { return start - targets.startIndex }
      (product, start) = (SignedPauliProduct(), index + 1)
    }
    return nil
  }

  /// Where the statement stood that collapses a Pauli product, of those that are one instruction.
  func range(
    ofCollapse factors: [GaugeError.PauliFactor], in block: BlockID, at index: Int
  ) -> SourceRange? {
    guard case .instruction(let instruction) = nodes(of: block)[index] else {
      return range(of: block, at: index)
    }
    let qubits = Set(factors.map(\.qubit))
    let targets = targets(of: instruction)
    // The walk is backwards: of several groups on the same qubits the last is met first.
    var (found, start) = (0, targets.startIndex)
    var group: Set<Int> = []
    let size = instruction.gate.definition.shape == .products ? nil : groupSize(of: instruction)
    for index in targets.indices {
      if let qubit = targets[index].qubit { group.insert(qubit) }
      let isLast = index + 1 == targets.endIndex
      let ends =
        size.map { index + 1 - start == $0 }
        ?? (isLast || targets[index].isPauli && !targets[index + 1].isCombiner)
      guard ends || isLast else { continue }
      if group.isSuperset(of: qubits) { found = start - targets.startIndex }
      (group, start) = ([], index + 1)
    }
    return range(of: block, at: index, target: found)
  }
}
