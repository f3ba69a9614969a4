/// A single-qubit Pauli operator. Raw value: bit 0 is the X part, bit 1 the Z part (Y has both).
public enum Pauli: UInt8, Hashable, Sendable, CaseIterable {
  case i = 0
  case x = 1
  case z = 2
  case y = 3

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

  public var hasX: Bool { rawValue & 1 != 0 }
  public var hasZ: Bool { rawValue & 2 != 0 }
  public var letter: Character {
    switch self {
    case .i: "I"
    case .x: "X"
    case .y: "Y"
    case .z: "Z"
    }
  }

  public var matrix: ComplexMatrix {
    switch self {
    case .i: ComplexMatrix.identity(2)
    case .x: ComplexMatrix([[0, 1], [1, 0]])
    case .y: ComplexMatrix([[0, -.i], [.i, 0]])
    case .z: ComplexMatrix([[1, 0], [0, -1]])
    }
  }
}
