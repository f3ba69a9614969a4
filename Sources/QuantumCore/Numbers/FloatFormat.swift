/// The formats of real numbers that programs declare: those of IEEE 754, by their width in bits.
///
/// Classical memory keeps every real number in 64 bits; a narrower format is kept by rounding each
/// value to one that it holds.
public enum FloatFormat: Int, Hashable, Sendable, CaseIterable {
  /// IEEE 754 binary16: 11 significant bits.
  case half = 16
  /// IEEE 754 binary32: 24 significant bits.
  case single = 32
  /// IEEE 754 binary64: 53 significant bits.
  case double = 64

  /// The number of bits of the format.
  public var width: Int { rawValue }

  /// The largest finite number of the format.
  public var largest: Double {
    switch self {
    case .half: Double(Float16.greatestFiniteMagnitude)
    case .single: Double(Float.greatestFiniteMagnitude)
    case .double: .greatestFiniteMagnitude
    }
  }

  /// The number of the format that is nearest to a real number, ties to the even one; infinite
  /// beyond the largest.
  public func nearest(_ number: Double) -> Double {
    switch self {
    case .half: Double(Float16(number))
    case .single: Double(Float(number))
    case .double: number
    }
  }

  /// The number of the format that is nearest to an integer, which is rounded once.
  public func nearest<Integer: FixedWidthInteger>(_ integer: Integer) -> Double {
    switch self {
    case .half: Double(Float16(integer))
    case .single: Double(Float(integer))
    case .double: Double(integer)
    }
  }

  /// The nearest number of the format to a value.
  ///
  /// - Throws: `Diagnostic` for values beyond the largest number of the format.
  package func rounded(_ value: ClassicalValue) throws(Diagnostic) -> ClassicalValue {
    let result = ClassicalExpression.UnaryOperator.round(self).apply(value)
    guard result.asReal.isInfinite else { return result }
    throw Diagnostic(
      "\(value.asReal) does not fit float[\(width)]", code: "not-finite",
      hint: "numbers up to \(largest) in size do")
  }
}
