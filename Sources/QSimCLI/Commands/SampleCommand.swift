import ArgumentParser
import QSim

/// `qsim sample`: measurement results of a Clifford circuit.
struct SampleCommand: DocumentedCommand {
  static let summary = "Sample measurement results of a noisy Clifford circuit."
  static let details = """
    A row for every shot, with the results in the order measured. The same seed gives the same results for any number \
    of threads; it does not give those of Stim. Without '--seed' one is drawn and printed to standard error.
    """
  static let examples = ["qsim sample --shots 5 --seed 1 --in Examples/circuits/ghz.stim"]
  static let configuration = configured("sample")

  @OptionGroup var input: StimInput
  @OptionGroup var shots: ShotOptions
  @OptionGroup var out: OutOption

  @Option(help: "The format of the shots.")
  var outFormat = ResultFormat.text01

  @Flag(help: "Take the results without noise to be 0: what is written are flips.")
  var skipReferenceSample = false

  @Flag(help: "Accepted for Stim's sake. Repeat blocks are folded wherever that gives the same.")
  var skipLoopFolding = false

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var verbosity: VerboseOption
  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let (source, circuit) = try input.read(for: Self.self)
    let line = ProgressLine(progress.progress, title: "sampling")
    defer { line.finish() }
    try SimulationFailure.explained(source) {
      try outFormat.checkWidth(CircuitCounts(circuit).measurements, for: .writing)
      let (limit, timeLimit) = (shots.availableMemory, shots.time.limit)
      var sampler = try FrameSampler(
        circuit, usesReference: !skipReferenceSample, threads: shots.threadCount, memoryLimit: limit
      )
      sampler.timeLimit = timeLimit
      let output = try ShotOutput(
        out.out, outFormat, parts: [.init("M", 0..<sampler.measurementCount)], shots: shots.shots,
        memoryLimit: limit)
      var done = 0
      try output.write(
        from: sampler, shots: shots.shots, seed: shots.chosenSeed(), threads: shots.threadCount
      ) { count in
        done += count
        line.update(Double(done) / Double(shots.shots))
      }
      try output.close()
    }
  }
}
