/// A quantum circuit: instructions, repeat blocks and classical control over qubits and classical
/// bits.
///
/// All targets, arguments and blocks live in flat arrays owned by the circuit, so a million
/// instructions cost a few allocations. A circuit that exists is valid: `append` traps on a
/// caller's mistake, `appendChecked` throws for parsers.
///
///     var circuit = Circuit()
///     circuit.append(.h, 0)
///     circuit.append(.cx, 0, 1)
///     circuit.measure(0, 1)                     // into the record
///
/// Noise, measurement, detectors and coordinates are gates of the catalog like any other.
public struct Circuit: Sendable {
  package var blocks: [Block] = [Block()]
  package var targetStorage: [Target] = []
  package var argumentStorage: [Double] = []
  package var expressionStorage: [ClassicalExpression] = []
  package var tags: [String] = [""]
  package var tagIndices: [String: UInt32] = ["": 0]
  /// The block that `append` adds to.
  package var openBlock: BlockID = .root

  /// Declared registers; empty for circuits that just number their qubits.
  public package(set) var qubitRegisters: [Register] = []
  /// Declared registers of classical bits; empty where the circuit declares none.
  public package(set) var bitRegisters: [Register] = []
  /// Classical variables that the circuit declares; `ClassicalExpression.variable(_:)` holds an
  /// index into this array.
  public package(set) var variables: [ClassicalVariable] = []

  /// One more than the largest qubit in use or declared.
  public package(set) var qubitCount = 0
  /// Number of declared classical bits.
  public package(set) var bitCount = 0

  package struct Block: Sendable {
    package var nodes: [Node] = []
    /// Parallel to `nodes`: where each came from; empty for circuits not read from a text.
    package var places: [SourcePlace] = []
  }

  package struct SourcePlace: Sendable, Hashable {
    package var line: UInt32 = 0
    package var column: UInt32 = 0

    package init(line: UInt32 = 0, column: UInt32 = 0) {
      self.line = line
      self.column = column
    }
    package var range: SourceRange? {
      line == 0 ? nil : SourceRange(line: Int(line), column: Int(column))
    }
  }

  /// Where the next appended nodes come from; set by parsers.
  package var currentPlace = SourcePlace()
  /// Where statements came from that were joined to the instruction before, in the order of their
  /// targets.
  package var joints: [Joint] = []

  /// The number of nodes of all blocks that were appended and not taken back.
  package var nodeCount = 0
  /// The number of parts of all expressions that were appended and not taken back; of one at most
  /// `countedParts`.
  package var expressionPartCount = 0
  /// More parts than expressions that are read from a text have.
  package static let countedParts = 1024

  /// The first target, in `targetStorage`, of a statement that was joined to the one before.
  package struct Joint: Sendable {
    package let target: Int32
    package let place: SourcePlace
  }

  /// A circuit without instructions, qubits and classical bits.
  public init() {}

  /// A circuit with declared but unused qubits and bits.
  public init(qubitCount: Int, bitCount: Int = 0) {
    precondition(qubitCount >= 0 && bitCount >= 0, "Counts are not negative")
    self.qubitCount = qubitCount
    if bitCount > 0 { declareBits("c", count: bitCount) }
  }
}

// MARK: - Reading

extension Circuit {
  /// The nodes of a block, in order.
  public func nodes(of block: BlockID = .root) -> [Node] { blocks[Int(block.index)].nodes }
  /// The targets of an instruction.
  public func targets(of instruction: Instruction) -> ArraySlice<Target> {
    targetStorage[Int(instruction.targets.lowerBound)..<Int(instruction.targets.upperBound)]
  }
  /// The arguments of an instruction.
  ///
  /// - Precondition: the instruction has no dynamic arguments.
  public func arguments(of instruction: Instruction) -> ArraySlice<Double> {
    precondition(
      !instruction.hasDynamicArguments, "Dynamic arguments have no value before the circuit runs")
    return argumentStorage[
      Int(instruction.arguments.lowerBound)..<Int(instruction.arguments.upperBound)]
  }
  /// The arguments of an instruction with dynamic ones.
  public func dynamicArguments(of instruction: Instruction) -> ArraySlice<ClassicalExpression> {
    precondition(instruction.hasDynamicArguments, "The instruction's arguments are numbers")
    return expressionStorage[
      Int(instruction.arguments.lowerBound)..<Int(instruction.arguments.upperBound)]
  }
  /// The expression that a node of this circuit refers to.
  ///
  /// - Complexity: O(1).
  public func expression(_ id: ExpressionID) -> ClassicalExpression {
    expressionStorage[Int(id.index)]
  }
  /// The text between `[` and `]`, unescaped; empty if there is none.
  public func tag(of instruction: Instruction) -> String { tags[Int(instruction.tag)] }
  /// The text of a tag that a node of this circuit refers to, unescaped; empty for `TagID.none`.
  public func tag(_ id: TagID) -> String { tags[Int(id.index)] }
  /// Where the node stood in the text it was read from.
  public func range(of block: BlockID, at index: Int) -> SourceRange? {
    let places = blocks[Int(block.index)].places
    return index < places.count ? places[index].range : nil
  }
  /// The place of the statement that contributed a target: neighbours that differ in targets only
  /// are one instruction.
  ///
  /// - Parameters:
  ///   - block: the block that the instruction stands in.
  ///   - index: the place of the instruction in its block.
  ///   - offset: counts from the first target of the instruction.
  /// - Complexity: O(log statements joined).
  public func range(of block: BlockID, at index: Int, target offset: Int) -> SourceRange? {
    guard case .instruction(let instruction) = blocks[Int(block.index)].nodes[index] else {
      return range(of: block, at: index)
    }
    let target = instruction.targets.lowerBound + Int32(clamping: offset)
    var (low, high) = (0, joints.count)
    while low < high {
      let middle = (low + high) / 2
      if joints[middle].target <= target { low = middle + 1 } else { high = middle }
    }
    guard low > 0, joints[low - 1].target >= instruction.targets.lowerBound else {
      return range(of: block, at: index)
    }
    return joints[low - 1].place.range
  }

  /// Number of qubits in a group of an instruction with `.each` shape or of a `unitary`, controls
  /// included; `nil` otherwise.
  public func groupSize(of instruction: Instruction) -> Int? {
    if case .each(let count) = instruction.gate.definition.shape {
      return count + Int(instruction.controlCount)
    }
    return instruction.gate == .unitary ? targets(of: instruction).count : nil
  }

  /// Splits an instruction's targets into the groups its gate acts on, in order.
  ///
  /// A group holds the qubits (controls first) or the Pauli factors (without combiners), for
  /// `.each` gates also classical controls; `bit` is the classical bit that stores the group's
  /// result. Instructions on all targets at once make one group.
  public func forEachGroup(
    of instruction: Instruction, _ body: (_ group: ArraySlice<Target>, _ bit: Int?) throws -> Void
  ) rethrows {
    try forEachPlacedGroup(of: instruction) { group, bit, _ in try body(group, bit) }
  }

  /// As `forEachGroup`, with the number of targets before the first of each group:
  /// `range(of:at:target:)` takes it.
  public func forEachPlacedGroup(
    of instruction: Instruction,
    _ body: (_ group: ArraySlice<Target>, _ bit: Int?, _ offset: Int) throws -> Void
  ) rethrows {
    let targets = targets(of: instruction)
    switch instruction.gate.definition.shape {
    case .none: try body([], nil, 0)
    case .whole: try body(targets, nil, 0)
    case .products: try forEachProduct(targets, body)
    case .each(let count):
      let size = count + Int(instruction.controlCount)
      if size == 0 { return try body([], nil, 0) }
      var position = targets.startIndex
      while position + size <= targets.endIndex {
        let group = targets[position..<position + size]
        let offset = position - targets.startIndex
        position += size
        if position < targets.endIndex, targets[position].isBit {
          try body(group, targets[position].value, offset)
          position += 1
        } else {
          try body(group, nil, offset)
        }
      }
    }
  }

  private func forEachProduct(
    _ targets: ArraySlice<Target>, _ body: (ArraySlice<Target>, Int?, Int) throws -> Void
  ) rethrows {
    var factors: [Target] = []
    var position = targets.startIndex
    var start = position
    while position < targets.endIndex {
      factors.append(targets[position])
      position += 1
      if position < targets.endIndex, targets[position].isCombiner {
        position += 1
        continue
      }
      var bit: Int?
      if position < targets.endIndex, targets[position].isBit {
        bit = targets[position].value
        position += 1
      }
      try body(factors[...], bit, start - targets.startIndex)
      factors.removeAll(keepingCapacity: true)
      start = position
    }
  }

  /// The gate and arguments as a matrix on the group's own qubits (controls not included); `nil` if
  /// not a plain unitary.
  public func matrix(of instruction: Instruction) -> ComplexMatrix? {
    instruction.gate.definition.matrix?(arguments(of: instruction))
  }
}

// MARK: - Declaring

extension Circuit {
  /// Declares qubits and returns their indices.
  @discardableResult
  public mutating func declareQubits(_ name: String, count: Int) -> Range<Int> {
    precondition(count >= 0, "A register size is not negative")
    let register = Register(name: name, start: qubitCount, count: count)
    qubitRegisters.append(register)
    qubitCount += count
    return register.indices
  }

  /// Declares classical bits, all 0 at the start, and returns their indices.
  @discardableResult
  public mutating func declareBits(_ name: String, count: Int) -> Range<Int> {
    precondition(
      count >= 0 && bitCount + count <= Target.valueLimit, "Classical bits are limited to 2^28")
    let register = Register(name: name, start: bitCount, count: count)
    bitRegisters.append(register)
    bitCount += count
    return register.indices
  }

  /// Declares a classical variable and returns its index.
  ///
  /// - Parameters:
  ///   - name: the name in programs.
  ///   - initialValue: the value before the first instruction.
  ///   - inputType: the OpenQASM type of an input without a value, such as `uint[8]`; `nil` for
  ///     other variables.
  public mutating func declareVariable(
    _ name: String, initialValue: ClassicalValue, inputType: String? = nil
  ) -> Int {
    variables.append(
      ClassicalVariable(name: name, initialValue: initialValue, inputType: inputType))
    return variables.count - 1
  }
}

// MARK: - Equality

extension Circuit: Equatable {
  /// Whether both are the same circuit, whatever the layout of their storage and the places they
  /// were read from.
  public static func == (a: Circuit, b: Circuit) -> Bool {
    a.qubitRegisters == b.qubitRegisters && a.bitRegisters == b.bitRegisters
      && a.variables == b.variables
      && a.qubitCount == b.qubitCount && a.bitCount == b.bitCount
      && a.block(.root, equals: .root, in: b)
  }

  private func block(_ mine: BlockID, equals theirs: BlockID, in other: Circuit) -> Bool {
    let (a, b) = (nodes(of: mine), other.nodes(of: theirs))
    return a.count == b.count && zip(a, b).allSatisfy { node($0, equals: $1, in: other) }
  }

  private func node(_ mine: Node, equals theirs: Node, in other: Circuit) -> Bool {
    switch (mine, theirs) {
    case (.instruction(let a), .instruction(let b)):
      a.gate == b.gate && a.controlCount == b.controlCount
        && a.hasDynamicArguments == b.hasDynamicArguments
        && tag(of: a) == other.tag(of: b) && targets(of: a) == other.targets(of: b)
        && (a.hasDynamicArguments
          ? dynamicArguments(of: a) == other.dynamicArguments(of: b)
          : arguments(of: a) == other.arguments(of: b))
    case (.repeatBlock(let n, let a, let s), .repeatBlock(let m, let b, let t)):
      n == m && tag(s) == other.tag(t) && block(a, equals: b, in: other)
    case (.branch(let c, let a, let x), .branch(let d, let b, let y)):
      expression(c) == other.expression(d) && block(a, equals: b, in: other)
        && (x == nil) == (y == nil) && (x == nil || block(x!, equals: y!, in: other))
    case (.loop(let c, let a), .loop(let d, let b)):
      expression(c) == other.expression(d) && block(a, equals: b, in: other)
    case (.assign(let a, let e), .assign(let b, let f)):
      a == b && expression(e) == other.expression(f)
    case (.leave(let a), .leave(let b)): a == b
    default: false
    }
  }
}
