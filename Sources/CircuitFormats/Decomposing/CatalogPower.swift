import QuantumCore
import RealModule

/// A matrix that is a power of a gate of the catalog.
struct CatalogPower {
  let gate: Gate
  /// In (−1, 1], of few digits where those suffice.
  let exponent: Double

  /// The gates that are their own inverses and take no arguments, by their number of qubits.
  private static let involutions: [Int: [(gate: Gate, matrix: ComplexMatrix)]] = {
    var table: [Int: [(Gate, ComplexMatrix)]] = [:]
    for definition in GateCatalog.all where definition.isUnitary && definition.parameters.isEmpty {
      guard definition.gate != .unitary, let count = definition.qubitCount, count > 0,
        let matrix = definition.matrix?([]),
        (matrix * matrix).distance(to: .identity(matrix.rowCount)) < 1e-12
      else { continue }
      table[count, default: []].append((definition.gate, matrix))
    }
    return table
  }()

  /// The power that a matrix is; `nil` if it is none of a gate for which `isKnown` holds.
  init?(of matrix: ComplexMatrix, where isKnown: (Gate) -> Bool) {
    guard let count = matrix.qubitCount, let candidates = Self.involutions[count] else {
      return nil
    }
    for (gate, own) in candidates where isKnown(gate) {
      guard let exponent = Self.exponent(of: matrix, over: own) else { continue }
      (self.gate, self.exponent) = (gate, exponent)
      return
    }
    return nil
  }

  /// p with matrix = Gᵖ. Of G² = 1 that is a + bG with a + b = 1 and a − b = e^{iπp}; traces give a
  /// and b.
  private static func exponent(of matrix: ComplexMatrix, over gate: ComplexMatrix) -> Double? {
    let size = Double(gate.rowCount)
    let own = trace(gate).real
    let determinant = size * size - own * own
    guard determinant > 0.5 else { return nil }
    let (first, second) = (trace(matrix), trace(gate * matrix))
    let a = (first * .init(size) - second * .init(own)) / .init(determinant)
    let b = (second * .init(size) - first * .init(own)) / .init(determinant)
    guard (a + b - 1).length < 1e-12, abs((a - b).length - 1) < 1e-12 else { return nil }
    let exact = (a - b).phase / .pi
    guard abs(exact) > 1e-12 else { return nil }
    let short = shortest(exact)
    return gate.power(short).distance(to: matrix) < 1e-12 ? short : nil
  }

  private static func trace(_ matrix: ComplexMatrix) -> ComplexMatrix.Element {
    (0..<matrix.rowCount).reduce(.zero) { $0 + matrix[$1, $1] }
  }

  private static func shortest(_ value: Double) -> Double {
    var scale = 1.0
    for _ in 0..<15 {
      let rounded = (value * scale).rounded() / scale
      if abs(rounded - value) < 1e-15 { return rounded }
      scale *= 10
    }
    return value
  }
}
