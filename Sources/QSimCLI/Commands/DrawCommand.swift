import ArgumentParser
import QSim

/// `qsim draw`: a circuit as text or SVG.
struct DrawCommand: DocumentedCommand {
  static let summary = "Draw a circuit as text or SVG."
  static let details = "The same circuit gives the same bytes everywhere."
  static let examples = ["qsim draw Examples/circuits/bell.qasm"]
  static let configuration = configured("draw")

  /// The values of `--format`.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, svg
  }

  @OptionGroup var input: CircuitInput

  @Option(
    help: ArgumentHelp("The value of an 'input' of the circuit.", valueName: "name=value"))
  var param: [String] = []

  @Option(help: "Lines of characters, or a picture.")
  var format = Format.text

  @Flag(help: "Use ASCII characters only.")
  var ascii = false

  @Option(help: "The columns after which a text drawing continues below; 0 for no limit.")
  var width = 100

  @Option(
    name: [.customShort("o"), .long], help: "Where to write; '-' is standard output.",
    completion: .file())
  var out = "-"

  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    guard width >= 0 else { throw ValidationError("'--width' is at least 0.") }
    if ascii && format == .svg { throw ValidationError("'--ascii' is for '--format text'.") }
  }

  func run() throws {
    let values = try ParameterSweep.single(param, for: "a drawing")
    let source = try input.read(for: Self.self)
    let parsed = try source.parse(inputs: values, keepsUnsetInputs: true)
    _ = source.report(parsed.warnings, on: terminal.current)
    let output = try OutputFile.creating(out)
    switch format {
    case .text:
      output.write(
        CircuitDrawing.text(parsed.circuit, ascii: ascii, width: width))
    case .svg: output.write(CircuitDrawing.svg(parsed.circuit))
    }
    try output.close()
  }
}
