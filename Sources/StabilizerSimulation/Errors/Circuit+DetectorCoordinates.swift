import QuantumCore

extension Circuit {
  /// The coordinates of a detector, shifts included; empty if it has none or does not exist.
  ///
  /// - Complexity: linear in the text of the circuit, whatever its repeat counts.
  public func coordinates(ofDetector detector: UInt64) -> [Double] {
    var search = DetectorSearch(circuit: self, wanted: detector)
    return search.find(in: .root) ?? []
  }
}

extension Circuit {
  /// The coordinates of the qubits that have some: those given last, shifts included.
  ///
  /// - Complexity: linear in the text; blocks count with their last turn.
  public var qubitCoordinates: [Int: [Double]] {
    var search = DetectorSearch(circuit: self, wanted: .max)
    var places: [Int: [Double]] = [:]
    search.collectQubits(in: .root, &places)
    return places
  }
}

/// Looks for a detector by its number, skipping blocks as a whole.
private struct DetectorSearch {
  let circuit: Circuit
  let wanted: UInt64
  var frame = Frame()
  private var passages: [BlockID: Frame] = [:]

  /// Detectors and coordinates passed.
  struct Frame {
    var detectors: UInt64 = 0
    var coordinates: [Double] = []

    mutating func advance(_ step: some Sequence<Double>, times: Double = 1) {
      for (index, value) in step.enumerated() {
        if index == coordinates.count { coordinates.append(0) }
        coordinates[index] += value * times
      }
    }

    mutating func advance(by other: Frame, times: UInt64) {
      detectors = detectors.saturatingAdd(other.detectors.saturatingMultiply(times))
      advance(other.coordinates, times: Double(times))
    }
  }

  init(circuit: Circuit, wanted: UInt64) {
    self.circuit = circuit
    self.wanted = wanted
  }

  mutating func find(in block: BlockID) -> [Double]? {
    for node in circuit.nodes(of: block) {
      switch node {
      case .instruction(let instruction):
        if instruction.gate == .detector, frame.detectors == wanted {
          return absolute(instruction)
        }
        pass(instruction, &frame)
      case .repeatBlock(let count, let body, _):
        let passage = passage(of: body)
        let whole = passage.detectors.saturatingMultiply(count)
        if passage.detectors > 0, wanted - frame.detectors < whole {
          frame.advance(by: passage, times: (wanted - frame.detectors) / passage.detectors)
          return find(in: body)
        }
        frame.advance(by: passage, times: count)
      case .branch, .loop, .assign, .leave: break
      }
    }
    return nil
  }

  mutating func collectQubits(in block: BlockID, _ places: inout [Int: [Double]]) {
    for node in circuit.nodes(of: block) {
      switch node {
      case .instruction(let instruction):
        pass(instruction, &frame)
        guard instruction.gate == .qubitCoords else { continue }
        let place = absolute(instruction)
        for target in circuit.targets(of: instruction) { places[target.value] = place }
      case .repeatBlock(let count, let body, _):
        frame.advance(by: passage(of: body), times: count - 1)
        collectQubits(in: body, &places)
      case .branch, .loop, .assign, .leave: break
      }
    }
  }

  private func absolute(_ instruction: Instruction) -> [Double] {
    circuit.arguments(of: instruction).enumerated().map {
      $1 + ($0 < frame.coordinates.count ? frame.coordinates[$0] : 0)
    }
  }

  private func pass(_ instruction: Instruction, _ frame: inout Frame) {
    switch instruction.gate {
    case .detector: frame.detectors = frame.detectors.saturatingAdd(1)
    case .shiftCoords: frame.advance(circuit.arguments(of: instruction))
    default: break
    }
  }

  private mutating func passage(of block: BlockID) -> Frame {
    if let known = passages[block] { return known }
    var passage = Frame()
    for node in circuit.nodes(of: block) {
      switch node {
      case .instruction(let instruction): pass(instruction, &passage)
      case .repeatBlock(let count, let body, _):
        passage.advance(by: self.passage(of: body), times: count)
      case .branch, .loop, .assign, .leave: break
      }
    }
    passages[block] = passage
    return passage
  }
}
