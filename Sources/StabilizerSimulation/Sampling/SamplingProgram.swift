import QuantumCore

/// Where the bits of a shot stand in its row.
struct RowLayout: Sendable {
  /// Column of detector 0; `nil` where detectors are left out.
  var detectorStart: Int?
  var observableStart: Int?
  var bitCount: Int

  init(_ columns: DetectorErrorSampler.Columns, _ extent: ModelExtent) {
    let (detectors, observables) = (extent.detectorCount, extent.observableCount)
    switch columns {
    case .detectors: (detectorStart, bitCount) = (0, detectors)
    case .observables: (observableStart, bitCount) = (0, observables)
    case .detectorsThenObservables:
      (detectorStart, observableStart, bitCount) = (0, detectors, detectors + observables)
    case .observablesThenDetectors:
      (detectorStart, observableStart, bitCount) = (observables, 0, detectors + observables)
    case .separate:
      let start = (detectors + 63) / 64 * 64
      (detectorStart, observableStart, bitCount) = (0, start, start + observables)
    }
  }
}

/// An error model made ready for drawing: mechanisms in families of equal rate, and tables for how
/// many faults of each there are.
struct SamplingProgram: Sendable {
  /// What a mechanism flips, 8 bytes.
  struct Mechanism: Sendable {
    /// Column of the first detector, in the first turn of the repeat blocks around it.
    var first: UInt32
    /// Its place in `shapes`.
    var shape: UInt32
  }

  /// What mechanisms flip relative to their first column. A code looks the same at most places, so
  /// a circuit has few shapes.
  struct Shape: Sendable {
    /// Flips from the first column on, in bits 0 to 56: moved by up to seven they still fit a word.
    var near: UInt64 = 0
    /// Flips from `gap` columns later on.
    var far: UInt64 = 0
    var gap: UInt32 = 0
    /// Where further flips stand in `listedFlips`, and how many.
    var listStart: UInt32 = 0
    var listCount: UInt32 = 0

    /// Columns of a window.
    static let reach: UInt64 = 57

    /// How many columns are flipped.
    var flipCount: Int { near.nonzeroBitCount + far.nonzeroBitCount + Int(listCount) }
  }

  /// A flip outside the two windows of a shape.
  struct ListedFlip: Sendable, Equatable {
    /// Counted from the first column for detectors, from the start of the row for observables.
    var column: UInt32
    var isDetector: Bool
  }

  /// A repeat block around mechanisms.
  struct Level: Sendable, Hashable {
    var turns: UInt64
    /// Columns that a turn moves detectors by.
    var shift: UInt64
  }

  /// Mechanisms of equal rate in the same repeat blocks.
  struct Family: Sendable {
    var start: UInt32
    var size: UInt32
    /// The innermost repeat block; one turn if there is none.
    var inner: Level
    /// Places of the other repeat blocks in `levels`.
    var outer: Range<UInt32>
  }

  /// How many faults of something a cluster of shots has.
  struct FaultCount: Sendable {
    /// Where the columns of its Poisson table stand in `countColumns`, and how many.
    var start: Int
    var size: UInt64
    var least: Int
    var draws: Int
  }

  /// A mechanism near ½, drawn by itself for every turn of every shot.
  struct Coin: Sendable {
    var mechanism: Mechanism
    var levels: [Level]
    /// It happens when a random word is below this.
    var threshold: UInt64
  }

  let layout: RowLayout
  let mechanisms: [Mechanism]
  let shapes: [Shape]
  let listedFlips: [ListedFlip]
  let levels: [Level]
  let coins: [Coin]
  /// Those whose faults are counted one by one, then those that share the last of `counts`.
  let families: [Family]
  private(set) var counts: [FaultCount] = []
  private(set) var countColumns: [AliasTable.Column] = []
  /// Which of the families that share a count a fault belongs to.
  private(set) var poolTable = AliasTable(weights: [1])
  /// What happens in every shot, with the repeat blocks around it.
  let certain: [(mechanism: Mechanism, levels: [Level])]
  /// What a row holds before anything is drawn; empty where `certain` says it.
  private(set) var initialRow: [UInt8] = []
  let faultsPerShot: Double
  /// Bits that a shot flips on average, or more.
  let flipsPerShot: Double
  /// Shots whose faults are counted together are 2 to this power.
  let clusterBits: UInt64

  /// Bytes behind the last row that flips may read and write, unchanged.
  static let padding = 8

  /// - Parameter bytesPerShot: of all detectors and observables, whichever of them rows hold.
  init(_ model: DetectorErrorModel, _ layout: RowLayout, bytesPerShot: Int) throws {
    self.layout = layout
    clusterBits = Self.clusterBits(bytesPerShot: bytesPerShot)
    var builder = SamplingProgramBuilder(model, layout)
    try builder.build()
    (mechanisms, shapes, listedFlips) = (builder.mechanisms, builder.shapes, builder.listedFlips)
    (levels, coins) = (builder.outerLevels, builder.coins)
    let order = builder.families.indices.sorted {
      builder.familyWeights[$0] > builder.familyWeights[$1]
    }
    families = order.map { builder.families[$0] }
    let shots = Double(1 << clusterBits)
    let means = order.map { builder.familyWeights[$0] * shots }
    faultsPerShot = builder.familyWeights.reduce(0, +)
    certain = builder.certain
    let draws =
      faultsPerShot + Self.instances(of: coins.map(\.levels))
      + Self.instances(of: certain.map(\.levels))
    guard draws <= Double(Self.drawLimit) else {
      throw Obstacle(
        .memory(required: UInt64(min(draws * 8, 0x1p63)), available: 8 * Self.drawLimit),
        "about \(UInt64(min(draws, 0x1p63))) errors of the model happen or are drawn one by one in a shot; "
          + "up to 2^28 are accepted",
        hint: "use fewer repetitions or smaller probabilities")
    }
    flipsPerShot = draws * Double(shapes.map(\.flipCount).max() ?? 0)
    makeCounts(means)
    if layout.bitCount <= Self.widestInitialRow { initialRow = makeInitialRow() }
  }

  /// Errors of a shot that are drawn, or happen always. More take seconds a shot.
  private static let drawLimit: UInt64 = 1 << 28
  /// Rows of more bits are not kept as a pattern.
  private static let widestInitialRow = 1 << 22

  /// How often mechanisms happen that do so in every turn of their repeat blocks.
  private static func instances(of levels: [[Level]]) -> Double {
    levels.reduce(0) { sum, levels in
      sum + levels.reduce(1) { $0 * Double($1.turns) }
    }
  }

  /// A cluster of rows shares a second-level cache with the tables. Smaller ones would stay in the
  /// first level, but have too few faults of each family to keep its mechanisms there: drawing took
  /// half as long again with 8 KiB.
  private static func clusterBits(bytesPerShot: Int) -> UInt64 {
    var bits: UInt64 = 0
    while bits < 13, bytesPerShot << (bits + 1) <= 1 << 17 { bits += 1 }
    return bits
  }

  /// A family with fewer faults a cluster shares its count with others.
  private static let leastOwnMean = 4.0
  private static let mostOwnCounts = 256

  private mutating func makeCounts(_ means: [Double]) {
    let owners = means.prefix(Self.mostOwnCounts).prefix { $0 >= Self.leastOwnMean }
    owners.forEach { append(PoissonTable(mean: $0)) }
    let pool = means.dropFirst(owners.count)
    guard pool.reduce(0, +) > 0 else { return }
    append(PoissonTable(mean: pool.reduce(0, +)))
    poolTable = AliasTable(weights: Array(pool))
  }

  private mutating func append(_ table: PoissonTable) {
    counts.append(
      FaultCount(
        start: countColumns.count, size: UInt64(table.table.columns.count), least: table.least,
        draws: table.draws))
    countColumns += table.table.columns
  }

  private func makeInitialRow() -> [UInt8] {
    guard !certain.isEmpty else { return [] }
    let size = (layout.bitCount + 7) / 8
    var row = [UInt8](repeating: 0, count: size + Self.padding)
    row.withUnsafeMutableBytes { flipCertain(in: $0.baseAddress!) }
    return Array(row[..<size])
  }

  /// Calls `body` for every combination of turns.
  static func forEachShift(
    of levels: ArraySlice<Level>, from start: UInt64 = 0, _ body: (UInt64) -> Void
  ) {
    guard let level = levels.first else { return body(start) }
    for turn in 0..<level.turns {
      forEachShift(of: levels.dropFirst(), from: start + turn * level.shift, body)
    }
  }
}
