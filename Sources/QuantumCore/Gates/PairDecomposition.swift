/// What a single-qubit Clifford does to the letters X, Z and Y (raw values of `Pauli`): for each
/// the letter it goes to and, as 0 or 2, the exponent of its sign.
package struct LetterMap: Hashable, Sendable {
  /// Byte k belongs to letter k: in bits 0 and 1 the letter it goes to, in bits 2 and 3 the
  /// exponent of its sign.
  @usableFromInline package var table: UInt32 = 0x0302_0100

  @inlinable @inline(__always)
  package func letter(_ letter: UInt8) -> UInt8 { entry(letter) & 3 }
  @inlinable @inline(__always)
  package func sign(_ letter: UInt8) -> UInt8 { entry(letter) >> 2 }
  @inlinable @inline(__always)
  package func entry(_ letter: UInt8) -> UInt8 {
    UInt8(truncatingIfNeeded: table >> (UInt32(letter) * 8))
  }

  package static let identity = LetterMap()
  @inlinable package var isIdentity: Bool { table == 0x0302_0100 }

  /// From the images of X and Z.
  package init(x: PauliString, z: PauliString) {
    // Y = i X Z.
    let y = PauliString([], phaseExponent: 1) * x * z
    for (letter, image) in [(Pauli.x, x), (.z, z), (.y, y)] {
      let shift = UInt32(letter.rawValue) * 8
      table &= ~(0xff << shift)
      table |= UInt32(image[0].rawValue | UInt8(image.phaseExponent) << 2) << shift
    }
  }
  package init() {}

  /// The catalog's gates on one qubit that are Clifford, by what they do.
  package static let gates: [LetterMap: Gate] = {
    var gates: [LetterMap: Gate] = [:]
    for (gate, form) in zip(Gate.allCases, PairDecomposition.byGate) {
      if let form, form.qubitCount == 1, gates[form.first] == nil { gates[form.first] = gate }
    }
    return gates
  }()
}

/// A Clifford gate on one or two qubits in the form that is cheapest for a tableau.
///
/// A gate on one qubit renames its letters. One on two qubits is a controlled Pauli, then a
/// renaming of each qubit's letters, then perhaps a swap: every two-qubit Clifford is, since their
/// classes are those of the identity, CX, CX·SWAP and SWAP.
package struct PairDecomposition: Sendable {
  package let qubitCount: Int
  /// Letters of the first and second qubit: (1 + P)/2 + (1 − P)/2 · Q; `nil` if the gate does not
  /// entangle.
  package var controlledPauli: (first: UInt8, second: UInt8)?
  package var first = LetterMap.identity
  package var second = LetterMap.identity
  package var swaps = false

  /// For each gate its form, by raw value; `nil` for all that are not Cliffords of one or two
  /// qubits.
  package static let byGate: [PairDecomposition?] = Gate.allCases.map { Self($0.definition) }

  package static func of(_ gate: Gate) -> PairDecomposition? { byGate[Int(gate.rawValue)] }

  init?(_ definition: GateDefinition) {
    guard definition.isUnitary, !definition.flows.isEmpty, let count = definition.qubitCount,
      (1...2).contains(count)
    else { return nil }
    var images = [PauliString](repeating: PauliString(count: count), count: 2 * count)
    for flow in definition.flows {
      guard let factor = flow.input.factors.first else { return nil }
      images[2 * factor.qubit + (factor.pauli == .x ? 0 : 1)] = flow.output
    }
    qubitCount = count
    if count == 1 {
      first = LetterMap(x: images[0], z: images[1])
    } else if !decompose(images) {
      return nil
    }
  }

  /// From the images of X and Z on the first qubit, then on the second.
  package init?(pairImages images: [PauliString]) {
    qubitCount = 2
    guard decompose(images) else { return nil }
  }

  /// The catalog's gate that is a controlled Pauli of these letters.
  package static func controlledPauli(_ first: UInt8, _ second: UInt8) -> Gate {
    let gates: [[Gate]] = [[.xcx, .xcz, .xcy], [.cx, .cz, .cy], [.ycx, .ycz, .ycy]]
    return gates[Int(first) - 1][Int(second) - 1]
  }

  private mutating func decompose(_ images: [PauliString]) -> Bool {
    let letters: [Pauli] = [.x, .y, .z]
    let pairs = [nil] + letters.flatMap { p in letters.map { q -> (Pauli, Pauli)? in (p, q) } }
    for isSwapped in [false, true] {
      for pair in pairs {
        guard let rest = Self.rest(of: images, pair: pair, isSwapped: isSwapped) else { continue }
        controlledPauli = pair.map { ($0.0.rawValue, $0.1.rawValue) }
        (first, second, swaps) = (rest.first, rest.second, isSwapped)
        return true
      }
    }
    return false
  }

  /// What is left to do on single qubits after a controlled Pauli and before a swap; `nil` if more
  /// is left.
  private static func rest(
    of images: [PauliString], pair: (Pauli, Pauli)?, isSwapped: Bool
  ) -> (first: LetterMap, second: LetterMap)? {
    var local: [PauliString] = []
    for generator in 0..<4 {
      let (qubit, letter) = (generator / 2, generator % 2 == 0 ? Pauli.x : .z)
      // The gate after the controlled Pauli, which is its own inverse.
      var image = images[generator]
      if let pair {
        let (own, other) = qubit == 0 ? (pair.0, pair.1) : (pair.1, pair.0)
        if own != letter {
          image = image * Self.image(of: other, on: 1 - qubit, under: images)
        }
      }
      let (own, other) = isSwapped ? (1 - qubit, qubit) : (qubit, 1 - qubit)
      guard image[other] == .i else { return nil }
      local.append(PauliString([image[own]], phaseExponent: image.phaseExponent))
    }
    return (LetterMap(x: local[0], z: local[1]), LetterMap(x: local[2], z: local[3]))
  }

  private static func image(
    of pauli: Pauli, on qubit: Int, under images: [PauliString]
  ) -> PauliString {
    let (x, z) = (images[2 * qubit], images[2 * qubit + 1])
    return switch pauli {
    case .i: PauliString(count: 2)
    case .x: x
    case .z: z
    case .y: PauliString([], phaseExponent: 1) * x * z
    }
  }
}
