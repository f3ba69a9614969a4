import ComplexModule
import CQSimKernels
import QuantumCore

/// A gate on qubits of a state, with its controls: what planning merges and kernels apply.
///
/// Bit j of a row, column or table index is the value of `targets[j]`.
package struct GateApplication: Sendable, Hashable {
  package typealias Element = Complex<Double>

  package enum Action: Sendable, Hashable {
    /// 2ᵏ × 2ᵏ, k ≤ 6.
    case dense(ComplexMatrix)
    /// 2ᵏ factors, k ≤ 16.
    case diagonal([Element])
    /// Amplitude j goes to `map[j]`, times `phases[j]`; k ≤ 6.
    case permutation(map: [UInt32], phases: [Element])
    /// |ψ⟩ ← (α + β P)|ψ⟩ for P = Π i^{[x∧z]} XᶻZᶻ over the whole state, given by masks: see `PauliProduct`.
    case pauli(PauliProduct, alpha: Element, beta: Element)
  }

  package var action: Action
  package var targets: [Int]
  package var controlMask: UInt64
  package var controlValue: UInt64

  package init(
    _ action: Action, targets: [Int] = [], controlMask: UInt64 = 0, controlValue: UInt64 = 0
  ) {
    self.action = action
    self.targets = targets
    self.controlMask = controlMask
    self.controlValue = controlValue
  }

  /// A matrix as the simplest action that it is.
  package init(
    matrix: ComplexMatrix, targets: [Int], controlMask: UInt64 = 0, controlValue: UInt64 = 0
  ) {
    self.init(
      Self.simplestAction(of: matrix), targets: targets, controlMask: controlMask,
      controlValue: controlValue)
  }

  /// All qubits that take part.
  package var qubitMask: UInt64 {
    if case .pauli(let product, _, _) = action { return product.x | product.z }
    return targetMask | controlMask
  }
  package var targetMask: UInt64 { targets.reduce(0) { $0 | 1 << UInt64($1) } }

  package var isDiagonal: Bool {
    switch action {
    case .diagonal: true
    case .pauli(let product, _, _): product.x == 0
    case .dense, .permutation: false
    }
  }

  /// Whether the gate leaves every state as it is.
  package var isIdentity: Bool {
    switch action {
    case .diagonal(let factors): factors.allSatisfy { $0 == .one }
    case .permutation(let map, let phases):
      map.indices.allSatisfy { map[$0] == $0 } && phases.allSatisfy { $0 == .one }
    case .dense, .pauli: false
    }
  }

  /// Whether every coefficient is a number.
  package var isFinite: Bool {
    switch action {
    case .dense(let matrix): matrix.elements.allSatisfy(\.isFinite)
    case .diagonal(let factors): factors.allSatisfy(\.isFinite)
    case .permutation(_, let phases): phases.allSatisfy(\.isFinite)
    case .pauli(_, let alpha, let beta): alpha.isFinite && beta.isFinite
    }
  }

  /// The gate as a matrix on its targets, controls not included; `nil` for Pauli products.
  package var matrix: ComplexMatrix? {
    switch action {
    case .dense(let matrix): return matrix
    case .diagonal(let factors): return .diagonal(factors)
    case .permutation(let map, let phases):
      var matrix = ComplexMatrix(zeros: map.count, by: map.count)
      for (column, row) in map.enumerated() { matrix[Int(row), column] = phases[column] }
      return matrix
    case .pauli: return nil
    }
  }

  fileprivate static func simplestAction(of matrix: ComplexMatrix) -> Action {
    let size = matrix.rowCount
    // Most matrices are dense, and show it in their first column.
    if (0..<size).count(where: { matrix[$0, 0] != .zero }) > 1 { return .dense(matrix) }
    var map = [UInt32](repeating: 0, count: size)
    var phases = [Element](repeating: .zero, count: size)
    var rowsUsed: UInt64 = 0
    var isDiagonal = true
    for column in 0..<size {
      var entries = 0
      for row in 0..<size where matrix[row, column] != .zero {
        entries += 1
        (map[column], phases[column]) = (UInt32(row), matrix[row, column])
        rowsUsed |= 1 << UInt64(row)
        isDiagonal = isDiagonal && row == column
      }
      if entries > 1 || (entries == 0 && !isDiagonal) { return .dense(matrix) }
      if entries == 0 { map[column] = UInt32(column) }
    }
    if isDiagonal { return .diagonal(phases) }
    return rowsUsed.nonzeroBitCount == size
      ? .permutation(map: map, phases: phases) : .dense(matrix)
  }
}

/// A Pauli product on the qubits of a state, phase included: i^phaseExponent · XˣZᶻ, masks over
/// qubits.
package struct PauliProduct: Sendable, Hashable {
  package var x: UInt64 = 0
  package var z: UInt64 = 0
  /// Of the form with every X left of every Z, so that Y = iXZ has exponent 1.
  package var phaseExponent = 0

  package init() {}

  package init(_ pauli: Pauli, on qubit: Int) {
    if pauli.hasX { x = 1 << UInt64(qubit) }
    if pauli.hasZ { z = 1 << UInt64(qubit) }
    phaseExponent = pauli == .y ? 1 : 0
  }

  /// Follows this product by another factor on the right.
  package mutating func multiply(by other: PauliProduct) {
    phaseExponent = (phaseExponent + other.phaseExponent + 2 * (z & other.x).nonzeroBitCount) & 3
    x ^= other.x
    z ^= other.z
  }

  /// Exponent of i in front of the product of X, Y and Z letters.
  package var letterExponent: Int { (phaseExponent - (x & z).nonzeroBitCount) & 3 }
  package var isHermitian: Bool { letterExponent & 1 == 0 }
  package var isIdentity: Bool { x | z == 0 }

  /// i^phaseExponent.
  package var phase: Complex<Double> { Self.powers[phaseExponent & 3] }
  private static let powers: [Complex<Double>] = [1, .i, -1, -.i]

  package static prefix func - (a: PauliProduct) -> PauliProduct {
    var negated = a
    negated.phaseExponent = (a.phaseExponent + 2) & 3
    return negated
  }
}

extension GateApplication {
  /// (1 ± P)/2 · scale: keeps the eigenspace of P with eigenvalue `sign`.
  package static func projection(_ product: PauliProduct, sign: Double, scale: Double) -> Self {
    GateApplication(.pauli(product, alpha: Element(scale / 2), beta: Element(sign * scale / 2)))
  }

  /// P itself.
  package static func pauli(_ product: PauliProduct) -> Self {
    GateApplication(.pauli(product, alpha: .zero, beta: .one))
  }

  /// A catalog gate on qubits of a state, controls first; `nil` if it does nothing.
  ///
  /// - Parameters:
  ///   - controls: positions with the value each must have.
  ///   - targets: positions of the gate's qubits, those of its catalog form that control it first.
  package static func gate(
    _ gate: Gate, arguments: ArraySlice<Double>, controls: [(position: Int, value: Bool)],
    targets: [Int]
  ) -> Self? {
    guard let action = fixedActions[Int(gate.rawValue)] ?? Action(gate, arguments: arguments) else {
      return nil
    }
    let inner = targets.count - action.targetCount
    var (mask, value) = (UInt64(0), UInt64(0))
    for control in controls {
      mask |= 1 << UInt64(control.position)
      if control.value { value |= 1 << UInt64(control.position) }
    }
    for position in targets[..<inner] {
      mask |= 1 << UInt64(position)
      value |= 1 << UInt64(position)
    }
    let application = GateApplication(
      action, targets: inner == 0 ? targets : Array(targets[inner...]), controlMask: mask,
      controlValue: value)
    return application.isIdentity ? nil : application
  }

  /// By `Gate.rawValue`: what gates without arguments do, their own controls taken off.
  private static let fixedActions: [Action?] = {
    var actions = [Action?](repeating: nil, count: 256)
    for gate in Gate.allCases where gate.definition.argumentCount == 0...0 {
      actions[Int(gate.rawValue)] = Action(gate, arguments: [])
    }
    return actions
  }()
}

extension GateApplication.Action {
  /// The exchange of two qubits.
  package static let swap = GateApplication.Action.permutation(
    map: [0, 2, 1, 3], phases: [.one, .one, .one, .one])

  /// What a catalog gate does to its own qubits, those that only control it left out; `nil` without
  /// a matrix.
  fileprivate init?(_ gate: Gate, arguments: ArraySlice<Double>) {
    let definition = gate.definition
    let base = definition.controlledForm?.base.definition ?? definition
    guard let matrix = base.matrix?(arguments) else { return nil }
    self = GateApplication.simplestAction(of: matrix)
  }

  fileprivate var targetCount: Int {
    switch self {
    case .dense(let matrix): matrix.rowCount.trailingZeroBitCount
    case .diagonal(let factors): factors.count.trailingZeroBitCount
    case .permutation(let map, _): map.count.trailingZeroBitCount
    case .pauli: 0
    }
  }
}
