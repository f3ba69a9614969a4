import QuantumCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// Walks a circuit backwards and knows, at every place, which detectors and observables an error
/// there would flip.
///
/// For each qubit there are two sparse sets, for X errors and for Z errors; for each measurement
/// still to be passed one, for a flip of its result. Gates act by XOR of sets, so a walk costs
/// (circuit × size of the sets), and no state is simulated. `measurementCount` and `detectorCount`
/// are those of the part not yet undone.
///
///     let tracker = try SparseReverseTracker(circuit)
///     for case .instruction(let instruction) in circuit.nodes().reversed() {
///       try tracker.undo(instruction)
///     }
///
/// - Source: [Gidney21]. Differs in: sets of up to six symptoms lie in one cache line.
package final class SparseReverseTracker {
  package let circuit: Circuit
  /// Measurements before the present place.
  package internal(set) var measurementCount: UInt64
  /// Detectors before the present place.
  package internal(set) var detectorCount: UInt64

  @exclusivity(unchecked)
  var rows = SymptomRows()
  /// For results put together on the way.
  let scratchRow: UInt32
  let qubitCount: Int
  /// The rows of each qubit: X errors at 2q, Z errors at 2q + 1; 0 while never needed.
  let qubitRows: UnsafeMutablePointer<UInt32>
  /// Places of `qubitRows` that are not 0, in the order in which they were first needed.
  private(set) var touchedPlaces = GrowingBuffer<UInt32>()
  /// The rows of measurements, by number modulo the length.
  let recordRows: UnsafeMutablePointer<UInt32>
  let recordMask: UInt64
  /// Steps of all trackers of a walk together.
  let budget: StepBudget
  var powers: GatePowers
  private let targetStorage: UnsafeMutableBufferPointer<Target>
  private let targetOwner: TargetOwner

  /// Starts at the end of a circuit.
  ///
  /// - Throws: `Obstacle` if the circuit makes choices while it runs, or has 2⁶² measurements or
  ///   detectors, or when memory runs out.
  package convenience init(_ circuit: Circuit) throws(Obstacle) {
    try self.init(circuit, budget: .ofReverseWalk())
  }

  /// - Parameter budget: of the walk that the tracker is for.
  init(_ circuit: Circuit, budget: StepBudget) throws(Obstacle) {
    let counts = try CircuitCounts(circuit)
    guard max(counts.measurements, counts.detectors) < 1 << 62 else {
      throw Obstacle(.unsupported, "the circuit has 2^62 measurements or detectors, or more")
    }
    self.circuit = circuit
    self.budget = budget
    powers = GatePowers(circuit)
    measurementCount = counts.measurements
    detectorCount = counts.detectors
    qubitCount = max(1, circuit.qubitCount)
    // Pages of zeros never touched cost nothing, however large the numbers of the qubits.
    let qubitRows = try Self.zeros(2 * qubitCount)
    let length = 1 << (Int.bitWidth - (counts.largestLookback + 1).leadingZeroBitCount)
    do {
      recordRows = try Self.zeros(length)
    } catch {
      free(qubitRows)
      throw error
    }
    self.qubitRows = qubitRows
    recordMask = UInt64(length - 1)
    targetOwner = TargetOwner(circuit)
    targetStorage = targetOwner.targets
    scratchRow = rows.makeRow()
  }

  /// Starts where another is.
  ///
  /// - Throws: `Obstacle` when memory runs out.
  init(copying other: SparseReverseTracker) throws(Obstacle) {
    circuit = other.circuit
    (budget, powers) = (other.budget, other.powers)
    (measurementCount, detectorCount) = (other.measurementCount, other.detectorCount)
    rows = SymptomRows(copying: other.rows)
    (scratchRow, qubitCount) = (other.scratchRow, other.qubitCount)
    recordMask = other.recordMask
    (targetOwner, targetStorage) = (other.targetOwner, other.targetStorage)
    let qubitRows = try Self.zeros(2 * qubitCount)
    do {
      recordRows = try Self.zeros(Int(recordMask) + 1)
    } catch {
      free(qubitRows)
      throw error
    }
    self.qubitRows = qubitRows
    recordRows.update(from: other.recordRows, count: Int(recordMask) + 1)
    touchedPlaces.append(other.touchedPlaces.values.baseAddress!, count: other.touchedCount)
    for place in touchedPlaces.values { qubitRows[Int(place)] = other.qubitRows[Int(place)] }
  }

  deinit {
    free(qubitRows)
    free(recordRows)
  }

  private static func zeros(_ count: Int) throws(Obstacle) -> UnsafeMutablePointer<UInt32> {
    guard let memory = calloc(count, 4) else {
      throw Obstacle(
        .memory(required: UInt64(4 * count), available: 0),
        "no memory for \(count) rows of the error analysis: \(4 * count >> 20) MiB")
    }
    return memory.assumingMemoryBound(to: UInt32.self)
  }

  /// The targets of an instruction, without reference counts.
  @inline(__always)
  func targets(of instruction: Instruction) -> UnsafeBufferPointer<Target> {
    UnsafeBufferPointer(
      rebasing: targetStorage[
        Int(instruction.targets.lowerBound)..<Int(instruction.targets.upperBound)])
  }

  /// The row of a qubit for writing: `basis` is 0 for X errors, 1 for Z errors.
  @inline(__always)
  func row(_ qubit: Int, _ basis: Int) -> UInt32 {
    let row = qubitRows[2 * qubit + basis]
    return row != 0 ? row : makeRow(2 * qubit + basis)
  }

  @inline(never)
  private func makeRow(_ place: Int) -> UInt32 {
    let row = rows.makeRow()
    qubitRows[place] = row
    touchedPlaces.append(UInt32(place))
    return row
  }

  var touchedCount: Int { touchedPlaces.count }

  /// The row of a measurement, which must be one of the last `recordMask` before the present place.
  @inline(__always)
  func recordRow(_ measurement: UInt64) -> UInt32 {
    let place = Int(measurement & recordMask)
    if recordRows[place] == 0 { recordRows[place] = rows.makeRow() }
    return recordRows[place]
  }
}

// MARK: - Reading

extension SparseReverseTracker {
  /// What an error on a qubit at the present place flips, ascending, as targets with absolute
  /// numbers.
  package func symptoms(of pauli: Pauli, on qubit: Int) -> [DetectorErrorModel.Target] {
    gather([(pauli, qubit)])
    return targets(of: rows.set(scratchRow))
  }

  /// The observables that an error on a qubit at the present place flips, ascending.
  func observables(flippedBy pauli: Pauli, on qubit: Int) -> [UInt64] {
    gather([(pauli, qubit)])
    let set = rows.set(scratchRow)
    return set.values[set.detectorCount...].map { $0 & (firstObservable - 1) }
  }

  /// What a flip of an earlier measurement flips through what comes behind the present place.
  ///
  /// - Precondition: the measurement is `measurementCount - k` with k at most the largest lookback
  ///   of the circuit.
  package func symptoms(ofMeasurement index: UInt64) -> [DetectorErrorModel.Target] {
    targets(of: rows.set(recordRow(index)))
  }

  /// Calls `body` for every qubit on which some error has symptoms, ascending.
  package func forEachSensitiveQubit(_ body: (Int) -> Void) {
    let sensitive = touchedPlaces.values.filter { !rows.isEmpty(qubitRows[Int($0)]) }
    for qubit in Set(sensitive.map { Int($0 / 2) }).sorted() { body(qubit) }
  }

  func targets(of set: SymptomSet) -> [DetectorErrorModel.Target] {
    set.values.map {
      $0 < firstObservable ? .detector($0) : .observable($0 & (firstObservable - 1))
    }
  }

  /// Puts the symptoms of a Pauli product into the scratch row.
  @inline(__always)
  func gather(_ factors: some Sequence<(Pauli, Int)>) {
    rows.clear(scratchRow)
    for (pauli, qubit) in factors {
      if pauli.hasX { rows.xor(qubitRows[2 * qubit], into: scratchRow) }
      if pauli.hasZ { rows.xor(qubitRows[2 * qubit + 1], into: scratchRow) }
    }
  }
}

/// The targets of a circuit in memory of their own, shared by the trackers of the circuit.
private final class TargetOwner {
  let targets: UnsafeMutableBufferPointer<Target>

  init(_ circuit: Circuit) {
    targets = .allocate(capacity: max(1, circuit.targetStorage.count))
    _ = targets.initialize(from: circuit.targetStorage)
  }

  deinit { targets.deallocate() }
}
