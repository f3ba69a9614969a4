import ComplexModule
import QuantumCore

/// A diagonal operator as a product of factors: amplitude i is multiplied by every factor whose
/// mask is contained in i.
///
/// Controlled phases, ZZ rotations and CZs of any number multiply into one such product, whatever
/// their qubits; what cancels disappears. Every diagonal without zeros has this form (Möbius
/// inversion over subsets of its qubits).
package struct PhasePolynomial: Sendable, Hashable {
  package private(set) var factors: [UInt64: Complex<Double>] = [:]

  package init() {}

  /// The most qubits of a diagonal, and controls on |0⟩, that are expanded: 2ᵏ factors each.
  private static let widest = 6

  /// Whether the gate is diagonal, has entries near modulus 1, and is narrow enough to expand.
  package static func canHold(_ gate: GateApplication) -> Bool {
    guard case .diagonal(let entries) = gate.action else { return false }
    return gate.targets.count <= widest
      && (gate.controlMask & ~gate.controlValue).nonzeroBitCount <= widest
      && entries.allSatisfy { $0.lengthSquared > 0.25 && $0.lengthSquared < 4 }
  }

  /// `nil` where the gate cannot be held.
  package init?(_ gate: GateApplication) {
    guard Self.canHold(gate), case .diagonal(let entries) = gate.action else { return nil }
    let open = gate.controlMask & ~gate.controlValue
    // log entry = Σ over subsets of log factor, inverted bit by bit.
    var moebius = entries
    for bit in gate.targets.indices {
      for index in moebius.indices where index >> bit & 1 == 1 {
        moebius[index] = moebius[index] / moebius[index ^ (1 << bit)]
      }
    }
    for (index, factor) in moebius.enumerated() where factor != .one {
      var mask = gate.controlValue
      for (bit, target) in gate.targets.enumerated() where index >> bit & 1 == 1 {
        mask |= 1 << UInt64(target)
      }
      multiply(by: factor, mask: mask, open: open)
    }
  }

  /// A control on |0⟩ is 1 − n: the factor without it, and its inverse with it.
  private mutating func multiply(by factor: Complex<Double>, mask: UInt64, open: UInt64) {
    guard open != 0 else { return multiply(by: factor, mask: mask) }
    let lowest = open & (~open + 1)
    multiply(by: factor, mask: mask, open: open ^ lowest)
    multiply(by: .one / factor, mask: mask | lowest, open: open ^ lowest)
  }

  package mutating func multiply(by factor: Complex<Double>, mask: UInt64) {
    let product = (factors[mask] ?? .one) * factor
    let isOne = abs(product.real - 1) < 4e-16 && abs(product.imaginary) < 4e-16
    factors[mask] = isOne ? nil : product
  }

  package mutating func multiply(by other: PhasePolynomial) {
    if factors.isEmpty {
      factors = other.factors
      return
    }
    for (mask, factor) in other.factors { multiply(by: factor, mask: mask) }
  }

  /// The masks in ascending order, so that plans do not depend on hashing.
  package var sortedTerms: [(mask: UInt64, factor: Complex<Double>)] {
    factors.map { (mask: $0.key, factor: $0.value) }.sorted { $0.mask < $1.mask }
  }

  package var qubitMask: UInt64 { factors.keys.reduce(0, |) }
}
