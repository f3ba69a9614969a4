/// When each qubit is busy and when it waits, every operation starting as soon as its qubits are
/// free.
///
/// A qubit decays from its first operation on: before, it is in its ground state. TICKs and
/// barriers hold qubits back until all of theirs are free; blocks of control flow begin and end
/// with all qubits in step. Decay during a gate comes after it, decay during a measurement before
/// it; a qubit that is being reset does not decay.
struct RelaxationSchedule {
  /// A time for which a qubit decays.
  struct Decay {
    let qubit: Int
    let timeNs: Double
  }

  private let relaxation: Relaxation
  /// Qubits that decay; `nil` is all. The others keep time all the same.
  private let decaying: Set<Int>?
  /// Up to when the decay of a qubit is accounted for, which is when it is free; qubits not yet
  /// used are absent.
  private var freeNs: [Int: Double] = [:]
  private var notBeforeNs: [Int: Double] = [:]
  private var floorNs = 0.0
  /// Qubits whose last operation measured them.
  private var measured: Set<Int> = []

  init(_ relaxation: Relaxation, qubits: Set<Int>?) {
    self.relaxation = relaxation
    decaying = qubits
  }

  private func decay(_ qubit: Int, _ timeNs: Double) -> Decay? {
    guard timeNs > 0, decaying?.contains(qubit) ?? true else { return nil }
    return Decay(qubit: qubit, timeNs: timeNs)
  }

  private func earliest(_ qubit: Int) -> Double {
    max(floorNs, freeNs[qubit] ?? 0, notBeforeNs[qubit] ?? 0)
  }

  /// What the qubits of an operation suffer before it.
  mutating func begin(_ definition: GateDefinition, on group: [Int]) -> [Decay] {
    guard let start = group.map({ earliest($0) }).max() else { return [] }
    let duration = relaxation.durations.duration(of: definition, width: group.count)
    var decays: [Decay] = []
    for qubit in group {
      let wait = freeNs[qubit].map { start - $0 }
      if definition.isMeasurement {
        let reading = readingTime(definition, duration)
        decays += [wait.flatMap { decay(qubit, $0 + reading) }].compactMap(\.self)
      } else if definition.isUnitary, let wait {
        decays += [decay(qubit, wait)].compactMap(\.self)
      }
      freeNs[qubit] = definition.isUnitary ? start : start + duration
      if definition.isMeasurement, !definition.isReset {
        measured.insert(qubit)
      } else {
        measured.remove(qubit)
      }
    }
    return decays
  }

  /// The part of an operation's time before the qubit is reset.
  private func readingTime(_ definition: GateDefinition, _ duration: Double) -> Double {
    let isSplit = definition.isReset && relaxation.durations.gatesNs[definition.gate] == nil
    return isSplit ? relaxation.durations.measureNs : duration
  }

  /// What the qubits of a gate suffer while it lasts.
  mutating func end(_ definition: GateDefinition, on group: [Int]) -> [Decay] {
    guard definition.isUnitary else { return [] }
    let duration = relaxation.durations.duration(of: definition, width: group.count)
    return group.compactMap { qubit in
      freeNs[qubit, default: 0] += duration
      return decay(qubit, duration)
    }
  }

  /// Lets qubits wait together for a time, from when all of them are free; they decay from here on
  /// if they did not before.
  mutating func wait(_ qubits: [Int], timeNs: Double) -> [Decay] {
    guard let start = qubits.map({ earliest($0) }).max() else { return [] }
    return qubits.compactMap { qubit in
      let idle = freeNs[qubit].map { start - $0 } ?? 0
      freeNs[qubit] = start + timeNs
      measured.remove(qubit)
      return decay(qubit, idle + timeNs)
    }
  }

  /// Holds every qubit back until all are free.
  mutating func synchronize() { floorNs = latest }

  /// Holds some qubits back until all of them are free.
  mutating func synchronize(_ qubits: [Int]) {
    let time = qubits.map { earliest($0) }.max() ?? 0
    for qubit in qubits { notBeforeNs[qubit] = time }
  }

  private var latest: Double {
    max(floorNs, freeNs.values.max() ?? 0, notBeforeNs.values.max() ?? 0)
  }

  /// Lets all qubits wait for the last one; the clock starts anew.
  ///
  /// - Parameter isEnd: nothing follows, so that qubits measured last need not wait.
  mutating func align(isEnd: Bool) -> [Decay] {
    let end = latest
    let decays = freeNs.keys.sorted().compactMap { qubit -> Decay? in
      if isEnd, measured.contains(qubit) { return nil }
      return decay(qubit, end - (freeNs[qubit] ?? end))
    }
    for qubit in freeNs.keys { freeNs[qubit] = 0 }
    notBeforeNs.removeAll()
    floorNs = 0
    return decays
  }

  /// Lets qubits decay from here on.
  mutating func start(_ qubits: Set<Int>) {
    for qubit in qubits where freeNs[qubit] == nil { freeNs[qubit] = 0 }
  }
}
