import ComplexModule
import QuantumCore
import RealModule

extension StateVector {
  /// ⟨ψ|H|ψ⟩ of an observable.
  ///
  /// Products are formed in the state's precision and added up in double precision.
  ///
  /// - Precondition: the observable's factors other than the identity are on qubits of the state.
  /// - Complexity: O(2ⁿ) for each distinct set of qubits with X or Y. Memory is read once for a
  ///   group of about ten of them, and products that share the set cost next to nothing each.
  public func expectation(of observable: PauliSum) -> Double {
    let terms = observable.terms.map {
      PauliSumPlan.Term($0.coefficient, product(of: $0.pauli))
    }
    return PauliSumPlan(terms, qubitCount: qubitCount, precision: S.precision).value(in: self)
  }

  /// ⟨ψ|P|ψ⟩ of a Pauli product, phase included, formed in double precision.
  ///
  /// - Precondition: its factors other than the identity are on qubits of the state.
  /// - Complexity: O(2ⁿ).
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

  /// H|ψ⟩, not normalised.
  ///
  /// - Precondition: the observable's factors other than the identity are on qubits of the state,
  ///   and there is memory for a second state.
  /// - Complexity: O(2ⁿ) for each term, a tile that stays in cache at a time.
  public func applying(_ observable: PauliSum) -> StateVector {
    let terms = observable.terms.map {
      PauliSumPlan.Term($0.coefficient, product(of: $0.pauli))
    }
    guard let result = applying(terms) else {
      preconditionFailure("No memory for a second state of \(qubitCount) qubits")
    }
    return result
  }

  /// Σ c P |ψ⟩; `nil` when memory runs out.
  package func applying(_ terms: [PauliSumPlan.Term]) -> StateVector? {
    guard var result = try? StateVector(qubitCount: qubitCount, executor: executor) else {
      return nil
    }
    let executor = executor
    result.withUniquePointer { out in
      out[0] = .zero
      let shared = UncheckedSendable(UnsafeMutableRawPointer(out))
      withRawPointer { state, table in
        executor.forEachRange(buffer.count) { range in
          var start = range.lowerBound
          while start < range.upperBound {
            let end = min(range.upperBound, start + 1 << 11)
            for term in terms {
              let factor = term.product.phase * Complex(term.coefficient)
              table.pointer.pointee.add_pauli(
                shared.value, state.value, term.product.x, term.product.z, factor.real,
                factor.imaginary, start, end)
            }
            start = end
          }
        }
      }
    }
    return result
  }
}
