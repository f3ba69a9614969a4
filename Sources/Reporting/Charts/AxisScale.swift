import Documents

// Goals, in order: no number traps; the same ticks on every platform, so no function of the C
// library; few, round ticks.

/// Where values of an axis stand, and which of them get a tick.
package struct AxisScale {
  /// A value with a tick and its text.
  package struct Tick {
    package let value: Double
    package let label: String
  }

  package let isLogarithmic: Bool
  package let range: ClosedRange<Double>

  /// A scale that holds all the values which have a place on it.
  ///
  /// - Parameter values: Any numbers.
  package init(_ axis: Chart.Axis, values: some Sequence<Double>) {
    let isLogarithmic = axis.scale == .logarithmic
    self.isLogarithmic = isLogarithmic
    let usable = { (value: Double) in value.isFinite && (!isLogarithmic || value > 0) }
    if let range = axis.range, usable(range.lowerBound), usable(range.upperBound) {
      self.range = Self.widened(range, isLogarithmic, by: 0)
      return
    }
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values where usable(value) {
      low = min(low, value)
      high = max(high, value)
    }
    guard low <= high else {
      self.range = isLogarithmic ? 1...10 : 0...1
      return
    }
    self.range = Self.widened(low...high, isLogarithmic, by: 0.04)
  }

  /// The place of a value, 0 at the lower end and 1 at the upper one; `nil` if it has none.
  package func position(of value: Double) -> Double? {
    guard value.isFinite, range.contains(value) else { return nil }
    let (low, high) = (range.lowerBound, range.upperBound)
    let position =
      isLogarithmic
      ? (Self.log10(value) - Self.log10(low)) / (Self.log10(high) - Self.log10(low))
      // Halves, because the difference of two numbers may be too large for one.
      : (value / 2 - low / 2) / (high / 2 - low / 2)
    return position.isFinite ? min(1, max(0, position)) : nil
  }

  /// A value moved to the nearer end of the axis if it is outside.
  func clamped(_ value: Double) -> Double {
    min(range.upperBound, max(range.lowerBound, value))
  }

  /// Round values inside the axis, ascending: about `count` of them.
  package func ticks(count: Int) -> [Tick] {
    isLogarithmic ? logarithmicTicks(count: count) : linearTicks(count: count)
  }

  // MARK: Ranges

  /// A range of more than one value, with a margin of a part of its length.
  private static func widened(
    _ range: ClosedRange<Double>, _ isLogarithmic: Bool, by margin: Double
  ) -> ClosedRange<Double> {
    var (low, high) = (range.lowerBound, range.upperBound)
    if isLogarithmic {
      if log10(high) - log10(low) < 1e-9 { (low, high) = (low / 3, high * 3) }
      let factor = power(10, margin * (log10(high) - log10(low)))
      low = max(.leastNonzeroMagnitude, low / factor)
      high = min(.greatestFiniteMagnitude, high * factor)
    } else {
      let size = max(low.magnitude, high.magnitude)
      if high / 2 - low / 2 <= size * 1e-12 {
        let half = size == 0 ? 1 : size * 0.05
        (low, high) = (low - half, high + half)
      }
      let extra = (high / 2 - low / 2) * 2 * margin
      low = max(-.greatestFiniteMagnitude, low - extra)
      high = min(.greatestFiniteMagnitude, high + extra)
    }
    // Only at the ends of what a Double holds.
    if !(low < high) { (low, high) = isLogarithmic ? (1, 10) : (low.nextDown, high.nextUp) }
    return max(-.greatestFiniteMagnitude, low)...min(.greatestFiniteMagnitude, high)
  }

  // MARK: Ticks

  private func linearTicks(count: Int) -> [Tick] {
    let (low, high) = (range.lowerBound, range.upperBound)
    let step = Self.roundStep(atLeast: (high / 2 - low / 2) / Double(max(1, count)) * 2)
    let first = (low / step - 1e-9).rounded(.up)
    guard step > 0, step.isFinite, first.isFinite else { return [] }
    var ticks: [Tick] = []
    for index in 0...2 * max(1, count) {
      // Adding 0 makes a negative zero positive.
      let exact = (first + Double(index)) * step + 0
      guard exact.isFinite, exact <= high + step * 1e-6 else { break }
      // A tick that rounding puts beside the end of the axis stands on it.
      let value = clamped(exact)
      guard exact >= low - step * 1e-6, ticks.last?.value != value else { continue }
      let ratio = Self.log10(max(low.magnitude, high.magnitude) / step)
      let digits = ratio.isFinite ? min(15, max(3, Int(ratio) + 3)) : 3
      ticks.append(
        Tick(value: value, label: Self.signed(DecimalText.rounded(value, digits: digits))))
    }
    return ticks
  }

  /// 1, 2 or 5 times a power of ten.
  private static func roundStep(atLeast size: Double) -> Double {
    guard size > 0, size.isFinite else { return size > 0 ? .greatestFiniteMagnitude : 0 }
    let exponent = Int(log10(size).rounded(.down))
    for candidate in [1.0, 2, 5, 10, 20] where candidate * tenth(exponent) >= size * (1 - 1e-9) {
      return candidate * tenth(exponent)
    }
    return size
  }

  private func logarithmicTicks(count: Int) -> [Tick] {
    let (low, high) = (Self.log10(range.lowerBound), Self.log10(range.upperBound))
    let (first, last) = (Int((low - 1e-9).rounded(.down)), Int((high + 1e-9).rounded(.up)))
    let decades = high - low
    let stride = max(1, Int((decades / Double(max(1, count))).rounded(.up)))
    let factors: [Double] =
      decades < 1 ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : decades < 2.5 ? [1, 2, 5] : [1]
    var ticks: [Tick] = []
    for exponent in first...max(first, last) where exponent % stride == 0 {
      for factor in factors {
        let value = factor * Self.tenth(exponent)
        guard value > 0, range.contains(value) else { continue }
        ticks.append(Tick(value: value, label: Self.powerLabel(factor, exponent)))
      }
    }
    return ticks.count > 1 ? ticks : linearTicks(count: count).filter { $0.value > 0 }
  }

  /// `0.02`, `500`, and from 10⁵ and below 10⁻³ `10⁻⁷`, `2·10⁵`.
  private static func powerLabel(_ factor: Double, _ exponent: Int) -> String {
    if -3...4 ~= exponent { return DecimalText.rounded(factor * tenth(exponent), digits: 2) }
    let digits: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    let power = String(exponent.magnitude).map { $0.wholeNumberValue.map { digits[$0] } ?? $0 }
    let text = "10" + (exponent < 0 ? "⁻" : "") + String(power)
    return factor == 1 ? text : "\(Int(factor))·\(text)"
  }

  /// With a minus sign instead of a hyphen.
  private static func signed(_ text: String) -> String {
    text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }

  // MARK: Functions

  /// 10ᵏ, correctly rounded.
  static func tenth(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? 0 }

  /// The decimal logarithm of a positive number to about 15 digits, from its binary exponent and
  /// the series of artanh.
  package static func log10(_ value: Double) -> Double {
    guard value > 0, value.isFinite else {
      return value > 0 ? .infinity : value == 0 ? -.infinity : .nan
    }
    var (exponent, significand) = (Double(value.exponent), value.significand)
    if significand > 1.4142135623730951 {
      (exponent, significand) = (exponent + 1, significand / 2)
    }
    let ratio = (significand - 1) / (significand + 1)
    var (power, sum) = (ratio, 0.0)
    // |ratio| < 0.172: the 12th term is below 10⁻¹⁸.
    for odd in stride(from: 1, to: 25, by: 2) {
      sum += power / Double(odd)
      power *= ratio * ratio
    }
    return exponent * 0.30102999566398120 + 2 * sum * 0.43429448190325182
  }

  /// baseˣ for a moderate x ≥ 0 by repeated squaring of roots: good enough for margins.
  private static func power(_ base: Double, _ x: Double) -> Double {
    var (result, root, rest) = (1.0, base, min(max(0, x), 600))
    let whole = rest.rounded(.down)
    for _ in 0..<Int(whole) { result *= base }
    rest -= whole
    for _ in 0..<40 {
      root = root.squareRoot()
      rest *= 2
      if rest >= 1 {
        result *= root
        rest -= 1
      }
    }
    return min(result, .greatestFiniteMagnitude)
  }
}
