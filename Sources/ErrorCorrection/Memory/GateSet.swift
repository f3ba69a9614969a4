import QuantumCore

/// The gates that a memory experiment is written in.
public enum GateSet: String, Sendable, Hashable, CaseIterable {
  /// CX, resets and measurements in any basis, and MR: what Stim's generator writes.
  case cx
  /// CZ, single-qubit gates, M and R, one kind of operation in a layer: what superconducting
  /// devices do.
  ///
  /// Each CX becomes a CZ between H on its target; neighbouring H cancel. States are prepared by R
  /// and a turn, measured by a turn and M; each MR is a layer of M and a layer of R. The turn
  /// before the last measurement is a layer of its own, which holds I where the basis is Z: the
  /// data wait as long in every basis.
  case cz

  /// What `--help` says.
  public var summary: String {
    switch self {
    case .cx: "CX, resets and measurements in any basis, MR"
    case .cz: "CZ and H in layers, M and R in the Z basis"
    }
  }
}

extension GateSet {
  typealias Operation = SyndromeSchedule.Operation

  /// The first gate of a schedule's layers that these gates cannot write; `nil` for a schedule that
  /// can be written.
  func firstUnwritable(in schedule: SyndromeSchedule) -> Gate? {
    guard self == .cz else { return nil }
    return schedule.layers.lazy.joined().map(\.gate).first {
      $0 != .cx && $0.definition.qubitCount != 1
    }
  }

  /// Layers of H, other single-qubit gates and CX, written in these gates.
  ///
  /// - Parameter turn: what stands before the first layer.
  func layers(_ layers: [[Operation]], after turn: [Operation] = []) -> [[Operation]] {
    guard self == .cz else { return layers }
    var writer = CZWriter()
    for operation in turn + layers.joined() { writer.add(operation) }
    writer.endTurn()
    return writer.layers
  }
}

/// Brings operations into layers of single-qubit gates and layers of CZ.
private struct CZWriter {
  private(set) var layers: [[SyndromeSchedule.Operation]] = []
  /// Qubits that are yet to have a Hadamard.
  private var hadamards: Set<Int> = []
  /// Other gates of the same layer, and their qubits.
  private var turns: [SyndromeSchedule.Operation] = []
  private var turned: Set<Int> = []

  mutating func add(_ operation: SyndromeSchedule.Operation) {
    switch operation.gate {
    case .h: turn(operation.qubits)
    case .cx: meet(operation.qubits)
    default:
      precondition(
        operation.gate.definition.qubitCount == 1, "Only CX can be written with CZ")
      if !hadamards.isDisjoint(with: operation.qubits) { endTurn() }
      if !turned.isDisjoint(with: operation.qubits) { endTurn() }
      turns.append(operation)
      turned.formUnion(operation.qubits)
    }
  }

  private mutating func turn(_ qubits: [Int]) {
    if !turned.isDisjoint(with: qubits) { endTurn() }
    hadamards.formSymmetricDifference(qubits)
  }

  private mutating func meet(_ pairs: [Int]) {
    guard !pairs.isEmpty else { return }
    let targets = stride(from: 1, to: pairs.count, by: 2).map { pairs[$0] }
    turn(targets)
    endTurn()
    layers.append([SyndromeSchedule.Operation(.cz, pairs)])
    turn(targets)
  }

  /// Single-qubit gates so far are one layer.
  mutating func endTurn() {
    let last = hadamards.isEmpty ? [] : [SyndromeSchedule.Operation(.h, hadamards.sorted())]
    let layer = turns + last
    if !layer.isEmpty { layers.append(layer) }
    hadamards = []
    turns = []
    turned = []
  }
}
