import CQSimKernels
import ComplexModule
import QuantumCore

extension StateVector {
  /// Σ_e ⟨c, e|self⟩ ⟨bra|r, e⟩ over the settings e of all other qubits: Tr_rest |self⟩⟨bra|.
  ///
  /// For an operator A on these qubits, ⟨bra|A|self⟩ = Tr(A M).
  ///
  /// - Parameters:
  ///   - qubits: at most 6; bit j of a row or column is the value of `qubits[j]`.
  ///   - controlMask: other qubits that are held at `controlValue`, instead of being summed over.
  /// - Returns: 2ᵏ × 2ᵏ, rows c, columns r.
  /// - Precondition: both states have as many qubits, and the qubits are distinct and theirs.
  /// - Complexity: O(2ⁿ⁺ᵏ).
  package func crossMatrix(
    with bra: StateVector, on qubits: [Int], controlMask: UInt64 = 0, controlValue: UInt64 = 0
  ) -> ComplexMatrix {
    precondition(qubits.count <= 6, "A cross matrix is on at most 6 qubits, not \(qubits.count)")
    precondition(qubitCount == bra.qubitCount, "The states differ in their number of qubits")
    checkQubits(qubits)
    let (k, size) = (qubits.count, 1 << qubits.count)
    let groups = amplitudeCount >> (k + controlMask.nonzeroBitCount)
    // The split depends on the sizes only; every chunk is whole vectors.
    let chunks = max(1, min(32, groups >> 9))
    let stride = 2 * size * size
    var partial = [Double](repeating: 0, count: chunks * stride)
    let targets = qubits.map { Int32($0) }
    withRawPointer { ket, table in
      bra.withRawPointer { bra, _ in
        partial.withUnsafeMutableBufferPointer { sums in
          let shared = UncheckedSendable(sums)
          let threads = amplitudeCount < Executor.serialLimit ? 1 : executor.threads
          Parallel.forEach(chunks: chunks, threads: threads) { chunk in
            let scratch = UnsafeMutableRawPointer.allocate(
              byteCount: Self.crossScratchBytes(qubitCount: k), alignment: 64)
            defer { scratch.deallocate() }
            table.pointer.pointee.cross_matrix(
              bra.value, ket.value, Int32(k), targets, controlMask, controlValue,
              UInt64(groups / chunks * chunk), UInt64(groups / chunks * (chunk + 1)), scratch,
              shared.value.baseAddress.map { $0 + chunk * stride })
          }
        }
      }
    }
    let elements = (0..<size * size).map { entry in
      (0..<chunks).reduce(Complex<Double>.zero) { sum, chunk in
        let place = chunk * stride + 2 * entry
        return sum + Complex(partial[place], partial[place + 1])
      }
    }
    return ComplexMatrix(rowCount: size, columnCount: size, elements: elements)
  }

  /// As QK_CROSS_SCRATCH_BYTES.
  private static func crossScratchBytes(qubitCount k: Int) -> Int {
    (1 << k) * 2 * 16 * 64 + (1 << (2 * k)) * 2 * 128
  }
}
