import ComplexModule
import QuantumCore

extension GateApplication {
  /// The gate that undoes this one, if it is unitary.
  package var adjoint: GateApplication {
    var result = self
    switch action {
    case .dense(let matrix): result.action = .dense(matrix.adjoint)
    case .diagonal(let factors): result.action = .diagonal(factors.map(\.conjugate))
    case .permutation(let map, let phases):
      var (back, conjugates) = (map, phases)
      for (from, to) in map.enumerated() {
        back[Int(to)] = UInt32(from)
        conjugates[Int(to)] = phases[from].conjugate
      }
      result.action = .permutation(map: back, phases: conjugates)
    case .pauli(let product, let alpha, let beta):
      // (i^e XZ)† = i^{−e} ZX = i^{2|x∧z|−e} XZ.
      var reversed = product
      let overlap = (product.x & product.z).nonzeroBitCount
      reversed.phaseExponent = (2 * overlap - product.phaseExponent) & 3
      result.action = .pauli(reversed, alpha: alpha.conjugate, beta: beta.conjugate)
    }
    return result
  }
}
