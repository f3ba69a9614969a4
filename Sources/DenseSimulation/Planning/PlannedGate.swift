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
  /// The gate in parts, if it was taken apart.
  package let interaction: PairInteraction?
  /// Gates of the circuit that it stands for.
  package let gateCount: Int

  package init(_ gate: GateApplication, gateCount: Int = 1, rotation: Double? = nil) {
    self.gate = gate
    self.gateCount = gateCount
    self.rotation = rotation
    interaction = nil
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

  package init(_ interaction: PairInteraction, gateCount: Int) {
    let matrix = interaction.matrix
    gate = GateApplication(
      .dense(
        ComplexMatrix(
          rowCount: 4, columnCount: 4, elements: (0..<16).map { matrix.elements[$0] })),
      targets: [interaction.p, interaction.q])
    turned = gate.targetMask
    kept = 0
    isPhases = false
    rotation = nil
    self.interaction = interaction
    self.gateCount = gateCount
  }

  package var qubits: UInt64 { turned | kept }

  /// The gate as phases, a rotation and phases, where it is a unitary on one qubit that is not
  /// diagonal: see `EulerAngles`.
  package var rotationBetweenPhases: [PlannedGate]? {
    guard !isPhases, turned.nonzeroBitCount == 1, kept == 0, gate.targets.count == 1,
      let m = gate.matrix?.elements, m.count == 4,
      let angles = EulerAngles(Matrix2(m[0], m[1], m[2], m[3])), angles.angle > 1e-8
    else { return nil }
    let (c, s) = (Complex<Double>(.cos(angles.angle)), Complex<Double>(.sin(angles.angle)))
    let turn = ComplexMatrix(rowCount: 2, columnCount: 2, elements: [c, -s, s, c])
    func phases(_ zero: Complex<Double>, _ one: Complex<Double>) -> PlannedGate? {
      if zero == .one, one == .one { return nil }
      return PlannedGate(
        GateApplication(.diagonal([zero, one]), targets: gate.targets), gateCount: 0)
    }
    return [
      phases(angles.factor, angles.factor * angles.before),
      PlannedGate(
        GateApplication(.dense(turn), targets: gate.targets), gateCount: gateCount,
        rotation: angles.angle),
      phases(.one, angles.after),
    ].compactMap { $0 }
  }
}

/// Moves SWAPs to the front of a circuit, where they meet |0…0⟩ and vanish: the gates before each
/// act on the other qubit.
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
