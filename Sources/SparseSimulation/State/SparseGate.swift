import ComplexModule
import DenseSimulation
import QuantumCore

/// A gate on qubits of a sparse state, with any number of controls.
package struct SparseGate: Sendable {
  package enum Action: Sendable {
    /// Bit j of a row or column index is the value of `targets[j]`.
    case matrix(GateApplication.Action)
    /// α + βP.
    case pauli(QubitPauli, alpha: Complex<Double>, beta: Complex<Double>)
    case swap
  }
  package var action: Action
  package var targets: [Int]
  package var controls: [(qubit: Int, value: Bool)] = []

  package init(_ action: Action, targets: [Int] = [], controls: [(qubit: Int, value: Bool)] = []) {
    (self.action, self.targets, self.controls) = (action, targets, controls)
  }

  package init(matrix: ComplexMatrix, targets: [Int]) {
    self.init(.matrix(GateApplication(matrix: matrix, targets: []).action), targets: targets)
  }

  /// X, Y or Z on one qubit.
  package static func singlePauli(_ pauli: Pauli, on qubit: Int) -> SparseGate {
    SparseGate(matrix: pauli.matrix, targets: [qubit])
  }

  /// Whether no number of the gate is infinite or undefined.
  package var isFinite: Bool {
    if case .matrix(let action) = action { GateApplication(action).isFinite } else { true }
  }

  /// All qubits that take part.
  package var qubits: [Int] {
    if case .pauli(let product, _, _) = action { return product.letters.map(\.qubit) }
    return targets + controls.map(\.qubit)
  }
}

/// A Hermitian or anti-Hermitian Pauli product on qubits of a sparse state: i^letterExponent times
/// letters, each qubit once.
package struct QubitPauli: Sendable {
  package var letters: [(qubit: Int, pauli: Pauli)] = []
  package var letterExponent = 0

  package init() {}

  package init(_ pauli: Pauli, on qubit: Int) { letters = [(qubit, pauli)] }

  /// The product of letters, from left to right; those on one qubit multiply.
  package init(_ factors: [(qubit: Int, pauli: Pauli)]) {
    var products: [Int: PauliProduct] = [:]
    for factor in factors {
      products[factor.qubit, default: PauliProduct()].multiply(
        by: PauliProduct(factor.pauli, on: 0))
    }
    for (qubit, product) in products.sorted(by: { $0.key < $1.key }) {
      letterExponent = (letterExponent + product.letterExponent) & 3
      if !product.isIdentity {
        letters.append((qubit, Pauli(x: product.x == 1, z: product.z == 1)))
      }
    }
  }

  package var isIdentity: Bool { letters.isEmpty }
  package var isHermitian: Bool { letterExponent & 1 == 0 }
  package var isDiagonal: Bool { letters.allSatisfy { !$0.pauli.hasX } }
  /// i^letterExponent.
  package var sign: Complex<Double> { ColumnPauli.powers[letterExponent & 3] }

  package static prefix func - (a: QubitPauli) -> QubitPauli {
    var negated = a
    negated.letterExponent = (a.letterExponent + 2) & 3
    return negated
  }
}
