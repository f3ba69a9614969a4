import ArgumentParser
import QSim

/// `qsim convert`: a circuit in another language.
struct ConvertCommand: DocumentedCommand {
  static let summary =
    "Convert a circuit between OpenQASM 2, OpenQASM 3 and .stim, or shots between formats."
  static let details = """
    Names ending in .qasm are written as OpenQASM 3, names ending in .stim as .stim; '--to' decides otherwise. \
    In .stim, gates outside the Clifford group become tags, such as 'S[T] 0'. What the other language \
    cannot say is an error that names the statement. An 'input' of an OpenQASM 3 program that '--param' gives no value stays \
    an 'input' in OpenQASM 3; the other languages need its value.

    With '--in-format' and '--out-format' it converts shots. How many bits a shot has is said by '--bits-per-shot', by \
    '--num-measurements', '--num-detectors' and '--num-observables', by '--circuit' with '--types' of M, D and L, or by \
    '--dem'.
    """
  static let examples = [
    "qsim convert Examples/circuits/bell.qasm - --to stim",
    "qsim convert --in_format 01 --out_format dets --num_detectors 3 --in Examples/shots/detectors.01",
  ]
  static let configuration = configured("convert")

  @Argument(help: "The circuit to read. '-' is standard input.", completion: .file())
  var input: String?

  @Argument(help: "The file to write. '-' is standard output.", completion: .file())
  var output: String = "-"

  @Option(
    help: ArgumentHelp("The value of an 'input' of the circuit.", valueName: "name=value"))
  var param: [String] = []

  @Option(help: "The language of the input, where neither its name nor its text tells.")
  var from: CircuitFormat?

  @Option(help: "The language of the output, where its name does not tell.")
  var to: CircuitFormat?

  @Flag(help: "Know only the gates of the OpenQASM 2 paper's qelib1.inc.")
  var strict = false

  @OptionGroup(title: "Shots") var shots: ShotConversion
  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    guard shots.isAskedFor, input != nil || from != nil || to != nil || strict || !param.isEmpty
    else { return }
    throw ValidationError(
      "Circuits are named by arguments, shots by '--in' and '--out': one or the other.")
  }

  func run() throws {
    if shots.isAskedFor { return try shots.run(for: Self.self) }
    if input == nil, Terminal.inputIsTerminal { throw LackOfInput(command: Self.self) }
    guard let target = to ?? Self.format(ofName: output) else {
      throw CommandFailure(
        .usage, "the name '\(output)' does not tell which language to write",
        hint: "add --to qasm2, --to qasm3 or --to stim")
    }
    let values = try ParameterSweep.single(param, for: "a conversion")
    let source = CircuitSource(
      file: try InputFile(reading: input ?? "-"), format: from, isStrict: strict)
    let parsed = try source.parse(
      inputs: values, keepsUnsetInputs: target == .openQASM3)
    _ = source.report(parsed.warnings, on: terminal.current)
    let text = try source.rejecting { () throws(Diagnostic) in
      try parsed.circuit.text(as: target)
    }
    // The file is created only now: a refusal leaves an older one as it was.
    let file = try OutputFile.creating(output)
    file.write(text)
    try file.close()
  }

  private static func format(ofName name: String) -> CircuitFormat? {
    let name = name.lowercased()
    if name.hasSuffix(".stim") { return .stim }
    return name.hasSuffix(".qasm") ? .openQASM3 : nil
  }
}
