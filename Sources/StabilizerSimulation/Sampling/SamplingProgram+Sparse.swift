import QuantumCore

extension SamplingProgram {
  /// Whether rows are so wide and so empty that their ones are better held than their bits.
  var isSparse: Bool {
    layout.bitCount > Self.widestFullRow && flipsPerShot * 256 < Double(layout.bitCount)
  }

  /// Rows of up to so many bits are cheap to hold in full.
  private static let widestFullRow = 1 << 22

  /// Draws the shots of a block as the columns that they flip: the same shots as `fill` makes.
  ///
  /// - Parameter take: gets the columns of one shot after the other, in any order and with
  ///   those that are flipped several times.
  /// - Precondition: rows are sparse, so that no shots are drawn together.
  func forEachShot(
    _ shots: Int, seed: UInt64, block: UInt64, _ take: (inout [UInt32]) throws -> Void
  ) rethrows {
    precondition(clusterBits == 0, "Wide rows are drawn one by one")
    var generator = BlockGenerator()
    if !counts.isEmpty { generator.start(seed: seed, purpose: .detectorErrors, block: block) }
    var random = Xoshiro256(seed: seed, purpose: .detectorErrorCoins, block: block)
    var flips: [UInt32] = []
    for _ in 0..<shots {
      flips.removeAll(keepingCapacity: true)
      for (mechanism, levels) in certain {
        Self.forEachShift(of: levels[...]) { append(mechanism, shift: $0, to: &flips) }
      }
      if !counts.isEmpty { withTables { drawSparsely($0, &generator, &flips) } }
      for coin in coins {
        Self.forEachShift(of: coin.levels[...]) { shift in
          if random.next() < coin.threshold { append(coin.mechanism, shift: shift, to: &flips) }
        }
      }
      try take(&flips)
    }
  }

  private func drawSparsely(
    _ tables: Tables, _ generator: inout BlockGenerator, _ flips: inout [UInt32]
  ) {
    let poolSize = UInt64(poolTable.columns.count)
    let ownCount = counts.count < families.count ? counts.count - 1 : families.count
    for place in 0..<counts.count {
      let count = counts[place]
      let faults = PoissonTable.draw(
        &generator, tables.countColumns + count.start, count: count.size, least: count.least,
        draws: count.draws)
      for _ in 0..<faults {
        let index =
          place < ownCount
          ? place
          : ownCount + AliasTable.draw(generator.word(), tables.poolColumns, count: poolSize)
        drawSparsely(families[index], &generator, &flips)
      }
    }
  }

  /// Draws one fault of a family: the turns and the mechanism, digits of mixed radix from the
  /// top of one word.
  private func drawSparsely(
    _ family: Family, _ generator: inout BlockGenerator, _ flips: inout [UInt32]
  ) {
    var (turn, rest) = generator.word().multipliedFullWidth(by: family.inner.turns)
    var shift = turn &* family.inner.shift
    for place in family.outer {
      (turn, rest) = rest.multipliedFullWidth(by: levels[Int(place)].turns)
      shift &+= turn &* levels[Int(place)].shift
    }
    let member = rest.multipliedFullWidth(by: UInt64(family.size)).high
    append(mechanisms[Int(family.start) + Int(member)], shift: shift, to: &flips)
  }

  /// Appends the columns that a mechanism flips.
  private func append(_ mechanism: Mechanism, shift: UInt64, to flips: inout [UInt32]) {
    let shape = shapes[Int(mechanism.shape)]
    let first = UInt64(mechanism.first) &+ shift
    for (window, start) in [(shape.near, first), (shape.far, first &+ UInt64(shape.gap))] {
      var word = window
      while word != 0 {
        flips.append(UInt32(truncatingIfNeeded: start &+ UInt64(word.trailingZeroBitCount)))
        word &= word &- 1
      }
    }
    for place in shape.listStart..<shape.listStart + shape.listCount {
      let flip = listedFlips[Int(place)]
      flips.append(flip.column &+ (flip.isDetector ? UInt32(truncatingIfNeeded: first) : 0))
    }
  }
}
