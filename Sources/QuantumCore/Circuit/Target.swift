/// What an instruction acts on: a qubit, a Pauli on a qubit, an earlier record, a classical bit.
///
/// Four bytes: a kind, an inversion flag (`!`) and a 28-bit value.
public struct Target: Hashable, Sendable {
  /// What a target stands for. The raw value takes the upper three bits of `Target.rawValue`.
  public enum Kind: UInt32, Sendable {
    /// A qubit.
    case qubit
    /// A Pauli factor on a qubit: X, Y or Z.
    case pauliX, pauliY, pauliZ
    /// `rec[-k]`: the k-th last measurement record; the value is `k ≥ 1`.
    case record
    /// `sweep[k]`: a bit supplied from outside for every shot.
    case sweep
    /// `*`: joins the Pauli factors around it.
    case combiner
    /// `-> c[k]`: the classical bit that stores the result measured just before it.
    case bit
  }

  /// Qubits and classical bits are `0..<valueLimit`; text formats accept qubits below `qubitLimit`.
  public static let valueLimit = 1 << 28
  /// Stim's limit, used by every text format: qubit indices are below 2²⁴.
  public static let qubitLimit = 1 << 24

  /// The kind in bits 29 to 31, the inversion flag in bit 28, the value below.
  public let rawValue: UInt32

  @inlinable
  package init(kind: Kind, value: Int, isInverted: Bool = false) {
    precondition(value >= 0 && value < Target.valueLimit, "Target value is outside 0..<2^28")
    rawValue = kind.rawValue << 29 | (isInverted ? 1 << 28 : 0) | UInt32(truncatingIfNeeded: value)
  }

  /// A qubit.
  ///
  /// - Parameters:
  ///   - index: the qubit, in `0..<valueLimit`.
  ///   - inverted: whether `!` stands before it: results are flipped, and controls act on 0.
  @inlinable public static func qubit(_ index: Int, inverted: Bool = false) -> Target {
    Target(kind: .qubit, value: index, isInverted: inverted)
  }

  /// A Pauli factor. `pauli` must not be the identity.
  public static func pauli(_ pauli: Pauli, _ qubit: Int, inverted: Bool = false) -> Target {
    switch pauli {
    case .i: preconditionFailure("A Pauli target is X, Y or Z")
    case .x: Target(kind: .pauliX, value: qubit, isInverted: inverted)
    case .y: Target(kind: .pauliY, value: qubit, isInverted: inverted)
    case .z: Target(kind: .pauliZ, value: qubit, isInverted: inverted)
    }
  }

  /// `rec[-lookback]`.
  public static func record(_ lookback: Int) -> Target {
    precondition(lookback >= 1, "A record lookback is at least 1")
    return Target(kind: .record, value: lookback)
  }
  /// The sweep bit `sweep[index]`, which the caller supplies for every shot.
  ///
  /// - Precondition: `index` is in `0..<valueLimit`.
  public static func sweep(_ index: Int) -> Target { Target(kind: .sweep, value: index) }
  /// The classical bit that stores the result measured just before it.
  ///
  /// - Precondition: `index` is in `0..<valueLimit`.
  public static func bit(_ index: Int) -> Target { Target(kind: .bit, value: index) }
  /// The `*` that joins the Pauli factors around it.
  public static let combiner = Target(kind: .combiner, value: 0)

  /// What the target stands for.
  @inlinable public var kind: Kind { Kind(rawValue: rawValue >> 29)! }
  /// The index of a qubit, sweep bit or classical bit, or how far a record lies back; 0 for a
  /// combiner.
  @inlinable public var value: Int { Int(rawValue & 0x0fff_ffff) }
  /// Whether `!` stands before the target.
  @inlinable public var isInverted: Bool { rawValue & 1 << 28 != 0 }

  /// The qubit of a `qubit` or Pauli target.
  @inlinable public var qubit: Int? { rawValue >> 29 <= 3 ? value : nil }
  /// Whether the target is a qubit without a Pauli.
  @inlinable public var isQubit: Bool { rawValue >> 29 == 0 }
  /// Whether the target is a Pauli factor on a qubit.
  @inlinable public var isPauli: Bool { (1...3).contains(rawValue >> 29) }
  /// Whether the target is an earlier record, `rec[-k]`.
  @inlinable public var isRecord: Bool { kind == .record }
  /// Whether the target is a sweep bit, `sweep[k]`.
  @inlinable public var isSweep: Bool { kind == .sweep }
  /// Whether the target is `*`.
  @inlinable public var isCombiner: Bool { kind == .combiner }
  /// Whether the target is a classical bit that stores a result.
  @inlinable public var isBit: Bool { kind == .bit }
  /// A record or sweep bit: a control that is known classically.
  @inlinable public var isClassicalControl: Bool { isRecord || isSweep }

  /// The factor of a Pauli target; `nil` for other targets.
  public var pauli: Pauli? {
    switch kind {
    case .pauliX: .x
    case .pauliY: .y
    case .pauliZ: .z
    default: nil
    }
  }

  /// The same target with `!` toggled.
  public var inverted: Target { Target(kind: kind, value: value, isInverted: !isInverted) }
}

extension Target: CustomStringConvertible {
  /// Stim's spelling; a classical bit prints as `->c`.
  public var description: String {
    let sign = isInverted ? "!" : ""
    return switch kind {
    case .qubit: "\(sign)\(value)"
    case .pauliX: "\(sign)X\(value)"
    case .pauliY: "\(sign)Y\(value)"
    case .pauliZ: "\(sign)Z\(value)"
    case .record: "rec[-\(value)]"
    case .sweep: "sweep[\(value)]"
    case .combiner: "*"
    case .bit: "->\(value)"
    }
  }
}
