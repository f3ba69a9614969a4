import QuantumCore

/// Draws Poisson-distributed counts from one or a few random words.
struct PoissonTable: Sendable {
  /// The count that index 0 of the table stands for.
  let least: Int
  let table: AliasTable
  /// How many draws are added up, each with `mean / draws`.
  let draws: Int

  /// A mean for which one table serves; larger ones are sums of several draws.
  private static let largestMean = 65536.0

  /// - Parameter mean: not negative, at most 2⁵⁰.
  init(mean: Double) {
    draws = max(1, Int((mean / Self.largestMean).rounded(.up)))
    let mean = mean / Double(draws)
    let mode = Int(mean)
    // Weights relative to the mode's, outwards until what is left out is below 2⁻⁷⁰.
    var (below, above) = ([Double](), [1.0])
    var weight = 1.0
    for count in stride(from: mode, to: 0, by: -1) {
      weight *= Double(count) / mean
      if weight < 0x1p-75 { break }
      below.append(weight)
    }
    weight = 1
    var count = mode + 1
    while mean > 0 {
      weight *= mean / Double(count)
      if weight < 0x1p-75 { break }
      above.append(weight)
      count += 1
    }
    least = mode - below.count
    table = AliasTable(weights: below.reversed() + above)
  }

  @inline(__always)
  static func draw(
    _ generator: inout BlockGenerator, _ columns: UnsafePointer<AliasTable.Column>, count: UInt64,
    least: Int, draws: Int
  ) -> Int {
    var total = 0
    for _ in 0..<draws { total += least + AliasTable.draw(generator.word(), columns, count: count) }
    return total
  }
}
