import QuantumCore

/// What steps cost, in processor cycles for each vector of 64 bytes on amplitudes that are in the
/// second-level cache.
///
/// A table, so that a plan depends on the circuit only, never on the machine's load or on
/// `threads`; `qsim bench kernels` measures it. Measured on one core of an EPYC 9004 (AVX-512).
package struct CostModel: Sendable {
  /// Dense blocks on k = 0…6 qubits.
  package var dense: [Double] = [6, 6.5, 9.5, 17.5, 35, 70, 140]
  /// A product of phases, however many.
  package var phases = 5.0
  /// A step of its own for a diagonal that is not a product of phases, or for a Pauli product.
  package var sweep = 9.0
  /// Rotations of up to four qubits: what is paid for the step, and for each.
  package var rotationsStep = 2.5
  package var rotation = 0.8
  /// One interaction of a pair of qubits, and two in one step.
  package var interactions: [Double] = [7, 10.5]
  /// Below this many qubits, taking gates apart costs more than it gives.
  package var narrowestInteraction = 12
  /// The part of a step that is paid however few amplitudes a gate touches.
  package var smallestStep = 1.0
  /// From this many qubits on, matrix products of OpenBLAS beat the direct kernels.
  package var narrowestProduct = 7

  /// How eagerly gates are merged.
  package struct Strategy: Sendable {
    package var dense: [Double]
    package var widestDense: Int
    package var makesRotations: Bool
  }

  package var strategies: [Strategy] = [
    Strategy(dense: [6, 6.5, 9.5], widestDense: 2, makesRotations: true),
    Strategy(dense: [6, 6.5, 9.5], widestDense: 2, makesRotations: false),
    Strategy(dense: [6, 6.5, 9, 13], widestDense: 3, makesRotations: false),
    Strategy(dense: [6, 6.5, 9, 12, 16], widestDense: 4, makesRotations: false),
  ]

  /// For what can be merged before chunks are chosen.
  package var pairStrategy = Strategy(dense: [6, 6.5, 9.5], widestDense: 2, makesRotations: false)

  package static let standard = CostModel()

  package init() {}

  /// The cost of a gate as a step of its own.
  package func cost(_ planned: PlannedGate) -> Double {
    let gate = planned.gate
    let controls = Double(UInt64(1) << UInt64(min(40, gate.controlMask.nonzeroBitCount)))
    switch gate.action {
    case .dense:
      if planned.rotation != nil { return rotationsCost(count: 1) }
      if planned.interaction != nil { return interactions[0] }
      return smallestStep + dense[min(6, gate.targets.count)] / controls
    case .diagonal: return smallestStep + sweep / controls
    case .permutation(let map, let phases):
      let moved = map.indices.count { map[$0] != $0 || phases[$0] != .one }
      return smallestStep + sweep * Double(moved) / Double(map.count) / controls
    case .pauli: return sweep + smallestStep
    }
  }

  /// The cost of a gate among many others, with which it shares its step where it can.
  package func crowdCost(_ gate: PlannedGate) -> Double {
    if gate.isPhases { return phases / 16 }
    if gate.interaction != nil { return interactions[1] / 2 }
    return gate.turned.nonzeroBitCount == 1 && gate.kept == 0
      ? rotationsCost(count: 4) / 4 : cost(gate)
  }

  package func rotationsCost(count: Int) -> Double {
    rotationsStep * Double((count + 3) / 4) + rotation * Double(count)
  }

  /// Which code applies a gate under a choice of the user.
  package func route(_ gate: GateApplication, choice: KernelRoute) -> KernelRoute {
    guard gate.targets.count <= 8, gate.controlMask.nonzeroBitCount < 40 else { return .simd }
    if case .pauli = gate.action { return .simd }
    switch choice {
    case .simd: return .simd
    case .blas: return .blas
    case .auto:
      if case .dense = gate.action, gate.targets.count >= narrowestProduct { return .blas }
      return .simd
    }
  }
}
