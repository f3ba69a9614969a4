import ComplexModule
import QuantumCore
import RealModule

extension StateVector {
  /// ⟨ψ|ψ⟩, formed in double precision.
  public var normSquared: Double {
    withRawPointer { state, table in
      executor.sum(buffer.count) { range in
        SIMD2(table.pointer.pointee.norm(state.value, range.lowerBound, range.upperBound), 0)
      }.x
    }
  }

  /// √⟨ψ|ψ⟩.
  public var norm: Double { normSquared.squareRoot() }

  /// Scales the state to norm 1.
  ///
  /// - Precondition: the state is not zero.
  public mutating func normalize() {
    // Not within a precondition, which is not evaluated in every build.
    guard normalizeIfPossible() else {
      preconditionFailure("The zero vector cannot be normalised")
    }
  }

  /// Scales the state to norm 1; `false` where it has no norm.
  package mutating func normalizeIfPossible() -> Bool {
    let factor = 1 / norm
    guard factor > 0, factor.isFinite else { return false }
    scale(by: Complex(factor))
    return true
  }

  /// ⟨a|b⟩, formed in double precision.
  ///
  /// - Precondition: both have the same number of qubits.
  public func innerProduct(with other: StateVector) -> Complex<Double> {
    precondition(qubitCount == other.qubitCount, "The states differ in their number of qubits")
    let sum = withRawPointer { a, table in
      other.withRawPointer { b, _ in
        executor.sum(buffer.count) { range in
          var result = SIMD2<Double>.zero
          withUnsafeMutableBytes(of: &result) {
            table.pointer.pointee.inner_product(
              a.value, b.value, range.lowerBound, range.upperBound,
              $0.baseAddress?.assumingMemoryBound(to: Double.self))
          }
          return result
        }
      }
    }
    return Complex(sum.x, sum.y)
  }

  /// |⟨a|b⟩|².
  ///
  /// - Precondition: both have the same number of qubits.
  public func fidelity(with other: StateVector) -> Double {
    innerProduct(with: other).lengthSquared
  }

  /// |a|² of every basis state.
  ///
  /// - Complexity: O(2ⁿ) time and memory.
  public var probabilities: [Double] {
    withRawPointer { state, table in
      [Double](unsafeUninitializedCapacity: amplitudeCount) { out, initialized in
        let shared = UncheckedSendable(out)
        executor.forEachRange(buffer.count) { range in
          table.pointer.pointee.probabilities(
            state.value, shared.value.baseAddress.map { $0 + Int(range.lowerBound) },
            range.lowerBound,
            range.upperBound)
        }
        initialized = amplitudeCount
      }
    }
  }

  /// The weight of the basis states that have a qubit at 1: the probability of measuring 1 if the
  /// norm is 1.
  public func probabilityOfOne(_ qubit: Int) -> Double {
    checkQubits([qubit])
    return weight(mask: 1 << UInt64(qubit), value: 1 << UInt64(qubit))
  }

  /// Σ|aᵢ|² over i with i ∧ mask = value.
  package func weight(mask: UInt64, value: UInt64) -> Double {
    let count = buffer.count >> UInt64(mask.nonzeroBitCount)
    return withRawPointer { state, table in
      executor.sum(count) { range in
        SIMD2(
          table.pointer.pointee.norm_where(
            state.value, mask, value, range.lowerBound, range.upperBound), 0)
      }.x
    }
  }

  /// Measures a qubit in the Z basis and collapses the state.
  @discardableResult
  public mutating func measure(_ qubit: Int, using generator: inout some RandomNumberGenerator)
    -> Bool
  {
    checkQubits([qubit])
    let product = PauliProduct(.z, on: qubit)
    let weights = outcomeWeights(of: product)
    let result = Philox.uniform(generator.next()) < weights.probabilityOfOne
    collapse(product, result: result, weights: weights)
    return result
  }

  /// Measures a Hermitian Pauli product and collapses the state; `true` is eigenvalue −1.
  ///
  /// - Precondition: `pauli` is Hermitian and on qubits of the state.
  @discardableResult
  public mutating func measure(
    _ pauli: PauliString, using generator: inout some RandomNumberGenerator
  ) -> Bool {
    precondition(pauli.isHermitian, "Only Hermitian products can be measured")
    let product = product(of: pauli)
    let weights = outcomeWeights(of: product)
    let result = Philox.uniform(generator.next()) < weights.probabilityOfOne
    collapse(product, result: result, weights: weights)
    return result
  }

  /// - Precondition: the product is Hermitian.
  package func outcomeWeights(of product: PauliProduct) -> OutcomeWeights {
    if product.x == 0, product.z.nonzeroBitCount == 1, product.phaseExponent & 1 == 0 {
      let zero = weight(mask: product.z, value: 0)
      let one = weight(mask: product.z, value: product.z)
      return product.phaseExponent == 0
        ? OutcomeWeights(plus: zero, minus: one, negligible: S.negligibleProbability)
        : OutcomeWeights(plus: one, minus: zero, negligible: S.negligibleProbability)
    }
    let norm = normSquared
    let expectation = expectation(of: product).real
    return OutcomeWeights(
      plus: max(0, (norm + expectation) / 2), minus: max(0, (norm - expectation) / 2),
      negligible: S.negligibleProbability)
  }

  /// Keeps the eigenspace of a result and scales it to norm 1; leaves the state alone if that is
  /// all of it.
  package mutating func collapse(_ product: PauliProduct, result: Bool, weights: OutcomeWeights) {
    let kept = result ? weights.minus : weights.plus
    guard kept > 0 else { return }
    if weights.isCertain { return }
    let scale = 1 / kept.squareRoot()
    guard product.x == 0, product.z.nonzeroBitCount == 1 else {
      return apply(.projection(product, sign: result ? -1 : 1, scale: scale))
    }
    let mask = product.z
    let value = result != (product.phaseExponent == 2) ? mask : 0
    let (executor, count) = (executor, buffer.count)
    withUniquePointer { pointer in
      let shared = UncheckedSendable(UnsafeMutableRawPointer(pointer))
      executor.forEachRange(count) { range in
        executor.table.pointer.pointee.collapse(
          shared.value, mask, value, scale, range.lowerBound, range.upperBound)
      }
    }
  }
}

/// The weights of the two eigenspaces of a Hermitian product in a state.
package struct OutcomeWeights: Sendable {
  package var plus: Double
  package var minus: Double
  /// Outcomes less likely than this are rounding errors.
  package var negligible: Double

  /// Probability of result 1 (eigenvalue −1); 0 or 1 exactly where the other is a rounding error.
  package var probabilityOfOne: Double {
    let p = minus / (plus + minus)
    if !(p > negligible) { return 0 }
    return p < 1 - negligible ? p : 1
  }
  /// Whether there is a distribution at all.
  package var areKnown: Bool { plus + minus > 0 && (plus + minus).isFinite }
  package var isCertain: Bool { probabilityOfOne == 0 || probabilityOfOne == 1 }
}
