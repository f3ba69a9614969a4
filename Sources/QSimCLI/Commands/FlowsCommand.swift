import ArgumentParser
import QSim

/// `qsim flows`: what a circuit does to Pauli products.
struct FlowsCommand: DocumentedCommand {
  static let summary = "List the stabilizer flows of a circuit, or check some."
  static let details = """
    Without '--has', generators of all flows, one a line. With it, a line 'true' or 'false' for each flow; exit code 1 if \
    the circuit lacks one. Noise is left aside.
    """
  static let examples = ["qsim flows --in Examples/circuits/ghz.stim"]
  static let configuration = configured("flows")

  @OptionGroup var input: StimInput
  @OptionGroup var out: OutOption

  @Option(help: ArgumentHelp("A flow to check, such as 'X_ -> XX xor rec[-1]'.", valueName: "flow"))
  var has: [String] = []

  @Flag(help: "Let Paulis have the wrong sign.")
  var unsigned = false

  func run() throws {
    let flows = try has.map { text in
      guard let flow = StabilizerFlow(text) else {
        throw CommandFailure(
          .usage, "'\(text)' is no flow", hint: "write X_ -> XX, X0*Z2 -> 1 xor rec[-1] or 1 -> Z")
      }
      return flow
    }
    let (source, circuit) = try input.read(for: Self.self)
    var answers: [Bool] = []
    let lines = try SimulationFailure.explained(source) {
      guard !flows.isEmpty else { return try circuit.flowGenerators().map(\.description) }
      answers = try flows.map { try circuit.hasFlow($0, unsigned: unsigned) }
      return answers.map { $0 ? "true" : "false" }
    }
    let file = try OutputFile.creating(out.out)
    file.write(lines.map { "\($0)\n" }.joined())
    try file.close()
    if answers.contains(false) { throw CommandFailure(.checkFailed, "the circuit lacks a flow") }
  }
}
