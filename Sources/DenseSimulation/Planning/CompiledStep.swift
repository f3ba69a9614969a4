import ComplexModule
import CQSimKernels
import QuantumCore
import RealModule

/// A gate prepared for the kernels of one table.
package final class CompiledStep: @unchecked Sendable {
  let step: OpaquePointer
  private let unitCount: UInt64
  /// Amplitudes of a unit, about.
  private let unitSize: UInt64

  private init?(_ step: OpaquePointer?, qubitCount: Int) {
    guard let step else { return nil }
    self.step = step
    unitCount = qk_step_unit_count(step)
    unitSize = (1 << UInt64(qubitCount)) / max(1, unitCount)
  }

  /// `nil` when memory runs out.
  package convenience init?(_ gate: GateApplication, qubitCount: Int, table: KernelTable) {
    self.init(gate.makeStep(qubitCount: qubitCount, table: table), qubitCount: qubitCount)
  }

  /// The steps of what fusion made: one, or more where there are more rotations than kernels hold
  /// at once.
  ///
  /// - Parameter outerCount: bits above the index that the masks of phases may hold.
  /// - Throws: `Obstacle` when memory runs out.
  package static func steps(
    _ action: FusedAction, qubitCount: Int, outerCount: Int = 0, table: KernelTable
  ) throws(Obstacle) -> [CompiledStep] {
    let pointers: [OpaquePointer?] =
      switch action {
      case .gate(let gate): [gate.makeStep(qubitCount: qubitCount, table: table)]
      case .phases(let phases):
        [phases.makeStep(qubitCount: qubitCount, outerCount: outerCount, table: table)]
      case .interactions(let pairs):
        parts(pairs, qubitCount: qubitCount, table: table).map {
          makeStep($0, qubitCount: qubitCount, table: table)
        }
      case .rotations(let rotations):
        parts(rotations, qubitCount: qubitCount, table: table).map {
          makeStep($0, qubitCount: qubitCount, table: table)
        }
      }
    let steps = pointers.compactMap { CompiledStep($0, qubitCount: qubitCount) }
    guard steps.count == pointers.count else {
      throw Obstacle(
        .memory(required: 0, available: 0), "no memory for the coefficients of the gates")
    }
    return steps
  }

  deinit { qk_step_free(step) }

  package func run(on state: UnsafeMutableRawPointer, with executor: Executor) {
    let shared = UncheckedSendable((step, state))
    executor.forEachRange(unitCount, unitSize: unitSize) { range in
      qk_step_run(shared.value.0, shared.value.1, range.lowerBound, range.upperBound)
    }
  }

  /// Rotations inside a vector go along with any others; of those outside, kernels hold a few at a
  /// time.
  private static func parts(
    _ rotations: [QubitRotation], qubitCount: Int, table: KernelTable
  ) -> [[QubitRotation]] {
    let laneBits = Int(table.pointer.pointee.lane_bits)
    let most = Int(table.pointer.pointee.rotation_targets)
    let lanes = rotations.filter { qubitCount >= laneBits && $0.qubit < laneBits }
    let others = rotations.filter { qubitCount < laneBits || $0.qubit >= laneBits }
    var parts = stride(from: 0, to: others.count, by: most).map {
      Array(others[$0..<min(others.count, $0 + most)])
    }
    if parts.isEmpty { return [lanes] }
    parts[0] += lanes
    return parts
  }

  /// Two pairs at a time, where kernels hold the rows of both.
  private static func parts(
    _ pairs: [PairInteraction], qubitCount: Int, table: KernelTable
  ) -> [[PairInteraction]] {
    let laneBits =
      qubitCount < Int(table.pointer.pointee.lane_bits) ? 0 : Int(table.pointer.pointee.lane_bits)
    let most = Int(table.pointer.pointee.interaction_rows)
    var parts: [[PairInteraction]] = []
    for pair in pairs {
      let qubits = (parts.last?.count == 1 ? parts[parts.count - 1] : []) + [pair]
      let rows =
        1 << qubits.reduce(0) { $0 + ($1.p < laneBits ? 0 : 1) + ($1.q < laneBits ? 0 : 1) }
      if qubits.count == 2, rows <= most {
        parts[parts.count - 1].append(pair)
      } else {
        parts.append([pair])
      }
    }
    return parts
  }

  private static func makeStep(
    _ pairs: [PairInteraction], qubitCount: Int, table: KernelTable
  ) -> OpaquePointer? {
    var description = qk_gate()
    description.kind = Int32(QK_INTERACTIONS)
    description.qubit_count = Int32(qubitCount)
    description.target_count = Int32(2 * pairs.count)
    return pairs.flatMap { [Int32($0.p), Int32($0.q)] }.withUnsafeBufferPointer { targets in
      pairs.flatMap(\.coefficients).withUnsafeBufferPointer { numbers in
        description.targets = targets.baseAddress
        description.matrix = numbers.baseAddress
        return withUnsafePointer(to: description) { table.pointer.pointee.make_step($0) }
      }
    }
  }

  private static func makeStep(
    _ rotations: [QubitRotation], qubitCount: Int, table: KernelTable
  ) -> OpaquePointer? {
    var description = qk_gate()
    description.kind = Int32(QK_ROTATIONS)
    description.qubit_count = Int32(qubitCount)
    description.target_count = Int32(rotations.count)
    return rotations.map { Int32($0.qubit) }.withUnsafeBufferPointer { targets in
      rotations.flatMap { [Double.cos($0.angle), Double.sin($0.angle)] }.withUnsafeBytes {
        numbers in
        description.targets = targets.baseAddress
        description.matrix = numbers.baseAddress?.assumingMemoryBound(to: Double.self)
        return withUnsafePointer(to: description) { table.pointer.pointee.make_step($0) }
      }
    }
  }
}

extension PhasePolynomial {
  fileprivate func makeStep(
    qubitCount: Int, outerCount: Int, table: KernelTable
  ) -> OpaquePointer? {
    let terms = sortedTerms
    var description = qk_gate()
    description.kind = Int32(QK_PHASES)
    description.qubit_count = Int32(qubitCount)
    description.outer_count = Int32(outerCount)
    description.mask_count = Int32(terms.count)
    return terms.map(\.mask).withUnsafeBufferPointer { masks in
      terms.map(\.factor).withUnsafeBytes { numbers in
        description.masks = masks.baseAddress
        description.matrix = numbers.baseAddress?.assumingMemoryBound(to: Double.self)
        return withUnsafePointer(to: description) { table.pointer.pointee.make_step($0) }
      }
    }
  }
}

extension GateApplication {
  fileprivate func makeStep(qubitCount: Int, table: KernelTable) -> OpaquePointer? {
    var description = qk_gate()
    description.qubit_count = Int32(qubitCount)
    description.target_count = Int32(targets.count)
    description.control_mask = controlMask
    description.control_value = controlValue
    var numbers: [Element] = []
    var map: [UInt32] = []
    switch action {
    case .dense(let matrix):
      description.kind = Int32(QK_DENSE)
      numbers = matrix.elements
    case .diagonal(let factors):
      description.kind = Int32(QK_DIAGONAL)
      numbers = factors
    case .permutation(let destinations, let phases):
      description.kind = Int32(QK_PERMUTATION)
      numbers = phases
      map = destinations
    case .pauli(let product, let alpha, let beta):
      description.kind = Int32(QK_PAULI)
      description.pauli_x = product.x
      description.pauli_z = product.z
      let scaled = beta * product.phase
      description.alpha = (alpha.real, alpha.imaginary)
      description.beta = (scaled.real, scaled.imaginary)
    }
    let positions = targets.map { Int32($0) }
    return positions.withUnsafeBufferPointer { positions in
      numbers.withUnsafeBytes { numbers in
        map.withUnsafeBufferPointer { map in
          description.targets = positions.baseAddress
          description.matrix = numbers.baseAddress?.assumingMemoryBound(to: Double.self)
          description.permutation = map.baseAddress
          return withUnsafePointer(to: description) { table.pointer.pointee.make_step($0) }
        }
      }
    }
  }
}
