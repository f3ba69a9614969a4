import COpenBLAS
import ComplexModule
import QuantumCore
import RealModule

extension DensityMatrix {
  /// Tr ρ.
  public var trace: Double { withCoefficients { Double($0[0]) } }

  /// Tr ρ² = 2⁻ⁿ Σ r², formed in double precision.
  public var purity: Double {
    let sum = withCoefficients { coefficients in
      let shared = UncheckedSendable(coefficients)
      return executor.sum(1 << UInt64(2 * qubitCount)) { range in
        var sum = 0.0
        for index in Int(range.lowerBound)..<Int(range.upperBound) {
          let value = Double(shared.value[index])
          sum += value * value
        }
        return SIMD2(sum, 0)
      }.x
    }
    return sum / Double(1 << qubitCount)
  }

  /// Tr(ρP) of a Pauli product, phase included.
  ///
  /// - Precondition: its factors other than the identity are on qubits of the state.
  /// - Complexity: O(1): it is one of the numbers kept.
  public func expectation(of pauli: PauliString) -> Complex<Double> {
    expectation(of: product(of: pauli))
  }

  /// Tr(ρH) of an observable.
  ///
  /// - Precondition: the observable's factors other than the identity are on qubits of the state.
  /// - Complexity: O(1) for each term.
  public func expectation(of observable: PauliSum) -> Double {
    observable.terms.reduce(0) { $0 + $1.coefficient * expectation(of: $1.pauli).real }
  }

  package func expectation(of product: PauliProduct) -> Complex<Double> {
    let index = Int(product.x) << qubitCount | Int(product.z)
    let value = withCoefficients { Double($0[index]) }
    return PauliTransfer.powersOfI[product.letterExponent] * Complex(value)
  }

  /// ⟨ψ|ρ|ψ⟩.
  ///
  /// - Precondition: the state has as many qubits.
  /// - Complexity: O(n 4ⁿ).
  public func fidelity(with state: StateVector<S>) -> Double {
    precondition(qubitCount == state.qubitCount, "The states differ in their number of qubits")
    let (n, size) = (qubitCount, 1 << qubitCount)
    var total = 0.0
    var row = [Complex<Double>](repeating: .zero, count: size)
    withCoefficients { coefficients in
      state.withAmplitudes { amplitudes in
        for x in 0..<size {
          for i in 0..<size {
            let (a, b) = (amplitudes[i], amplitudes[i ^ x])
            row[i] =
              Complex(Double(a.real), Double(a.imaginary))
              * Complex(Double(b.real), -Double(b.imaginary))
          }
          WalshHadamard.transform(&row)
          for z in 0..<size {
            let phase = PauliTransfer.powersOfI[(x & z).nonzeroBitCount & 3]
            total += (phase * row[z]).real * Double(coefficients[x << n | z])
          }
        }
      }
    }
    return total / Double(size)
  }

  /// The state of some qubits, the others traced out: the coefficients of Paulis that are the
  /// identity on those.
  ///
  /// - Parameter qubits: distinct; bit j of the result's indices is `qubits[j]`.
  /// - Complexity: O(4ᵏ) for k qubits.
  public func reduced(to qubits: [Int]) -> DensityMatrix {
    checkQubits(qubits)
    guard var result = try? DensityMatrix(qubitCount: qubits.count, executor: executor) else {
      preconditionFailure("No memory for a density matrix of \(qubits.count) qubits")
    }
    let (n, k) = (qubitCount, qubits.count)
    func spread(_ bits: Int) -> Int {
      qubits.enumerated().reduce(0) { $0 | (bits >> $1.offset & 1) << $1.element }
    }
    let count = 1 << k
    withCoefficients { source in
      result.withUniqueCoefficients { target in
        for x in 0..<count {
          let high = spread(x) << n
          for z in 0..<count { target[x << k | z] = source[high | spread(z)] }
        }
      }
    }
    return result
  }

  /// ⟨i|ρ|i⟩ of every basis state: never negative; below rounding errors 0.
  ///
  /// - Complexity: O(n 2ⁿ) time, 2ⁿ numbers.
  public var probabilities: [Double] {
    let size = 1 << qubitCount
    var values = withCoefficients { coefficients in (0..<size).map { Double(coefficients[$0]) } }
    WalshHadamard.transform(&values)
    let scale = 1 / Double(size)
    let floor = 32 * Double(S.ulpOfOne) * scale.squareRoot()
    for index in values.indices {
      values[index] *= scale
      if values[index] < floor { values[index] = 0 }
    }
    return values
  }

  /// The eigenvalues of ρ, ascending.
  ///
  /// - Throws: `Obstacle` without OpenBLAS, or without memory for the matrix.
  /// - Complexity: O(8ⁿ).
  public func eigenvalues() throws(Obstacle) -> [Double] {
    if let reason = BLAS.missing {
      throw Obstacle(.option, "eigenvalues need OpenBLAS: \(reason)", hint: "install libopenblas")
    }
    guard qubitCount <= 13 else {
      throw Obstacle(
        .unsupported, "eigenvalues of a density matrix of \(qubitCount) qubits take too long",
        hint: "at most 13 qubits")
    }
    let size = Int32(1 << qubitCount)
    var elements = matrix.elements
    var values = [Double](repeating: 0, count: Int(size))
    var info: Int32 = 0
    var (workSize, realSize, integerSize) = (Int32(-1), Int32(-1), Int32(-1))
    for _ in 0..<2 {
      var work = [Complex<Double>](repeating: .zero, count: Int(max(1, workSize)))
      var real = [Double](repeating: 0, count: Int(max(1, realSize)))
      var integer = [Int32](repeating: 0, count: Int(max(1, integerSize)))
      info = cob_zheevd(
        CChar(UInt8(ascii: "N")), CChar(UInt8(ascii: "U")), size, &elements, size, &values, &work,
        workSize, &real, realSize, &integer, integerSize)
      (workSize, realSize, integerSize) = (Int32(work[0].real), Int32(real[0]), integer[0])
    }
    guard info == 0 else {
      throw Obstacle(.unsupported, "the eigenvalues did not converge (LAPACK says \(info))")
    }
    return values
  }

  /// −Tr ρ log₂ ρ, in bits.
  ///
  /// - Throws: as `eigenvalues`.
  public func vonNeumannEntropy() throws(Obstacle) -> Double {
    try eigenvalues().reduce(0) { $1 > 0 ? $0 - $1 * Double.log2($1) : $0 }
  }

  /// Measures a qubit in the Z basis and collapses the state.
  @discardableResult
  public mutating func measure(
    _ qubit: Int, using generator: inout some RandomNumberGenerator
  ) -> Bool {
    checkQubits([qubit])
    let product = PauliProduct(.z, on: qubit)
    let weights = outcomeWeights(of: product)
    let result = Philox.uniform(generator.next()) < weights.probabilityOfOne
    collapse(product, result: result, weights: weights)
    return result
  }

  /// - Precondition: the product is Hermitian.
  package func outcomeWeights(of product: PauliProduct) -> OutcomeWeights {
    let (trace, value) = (trace, expectation(of: product).real)
    return OutcomeWeights(
      plus: max(0, (trace + value) / 2), minus: max(0, (trace - value) / 2),
      negligible: S.precision == .double ? 1e-13 : 2e-6)
  }

  /// Keeps the eigenspace of a result and scales it to trace 1; leaves the state alone if that is
  /// all of it.
  package mutating func collapse(_ product: PauliProduct, result: Bool, weights: OutcomeWeights) {
    let kept = result ? weights.minus : weights.plus
    guard kept > 0, !weights.isCertain else { return }
    apply(
      .gate(.projection(product, sign: result ? -1 : 1, scale: 1 / kept.squareRoot())))
  }

  /// Basis states drawn with their probabilities, one for each uniform number in [0, 1).
  ///
  /// - Returns: an index for each number, in the order of the numbers; `nil` for a state without a
  ///   trace.
  /// - Complexity: O(n 2ⁿ + n shots).
  package func outcomes(forUniforms uniforms: [Double]) -> [UInt64]? {
    let probabilities = probabilities
    var cumulative = [Double](repeating: 0, count: probabilities.count + 1)
    for (index, p) in probabilities.enumerated() { cumulative[index + 1] = cumulative[index] + p }
    let total = cumulative[probabilities.count]
    guard total > 0, total.isFinite else { return nil }
    let last = probabilities.lastIndex { $0 > 0 } ?? 0
    return uniforms.map { uniform in
      // The first state whose running sum exceeds the threshold.
      let threshold = uniform * total
      var (low, high) = (0, last)
      while low < high {
        let middle = (low + high) / 2
        if cumulative[middle + 1] > threshold { high = middle } else { low = middle + 1 }
      }
      return UInt64(low)
    }
  }
}
