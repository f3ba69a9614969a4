import ComplexModule

/// Finds the Clifford gates of a circuit, whatever they are written as.
///
/// A gate on one or two qubits, controls included, is a Clifford if its matrix maps every Pauli to
/// a Pauli up to sign, to 1e-9: `rx(pi/2)`, `cp(pi)`, `ctrl @ z`, a matrix. In `circuit` such gates
/// are replaced by gates of the catalog that are Cliffords for all arguments, equal up to a global
/// phase.
///
///     let recognition = CliffordRecognition(of: circuit)
///     if recognition.isClifford { try simulator.run(recognition.circuit) }
public struct CliffordRecognition: Sendable {
  /// A gate that is not Clifford.
  public struct Offender: Hashable, Sendable {
    /// The gate that is not Clifford for its arguments.
    public let gate: Gate
    /// How often it is applied as the circuit is written: repeat blocks count once.
    public internal(set) var count: Int
    /// Where it occurs first.
    public let range: SourceRange?
  }

  /// The circuit with its Cliffords spelt out; other gates are as they were.
  public private(set) var circuit: Circuit
  /// Gates that are not Clifford, in the order in which they first occur.
  public private(set) var offenders: [Offender] = []

  /// Whether every gate of the circuit is Clifford for its arguments.
  public var isClifford: Bool { offenders.isEmpty }

  private var known: [Key: [Step]?] = [:]
  /// How many matrices were taken to bits: the work that is more than a look at each gate.
  package private(set) var checkCount = 0

  private struct Key: Hashable {
    let gate: Gate
    let arguments: [Double]
    let negatedControls: [Bool]
  }

  /// A catalog gate on some qubits of a group.
  private struct Step {
    let gate: Gate
    let places: [Int]
  }

  /// Examines every gate of a circuit, blocks that repeat once.
  ///
  /// - Complexity: O(instructions of the circuit); each gate with arguments, or without flows of
  ///   its own, costs a look at its matrix once.
  public init(of circuit: Circuit) {
    self.circuit = circuit
    let open = circuit.blockIDs.filter { id in
      circuit.nodes(of: id).contains {
        if case .instruction(let instruction) = $0 { Self.isOpen(instruction) } else { false }
      }
    }
    guard !open.isEmpty else { return }
    CompilationCounter.note(.cliffords)
    for id in open { rewrite(id) }
  }

  /// Whether it takes a look at the matrix to tell what an instruction is.
  private static func isOpen(_ instruction: Instruction) -> Bool {
    let definition = instruction.gate.definition
    guard definition.isUnitary else { return false }
    return !definition.isClifford || instruction.controlCount > 0
  }

  private mutating func rewrite(_ block: BlockID) {
    var nodes: [Node] = []
    var places: [Circuit.SourcePlace] = []
    let old = circuit.blocks[Int(block.index)]
    for (index, node) in old.nodes.enumerated() {
      let start = nodes.count
      if case .instruction(let instruction) = node, Self.isOpen(instruction) {
        nodes += rewritten(instruction, range: circuit.range(of: block, at: index))
      } else {
        nodes.append(node)
      }
      if index < old.places.count {
        places += [Circuit.SourcePlace](
          repeating: old.places[index], count: nodes.count - start)
      }
    }
    circuit.blocks[Int(block.index)].nodes = nodes
    circuit.blocks[Int(block.index)].places = places
  }

  private mutating func rewritten(_ instruction: Instruction, range: SourceRange?) -> [Node] {
    if instruction.gate == .u0 { return [] }
    var nodes: [Node] = []
    var groups: [[Target]] = []
    circuit.forEachGroup(of: instruction) { group, _ in groups.append(Array(group)) }
    for group in groups {
      guard let steps = steps(of: instruction, group) else {
        note(instruction.gate, count: groups.count, range: range)
        return [.instruction(instruction)]
      }
      for step in steps { nodes.append(appended(step, on: group)) }
    }
    return nodes
  }

  private mutating func note(_ gate: Gate, count: Int, range: SourceRange?) {
    if let index = offenders.firstIndex(where: { $0.gate == gate }) {
      offenders[index].count += count
    } else {
      offenders.append(Offender(gate: gate, count: count, range: range))
    }
  }

  private mutating func appended(_ step: Step, on group: [Target]) -> Node {
    let start = Int32(circuit.targetStorage.count)
    circuit.targetStorage += step.places.map { .qubit(group[$0].value) }
    return .instruction(
      Instruction(
        gate: step.gate, controlCount: 0, hasDynamicArguments: false, tag: 0,
        targets: start..<Int32(circuit.targetStorage.count), arguments: 0..<0))
  }

  // MARK: Matrices

  /// Catalog gates that do what an instruction does to a group; `nil` if it is not Clifford.
  private mutating func steps(of instruction: Instruction, _ group: [Target]) -> [Step]? {
    let definition = instruction.gate.definition
    guard group.count <= 2, group.allSatisfy(\.isQubit), !instruction.hasDynamicArguments,
      let matrix = definition.matrix
    else { return nil }
    let controls = Int(instruction.controlCount)
    let arguments = circuit.arguments(of: instruction)
    let own = matrix(arguments)
    // Controls add ones to the matrix, which are no multiple of most others.
    guard own.mayBeClifford else { return nil }
    let key = Key(
      gate: instruction.gate, arguments: Array(arguments),
      negatedControls: group.prefix(controls).map(\.isInverted))
    if let steps = known[key] { return steps }
    let negated = key.negatedControls.enumerated().reduce(0) {
      $0 | ($1.element ? 1 << $1.offset : 0)
    }
    checkCount += 1
    let steps = Self.steps(
      of: controls > 0 ? own.controlled(by: controls, negated: negated) : own)
    known[key] = .some(steps)
    return steps
  }

  private static func steps(of matrix: ComplexMatrix) -> [Step]? {
    if matrix.rowCount == 1 { return [] }
    let count = matrix.rowCount.trailingZeroBitCount
    var images: [PauliString] = []
    for qubit in 0..<count {
      for letter in [Pauli.x, .z] {
        var generator = PauliString(count: count)
        generator[qubit] = letter
        guard let image = matrix.image(of: generator) else { return nil }
        images.append(image)
      }
    }
    if count == 1 { return steps(of: LetterMap(x: images[0], z: images[1]), at: 0) }
    guard let form = PairDecomposition(pairImages: images) else { return nil }
    var steps: [Step] = []
    if let pauli = form.controlledPauli {
      let gate = PairDecomposition.controlledPauli(pauli.first, pauli.second)
      steps.append(Step(gate: gate, places: [0, 1]))
    }
    steps += self.steps(of: form.first, at: 0) + self.steps(of: form.second, at: 1)
    if form.swaps { steps.append(Step(gate: .swap, places: [0, 1])) }
    return steps
  }

  private static func steps(of map: LetterMap, at place: Int) -> [Step] {
    guard !map.isIdentity, let gate = LetterMap.gates[map] else { return [] }
    return [Step(gate: gate, places: [place])]
  }
}

extension Circuit {
  /// All blocks, the outermost first.
  package var blockIDs: [BlockID] { blocks.indices.map { BlockID(index: Int32($0)) } }
}

extension ComplexMatrix {
  /// Whether the entries that are not 0 are equal but for powers of i, as those of every Clifford
  /// are: most rotations are told apart by this alone.
  fileprivate var mayBeClifford: Bool {
    guard let unit = elements.first(where: { $0.length > 1e-6 }) else { return false }
    let scale = unit.conjugate / Complex(unit.lengthSquared)
    return elements.allSatisfy { element in
      let ratio = element * scale
      let (x, y) = (ratio.real.magnitude, ratio.imaginary.magnitude)
      let (small, large) = (min(x, y), max(x, y))
      return small < 1e-6 && (large < 1e-6 || (large - 1).magnitude < 1e-6)
    }
  }

  /// U P U† if that is a Pauli product up to sign, to 1e-9.
  fileprivate func image(of pauli: PauliString) -> PauliString? {
    let image = self * pauli.matrix * adjoint
    let count = rowCount.trailingZeroBitCount
    // Row 0 of a Pauli product has one entry, at the column of its X bits.
    guard let column = (0..<rowCount).first(where: { image[0, $0].length > 0.5 }) else {
      return nil
    }
    for zBits in 0..<rowCount {
      let letters = (0..<count).map {
        Pauli(x: column >> $0 & 1 == 1, z: zBits >> $0 & 1 == 1)
      }
      for phase in [0, 2] {
        let candidate = PauliString(letters, phaseExponent: phase)
        let difference = image - candidate.matrix
        if difference.elements.allSatisfy({ $0.length < 1e-9 }) { return candidate }
      }
    }
    return nil
  }
}
