import QuantumCore

/// Reads OpenQASM 2 and 3.
public enum OpenQASMReader {
  /// Reads a program into a circuit.
  ///
  /// - Parameters:
  ///   - source: the bytes of the program, in UTF-8.
  ///   - version: 2 or 3.
  ///   - strict: OpenQASM 2 knows the gates of the paper's `qelib1.inc` only.
  ///   - inputs: values for `input` declarations.
  ///   - keepsUnsetInputs: inputs without a value become variables of the circuit instead of
  ///     errors.
  ///   - memoryLimit: bytes that the circuit may take while it is built; `nil` for any number.
  /// - Throws: the first `Diagnostic`, with its place. Never traps, whatever the bytes.
  /// - Complexity: linear in the text and in the gates it unrolls to, both limited.
  public static func read(
    _ source: [UInt8], version: Int, strict: Bool, inputs: InputValues,
    keepsUnsetInputs: Bool = false, memoryLimit: UInt64? = nil
  ) throws(Diagnostic) -> CircuitFile {
    var parser = try Parser(source, version: version, strict: strict)
    try parser.parseVersion()
    let elaborator = Elaborator(
      version: version, strict: strict, inputs: inputs, keepsUnsetInputs: keepsUnsetInputs,
      names: parser.lexer.names, length: source.count, memoryLimit: memoryLimit ?? .max)
    var hasEnded = false
    while let statement = try parser.parseStatement() {
      if hasEnded { continue }
      do {
        if try elaborator.run(statement) == .ended { hasEnded = true }
      } catch {
        throw elaborator.explained(error)
      }
    }
    try elaborator.finish()
    return CircuitFile(
      circuit: elaborator.circuit, format: version == 2 ? .openQASM2 : .openQASM3,
      warnings: parser.warnings + elaborator.warnings, inputs: elaborator.inputNames)
  }
}

/// Tells OpenQASM texts from others.
enum OpenQASMSniffer {
  /// The version a text declares, or that its first statements belong to; `nil` if it does not look
  /// like OpenQASM.
  static func version(of source: [UInt8]) -> CircuitFormat? {
    var lexer = Lexer(source, version: 2)
    var isAtStart = true
    for _ in 0..<4096 {
      guard let token = try? lexer.next(), token.kind != .endOfFile else { return nil }
      defer {
        isAtStart = [.semicolon, .leftBrace, .rightBrace].contains(token.kind)
      }
      guard isAtStart, let keyword = Keyword(rawValue: token.name) else { continue }
      switch keyword {
      case .openqasm:
        guard let number = try? lexer.next(), number.kind == .integer || number.kind == .real
        else { return nil }
        return lexer.text(number).hasPrefix("2") ? .openQASM2 : .openQASM3
      case .include:
        guard let file = try? lexer.next(), file.kind == .string else { return nil }
        return lexer.text(file).contains("qelib1") ? .openQASM2 : .openQASM3
      case .qreg, .creg, .opaque: return .openQASM2
      case .qubit, .bit, .input, .output, .def, .const: return .openQASM3
      default: continue
      }
    }
    return nil
  }
}
