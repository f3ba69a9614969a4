/// One instruction of a circuit: a gate and where its targets and arguments lie in the circuit's
/// storage.
public struct Instruction: Hashable, Sendable {
  /// The gate, noise channel, measurement or annotation.
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
  /// Applies an instruction.
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
  /// The tag of what has none.
  public static let none = TagID(index: 0)
}

/// Where a classical value is stored.
public enum ClassicalDestination: Hashable, Sendable {
  /// The low `count ≤ 64` bits go to classical bits `start...`.
  case bits(start: Int, count: Int)
  /// One bit, addressed while running; outside `0..<count` is an error when run.
  case bit(start: Int, count: Int, index: ClassicalExpression)
  /// The circuit's variable of an index into `Circuit.variables`.
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
  /// The name in the program, such as `q`.
  public let name: String
  /// The first index of the register.
  public let start: Int
  /// How many qubits or bits there are.
  public let count: Int
  /// A register of `count` qubits or bits from `start` on.
  public init(name: String, start: Int, count: Int) {
    self.name = name
    self.start = start
    self.count = count
  }
  /// The qubits or bits of the register: `start..<start + count`.
  public var indices: Range<Int> { start..<start + count }
}

/// A classical variable of a circuit that computes while it runs.
public struct ClassicalVariable: Hashable, Sendable {
  /// The name in the program.
  public let name: String
  /// The value before the first instruction.
  public let initialValue: ClassicalValue
  /// The declared type, such as `angle[8]`, of an input that was given no value; `nil` for other
  /// variables.
  ///
  /// Such a circuit can be written, drawn and counted. Engines take `initialValue` for the input:
  /// give it a value first.
  public let inputType: String?
  /// A variable with its value before the first instruction.
  public init(name: String, initialValue: ClassicalValue, inputType: String? = nil) {
    self.name = name
    self.initialValue = initialValue
    self.inputType = inputType
  }
}

/// What is wrong with an instruction that was to be appended.
public struct CircuitError: Error, Hashable, Sendable {
  /// Which part of the instruction is wrong.
  public enum Place: Hashable, Sendable {
    /// The instruction as a whole.
    case instruction
    /// Index into the targets given.
    case target(Int)
    /// Index into the arguments given.
    case argument(Int)
  }
  /// A stable name that programs can compare, such as `index-out-of-range`.
  public let code: String
  /// Names the offending thing and, where short, what would be accepted; no full stop at the end.
  public let message: String
  /// Which part of the instruction is wrong.
  public let place: Place
  /// What to do about it; `nil` where nothing helpful can be said.
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
