import ArgumentParser
import QSim

/// The options of `qsim convert` that are about shots, and what they do.
struct ShotConversion: ParsableArguments {
  @Option(
    name: .customLong("in"),
    help: ArgumentHelp("The shots to read. '-' is standard input.", valueName: "file"),
    completion: .file())
  var input: String?

  @Option(
    name: .customLong("out"),
    help: ArgumentHelp("The file to write. '-' is standard output.", valueName: "file"),
    completion: .file())
  var output: String?

  @Option(help: "The format to read. (default: 01)")
  var inFormat: ResultFormat?

  @Option(help: "The format to write. (default: 01)")
  var outFormat: ResultFormat?

  @Option(
    help: ArgumentHelp(
      "A circuit that says how many bits of each type there are.", valueName: "file"),
    completion: .file())
  var circuit: String?

  @Option(
    help: ArgumentHelp(
      "An error model that says how many detectors and observables there are.", valueName: "file"),
    completion: .file())
  var dem: String?

  @Option(
    help: ArgumentHelp(
      "The types of the bits, in their order, with '--circuit': M, D, L or several; with '--dem' D, L or both. "
        + "(default with '--dem': DL)"))
  var types: String?

  @Option(help: "Measurements in a shot.")
  var numMeasurements: Int?

  @Option(help: "Detectors in a shot.")
  var numDetectors: Int?

  @Option(help: "Observables in a shot.")
  var numObservables: Int?

  @Option(help: "Bits in a shot, whatever they are.")
  var bitsPerShot: Int?

  @Option(
    help: ArgumentHelp("Write observables to a file of their own.", valueName: "file"),
    completion: .file())
  var obsOut: String?

  @Option(help: "The format of '--obs-out'. (default: 01)")
  var obsOutFormat: ResultFormat?

  /// Whether shots are to be converted.
  var isAskedFor: Bool {
    inFormat != nil || outFormat != nil || input != nil || output != nil || circuit != nil
      || dem != nil || types != nil || bitsPerShot != nil || obsOut != nil || obsOutFormat != nil
      || numMeasurements != nil || numDetectors != nil || numObservables != nil
  }

  func validate() throws {
    for count in [numMeasurements, numDetectors, numObservables, bitsPerShot].compactMap(\.self)
    where !(0...1 << 31).contains(count) {
      throw ValidationError("Numbers of bits are in 0...\(1 << 31).")
    }
    if dem == nil, (circuit == nil) != (types == nil) {
      throw ValidationError("'--circuit' and '--types' go together.")
    }
    let numbers = [numMeasurements, numDetectors, numObservables].contains { $0 != nil }
    if [circuit != nil, dem != nil, numbers, bitsPerShot != nil].count(where: \.self) > 1 {
      throw ValidationError(
        "The bits of a shot are told once: by '--circuit', by '--dem', by '--num-…' or by '--bits-per-shot'."
      )
    }
    if dem != nil, types?.contains("M") ?? false {
      throw ValidationError(
        "An error model has no measurements: with '--dem', '--types' is D, L or DL.")
    }
    if let types,
      types.isEmpty || !types.allSatisfy({ "MDL".contains($0) })
        || Set(types).count != types.count
    {
      throw ValidationError("'--types' is one or more of M, D and L.")
    }
  }

  /// Converts.
  func run(for command: any ParsableCommand.Type) throws {
    let (from, to) = (inFormat ?? .text01, outFormat ?? .text01)
    let counts = try counts(from: from, to: to)
    if input ?? "-" == "-", Terminal.inputIsTerminal { throw LackOfInput(command: command) }
    do {
      try convert(counts, from, to)
    } catch let obstacle as Obstacle {
      let name = circuit ?? dem ?? input.flatMap { $0 == "-" ? nil : $0 } ?? "<stdin>"
      throw CommandFailure(
        .outOfMemory, "\(name): \(obstacle.message)", hint: obstacle.hint)
    }
  }

  private func convert(
    _ counts: ResultReader.Counts, _ from: ResultFormat, _ to: ResultFormat
  ) throws {
    let shots = try ShotInput(input ?? "-", from, counts: counts)
    let (measurements, detectors) = (counts.measurements, counts.detectors)
    let events = measurements + detectors
    let mainColumns = obsOut == nil ? counts.total : events
    let parts: [ResultWriter.Part] = [
      .init("M", 0..<measurements), .init("D", measurements..<events),
      .init("L", events..<mainColumns),
    ]
    let main = try ShotOutput(output ?? "-", to, parts: parts)
    let own = try obsOut.map {
      try ShotOutput($0, obsOutFormat ?? .text01, parts: [.init("L", 0..<counts.observables)])
    }
    while let block = try shots.next(upTo: shots.blockSize) {
      guard let own else {
        try main.write(block)
        continue
      }
      try main.write(block.columns(0..<events))
      try own.write(block.columns(events..<counts.total))
    }
    try main.close()
    try own?.close()
  }

  private func counts(from: ResultFormat, to: ResultFormat) throws -> ResultReader.Counts {
    if let bitsPerShot {
      if from == .dets || to == .dets || obsOut != nil {
        throw CommandFailure(
          .usage, "dets and --obs-out need to know what the bits are, not only how many",
          hint: "use --num_measurements, --num_detectors and --num_observables")
      }
      return .init(measurements: bitsPerShot)
    }
    if let circuit, let types {
      let (source, circuit) = try StimInput.circuit(circuit)
      let counts = try SimulationFailure.explained(source) { try CircuitCounts(circuit) }
      return try bounded(
        types, measurements: counts.measurements, detectors: counts.detectors,
        observables: counts.observables, of: source.file.name)
    }
    if let dem {
      let model = try ErrorModelInput.model(dem).model
      return try bounded(
        types ?? "DL", measurements: 0, detectors: model.detectorCount,
        observables: model.observableCount, of: dem)
    }
    if [numMeasurements, numDetectors, numObservables].allSatisfy({ $0 == nil }) {
      throw CommandFailure(
        .usage, "how many bits has a shot?",
        hint: "use --bits_per_shot, --num_measurements and the like, or --circuit with --types")
    }
    return .init(
      measurements: numMeasurements ?? 0, detectors: numDetectors ?? 0,
      observables: numObservables ?? 0)
  }

  /// The numbers of bits of the types asked for.
  ///
  /// - Throws: `CommandFailure` with exit code 71 where a shot would have more bits than are
  ///   converted.
  private func bounded(
    _ types: String, measurements: UInt64, detectors: UInt64, observables: UInt64, of name: String
  ) throws -> ResultReader.Counts {
    let counts = zip("MDL", [measurements, detectors, observables]).map { letter, count in
      types.contains(letter) ? count : 0
    }
    let limit: UInt64 = 1 << 31
    for (kind, count) in zip(["measurements", "detectors", "observables"], counts)
    where count > limit {
      throw CommandFailure(
        .outOfMemory, "a shot of \(name) has \(count) \(kind); up to 2^31 bits can be converted",
        hint: "use fewer repetitions")
    }
    guard counts.reduce(0, +) <= limit else {
      throw CommandFailure(
        .outOfMemory,
        "a shot of \(name) has \(counts.reduce(0, +)) bits; up to 2^31 can be converted",
        hint: "use fewer repetitions")
    }
    return .init(
      measurements: Int(counts[0]), detectors: Int(counts[1]), observables: Int(counts[2]))
  }
}
