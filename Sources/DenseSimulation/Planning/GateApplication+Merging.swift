import ComplexModule
import QuantumCore

extension GateApplication {
  /// The same gate on other qubits.
  package func relocated(_ place: (Int) -> Int) -> GateApplication {
    func moved(_ mask: UInt64) -> UInt64 {
      var (rest, result) = (mask, UInt64(0))
      while rest != 0 {
        result |= 1 << UInt64(place(rest.trailingZeroBitCount))
        rest &= rest - 1
      }
      return result
    }
    var action = action
    if case .pauli(var product, let alpha, let beta) = action {
      (product.x, product.z) = (moved(product.x), moved(product.z))
      action = .pauli(product, alpha: alpha, beta: beta)
    }
    return GateApplication(
      action, targets: targets.map(place), controlMask: moved(controlMask),
      controlValue: moved(controlValue))
  }

  /// Whether a merged matrix is the identity but for rounding.
  package var isNearlyIdentity: Bool {
    guard controlMask == 0, let matrix else { return false }
    return matrix.distance(to: .identity(matrix.rowCount)) < 1e-15
  }

  /// The matrix of gates one after the other on a few qubits.
  package static func product(_ gates: [GateApplication], qubitCount: Int) -> ComplexMatrix {
    // A row-major matrix is a state whose low bits are the column: the gates act on the high bits.
    let size = 1 << qubitCount
    var entries = ComplexMatrix.identity(size).elements
    for gate in gates { gate.relocated { $0 + qubitCount }.apply(to: &entries) }
    return ComplexMatrix(rowCount: size, columnCount: size, elements: entries)
  }

  /// Applies the gate to a small array of amplitudes; Pauli products are not for this.
  package func apply(to amplitudes: inout [Complex<Double>]) {
    if targets.count == 1, controlMask == 0, case .dense(let matrix) = action {
      return Self.apply(matrix.elements, bit: 1 << targets[0], to: &amplitudes)
    }
    let fixed = targetMask | controlMask
    let size = 1 << targets.count
    let offsets = (0..<size).map { row in
      targets.enumerated().reduce(0) { $0 | (row >> $1.offset & 1) << $1.element }
    }
    var old = [Complex<Double>](repeating: .zero, count: size)
    for base in amplitudes.indices where UInt64(base) & fixed == controlValue {
      for row in 0..<size { old[row] = amplitudes[base | offsets[row]] }
      switch action {
      case .diagonal(let factors):
        for row in 0..<size { amplitudes[base | offsets[row]] = factors[row] * old[row] }
      case .permutation(let map, let phases):
        for row in 0..<size { amplitudes[base | offsets[Int(map[row])]] = phases[row] * old[row] }
      case .dense(let matrix):
        for row in 0..<size {
          var sum = Complex<Double>.zero
          for column in 0..<size { sum += matrix[row, column] * old[column] }
          amplitudes[base | offsets[row]] = sum
        }
      case .pauli: preconditionFailure("A Pauli product is a step of its own")
      }
    }
  }

  private static func apply(
    _ m: [Complex<Double>], bit: Int, to amplitudes: inout [Complex<Double>]
  ) {
    let (m00, m01, m10, m11) = (m[0], m[1], m[2], m[3])
    amplitudes.withUnsafeMutableBufferPointer { a in
      for index in a.indices where index & bit == 0 {
        let (zero, one) = (a[index], a[index | bit])
        a[index] = m00 * zero + m01 * one
        a[index | bit] = m10 * zero + m11 * one
      }
    }
  }
}
