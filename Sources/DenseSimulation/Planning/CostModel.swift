import QuantumCore

/// What a step costs, in sweeps: the time of one dense single-qubit gate on the whole state.
///
/// A table, so that a plan depends on the circuit only, never on the machine's load or on `threads`.
///
/// Measured with the direct kernels on one core of an EPYC 9004 (AVX-512), 2²² amplitudes, single (double) precision:
/// dense k = 1…6 take 2.2 1.9 2.8 5.3 9.9 19 (4.0 3.7 5.4 11 20 40) ms.
package struct CostModel: Sendable {
  /// Sweeps of a dense block on k = 0…6 qubits.
  package var dense: [Double] = [1, 1, 1, 1.4, 2.6, 4.8, 9.4]
  /// A diagonal, whatever its qubits.
  package var diagonal = 1.0
  /// The part of a sweep that is paid however few amplitudes a gate touches.
  package var smallestStep = 0.15
  /// Dense blocks made by fusion have at most this many qubits.
  package var widestBlock = 4
  /// Diagonals made by fusion have at most this many qubits.
  package var widestDiagonal = 12
  /// From this many qubits on, matrix products of OpenBLAS beat the direct kernels.
  package var narrowestProduct = 7

  package static let standard = CostModel()

  package init() {}

  /// The cost of a gate as a step of its own.
  package func cost(_ gate: GateApplication) -> Double {
    let controls = Double(UInt64(1) << UInt64(min(40, gate.controlMask.nonzeroBitCount)))
    switch gate.action {
    case .dense: return smallestStep + dense[min(6, gate.targets.count)] / controls
    case .diagonal(let factors):
      let active = Double(factors.count { $0 != .one }) / Double(max(1, factors.count))
      return smallestStep + diagonal * active / controls
    case .permutation(let map, let phases):
      let moved = map.indices.count { map[$0] != $0 || phases[$0] != .one }
      return smallestStep + Double(moved) / Double(map.count) / controls
    case .pauli: return 1 + smallestStep
    }
  }

  /// The cost of a dense block with this many qubits.
  package func blockCost(qubitCount: Int) -> Double {
    smallestStep + (qubitCount > 6 ? .infinity : dense[qubitCount])
  }

  /// The cost of one diagonal in place of two: at most all the amplitudes that either changes.
  package func diagonalCost(_ first: Double, _ second: Double) -> Double {
    min(smallestStep + diagonal, first + second - smallestStep)
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
