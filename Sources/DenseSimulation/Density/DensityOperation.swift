import ComplexModule
import QuantumCore

/// One step of a density matrix's evolution, as a program says it.
package enum DensityOperation: Sendable {
  case gate(GateApplication)
  /// One of several Pauli errors, or none.
  case errors([(probability: Double, product: PauliProduct)])
  case kraus([ComplexMatrix], positions: [Int])
  case reset(position: Int, basis: Pauli)
  /// A measurement whose result is not kept, then a correction where the eigenvalue is −1.
  case measurement(PauliProduct, correction: PauliProduct?)
}

/// One pass over a density matrix.
package enum DensityStep: Sendable {
  /// A map on up to three qubits.
  case transfer(PauliTransfer)
  /// Pauli errors on more qubits than that: a factor for each coefficient.
  case errors([(probability: Double, product: PauliProduct)])
  /// ρ ↦ AρA† with A = α + βP on more qubits than that.
  case pauli(PauliProduct, alpha: Complex<Double>, beta: Complex<Double>)
  /// Any other gate on more qubits than that, by way of the matrix elements.
  case gate(GateApplication)

  package var qubitMask: UInt64 {
    switch self {
    case .transfer(let transfer): transfer.qubits.reduce(0) { $0 | 1 << UInt64($1) }
    case .errors(let errors): errors.reduce(0) { $0 | $1.product.x | $1.product.z }
    case .pauli(let product, _, _): product.x | product.z
    case .gate(let gate): gate.qubitMask
    }
  }

  /// What an operation is without its neighbours.
  package static func steps(of operation: DensityOperation) -> [DensityStep] {
    switch operation {
    case .gate(let gate): return [step(of: gate)]
    case .errors(let errors):
      let qubits = GateApplication.positions(errors.reduce(0) { $0 | $1.product.x | $1.product.z })
      if qubits.count > PauliTransfer.widest { return [.errors(errors)] }
      return [.transfer(PauliTransfer(errors: errors, on: qubits))]
    case .kraus(let operators, let positions):
      return [.transfer(PauliTransfer(operators, on: positions))]
    case .reset(let position, let basis):
      return [.transfer(PauliTransfer(resetOf: position, to: basis))]
    case .measurement(let product, nil): return steps(of: .errors([(0.5, product)]))
    case .measurement(let product, let correction?):
      // Corrections come with resets of one qubit only.
      let qubits = GateApplication.positions(product.x | product.z)
      let (plus, minus) = (
        matrix(of: product, on: qubits, alpha: Complex(0.5), beta: Complex(0.5)),
        matrix(of: product, on: qubits, alpha: Complex(0.5), beta: Complex(-0.5))
      )
      let correction = matrix(of: correction, on: qubits, alpha: .zero, beta: .one)
      return [.transfer(PauliTransfer([plus, correction * minus], on: qubits))]
    }
  }

  private static func step(of gate: GateApplication) -> DensityStep {
    let qubits = GateApplication.positions(gate.qubitMask)
    if case .pauli(let product, let alpha, let beta) = gate.action {
      if qubits.count > PauliTransfer.widest { return .pauli(product, alpha: alpha, beta: beta) }
      return .transfer(
        PauliTransfer([matrix(of: product, on: qubits, alpha: alpha, beta: beta)], on: qubits))
    }
    if qubits.count > PauliTransfer.widest { return .gate(gate) }
    let local = gate.relocated { qubit in qubits.firstIndex(of: qubit) ?? 0 }
    return .transfer(
      PauliTransfer([GateApplication.product([local], qubitCount: qubits.count)], on: qubits))
  }

  /// α + βP on a few qubits.
  private static func matrix(
    of product: PauliProduct, on qubits: [Int], alpha: Complex<Double>, beta: Complex<Double>
  ) -> ComplexMatrix {
    let size = 1 << qubits.count
    var (x, z) = (0, 0)
    for (place, qubit) in qubits.enumerated() {
      x |= Int(product.x >> UInt64(qubit) & 1) << place
      z |= Int(product.z >> UInt64(qubit) & 1) << place
    }
    var matrix = ComplexMatrix.identity(size).scaled(by: alpha)
    for column in 0..<size {
      // XˣZᶻ|j⟩ = (−1)^{j·z} |j ⊕ x⟩.
      let sign: Complex<Double> = (column & z).nonzeroBitCount & 1 == 1 ? -.one : .one
      matrix[column ^ x, column] += beta * product.phase * sign
    }
    return matrix
  }
}

extension GateApplication {
  /// The positions of the bits of a mask, ascending.
  package static func positions(_ mask: UInt64) -> [Int] {
    (0..<64).filter { mask >> UInt64($0) & 1 == 1 }
  }
}

/// Merges operations into maps on pairs of qubits, in order: what happens on one qubit joins the
/// map before it, or waits for the next one; maps on the same pair become one. A map costs a pass
/// whatever it holds, so merging never loses.
package struct DensityFusion {
  private var steps: [(step: DensityStep, operationCount: Int)] = []
  /// For each qubit the last step that touches it.
  private var last = [Int?](repeating: nil, count: 64)

  /// Steps equal to the operations one after the other, and how many operations each stands for.
  package static func fused(
    _ operations: [DensityOperation], fusing: Bool = true
  ) -> [(step: DensityStep, operationCount: Int)] {
    var fusion = DensityFusion()
    for operation in operations {
      for step in DensityStep.steps(of: operation) {
        if fusing {
          fusion.append(step)
        } else {
          fusion.steps.append((step, 1))
        }
      }
    }
    return fusion.steps.filter { entry in
      if case .transfer(let transfer) = entry.step { !transfer.isIdentity } else { true }
    }
  }

  private mutating func append(_ step: DensityStep) {
    let qubits = GateApplication.positions(step.qubitMask)
    guard case .transfer(let transfer) = step else { return add(step, qubits, 1) }
    // The latest step on any of the qubits takes it if it has them all.
    let latest = qubits.compactMap { last[$0] }.max()
    if let latest, case .transfer(var block) = steps[latest].step,
      qubits.allSatisfy({ block.qubits.contains($0) })
    {
      block.append(transfer)
      steps[latest] = (.transfer(block), steps[latest].operationCount + 1)
      return
    }
    guard qubits.count > 1 else { return add(step, qubits, 1) }
    // Steps on single qubits that nothing follows go into the new one.
    var (block, count) = (PauliTransfer(identityOn: qubits), 1)
    for qubit in qubits {
      guard let index = last[qubit], case .transfer(let single) = steps[index].step,
        single.qubits.count == 1
      else { continue }
      block.append(single)
      count += steps[index].operationCount
      steps[index] = (.transfer(PauliTransfer(identityOn: [qubit])), 0)
    }
    block.append(transfer)
    add(.transfer(block), qubits, count)
  }

  private mutating func add(_ step: DensityStep, _ qubits: [Int], _ count: Int) {
    steps.append((step, count))
    for qubit in qubits { last[qubit] = steps.count - 1 }
  }
}
