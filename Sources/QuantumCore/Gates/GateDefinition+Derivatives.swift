import RealModule

extension GateDefinition {
  /// Whether the arguments are angles, so that the gate has derivatives.
  public var hasAngles: Bool { isUnitary && matrix != nil && !parameters.isEmpty }

  /// ∂U/∂θ of the gate's matrix for one of its arguments, to rounding.
  ///
  /// Every element of a catalog matrix is a sum of waves e^{iωθ} with ω ∈ {0, ±1/2, ±1}. Such a sum
  /// has an exact derivative from four values, f′(θ) = ½ Σ_μ (−1)^{μ−1} f(θ + (2μ−1)π/2) / (8
  /// sin²((2μ−1)π/8)), μ = 1…4.
  ///
  /// - Parameters:
  ///   - arguments: all of the gate's, in radians.
  ///   - index: which one to differentiate by.
  /// - Returns: 2ᵏ × 2ᵏ, row-major; `nil` for gates without angles.
  /// - Precondition: `index` is a place in `arguments`, which are as many as the gate takes.
  /// - Source: [Wierichs22], eq. (15) with R = 2.
  public func matrixDerivative(
    arguments: some Collection<Double>, withRespectTo index: Int
  ) -> ComplexMatrix? {
    guard hasAngles, let matrix else { return nil }
    precondition(
      arguments.count == parameters.count && parameters.indices.contains(index),
      "\(name) has no argument \(index) of \(arguments.count)")
    var shifted = Array(arguments)
    let angle = shifted[index]
    var derivative: ComplexMatrix?
    for (step, weight) in Self.derivativeRule {
      shifted[index] = angle + step
      let part = matrix(shifted[...]).scaled(by: .init(weight))
      derivative = derivative.map { $0 + part } ?? part
    }
    return derivative
  }

  /// Steps of the angle and weights of the values there.
  private static let derivativeRule: [(step: Double, weight: Double)] = (1...4).map { place in
    let odd = Double(2 * place - 1)
    let sine = Double.sin(odd * .pi / 8)
    return (odd * .pi / 2, (place % 2 == 1 ? 1 : -1) / (16 * sine * sine))
  }
}
