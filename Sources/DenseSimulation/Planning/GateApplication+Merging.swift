import ComplexModule
import QuantumCore

extension GateApplication {
  /// The same gate on other qubits.
  package func relocated(_ place: (Int) -> Int) -> GateApplication {
    var action = action
    if case .pauli(var product, let alpha, let beta) = action {
      (product.x, product.z) = (Self.moved(product.x, place), Self.moved(product.z, place))
      action = .pauli(product, alpha: alpha, beta: beta)
    }
    return GateApplication(
      action, targets: targets.map(place), controlMask: Self.moved(controlMask, place),
      controlValue: Self.moved(controlValue, place))
  }

  /// Whether a merged matrix is the identity but for rounding.
  package var isNearlyIdentity: Bool {
    guard controlMask == 0, let matrix else { return false }
    return matrix.distance(to: .identity(matrix.rowCount)) < 1e-15
  }

  /// The matrix of gates one after the other on a few qubits.
  ///
  /// - Parameter place: where a gate's qubit is among them.
  package static func product(
    _ gates: [GateApplication], qubitCount: Int, place: (Int) -> Int = { $0 }
  ) -> ComplexMatrix {
    // A row-major matrix is a state whose low bits are the column: the gates act on the high bits.
    let size = 1 << qubitCount
    var entries = [Complex<Double>](repeating: .zero, count: size * size)
    for index in 0..<size { entries[index * (size + 1)] = .one }
    for gate in gates { gate.apply(to: &entries) { place($0) + qubitCount } }
    return ComplexMatrix(rowCount: size, columnCount: size, elements: entries)
  }

  /// Applies the gate to a small array of amplitudes; Pauli products are not for this.
  ///
  /// - Parameter place: the bit of an index for a qubit.
  package func apply(
    to amplitudes: inout [Complex<Double>], place: (Int) -> Int = { $0 }
  ) {
    if targets.count == 1, controlMask == 0, case .dense(let matrix) = action {
      return Self.apply(matrix.elements, bit: 1 << place(targets[0]), to: &amplitudes)
    }
    let size = 1 << targets.count
    var offsets = [0]
    for target in targets {
      let bit = 1 << place(target)
      offsets += offsets.map { $0 | bit }
    }
    let controlled = Self.moved(controlMask, place)
    let (value, fixed) = (Self.moved(controlValue, place), controlled | UInt64(offsets[size - 1]))
    var old = [Complex<Double>](repeating: .zero, count: size)
    for base in amplitudes.indices where UInt64(base) & fixed == value {
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

  /// The mask of the places of qubits.
  private static func moved(_ mask: UInt64, _ place: (Int) -> Int) -> UInt64 {
    var (rest, result) = (mask, UInt64(0))
    while rest != 0 {
      result |= 1 << UInt64(place(rest.trailingZeroBitCount))
      rest &= rest - 1
    }
    return result
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
