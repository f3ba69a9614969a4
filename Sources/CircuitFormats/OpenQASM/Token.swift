import QuantumCore

/// A place in the text, compact: the line and column count from 1, columns in Unicode scalars.
struct SourceSpan: Hashable, Sendable {
  var line: UInt32
  var column: UInt32
  var length: UInt32

  static let start = SourceSpan(line: 1, column: 1, length: 1)

  var range: SourceRange {
    SourceRange(line: Int(line), column: Int(column), length: Int(length))
  }

  /// From the start of this span to the end of `other`, or this span alone where they are on
  /// different lines.
  func through(_ other: SourceSpan) -> SourceSpan {
    guard other.line == line, other.column >= column else { return self }
    return SourceSpan(line: line, column: column, length: other.column + other.length - column)
  }
}

/// An identifier, as its index in the `NameTable`. Keywords have the lowest indices.
typealias Name = Int32

/// Words with a meaning of their own; which of them are reserved depends on the version.
enum Keyword: Int32, CaseIterable {
  case openqasm, include, qreg, creg, gate, opaque, `if`, measure, reset, barrier
  case pi
  // From here on version 3 only.
  case `else`, `for`, `in`, `while`, `break`, `continue`, end, `switch`, `case`, `default`
  case def, `return`, extern, cal, defcal, defcalgrammar, box, delay, durationof, stretch
  case `let`, const, input, output, readonly, mutable
  case qubit, bit, bool, int, uint, float, angle, complex, duration, array, void
  case ctrl, negctrl, inv, pow, gphase
  case `true`, `false`, im, tau, euler, pragma
  case nop

  var text: String { self == .openqasm ? "OPENQASM" : "\(self)" }

  /// The keywords of OpenQASM 2 and those added by 3.
  static let firstOfVersion3 = Keyword.else.rawValue

  /// Whether the word came after OpenQASM 3.0: texts of that version may use it as a name.
  var isLaterThanVersion30: Bool {
    switch self {
    case .switch, .case, .default, .nop: true
    default: false
    }
  }
}

/// The identifiers of a text, each stored once; the parser fills it while the elaborator reads it.
final class NameTable {
  private(set) var texts: [String] = []
  private var indices: [String: Name] = [:]

  init() {
    for keyword in Keyword.allCases { _ = intern(keyword.text) }
    // Second spellings.
    (indices["π"], indices["τ"], indices["ℇ"]) = (
      Keyword.pi.rawValue, Keyword.tau.rawValue, Keyword.euler.rawValue
    )
  }

  func intern(_ text: String) -> Name {
    if let index = indices[text] { return index }
    let index = Name(texts.count)
    texts.append(text)
    indices[text] = index
    return index
  }

  subscript(_ name: Name) -> String { texts[Int(name)] }
}

struct Token {
  enum Kind: UInt8 {
    case endOfFile, identifier, physicalQubit, integer, real, imaginary, timing, string
    case leftParenthesis, rightParenthesis, leftBracket, rightBracket, leftBrace, rightBrace
    case semicolon, comma, colon, dot, at, hash, arrow
    case equals, plus, minus, star, slash, percent, doubleStar, doublePlus
    case plusEquals, minusEquals, starEquals, slashEquals, percentEquals, doubleStarEquals
    case ampersand, bar, caret, tilde, exclamation
    case ampersandEquals, barEquals, caretEquals, shiftLeftEquals, shiftRightEquals
    case shiftLeft, shiftRight, doubleAmpersand, doubleBar
    case doubleEquals, notEquals, less, lessEquals, greater, greaterEquals
  }

  var kind: Kind
  /// Bytes `start ..< end` of the text.
  var start: Int
  var end: Int
  var span: SourceSpan
  /// The identifier.
  var name: Name = -1
}
