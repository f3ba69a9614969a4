import QuantumCore

// Inputs that were given no value: variables of the circuit, for what does not need their values.

extension Elaborator {
  /// A cell whose value is known only when the program is run; `nil` for a type that no variable of a circuit holds.
  func unsetInput(_ name: Name, _ type: ScalarType, _ span: SourceSpan) throws(Diagnostic) -> Int? {
    guard type != .complex, type != .duration, type.wordCount == 1 else { return nil }
    let text = names[name]
    let slot = circuit.declareVariable(
      text, initialValue: type.zero, inputType: Self.spelling(of: type))
    let cell = try makeCell(text, type, span)
    state.cells[cell].slots = [slot]
    state.cells[cell].words = [.running(.variable(slot), size: 1)]
    unsetInputs.append(text)
    return cell
  }

  /// A type as it is declared, with its width where it has one.
  private static func spelling(of type: ScalarType) -> String {
    switch type {
    case .int(let width): "int[\(width)]"
    case .uint(let width): "uint[\(width)]"
    case .float: "float[64]"
    default: type.description
    }
  }

  /// Says of what has to be known on reading that an input without a value may be the reason.
  func explained(_ error: Diagnostic) -> Diagnostic {
    guard let name = unsetInputs.first,
      ["not-constant", "not-simulated"].contains(error.code)
    else { return error }
    var error = error
    error.hint =
      "an input without a value is known only when the program runs: give it with --param \(name)=value"
    return error
  }
}
