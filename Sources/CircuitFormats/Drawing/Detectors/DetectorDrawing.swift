import QuantumCore

/// Draws what detectors see: their regions at a moment, and the graph of the errors between them.
///
/// The same input gives the same bytes everywhere.
public enum DetectorDrawing {
  /// Regions at one tick, a line for each qubit that the circuit uses and columns of regions:
  /// `q0: -Z:D0-`.
  ///
  /// - Returns: lines, each ended by a newline.
  public static func sliceText(
    _ regions: DetectingRegions, tick: UInt64, of circuit: Circuit
  ) -> String {
    let qubits = QubitPlaces(circuit).places.map(\.qubit)
    return DetectorSliceText(regions.slice(atTick: tick), qubits: qubits).text()
  }

  /// Regions at some ticks as pictures side by side: areas over the places of the qubits, red for
  /// X, green for Y, blue for Z.
  ///
  /// - Parameters:
  ///   - regions: what each detector and observable measures at each tick.
  ///   - ticks: the ticks to draw, counted from 0.
  ///   - circuit: gives qubits their places, by `QUBIT_COORDS`; those without one stand in a row.
  public static func sliceSVG(
    _ regions: DetectingRegions, ticks: Range<UInt64>, of circuit: Circuit
  ) -> String {
    DetectorSliceSVG(regions, ticks: ticks, places: QubitPlaces(circuit)).document()
  }

  /// The error model as a graph: detectors at their coordinates, a line for every mechanism or part
  /// of a decomposition with one or two detectors; red if it flips an observable. Parts with more
  /// detectors are stars, in blue.
  ///
  /// - Throws: `Obstacle` if the model has more than `limit` mechanisms or detectors.
  public static func matchGraphSVG(
    _ model: DetectorErrorModel, limit: UInt64 = 100_000
  ) throws(Obstacle) -> String {
    try MatchGraphSVG(model, limit: limit).document()
  }
}

/// Where qubits are drawn: their first two coordinates, or places in a row.
struct QubitPlaces {
  private(set) var places: [(qubit: Int, x: Double, y: Double)] = []
  private var index: [Int: Int] = [:]

  /// Qubits that a circuit touches, ascending; coordinates are shifted by what stands before them.
  init(_ circuit: Circuit) {
    var coordinates: [Int: [Double]] = [:]
    var shift: [Double] = []
    Self.visit(circuit, .root, &shift, &coordinates)
    var used = Set(coordinates.keys)
    circuit.forEachInstruction { instruction in
      guard !instruction.gate.definition.isAnnotation, instruction.gate != .mpad else { return }
      for target in circuit.targets(of: instruction) {
        if let qubit = target.qubit { used.insert(qubit) }
      }
    }
    for qubit in used.sorted() {
      let place = coordinates[qubit] ?? []
      index[qubit] = places.count
      // Where others have a place, those without stand in a row of their own on the left.
      let row = coordinates.isEmpty ? (Double(qubit), 0.0) : (-1.0, Double(qubit))
      places.append(
        (
          qubit, Self.bounded(place.first ?? row.0),
          Self.bounded(place.count > 1 ? place[1] : place.isEmpty ? row.1 : 0)
        ))
    }
  }

  /// A coordinate within reach of a drawing.
  static func bounded(_ coordinate: Double) -> Double {
    coordinate.isNaN ? 0 : min(max(coordinate, -1e6), 1e6)
  }

  subscript(_ qubit: Int) -> (x: Double, y: Double)? {
    index[qubit].map { (places[$0].x, places[$0].y) }
  }

  private static func visit(
    _ circuit: Circuit, _ block: BlockID, _ shift: inout [Double],
    _ coordinates: inout [Int: [Double]]
  ) {
    for node in circuit.nodes(of: block) {
      switch node {
      case .instruction(let instruction) where instruction.gate == .qubitCoords:
        let place = circuit.arguments(of: instruction).enumerated().map {
          $1 + ($0 < shift.count ? shift[$0] : 0)
        }
        for target in circuit.targets(of: instruction) { coordinates[target.value] = place }
      case .instruction(let instruction) where instruction.gate == .shiftCoords:
        for (index, step) in circuit.arguments(of: instruction).enumerated() {
          if index == shift.count { shift.append(0) }
          shift[index] += step
        }
      // Qubits are given places outside of loops; shifts inside are those of detectors.
      default: continue
      }
    }
  }
}

/// A picture made of SVG elements, in pixels.
struct SVGCanvas {
  private(set) var body = ""

  mutating func add(_ element: String) { body += element + "\n" }

  /// A length with at most one decimal, the same text everywhere.
  static func number(_ value: Double) -> String {
    let tenths = Int((QubitPlaces.bounded(value) * 10).rounded())
    let (whole, rest) = (tenths.magnitude / 10, tenths.magnitude % 10)
    return (tenths < 0 ? "-" : "") + "\(whole)" + (rest == 0 ? "" : ".\(rest)")
  }

  func document(width: Double, height: Double, label: String, style: String) -> String {
    let (w, h) = (Self.number(width), Self.number(height))
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" width="\(w)" height="\(h)" viewBox="0 0 \(w) \(h)" \
      role="img" aria-label="\(SVGText.escaped(label))">
      <style>
      text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;\
      fill:#1f2430}
      \(style)
      </style>
      <rect width="100%" height="100%" fill="#fff"/>
      \(body)</svg>

      """
  }
}
