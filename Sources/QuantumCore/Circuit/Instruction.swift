/// One instruction of a circuit: a gate and where its targets and arguments lie in the circuit's
/// storage.
public struct Instruction: Hashable, Sendable {
  public let gate: Gate
  /// Leading targets of every group that are controls; a control marked `!` acts on 0.
  public let controlCount: UInt16
  /// Whether `arguments` counts into the circuit's expressions, to be evaluated when run, not into
  /// its numbers.
  public let hasDynamicArguments: Bool
  /// Index of the tag in the circuit; 0 is no tag.
  package let tag: UInt32
  package var targets: Range<Int32>
  package let arguments: Range<Int32>
}

/// A step of a circuit.
public enum Node: Hashable, Sendable {
  case instruction(Instruction)
  /// Runs a block `count ≥ 1` times.
  case repeatBlock(count: UInt64, body: BlockID, tag: TagID)
  /// Runs one of two blocks, depending on an expression.
  case branch(condition: ExpressionID, then: BlockID, otherwise: BlockID?)
  /// Runs a block while an expression holds.
  case loop(condition: ExpressionID, body: BlockID)
  /// Stores the value of an expression.
  case assign(ClassicalDestination, ExpressionID)
  /// Leaves loops, or ends the run.
  case leave(Departure)
}

/// A list of nodes in a circuit's storage.
public struct BlockID: Hashable, Sendable {
  package let index: Int32
  /// The outermost block.
  public static let root = BlockID(index: 0)
}

/// An expression in a circuit's storage.
public struct ExpressionID: Hashable, Sendable { package let index: Int32 }

/// A tag in a circuit's storage.
public struct TagID: Hashable, Sendable {
  package let index: UInt32
  public static let none = TagID(index: 0)
}

/// Where a classical value is stored.
public enum ClassicalDestination: Hashable, Sendable {
  /// The low `count ≤ 64` bits go to classical bits `start...`.
  case bits(start: Int, count: Int)
  /// One bit, addressed while running; outside `0..<count` is an error when run.
  case bit(start: Int, count: Int, index: ClassicalExpression)
  case variable(Int)
}

/// How control flow leaves a place.
public enum Departure: Hashable, Sendable {
  /// Ends the n-th enclosing `loop` or `repeatBlock` (1 is the innermost).
  case endLoop(levels: Int)
  /// Goes on with the next turn of the n-th enclosing loop.
  case nextTurn(levels: Int)
  /// Ends the whole circuit.
  case halt
}

/// A named run of qubits or classical bits.
public struct Register: Hashable, Sendable, Codable {
  public let name: String
  public let start: Int
  public let count: Int
  public init(name: String, start: Int, count: Int) {
    self.name = name
    self.start = start
    self.count = count
  }
  public var indices: Range<Int> { start..<start + count }
}

/// A classical variable of a circuit that computes while it runs.
public struct ClassicalVariable: Hashable, Sendable {
  public let name: String
  public let initialValue: ClassicalValue
  /// The declared type, such as `angle[8]`, of an input that was given no value; `nil` for other
  /// variables.
  ///
  /// Such a circuit can be written, drawn and counted. Engines take `initialValue` for the input:
  /// give it a value first.
  public let inputType: String?
  public init(name: String, initialValue: ClassicalValue, inputType: String? = nil) {
    self.name = name
    self.initialValue = initialValue
    self.inputType = inputType
  }
}

/// What is wrong with an instruction that was to be appended.
public struct CircuitError: Error, Hashable, Sendable {
  public enum Place: Hashable, Sendable {
    case instruction
    /// Index into the targets given.
    case target(Int)
    /// Index into the arguments given.
    case argument(Int)
  }
  public let code: String
  public let message: String
  public let place: Place
  public let hint: String?

  package init(
    _ code: String, _ message: String, _ place: Place = .instruction, hint: String? = nil
  ) {
    self.code = code
    self.message = message
    self.place = place
    self.hint = hint
  }
}
