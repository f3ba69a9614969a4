/// The identity of a gate, noise channel, measurement or annotation. What it is and does is its
/// `definition`.
public enum Gate: UInt8, Hashable, Sendable, CaseIterable {
  // Paulis and single-qubit Cliffords
  /// The identity.
  case i
  /// The Pauli X gate: a bit flip.
  case x
  /// The Pauli Y gate.
  case y
  /// The Pauli Z gate: a phase flip.
  case z
  /// The Hadamard gate. Swaps the X and Z axes.
  case h
  /// Swaps the X and Y axes: the half turn about X + Y.
  case hXY
  /// Swaps the Y and Z axes: the half turn about Y + Z.
  case hYZ
  /// Swaps the −X and Y axes: the half turn about X − Y.
  case hNXY
  /// Swaps the −X and Z axes: the half turn about X − Z.
  case hNXZ
  /// Swaps the −Y and Z axes: the half turn about Y − Z.
  case hNYZ
  /// The phase gate S, the principal square root of Z.
  case s
  /// The inverse of S.
  case sDag
  /// √X, the principal square root of X.
  case sqrtX
  /// The inverse of √X.
  case sqrtXDag
  /// √Y, the principal square root of Y.
  case sqrtY
  /// The inverse of √Y.
  case sqrtYDag
  /// Turns the axes X → Y → Z → X.
  case cXYZ
  /// Turns the axes Z → Y → X → Z.
  case cZYX
  /// Turns the axes −X → Y → Z → −X.
  case cNXYZ
  /// Turns the axes X → −Y → Z → X.
  case cXNYZ
  /// Turns the axes X → Y → −Z → X.
  case cXYNZ
  /// Turns the axes −Z → Y → X → −Z.
  case cNZYX
  /// Turns the axes Z → −Y → X → Z.
  case cZNYX
  /// Turns the axes Z → Y → −X → Z.
  case cZYNX
  // Two-qubit Cliffords
  /// Controlled X, or CNOT: flips the second qubit where the first is 1.
  case cx
  /// Controlled Y.
  case cy
  /// Controlled Z: −1 where both qubits are 1.
  case cz
  /// X on the second qubit where the first is |−⟩, controlled in the X basis.
  case xcx
  /// Y on the second qubit where the first is |−⟩, controlled in the X basis.
  case xcy
  /// Z on the second qubit where the first is |−⟩, controlled in the X basis: CX from second to
  /// first.
  case xcz
  /// X on the second qubit where the first is |−i⟩, controlled in the Y basis.
  case ycx
  /// Y on the second qubit where the first is |−i⟩, controlled in the Y basis.
  case ycy
  /// Z on the second qubit where the first is |−i⟩, controlled in the Y basis: CY from second to
  /// first.
  case ycz
  /// Exchanges two qubits.
  case swap
  /// Exchanges two qubits and multiplies by i where they differ.
  case iswap
  /// Exchanges two qubits and multiplies by −i where they differ: the inverse of ISWAP.
  case iswapDag
  /// CX, then SWAP.
  case cxswap
  /// SWAP, then CX.
  case swapcx
  /// CZ, then SWAP.
  case czswap
  /// √XX, the principal square root of X⊗X.
  case sqrtXX
  /// The inverse of √XX.
  case sqrtXXDag
  /// √YY, the principal square root of Y⊗Y.
  case sqrtYY
  /// The inverse of √YY.
  case sqrtYYDag
  /// √ZZ, the principal square root of Z⊗Z.
  case sqrtZZ
  /// The inverse of √ZZ.
  case sqrtZZDag
  /// The identity on two qubits.
  case ii
  // Pauli products
  /// The principal square root of each Pauli product: multiplies its −1 eigenspace by i.
  case spp
  /// The inverse square root of each Pauli product: multiplies its −1 eigenspace by −i.
  case sppDag
  // Phases and rotations of one qubit
  /// A global phase e^{iγ}; visible only under controls.
  case globalPhase
  /// T, the principal fourth root of Z.
  case t
  /// The inverse of T.
  case tDag
  /// The phase e^{iλ} on |1⟩; λ in radians.
  case phase
  /// The rotation exp(−iθX/2); θ in radians.
  case rx
  /// The rotation exp(−iθY/2); θ in radians.
  case ry
  /// The rotation exp(−iθZ/2); θ in radians.
  case rz
  /// The gate u3(π/2, φ, λ).
  case u2
  /// The general gate on one qubit, [[cos θ/2, −e^{iλ} sin θ/2], [e^{iφ} sin θ/2, e^{i(φ+λ)} cos
  /// θ/2]].
  case u3
  /// The identity: a wait of γ times the length of a gate.
  case u0
  /// The rotation by θ about the axis cos φ X + sin φ Y.
  case r
  // Two qubits
  /// Controlled Hadamard.
  case ch
  /// Controlled √X.
  case csx
  /// Controlled S.
  case cs
  /// Controlled S†.
  case csDag
  /// The controlled phase: e^{iλ} on |11⟩.
  case cphase
  /// The controlled rotation about X.
  case crx
  /// The controlled rotation about Y.
  case cry
  /// The controlled rotation about Z.
  case crz
  /// The controlled e^{iγ}·u3(θ, φ, λ).
  case cu
  /// The controlled u3(θ, φ, λ).
  case cu3
  /// The rotation exp(−iθ X₀X₁/2), the Mølmer–Sørensen gate.
  case rxx
  /// The rotation exp(−iθ Y₀Y₁/2).
  case ryy
  /// The rotation exp(−iθ Z₀Z₁/2).
  case rzz
  /// The rotation exp(−iθ Z₀X₁/2).
  case rzx
  /// √ISWAP, the principal square root of ISWAP.
  case sqrtISwap
  /// The inverse of √ISWAP.
  case sqrtISwapDag
  /// Google's fSim gate: a partial ISWAP by θ and the phase e^{−iφ} on |11⟩.
  case fsim
  /// The echoed cross resonance gate (X₀ − Y₀X₁)/√2.
  case ecr
  /// CX from the first qubit to the second, then CX back.
  case dcx
  /// The hopping exp(−iθ(XX+YY)/4), turned by β about Z of the first qubit.
  case xxPlusYY
  /// The pairing exp(−iθ(XX−YY)/4), turned by β about Z of the second qubit.
  case xxMinusYY
  /// Any two-qubit gate: u3(a)⊗u3(b), then exp(i(x XX + y YY + z ZZ)), then u3(c)⊗u3(d).
  case su4
  // Three and more qubits
  /// The Toffoli gate: X with two controls.
  case ccx
  /// Z with two controls.
  case ccz
  /// The Fredkin gate: SWAP with a control.
  case cswap
  /// The Toffoli gate up to relative phases (Margolus).
  case rccx
  /// X with three controls up to relative phases.
  case rc3x
  /// X with three controls.
  case c3x
  /// √X with three controls.
  case c3sqrtX
  /// X with four controls.
  case c4x
  // Any matrix
  /// Any matrix on up to six qubits, given as 2·4ᵏ numbers: real and imaginary parts, row by row.
  case unitary
  // Noise
  /// Applies X with probability p.
  case xError
  /// Applies Y with probability p.
  case yError
  /// Applies Z with probability p.
  case zError
  /// Applies X, Y or Z, each with probability p/3; p = 3/4 mixes completely.
  case depolarize1
  /// Applies one of the 15 two-qubit Paulis, each with probability p/15; p = 15/16 mixes
  /// completely.
  case depolarize2
  /// Applies X, Y or Z with the given probabilities.
  case pauliChannel1
  /// Applies one of the 15 two-qubit Paulis with the given probabilities.
  case pauliChannel2
  /// Applies a Pauli product with probability p.
  case correlatedError
  /// Applies a Pauli product with probability p if no error before it in its chain has happened.
  case elseCorrelatedError
  /// Replaces the qubit by the maximally mixed state with probability p, and records whether it
  /// did.
  case heraldedErase
  /// Applies I, X, Y or Z with the given probabilities, and records whether it did.
  case heraldedPauliChannel1
  /// Does nothing; keeps a place and probabilities for an error to be modelled elsewhere.
  case iError
  /// Does nothing to two qubits; keeps a place and probabilities for an error to be modelled
  /// elsewhere.
  case iiError
  /// Decay of energy: |1⟩ becomes |0⟩ with probability γ, and coherences shrink by √(1 − γ).
  case amplitudeDamping
  /// Exchange of energy with a warm bath: populations move by the fraction γ towards the population
  /// of |1⟩ at rest.
  case generalizedAmplitudeDamping
  /// Loss of phase alone: coherences shrink by √(1 − λ).
  case phaseDamping
  /// T1 and T2 together: generalized amplitude damping by γ, then phase damping by λ.
  case thermalRelaxation
  /// Turns 0 into 1 with probability p01 and 1 into 0 with probability p10, and loses all
  /// coherence: right before the last measurement of a qubit, the error of its readout.
  case readoutError
  /// Any channel ρ ↦ Σ KρK† on one qubit: eight numbers an operator, real and imaginary parts, row
  /// by row.
  case kraus1
  /// Any channel ρ ↦ Σ KρK† on two qubits: 32 numbers an operator, real and imaginary parts, row by
  /// row.
  case kraus2
  // Collapse
  /// Measures each qubit in the Z basis; a result is recorded wrongly with probability p.
  case m
  /// Measures each qubit in the X basis; a result is recorded wrongly with probability p.
  case mx
  /// Measures each qubit in the Y basis; a result is recorded wrongly with probability p.
  case my
  /// Measures in the Z basis, then resets to |0⟩.
  case mr
  /// Measures in the X basis, then resets to |+⟩.
  case mrx
  /// Measures in the Y basis, then resets to |i⟩.
  case mry
  /// Resets to |0⟩.
  case reset
  /// Resets to |+⟩.
  case resetX
  /// Resets to |i⟩.
  case resetY
  /// Measures the product X⊗X of each pair.
  case mxx
  /// Measures the product Y⊗Y of each pair.
  case myy
  /// Measures the product Z⊗Z of each pair.
  case mzz
  /// Measures each Pauli product.
  case mpp
  /// Appends constants, 0 or 1, to the record.
  case mpad
  // Annotations
  /// Declares a detector: a parity of records that is fixed without noise.
  case detector
  /// Adds records or Paulis to a logical observable; the argument is its number.
  case observableInclude
  /// Gives qubits a place.
  case qubitCoords
  /// Shifts the coordinates of the detectors that follow.
  case shiftCoords
  /// Marks the end of a layer.
  case tick
  /// Keeps what stands before it apart from what stands after it, in drawings and for compilers.
  case barrier
  /// Lets its qubits wait together for a time in nanoseconds, in which nothing but relaxation
  /// happens.
  case delay
  // Control flow: never an instruction, only a name in the catalog
  /// Runs a block a fixed number of times; a name in the catalog only, never an instruction.
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
