import QSim
import Reporting

/// What is counted while shots are decoded.
struct DecodingCounts {
  var shots = 0
  /// Shots in which some observable's prediction was wrong.
  var mistakes = 0
  /// Shots whose detection events nothing in the model explains.
  var unexplained = 0
  /// Spent in decoding alone.
  var seconds = 0.0
}

/// The files of a decoding: events and flips in, predictions and what else is known of the
/// corrections out. Memory does not grow with the number of shots.
final class DecodingFiles {
  private let events: ShotInput
  private let flips: ShotInput?
  private let hasAppendedFlips: Bool
  private let predictions: ShotOutput?
  private let weights: OutputFile?
  private let confidences: OutputFile?
  private let edges: OutputFile?
  private let detectorCount: Int
  private let observableCount: Int

  /// Opens the files.
  init(_ command: DecodeCommand, _ decoder: any CompiledDecoder) throws {
    (detectorCount, observableCount) = (decoder.detectorCount, decoder.observableCount)
    hasAppendedFlips = command.inIncludesAppendedObservables
    if command.edgesOut != nil {
      let nothing = BitVector(count: detectorCount)
      guard decoder.makeSession().correction(for: nothing) != nil else {
        throw CommandFailure(
          .usage, "\(command.decoder) predicts observables without a correction",
          hint: "leave --edges-out away, or take another decoder")
      }
    }
    events = try ShotInput(
      command.input, command.inFormat,
      counts: .init(
        detectors: detectorCount, observables: hasAppendedFlips ? observableCount : 0))
    let (observables, format) = (observableCount, command.obsInFormat)
    flips = try command.obsIn.map {
      try ShotInput($0, format, counts: .init(observables: observables))
    }
    let printsReport = command.output.json || command.output.csv || command.countMistakes
    predictions = try (command.out ?? (printsReport || command.writesElsewhere ? nil : "-")).map {
      try ShotOutput($0, command.outFormat, parts: [.init("L", 0..<observables)])
    }
    weights = try command.weightsOut.map { try OutputFile.creating($0) }
    confidences = try command.confidenceOut.map { try OutputFile.creating($0) }
    edges = try command.edgesOut.map { try OutputFile.creating($0) }
  }

  /// Decodes to the end of the events.
  func decodeAll(_ decoder: BatchDecoder, _ tally: inout DecodingCounts) throws {
    while let block = try events.next(upTo: events.blockSize) {
      let shots = hasAppendedFlips ? block.columns(0..<detectorCount) : block
      let start = Stopwatch.now()
      let result = decoder.predictions(
        for: shots, weights: weights != nil, confidences: confidences != nil)
      tally.seconds += Stopwatch.now() - start
      tally.shots += shots.rowCount
      tally.unexplained += result.unexplainedCount
      if let truth = try truth(for: block) {
        tally.mistakes += Self.differingRows(result.predictions, truth)
      }
      try predictions?.write(result.predictions)
      try write(result.weights, to: weights)
      try write(result.confidences, to: confidences)
      if let edges {
        for shot in 0..<shots.rowCount {
          edges.write(Self.text(of: decoder.correction(for: shots.row(shot))) + "\n")
        }
        if edges.isBroken { try edges.flush() }
      }
    }
    if let flips, try flips.next(upTo: 1) != nil {
      throw CommandFailure(.badInput, "\(flips.name) has more shots than \(events.name)")
    }
  }

  /// Closes what was written.
  func close() throws {
    try predictions?.close()
    for file in [weights, confidences, edges] { try file?.close() }
  }

  private func truth(for block: BitTable) throws -> BitTable? {
    if hasAppendedFlips {
      return block.columns(detectorCount..<detectorCount + observableCount)
    }
    guard let flips else { return nil }
    if let rows = try flips.next(upTo: block.rowCount), rows.rowCount == block.rowCount {
      return rows
    }
    throw CommandFailure(.badInput, "\(flips.name) has fewer shots than \(events.name)")
  }

  private static func differingRows(_ a: BitTable, _ b: BitTable) -> Int {
    (0..<a.rowCount).count { row in
      let words = row * a.stride..<(row + 1) * a.stride
      return a.words[words] != b.words[words]
    }
  }

  private func write(_ numbers: [Double], to file: OutputFile?) throws {
    guard let file else { return }
    for number in numbers { file.write("\(number)\n") }
    if file.isBroken { try file.flush() }
  }

  /// `D0 D3 ^ D4`, the last edge to the boundary; empty for none.
  private static func text(of correction: DecodedCorrection?) -> String {
    (correction?.edges ?? []).map { edge in
      "D\(edge.detector)" + (edge.other.map { " D\($0)" } ?? "")
    }.joined(separator: " ^ ")
  }
}

extension DecodeCommand {
  /// Whether something other than predictions goes to standard output.
  var writesElsewhere: Bool { [weightsOut, confidenceOut, edgesOut].contains("-") }
}
