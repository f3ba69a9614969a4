import ComplexModule
import QuantumCore
import RealModule

extension StateVector {
  /// ⟨ψ|H|ψ⟩ of an observable, formed in double precision.
  ///
  /// - Precondition: the observable's factors other than the identity are on qubits of the state.
  /// - Complexity: O(2ⁿ) for each term.
  public func expectation(of observable: PauliSum) -> Double {
    observable.terms.reduce(0) { $0 + $1.coefficient * expectation(of: $1.pauli).real }
  }

  /// ⟨ψ|P|ψ⟩ of a Pauli product, phase included.
  ///
  /// - Precondition: its factors other than the identity are on qubits of the state.
  public func expectation(of pauli: PauliString) -> Complex<Double> {
    expectation(of: product(of: pauli))
  }

  package func expectation(of product: PauliProduct) -> Complex<Double> {
    let sum = withRawPointer { state, table in
      executor.sum(buffer.count) { range in
        var result = SIMD2<Double>.zero
        withUnsafeMutableBytes(of: &result) {
          table.pointer.pointee.pauli_sum(
            state.value, product.x, product.z, range.lowerBound, range.upperBound,
            $0.baseAddress?.assumingMemoryBound(to: Double.self))
        }
        return result
      }
    }
    return Complex(sum.x, sum.y) * product.phase
  }
}
