import ArgumentParser
import QSim

extension DetectionRoute.Choice: ExpressibleByArgument {}

/// `qsim detect`: detection events of a Clifford circuit.
struct DetectCommand: DocumentedCommand {
  static let summary = "Sample detection events of a noisy Clifford circuit."
  static let details = """
    A row for every shot: whether each detector differs from what it is without noise. In the format dets, observables \
    come first unless '--append-observables' or '--obs-out' is given, as in Stim. Shots are drawn by Pauli frames, or \
    fault by fault from the circuit's error model where that is exact and cheaper; '--verbose' says which and why. \
    The same seed gives the same bits for any number of threads. Without '--seed' one is drawn and printed to standard error.
    """
  static let examples = [
    "qsim gen --code repetition_code --task memory --distance 3 --rounds 2 --before_measure_flip_probability 0.1 "
      + "| qsim detect --shots 5 --seed 1 --out_format dets"
  ]
  static let configuration = configured("detect")

  @OptionGroup var input: StimInput
  @OptionGroup var shots: ShotOptions
  @OptionGroup var out: OutOption

  @Option(help: "The format of the shots.")
  var outFormat = ResultFormat.text01

  @Flag(help: "Write the flips of observables behind the detectors.")
  var appendObservables = false

  @OptionGroup var observables: ObservableOptions

  @Option(help: "How to draw: by Pauli frames, from the error model, or the cheaper exact one.")
  var route = DetectionRoute.Choice.auto

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var verbosity: VerboseOption
  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    if appendObservables, observables.obsOut != nil {
      throw ValidationError("'--append-observables' and '--obs-out' exclude each other.")
    }
    if outFormat == .dets, observables.obsOut != nil {
      throw ValidationError(
        "The format dets holds the observables itself: '--obs-out' is for the other formats.")
    }
    if out.out == "-", observables.obsOut == "-" {
      throw ValidationError("Standard output takes one thing: give '--obs-out' a file.")
    }
  }

  private var request: DetectionOutput.Request {
    .init(
      path: out.out, format: outFormat, observablePath: observables.obsOut,
      observableFormat: observables.obsOutFormat, appendsObservables: appendObservables,
      prependsInDets: true, memoryLimit: shots.availableMemory)
  }

  func run() throws {
    let (source, circuit) = try input.read(for: Self.self)
    let line = ProgressLine(progress.progress, title: "sampling")
    defer { line.finish() }
    try SimulationFailure.explained(source) {
      let counts = try CircuitCounts(circuit)
      try DetectionOutput.checkWidths(
        request, detectors: counts.detectors, observables: counts.observables)
      let timeLimit = shots.time.limit
      let decision = try DetectionRoute.choose(
        for: circuit, shots: shots.shots, choice: route, memoryLimit: shots.availableMemory)
      try sample(decision, counts, timeLimit) { line.update(Double($0) / Double(shots.shots)) }
    }
  }

  private func sample(
    _ decision: DetectionRoute.Decision, _ counts: CircuitCounts, _ timeLimit: TimeLimit,
    progress: @escaping (Int) -> Void
  ) throws {
    let output = try DetectionOutput(
      request, detectorCount: Int(clamping: counts.detectors),
      observableCount: Int(clamping: counts.observables), shots: shots.shots)
    switch decision.route {
    case .errorModel(let model):
      verbosity.say("drawing faults from the error model: \(decision.reason)")
      try output.write(
        model, shots: shots.shots, seed: shots.chosenSeed(),
        threads: shots.threadCount, timeLimit: timeLimit, progress: progress)
    case .frames(var sampler):
      sampler.timeLimit = timeLimit
      verbosity.say("following Pauli frames: \(decision.reason)")
      try output.write(
        sampler, shots: shots.shots, seed: shots.chosenSeed(), threads: shots.threadCount,
        progress: progress)
    }
    try output.close()
  }
}
