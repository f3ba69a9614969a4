import ComplexModule
import QuantumCore
import RealModule

// Between the Pauli basis and matrix elements lies, for every X part x, a Walsh–Hadamard transform
// over the Z parts:
//
//     r[x, z]    = i^{|x∧z|} Σᵢ (−1)^{i·z} ρ[i, i⊕x]
//     ρ[i, i⊕x]  = 2⁻ⁿ Σ_z (−i)^{|x∧z|} (−1)^{i·z} r[x, z]

extension DensityMatrix {
  /// ρ[row, column].
  ///
  /// - Complexity: O(2ⁿ).
  public subscript(row: Int, column: Int) -> Complex<Double> {
    precondition(
      row >= 0 && row < 1 << qubitCount && column >= 0 && column < 1 << qubitCount,
      "(\(row), \(column)) is outside a matrix of 2^\(qubitCount) rows")
    let (x, size) = (row ^ column, 1 << qubitCount)
    return withCoefficients { coefficients in
      var sum = Complex<Double>.zero
      for z in 0..<size {
        let sign = (row & z).nonzeroBitCount & 1 == 1 ? -1.0 : 1.0
        let phase = PauliTransfer.powersOfI[(4 - (x & z).nonzeroBitCount & 3) & 3]
        sum += phase * Complex(sign * Double(coefficients[x << qubitCount | z]))
      }
      return Complex(sum.real / Double(size), sum.imaginary / Double(size))
    }
  }

  /// All matrix elements.
  ///
  /// - Complexity: O(n 4ⁿ) time, 16 · 4ⁿ bytes.
  public var matrix: ComplexMatrix {
    let size = 1 << qubitCount
    var matrix = ComplexMatrix(zeros: size, by: size)
    matrix.elements.withUnsafeMutableBufferPointer { buffer in
      writeElements(to: buffer.baseAddress!) { $0 }
    }
    return matrix
  }

  /// All matrix elements, row by row, as an array of 4ⁿ amplitudes: bit q of an index belongs to
  /// the column, bit n + q to the row.
  ///
  /// - Throws: `Obstacle` if that needs more than `limit` bytes, or than the system gives.
  public func elements(limit: UInt64? = nil) throws(Obstacle) -> StateVector<S> {
    try Self.checkElements(qubitCount: qubitCount, limit: limit)
    guard let elements = elements() else {
      throw Self.obstacle(toElementsOf: qubitCount, limit: nil)
    }
    return elements
  }

  /// - Throws: `Obstacle` if the matrix elements of so many qubits need more than `limit` bytes.
  package static func checkElements(qubitCount: Int, limit: UInt64?) throws(Obstacle) {
    let required = StateMemory.bytes(qubitCount: 2 * qubitCount, precision: S.precision)
    guard required > limit ?? .max else { return }
    throw obstacle(toElementsOf: qubitCount, limit: limit)
  }

  private static func obstacle(toElementsOf qubitCount: Int, limit: UInt64?) -> Obstacle {
    let required = StateMemory.bytes(qubitCount: 2 * qubitCount, precision: S.precision)
    return Obstacle(
      .memory(required: required, available: limit ?? 0),
      "needs \(ByteText.text(required)) (4^\(qubitCount) × \(S.precision.bytesPerAmplitude) B) for the matrix elements"
        + (limit.map { ", \(ByteText.text($0)) available" } ?? ", which the system does not give"))
  }

  /// The matrix as a state of 2n qubits: bit q of an index belongs to the column, bit n + q to the
  /// row.
  ///
  /// - Returns: `nil` when memory runs out.
  package func elements() -> StateVector<S>? {
    guard
      var state = try? StateVector<S>(qubitCount: 2 * qubitCount, executor: executor)
    else { return nil }
    state.withUniquePointer { pointer in
      writeElements(to: pointer) { Complex(S($0.real), S($0.imaginary)) }
    }
    return state
  }

  private func writeElements<Element>(
    to pointer: UnsafeMutablePointer<Element>, _ make: (Complex<Double>) -> Element
  ) {
    let (n, size) = (qubitCount, 1 << qubitCount)
    let scale = 1 / Double(size)
    withoutActuallyEscaping(make) { make in
      withCoefficients { coefficients in
        let shared = UncheckedSendable((coefficients, pointer, make))
        Parallel.forEach(
          range: size, minimumChunk: max(1, (1 << 14) >> n), threads: executor.threads
        ) { range in
          let (coefficients, pointer, make) = shared.value
          var row = [Complex<Double>](repeating: .zero, count: size)
          for x in range {
            for z in 0..<size {
              let phase = PauliTransfer.powersOfI[(4 - (x & z).nonzeroBitCount & 3) & 3]
              let value = Double(coefficients[x << n | z]) * scale
              row[z] = Complex(phase.real * value, phase.imaginary * value)
            }
            WalshHadamard.transform(&row)
            for i in 0..<size { pointer[i << n | (i ^ x)] = make(row[i]) }
          }
        }
      }
    }
  }

  /// Replaces the state by the Hermitian part of a matrix.
  package mutating func setElements(_ element: (_ row: Int, _ column: Int) -> Complex<Double>) {
    let (n, size, threads) = (qubitCount, 1 << qubitCount, executor.threads)
    withoutActuallyEscaping(element) { element in
      withUniqueCoefficients { coefficients in
        let shared = UncheckedSendable((coefficients, element))
        Parallel.forEach(range: size, minimumChunk: max(1, (1 << 14) >> n), threads: threads) {
          range in
          let (coefficients, element) = shared.value
          var row = [Complex<Double>](repeating: .zero, count: size)
          for x in range {
            for i in 0..<size { row[i] = element(i, i ^ x) }
            WalshHadamard.transform(&row)
            for z in 0..<size {
              let phase = PauliTransfer.powersOfI[(x & z).nonzeroBitCount & 3]
              coefficients[x << n | z] = S((phase * row[z]).real)
            }
          }
        }
      }
    }
  }
}

/// a'[z] = Σᵢ (−1)^{i·z} a[i].
package enum WalshHadamard {
  package static func transform<Number: AdditiveArithmetic>(_ values: inout [Number]) {
    var half = 1
    let count = values.count
    values.withUnsafeMutableBufferPointer { values in
      while half < count {
        var start = 0
        while start < count {
          for i in start..<start + half {
            let (a, b) = (values[i], values[i + half])
            values[i] = a + b
            values[i + half] = a - b
          }
          start += 2 * half
        }
        half *= 2
      }
    }
  }
}
