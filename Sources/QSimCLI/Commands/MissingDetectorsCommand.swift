import ArgumentParser
import QSim

/// `qsim missing_detectors`: deterministic parities that nothing checks.
struct MissingDetectorsCommand: DocumentedCommand {
  static let summary = "Find parities of measurements that are fixed but that no detector tells."
  static let details = """
    Writes a DETECTOR for each independent one; appended to the circuit they leave none missing. They are not chosen to be \
    good detectors.
    """
  static let examples = [
    "qsim missing_detectors --in Examples/circuits/ghz.stim"
  ]
  static let configuration = configured("missing_detectors")

  @OptionGroup var input: StimInput
  @OptionGroup var out: OutOption

  @Flag(help: "Let qubits start in unknown states, not in |0⟩.")
  var unknownInput = false

  func run() throws {
    let (source, circuit) = try input.read(for: Self.self)
    let text = try SimulationFailure.explained(source) {
      try StimWriter.write(circuit.missingDetectors(hasUnknownInput: unknownInput))
    }
    let file = try OutputFile.creating(out.out)
    file.write(text)
    try file.close()
  }
}
