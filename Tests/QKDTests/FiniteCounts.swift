import QKD
import RealModule

/// What a session of three intensities counts on average, by the formulas of [Lim14], Sec. IV.
struct FiniteCounts {
  /// By intensity: clicks and wrong clicks of the key basis, then those of the test basis.
  let tables: [[Double]]
  /// ln(21/ε), of the limits of each table.
  let logTerms: Double

  init(_ parameters: KeyRateParameters, transmittance: Double) {
    let eta = parameters[.detectorEfficiency] * transmittance
    let dark = parameters[.darkCountProbability]
    let after = parameters[.afterpulseProbability]
    let intensities = [KeyRateParameter.ID.intensity1, .intensity2, .intensity3]
    let probabilities = [KeyRateParameter.ID.probability1, .probability2, .probability3]
    var (counts, errors): ([Double], [Double]) = ([], [])
    for (intensity, probability) in zip(intensities, probabilities) {
      let arriving = -Double.expMinusOne(-eta * parameters[intensity])
      let click = 2 * dark + (1 - 2 * dark) * arriving
      counts.append(parameters[probability] * click * (1 + after))
      errors.append(
        parameters[probability]
          * (dark + parameters[.misalignment] * arriving + after * click / 2))
    }
    let scale = parameters[.blockSize] / counts.reduce(0, +)
    let basis = parameters[.basisProbability]
    let ratio = (1 - basis) * (1 - basis) / (basis * basis)
    tables = [scale, scale * ratio].flatMap { scale in
      [counts.map { $0 * scale }, errors.map { $0 * scale }]
    }
    logTerms = Double.log(21 / parameters[.epsilonSecrecy])
  }

  /// √(n/2 ln(21/ε)), n the sum of a table.
  func deviation(of table: [Double]) -> Double {
    Double.sqrt(table.reduce(0, +) / 2 * logTerms)
  }

  /// Whether some lower limit of a count would be below 0.
  var startBelowNothing: Bool {
    tables.contains { table in table.contains { $0 < deviation(of: table) } }
  }
}
