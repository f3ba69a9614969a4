import ComplexModule
import QuantumCore

// Goals, in order: derivatives to rounding for every angle of the catalog; two states in memory;
// few passes. The state ψ and λ = H ψ go back through the circuit together, ∂⟨H⟩/∂θ = 2 Re ⟨λ|∂U/∂θ
// U†|ψ⟩ after each gate U. Within a block of gates on k qubits all that is needed of the states is
// the 2ᵏ × 2ᵏ matrix Tr_rest |ψ⟩⟨λ|, taken once after the block; the gates inside are undone on
// that matrix.

/// One way back through a circuit.
///
/// - Source: [JonesGacon20]. Differs in: blocks of gates share a pass over the states.
struct AdjointGradient<S: Scalar> {
  private var ket: StateVector<S>
  private var bra: StateVector<S>
  private var derivatives: [Double]

  /// - Parameters:
  ///   - ket: the state at the end of the circuit.
  ///   - bra: H applied to it.
  init(ket: consuming StateVector<S>, bra: consuming StateVector<S>, argumentCount: Int) {
    (self.ket, self.bra) = (ket, bra)
    derivatives = [Double](repeating: 0, count: argumentCount)
  }

  /// The derivative of each argument; `onBlock` is told the fraction done after each block.
  mutating func run(
    _ blocks: [GradientBlocks.Block], onBlock: (Double) throws -> Void
  ) rethrows -> [Double] {
    guard let first = blocks.firstIndex(where: \.hasGenerators) else { return derivatives }
    for index in (first..<blocks.count).reversed() {
      let block = blocks[index]
      if block.hasGenerators { differentiate(block) }
      if index > first {
        for gate in block.undoing {
          ket.apply(gate)
          bra.apply(gate)
        }
      }
      try onBlock(Double(blocks.count - index) / Double(blocks.count - first))
    }
    return derivatives
  }

  private mutating func differentiate(_ block: GradientBlocks.Block) {
    guard block.isMatrix else {
      // A single wide gate: its controls choose the amplitudes that take part.
      for generator in block.steps.flatMap(\.generators) {
        let cross = ket.crossMatrix(
          with: bra, on: generator.targets, controlMask: generator.controlMask,
          controlValue: generator.controlValue)
        derivatives[generator.argument] += 2 * Self.trace(generator.matrix, cross).real
      }
      return
    }
    var cross = CrossBlock(ket.crossMatrix(with: bra, on: block.targets))
    for step in block.steps.reversed() {
      for generator in step.generators {
        derivatives[generator.argument] += 2 * cross.trace(generator, in: block).real
      }
      if let gate = step.application { cross.undo(block.relocated(gate)) }
    }
  }

  private static func trace(_ a: ComplexMatrix, _ b: ComplexMatrix) -> Complex<Double> {
    var sum = Complex<Double>.zero
    for row in 0..<a.rowCount {
      for column in 0..<a.columnCount { sum += a[row, column] * b[column, row] }
    }
    return sum
  }
}

/// Tr_rest |ψ⟩⟨λ| of a block's qubits, somewhere between its gates.
private struct CrossBlock {
  private let qubitCount: Int
  /// Row-major: the low bits of an index are the column.
  private var entries: [Complex<Double>]

  init(_ matrix: ComplexMatrix) {
    qubitCount = matrix.rowCount.trailingZeroBitCount
    entries = matrix.elements
  }

  /// M ← U† M U.
  mutating func undo(_ gate: GateApplication) {
    let adjoint = gate.adjoint
    adjoint.relocated { $0 + qubitCount }.apply(to: &entries)
    adjoint.conjugate.apply(to: &entries)
  }

  /// Tr(K M), K acting on the generator's targets where its controls are set.
  func trace(
    _ generator: DifferentiableCircuit.Generator, in block: GradientBlocks.Block
  ) -> Complex<Double> {
    let size = 1 << qubitCount
    let offsets = (0..<generator.matrix.rowCount).map { row in
      generator.targets.enumerated().reduce(0) {
        $0 | (row >> $1.offset & 1) << block.place(of: $1.element)
      }
    }
    var (fixed, value) = (offsets[offsets.count - 1], 0)
    for qubit in 0..<64 where generator.controlMask >> UInt64(qubit) & 1 == 1 {
      fixed |= 1 << block.place(of: qubit)
      if generator.controlValue >> UInt64(qubit) & 1 == 1 { value |= 1 << block.place(of: qubit) }
    }
    var sum = Complex<Double>.zero
    for base in 0..<size where base & fixed == value {
      for (row, i) in offsets.enumerated() {
        for (column, j) in offsets.enumerated() {
          sum += generator.matrix[row, column] * entries[(base | j) * size + (base | i)]
        }
      }
    }
    return sum
  }
}
