import QuantumCore

// Inputs that were given no value: variables of the circuit, for what does not need their values.

extension Elaborator {
  /// A cell whose value is known only when the program is run; `nil` for a type that no variable of
  /// a circuit holds.
  func unsetInput(
    _ name: Name, _ syntax: TypeSyntax, _ type: ScalarType, _ span: SourceSpan
  ) throws(Diagnostic) -> Int? {
    guard type != .complex, type != .duration, type.wordCount == 1 else { return nil }
    let text = names[name]
    let width = try syntax.width.map { width throws(Diagnostic) in try size(width, "a width") }
    let slot = circuit.declareVariable(
      text, initialValue: type.zero, inputType: Self.spelling(of: type, width: width))
    let cell = try makeCell(text, type, span)
    state.cells[cell].slots = [slot]
    state.cells[cell].words = [.running(.variable(slot), size: 1)]
    unsetInputs.append(text)
    return cell
  }

  /// A type as it is declared, with its width where it has one: values given later are held against
  /// it.
  private static func spelling(of type: ScalarType, width: Int?) -> String {
    switch type {
    case .int(let width): "int[\(width)]"
    case .uint(let width): "uint[\(width)]"
    case .float(let format): "float[\(format.width)]"
    default: type.description
    }
  }

  /// Adds a hint to a refusal of what has to be known on reading: an input without a value may be
  /// the reason.
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

extension ClassicalVariable {
  /// The bits that the type of an input holds, where it is one of whole numbers.
  var inputExtent: (width: Int, isSigned: Bool)? {
    guard let inputType else { return nil }
    let width = Int(inputType.drop { $0 != "[" }.dropFirst().dropLast())
    switch inputType.prefix(while: { $0 != "[" }) {
    case "bool": return (1, false)
    case "bit": return (width ?? 1, false)
    case "uint": return (width ?? 64, false)
    case "int": return (width ?? 64, true)
    case "angle": return width.map { ($0, false) }
    default: return nil
    }
  }
}
