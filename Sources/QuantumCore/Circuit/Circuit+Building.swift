// Building circuits whose blocks do not nest as closures do, and taking back what was built: for
// parsers.

extension Circuit {
  /// Opens a new block, to which `append` adds from now on.
  ///
  /// - Returns: the block that was open, for `endBlock`.
  package mutating func beginBlock() -> BlockID {
    let outer = openBlock
    openBlock = BlockID(index: Int32(blocks.count))
    blocks.append(Block())
    return outer
  }

  /// Closes the open block and goes back to `outer`.
  ///
  /// - Returns: the closed block, for `appendBranch`, `appendLoop` and `appendRepeat`.
  package mutating func endBlock(returningTo outer: BlockID) -> BlockID {
    let closed = openBlock
    openBlock = outer
    return closed
  }

  package mutating func appendBranch(
    _ condition: ClassicalExpression, then: BlockID, otherwise: BlockID?
  ) {
    appendNode(.branch(condition: store(condition), then: then, otherwise: otherwise))
  }

  package mutating func appendLoop(_ condition: ClassicalExpression, body: BlockID) {
    appendNode(.loop(condition: store(condition), body: body))
  }

  /// - Precondition: `count >= 1`.
  package mutating func appendRepeat(_ count: UInt64, body: BlockID) {
    precondition(count >= 1, "A repeat block runs at least once")
    appendNode(.repeatBlock(count: count, body: body, tag: .none))
  }

  /// A moment in the building of a circuit.
  package struct Mark: Sendable {
    fileprivate let openBlock: BlockID
    fileprivate let counts:
      (
        blocks: Int, nodes: Int, targets: Int, arguments: Int, expressions: Int, variables: Int
      )
    fileprivate let totals: (nodes: Int, expressionParts: Int)

    /// Whether nothing was appended between the two.
    package func hasSameNodes(as other: Mark) -> Bool {
      openBlock == other.openBlock && counts.nodes == other.counts.nodes
        && counts.blocks == other.counts.blocks
    }
  }

  /// The present moment, for `rewind(to:)`.
  package var mark: Mark {
    Mark(
      openBlock: openBlock,
      counts: (
        blocks.count, blocks[Int(openBlock.index)].nodes.count, targetStorage.count,
        argumentStorage.count, expressionStorage.count, variables.count
      ), totals: (nodeCount, expressionPartCount))
  }

  /// Takes back everything appended since `mark`, declared variables included.
  ///
  /// - Precondition: since then blocks begun were ended or are to be dropped; none before them was
  ///   added to.
  package mutating func rewind(to mark: Mark) {
    openBlock = mark.openBlock
    blocks.removeLast(blocks.count - mark.counts.blocks)
    let block = Int(openBlock.index)
    blocks[block].nodes.removeLast(blocks[block].nodes.count - mark.counts.nodes)
    let extraPlaces = blocks[block].places.count - mark.counts.nodes
    if extraPlaces > 0 { blocks[block].places.removeLast(extraPlaces) }
    targetStorage.removeLast(targetStorage.count - mark.counts.targets)
    while let last = joints.last, last.target >= targetStorage.count { joints.removeLast() }
    argumentStorage.removeLast(argumentStorage.count - mark.counts.arguments)
    expressionStorage.removeLast(expressionStorage.count - mark.counts.expressions)
    variables.removeLast(variables.count - mark.counts.variables)
    (nodeCount, expressionPartCount) = mark.totals
  }

  /// Takes back the last node of the open block if it is a global phase with a known angle, which
  /// is returned.
  package mutating func removeTrailingPhase() -> Double? {
    let block = Int(openBlock.index)
    guard case .instruction(let last)? = blocks[block].nodes.last, last.gate == .globalPhase,
      last.controlCount == 0, !last.hasDynamicArguments,
      Int(last.arguments.upperBound) == argumentStorage.count
    else { return nil }
    blocks[block].nodes.removeLast()
    nodeCount -= 1
    if blocks[block].places.count > blocks[block].nodes.count { blocks[block].places.removeLast() }
    return argumentStorage.removeLast()
  }

  /// Keeps the given registers of classical bits only; the bits of the others stay, without a name.
  package mutating func keepBitRegisters(where isKept: (Register) -> Bool) {
    bitRegisters.removeAll { !isKept($0) }
  }
}

extension Circuit {
  /// The bytes that the circuit takes, as far as they grow with its instructions: nodes and their
  /// places, targets, arguments, expressions, blocks and variables.
  ///
  /// Arrays that grow have room to spare and are copied, so that while it is built a circuit may
  /// take twice as much for a moment.
  ///
  /// - Complexity: O(1).
  package var storageByteCount: Int {
    // A part of an expression is a value on the heap, and so is the storage of a block's arrays.
    nodeCount * (MemoryLayout<Node>.stride + MemoryLayout<SourcePlace>.stride)
      + targetStorage.count * MemoryLayout<Target>.stride
      + argumentStorage.count * MemoryLayout<Double>.stride
      + joints.count * MemoryLayout<Joint>.stride
      + expressionPartCount * 64
      + blocks.count * (MemoryLayout<Block>.stride + 64)
      + variables.count * MemoryLayout<ClassicalVariable>.stride
  }
}
