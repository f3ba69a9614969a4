import COpenBLAS
import CQSimKernels
import ComplexModule
import QuantumCore
import RealModule

// What is known of a part of the qubits: marginal distributions, reduced density matrices,
// entropies.

extension StateVector {
  /// The probabilities of the outcomes of measuring some of the qubits in the Z basis, the others
  /// summed over.
  ///
  ///     state.probabilities(of: [0, 5])        // of 00, 01, 10, 11; qubit 0 on the right
  ///
  /// - Parameter qubits: distinct; bit j of an index of the result is the value of `qubits[j]`.
  /// - Returns: 2ᵏ weights Σ|aᵢ|², probabilities if the norm is 1.
  /// - Complexity: O(2ⁿ) time, O(2ᵏ) memory.
  public func probabilities(of qubits: [Int]) -> [Double] {
    checkQubits(qubits)
    let size = 1 << qubits.count
    let blockBits = min(qubitCount, 12)
    let blocks = amplitudeCount >> blockBits
    let lowPlaces = (0..<1 << blockBits).map { Self.extract($0, at: qubits) }
    // The split depends on the sizes only; each chunk has a table of its own.
    let chunks = max(1, min(64, blocks, (1 << 22) / size))
    var partial = [Double](repeating: 0, count: chunks * size)
    withRawPointer { state, table in
      partial.withUnsafeMutableBufferPointer { partial in
        let shared = UncheckedSendable(partial)
        Parallel.forEach(chunks: chunks, threads: blocks < 8 ? 1 : executor.threads) { chunk in
          withUnsafeTemporaryAllocation(of: Double.self, capacity: lowPlaces.count) { weights in
            for block in blocks * chunk / chunks..<blocks * (chunk + 1) / chunks {
              let start = UInt64(block) << UInt64(blockBits)
              table.pointer.pointee.probabilities(
                state.value, weights.baseAddress, start, start + UInt64(lowPlaces.count))
              let base = chunk * size + Self.extract(Int(start), at: qubits)
              for (low, place) in lowPlaces.enumerated() {
                shared.value[base | place] += weights[low]
              }
            }
          }
        }
      }
    }
    return (0..<size).map { place in
      (0..<chunks).reduce(0) { $0 + partial[$1 * size + place] }
    }
  }

  /// The bits of an index at the places given, the first one least significant.
  private static func extract(_ index: Int, at places: [Int]) -> Int {
    places.enumerated().reduce(0) { $0 | (index >> $1.element & 1) << $1.offset }
  }

  /// The state of some of the qubits, the others traced out: ρ = Tr_rest |ψ⟩⟨ψ|, formed in double
  /// precision.
  ///
  /// - Parameters:
  ///   - qubits: distinct; bit j of a row or column is the value of `qubits[j]`.
  ///   - memoryLimit: the most bytes to use for the result; `nil` sets no limit.
  /// - Returns: 2ᵏ × 2ᵏ, Hermitian, of trace ⟨ψ|ψ⟩.
  /// - Throws: `Obstacle` if the matrix is larger than `memoryLimit` or than 2³⁰ elements, or if
  ///   `qubits` are more than 6 and OpenBLAS is missing.
  /// - Complexity: O(2ⁿ⁺ᵏ) time, 16·4ᵏ bytes.
  public func reducedDensityMatrix(
    of qubits: [Int], memoryLimit: UInt64? = nil
  ) throws(Obstacle) -> ComplexMatrix {
    checkQubits(qubits)
    let required: UInt64 = qubits.count > 29 ? .max : 16 << UInt64(2 * qubits.count)
    let available = min(memoryLimit ?? .max, 16 << 30)
    guard required <= available else {
      let size = required == .max ? "more than 16 EiB" : ByteText.text(required)
      throw Obstacle(
        .memory(required: required, available: available),
        "the density matrix of \(qubits.count) qubits needs \(size), \(ByteText.text(available)) available",
        hint: "trace out more qubits")
    }
    if qubits.count <= 6 { return crossMatrix(with: self, on: qubits) }
    return try reducedByProducts(on: qubits)
  }

  /// ρ = Ψ Ψ†, Ψ being the amplitudes with a row for each setting of the qubits, by panels of
  /// columns.
  private func reducedByProducts(on qubits: [Int]) throws(Obstacle) -> ComplexMatrix {
    if let reason = BLAS.missing {
      throw Obstacle(
        .option, "OpenBLAS cannot be used: \(reason)",
        hint: "density matrices of more than 6 qubits need it")
    }
    let size = 1 << qubits.count
    let columns = amplitudeCount / size
    let width = min(columns, 256)
    var elements = [Complex<Double>](repeating: .zero, count: size * size)
    var panel = [Complex<Double>](repeating: .zero, count: size * width)
    for start in stride(from: 0, to: columns, by: width) {
      gather(into: &panel, rowsOf: qubits, columns: start..<start + width)
      addProduct(of: panel, width: width, to: &elements)
    }
    return ComplexMatrix(rowCount: size, columnCount: size, elements: elements)
  }

  private func gather(
    into panel: inout [Complex<Double>], rowsOf qubits: [Int], columns: Range<Int>
  ) {
    let targets = qubits.map { Int32($0) }
    var own = [Complex<S>](repeating: .zero, count: panel.count)
    withRawPointer { state, table in
      own.withUnsafeMutableBytes { own in
        table.pointer.pointee.gather(
          state.value, own.baseAddress, Int32(qubits.count), targets, 0, 0,
          UInt64(columns.lowerBound), UInt64(columns.upperBound))
      }
    }
    for (place, amplitude) in own.enumerated() {
      panel[place] = Complex(Double(amplitude.real), Double(amplitude.imaginary))
    }
  }

  /// elements += P P†, a stripe of rows a chunk.
  private func addProduct(
    of panel: [Complex<Double>], width: Int, to elements: inout [Complex<Double>]
  ) {
    let size = panel.count / width
    let stripes = min(16, size)
    let rows = size / stripes
    elements.withUnsafeMutableBufferPointer { elements in
      panel.withUnsafeBufferPointer { panel in
        let shared = UncheckedSendable((elements, panel))
        Parallel.forEach(chunks: stripes, threads: executor.threads) { stripe in
          let one: [Double] = [1, 0]
          guard let out = shared.value.0.baseAddress, let panel = shared.value.1.baseAddress else {
            return
          }
          _ = cob_zgemm(
            Int32(COB_NO_TRANSPOSE), Int32(COB_CONJUGATE_TRANSPOSE), Int32(rows), Int32(size),
            Int32(width), one, panel + stripe * rows * width, Int32(width), panel, Int32(width),
            one,
            out + stripe * rows * size, Int32(size))
        }
      }
    }
  }

  /// The entanglement entropy −Tr ρ log₂ ρ between some of the qubits and the rest, in bits.
  ///
  /// 0 for a product state, min(k, n − k) at most. Found from the smaller of the two parts, which
  /// have the same.
  ///
  /// - Precondition: the state is not zero; its norm does not matter.
  /// - Throws: as `reducedDensityMatrix`, of the smaller part; `Obstacle` if LAPACK's eigenvalues
  ///   do not converge.
  /// - Complexity: O(2ⁿ⁺ᵏ + 8ᵏ) for the k qubits of the smaller part.
  public func vonNeumannEntropy(
    of qubits: [Int], memoryLimit: UInt64? = nil
  ) throws(Obstacle) -> Double {
    let density = try reducedDensityMatrix(
      of: smallerPart(of: qubits), memoryLimit: memoryLimit.map { $0 / 2 })
    let values = try Self.eigenvalues(of: density)
    let total = values.reduce(0, +)
    return values.reduce(0) { sum, value in
      let p = value / total
      return p > 0 ? sum - p * Double.log2(p) : sum
    }
  }

  /// The second Rényi entropy −log₂ Tr ρ² of some of the qubits, in bits: never more than
  /// `vonNeumannEntropy`.
  ///
  /// - Precondition: the state is not zero; its norm does not matter.
  /// - Throws: as `reducedDensityMatrix`, of the smaller of the two parts.
  /// - Complexity: O(2ⁿ⁺ᵏ) for the k qubits of the smaller part; no eigenvalues are needed.
  public func renyi2Entropy(
    of qubits: [Int], memoryLimit: UInt64? = nil
  ) throws(Obstacle) -> Double {
    let density = try reducedDensityMatrix(
      of: smallerPart(of: qubits), memoryLimit: memoryLimit)
    let purity = density.elements.reduce(0) { $0 + $1.lengthSquared }
    let trace = (0..<density.rowCount).reduce(0) { $0 + density[$1, $1].real }
    return max(0, -Double.log2(purity / (trace * trace)))
  }

  private func smallerPart(of qubits: [Int]) -> [Int] {
    checkQubits(qubits)
    guard 2 * qubits.count > qubitCount else { return qubits }
    return (0..<qubitCount).filter { !qubits.contains($0) }
  }

  /// Of a Hermitian matrix; by LAPACK, or without it by Jacobi rotations where the matrix is small.
  private static func eigenvalues(of matrix: ComplexMatrix) throws(Obstacle) -> [Double] {
    let size = matrix.rowCount
    if BLAS.missing != nil, size <= 64 {
      return matrix.normalEigendecomposition().values.map(\.real)
    }
    // Row-major is the transpose: it has the same eigenvalues.
    var elements = matrix.elements
    var values = [Double](repeating: 0, count: size)
    let n = Int32(size)
    var (work, realWork, intWork) = ([Complex<Double>.zero], [0.0], [Int32(0)])
    var info: Int32 = 0
    // The first call asks how much room the second needs.
    for isQuery in [true, false] {
      if !isQuery {
        work = Array(repeating: .zero, count: max(1, Int(work[0].real)))
        realWork = Array(repeating: 0, count: max(1, Int(realWork[0])))
        intWork = Array(repeating: 0, count: max(1, Int(intWork[0])))
      }
      let (a, b, c) =
        isQuery ? (-1, -1, -1) : (Int32(work.count), Int32(realWork.count), Int32(intWork.count))
      info = cob_zheevd(
        CChar(UInt8(ascii: "N")), CChar(UInt8(ascii: "U")), n, &elements, n, &values, &work, a,
        &realWork, b, &intWork, c)
      guard info == 0 else { break }
    }
    guard info == 0 else {
      throw Obstacle(
        .option,
        info == COB_UNAVAILABLE
          ? "LAPACK cannot be used: \(BLAS.missing ?? "zheevd is missing")"
          : "the eigenvalues of a density matrix do not converge")
    }
    return values
  }
}
