import QuantumCore

/// Turns measurement records of a circuit, simulated or from an experiment, into detection events and observable flips.
///
/// An event is the sum of a detector's records, XOR what it is without noise.
///
///     let conversion = try MeasurementsToDetections(circuit)
///     let events = try conversion.events(of: measurements)
public struct MeasurementsToDetections: Sendable {
  public let measurementCount: Int
  public let detectorCount: Int
  public let observableCount: Int
  /// One more than the largest k of `sweep[k]`.
  public let sweepCount: Int

  /// Records of every detector, then of every observable, one list after the other.
  private var records: [UInt32] = []
  private var ends: [Int] = [0]
  /// What each sum is without noise.
  private var reference: [Bool] = []
  /// Finds what sweep bits flip; only where the circuit has any.
  private let sweepSampler: DetectionSampler?

  /// - Parameters:
  ///   - usesReference: if not, all records without noise are taken to be 0.
  /// - Throws: `Diagnostic` with the place of a record from before the first, or of what the reference cannot run; `Obstacle`
  ///   for classical control flow, or too many records and detectors.
  public init(_ circuit: Circuit, usesReference: Bool = true) throws {
    let counts = try CircuitCounts(circuit)
    let total = counts.work.saturatingAdd(counts.observables)
    guard total < 1 << 31 else {
      throw Obstacle(
        .memory(required: total.saturatingMultiply(8), available: 1 << 34),
        "a shot of the circuit has \(counts.measurements) measurements and \(counts.detectors) detectors; up to 2^31 can be converted",
        hint: "use fewer repetitions")
    }
    measurementCount = Int(counts.measurements)
    detectorCount = Int(counts.detectors)
    observableCount = Int(counts.observables)
    var collector = RecordCollector(circuit, observableCount: observableCount)
    try collector.collect(.root)
    for list in collector.detectors + collector.observables {
      records += list
      ends.append(records.count)
    }
    sweepCount = collector.sweepCount
    sweepSampler = sweepCount > 0 ? try DetectionSampler(circuit.withoutNoise()) : nil
    reference = [Bool](repeating: false, count: ends.count - 1)
    if usesReference { try subtractReference(of: circuit) }
  }

  private mutating func subtractReference(of circuit: Circuit) throws {
    let sample = try ReferenceSample.measurements(of: circuit)
    guard sample.count == UInt64(measurementCount) else { return }
    let bits = sample.bits
    for index in reference.indices {
      for place in ends[index]..<ends[index + 1] where bits[Int(records[place])] {
        reference[index].toggle()
      }
    }
  }

  /// Converts shots.
  ///
  /// - Parameters:
  ///   - measurements: a row a shot, a column a measurement.
  ///   - sweep: values of `sweep[k]` in column k, a row a shot; missing ones are 0.
  /// - Complexity: O(shots / 64 × records of all detectors).
  public func events(
    of measurements: BitTable, sweep: BitTable? = nil
  ) throws -> DetectionSampler.Events {
    precondition(
      measurements.columnCount == measurementCount, "There is a column for every measurement")
    let columns = measurements.transposed()
    var events = DetectionSampler.Events(
      detectors: sums(of: columns, 0..<detectorCount),
      observables: sums(of: columns, detectorCount..<detectorCount + observableCount))
    if let sweep, let sweepSampler {
      precondition(sweep.rowCount == measurements.rowCount, "There are sweep bits for every shot")
      let flips = try sweepSampler.sample(shots: sweep.rowCount, seed: 0, sweep: sweep)
      events.detectors.formSymmetricDifference(flips.detectors)
      events.observables.formSymmetricDifference(flips.observables)
    }
    return events
  }

  /// Sums of records, a row a shot.
  private func sums(of measurements: BitTable, _ lists: Range<Int>) -> BitTable {
    var table = BitTable(rowCount: lists.count, columnCount: measurements.columnCount)
    let stride = table.stride
    guard stride > 0, !lists.isEmpty else { return table.transposed() }
    let last: UInt64 =
      table.columnCount & 63 == 0 ? ~0 : 1 << UInt64(table.columnCount & 63) - 1
    table.words.withUnsafeMutableBufferPointer { sums in
      measurements.words.withUnsafeBufferPointer { source in
        for (row, list) in lists.enumerated() {
          let sum = sums.baseAddress! + row * stride
          if reference[list] {
            sum.update(repeating: ~0, count: stride)
            sum[stride - 1] = last
          }
          for place in ends[list]..<ends[list + 1] {
            let record = source.baseAddress! + Int(records[place]) * stride
            for word in 0..<stride { sum[word] ^= record[word] }
          }
        }
      }
    }
    return table.transposed()
  }
}

extension BitTable {
  fileprivate mutating func formSymmetricDifference(_ other: BitTable) {
    for index in words.indices { words[index] ^= other.words[index] }
  }
}

extension DetectionSampler.Events {
  package init(_ detectors: BitTable, _ observables: BitTable) {
    self.init(detectors: detectors, observables: observables)
  }

  /// The same in one table, the observables behind the detectors.
  package func appended() -> Self {
    let start = detectors.columnCount
    var table = BitTable(
      rowCount: detectors.rowCount, columnCount: start + observables.columnCount)
    let shift = UInt64(start & 63)
    for row in 0..<table.rowCount {
      let base = row * table.stride
      for word in 0..<detectors.stride {
        table.words[base + word] = detectors.words[row * detectors.stride + word]
      }
      for word in 0..<observables.stride {
        let bits = observables.words[row * observables.stride + word]
        table.words[base + start / 64 + word] |= bits << shift
        let rest = bits >> (64 - shift)
        if rest != 0 { table.words[base + start / 64 + word + 1] |= rest }
      }
    }
    return Self(
      detectors: table, observables: BitTable(rowCount: table.rowCount, columnCount: 0))
  }
}

/// Collects which records every detector and observable adds up, repeat blocks unrolled.
private struct RecordCollector {
  private let circuit: Circuit
  private(set) var detectors: [[UInt32]] = []
  private(set) var observables: [[UInt32]]
  private(set) var sweepCount = 0
  private var recordCount = 0

  init(_ circuit: Circuit, observableCount: Int) {
    self.circuit = circuit
    observables = [[UInt32]](repeating: [], count: observableCount)
  }

  mutating func collect(_ block: BlockID) throws {
    for (index, node) in circuit.nodes(of: block).enumerated() {
      switch node {
      case .instruction(let instruction):
        switch instruction.gate {
        case .detector:
          detectors.append(try records(of: instruction, in: block, at: index))
        case .observableInclude:
          let observable = Int(circuit.arguments(of: instruction).first ?? 0)
          observables[observable] += try records(of: instruction, in: block, at: index)
        default:
          let perGroup = instruction.gate.definition.recordsPerGroup
          if perGroup > 0 { recordCount += perGroup * circuit.groupCount(of: instruction) }
          for target in circuit.targets(of: instruction) where target.isSweep {
            sweepCount = max(sweepCount, target.value + 1)
          }
        }
      case .repeatBlock(let count, let body, _):
        for _ in 0..<count { try collect(body) }
      case .branch, .loop, .assign, .leave: break
      }
    }
  }

  private func records(
    of instruction: Instruction, in block: BlockID, at index: Int
  ) throws -> [UInt32] {
    try circuit.targets(of: instruction).filter(\.isRecord).map { target in
      guard target.value <= recordCount else {
        throw Diagnostic(
          "\(target) reaches before the first measurement", code: "invalid-record",
          at: circuit.range(of: block, at: index),
          hint: "\(recordCount) results have been recorded here")
      }
      return UInt32(recordCount - target.value)
    }
  }
}
