/// A single-qubit Pauli operator. Raw value: bit 0 is the X part, bit 1 the Z part (Y has both).
public enum Pauli: UInt8, Hashable, Sendable, CaseIterable {
  /// The identity.
  case i = 0
  /// X, the bit flip.
  case x = 1
  /// Z, the phase flip.
  case z = 2
  /// Y = iXZ.
  case y = 3

  /// The Pauli with the given X and Z parts; both make Y.
  public init(x: Bool, z: Bool) { self = Pauli(rawValue: (x ? 1 : 0) | (z ? 2 : 0))! }

  /// `I`, `_`, `X`, `Y` or `Z`, in either case.
  public init?(_ letter: Character) {
    switch letter {
    case "I", "i", "_": self = .i
    case "X", "x": self = .x
    case "Y", "y": self = .y
    case "Z", "z": self = .z
    default: return nil
    }
  }

  /// Whether the Pauli is X or Y: it flips a result in the Z basis.
  public var hasX: Bool { rawValue & 1 != 0 }
  /// Whether the Pauli is Z or Y: it flips a result in the X basis.
  public var hasZ: Bool { rawValue & 2 != 0 }
  /// `I`, `X`, `Y` or `Z`.
  public var letter: Character {
    switch self {
    case .i: "I"
    case .x: "X"
    case .y: "Y"
    case .z: "Z"
    }
  }

  /// The 2 × 2 matrix.
  public var matrix: ComplexMatrix {
    switch self {
    case .i: ComplexMatrix.identity(2)
    case .x: ComplexMatrix([[0, 1], [1, 0]])
    case .y: ComplexMatrix([[0, -.i], [.i, 0]])
    case .z: ComplexMatrix([[1, 0], [0, -1]])
    }
  }
}
