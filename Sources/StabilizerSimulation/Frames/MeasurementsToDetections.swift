import QuantumCore

/// Turns measurement records of a circuit, simulated or from an experiment, into detection events
/// and observable flips.
///
/// An event is the sum of a detector's records, XOR what it is without noise.
///
///     let conversion = try MeasurementsToDetections(circuit)
///     let events = try conversion.events(of: measurements)
public struct MeasurementsToDetections: Sendable {
  /// The number of measurement results in a shot.
  public let measurementCount: Int
  /// The number of detectors in a shot.
  public let detectorCount: Int
  /// One more than the largest number of an observable.
  public let observableCount: Int
  /// One more than the largest k of `sweep[k]`.
  public let sweepCount: Int

  /// Records of every detector, then of every observable in use, one list after the other.
  private var records: [UInt32] = []
  private var ends: [Int] = [0]
  /// The numbers of the observables in use, ascending.
  private var observableNumbers: [Int] = []
  /// What each sum is without noise.
  private var reference: [Bool] = []
  /// Instructions and records that were looked at to find the lists.
  package let work: Int
  /// Finds what sweep bits flip; only where the circuit has any.
  private let sweepSampler: DetectionSampler?

  /// Finds the records of every detector and observable of a circuit.
  ///
  /// - Parameters:
  ///   - circuit: a circuit with detectors.
  ///   - usesReference: if not, all records without noise are taken to be 0.
  ///   - memoryLimit: upper bound in bytes for what is known of the detectors.
  /// - Throws: `Diagnostic` with the place of a record from before the first, or of what the
  ///   reference cannot run; `Obstacle` for classical control flow, or too many records and
  ///   detectors.
  /// - Complexity: blocks without detectors and observables count as long as their text.
  public init(
    _ circuit: Circuit, usesReference: Bool = true, memoryLimit: UInt64 = 1 << 33
  ) throws {
    let counts = try CircuitCounts(circuit)
    let bits = max(
      counts.measurements, counts.detectors.saturatingAdd(counts.observables))
    // A list of records for each detector and, at least, the noiseless result of each measurement.
    let bytes = counts.detectors.saturatingMultiply(16).saturatingAdd(counts.measurements)
    guard bits < DetectorErrorModel.bitLimit, bytes <= memoryLimit else {
      throw Obstacle(
        .memory(required: max(bytes, bits / 8), available: memoryLimit),
        "a shot of the circuit has \(counts.measurements) measurements, \(counts.detectors) detectors and "
          + "\(counts.observables) observables; up to 2^31 can be converted, in \(memoryLimit) bytes",
        hint: "use fewer repetitions")
    }
    measurementCount = Int(counts.measurements)
    detectorCount = Int(counts.detectors)
    observableCount = Int(counts.observables)
    var collector = RecordCollector(circuit, memoryLimit: memoryLimit)
    try collector.collect(.root)
    (records, ends, work) = (collector.records, collector.ends, collector.work)
    observableNumbers = collector.observables.keys.sorted()
    for number in observableNumbers {
      records += collector.observables[number]!
      ends.append(records.count)
    }
    sweepCount = collector.sweepCount
    sweepSampler = sweepCount > 0 ? try DetectionSampler(circuit.withoutNoise()) : nil
    reference = [Bool](repeating: false, count: ends.count - 1)
    if usesReference { try subtractReference(of: circuit) }
  }

  private mutating func subtractReference(of circuit: Circuit) throws {
    let sample = try ReferenceSample.measurements(of: circuit)
    guard sample.count == UInt64(measurementCount), !records.isEmpty else { return }
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
      observables: observableTable(
        sums(of: columns, detectorCount..<detectorCount + observableNumbers.count)))
    if let sweep, let sweepSampler {
      precondition(sweep.rowCount == measurements.rowCount, "There are sweep bits for every shot")
      let flips = try sweepSampler.sample(shots: sweep.rowCount, seed: 0, sweep: sweep)
      events.detectors.formSymmetricDifference(flips.detectors)
      events.observables.formSymmetricDifference(flips.observables)
    }
    return events
  }

  /// The sums of the observables in use, each in its column.
  private func observableTable(_ sums: BitTable) -> BitTable {
    guard observableNumbers.count < observableCount else { return sums }
    var table = BitTable(rowCount: sums.rowCount, columnCount: observableCount)
    for row in 0..<sums.rowCount {
      for (column, number) in observableNumbers.enumerated() where sums[row, column] {
        table[row, number] = true
      }
    }
    return table
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

/// Collects which records every detector and observable adds up; repeat blocks that hold some are
/// unrolled.
private struct RecordCollector {
  private let circuit: Circuit
  /// Of the detectors, one list after the other.
  private(set) var records: [UInt32] = []
  private(set) var ends: [Int] = [0]
  private(set) var observables: [Int: [UInt32]] = [:]
  private(set) var sweepCount = 0
  private(set) var work = 0
  private var recordCount = 0
  private var observableRecordCount = 0
  /// Whether what observables get here, they get an even number of times.
  private var addsNothing = false
  private var facts: BlockFacts
  private let memoryLimit: UInt64

  init(_ circuit: Circuit, memoryLimit: UInt64) {
    self.circuit = circuit
    self.memoryLimit = memoryLimit
    facts = BlockFacts(circuit)
    circuit.forEachInstruction { instruction in
      for target in circuit.targets(of: instruction) where target.isSweep {
        sweepCount = max(sweepCount, target.value + 1)
      }
    }
  }

  mutating func collect(_ block: BlockID) throws {
    for (index, node) in circuit.nodes(of: block).enumerated() {
      work += 1
      switch node {
      case .instruction(let instruction):
        switch instruction.gate {
        case .detector:
          for target in circuit.targets(of: instruction) {
            records.append(try record(target, in: block, at: index))
          }
          ends.append(records.count)
          try checkMemory(in: block, at: index)
        case .observableInclude:
          let observable = Int(circuit.arguments(of: instruction).first ?? 0)
          for target in circuit.targets(of: instruction) where target.isRecord {
            let record = try record(target, in: block, at: index)
            if addsNothing { continue }
            observables[observable, default: []].append(record)
            observableRecordCount += 1
          }
          try checkMemory(in: block, at: index)
        default:
          let perGroup = instruction.gate.definition.recordsPerGroup
          if perGroup > 0 { recordCount += perGroup * circuit.groupCount(of: instruction) }
        }
      case .repeatBlock(let count, let body, _):
        let (records, kinds) = facts[body]
        if kinds.isDisjoint(with: [.detectors, .observables]) {
          recordCount += Int(clamping: records.saturatingMultiply(count))
        } else if records == 0, !kinds.contains(.detectors) {
          // All turns add the same to observables: two of them nothing.
          let addedNothing = addsNothing
          addsNothing = addsNothing || count % 2 == 0
          try collect(body)
          addsNothing = addedNothing
        } else {
          for _ in 0..<count { try collect(body) }
        }
      case .branch, .loop, .assign, .leave: break
      }
    }
  }

  /// - Throws: `Obstacle` if the lists take more memory than allowed.
  private func checkMemory(in block: BlockID, at index: Int) throws(Obstacle) {
    let bytes = 8 * UInt64(records.count + observableRecordCount)
    guard bytes > memoryLimit else { return }
    throw Obstacle(
      .memory(required: bytes, available: memoryLimit),
      "the records of the detectors and observables so far take \(bytes) bytes",
      hint: "use fewer repetitions", range: circuit.range(of: block, at: index))
  }

  private mutating func record(
    _ target: Target, in block: BlockID, at index: Int
  ) throws -> UInt32 {
    work += 1
    guard target.value <= recordCount else {
      throw Diagnostic(
        "\(target) reaches before the first measurement", code: "invalid-record",
        at: circuit.range(of: block, at: index),
        hint: "\(recordCount) results have been recorded here")
    }
    return UInt32(recordCount - target.value)
  }
}
