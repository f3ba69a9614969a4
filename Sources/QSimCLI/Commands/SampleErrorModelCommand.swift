import ArgumentParser
import QSim

/// `qsim sample_dem`: detection events drawn from an error model.
struct SampleErrorModelCommand: DocumentedCommand {
  static let summary = "Sample detection events from an error model."
  static let details = """
    A row for every shot with the detectors that flip; observables go to '--obs-out'. With '--err-out' the errors that \
    happened are recorded, a column for every 'error' of the model with its repeat blocks unrolled; '--replay-err-in' \
    takes errors from such a file instead of drawing them. Without '--seed' one is drawn and printed to standard error.
    """
  static let examples = [
    "qsim sample_dem --shots 5 --seed 1 --in Examples/shots/chain.dem"
  ]
  static let configuration = configured("sample_dem")

  @OptionGroup var input: ErrorModelInput
  @OptionGroup var shots: ShotOptions
  @OptionGroup var out: OutOption

  @Option(help: "The format of the shots.")
  var outFormat = ResultFormat.text01

  @OptionGroup var observables: ObservableOptions

  @Option(
    help: ArgumentHelp("Record which errors happened.", valueName: "file"), completion: .file())
  var errOut: String?

  @Option(help: "The format of '--err-out'.")
  var errOutFormat = ResultFormat.text01

  @Option(
    help: ArgumentHelp("Replay recorded errors.", valueName: "file"), completion: .file())
  var replayErrIn: String?

  @Option(help: "The format of '--replay-err-in'.")
  var replayErrInFormat = ResultFormat.text01

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    if [out.out, observables.obsOut, errOut].count(where: { $0 == "-" }) > 1 {
      throw ValidationError("Standard output takes one thing: give the others a file.")
    }
    if input.input == "-", replayErrIn == "-" {
      throw ValidationError("Standard input holds one thing: give '--replay-err-in' a file.")
    }
  }

  func run() throws {
    let (source, model) = try input.read(for: Self.self)
    try SimulationFailure.explained(source) { try sample(model) }
  }

  private func sample(_ model: DetectorErrorModel) throws {
    let counts = try DetectorErrorSampler.counts(of: model)
    if errOut != nil { try ShotOutput.check(errOutFormat, shots: shots.shots) }
    let output = try DetectionOutput(
      .init(
        path: out.out, format: outFormat, observablePath: observables.obsOut,
        observableFormat: observables.obsOutFormat, memoryLimit: shots.availableMemory),
      detectorCount: counts.detectors, observableCount: counts.observables,
      shots: replayErrIn == nil ? shots.shots : nil)
    let line = ProgressLine(progress.progress, title: "sampling")
    defer { line.finish() }
    if errOut == nil, replayErrIn == nil {
      try output.write(
        model, shots: shots.shots, seed: shots.chosenSeed(), threads: shots.threadCount,
        timeLimit: shots.time.limit
      ) { line.update(Double($0) / Double(shots.shots)) }
    } else {
      try sampleThroughErrors(model, into: output)
    }
    try output.close()
  }

  /// Draws or reads which errors happen, then adds up what they flip.
  private func sampleThroughErrors(_ model: DetectorErrorModel, into output: DetectionOutput) throws
  {
    let replay = try DetectorErrorReplay(model)
    let limit = shots.availableMemory
    let record = try errOut.map {
      try ShotOutput(
        $0, errOutFormat, parts: [.init("M", 0..<replay.errorCount)], memoryLimit: limit)
    }
    func take(_ errors: BitTable) throws {
      if replay.isWide {
        try record?.write(errors)
        for row in 0..<errors.rowCount {
          try output.write(replay.sparseEvents(of: errors.ones(ofRow: row)))
        }
        return
      }
      try replay.forEachPart(of: errors, memoryLimit: limit) { part, events in
        try record?.write(part)
        try output.write(events)
      }
    }
    if let replayErrIn {
      let errors = try ShotInput(
        replayErrIn, replayErrInFormat, counts: .init(measurements: replay.errorCount))
      while let block = try errors.next(upTo: errors.blockSize) { try take(block) }
    } else {
      var sampler = try DetectorErrorReplay.sampler(for: model, memoryLimit: limit)
      sampler.timeLimit = shots.time.limit
      if sampler.isSparse {
        try sampler.forEachSparseRow(shots: shots.shots, seed: shots.chosenSeed()) { errors in
          try record?.write(errors)
          try output.write(replay.sparseEvents(of: errors[0].lazy.map(Int.init)))
        }
      } else {
        try sampler.forEachBlock(
          shots: shots.shots, seed: shots.chosenSeed(), threads: shots.threadCount, take)
      }
    }
    try record?.close()
  }
}

extension BitTable {
  /// The columns of the ones of a row, ascending.
  fileprivate func ones(ofRow row: Int) -> [Int] {
    var ones: [Int] = []
    for index in 0..<stride {
      var word = words[row * stride + index]
      while word != 0 {
        ones.append(64 * index + word.trailingZeroBitCount)
        word &= word - 1
      }
    }
    return ones
  }
}
