import QuantumCore

extension Circuit {
  /// The coordinates of a detector, shifts included; empty if it has none or does not exist.
  ///
  /// - Complexity: linear in the text of the circuit, whatever its repeat counts.
  public func coordinates(ofDetector detector: UInt64) -> [Double] {
    coordinates(ofDetectors: CollectionOfOne(detector))[detector] ?? []
  }

  /// The coordinates of several detectors, shifts included; those that do not exist are left out.
  ///
  /// - Complexity: linear in the text of the circuit for each turn of a repeat block that holds
  ///   some of them.
  public func coordinates(ofDetectors detectors: some Sequence<UInt64>) -> [UInt64: [Double]] {
    var work = 0
    return coordinates(ofDetectors: detectors, work: &work)
  }

  /// - Parameter work: gets the number of instructions and blocks that were passed.
  package func coordinates(
    ofDetectors detectors: some Sequence<UInt64>, work: inout Int
  ) -> [UInt64: [Double]] {
    var search = DetectorSearch(circuit: self, wanted: Set(detectors).sorted())
    let found = search.find()
    work = search.passedCount
    return found
  }
}

extension Circuit {
  /// The coordinates of the qubits that have some: those given last, shifts included.
  ///
  /// - Complexity: linear in the text; blocks count with their last turn.
  public var qubitCoordinates: [Int: [Double]] {
    var search = DetectorSearch(circuit: self, wanted: [])
    var places: [Int: [Double]] = [:]
    search.collectQubits(in: .root, &places)
    return places
  }
}

extension Circuit {
  /// Where a detector is declared, or where something first joins an observable.
  func rangeOfDeclaration(of target: DetectorErrorModel.Target) -> SourceRange? {
    guard target.isDetector else { return rangeOfObservable(target.value) }
    var search = DetectorSearch(circuit: self, wanted: [target.value])
    _ = search.find()
    return search.place
  }

  private func rangeOfObservable(_ number: UInt64) -> SourceRange? {
    for block in blockIDs {
      for (index, node) in nodes(of: block).enumerated() {
        if case .instruction(let instruction) = node, instruction.gate == .observableInclude,
          arguments(of: instruction).first == Double(number)
        {
          return range(of: block, at: index)
        }
      }
    }
    return nil
  }
}

/// Looks for detectors by their numbers, skipping blocks and turns that hold none.
private struct DetectorSearch {
  let circuit: Circuit
  /// Ascending.
  let wanted: [UInt64]
  /// How many of them are passed.
  private var next = 0
  private var found: [UInt64: [Double]] = [:]
  /// Where the last one found stands.
  private(set) var place: SourceRange?
  var frame = Frame()
  /// Instructions and blocks passed.
  private(set) var passedCount = 0
  private var passages: [BlockID: Frame] = [:]

  /// Detectors and coordinates passed.
  struct Frame {
    var detectors: UInt64 = 0
    var coordinates: [Double] = []

    mutating func advance(_ step: some Sequence<Double>, times: Double = 1) {
      CoordinateSum.add(step, times: times, to: &coordinates)
    }

    mutating func advance(by other: Frame, times: UInt64) {
      detectors = detectors.saturatingAdd(other.detectors.saturatingMultiply(times))
      advance(other.coordinates, times: Double(times))
    }
  }

  init(circuit: Circuit, wanted: [UInt64]) {
    self.circuit = circuit
    self.wanted = wanted
  }

  mutating func find() -> [UInt64: [Double]] {
    find(in: .root)
    return found
  }

  private mutating func find(in block: BlockID) {
    for (index, node) in circuit.nodes(of: block).enumerated() where next < wanted.count {
      passedCount += 1
      switch node {
      case .instruction(let instruction):
        if instruction.gate == .detector, frame.detectors == wanted[next] {
          found[wanted[next]] = absolute(instruction)
          place = circuit.range(of: block, at: index)
          next += 1
        }
        pass(instruction, &frame)
      case .repeatBlock(let count, let body, _): find(in: body, times: count)
      case .branch, .loop, .assign, .leave: break
      }
    }
  }

  /// Enters the turns that hold detectors looked for.
  private mutating func find(in body: BlockID, times count: UInt64) {
    let passage = passage(of: body)
    var done: UInt64 = 0
    while done < count {
      var skipped = count - done
      if passage.detectors > 0, next < wanted.count {
        skipped = min(skipped, (wanted[next] - frame.detectors) / passage.detectors)
      }
      if skipped > 0 { frame.advance(by: passage, times: skipped) }
      done += skipped
      guard done < count else { return }
      find(in: body)
      done += 1
    }
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
    CoordinateSum.absolute(circuit.arguments(of: instruction), shiftedBy: frame.coordinates)
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
      passedCount += 1
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
