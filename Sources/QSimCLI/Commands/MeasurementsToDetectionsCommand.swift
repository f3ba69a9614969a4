import ArgumentParser
import QSim

/// `qsim m2d`: detection events from measurement results.
struct MeasurementsToDetectionsCommand: DocumentedCommand {
  static let summary = "Turn measurement results into detection events."
  static let details = """
    Adds up the results that each detector of the circuit names, and takes off what they are without noise: a row of events \
    for every row of results. With '--sweep' the shots have sweep bits of their own. Where a device did not apply the Paulis \
    that records control, '--ran-without-feedback' adds those records to what they would have flipped.
    """
  static let examples = [
    "qsim sample --shots 5 --seed 1 --in Examples/circuits/repetition_code.stim "
      + "| qsim m2d --circuit Examples/circuits/repetition_code.stim --in_format 01 --out_format dets"
  ]
  static let configuration = configured("m2d")

  @Option(
    help: ArgumentHelp("The circuit that was run, as .stim.", valueName: "file"),
    completion: .file())
  var circuit: String

  @Option(
    name: .customLong("in"),
    help: ArgumentHelp("The measurement results. '-' is standard input.", valueName: "file"),
    completion: .file())
  var input = "-"

  @Option(help: "The format of the results.")
  var inFormat = ResultFormat.text01

  @OptionGroup var out: OutOption

  @Option(help: "The format of the detection events.")
  var outFormat = ResultFormat.text01

  @Flag(help: "Write the flips of observables behind the detectors.")
  var appendObservables = false

  @OptionGroup var observables: ObservableOptions

  @Option(
    help: ArgumentHelp("The sweep bits of every shot.", valueName: "file"), completion: .file())
  var sweep: String?

  @Option(help: "The format of the sweep bits.")
  var sweepFormat = ResultFormat.text01

  @Flag(help: "Take the results of a run in which no record controlled a Pauli.")
  var ranWithoutFeedback = false

  @Flag(help: "Take the results without noise to be 0.")
  var skipReferenceSample = false

  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    if appendObservables, observables.obsOut != nil {
      throw ValidationError("'--append-observables' and '--obs-out' exclude each other.")
    }
    if out.out == "-", observables.obsOut == "-" {
      throw ValidationError("Standard output takes one thing: give '--obs-out' a file.")
    }
    if sweep == "-", input == "-" {
      throw ValidationError("Standard input holds one thing: give '--sweep' a file.")
    }
  }

  private var request: DetectionOutput.Request {
    .init(
      path: out.out, format: outFormat, observablePath: observables.obsOut,
      observableFormat: observables.obsOutFormat, appendsObservables: appendObservables)
  }

  func run() throws {
    if input == "-", Terminal.inputIsTerminal { throw LackOfInput(command: Self.self) }
    let (source, circuit) = try StimInput.circuit(circuit)
    try SimulationFailure.explained(source) {
      let circuit = ranWithoutFeedback ? try circuit.withInlinedFeedback() : circuit
      let counts = try CircuitCounts(circuit)
      try DetectionOutput.checkWidths(
        request, detectors: counts.detectors, observables: counts.observables)
      try inFormat.checkWidth(counts.measurements, for: .reading)
      let conversion = try MeasurementsToDetections(
        circuit, usesReference: !skipReferenceSample, memoryLimit: MemoryBudget().available)
      let shots = try ShotInput(
        input, inFormat, counts: .init(measurements: conversion.measurementCount))
      let sweepShots = try sweep.map {
        try ShotInput($0, sweepFormat, counts: .init(measurements: conversion.sweepCount))
      }
      let output = try DetectionOutput(
        request, detectorCount: conversion.detectorCount,
        observableCount: conversion.observableCount)
      let resultBits = conversion.detectorCount + conversion.observableCount
      while let block = try shots.next(upTo: shots.blockSize(resultBits: resultBits)) {
        let sweepBlock = try sweepShots.map { try Self.sweepBits($0, for: block, of: shots) }
        try output.write(conversion.events(of: block, sweep: sweepBlock).arranged(for: output))
      }
      if let sweepShots, try sweepShots.next(upTo: 1) != nil {
        throw CommandFailure(.badInput, "\(sweepShots.name) has more shots than \(shots.name)")
      }
      try output.close()
    }
  }

  private static func sweepBits(
    _ sweep: ShotInput, for block: BitTable, of shots: ShotInput
  ) throws -> BitTable {
    if let bits = try sweep.next(upTo: block.rowCount), bits.rowCount == block.rowCount {
      return bits
    }
    throw CommandFailure(.badInput, "\(sweep.name) has fewer shots than \(shots.name)")
  }
}

extension DetectionSampler.Events {
  /// The same with the observables behind the detectors, if the output wants them there.
  fileprivate func arranged(for output: DetectionOutput) -> Self {
    output.hasObservablesInRows ? appended() : self
  }
}
