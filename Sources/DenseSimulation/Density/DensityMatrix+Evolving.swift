import CQSimKernels
import ComplexModule
import QuantumCore
import RealModule

extension DensityMatrix {
  /// ρ ← UρU† for a matrix on the given qubits.
  ///
  /// - Parameters:
  ///   - matrix: 2ᵏ × 2ᵏ, row-major; bit j of an index is the value of `qubits[j]`. Not required to
  ///     be unitary.
  ///   - qubits: k distinct qubits, each in `0..<qubitCount`, in any order.
  ///   - controls: qubits that must all be 1 for the matrix to act.
  /// - Precondition: `k` is at most 6.
  /// - Complexity: O(4ⁿ⁺ᵏ) up to 3 qubits, controls included; beyond them O(n 4ⁿ) and room for the
  ///   matrix elements.
  public mutating func apply(_ matrix: ComplexMatrix, to qubits: [Int], controls: [Int] = []) {
    precondition(qubits.count <= 6, "A matrix acts on at most 6 qubits, not \(qubits.count)")
    precondition(
      matrix.qubitCount == qubits.count,
      "A \(matrix.rowCount) × \(matrix.columnCount) matrix does not act on \(qubits.count) qubits")
    checkQubits(qubits + controls)
    let mask = controls.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
    apply(
      .gate(
        GateApplication(matrix: matrix, targets: qubits, controlMask: mask, controlValue: mask)))
  }

  /// ρ ← Σ KᵢρKᵢ† on the given qubits.
  ///
  /// - Precondition: the channel acts on that many qubits, at most 3.
  public mutating func apply(_ channel: KrausChannel, to qubits: Int...) {
    precondition(
      channel.qubitCount == qubits.count && qubits.count <= PauliTransfer.widest,
      "A channel of \(channel.qubitCount) qubits does not act on \(qubits.count) qubits here")
    checkQubits(qubits)
    apply(.kraus(channel.operators, positions: qubits))
  }

  /// Applies a gate or a noise channel of the catalog: `state.apply(.depolarize1, [0.01], to: 0)`.
  ///
  /// - Precondition: the gate is unitary or a channel on a fixed number of qubits, and takes these
  ///   numbers of arguments and qubits.
  public mutating func apply(_ gate: Gate, _ arguments: [Double] = [], to qubits: Int...) {
    let definition = gate.definition
    precondition(
      definition.argumentCount.contains(arguments.count),
      "\(definition.name) does not take \(arguments.count) arguments")
    precondition(
      qubits.count == definition.qubitCount ?? qubits.count,
      "\(definition.name) does not act on \(qubits.count) qubits")
    checkQubits(qubits)
    if let channel = definition.isNoise ? definition.averagedChannel(arguments) : nil {
      apply(.kraus(channel.operators, positions: qubits))
    } else {
      precondition(
        definition.matrix != nil, "\(definition.name) is neither a matrix nor a channel")
      guard
        let application = GateApplication.gate(
          gate, arguments: arguments[...], controls: [], targets: qubits)
      else { return }
      apply(.gate(application))
    }
  }

  /// ρ ← PρP for a Pauli product.
  ///
  /// - Precondition: its factors other than the identity are on qubits of the state.
  public mutating func apply(_ pauli: PauliString) {
    apply(.gate(.pauli(product(of: pauli))))
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

  package mutating func apply(_ operation: DensityOperation) {
    for step in DensityStep.steps(of: operation) {
      guard let compiled = CompiledDensityStep(step, qubitCount: qubitCount, table: executor.table)
      else { preconditionFailure("No memory for the coefficients of a channel") }
      apply(compiled)
    }
  }

  package mutating func apply(_ step: CompiledDensityStep) {
    if let kernel = step.kernel {
      let executor = executor
      withUniqueCoefficients { kernel.run(on: UnsafeMutableRawPointer($0), with: executor) }
      return
    }
    switch step.step {
    case .transfer: break
    case .errors(let errors): apply(errors)
    case .pauli(let product, let alpha, let beta): mix(product, alpha, beta)
    case .gate(let gate): applyToElements(gate)
    }
  }

  /// Multiplies each coefficient by 1 − 2 Σ p over the errors that anticommute with its Pauli.
  private mutating func apply(_ errors: [(probability: Double, product: PauliProduct)]) {
    let (n, executor) = (qubitCount, executor)
    let list = errors.map { ($0.probability, Int($0.product.x), Int($0.product.z)) }
    withUniqueCoefficients { coefficients in
      let shared = UncheckedSendable(coefficients)
      executor.forEachRange(1 << UInt64(2 * n)) { range in
        for index in Int(range.lowerBound)..<Int(range.upperBound) {
          let (x, z) = (index >> n, index & (1 << n - 1))
          var factor = 1.0
          for (probability, ex, ez) in list {
            if ((x & ez) ^ (z & ex)).nonzeroBitCount & 1 == 1 { factor -= 2 * probability }
          }
          shared.value[index] *= S(factor)
        }
      }
    }
  }

  /// ρ ← AρA† with A = α + βP. Paulis that commute with P mix with their product with P, and so do
  /// those that anticommute:
  ///
  ///     r[Q] ← (|α|² ± |β|²) r[Q] + Tr-part of (αβ* QP + α*β PQ)
  private mutating func mix(
    _ product: PauliProduct, _ alpha: Complex<Double>, _ beta: Complex<Double>
  ) {
    let (n, executor) = (qubitCount, executor)
    let (px, pz) = (Int(product.x), Int(product.z))
    let exponent = product.letterExponent
    let (a, b) = (alpha.lengthSquared, beta.lengthSquared)
    let cross = alpha * beta.conjugate
    let partner = px << n | pz
    let top = Int.bitWidth - 1 - partner.leadingZeroBitCount
    withUniqueCoefficients { coefficients in
      let shared = UncheckedSendable(coefficients)
      executor.forEachRange(1 << UInt64(2 * n - 1)) { range in
        let coefficients = shared.value
        for unit in Int(range.lowerBound)..<Int(range.upperBound) {
          let first = (unit >> top) << (top + 1) | unit & (1 << top - 1)
          let second = first ^ partner
          let (x, z) = (first >> n, first & (1 << n - 1))
          // H(x,z) P = i^e H(first ⊕ partner), with every Pauli written as i^{|x∧z|} XˣZᶻ.
          let e =
            ((x & z).nonzeroBitCount + (px & pz).nonzeroBitCount + exponent
              + 2 * (z & px).nonzeroBitCount - ((x ^ px) & (z ^ pz)).nonzeroBitCount) & 3
          let (r, s) = (Double(coefficients[first]), Double(coefficients[second]))
          if e & 1 == 0 {
            let sign = e == 0 ? 2.0 : -2.0
            let mixing = sign * cross.real
            coefficients[first] = S((a + b) * r + mixing * s)
            coefficients[second] = S((a + b) * s + mixing * r)
          } else {
            // αβ* QP + conj = 2 Re(αβ* i^e) Q'; from Q' back to Q the exponent is −e.
            let sign = e == 1 ? -2.0 : 2.0
            let mixing = sign * cross.imaginary
            coefficients[second] = S((a - b) * s + mixing * r)
            coefficients[first] = S((a - b) * r - mixing * s)
          }
        }
      }
    }
  }

  /// Gates on many qubits: through the matrix elements, U on the rows and its conjugate on the
  /// columns.
  private mutating func applyToElements(_ gate: GateApplication) {
    guard var elements = elements() else {
      preconditionFailure("No memory for the elements of a density matrix of \(qubitCount) qubits")
    }
    let n = qubitCount
    elements.apply(gate.relocated { $0 + n })
    elements.apply(gate.conjugate)
    elements.withAmplitudes { amplitudes in
      let shared = UncheckedSendable(amplitudes)
      setElements { row, column in
        let value = shared.value[row << n | column]
        return Complex(Double(value.real), Double(value.imaginary))
      }
    }
  }
}

/// A step with its coefficients laid out for the kernels of one table.
package struct CompiledDensityStep: Sendable {
  package let step: DensityStep
  /// Of maps on few qubits; nothing else has one.
  package let kernel: TransferKernel?

  /// `nil` when memory runs out.
  package init?(_ step: DensityStep, qubitCount: Int, table: KernelTable) {
    self.step = step
    guard case .transfer(let transfer) = step, !transfer.qubits.isEmpty else {
      kernel = nil
      return
    }
    kernel = TransferKernel(transfer, qubitCount: qubitCount, table: table)
    if kernel == nil { return nil }
  }
}

/// A map prepared for the kernels of one table.
package final class TransferKernel: @unchecked Sendable {
  private let step: OpaquePointer
  private let unitCount: UInt64

  /// `nil` when memory runs out.
  package init?(_ transfer: PauliTransfer, qubitCount: Int, table: KernelTable) {
    var description = qk_gate()
    description.kind = Int32(QK_TRANSFER)
    description.qubit_count = Int32(2 * qubitCount)
    let targets = (transfer.qubits + transfer.qubits.map { $0 + qubitCount }).map { Int32($0) }
    description.target_count = Int32(targets.count)
    let step = targets.withUnsafeBufferPointer { targets in
      transfer.entries.withUnsafeBufferPointer { entries in
        description.targets = targets.baseAddress
        description.matrix = entries.baseAddress
        return withUnsafePointer(to: description) { table.pointer.pointee.make_step($0) }
      }
    }
    guard let step else { return nil }
    self.step = step
    unitCount = qk_step_unit_count(step)
  }

  deinit { qk_step_free(step) }

  package func run(on state: UnsafeMutableRawPointer, with executor: Executor) {
    let shared = UncheckedSendable((step, state))
    executor.forEachRange(unitCount) { range in
      qk_step_run(shared.value.0, shared.value.1, range.lowerBound, range.upperBound)
    }
  }
}

extension GateApplication {
  /// The gate with every matrix element conjugated.
  package var conjugate: GateApplication {
    let action: Action =
      switch action {
      case .dense(var matrix):
        {
          matrix.elements = matrix.elements.map(\.conjugate)
          return .dense(matrix)
        }()
      case .diagonal(let factors): .diagonal(factors.map(\.conjugate))
      case .permutation(let map, let phases):
        .permutation(map: map, phases: phases.map(\.conjugate))
      case .pauli(var product, let alpha, let beta):
        {
          product.phaseExponent = (4 - product.phaseExponent) & 3
          return .pauli(product, alpha: alpha.conjugate, beta: beta.conjugate)
        }()
      }
    return GateApplication(
      action, targets: targets, controlMask: controlMask, controlValue: controlValue)
  }
}
