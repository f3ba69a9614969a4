import ComplexModule
import QuantumCore

/// Merges gates into blocks, greedily and in order: small dense blocks and wide diagonals.
///
/// A gate may join any block from the last one that does not commute with it to the end of the list, since nothing in
/// between shares its qubits (diagonals pass diagonals). It joins where the model says that this is cheaper than a step of
/// its own; blocks further back than a fixed window are not looked at.
package struct GateFusion {
  package let model: CostModel
  private var blocks: [Block] = []
  /// For each qubit one more than the last block that touches it, and the last that is not diagonal.
  private var lastBlock = [Int](repeating: 0, count: 64)
  private var lastDense = [Int](repeating: 0, count: 64)
  private static let window = 48

  private struct Block {
    var gates: [GateApplication]
    var qubits: UInt64
    var isDiagonal: Bool
    var isOpen: Bool
    var cost: Double
  }

  package init(model: CostModel = .standard) { self.model = model }

  /// Steps equal to the gates applied one after the other.
  package static func fused(_ gates: [GateApplication], model: CostModel = .standard) -> [FusedStep]
  {
    var fusion = GateFusion(model: model)
    for gate in gates { fusion.append(gate) }
    return fusion.blocks.map { FusedStep(gate: merged($0), gateCount: $0.gates.count) }
  }

  private mutating func append(_ gate: GateApplication) {
    let qubits = gate.qubitMask
    let isDiagonal = gate.isDiagonal
    let cost = model.cost(gate)
    let first = earliestBlock(qubits, isDiagonal: isDiagonal)
    if isFusable(gate), let (index, newCost) = bestBlock(for: gate, from: first, cost: cost) {
      blocks[index].gates.append(gate)
      blocks[index].qubits |= qubits
      blocks[index].isDiagonal = blocks[index].isDiagonal && isDiagonal
      blocks[index].cost = newCost
      note(index)
    } else {
      blocks.append(
        Block(
          gates: [gate], qubits: qubits, isDiagonal: isDiagonal, isOpen: isFusable(gate), cost: cost
        ))
      note(blocks.count - 1)
    }
  }

  /// Wide gates stay as they are: a multi-controlled gate is never written out as a matrix.
  private func isFusable(_ gate: GateApplication) -> Bool {
    if case .pauli = gate.action { return false }
    let width = gate.qubitMask.nonzeroBitCount
    return width <= (gate.isDiagonal ? model.widestDiagonal : model.widestBlock)
  }

  private func earliestBlock(_ qubits: UInt64, isDiagonal: Bool) -> Int {
    var first = max(0, blocks.count - Self.window)
    var rest = qubits
    while rest != 0 {
      let qubit = rest.trailingZeroBitCount
      let last = isDiagonal ? lastDense[qubit] : lastBlock[qubit]
      // The last block itself may take the gate.
      first = max(first, last - 1)
      rest &= rest - 1
    }
    return first
  }

  private func bestBlock(
    for gate: GateApplication, from first: Int, cost: Double
  ) -> (index: Int, cost: Double)? {
    var best: (index: Int, cost: Double, gain: Double)?
    for index in first..<max(first, blocks.count) where blocks[index].isOpen {
      let block = blocks[index]
      let width = (block.qubits | gate.qubitMask).nonzeroBitCount
      let isDiagonal = block.isDiagonal && gate.isDiagonal
      guard width <= (isDiagonal ? model.widestDiagonal : model.widestBlock) else { continue }
      let newCost =
        isDiagonal
        ? model.diagonalCost(block.cost, cost) : model.blockCost(qubitCount: width)
      let gain = block.cost + cost - newCost
      if gain > 1e-9, gain > (best?.gain ?? 0) { best = (index, newCost, gain) }
    }
    return best.map { ($0.index, $0.cost) }
  }

  private mutating func note(_ index: Int) {
    var rest = blocks[index].qubits
    while rest != 0 {
      let qubit = rest.trailingZeroBitCount
      lastBlock[qubit] = max(lastBlock[qubit], index + 1)
      if !blocks[index].isDiagonal { lastDense[qubit] = max(lastDense[qubit], index + 1) }
      rest &= rest - 1
    }
  }

  private static func merged(_ block: Block) -> GateApplication {
    guard block.gates.count > 1 else { return block.gates[0] }
    let qubits = (0..<64).filter { block.qubits >> UInt64($0) & 1 == 1 }
    var places = [Int](repeating: 0, count: 64)
    for (place, qubit) in qubits.enumerated() { places[qubit] = place }
    let gates = block.gates.map { $0.relocated { places[$0] } }
    if block.isDiagonal {
      var factors = [Complex<Double>](repeating: .one, count: 1 << qubits.count)
      for gate in gates { gate.apply(to: &factors) }
      return GateApplication(.diagonal(factors), targets: qubits)
    }
    return GateApplication(
      matrix: GateApplication.product(gates, qubitCount: qubits.count), targets: qubits)
  }
}

/// A gate to apply and how many gates of the circuit it stands for.
package struct FusedStep: Sendable {
  package var gate: GateApplication
  package var gateCount: Int
}

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
    return GateApplication(
      action, targets: targets.map(place), controlMask: moved(controlMask),
      controlValue: moved(controlValue))
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
}
