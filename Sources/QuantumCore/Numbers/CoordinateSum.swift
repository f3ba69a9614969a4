/// Sums of coordinates, which stay finite however often and however far they are shifted.
package enum CoordinateSum {
  /// Adds a shift a number of times; a sum of fewer coordinates grows.
  package static func add(
    _ shift: some Sequence<Double>, times: Double = 1, to sum: inout [Double]
  ) {
    for (index, value) in shift.enumerated() {
      if index == sum.count { sum.append(0) }
      sum[index] = finite(sum[index] + finite(value * times))
    }
  }

  /// Coordinates behind the shifts so far.
  package static func absolute(
    _ coordinates: some Sequence<Double>, shiftedBy sum: [Double]
  ) -> [Double] {
    coordinates.enumerated().map { $0 < sum.count ? finite($1 + sum[$0]) : $1 }
  }

  private static func finite(_ coordinate: Double) -> Double {
    min(max(coordinate, -Double.greatestFiniteMagnitude), Double.greatestFiniteMagnitude)
  }
}
