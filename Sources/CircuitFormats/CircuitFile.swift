import QuantumCore

/// The text formats of circuits.
public enum CircuitFormat: String, Sendable, CaseIterable, Codable {
  /// OpenQASM 2, with either version of `qelib1.inc`.
  case openQASM2 = "qasm2"
  /// OpenQASM 3, with `stdgates.inc`, control flow and classical computation.
  case openQASM3 = "qasm3"
  /// Stim's circuits, with other gates as tags.
  case stim

  /// Name for messages.
  public var title: String {
    switch self {
    case .openQASM2: "OpenQASM 2"
    case .openQASM3: "OpenQASM 3"
    case .stim: ".stim"
    }
  }

  /// The format of a text: by the file name's extension, then by what the text looks like.
  ///
  /// `.stim` files are Stim's; other texts are OpenQASM if a version line or a typical statement is
  /// found (version 2 or 3 as declared, 2 without a declaration but with `qreg`/`creg`), Stim's
  /// otherwise.
  public static func detect(fileName: String, source: [UInt8]) -> CircuitFormat {
    let name = fileName.lowercased()
    if name.hasSuffix(".stim") { return .stim }
    return OpenQASMSniffer.version(of: source) ?? (name.hasSuffix(".qasm") ? .openQASM3 : .stim)
  }
}

/// A circuit with what was learnt on reading it.
public struct CircuitFile: Sendable {
  /// The circuit that the text describes.
  public var circuit: Circuit
  /// The format that the text was read as.
  public var format: CircuitFormat
  /// Things that were read and ignored, such as pragmas, or look like mistakes.
  public var warnings: [Diagnostic]
  /// Names of the `input` variables of the program, in order.
  public var inputs: [String]

  /// A circuit that was read.
  ///
  /// - Parameters:
  ///   - circuit: what the text describes.
  ///   - format: what the text was read as.
  ///   - warnings: things that were read and ignored, or look like mistakes.
  ///   - inputs: names of the `input` variables of the program, in order.
  public init(
    circuit: Circuit, format: CircuitFormat, warnings: [Diagnostic] = [], inputs: [String] = []
  ) {
    self.circuit = circuit
    self.format = format
    self.warnings = warnings
    self.inputs = inputs
  }

  /// Reads a circuit.
  ///
  /// - Parameters:
  ///   - source: the bytes of the text; UTF-8, with or without a byte order mark.
  ///   - format: the format that the text is in.
  ///   - strict: OpenQASM 2 knows the gates of the paper's `qelib1.inc` only.
  ///   - inputs: values for `input` declarations.
  ///   - keepsUnsetInputs: `input`s without a value become variables of the circuit, with an
  ///     `inputType`, for what does not need the value. Otherwise they are errors.
  ///   - memoryLimit: bytes that an OpenQASM program may take while it is unrolled; `nil` for any
  ///     number. A `.stim` circuit is as long as its text. The `code` of what is refused for it is
  ///     `Diagnostic.outOfMemory`.
  /// - Throws: the first `Diagnostic`, with its place. Never traps, whatever the bytes.
  /// - Complexity: linear in the text and in the instructions it unrolls to.
  public static func parse(
    _ source: [UInt8], format: CircuitFormat, strict: Bool = false, inputs: InputValues = [:],
    keepsUnsetInputs: Bool = false, memoryLimit: UInt64? = nil
  ) throws(Diagnostic) -> CircuitFile {
    switch format {
    case .stim: CircuitFile(circuit: try StimParser.parse(source), format: .stim)
    case .openQASM2, .openQASM3:
      try OpenQASMReader.read(
        source, version: format == .openQASM2 ? 2 : 3, strict: strict, inputs: inputs,
        keepsUnsetInputs: keepsUnsetInputs, memoryLimit: memoryLimit)
    }
  }

  /// Reads a circuit from a string.
  public static func parse(
    _ text: String, format: CircuitFormat, strict: Bool = false, inputs: InputValues = [:],
    keepsUnsetInputs: Bool = false, memoryLimit: UInt64? = nil
  ) throws(Diagnostic) -> CircuitFile {
    try parse(
      Array(text.utf8), format: format, strict: strict, inputs: inputs,
      keepsUnsetInputs: keepsUnsetInputs, memoryLimit: memoryLimit)
  }
}

extension Circuit {
  /// The circuit as text.
  ///
  /// - Throws: a `Diagnostic` naming the first statement that the format cannot express, with its
  ///   place in the text the circuit was read from, if any.
  public func text(as format: CircuitFormat) throws(Diagnostic) -> String {
    switch format {
    case .stim: try StimWriter.write(self)
    case .openQASM2: try OpenQASMWriter.write(self, version: 2)
    case .openQASM3: try OpenQASMWriter.write(self, version: 3)
    }
  }
}
