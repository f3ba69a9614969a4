import QuantumCore

extension SamplingProgram {
  /// Draws a block of shots.
  ///
  /// - Parameters:
  ///   - rows: `shots` rows, `stride` bytes apart, with `padding` bytes behind them; what they held
  ///     is overwritten.
  ///   - block: its number, which with the seed decides everything.
  func fill(
    _ rows: UnsafeMutableRawPointer, stride: Int, shots: Int, seed: UInt64, block: UInt64
  ) {
    // Cluster by cluster, so that rows are still in the cache when they change.
    let size = 1 << Int(clusterBits)
    let clusters = Swift.stride(from: 0, to: shots, by: size).lazy.map { first in
      Cluster(
        rows: (rows + first * stride).assumingMemoryBound(to: UInt8.self), stride: stride,
        bits: clusterBits, wanted: min(size, shots - first))
    }
    if counts.isEmpty {
      for cluster in clusters { start(cluster) }
    } else {
      var generator = BlockGenerator()
      generator.start(seed: seed, purpose: .detectorErrors, block: block)
      withTables { tables in
        for cluster in clusters {
          start(cluster)
          draw(cluster, tables, &generator)
        }
      }
    }
    if !coins.isEmpty {
      // Words of their own, so that fewer shots are the first of more.
      var random = Xoshiro256(seed: seed, purpose: .detectorErrorCoins, block: block)
      for shot in 0..<shots { tossCoins(rows + shot * stride, &random) }
    }
  }

  /// Makes the rows of a cluster what they are before anything is drawn, and the padding behind
  /// them zero.
  private func start(_ cluster: Cluster) {
    let rows = UnsafeMutableRawPointer(cluster.rows)
    rows.initializeMemory(
      as: UInt8.self, repeating: 0, count: cluster.wanted * cluster.stride + Self.padding)
    guard !certain.isEmpty else { return }
    guard !initialRow.isEmpty else {
      for shot in 0..<cluster.wanted { flipCertain(in: rows + shot * cluster.stride) }
      return
    }
    initialRow.withUnsafeBytes { bytes in
      for shot in 0..<cluster.wanted {
        (rows + shot * cluster.stride).copyMemory(
          from: bytes.baseAddress!, byteCount: bytes.count)
      }
    }
  }

  /// Rows that are drawn together, family by family.
  private struct Cluster {
    let rows: UnsafeMutablePointer<UInt8>
    let stride: Int
    /// There are two to this power.
    let bits: UInt64
    /// Rows that are wanted; faults of the others are dropped.
    let wanted: Int

    var isWhole: Bool { wanted == 1 << Int(bits) }

    /// The shot that a random word stands for, and what is left of the word.
    @inline(__always)
    func shot(of word: UInt64) -> (shot: Int, rest: UInt64) {
      (Int(truncatingIfNeeded: (word &>> 1) &>> (63 &- bits)), word &<< bits)
    }
  }

  /// The arrays as pointers, so that the inner loop neither checks nor counts references.
  struct Tables {
    let families: UnsafePointer<Family>
    let counts: UnsafePointer<FaultCount>
    let countColumns: UnsafePointer<AliasTable.Column>
    let poolColumns: UnsafePointer<AliasTable.Column>
    let mechanisms: UnsafePointer<Mechanism>
    let shapes: UnsafePointer<Shape>
  }

  /// - Precondition: there are families.
  func withTables(_ body: (Tables) -> Void) {
    families.withUnsafeBufferPointer { families in
      counts.withUnsafeBufferPointer { counts in
        countColumns.withUnsafeBufferPointer { countColumns in
          poolTable.columns.withUnsafeBufferPointer { poolColumns in
            mechanisms.withUnsafeBufferPointer { mechanisms in
              shapes.withUnsafeBufferPointer { shapes in
                body(
                  Tables(
                    families: families.baseAddress!, counts: counts.baseAddress!,
                    countColumns: countColumns.baseAddress!,
                    poolColumns: poolColumns.baseAddress!, mechanisms: mechanisms.baseAddress!,
                    shapes: shapes.baseAddress!))
              }
            }
          }
        }
      }
    }
  }

  private func draw(_ cluster: Cluster, _ tables: Tables, _ generator: inout BlockGenerator) {
    let poolSize = UInt64(poolTable.columns.count)
    let ownCount = counts.count < families.count ? counts.count - 1 : families.count
    for place in 0..<counts.count {
      let count = tables.counts + place
      let faults = PoissonTable.draw(
        &generator, tables.countColumns + count.pointee.start, count: count.pointee.size,
        least: count.pointee.least, draws: count.pointee.draws)
      if place < ownCount {
        draw(faults, of: tables.families + place, cluster, tables, &generator)
      } else {
        for _ in 0..<faults {
          let index = AliasTable.draw(generator.word(), tables.poolColumns, count: poolSize)
          draw(1, of: tables.families + (ownCount + index), cluster, tables, &generator)
        }
      }
    }
  }

  /// Draws faults of a family: of each the shot, the turn and the mechanism, digits of mixed radix
  /// from the top of one word.
  @inline(__always)
  private func draw(
    _ faults: Int, of family: UnsafePointer<Family>, _ cluster: Cluster, _ tables: Tables,
    _ generator: inout BlockGenerator
  ) {
    if family.pointee.outer.isEmpty, cluster.isWhole {
      let mechanisms = tables.mechanisms + Int(family.pointee.start)
      let (size, level) = (UInt64(family.pointee.size), family.pointee.inner)
      generator.forEachRun(of: faults) { words, count in
        for index in 0..<count {
          let (shot, word) = cluster.shot(of: words[index])
          let (turn, rest) = word.multipliedFullWidth(by: level.turns)
          let member = Int(truncatingIfNeeded: rest.multipliedFullWidth(by: size).high)
          flip(
            mechanisms[member], tables.shapes, shift: turn &* level.shift,
            in: cluster.rows + shot &* cluster.stride)
        }
      }
    } else {
      drawRarely(faults, of: family.pointee, cluster, tables, &generator)
    }
  }

  /// The same for nested repeat blocks and clusters of which not all shots are wanted.
  @inline(never)
  private func drawRarely(
    _ faults: Int, of family: Family, _ cluster: Cluster, _ tables: Tables,
    _ generator: inout BlockGenerator
  ) {
    for _ in 0..<faults {
      let (shot, word) = cluster.shot(of: generator.word())
      var (turn, rest) = word.multipliedFullWidth(by: family.inner.turns)
      var shift = turn &* family.inner.shift
      for place in family.outer {
        (turn, rest) = rest.multipliedFullWidth(by: levels[Int(place)].turns)
        shift &+= turn &* levels[Int(place)].shift
      }
      let member = rest.multipliedFullWidth(by: UInt64(family.size)).high
      guard shot < cluster.wanted else { continue }
      flip(
        tables.mechanisms[Int(family.start) + Int(member)], tables.shapes, shift: shift,
        in: cluster.rows + shot * cluster.stride)
    }
  }

  /// Flips what happens in every shot.
  func flipCertain(in row: UnsafeMutableRawPointer) {
    for (mechanism, levels) in certain {
      Self.forEachShift(of: levels[...]) { flip(mechanism, shift: $0, in: row) }
    }
  }

  private func tossCoins(_ row: UnsafeMutableRawPointer, _ random: inout Xoshiro256) {
    for coin in coins {
      Self.forEachShift(of: coin.levels[...]) { shift in
        if random.next() < coin.threshold { flip(coin.mechanism, shift: shift, in: row) }
      }
    }
  }

  /// Flips what a mechanism flips.
  func flip(_ mechanism: Mechanism, shift: UInt64, in row: UnsafeMutableRawPointer) {
    shapes.withUnsafeBufferPointer { shapes in
      flip(
        mechanism, shapes.baseAddress!, shift: shift,
        in: row.assumingMemoryBound(to: UInt8.self))
    }
  }

  @inline(__always)
  private func flip(
    _ mechanism: Mechanism, _ shapes: UnsafePointer<Shape>, shift: UInt64,
    in row: UnsafeMutablePointer<UInt8>
  ) {
    let shape = shapes + Int(mechanism.shape)
    let first = UInt64(mechanism.first) &+ shift
    Self.flip(shape.pointee.near, from: first, in: row)
    Self.flip(shape.pointee.far, from: first &+ UInt64(shape.pointee.gap), in: row)
    if shape.pointee.listCount > 0 { flipList(of: shape.pointee, from: first, in: row) }
  }

  /// Flips columns from one on; up to eight bytes change, whether or not anything is flipped in
  /// them.
  @inline(__always)
  private static func flip(
    _ window: UInt64, from column: UInt64, in row: UnsafeMutablePointer<UInt8>
  ) {
    let place = UnsafeMutableRawPointer(row + Int(truncatingIfNeeded: column &>> 3))
    let old = place.loadUnaligned(as: UInt64.self)
    place.storeBytes(
      of: old ^ (window &<< (column & 7)).littleEndian, as: UInt64.self)
  }

  @inline(never)
  private func flipList(
    of shape: Shape, from first: UInt64, in row: UnsafeMutablePointer<UInt8>
  ) {
    for place in shape.listStart..<shape.listStart + shape.listCount {
      let flip = listedFlips[Int(place)]
      let column = Int(flip.column) + (flip.isDetector ? Int(first) : 0)
      row[column >> 3] ^= 1 << UInt8(column & 7)
    }
  }
}
