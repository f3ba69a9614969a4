// Goals, in order: symplectic eigenvalues near 1 right to the last digits beside ones of 10⁶; no
// fit for more than a few modes.
import RealModule

/// The covariance matrix of a Gaussian state in shot-noise units: vacuum is the unit matrix.
///
/// Quadratures are in the order x₁ p₁ x₂ p₂ …; means play no part in entropies.
public struct CovarianceMatrix: Sendable, Hashable {
  /// Number of modes.
  public let modeCount: Int
  /// 2n × 2n, row-major, symmetric.
  public private(set) var elements: [Double]

  /// The covariance matrix with the given entries, row by row.
  ///
  /// - Precondition: `elements` is (2n)² numbers of a symmetric matrix.
  public init(modeCount: Int, elements: [Double]) {
    precondition(
      elements.count == 4 * modeCount * modeCount, "A covariance matrix of n modes is 2n × 2n")
    self.modeCount = modeCount
    self.elements = elements
  }

  /// n modes in the vacuum.
  public static func vacuum(modeCount: Int) -> CovarianceMatrix {
    let size = 2 * modeCount
    var elements = [Double](repeating: 0, count: size * size)
    for place in 0..<size { elements[place * size + place] = 1 }
    return CovarianceMatrix(modeCount: modeCount, elements: elements)
  }

  /// Two modes squeezed together, each of variance V.
  ///
  /// - Precondition: V is at least 1.
  public static func twoModeSqueezed(variance: Double) -> CovarianceMatrix {
    precondition(variance >= 1, "The variance of a mode is at least 1")
    let correlation = Double.sqrt((variance - 1) * (variance + 1))
    var state = vacuum(modeCount: 2)
    for place in 0..<4 { state[place, place] = variance }
    for (place, sign) in [(0, 1.0), (1, -1.0)] {
      state[place, place + 2] = sign * correlation
      state[place + 2, place] = sign * correlation
    }
    return state
  }

  /// The covariance of two quadratures, each in `0..<2 * modeCount`.
  public subscript(row: Int, column: Int) -> Double {
    get { elements[row * 2 * modeCount + column] }
    set { elements[row * 2 * modeCount + column] = newValue }
  }

  /// Both systems side by side, without correlations.
  public func joined(with other: CovarianceMatrix) -> CovarianceMatrix {
    var state = Self.vacuum(modeCount: modeCount + other.modeCount)
    let offset = 2 * modeCount
    for row in 0..<offset {
      for column in 0..<offset { state[row, column] = self[row, column] }
    }
    for row in 0..<(2 * other.modeCount) {
      for column in 0..<(2 * other.modeCount) {
        state[offset + row, offset + column] = other[row, column]
      }
    }
    return state
  }

  /// The state of some modes, in the order given.
  public func reduced(to modes: [Int]) -> CovarianceMatrix {
    var state = Self.vacuum(modeCount: modes.count)
    let places = modes.flatMap { [2 * $0, 2 * $0 + 1] }
    for (row, from) in places.enumerated() {
      for (column, other) in places.enumerated() { state[row, column] = self[from, other] }
    }
    return state
  }

  /// Mixes two modes on a beam splitter: a ← √τ a + √(1−τ) b, b ← √τ b − √(1−τ) a.
  public mutating func mix(_ a: Int, _ b: Int, transmittance: Double) {
    let (t, r) = (Double.sqrt(transmittance), Double.sqrt(1 - transmittance))
    for quadrature in 0..<2 {
      let (first, second) = (2 * a + quadrature, 2 * b + quadrature)
      for column in 0..<(2 * modeCount) {
        let (x, y) = (self[first, column], self[second, column])
        self[first, column] = t * x + r * y
        self[second, column] = t * y - r * x
      }
      for row in 0..<(2 * modeCount) {
        let (x, y) = (self[row, first], self[row, second])
        self[row, first] = t * x + r * y
        self[row, second] = t * y - r * x
      }
    }
  }

  /// Sends a mode through a channel of transmittance T and excess noise ξ at its input: variance ←
  /// T(variance + ξ) + 1 − T.
  public mutating func transmit(_ mode: Int, transmittance: Double, excessNoise: Double = 0) {
    let amplitude = Double.sqrt(transmittance)
    for quadrature in [2 * mode, 2 * mode + 1] {
      for place in 0..<(2 * modeCount) {
        self[quadrature, place] *= amplitude
        self[place, quadrature] *= amplitude
      }
      self[quadrature, quadrature] += 1 - transmittance + transmittance * excessNoise
    }
  }

  /// The other modes, given that one quadrature of a mode was measured; outcomes only shift means.
  ///
  /// - Parameters:
  ///   - mode: the mode that is measured, in `0..<modeCount`.
  ///   - quadrature: 0 for x, 1 for p.
  public func conditioned(onHomodyneOf mode: Int, quadrature: Int) -> CovarianceMatrix {
    let measured = 2 * mode + quadrature
    let variance = self[measured, measured]
    func correction(row: Int, column: Int) -> Double {
      variance > 0 ? self[row, measured] * self[column, measured] / variance : 0
    }
    return eliminating(mode, correction)
  }

  /// The other modes, given that both quadratures of a mode were measured with one unit of noise
  /// each.
  public func conditioned(onHeterodyneOf mode: Int) -> CovarianceMatrix {
    let (x, p) = (2 * mode, 2 * mode + 1)
    let (a, b, c) = (self[x, x] + 1, self[p, p] + 1, self[x, p])
    let determinant = a * b - c * c
    func correction(row: Int, column: Int) -> Double {
      let rx: Double = self[row, x]
      let rp: Double = self[row, p]
      let cx: Double = self[column, x]
      let cp: Double = self[column, p]
      let diagonal: Double = rx * cx * b + rp * cp * a
      let mixed: Double = (rx * cp + rp * cx) * c
      return (diagonal - mixed) / determinant
    }
    return eliminating(mode, correction)
  }

  private func eliminating(
    _ mode: Int, _ correction: (Int, Int) -> Double
  ) -> CovarianceMatrix {
    let modes = (0..<modeCount).filter { $0 != mode }
    var state = reduced(to: modes)
    let places = modes.flatMap { [2 * $0, 2 * $0 + 1] }
    for (row, from) in places.enumerated() {
      for (column, other) in places.enumerated() { state[row, column] -= correction(from, other) }
    }
    return state
  }

  /// The moduli of the eigenvalues of iΩV, each once, ascending; `nil` if V is not positive
  /// definite.
  ///
  /// With V = LLᵀ they are the singular values of LᵀΩL, which one-sided Jacobi rotations [Demmel92]
  /// find to high relative accuracy, small ones too.
  ///
  /// - Complexity: O(n³) a sweep, fewer than ten sweeps.
  public func symplecticEigenvalues() -> [Double]? {
    guard let factor = choleskyFactor() else { return nil }
    let size = 2 * modeCount
    var matrix = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0..<size {
        var sum = 0.0
        for mode in 0..<modeCount {
          let (x, p) = (2 * mode * size, (2 * mode + 1) * size)
          sum += factor[x + row] * factor[p + column] - factor[p + row] * factor[x + column]
        }
        matrix[row * size + column] = sum
      }
    }
    let values = singularValues(of: matrix, size: size).sorted()
    return (0..<modeCount).map { (mode: Int) -> Double in
      (values[2 * mode] + values[2 * mode + 1]) / 2
    }
  }

  /// The von Neumann entropy in bits; `nil` if V is not positive definite.
  public func entropy() -> Double? {
    symplecticEigenvalues()?.reduce(0) { $0 + Entropy.symplectic($1) }
  }

  /// Lower triangular L with V = LLᵀ.
  private func choleskyFactor() -> [Double]? {
    let size = 2 * modeCount
    var factor = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0...row {
        var sum = self[row, column]
        for place in 0..<column {
          sum -= factor[row * size + place] * factor[column * size + place]
        }
        if row == column {
          guard sum > 0 else { return nil }
          factor[row * size + row] = Double.sqrt(sum)
        } else {
          factor[row * size + column] = sum / factor[column * size + column]
        }
      }
    }
    return factor
  }
}

/// Singular values by rotations that make columns orthogonal.
private func singularValues(of matrix: [Double], size: Int) -> [Double] {
  var matrix = matrix
  for _ in 0..<60 {
    var isDone = true
    for a in 0..<size {
      for b in (a + 1)..<max(a + 1, size) {
        var (aa, bb, ab) = (0.0, 0.0, 0.0)
        for row in 0..<size {
          let (x, y) = (matrix[row * size + a], matrix[row * size + b])
          aa += x * x
          bb += y * y
          ab += x * y
        }
        guard abs(ab) > 1e-16 * Double.sqrt(aa * bb) else { continue }
        isDone = false
        let slope = (bb - aa) / (2 * ab)
        let tangent = (slope < 0 ? -1 : 1) / (abs(slope) + Double.sqrt(1 + slope * slope))
        let cosine = 1 / Double.sqrt(1 + tangent * tangent)
        let sine = cosine * tangent
        for row in 0..<size {
          let (x, y) = (matrix[row * size + a], matrix[row * size + b])
          matrix[row * size + a] = cosine * x - sine * y
          matrix[row * size + b] = sine * x + cosine * y
        }
      }
    }
    if isDone { break }
  }
  return (0..<size).map { (column: Int) -> Double in
    var sum = 0.0
    for row in 0..<size {
      let value = matrix[row * size + column]
      sum += value * value
    }
    return Double.sqrt(sum)
  }
}
