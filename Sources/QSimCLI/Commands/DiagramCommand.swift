import ArgumentParser
import QSim

/// `qsim diagram`: pictures of circuits, of what detectors see, and of error models.
struct DiagramCommand: DocumentedCommand {
  static let summary = "Draw a circuit, what its detectors see, or its error model."
  static let details = """
    timeline-text and timeline-svg draw the operations; detslice-text and detslice-svg the detecting regions at a tick; \
    matchgraph-svg the graph of detectors and errors, of a circuit or of a .dem file. The same input gives the same bytes \
    everywhere. Ticks count from 1; 0 is the start of the circuit. Stim's longer names, detector-slice-svg and match-graph-svg, \
    mean the same.
    """
  static let examples = [
    "qsim gen --code surface_code --task rotated_memory_x --distance 3 --rounds 2 | qsim diagram --type detslice-text "
      + "--tick 8"
  ]
  static let configuration = configured("diagram")

  /// The values of `--type`.
  enum Kind: String, CaseIterable, ExpressibleByArgument {
    case timelineText = "timeline-text"
    case timelineSVG = "timeline-svg"
    case sliceText = "detslice-text"
    case sliceSVG = "detslice-svg"
    case matchGraphSVG = "matchgraph-svg"

    /// Also Stim's longer names.
    init?(argument: String) {
      let name =
        argument.replacing("detector-slice", with: "detslice")
        .replacing("match-graph", with: "matchgraph")
      self.init(rawValue: name)
    }
  }

  @OptionGroup var input: StimInput
  @OptionGroup var out: OutOption

  @Option(help: "What to draw.")
  var type: Kind

  @Option(help: ArgumentHelp("The tick of a slice, or several: 3 or 3:6.", valueName: "tick"))
  var tick: String?

  @Option(
    help: ArgumentHelp(
      "Detectors and observables in a slice: D5, L0, or the coordinates they begin with: 2,3:4,5,6:L0. "
        + "(default: all detectors)", valueName: "filter"))
  var filterCoords: String?

  @Flag(help: "Leave noise out.")
  var removeNoise = false

  func run() throws {
    let ticks = try self.ticks()
    let filter = try filterCoords.map { try DetectorFilter(parsing: $0) }
    let text: String
    if type == .matchGraphSVG, let (source, model) = try errorModel() {
      text = try SimulationFailure.explained(source) { try DetectorDrawing.matchGraphSVG(model) }
    } else {
      let (source, circuit) = try input.read(for: Self.self)
      text = try SimulationFailure.explained(source) {
        try drawing(of: removeNoise ? circuit.withoutNoise() : circuit, ticks, filter)
      }
    }
    let file = try OutputFile.creating(out.out)
    file.write(text)
    try file.close()
  }

  private func drawing(
    of circuit: Circuit, _ ticks: Range<UInt64>, _ filter: DetectorFilter?
  ) throws -> String {
    switch type {
    case .timelineText: return CircuitDrawing.text(circuit)
    case .timelineSVG: return CircuitDrawing.svg(circuit)
    case .matchGraphSVG:
      let options = ErrorAnalyzer.Options(
        decomposesErrors: true, disjointErrorThreshold: 1, ignoresDecompositionFailures: true)
      return try DetectorDrawing.matchGraphSVG(
        ErrorAnalyzer.model(
          of: circuit, options: options, memoryLimit: MemoryBudget().available))
    case .sliceText, .sliceSVG:
      let regions = try circuit.detectingRegions(slicedAt: ticks).filtered { target in
        filter?.includes(target, of: circuit) ?? target.isDetector
      }
      return type == .sliceText
        ? DetectorDrawing.sliceText(regions, tick: ticks.lowerBound, of: circuit)
        : DetectorDrawing.sliceSVG(regions, ticks: ticks, of: circuit)
    }
  }

  /// The error model on the input, if that is what it holds.
  private func errorModel() throws -> (source: CircuitSource, model: DetectorErrorModel)? {
    guard input.input != "-" || !Terminal.inputIsTerminal, input.input.hasSuffix(".dem") else {
      return nil
    }
    return try ErrorModelInput.model(input.input)
  }

  private func ticks() throws -> Range<UInt64> {
    guard let tick else {
      guard type != .sliceText, type != .sliceSVG else {
        throw CommandFailure(.usage, "--tick is needed for a \(type.rawValue)")
      }
      return 0..<1
    }
    let ends = tick.split(separator: ":", omittingEmptySubsequences: false).map { UInt64($0) }
    switch ends.count {
    case 1: if let end = ends[0], end < .max { return end..<end + 1 }
    case 2:
      if let first = ends[0], let end = ends[1], first < end { return first..<end }
    default: break
    }
    throw CommandFailure(
      .usage, "'\(tick)' is no tick",
      hint: "write a number, or the first and the one after the last: 3:6")
  }
}

/// Which detectors and observables to draw.
struct DetectorFilter {
  private enum Part {
    case target(DetectorErrorModel.Target)
    case coordinates([Double])
  }
  private let parts: [Part]

  /// Reads `2,3:4,5,6:D5:L0`.
  init(parsing text: String) throws {
    parts = try text.split(separator: ":").map { part in
      if let letter = part.first, "DL".contains(letter), let index = UInt64(part.dropFirst()),
        index < DetectorErrorModel.Target.valueLimit
      {
        return .target(letter == "D" ? .detector(index) : .observable(index))
      }
      let numbers = part.split(separator: ",").map { Double($0) }
      guard !numbers.isEmpty, !numbers.contains(nil) else {
        throw CommandFailure(
          .usage, "'\(part)' is no filter", hint: "write D5, L0, or coordinates such as 2,3:4,5,6")
      }
      return .coordinates(numbers.compactMap(\.self))
    }
  }

  func includes(_ target: DetectorErrorModel.Target, of circuit: Circuit) -> Bool {
    parts.contains { part in
      switch part {
      case .target(let wanted): wanted == target
      case .coordinates(let prefix):
        target.isDetector && circuit.coordinates(ofDetector: target.value).starts(with: prefix)
      }
    }
  }
}
