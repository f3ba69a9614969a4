// Goals, in order: bounds that hold whatever rounding did; bounds as good as the data allow, at any
// loss; speed.
import RealModule

/// Yields Y_nm that a table of gains leaves possible: 0 ≤ Y_nm ≤ 1 and Q_ab = Σ e^{−a−b}
/// aⁿbᵐ/(n!m!) Y_nm within its limits.
///
/// The programme is in what each Y_nm contributes to the gain it contributes most to, relative to
/// that gain: every coefficient and variable is then in 0…1 whatever the loss, and bounds come from
/// dual certificates, so rounding cannot make them wrong. Photon numbers are cut where those beyond
/// cannot contribute a billionth of any gain, so that the cut moves out as gains shrink. A gain of
/// nothing leaves nothing of what would contribute to it. Where both arms are alike, so are Y_nm
/// and Y_mn: one variable and one row stand for both, and no bound on Y₁₁ suffers, as the mean of a
/// solution and its mirror image is one too.
struct YieldProgramme {
  /// The fewest and the most photons of each side that are variables; beyond, yields are anything
  /// in 0…1.
  static let photonLimits = 10...26

  /// A gain between limits, times e^{a+b}.
  private struct Row {
    let first: Int
    let second: Int
    let low: Double
    let high: Double
  }

  /// A variable: what Y_nm contributes, over `size` of it.
  private struct Variable {
    let n: Int
    let m: Int
    /// The most of a row's limit that Y_nm = 1 would be.
    let size: Double
  }

  private let variables: [Variable]
  /// With all rows; what is maximised is set for each bound.
  private let constraints: LinearProgram

  /// - Parameters:
  ///   - isSymmetric: Whether limits do not change when the two intensities do.
  ///   - limits: The least and the largest gain of two intensities.
  init(
    _ intensities: [Double], isSymmetric: Bool = false, limits: (Double, Double) -> (Double, Double)
  ) {
    let growth = intensities.map { Double.exp($0) }
    var rows: [Row] = []
    for first in intensities.indices {
      for second in (isSymmetric ? first : 0)..<intensities.count {
        let (low, high) = limits(intensities[first], intensities[second])
        let scale = growth[first] * growth[second]
        rows.append(Row(first: first, second: second, low: low * scale, high: high * scale))
      }
    }
    func beyond(_ row: Row, _ tails: [Double]) -> Double {
      tails[row.first] * growth[row.second] + tails[row.second] * growth[row.first]
    }
    var count = Self.photonLimits.lowerBound
    var tails = intensities.map { Self.tail($0, from: count) }
    while count < Self.photonLimits.upperBound,
      rows.contains(where: { beyond($0, tails) > 1e-9 * $0.low && $0.low > 0 })
    {
      count += 1
      tails = intensities.map { Self.tail($0, from: count) }
    }
    // aⁿ/n!.
    let weights = intensities.map { intensity in
      (1..<count).reduce(into: [1.0]) { $0.append($0[$1 - 1] * intensity / Double($1)) }
    }
    func coefficient(_ row: Row, _ n: Int, _ m: Int) -> Double {
      let (left, right) = (weights[row.first], weights[row.second])
      return left[n] * right[m] + (isSymmetric && n != m ? left[m] * right[n] : 0)
    }
    var variables: [Variable] = []
    for n in 0..<count {
      for m in (isSymmetric ? n : 0)..<count {
        let size = rows.reduce(0) { max($0, coefficient($1, n, m) / $1.high) }
        // Infinite where a gain of nothing forbids it, no number where it could not contribute to
        // such a gain either.
        if size.isFinite { variables.append(Variable(n: n, m: m, size: size)) }
      }
    }
    var program = LinearProgram(
      maximizing: [Double](repeating: 0, count: variables.count),
      variableLimits: variables.map { min(1, $0.size) }, reserving: 2 * rows.count)
    for row in rows where row.high > 0 {
      let coefficients = variables.map { variable in
        variable.size > 0
          ? coefficient(row, variable.n, variable.m) / row.high / variable.size : 0
      }
      program.require(coefficients, atMost: 1)
      // 1e-12 of it less, so that gains rounded apart do not contradict each other.
      let least = (row.low - beyond(row, tails)) / row.high * (1 - 1e-12)
      if least > 0 { program.require(coefficients, times: -1, atMost: -least) }
    }
    constraints = program
    self.variables = variables
  }

  /// A lower bound on Y_nm, perhaps below 0; `nil` if the programme could not be solved.
  func leastYield(_ n: Int, _ m: Int) -> Double? { bound(n, m, sign: -1).map { -$0 } }

  /// An upper bound on Y_nm, at most 1.
  func largestYield(_ n: Int, _ m: Int) -> Double? { bound(n, m, sign: 1).map { min(1, $0) } }

  /// - Precondition: n = m, or the limits are not symmetric; both are below the fewest photons that
  ///   are variables.
  private func bound(_ n: Int, _ m: Int, sign: Double) -> Double? {
    guard let place = variables.firstIndex(where: { $0.n == n && $0.m == m }) else { return 0 }
    guard variables[place].size > 0 else { return nil }
    var objective = [Double](repeating: 0, count: variables.count)
    objective[place] = sign
    guard let solution = constraints.maximizing(objective).solved() else { return nil }
    return solution.certifiedBound / variables[place].size
  }

  /// Σ aⁿ/n! from n photons on.
  private static func tail(_ intensity: Double, from count: Int) -> Double {
    var term = (0..<count).reduce(1) { $0 * intensity / Double($1 + 1) }
    var sum = 0.0
    var n = Double(count)
    while term > sum * 1e-17 {
      sum += term
      n += 1
      term *= intensity / n
    }
    return sum
  }
}
