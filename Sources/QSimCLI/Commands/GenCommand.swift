import ArgumentParser
import QSim

/// `qsim gen`: circuits of error correction experiments.
struct GenCommand: DocumentedCommand {
  static let summary = "Generate the circuit of a memory experiment."
  static let details = """
    Writes the same instructions as 'stim gen', under a comment that describes the task and draws the layout. \
    Every noise option is a probability per gate, reset, measurement or data qubit and round.
    With '--gate_set cz' every CX is a CZ between Hadamards, those that meet cancel, and each layer holds one kind of \
    operation: what 'qsim noise --model si1000' expects. Noise options then count the gates that are written.
    """
  static let examples = [
    "qsim gen --code surface_code --task rotated_memory_z --distance 3 --rounds 3 --after_clifford_depolarization 0.001",
    "qsim gen --code surface_code --task rotated_memory_x --distance 3 --rounds 3 --gate_set cz",
  ]
  static let configuration = configured("gen")

  @Option(help: "The code: \(CodeCatalog.all.map(\.name).joined(separator: ", ")).")
  var code: String

  @Option(help: "The experiment, such as memory or rotated_memory_z.")
  var task: String

  @Option(help: "The code distance.")
  var distance: Int

  @Option(help: "How many rounds of checks are measured.")
  var rounds: UInt64

  @Option(
    help: ArgumentHelp(
      "The gates: \(GateSet.allCases.map { "\($0.rawValue) (\($0.summary))" }.joined(separator: ", ")).",
      valueName: "gates"))
  var gateSet = GateSet.cx

  @Option(help: "Depolarize the qubits of every Clifford gate after it.")
  var afterCliffordDepolarization = 0.0

  @Option(help: "Flip qubits after every reset.")
  var afterResetFlipProbability = 0.0

  @Option(help: "Flip qubits before every measurement.")
  var beforeMeasureFlipProbability = 0.0

  @Option(help: "Depolarize the data qubits before every round.")
  var beforeRoundDataDepolarization = 0.0

  @OptionGroup var out: OutOption

  func run() throws {
    var noise = MemoryNoise()
    noise.afterCliffordDepolarization = afterCliffordDepolarization
    noise.afterResetFlipProbability = afterResetFlipProbability
    noise.beforeMeasureFlipProbability = beforeMeasureFlipProbability
    noise.beforeRoundDataDepolarization = beforeRoundDataDepolarization
    let text: String
    do {
      let memory = try CodeCatalog.task(code: code, task: task)
      let header = try memory.header(
        distance: distance, rounds: rounds, noise: noise, gateSet: gateSet)
      let circuit = try memory.experiment(
        distance: distance, rounds: rounds, noise: noise, gateSet: gateSet
      ).circuit()
      text = header.map { "# \($0)\n" }.joined() + (try circuit.text(as: .stim))
    } catch {
      throw CommandFailure(.usage, error.message, hint: error.hint)
    }
    let file = try OutputFile.creating(out.out)
    file.write(text)
    try file.close()
  }
}

extension GateSet: ExpressibleByArgument {}
