import ArgumentParser
import Crypto
import QSim
import Reporting

extension CircuitFormat: ExpressibleByArgument {}

/// The circuit a command works on: the file argument and how to read it.
struct CircuitInput: ParsableArguments {
  @Argument(
    help: "The circuit: OpenQASM 2 or 3, or .stim. '-' is standard input.", completion: .file())
  var file: String?

  @Option(help: "The language of the circuit, where neither the file's name nor its text tells.")
  var from: CircuitFormat?

  @Flag(help: "Know only the gates of the OpenQASM 2 paper's qelib1.inc.")
  var strict = false

  /// Reads the file.
  ///
  /// - Throws: `LackOfInput` when no file is named and standard input is a terminal.
  func read(for command: any ParsableCommand.Type) throws -> CircuitSource {
    if file == nil, Terminal.inputIsTerminal { throw LackOfInput(command: command) }
    return CircuitSource(file: try InputFile(reading: file ?? "-"), format: from, isStrict: strict)
  }
}

/// The text of a circuit, to be parsed once or, with changing parameters, many times.
struct CircuitSource {
  let file: InputFile
  let format: CircuitFormat
  let isStrict: Bool

  init(file: InputFile, format: CircuitFormat?, isStrict: Bool = false) {
    self.file = file
    self.isStrict = isStrict
    self.format =
      format
      ?? CircuitFormat.detect(fileName: file.path == "-" ? "" : file.path, source: file.bytes)
  }

  /// By how much plans and runs outgrow the circuit while it was unrolled: they take about 700 bytes
  /// an instruction.
  private static let sizeOfWork: UInt64 = 8

  /// Bytes that a circuit may take for each byte of its text: what stands there one by one is not
  /// refused for its length.
  private static let bytesPerByte: UInt64 = 32

  /// Bytes that a circuit may take however little memory is allowed: next to nothing beside the
  /// program itself. States that do not fit are refused later, with figures of their own.
  private static let leastMemory: UInt64 = 4 << 20

  /// Parses the text.
  ///
  /// - Parameters:
  ///   - inputs: Values of `input` variables. Names the program does not have are an error with
  ///     exit code 64.
  ///   - keepsUnsetInputs: whether the others become variables of the circuit instead of errors.
  ///   - memoryLimit: bytes for the circuit and what is done with it; `nil` for what the system
  ///     has.
  /// - Throws: `InputRejected` for a text that is not a circuit, `CommandFailure` with exit code 71
  ///   for one that is too long.
  func parse(
    inputs: InputValues = [:], keepsUnsetInputs: Bool = false, memoryLimit: UInt64? = nil
  ) throws -> CircuitFile {
    let memory = memoryLimit ?? MemoryBudget().available
    let parsed: CircuitFile
    do throws(Diagnostic) {
      parsed = try CircuitFile.parse(
        file.bytes, format: format, strict: isStrict, inputs: inputs,
        keepsUnsetInputs: keepsUnsetInputs,
        memoryLimit: max(
          Self.leastMemory, memory / Self.sizeOfWork, Self.bytesPerByte * UInt64(file.bytes.count)))
    } catch  where error.code == Diagnostic.outOfMemory {
      let place = error.range.map { ":\($0.line):\($0.column)" } ?? ""
      throw CommandFailure(
        .outOfMemory,
        "\(file.name)\(place): \(error.message); \(DecimalText.bytes(memory)) available",
        hint: error.hint)
    } catch {
      throw InputRejected(rendered: [rendered(error)])
    }
    for name in inputs.keys.sorted() where !parsed.inputs.contains(name) {
      let hint =
        parsed.inputs.isEmpty
        ? "the circuit declares no 'input'"
        : nearestName(to: name, in: parsed.inputs).map { "did you mean '\($0)'?" }
          ?? "its inputs are \(parsed.inputs.joined(separator: ", "))"
      throw CommandFailure(.usage, "\(file.name) has no input '\(name)'", hint: hint)
    }
    return parsed
  }

  /// Runs what may find fault with the text, and turns the fault into a message with the source
  /// line.
  func rejecting<Result>(_ body: () throws(Diagnostic) -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      throw InputRejected(rendered: [rendered(error)])
    }
  }

  /// A message about the text, with the source line and a caret.
  func rendered(_ diagnostic: Diagnostic) -> String {
    diagnostic.rendered(file: file.name, source: String(decoding: file.bytes, as: UTF8.self))
  }

  /// Prints warnings to standard error; their first lines, for JSON.
  func report(_ warnings: [Diagnostic], on terminal: Terminal) -> [String] {
    warnings.map { warning in
      let text = rendered(warning)
      printError(terminal.styled(text))
      return text.split(separator: "\n").first.map(String.init) ?? text
    }
  }

  /// What JSON says about the input.
  func summary(of circuit: Circuit) -> ReportObject {
    let digest = HexText.digits(SHA256.hash(data: file.bytes))
    return [
      "path": .string(file.path), "sha256": .string(digest),
      "format": .string(format.rawValue), "qubits": .int(circuit.qubitCount),
      "clbits": circuit.bitCount > 0
        ? .int(circuit.bitCount) : circuit.measurementCount.map { .uint($0) } ?? .null,
      "gates": .uint(circuit.gateCount), "depth": .uint(circuit.depth),
    ]
  }
}
