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

/// An error model made ready for drawing: mechanisms in families of equal rate, tables for the number of faults and for the
/// family of each.
struct SamplingProgram: Sendable {
  /// What a mechanism flips, 16 bytes: up to four detectors close together and 16 observables, or a list.
  struct Mechanism: Sendable {
    /// Column of the first detector.
    var first: UInt32 = 0
    /// Columns from the first to the others; 0 where there are fewer.
    var gaps: (UInt16, UInt16, UInt16) = (0, 0, 0)
    /// Bit k stands for observable k.
    var observables: UInt16 = 0
    /// Not 0: a list of flips starts here, and nothing else counts.
    var list: UInt32 = 0
  }

  /// One flip of a listed mechanism.
  struct ListedFlip: Sendable {
    var column: UInt32
    /// Whether the column moves with the turn of a repeat block.
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

  /// A mechanism near ½, drawn by itself for every turn of every shot.
  struct Coin: Sendable {
    var mechanism: Mechanism
    var levels: [Level]
    /// It happens when a random word is below this.
    var threshold: UInt64
  }

  let layout: RowLayout
  var mechanisms: [Mechanism] = []
  var lists: [ListedFlip] = []
  var listEnds: [Int] = [0]
  var families: [Family] = []
  var levels: [Level] = []
  var coins: [Coin] = []
  /// What a row holds before anything is drawn; empty for zeros.
  var initialRow: [UInt8] = []
  var faultsPerShot = 0.0
  /// Shots whose faults are counted together are 2 to this power.
  var clusterBits: UInt64 = 0
  var familyTable = AliasTable(weights: [1])
  var countTable = PoissonTable(mean: 0)

  init(_ model: DetectorErrorModel, _ layout: RowLayout) throws {
    self.layout = layout
    var builder = SamplingProgramBuilder(model, layout)
    try builder.build()
    (mechanisms, families, levels) = (builder.mechanisms, builder.families, builder.outerLevels)
    (lists, listEnds, coins) = (builder.lists, builder.listEnds, builder.coins)
    initialRow = makeInitialRow(builder.certain)
    let weights = builder.familyWeights
    faultsPerShot = weights.reduce(0, +)
    guard faultsPerShot > 0 else { return }
    guard faultsPerShot < 0x1p40 else {
      throw Obstacle(
        .unsupported, "the error model has more than 2^40 faults a shot",
        hint: "use fewer repetitions or smaller probabilities")
    }
    familyTable = AliasTable(weights: weights)
    while clusterBits < 6, faultsPerShot * Double(2 << clusterBits) <= 8 { clusterBits += 1 }
    countTable = PoissonTable(mean: faultsPerShot * Double(1 << clusterBits))
  }

  private func makeInitialRow(_ certain: [(Mechanism, [Level])]) -> [UInt8] {
    guard !certain.isEmpty else { return [] }
    var row = [UInt8](repeating: 0, count: (layout.bitCount + 7) / 8)
    row.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      for (mechanism, levels) in certain {
        Self.forEachShift(of: levels[...]) { flip(mechanism, shift: $0, in: base) }
      }
    }
    return row
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
