/// Draws an index with given weights from one random word, in constant time.
///
/// - Source: [Walker77]; made in linear time as in [Vose91].
struct AliasTable: Sendable {
  /// A column of the table: below `threshold` it stands for itself, otherwise for another index.
  struct Column: Sendable {
    var threshold: UInt64
    var alias: UInt32
  }

  /// As many as there are weights.
  let columns: [Column]

  /// - Parameter weights: at least one and fewer than 2³²; none is negative, not all are 0.
  ///   Relative rounding errors stay below 2⁻⁵⁰.
  init(weights: [Double]) {
    let scale = Double(weights.count) / weights.reduce(0, +)
    var columns = weights.indices.map {
      Column(threshold: .max, alias: UInt32($0))
    }
    var share = weights.map { $0 * scale }
    var (poor, rich) = ([Int](), [Int]())
    for index in weights.indices {
      if share[index] < 1 { poor.append(index) } else { rich.append(index) }
    }
    while let small = poor.popLast() {
      // What is left when one list runs out is 1 up to rounding.
      guard let large = rich.last else { continue }
      columns[small].threshold = UInt64(share[small] * 0x1p64)
      columns[small].alias = UInt32(large)
      share[large] -= 1 - share[small]
      if share[large] < 1 {
        rich.removeLast()
        poor.append(large)
      }
    }
    self.columns = columns
  }

  /// The index that a uniform random word stands for.
  @inline(__always)
  static func draw(_ word: UInt64, _ columns: UnsafePointer<Column>, count: UInt64) -> Int {
    let (high, low) = word.multipliedFullWidth(by: count)
    let column = columns[Int(truncatingIfNeeded: high)]
    return low < column.threshold ? Int(truncatingIfNeeded: high) : Int(column.alias)
  }
}
