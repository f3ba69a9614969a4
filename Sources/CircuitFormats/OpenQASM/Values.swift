import QuantumCore
import RealModule

/// A classical type that fits one variable. Widths are at most 64 but for `bits`.
enum ScalarType: Hashable {
  case bool
  case bits(Int)
  case int(Int)
  case uint(Int)
  /// Each value is rounded to the format.
  case float(FloatFormat)
  /// With a width a fixed-point fraction of 2π; without one a real number.
  case angle(Int?)
  case complex
  /// A time in nanoseconds, a real number.
  case duration

  var description: String {
    switch self {
    case .bool: "bool"
    case .bits(let width): width == 1 ? "bit" : "bit[\(width)]"
    case .int(let width): width == 64 ? "int" : "int[\(width)]"
    case .uint(let width): width == 64 ? "uint" : "uint[\(width)]"
    case .float(let format): format == .double ? "float" : "float[\(format.width)]"
    case .angle(let width): width.map { "angle[\($0)]" } ?? "angle"
    case .complex: "complex"
    case .duration: "duration"
    }
  }

  /// Number of 64-bit words a value takes.
  var wordCount: Int { if case .bits(let width) = self { (width + 63) / 64 } else { 1 } }

  var isReal: Bool { floatFormat != nil || self == .angle(nil) || self == .duration }

  /// The format of a `float`; `nil` for other types.
  var floatFormat: FloatFormat? { if case .float(let format) = self { format } else { nil } }

  /// The type of real literals, and of real results of what has no format of its own.
  static let real = ScalarType.float(.double)

  /// How many bits can be indexed.
  var bitWidth: Int? {
    switch self {
    case .bits(let width), .int(let width), .uint(let width), .angle(let width?): width
    default: nil
    }
  }

  var zero: ClassicalValue { isReal ? .real(0) : .integer(0) }
}

/// A number that is known on reading, or one that is computed while the circuit runs.
enum Payload {
  case known(ClassicalValue)
  /// `size` bounds the number of parts of the expression.
  case running(ClassicalExpression, size: Int)

  static func integer(_ value: Int64) -> Payload { .known(.integer(value)) }
  static func real(_ value: Double) -> Payload { .known(.real(value)) }

  var known: ClassicalValue? { if case .known(let value) = self { value } else { nil } }
  var isKnown: Bool { known != nil }
  var expression: ClassicalExpression {
    switch self {
    case .known(let value): .literal(value)
    case .running(let expression, _): expression
    }
  }
  var size: Int { if case .running(_, let size) = self { size } else { 1 } }

  func applying(_ operation: ClassicalExpression.UnaryOperator) -> Payload {
    switch self {
    case .known(let value): .known(operation.apply(value))
    case .running(let expression, let size): .running(.unary(operation, expression), size: size + 1)
    }
  }
}

/// The value of an expression.
enum Value {
  /// Any type but `bits` and `complex`.
  case scalar(ScalarType, Payload)
  /// Words of 64 bits, lowest first; bits beyond the width are 0.
  case bits(Int, [Payload])
  case complex(Complex<Double>)
  case array(ArrayReference)
  case nothing

  var description: String {
    switch self {
    case .scalar(let type, _): type.description
    case .bits(let width, _): ScalarType.bits(width).description
    case .complex: "complex"
    case .array(let array): "array[\(array.type.description), \(array.sizeText)]"
    case .nothing: "void"
    }
  }

  var isKnown: Bool {
    switch self {
    case .scalar(_, let payload): payload.isKnown
    case .bits(_, let words): words.allSatisfy(\.isKnown)
    case .complex: true
    case .array, .nothing: false
    }
  }
}

/// An array or part of one: which cells it consists of, row by row.
struct ArrayReference {
  var type: ScalarType
  var sizes: [Int]
  var cells: IndexList
  var isMutable: Bool

  var sizeText: String { sizes.map(String.init).joined(separator: ", ") }
}

/// Indices of qubits, bits or cells, in order.
enum IndexList {
  case range(Range<Int>)
  case list([Int])

  var count: Int {
    switch self {
    case .range(let range): range.count
    case .list(let list): list.count
    }
  }

  subscript(_ position: Int) -> Int {
    switch self {
    case .range(let range): range.lowerBound + position
    case .list(let list): list[position]
    }
  }

  /// Maximal runs of consecutive ascending indices, of at most `limit` each.
  func runs(limit: Int) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    switch self {
    case .range(let range):
      var start = range.lowerBound
      while start < range.upperBound {
        runs.append(start..<min(start + limit, range.upperBound))
        start = runs[runs.count - 1].upperBound
      }
    case .list(let list):
      for index in list {
        if let last = runs.last, last.upperBound == index, last.count < limit {
          runs[runs.count - 1] = last.lowerBound..<index + 1
        } else {
          runs.append(index..<index + 1)
        }
      }
    }
    return runs
  }

  /// The part at `positions`.
  func part(_ positions: IndexList) -> IndexList {
    if case .range(let own) = self, case .range(let wanted) = positions {
      return .range(own.lowerBound + wanted.lowerBound..<own.lowerBound + wanted.upperBound)
    }
    return .list((0..<positions.count).map { self[positions[$0]] })
  }

  func appending(_ other: IndexList) -> IndexList {
    if case .range(let a) = self, case .range(let b) = other, a.upperBound == b.lowerBound {
      return .range(a.lowerBound..<b.upperBound)
    }
    return .list((0..<count).map { self[$0] } + (0..<other.count).map { other[$0] })
  }
}

/// A gate a program may apply.
enum GateSymbol {
  /// A gate of the catalog, with a phase in front that OpenQASM 3 defines it with.
  case catalog(Gate, PhaseRule)
  case declared(DeclaredGate)
  case globalPhase

  /// The phase by which an OpenQASM 3 gate differs from the catalog's, as a multiple of its
  /// arguments.
  enum PhaseRule { case none, builtInU, standardU3, standardU2 }
}

/// A gate with a body.
final class DeclaredGate {
  let declaration: GateDeclaration
  /// How deep its body's gates nest, and how many catalog gates it stands for.
  let depth: Int
  let cost: Int

  init(_ declaration: GateDeclaration, depth: Int, cost: Int) {
    self.declaration = declaration
    self.depth = depth
    self.cost = cost
  }
}

/// What a name stands for.
enum Symbol {
  case qubits(IndexList, isSingle: Bool)
  case bits(IndexList, isSingle: Bool)
  case cell(Int)
  case array(ArrayReference)
  case constant(Value)
  case gate(GateSymbol)
  case subroutine(SubroutineDeclaration)
  /// A time in steps of the device, whose length is not known.
  case deviceTime

  var kindName: String {
    switch self {
    case .qubits(_, let isSingle): isSingle ? "a qubit" : "a qubit register"
    case .bits(_, let isSingle): isSingle ? "a bit" : "a bit register"
    case .cell: "a variable"
    case .array: "an array"
    case .constant: "a constant"
    case .gate: "a gate"
    case .subroutine: "a subroutine"
    case .deviceTime: "a duration in 'dt'"
    }
  }
}

/// A classical variable while the program is read.
struct Cell {
  let name: String
  let type: ScalarType
  /// The value in words.
  var words: [Payload]
  var complex: Complex<Double>?
  /// Variables of the circuit that hold the words while it runs, once there are any.
  var slots: [Int] = []
  /// How many blocks around that run conditionally assign to it: its value then lives in the slots.
  var pins = 0
  var isConstant = false
}
