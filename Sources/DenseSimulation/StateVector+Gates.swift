import ComplexModule
import QuantumCore
import RealModule

extension StateVector {
  /// Applies a dense matrix to the given qubits, in place.
  ///
  /// Bit `j` of a row or column index of `matrix` is the value of `qubits[j]`:  |ψ⟩ ← U_qubits |ψ⟩.
  ///
  ///     var state = StateVector<Double>(qubitCount: 2)
  ///     state.apply(hadamard, to: [0])         // (|00⟩ + |01⟩)/√2, qubit 0 on the right
  ///
  /// - Parameters:
  ///   - matrix: 2ᵏ × 2ᵏ, row-major. Not required to be unitary.
  ///   - qubits: k distinct qubits, each in `0..<qubitCount`; any order.
  ///   - controls: qubits that must all be 1 for the matrix to act.
  /// - Precondition: `k` is at most 6.
  /// - Complexity: O(2ⁿ⁺ᵏ) time; allocates no amplitudes.
  public mutating func apply(_ matrix: ComplexMatrix, to qubits: [Int], controls: [Int] = []) {
    precondition(qubits.count <= 6, "A matrix acts on at most 6 qubits, not \(qubits.count)")
    precondition(
      matrix.qubitCount == qubits.count,
      "A \(matrix.rowCount) × \(matrix.columnCount) matrix does not act on \(qubits.count) qubits")
    checkQubits(qubits + controls)
    let mask = controls.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
    apply(GateApplication(matrix: matrix, targets: qubits, controlMask: mask, controlValue: mask))
  }

  /// Applies a gate of the catalog: `state.apply(.cx, to: 0, 1)`.
  ///
  /// - Precondition: the gate is unitary, takes no arguments and acts on that many qubits.
  public mutating func apply(_ gate: Gate, to qubits: Int...) {
    apply(gate, arguments: [], to: qubits)
  }

  /// Applies a gate of the catalog with arguments: `state.apply(.rx, [0.3], to: 2)`.
  ///
  /// - Precondition: the gate is unitary and takes these numbers of arguments and qubits.
  public mutating func apply(_ gate: Gate, _ arguments: [Double], to qubits: Int...) {
    apply(gate, arguments: arguments, to: qubits)
  }

  /// Applies a gate of the catalog.
  ///
  /// - Precondition: the gate is unitary and takes these numbers of arguments and qubits.
  public mutating func apply(_ gate: Gate, arguments: [Double], to qubits: [Int]) {
    let definition = gate.definition
    precondition(definition.matrix != nil, "\(definition.name) is not a gate with a matrix")
    precondition(
      definition.argumentCount.contains(arguments.count),
      "\(definition.name) does not take \(arguments.count) arguments")
    precondition(
      qubits.count == definition.qubitCount ?? qubits.count,
      "\(definition.name) does not act on \(qubits.count) qubits")
    checkQubits(qubits)
    guard
      let application = GateApplication.gate(
        gate, arguments: arguments[...], controls: [], targets: qubits)
    else { return }
    apply(application)
  }

  /// Applies a Pauli product, phase included.
  ///
  /// - Precondition: its factors other than the identity are on qubits of the state.
  public mutating func apply(_ pauli: PauliString) {
    apply(.pauli(product(of: pauli)))
  }

  /// Applies exp(−iθP/2) for a Hermitian Pauli product of any weight.
  ///
  /// - Precondition: `pauli` is Hermitian and on qubits of the state.
  public mutating func rotate(by angle: Double, about pauli: PauliString) {
    precondition(pauli.isHermitian, "A rotation needs a Hermitian axis")
    let (c, s) = (Double.cos(angle / 2), Double.sin(angle / 2))
    apply(GateApplication(.pauli(product(of: pauli), alpha: .init(c), beta: .init(0, -s))))
  }

  package func product(of pauli: PauliString) -> PauliProduct {
    var product = PauliProduct()
    for (qubit, factor) in pauli.factors {
      precondition(qubit < qubitCount, "Qubit \(qubit) is outside 0..<\(qubitCount)")
      product.multiply(by: PauliProduct(factor, on: qubit))
    }
    product.phaseExponent = (product.phaseExponent + pauli.phaseExponent) & 3
    return product
  }

  /// - Precondition: the qubits are the state's.
  package mutating func apply(_ gate: GateApplication) {
    let (count, executor) = (qubitCount, executor)
    withUniquePointer { pointer in
      if executor.route == .blas, let matrix = gate.matrix, gate.targets.count <= 8,
        BLAS.apply(matrix, of: gate, to: pointer, qubitCount: count, with: executor)
      {
        return
      }
      guard let step = CompiledStep(gate, qubitCount: count, table: executor.table) else {
        preconditionFailure("No memory for the coefficients of a gate")
      }
      step.run(on: UnsafeMutableRawPointer(pointer), with: executor)
    }
  }

  /// Multiplies every amplitude by a number.
  public mutating func scale(by factor: Complex<Double>) {
    let executor = executor
    let count = buffer.count
    withUniquePointer { pointer in
      let shared = UncheckedSendable(UnsafeMutableRawPointer(pointer))
      let table = executor.table
      executor.forEachRange(count) { range in
        table.pointer.pointee.scale(
          shared.value, factor.real, factor.imaginary, range.lowerBound, range.upperBound)
      }
    }
  }
}
