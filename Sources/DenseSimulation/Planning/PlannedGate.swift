import ComplexModule
import QuantumCore
import RealModule

/// A gate with what planning asks of it again and again.
///
/// A class, since plans hand gates about many times.
package final class PlannedGate: Sendable {
  package let gate: GateApplication
  /// Qubits on which the gate is not diagonal: their amplitudes must be at hand together.
  package let turned: UInt64
  /// Qubits on which it is: controls, and targets of diagonal gates.
  package let kept: UInt64
  /// Whether the gate is a product of phases: see `PhasePolynomial`.
  package let isPhases: Bool
  /// The angle of a rotation on one qubit, if it is one.
  package let rotation: Double?
  /// Gates of the circuit that it stands for.
  package let gateCount: Int

  package init(_ gate: GateApplication, gateCount: Int = 1, rotation: Double? = nil) {
    self.gate = gate
    self.gateCount = gateCount
    self.rotation = rotation
    isPhases = rotation == nil && PhasePolynomial.canHold(gate)
    if case .pauli(let product, _, _) = gate.action {
      turned = product.x
      kept = product.z & ~product.x
    } else if gate.isDiagonal {
      turned = 0
      kept = gate.qubitMask
    } else {
      turned = gate.targetMask
      kept = gate.controlMask
    }
  }

  package var qubits: UInt64 { turned | kept }

  /// The gate as phases, a rotation and phases, where it is a unitary on one qubit that is not diagonal:
  /// U = e^{iα} diag(1, e^{iβ}) [[c, −s], [s, c]] diag(1, e^{iδ}), the ZYZ angles of [Barenco95].
  package var rotationBetweenPhases: [PlannedGate]? {
    guard !isPhases, turned.nonzeroBitCount == 1, kept == 0, gate.targets.count == 1,
      let m = gate.matrix?.elements, m.count == 4
    else { return nil }
    let (cosine, sine) = (m[0].length, m[2].length)
    let isTurn = cosine < 1e-8
    let first = isTurn ? -m[1] / Complex(m[1].length) : m[0] / Complex(cosine)
    guard first.isFinite, sine > 1e-8 else { return nil }
    let after = m[2] / Complex(sine) / first
    let before = isTurn ? .one : -m[1] / Complex(m[1].length) / first
    let (c, s) = (Complex(cosine), Complex(sine))
    // Not for what is no unitary.
    let rebuilt = [first * c, -first * before * s, first * after * s, first * after * before * c]
    let error = zip(m, rebuilt).reduce(0) { max($0, ($1.0 - $1.1).length) }
    guard error < 1e-14, abs(cosine * cosine + sine * sine - 1) < 1e-14 else { return nil }
    let angle = Double.atan2(y: sine, x: cosine)
    let turn = ComplexMatrix(
      rowCount: 2, columnCount: 2,
      elements: [
        Complex(.cos(angle)), Complex(-.sin(angle)), Complex(.sin(angle)), Complex(.cos(angle)),
      ])
    func phases(_ zero: Complex<Double>, _ one: Complex<Double>) -> PlannedGate? {
      if zero == .one, one == .one { return nil }
      return PlannedGate(
        GateApplication(.diagonal([zero, one]), targets: gate.targets), gateCount: 0)
    }
    return [
      phases(first, first * before),
      PlannedGate(
        GateApplication(.dense(turn), targets: gate.targets), gateCount: gateCount, rotation: angle),
      phases(.one, after),
    ].compactMap { $0 }
  }
}

/// Moves SWAPs to the front of a circuit, where they meet |0…0⟩ and vanish: the gates before each act on the other qubit.
package enum Relabelling {
  package static func withoutSwaps(_ gates: [PlannedGate]) -> [PlannedGate] {
    guard gates.contains(where: { isSwap($0.gate) }) else { return gates }
    var places = Array(0..<64)
    var result: [PlannedGate] = []
    result.reserveCapacity(gates.count)
    for planned in gates.reversed() {
      let gate = planned.gate
      if isSwap(gate), case .permutation(_, let phases) = gate.action {
        // SWAP · diag(phases): the phases come first.
        places.swapAt(gate.targets[0], gate.targets[1])
        let diagonal = GateApplication(.diagonal(phases), targets: gate.targets)
        if !diagonal.isIdentity {
          result.append(PlannedGate(diagonal.relocated { places[$0] }))
        }
      } else {
        result.append(PlannedGate(gate.relocated { places[$0] }, gateCount: planned.gateCount))
      }
    }
    return result.reversed()
  }

  private static func isSwap(_ gate: GateApplication) -> Bool {
    guard gate.controlMask == 0, case .permutation(let map, _) = gate.action else { return false }
    return map == [0, 2, 1, 3]
  }
}
