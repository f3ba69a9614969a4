// Goals, in order: the same answer every time; never caught where the function is flat; few
// evaluations.

/// Looks for the largest value of a function on the unit cube.
///
/// Starts on a low-discrepancy sequence, then climbs from the best of its points with the simplex
/// of [Nelder65], folded back at the walls. No randomness: the same function gives the same point.
struct BoxMaximizer {
  /// Points tried before climbing.
  var samples: Int
  /// Climbs from the best points.
  var climbs = 3
  /// Evaluations of a climb at most.
  var steps = 400

  /// - Parameter isCostly: Whether an evaluation takes far longer than a formula: then fewer are
  ///   made.
  init(dimension: Int, isCostly: Bool = false) {
    samples = min(isCostly ? 60 : 400, 32 * dimension * dimension)
    if isCostly { (climbs, steps) = (1, 90) }
  }

  /// - Returns: the best point found and its value; NaN counts as −∞.
  func maximum(
    dimension: Int, startingAt first: [Double]? = nil, _ function: ([Double]) -> Double
  ) -> (point: [Double], value: Double) {
    guard dimension > 0 else { return ([], function([])) }
    func value(_ point: [Double]) -> Double {
      let value = function(point)
      return value.isNaN ? -.infinity : value
    }
    var tried = (1...samples).map { index -> (point: [Double], value: Double) in
      let point = Self.lowDiscrepancyPoint(index, dimension)
      return (point, value(point))
    }
    if let first { tried.append((first, value(first))) }
    tried.sort { $0.value > $1.value }
    var best = tried[0]
    var starts: [[Double]] = []
    for candidate in tried where starts.count < climbs {
      // Neighbours of a start would climb the same hill.
      let isNew = starts.allSatisfy { start in
        zip(start, candidate.point).contains { abs($0 - $1) > 0.15 }
      }
      if isNew { starts.append(candidate.point) }
    }
    for start in starts {
      let end = climb(from: start, value)
      if end.value > best.value { best = end }
    }
    return climbAgain(best, value)
  }

  /// A last climb from the best point, with a small simplex.
  private func climbAgain(
    _ best: (point: [Double], value: Double), _ value: ([Double]) -> Double
  ) -> (point: [Double], value: Double) {
    let end = climb(from: best.point, size: 0.01, value)
    return end.value > best.value ? end : best
  }

  private func climb(
    from start: [Double], size: Double = 0.08, _ value: ([Double]) -> Double
  ) -> (point: [Double], value: Double) {
    let dimension = start.count
    var simplex = [(point: start, value: value(start))]
    for axis in 0..<dimension {
      var point = start
      point[axis] += point[axis] + size > 1 ? -size : size
      simplex.append((point, value(point)))
    }
    for _ in 0..<steps {
      simplex.sort { $0.value > $1.value }
      let spread = (0..<dimension).reduce(0.0) { width, axis in
        max(width, simplex.reduce(0.0) { max($0, abs($1.point[axis] - simplex[0].point[axis])) })
      }
      if spread < 1e-7 { break }
      var centre = [Double](repeating: 0, count: dimension)
      for vertex in simplex.dropLast() {
        for axis in 0..<dimension { centre[axis] += vertex.point[axis] / Double(dimension) }
      }
      let worst = simplex[dimension]
      func moved(_ factor: Double) -> (point: [Double], value: Double) {
        let point = (0..<dimension).map {
          Self.folded(centre[$0] + factor * (worst.point[$0] - centre[$0]))
        }
        return (point, value(point))
      }
      let reflected = moved(-1)
      if reflected.value > simplex[0].value {
        let expanded = moved(-2)
        simplex[dimension] = expanded.value > reflected.value ? expanded : reflected
      } else if reflected.value > simplex[dimension - 1].value {
        simplex[dimension] = reflected
      } else {
        let contracted = moved(reflected.value > worst.value ? -0.5 : 0.5)
        if contracted.value > max(reflected.value, worst.value) {
          simplex[dimension] = contracted
        } else {
          for place in 1...dimension {
            let point = zip(simplex[0].point, simplex[place].point).map { ($0 + $1) / 2 }
            simplex[place] = (point, value(point))
          }
        }
      }
    }
    simplex.sort { $0.value > $1.value }
    return simplex[0]
  }

  private static func folded(_ x: Double) -> Double {
    let inside = x < 0 ? -x : x > 1 ? 2 - x : x
    return min(1, max(0, inside))
  }

  /// Point `index` of the additive sequence of the generalised golden ratio: x_k = index / φᵏ mod
  /// 1.
  private static func lowDiscrepancyPoint(_ index: Int, _ dimension: Int) -> [Double] {
    // φ solves φ^{d+1} = φ + 1.
    var ratio = 1.5
    for _ in 0..<60 {
      var power = 1.0
      for _ in 0..<dimension { power *= ratio }
      ratio -= (power * ratio - ratio - 1) / (Double(dimension + 1) * power - 1)
    }
    var step = 1.0
    return (0..<dimension).map { _ in
      step /= ratio
      let value = 0.5 + step * Double(index)
      return value - value.rounded(.down)
    }
  }
}
