import QuantumCore

/// Draws circuits.
///
/// Both drawings come from one layout, are the same for the same circuit on every machine, and are
/// bounded: of a circuit too large to look at they show the beginning and say that the rest is left
/// out. `Docs/Formats/drawing.md` explains the symbols.
public enum CircuitDrawing {
  /// A drawing in box-drawing characters, or plain ASCII.
  ///
  /// - Parameters:
  ///   - circuit: the circuit to draw.
  ///   - ascii: uses nothing but printable ASCII.
  ///   - width: wires that do not fit in so many columns continue below, in parts of at least one
  ///     column of gates; 0 or less means no limit.
  /// - Returns: lines, each ended by a newline, without blanks at their ends.
  public static func text(_ circuit: Circuit, ascii: Bool = false, width: Int = 120) -> String {
    TextDrawing(LayoutBuilder.layout(of: circuit), ascii: ascii).text(width: width)
  }

  /// A drawing as an SVG document, self-contained, on a white ground.
  public static func svg(_ circuit: Circuit) -> String {
    SVGDrawing(LayoutBuilder.layout(of: circuit)).document()
  }
}

extension CircuitLayout {
  /// The layout of a circuit.
  ///
  /// - Complexity: about linear in the circuit's instructions and in the wires each column spans;
  ///   bounded by `Limit`.
  package init(_ circuit: Circuit) { self = LayoutBuilder.layout(of: circuit) }
}
