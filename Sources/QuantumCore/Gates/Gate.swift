/// The identity of a gate, noise channel, measurement or annotation. What it is and does is its
/// `definition`.
public enum Gate: UInt8, Hashable, Sendable, CaseIterable {
  // Paulis and single-qubit Cliffords
  case i, x, y, z
  case h, hXY, hYZ, hNXY, hNXZ, hNYZ
  case s, sDag, sqrtX, sqrtXDag, sqrtY, sqrtYDag
  case cXYZ, cZYX, cNXYZ, cXNYZ, cXYNZ, cNZYX, cZNYX, cZYNX
  // Two-qubit Cliffords
  case cx, cy, cz, xcx, xcy, xcz, ycx, ycy, ycz
  case swap, iswap, iswapDag, cxswap, swapcx, czswap
  case sqrtXX, sqrtXXDag, sqrtYY, sqrtYYDag, sqrtZZ, sqrtZZDag, ii
  // Pauli products
  case spp, sppDag
  // Phases and rotations of one qubit
  case globalPhase, t, tDag, phase, rx, ry, rz, u2, u3, u0, r
  // Two qubits
  case ch, csx, cs, csDag, cphase, crx, cry, crz, cu, cu3
  case rxx, ryy, rzz, rzx, sqrtISwap, sqrtISwapDag, fsim, ecr, dcx, xxPlusYY, xxMinusYY, su4
  // Three and more qubits
  case ccx, ccz, cswap, rccx, rc3x, c3x, c3sqrtX, c4x
  // Any matrix
  case unitary
  // Noise
  case xError, yError, zError, depolarize1, depolarize2, pauliChannel1, pauliChannel2
  case correlatedError, elseCorrelatedError, heraldedErase, heraldedPauliChannel1, iError, iiError
  case amplitudeDamping, generalizedAmplitudeDamping, phaseDamping, thermalRelaxation, readoutError
  case kraus1, kraus2
  // Collapse
  case m, mx, my, mr, mrx, mry, reset, resetX, resetY
  case mxx, myy, mzz, mpp, mpad
  // Annotations
  case detector, observableInclude, qubitCoords, shiftCoords, tick, barrier, delay
  // Control flow: never an instruction, only a name in the catalog
  case repeatBlock

  /// The record that says everything about the gate.
  @inlinable public var definition: GateDefinition { GateCatalog.definition(of: self) }
  /// The canonical name.
  public var name: String { definition.name }

  /// Every gate whose record gives a matrix; of `unitary` the arguments are the matrix.
  public static let unitaryGates: [Gate] = allCases.filter {
    $0.definition.isUnitary && $0.definition.matrix != nil
  }
}
