import QuantumCore
import RealModule

/// Takes unitaries under any number of controls apart into gates on one, two and three qubits of
/// both `qelib1.inc` files and Stim's bodies, equal up to a global phase.
///
/// - Source: [Barenco95], lemmas 7.2 to 7.5: O(n²) gates for n controls, O(n) for an X where a
///   qubit is to spare.
struct ControlReduction {
  struct Step {
    let gate: Gate
    let arguments: [Double]
    let qubits: [Int]
  }

  /// Too many gates to write.
  struct TooLong: Error {}
  static let limit = 200_000

  private(set) var steps: [Step] = []
  /// A qubit that takes no part, in any state, which it keeps; `nil` if there is none.
  let spare: Int?

  init(spare: Int?) { self.spare = spare }

  /// The gates of a matrix under controls.
  ///
  /// - Parameters:
  ///   - matrix: 2ᵏ × 2ᵏ.
  ///   - qubits: the controls, then those of the matrix.
  ///   - negated: which controls act on 0.
  static func steps(
    of matrix: ComplexMatrix, on qubits: [Int], controlCount: Int, negated: Set<Int> = [],
    spare: Int?
  ) throws(TooLong) -> [Step] {
    var reduction = ControlReduction(spare: spare)
    let controls = qubits.prefix(controlCount)
    if matrix.rowCount == 1 {
      // A phase under controls is a phase on one of them under the others.
      guard let target = controls.last else { return [] }
      let diagonal: ComplexMatrix =
        negated.contains(target)
        ? .diagonal([matrix[0, 0], 1]) : .diagonal([1, matrix[0, 0]])
      try reduction.append(
        ControlledUnitary(
          matrix: diagonal, target: target,
          controls: controls.dropLast().filter { !negated.contains($0) },
          negatedControls: controls.dropLast().filter { negated.contains($0) }))
      return reduction.steps
    }
    let own = Array(qubits.dropFirst(controlCount))
    for step in ControlledUnitary.steps(of: matrix) {
      try reduction.append(
        ControlledUnitary(
          matrix: step.matrix, target: own[step.target],
          controls: controls.filter { !negated.contains($0) } + step.controls.map { own[$0] },
          negatedControls: controls.filter { negated.contains($0) }
            + step.negatedControls.map { own[$0] }))
    }
    return reduction.steps
  }

  mutating func append(_ unitary: ControlledUnitary) throws(TooLong) {
    for qubit in unitary.negatedControls { try emit(.x, [qubit]) }
    try append(
      unitary.matrix, unitary.controls + unitary.negatedControls, unitary.target, spare: spare)
    for qubit in unitary.negatedControls { try emit(.x, [qubit]) }
  }

  private mutating func emit(_ gate: Gate, _ qubits: [Int], _ arguments: [Double] = [])
    throws(TooLong)
  {
    guard steps.count < Self.limit else { throw TooLong() }
    steps.append(Step(gate: gate, arguments: arguments, qubits: qubits))
  }

  // MARK: One matrix

  private mutating func append(
    _ matrix: ComplexMatrix, _ controls: [Int], _ target: Int, spare: Int?
  ) throws(TooLong) {
    let isFlip = matrix.distance(to: ControlledUnitary.x) < ControlledUnitary.tolerance
    switch controls.count {
    case 0: return try appendSingle(matrix, target)
    case 1: return try appendPair(matrix, controls[0], target)
    default: break
    }
    if isFlip, controls.count == 2 || spare != nil {
      return try appendFlip(controls, target, borrowing: spare.map { [$0] } ?? [])
    }
    // V² = U: V, V† and V under parts of the controls add up to U under all of them, and to nothing
    // otherwise.
    let root = matrix.power(0.5)
    let (rest, last) = (Array(controls.dropLast()), controls[controls.count - 1])
    try appendPair(root, last, target)
    try appendFlip(rest, last, borrowing: [target])
    try appendPair(root.adjoint, last, target)
    try appendFlip(rest, last, borrowing: [target])
    try append(root, rest, target, spare: spare)
  }

  private mutating func appendSingle(_ matrix: ComplexMatrix, _ target: Int) throws(TooLong) {
    if matrix.distanceUpToPhase(to: ControlledUnitary.x) < ControlledUnitary.tolerance {
      return try emit(.x, [target])
    }
    let angles = matrix.eulerAngles.angles
    if angles[0] == 0 {
      if angles[1] + angles[2] != 0 { try emit(.phase, [target], [angles[1] + angles[2]]) }
    } else {
      try emit(.u3, [target], angles)
    }
  }

  private mutating func appendPair(
    _ matrix: ComplexMatrix, _ control: Int, _ target: Int
  ) throws(TooLong) {
    if matrix.distance(to: ControlledUnitary.x) < ControlledUnitary.tolerance {
      return try emit(.cx, [control, target])
    }
    let (angles, phase) = matrix.eulerAngles
    if phase != 0 { try emit(.phase, [control], [phase]) }
    if angles[0] == 0 {
      if angles[1] + angles[2] != 0 {
        try emit(.cphase, [control, target], [angles[1] + angles[2]])
      }
    } else {
      try emit(.cu3, [control, target], angles)
    }
  }

  // MARK: Flips

  /// An X under controls.
  ///
  /// - Parameter borrowed: other qubits, in any state, which they keep; at least one where there
  ///   are three controls.
  private mutating func appendFlip(
    _ controls: [Int], _ target: Int, borrowing borrowed: [Int]
  ) throws(TooLong) {
    switch controls.count {
    case 0: return try emit(.x, [target])
    case 1: return try emit(.cx, [controls[0], target])
    case 2: return try emit(.ccx, [controls[0], controls[1], target])
    default: break
    }
    if borrowed.count >= controls.count - 2 {
      return try appendChain(controls, target, borrowed)
    }
    // Half of the controls flip the borrowed qubit, which is one of the controls of the rest: each
    // half has enough to borrow.
    let half = (controls.count + 1) / 2
    let (first, second) = (Array(controls[..<half]), Array(controls[half...]))
    for _ in 0..<2 {
      try appendFlip(first, borrowed[0], borrowing: second + [target])
      try appendFlip(second + [borrowed[0]], target, borrowing: first)
    }
  }

  /// With n − 2 borrowed qubits: a chain of Toffoli gates to and fro, twice so that what was
  /// borrowed is given back.
  private mutating func appendChain(
    _ controls: [Int], _ target: Int, _ borrowed: [Int]
  ) throws(TooLong) {
    let last = controls.count - 1
    for isEnclosed in [true, false] {
      if isEnclosed { try emit(.ccx, [controls[last], borrowed[last - 2], target]) }
      for index in stride(from: last - 1, to: 1, by: -1) {
        try emit(.ccx, [controls[index], borrowed[index - 2], borrowed[index - 1]])
      }
      try emit(.ccx, [controls[0], controls[1], borrowed[0]])
      for index in stride(from: 2, to: last, by: 1) {
        try emit(.ccx, [controls[index], borrowed[index - 2], borrowed[index - 1]])
      }
      if isEnclosed { try emit(.ccx, [controls[last], borrowed[last - 2], target]) }
    }
  }
}
