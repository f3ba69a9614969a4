#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// Independent X, Y and Z errors that together make a Pauli channel.
struct IndependentPauliErrors {
  let x: Double
  let y: Double
  let z: Double

  /// Below this, 1 − p is not formed: the digits of p would be lost. At it, six digits of sixteen
  /// are.
  static let smallProbability = 1e-5

  /// Errors that are negative by rounding only.
  private static let tolerance = 1e-12

  /// `nil` if the channel with these probabilities of X, Y and Z is not a product of such errors.
  ///
  /// The channel shrinks the Pauli X by λ_x = 1 − 2(p_y + p_z), and so on. Errors q_x, q_y, q_z
  /// shrink it by (1 − 2q_y)(1 − 2q_z), so 1 − 2q_x = ±√(λ_y λ_z / λ_x), with − if λ_y and λ_z are
  /// negative: the error is more likely than not.
  init?(x px: Double, y py: Double, z pz: Double) {
    if [px, py, pz].count(where: { $0 > 0 }) <= 1 {
      (x, y, z) = (px, py, pz)
      return
    }
    if px + py + pz < Self.smallProbability {
      // ln (1 − 2q_x) = (ln λ_y + ln λ_z − ln λ_x) / 2.
      let (x, y, z) = (log1p(-2 * (py + pz)), log1p(-2 * (px + pz)), log1p(-2 * (px + py)))
      let errors = [y + z - x, x + z - y, x + y - z].map { -expm1($0 / 2) / 2 }
      guard errors.allSatisfy({ $0 >= -Self.tolerance }) else { return nil }
      (self.x, self.y, self.z) = (max(0, errors[0]), max(0, errors[1]), max(0, errors[2]))
      return
    }
    let (lx, ly, lz) = (1 - 2 * (py + pz), 1 - 2 * (px + pz), 1 - 2 * (px + py))
    if max(abs(lx), abs(ly), abs(lz)) < 1e-15 {
      (x, y, z) = (0.5, 0.5, 0.5)
      return
    }
    guard lx * ly * lz > 0 else { return nil }
    func error(_ a: Double, _ b: Double, _ c: Double) -> Double {
      let shrinking = (a * b / c).squareRoot()
      return 0.5 - 0.5 * (a < 0 && b < 0 ? -shrinking : shrinking)
    }
    let errors = [error(ly, lz, lx), error(lx, lz, ly), error(lx, ly, lz)]
    guard errors.allSatisfy({ $0 >= -Self.tolerance && $0 <= 1 + Self.tolerance }) else {
      return nil
    }
    let clamped = errors.map { min(1, max(0, $0)) }
    (x, y, z) = (clamped[0], clamped[1], clamped[2])
  }
}
