import QuantumCore

/// An expression as written.
///
/// Runs of operators of one precedence are one flat `chain`, so that a long sum is not a deep tree.
final class Expression {
  enum Kind {
    case integer(UInt64)
    /// An integer beyond 64 bits, lowest word first.
    case largeInteger([UInt64])
    case real(Double)
    case imaginary(Double)
    case boolean(Bool)
    /// `"0101"`: words lowest first; the last character is bit 0.
    case bitString([UInt64], width: Int)
    case timing(Double, TimeUnit)
    case identifier(Name)
    case physicalQubit(Int)
    case unary(UnaryOperation, Expression)
    case chain(Expression, [Link])
    case power(Expression, Expression)
    case call(Name, [Expression])
    case cast(TypeSyntax, Expression)
    case index(Expression, [IndexOperation])
    case list([Expression])
    case concatenation([Expression])
    case measure(Expression)
  }

  struct Link {
    let operation: BinaryOperation
    let span: SourceSpan
    let operand: Expression
  }

  let kind: Kind
  let span: SourceSpan

  init(_ kind: Kind, _ span: SourceSpan) {
    self.kind = kind
    self.span = span
  }
}

/// The units of time, those first that others end in.
enum TimeUnit: String, CaseIterable {
  case nanoseconds = "ns"
  case microseconds = "us"
  /// With the sign for micro, and with the Greek letter.
  case microsecondsWithSign = "\u{b5}s"
  case microsecondsInGreek = "\u{3bc}s"
  case milliseconds = "ms"
  /// A time step of the device, whose length the text does not tell.
  case deviceSteps = "dt"
  case seconds = "s"

  /// Its length in nanoseconds; `nil` for that of a device.
  var nanoseconds: Double? {
    switch self {
    case .nanoseconds: 1
    case .microseconds, .microsecondsWithSign, .microsecondsInGreek: 1e3
    case .milliseconds: 1e6
    case .seconds: 1e9
    case .deviceSteps: nil
    }
  }

  /// A time as text that reads back as itself: in the largest unit of which there is at least one.
  static func text(ofNanoseconds time: Double) -> String {
    for unit in [TimeUnit.seconds, .milliseconds, .microseconds] {
      guard let scale = unit.nanoseconds, time >= scale, time / scale * scale == time else {
        continue
      }
      return number(time / scale) + unit.rawValue
    }
    return number(time) + nanoseconds.rawValue
  }

  private static func number(_ value: Double) -> String {
    Int64(exactly: value).map { "\($0)" } ?? "\(value)"
  }
}

enum UnaryOperation { case negate, bitwiseNot, logicalNot }

enum BinaryOperation {
  case add, subtract, multiply, divide, remainder, power
  case bitwiseAnd, bitwiseOr, bitwiseXor, shiftLeft, shiftRight
  case logicalAnd, logicalOr
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual

  var text: String {
    switch self {
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .divide: "/"
    case .remainder: "%"
    case .power: "**"
    case .bitwiseAnd: "&"
    case .bitwiseOr: "|"
    case .bitwiseXor: "^"
    case .shiftLeft: "<<"
    case .shiftRight: ">>"
    case .logicalAnd: "&&"
    case .logicalOr: "||"
    case .equal: "=="
    case .notEqual: "!="
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    }
  }
}

/// What stands between `[` and `]`.
struct IndexOperation {
  enum Item {
    case single(Expression)
    case range(RangeSyntax)
    case set([Expression])
  }
  let items: [Item]
  let span: SourceSpan
}

/// `start:step:stop`, the stop included; each part may be missing in an index.
struct RangeSyntax {
  let start: Expression?
  let step: Expression?
  let stop: Expression?
  let span: SourceSpan
}

/// A type as written.
final class TypeSyntax {
  enum Kind {
    case bool, bit, int, uint, float, angle, complex, duration
    case qubit
    case array(TypeSyntax, [Expression])
    case arrayReference(isMutable: Bool, TypeSyntax, Dimensions)
  }
  enum Dimensions {
    case sizes([Expression])
    case count(Expression)
  }
  let kind: Kind
  /// The designator: a width or a size.
  let width: Expression?
  let span: SourceSpan

  init(_ kind: Kind, width: Expression?, _ span: SourceSpan) {
    self.kind = kind
    self.width = width
    self.span = span
  }
}

struct Modifier {
  enum Kind { case inverse, power(Expression), control(Expression?, isNegative: Bool) }
  let kind: Kind
  let span: SourceSpan
}

struct GateCall {
  let modifiers: [Modifier]
  let name: Name
  let nameSpan: SourceSpan
  let arguments: [Expression]
  let operands: [Expression]
}

final class GateDeclaration {
  let name: Name
  let parameters: [Name]
  let qubits: [Name]
  let body: [Statement]
  let isOpaque: Bool
  let span: SourceSpan

  init(
    name: Name, parameters: [Name], qubits: [Name], body: [Statement], isOpaque: Bool,
    span: SourceSpan
  ) {
    self.name = name
    self.parameters = parameters
    self.qubits = qubits
    self.body = body
    self.isOpaque = isOpaque
    self.span = span
  }
}

final class SubroutineDeclaration {
  struct Parameter {
    let type: TypeSyntax
    let name: Name
    let span: SourceSpan
  }
  let name: Name
  let parameters: [Parameter]
  let result: TypeSyntax?
  let body: [Statement]
  let span: SourceSpan

  init(
    name: Name, parameters: [Parameter], result: TypeSyntax?, body: [Statement], span: SourceSpan
  ) {
    self.name = name
    self.parameters = parameters
    self.result = result
    self.body = body
    self.span = span
  }
}

enum LoopSet {
  case range(RangeSyntax)
  case set([Expression])
  case collection(Expression)
}

struct SwitchCase {
  let values: [Expression]
  let body: [Statement]
}

/// A statement as written.
final class Statement {
  enum Kind {
    case include(String)
    case qubits(Name, size: Expression?)
    case declaration(TypeSyntax, Name, Expression?, isConstant: Bool)
    case port(isInput: Bool, TypeSyntax, Name)
    case alias(Name, Expression)
    /// `destination op= value`.
    case assignment(Expression, BinaryOperation?, Expression)
    /// `measure source -> destination`.
    case measure(Expression, into: Expression?)
    case reset([Expression])
    case barrier([Expression])
    /// `delay[time] operands`, all qubits if there are none.
    case delay(Expression, [Expression])
    case gateCall(GateCall)
    case expression(Expression)
    case conditional(Expression, [Statement], [Statement]?)
    /// OpenQASM 2's `if (c == n)`: the number as words, lowest first.
    case registerCondition(Name, SourceSpan, [UInt64], Statement)
    case forLoop(TypeSyntax, Name, LoopSet, [Statement])
    case whileLoop(Expression, [Statement])
    case choice(Expression, [SwitchCase], [Statement]?)
    case breakLoop, continueLoop, end
    case returns(Expression?)
    case gate(GateDeclaration)
    case subroutine(SubroutineDeclaration)
    case block([Statement])
    /// Something read and not acted on, with what the note says.
    case ignored(String)
  }

  let kind: Kind
  let span: SourceSpan
  /// Where the name declared or the destination stands.
  let nameSpan: SourceSpan
  private(set) lazy var effects = Effects(of: self)

  init(_ kind: Kind, _ span: SourceSpan, nameSpan: SourceSpan? = nil) {
    self.kind = kind
    self.span = span
    self.nameSpan = nameSpan ?? span
  }
}

/// What running a statement may do besides applying gates, as far as its text shows.
struct Effects {
  /// Names that are assigned to or measured into.
  var assigned: Set<Name> = []
  /// Names that are arguments of calls: arrays among them may be assigned to.
  var passed: Set<Name> = []
  /// Whether it may leave or go on with the loop around it.
  var breaks = false
  var continues = false
  var returns = false
  var ends = false

  init(of statement: Statement) { add(statement) }

  init(of statements: [Statement]) {
    for statement in statements { merge(statement.effects, insideLoop: false) }
  }

  private mutating func merge(_ other: Effects, insideLoop: Bool) {
    assigned.formUnion(other.assigned)
    passed.formUnion(other.passed)
    if !insideLoop {
      breaks = breaks || other.breaks
      continues = continues || other.continues
    }
    returns = returns || other.returns
    ends = ends || other.ends
  }

  private mutating func add(_ statements: [Statement], insideLoop: Bool = false) {
    for statement in statements { merge(statement.effects, insideLoop: insideLoop) }
  }

  private mutating func add(_ statement: Statement) {
    switch statement.kind {
    case .include, .qubits, .port, .gate, .subroutine, .ignored, .reset, .barrier: break
    case .declaration(_, _, let value, _): if let value { note(value) }
    case .alias(_, let value), .delay(let value, _): note(value)
    case .assignment(let destination, _, let value):
      noteDestination(destination)
      note(value)
    case .measure(_, let destination): if let destination { noteDestination(destination) }
    case .gateCall(let call): call.arguments.forEach { note($0) }
    case .expression(let value): note(value)
    case .conditional(let condition, let then, let otherwise):
      note(condition)
      add(then)
      if let otherwise { add(otherwise) }
    case .registerCondition(_, _, _, let body): add([body])
    case .forLoop(_, _, let set, let body):
      if case .collection(let value) = set { note(value) }
      add(body, insideLoop: true)
    case .whileLoop(let condition, let body):
      note(condition)
      add(body, insideLoop: true)
    case .choice(let value, let cases, let otherwise):
      note(value)
      for choice in cases { add(choice.body) }
      if let otherwise { add(otherwise) }
    case .breakLoop: breaks = true
    case .continueLoop: continues = true
    case .end: ends = true
    case .returns(let value):
      returns = true
      if let value { note(value) }
    case .block(let body): add(body)
    }
  }

  private mutating func noteDestination(_ destination: Expression) {
    switch destination.kind {
    case .identifier(let name): assigned.insert(name)
    case .index(let base, _): noteDestination(base)
    default: break
    }
  }

  /// Collects the names passed to calls.
  private mutating func note(_ expression: Expression) {
    switch expression.kind {
    case .integer, .largeInteger, .real, .imaginary, .boolean, .bitString, .timing, .identifier,
      .physicalQubit, .measure:
      break
    case .unary(_, let a), .cast(_, let a): note(a)
    case .chain(let first, let links):
      note(first)
      links.forEach { note($0.operand) }
    case .power(let a, let b):
      note(a)
      note(b)
    case .call(_, let arguments):
      for argument in arguments {
        var root = argument
        while case .index(let base, _) = root.kind { root = base }
        if case .identifier(let name) = root.kind { passed.insert(name) } else { note(argument) }
      }
    case .index(let base, let operations):
      note(base)
      for operation in operations {
        for case .single(let index) in operation.items { note(index) }
      }
    case .list(let elements), .concatenation(let elements): elements.forEach { note($0) }
    }
  }
}
