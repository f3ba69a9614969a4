import ComplexModule
import DenseSimulation
import QuantumCore
import RealModule

/// A bound of the amplitudes that are not 0, from the gates alone.
///
/// Every qubit is known to be 0 or 1, or in a group. Gates that permute or turn amplitudes keep the
/// number of a group, a dense gate on k qubits multiplies it by 2ᵏ at most, and no group has more
/// than 2ⁿ for its n qubits. Groups that a gate joins multiply. A measured qubit leaves its group
/// where the program is a straight line; with jumps nothing leaves. A group in a loop is taken to
/// be full, and whatever is in a group at the end of the loop may be so at its start.
package struct SupportBound {
  /// Over all groups, at the worst time, as they are stored: see `storedBits`.
  package private(set) var amplitudeBits = 0.0
  package private(set) var bytes: UInt64 = 512

  private struct Group {
    /// log₂ of the amplitudes that are not 0.
    var bits: Double
    var qubitCount: Int
    /// Columns of its keys: those of qubits that have left may still be there.
    var columnCount: Int
    /// Its qubits, and others that have left since.
    var members: [Int]
  }
  /// For each qubit its group, or its value.
  private enum Place { case known(Bool?), group(Int) }
  private var places: [Place]
  private var groups: [Int: Group] = [:]
  private var nextGroup = 0
  /// Of all groups there are now.
  private var amplitudes = 0.0
  private var groupBytes = 0.0
  private let isStraight: Bool
  private let hasLoops: Bool
  /// Qubits looked at so far.
  package private(set) var work: UInt64 = 0

  package static func bound(of program: SparseProgram) -> SupportBound {
    var bound = SupportBound(program)
    // What is known to the first walk may be in a group at the next turn of a loop: but for
    // diagonal gates, which join groups only, the second walk finds all that further ones would.
    for _ in 0..<(bound.hasLoops ? 2 : 1) {
      for step in program.steps { bound.take(step) }
    }
    return bound
  }

  private init(_ program: SparseProgram) {
    places = Array(repeating: .known(false), count: program.qubitCount)
    isStraight = program.isStraight
    hasLoops = program.steps.enumerated().contains { index, step in
      switch step {
      case .jump(let target), .jumpUnless(_, let target), .nextTurn(_, let target):
        target <= index
      default: false
      }
    }
  }

  private mutating func take(_ step: SparseProgram.Step) {
    switch step {
    case .gate(let gate): take(gate)
    case .feedback(_, let gate): forget(gate.qubits)
    case .measure(let measurement): take(measurement)
    case .reset(let qubit, let basis):
      leave(qubit, as: false)
      if basis != .z { act(on: [qubit], branching: 1) }
    case .kraus(let kraus): act(on: kraus.positions, branching: kraus.positions.count)
    case .noise(let noise): forget(noise.qubits)
    case .dynamic(_, let qubits): act(on: Array(Set(qubits)).sorted(), branching: qubits.count)
    case .constant, .assign, .jump, .jumpUnless, .startLoop, .nextTurn, .halt: break
    }
  }

  /// Qubits that may have been flipped.
  private mutating func forget(_ qubits: [Int]) {
    for qubit in qubits {
      if case .known = places[qubit] { places[qubit] = .known(nil) }
    }
  }

  private mutating func take(_ measurement: SparseProgram.Measurement) {
    let letters = measurement.product.letters
    if letters.count == 1, let letter = letters.first, letter.pauli == .z {
      return leave(letter.qubit, as: measurement.correction == nil ? nil : false)
    }
    act(on: letters.map(\.qubit), branching: measurement.product.isDiagonal ? 0 : 1)
  }

  /// A qubit that is found to have a value.
  private mutating func leave(_ qubit: Int, as value: Bool?) {
    guard isStraight else { return forget([qubit]) }
    if case .group(let index) = places[qubit], var group = remove(index) {
      group.qubitCount -= 1
      group.bits = min(group.bits, Double(group.qubitCount))
      if group.qubitCount > 0 {
        groups[index] = group
        add(index)
      }
    }
    places[qubit] = .known(value)
  }

  private mutating func take(_ gate: SparseGate) {
    switch gate.action {
    case .pauli(let product, _, _):
      act(on: product.letters.map(\.qubit), branching: product.isDiagonal ? 0 : 1)
    case .swap where gate.controls.isEmpty: exchange(gate.targets[0], gate.targets[1])
    case .swap: permute([0, 2, 1, 3], gate)
    case .matrix(.permutation(let map, _)): permute(map, gate)
    case .matrix(.diagonal):
      let open = gate.qubits.filter { if case .group = places[$0] { true } else { false } }
      if open.count > 1 { act(on: open, branching: 0) }
    case .matrix(.dense), .matrix(.pauli):
      guard let controls = openControls(of: gate) else { return }
      act(on: gate.targets + controls, branching: gate.targets.count)
    }
  }

  /// Controls whose value is not known; `nil` if the gate does nothing.
  private func openControls(of gate: SparseGate) -> [Int]? {
    var open: [Int] = []
    for control in gate.controls {
      if case .known(let value?) = places[control.qubit], isStraight {
        if value != control.value { return nil }
      } else {
        open.append(control.qubit)
      }
    }
    return open
  }

  private mutating func permute(_ map: [UInt32], _ gate: SparseGate) {
    guard let controls = openControls(of: gate) else { return }
    var index = 0
    var isKnown = controls.isEmpty && isStraight
    for (place, qubit) in gate.targets.enumerated() {
      if case .known(let value?) = places[qubit] {
        index |= value ? 1 << place : 0
      } else {
        isKnown = false
      }
    }
    guard isKnown else { return act(on: gate.targets + controls, branching: 0) }
    for (place, qubit) in gate.targets.enumerated() {
      places[qubit] = .known(map[index] >> UInt32(place) & 1 == 1)
    }
  }

  private mutating func exchange(_ a: Int, _ b: Int) {
    guard isStraight else { return act(on: [a, b], branching: 0) }
    for (qubit, other) in [(a, b), (b, a)] {
      if case .group(let index) = places[qubit] { groups[index]?.members.append(other) }
    }
    places.swapAt(a, b)
  }

  /// Joins qubits; each of `branching` qubits may double the number of amplitudes.
  private mutating func act(on qubits: [Int], branching: Int) {
    guard !qubits.isEmpty else { return }
    var indices: Set<Int> = []
    var known: [Int] = []
    for qubit in qubits {
      switch places[qubit] {
      case .known: if !known.contains(qubit) { known.append(qubit) }
      case .group(let index): indices.insert(index)
      }
    }
    // The largest group takes the others in.
    let largest = indices.max { (memberCount(of: $0), $1) < (memberCount(of: $1), $0) }
    let index = largest ?? nextGroup
    if largest == nil { nextGroup += 1 }
    var whole =
      largest.flatMap { remove($0) } ?? Group(bits: 0, qubitCount: 0, columnCount: 0, members: [])
    for other in indices.sorted() where other != index {
      guard let group = remove(other) else { continue }
      whole.bits += group.bits
      whole.qubitCount += group.qubitCount
      whole.columnCount = max(whole.columnCount, group.columnCount)
      for qubit in group.members {
        work += 1
        guard case .group(other) = places[qubit] else { continue }
        places[qubit] = .group(index)
        whole.members.append(qubit)
      }
    }
    for qubit in known { places[qubit] = .group(index) }
    work += UInt64(qubits.count)
    whole.members += known
    whole.qubitCount += known.count
    whole.columnCount = max(whole.columnCount, whole.qubitCount)
    let most = Double(whole.qubitCount)
    whole.bits = hasLoops ? most : min(whole.bits + Double(branching), most)
    groups[index] = whole
    add(index)
  }

  private func memberCount(of index: Int) -> Int { groups[index]?.members.count ?? 0 }

  // MARK: Sums over all groups

  /// Takes a group out, and what it takes.
  private mutating func remove(_ index: Int) -> Group? {
    guard let group = groups.removeValue(forKey: index) else { return nil }
    amplitudes -= Self.amplitudes(of: group)
    groupBytes -= Self.bytes(of: group)
    return group
  }

  /// Counts what a group takes that was changed.
  private mutating func add(_ index: Int) {
    guard let group = groups[index] else { return }
    amplitudes += Self.amplitudes(of: group)
    groupBytes += Self.bytes(of: group)
    amplitudeBits = max(amplitudeBits, Double.log2(max(1, amplitudes)))
    let total = groupBytes + 512
    bytes = max(bytes, total < 0x1p63 ? UInt64(total) : .max)
  }

  /// log₂ of the amplitudes that are stored: groups a quarter full are filled up with zeros, see
  /// `AmplitudeStore.filled`.
  private static func storedBits(of group: Group) -> Double {
    let most = Double(group.qubitCount)
    return group.bits < 10 ? group.bits : min(most, max(group.bits, min(31, group.bits + 2)))
  }

  /// No more than 2⁵⁰⁰, so that sums stay finite.
  private static func amplitudes(of group: Group) -> Double {
    let bits = min(500, storedBits(of: group))
    return Double(sign: .plus, exponent: Int(bits.rounded(.up)), significand: 1)
  }

  private static func bytes(of group: Group) -> Double {
    let width = (group.columnCount + 63) / 64
    // Before and after a gate, with as much room again before it is given back, and the table of
    // keys.
    return amplitudes(of: group) * Double(4 * (8 * width + 16) + 20)
  }
}
