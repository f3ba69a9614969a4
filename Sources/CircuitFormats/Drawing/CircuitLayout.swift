import QuantumCore

/// Where everything in a drawing of a circuit goes, whatever it is drawn with.
///
/// Wires run from left to right, top to bottom: qubits, then classical registers, then variables.
/// What happens is packed greedily into columns: operations on disjoint spans of wires share one.
/// Texts are Unicode, of single-width scalars.
package struct CircuitLayout: Sendable {
  package struct Wire: Hashable, Sendable {
    package var label: String
    package var isClassical: Bool
    /// Number of bits of a register.
    package var size: Int?
  }

  /// What kind of thing a box is.
  package enum Style: Hashable, Sendable, CaseIterable {
    case gate, rotation, measurement, reset, noise, classical
  }

  /// What stands on a wire.
  package enum Symbol: Hashable, Sendable {
    case box(String, Style)
    case control(isInverted: Bool)
    /// The target of a controlled X.
    case not
    /// One end of a SWAP.
    case cross
    case barrier
    /// Where a result arrives on a classical wire, with the number of the bit in its register.
    case bit(String)
  }

  package struct Mark: Hashable, Sendable {
    package var wire: Int
    package var symbol: Symbol
  }

  /// A box over several wires.
  package struct Block: Hashable, Sendable {
    package var wires: ClosedRange<Int>
    package var label: String
    package var style: Style
    /// The wires that take part, in the gate's order.
    package var members: [Int]
    /// Whether the members are numbered.
    package var isOrdered: Bool
  }

  /// Everything that one application of a gate draws.
  package struct Operation: Hashable, Sendable {
    package var column = 0
    package var marks: [Mark] = []
    package var block: Block?
    /// The line that joins quantum parts.
    package var link: ClosedRange<Int>?
    /// The double line between a quantum part and a classical wire.
    package var classicalLink: ClosedRange<Int>?
  }

  /// A bracket around a block: `REPEAT`, `if` … `else`, `while`. Its edges stand in columns of
  /// their own.
  package struct Frame: Hashable, Sendable {
    package struct Edge: Hashable, Sendable {
      package var column: Int
      package var label: String
    }
    /// 0 for the outermost.
    package var depth: Int
    /// The opening edge and, for an alternative, the one in the middle.
    package var edges: [Edge]
    package var closingColumn: Int
  }

  /// A line across all wires, alone in its column: the end of a layer (no text), or `break`,
  /// `continue`, `end`.
  package struct Divider: Hashable, Sendable {
    package var column: Int
    package var text: String
  }

  /// A text above the wires.
  package struct Header: Hashable, Sendable {
    package var column: Int
    package var text: String
  }

  package var wires: [Wire] = []
  /// In order of columns.
  package var operations: [Operation] = []
  package var frames: [Frame] = []
  package var dividers: [Divider] = []
  package var headers: [Header] = []
  /// Lines of text below the drawing: detectors, coordinates, long arguments, what was left out.
  package var notes: [String] = []
  package var columnCount = 0
}

extension CircuitLayout {
  /// What a drawing may hold; what is beyond is left out, with a note.
  package enum Limit {
    package static let columns = 20_000
    package static let operations = 100_000
    package static let wires = 1024
    /// Deepest nesting of blocks.
    package static let depth = 16
    /// Characters of a text drawing, roughly.
    package static let characters = 12_000_000
    /// Characters of a label before its arguments move to a note.
    package static let label = 32
    package static let name = 24
    /// Circuits with more qubits show only those in use.
    package static let idleQubits = 16
    package static let notes = 20_000
  }
}

/// Texts made safe for drawings.
enum DrawingText {
  /// The text with everything but single-width printable scalars replaced by `?`, cut to a length.
  static func sanitized(_ text: String, limit: Int = .max) -> String {
    var result = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
      if count == limit - 1, limit < .max, text.unicodeScalars.count > limit {
        result.append("…")
        break
      }
      result.append(isSingleWidth(scalar) ? scalar : "?")
      count += 1
    }
    return String(result)
  }

  private static func isSingleWidth(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7e, 0xa1...0xac, 0xae...0x24f, 0x391...0x3a1, 0x3a3...0x3ff, 0x400...0x481,
      0x48a...0x4ff:
      true
    default: "√†⟩→⊕░…·⟨".unicodeScalars.contains(scalar)
    }
  }

  /// The text in lines of at most `width` characters, broken at blanks; all but the first indented.
  static func wrapped(_ text: String, to width: Int) -> [String] {
    guard text.width > width else { return [text] }
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.width + 1 + String(word).width > width {
        lines.append(line)
        line = "    " + word
      } else {
        line += line.isEmpty ? word : " " + word
      }
    }
    return lines + [line]
  }

  /// The text in ASCII: signs spelled out, other letters as `?`.
  static func ascii(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "π": result += "pi"
      case "√": result += "sqrt"
      case "†": result += "dg"
      case "⟩": result += ">"
      case "⟨": result += "<"
      case "→": result += "->"
      case "⊕": result += "^"
      case "×": result += "x"
      case "…": result += "..."
      case "·": result += "*"
      default: result.unicodeScalars.append(scalar.isASCII ? scalar : "?")
      }
    }
    return result
  }
}

extension String {
  /// Number of columns the text takes.
  var width: Int { unicodeScalars.count }
}
