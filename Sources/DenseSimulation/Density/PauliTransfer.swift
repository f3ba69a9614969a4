import ComplexModule
import QuantumCore

/// A linear map on the operators of k qubits as a real matrix in the Pauli basis: R[P, Q] = 2⁻ᵏ
/// Tr(P E(Q)).
///
/// Bit j of a row or column index is the Z part of qubit j's Pauli, bit k + j its X part; Y has
/// both. Channels, unitaries and projections all have real entries, a Pauli channel is diagonal,
/// and one map after the other is one matrix product.
///
/// - Source: [Greenbaum15], section 2.
package struct PauliTransfer: Sendable, Hashable {
  /// Positions of the qubits; bit j of an index belongs to `qubits[j]`.
  package private(set) var qubits: [Int]
  /// 4ᵏ × 4ᵏ, row-major.
  package private(set) var entries: [Double]

  /// Qubits of the widest map that is held as a matrix.
  package static let widest = 3

  package var size: Int { 1 << (2 * qubits.count) }

  package subscript(_ row: Int, _ column: Int) -> Double { entries[row * size + column] }

  package init(identityOn qubits: [Int]) {
    self.qubits = qubits
    let size = 1 << (2 * qubits.count)
    entries = [Double](repeating: 0, count: size * size)
    for index in 0..<size { entries[index * size + index] = 1 }
  }

  /// ρ ↦ Σ KᵢρKᵢ†; bit j of an operator's index is the value of `qubits[j]`.
  ///
  /// - Complexity: O(16ᵏ 2ᵏ) for each operator.
  package init(_ operators: [ComplexMatrix], on qubits: [Int]) {
    self.init(identityOn: qubits)
    let (k, dimension) = (qubits.count, 1 << qubits.count)
    var image = [Complex<Double>](repeating: .zero, count: dimension * dimension)
    for column in 0..<size {
      for index in image.indices { image[index] = .zero }
      for matrix in operators { Self.addImage(ofPauli: column, under: matrix, to: &image) }
      for row in 0..<size {
        let x = row >> k
        var trace = Complex<Double>.zero
        for i in 0..<dimension {
          trace +=
            Self.element(ofPauli: row, row: i, qubitCount: k) * image[(i ^ x) * dimension + i]
        }
        entries[row * size + column] = trace.real / Double(dimension)
      }
    }
  }

  /// One of several Pauli errors, or none: a diagonal matrix.
  package init(errors: [(probability: Double, product: PauliProduct)], on qubits: [Int]) {
    self.init(identityOn: qubits)
    let k = qubits.count
    let places = errors.map { error in
      (
        error.probability, Self.gathered(error.product.x, qubits),
        Self.gathered(error.product.z, qubits)
      )
    }
    for index in 0..<size {
      let (x, z) = (index >> k, index & (1 << k - 1))
      var factor = 1.0
      for (probability, ex, ez) in places {
        if ((x & ez).nonzeroBitCount ^ (z & ex).nonzeroBitCount) & 1 == 1 {
          factor -= 2 * probability
        }
      }
      entries[index * size + index] = factor
    }
  }

  /// Replaces a qubit by the +1 eigenstate of a Pauli.
  package init(resetOf qubit: Int, to basis: Pauli) {
    self.init(identityOn: [qubit])
    for index in entries.indices { entries[index] = 0 }
    entries[0] = 1
    let row = (basis.hasX ? 2 : 0) | (basis.hasZ ? 1 : 0)
    entries[row * size] = 1
  }

  /// The map, followed by another on some of its qubits.
  ///
  /// - Precondition: the qubits of `next` are among this map's.
  /// - Complexity: O(16ᵏ 4ʲ) for a `next` on j qubits.
  package mutating func append(_ next: PauliTransfer) {
    let (k, j) = (qubits.count, next.qubits.count)
    let places = next.qubits.map { qubit in qubits.firstIndex(of: qubit)! }
    let bits = places + places.map { $0 + k }
    let fixed = bits.reduce(0) { $0 | 1 << $1 }
    let (size, small) = (size, next.size)
    let offsets = (0..<small).map { row in
      bits.enumerated().reduce(0) { $0 | (row >> $1.offset & 1) << $1.element } * size
    }
    assert(bits.count == 2 * j)
    var old = [Double](repeating: 0, count: small * size)
    for base in 0..<size where base & fixed == 0 {
      for row in 0..<small {
        let start = base * size + offsets[row]
        for column in 0..<size { old[row * size + column] = entries[start + column] }
      }
      for row in 0..<small {
        let start = base * size + offsets[row]
        for column in 0..<size { entries[start + column] = 0 }
        for inner in 0..<small {
          let factor = next.entries[row * small + inner]
          if factor == 0 { continue }
          for column in 0..<size { entries[start + column] += factor * old[inner * size + column] }
        }
      }
    }
  }

  /// The same map with more qubits, on which it does nothing.
  package func extended(to wider: [Int]) -> PauliTransfer {
    if wider == qubits { return self }
    var result = PauliTransfer(identityOn: wider)
    result.append(self)
    return result
  }

  package var isIdentity: Bool {
    let size = size
    return entries.indices.allSatisfy { entries[$0] == ($0 / size == $0 % size ? 1 : 0) }
  }

  /// Adds K Q K† to a matrix.
  private static func addImage(
    ofPauli pauli: Int, under matrix: ComplexMatrix, to image: inout [Complex<Double>]
  ) {
    let dimension = matrix.rowCount
    let (k, x) = (dimension.trailingZeroBitCount, pauli >> dimension.trailingZeroBitCount)
    for j in 0..<dimension {
      let factor = element(ofPauli: pauli, row: j, qubitCount: k)
      for a in 0..<dimension where matrix[a, j] != .zero {
        let left = matrix[a, j] * factor
        for b in 0..<dimension { image[a * dimension + b] += left * matrix[b, j ^ x].conjugate }
      }
    }
  }

  /// ⟨i|P|i ⊕ x⟩ = i^{|x∧z|} (−1)^{|(i⊕x)∧z|}: the one entry of a Pauli in row i.
  package static func element(ofPauli pauli: Int, row i: Int, qubitCount k: Int) -> Complex<Double>
  {
    let (x, z) = (pauli >> k, pauli & (1 << k - 1))
    return powersOfI[((x & z).nonzeroBitCount + 2 * ((i ^ x) & z).nonzeroBitCount) & 3]
  }

  package static let powersOfI: [Complex<Double>] = [.one, .i, -.one, -.i]

  /// The bits of a mask at some qubits, in their order.
  private static func gathered(_ mask: UInt64, _ qubits: [Int]) -> Int {
    qubits.enumerated().reduce(0) { $0 | Int(mask >> UInt64($1.element) & 1) << $1.offset }
  }
}
