import ComplexModule
import QuantumCore
import RealModule

/// Takes two-qubit gates apart: each becomes a `PairInteraction`, and what is left of it, a gate on
/// each of its qubits, goes into the next interaction there.
package struct InteractionSplitting {
  private var result: [PlannedGate] = []
  /// By qubit: what is still to be applied.
  private var pending = [Matrix2?](repeating: nil, count: 64)
  private var pendingCount = [Int](repeating: 0, count: 64)
  private var hasInteractions = false

  /// `nil` where no gate is an interaction.
  package static func split(_ gates: [PlannedGate]) -> [PlannedGate]? {
    var splitting = InteractionSplitting()
    splitting.result.reserveCapacity(gates.count + 64)
    for gate in gates { splitting.append(gate) }
    guard splitting.hasInteractions else { return nil }
    for qubit in 0..<64 { splitting.flush(qubit) }
    return splitting.result
  }

  private mutating func append(_ planned: PlannedGate) {
    let gate = planned.gate
    if gate.targets.count == 1, gate.controlMask == 0, let matrix = Matrix2(gate) {
      let qubit = gate.targets[0]
      pending[qubit] = pending[qubit].map { matrix * $0 } ?? matrix
      pendingCount[qubit] += planned.gateCount
      return
    }
    if gate.targets.count == 2, gate.controlMask == 0, let matrix = Matrix4(gate),
      !CartanDecomposition.isControlledPhase(matrix), let cartan = CartanDecomposition(matrix),
      cartan.isInteraction
    {
      return append(cartan, p: gate.targets[0], q: gate.targets[1], gateCount: planned.gateCount)
    }
    for qubit in planned.qubits.bitPositions { flush(qubit) }
    result.append(planned)
  }

  /// The interaction between p and q; the gates after it become pending.
  private mutating func append(_ cartan: CartanDecomposition, p: Int, q: Int, gateCount: Int) {
    let low = takeAngles(cartan.before.low, qubit: p)
    let high = takeAngles(cartan.before.high, qubit: q)
    // e^{iα}[[cos, i sin], [i sin, cos]] = S (phases) [[cos, −sin], [sin, cos]] S⁻¹ with S on p.
    let even = low.factor * high.factor * .exp(.i * Complex(cartan.even.phase))
    let odd = low.factor * high.factor * .exp(.i * Complex(cartan.odd.phase))
    let interaction = PairInteraction(
      p: p, q: q, angles: [low.angle, high.angle, cartan.even.angle, -cartan.odd.angle],
      before: [.one, low.before, high.before, high.before * low.before],
      after: [
        even, -.i * odd * low.after, odd * high.after, -.i * even * high.after * low.after,
      ])
    let count = gateCount + pendingCount[p] + pendingCount[q]
    result.append(PlannedGate(interaction, gateCount: count))
    (pendingCount[p], pendingCount[q]) = (0, 0)
    pending[p] = cartan.after.low * Matrix2(.one, .zero, .zero, .i)
    pending[q] = cartan.after.high
    hasInteractions = true
  }

  /// What an interaction begins with on a qubit: what is pending and a gate. That is applied
  /// beforehand where the interaction cannot hold it.
  private mutating func takeAngles(_ gate: Matrix2, qubit: Int) -> EulerAngles {
    let matrix = pending[qubit].map { gate * $0 } ?? gate
    if let angles = EulerAngles(matrix), .cos(angles.angle) >= PairInteraction.smallestCosine {
      pending[qubit] = nil
      return angles
    }
    pending[qubit] = matrix
    flush(qubit)
    return .identity
  }

  private mutating func flush(_ qubit: Int) {
    guard let matrix = pending[qubit] else { return }
    let gate = GateApplication(
      matrix: ComplexMatrix(
        rowCount: 2, columnCount: 2, elements: (0..<4).map { matrix.elements[$0] }),
      targets: [qubit])
    if !gate.isNearlyIdentity { result.append(PlannedGate(gate, gateCount: pendingCount[qubit])) }
    pending[qubit] = nil
    pendingCount[qubit] = 0
  }
}

extension CartanDecomposition {
  /// Whether more than phases is left between the single-qubit gates, and kernels can hold it.
  fileprivate var isInteraction: Bool {
    let (delta, epsilon) = (even.angle, odd.angle)
    guard max(abs(Double.sin(delta)), abs(Double.sin(epsilon))) > 1e-9 else { return false }
    return min(abs(Double.cos(delta)), abs(Double.cos(epsilon))) >= PairInteraction.smallestCosine
  }
}

extension EulerAngles {
  fileprivate static let identity = EulerAngles()

  private init() { (factor, after, before, angle) = (.one, .one, .one, 0) }
}

extension Matrix2 {
  fileprivate init?(_ gate: GateApplication) {
    guard let m = gate.matrix?.elements, m.count == 4 else { return nil }
    self.init(m[0], m[1], m[2], m[3])
  }
}

extension Matrix4 {
  fileprivate init?(_ gate: GateApplication) {
    guard case .dense(let matrix) = gate.action, matrix.elements.count == 16 else { return nil }
    self.init()
    for (index, element) in matrix.elements.enumerated() { elements[index] = element }
  }
}
