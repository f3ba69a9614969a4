import QuantumCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// A finite-size scaling fit: near the threshold the error rate per experiment depends on x = (p −
/// p*) d^(1/ν) alone, and a parabola in x describes it.
///
/// Holds for experiments whose number of cycles grows in proportion to the distance, within a
/// quarter of p*.
///
/// - Source: [Wang03], section 4.
public struct ScalingFit: Sendable, Hashable {
  /// The threshold p*.
  public let threshold: ThresholdAnalysis.Estimate
  /// ν, by which the width of the transition shrinks as d^(−1/ν).
  public let exponent: ThresholdAnalysis.Estimate
  /// χ² divided by the degrees of freedom.
  public let reducedChiSquared: Double
  /// The number of error rates that the fit goes through.
  public let pointCount: Int

  /// How the fit is made, in words for a report.
  public static let method =
    "weighted least squares of P = a + b x + c x², x = (p - p*) d^(1/ν), P per experiment, within 25 % of where they cross"

  private static let resamples = 200

  init?(_ model: ThresholdModel, seed: UInt64) {
    guard let center = Self.crossing(in: model) else { return nil }
    let places = Self.places(in: model, around: center)
    let distances = Set(places.map { model.samples[$0].distance })
    guard places.count > 6, distances.count > 1 else { return nil }
    guard let seen = Self.fit(model, places, model.counts, from: center) else { return nil }
    var drawn: [ScalingSolution] = []
    for resample in 0..<Self.resamples {
      var generator = PhiloxGenerator(
        seed: seed, purpose: .scalingBootstrap, block: UInt64(resample))
      let counts = model.redrawn(&generator)
      if let fit = Self.fit(model, places, counts, from: seen.threshold) { drawn.append(fit) }
    }
    guard
      let threshold = ThresholdAnalysis.Estimate(seen.threshold, drawn: drawn.map(\.threshold)),
      let exponent = ThresholdAnalysis.Estimate(seen.exponent, drawn: drawn.map(\.exponent))
    else { return nil }
    self.threshold = threshold
    self.exponent = exponent
    reducedChiSquared = seen.chiSquared / Double(places.count - 5)
    pointCount = places.count
  }

  /// Where failures per experiment of the two largest distances that cross are equal: at smaller
  /// error rates than those per cycle are, as the larger experiment is longer too.
  private static func crossing(in model: ThresholdModel) -> Double? {
    for pair in model.pairs.reversed() {
      var last: (x: Double, gain: Double)?
      for point in pair.points {
        let rates = [point.first, point.second].map { place in
          LogicalErrorRate.estimate(model.curves[place].tally).rate
        }
        let (x, gain) = (log(point.parameter), log(rates[0] / rates[1]))
        guard gain.isFinite else { continue }
        if let last, last.gain > 0, gain <= 0 {
          return exp(last.x + (x - last.x) * last.gain / (last.gain - gain))
        }
        last = (x, gain)
      }
    }
    return nil
  }

  /// Samples near a parameter, if all of them have the same cycles per distance.
  private static func places(in model: ThresholdModel, around center: Double) -> [Int] {
    let places = model.samples.indices.filter { place in
      guard let parameter = model.samples[place].parameter else { return false }
      return abs(parameter / center - 1) <= 0.25 && model.samples[place].tally.errors > 0
    }
    let ratios = places.map { place in
      model.samples[place].cycles.map { $0 / Double(model.samples[place].distance) }
    }
    return ratios.allSatisfy { $0 == ratios.first } ? places : []
  }

  private static func fit(
    _ model: ThresholdModel, _ places: [Int], _ counts: [Int], from center: Double
  ) -> ScalingSolution? {
    let points = places.map { place -> ScalingPoint in
      let sample = model.samples[place]
      let trials = Double(sample.tally.shots - sample.tally.discards)
      let rate = Double(counts[place]) / trials
      let variance = max(rate * (1 - rate), 1 / trials) / trials
      return ScalingPoint(
        parameter: sample.parameter ?? 0, distance: Double(sample.distance), rate: rate,
        weight: 1 / variance)
    }
    return ScalingSolution(points, from: center)
  }
}

struct ScalingPoint {
  let parameter: Double
  let distance: Double
  let rate: Double
  let weight: Double
}

/// The parabola that fits best, found by coordinate-wise golden section over p* and ν; for each
/// pair of them the parabola is a linear problem.
struct ScalingSolution {
  private(set) var threshold: Double
  private(set) var exponent = 1.5
  private(set) var chiSquared = Double.infinity

  private static let exponents = 0.4...4.0

  init?(_ points: [ScalingPoint], from center: Double) {
    threshold = center
    // The two are nearly independent, so a few rounds settle.
    let range = center * 0.7...center * 1.3
    for _ in 0..<12 {
      let exponent = exponent
      threshold = Self.minimum(in: range) { Self.chiSquared(points, $0, exponent) }
      let threshold = threshold
      self.exponent = Self.minimum(in: Self.exponents) { Self.chiSquared(points, threshold, $0) }
    }
    chiSquared = Self.chiSquared(points, threshold, exponent)
    // At the end of a range there is no minimum.
    let isInside =
      threshold > 1.01 * range.lowerBound && threshold < 0.99 * range.upperBound
      && exponent > 1.02 * Self.exponents.lowerBound
      && exponent < 0.98 * Self.exponents.upperBound
    guard isInside, chiSquared.isFinite else { return nil }
  }

  private static func minimum(
    in range: ClosedRange<Double>, _ function: (Double) -> Double
  ) -> Double {
    let ratio = (5.0.squareRoot() - 1) / 2
    var (low, high) = (range.lowerBound, range.upperBound)
    var (a, b) = (high - ratio * (high - low), low + ratio * (high - low))
    var (atA, atB) = (function(a), function(b))
    for _ in 0..<40 {
      if atA < atB {
        (high, b, atB) = (b, a, atA)
        a = high - ratio * (high - low)
        atA = function(a)
      } else {
        (low, a, atA) = (a, b, atB)
        b = low + ratio * (high - low)
        atB = function(b)
      }
    }
    return (low + high) / 2
  }

  /// The least sum of squares of a parabola for these p* and ν, from the normal equations.
  private static func chiSquared(
    _ points: [ScalingPoint], _ threshold: Double, _ exponent: Double
  ) -> Double {
    // Scaled so that the moments are of order one.
    let scale = points.reduce(0) {
      max($0, abs($1.parameter - threshold) * pow($1.distance, 1 / exponent))
    }
    guard scale > 0 else { return .infinity }
    func x(_ point: ScalingPoint) -> Double {
      (point.parameter - threshold) * pow(point.distance, 1 / exponent) / scale
    }
    var matrix = [[Double]](repeating: [0, 0, 0, 0], count: 3)
    for point in points {
      let powers = [1, x(point), x(point) * x(point)]
      for row in 0..<3 {
        for column in 0..<3 { matrix[row][column] += point.weight * powers[row] * powers[column] }
        matrix[row][3] += point.weight * powers[row] * point.rate
      }
    }
    guard let solution = solved(matrix) else { return .infinity }
    return points.reduce(0) { sum, point in
      let x = x(point)
      let residual = point.rate - solution[0] - solution[1] * x - solution[2] * x * x
      return sum + point.weight * residual * residual
    }
  }

  /// Gaussian elimination with pivots.
  private static func solved(_ given: [[Double]]) -> [Double]? {
    var matrix = given
    let count = matrix.count
    for column in 0..<count {
      let pivot = (column..<count).max { abs(matrix[$0][column]) < abs(matrix[$1][column]) }
      guard let pivot, abs(matrix[pivot][column]) > 1e-12 * abs(given[0][0]) else { return nil }
      matrix.swapAt(column, pivot)
      for row in 0..<count where row != column {
        let factor = matrix[row][column] / matrix[column][column]
        for place in column...count { matrix[row][place] -= factor * matrix[column][place] }
      }
    }
    return (0..<count).map { matrix[$0][count] / matrix[$0][$0] }
  }
}

extension Philox.Purpose {
  /// Counts drawn again for the scaling fit.
  static let scalingBootstrap = Philox.Purpose(rawValue: 0x5448_5201)
}
