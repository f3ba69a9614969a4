import QuantumCore

extension SamplingProgram {
  /// Draws a block of shots.
  ///
  /// - Parameters:
  ///   - rows: `shots` rows, `stride` bytes apart; what they held is overwritten.
  ///   - block: its number, which with the seed decides everything.
  func fill(
    _ rows: UnsafeMutableRawPointer, stride: Int, shots: Int, seed: UInt64, block: UInt64
  ) {
    var random = Xoshiro256(seed: seed, purpose: .detectorErrors, block: block)
    start(rows, stride: stride, shots: shots)
    if faultsPerShot > 0 {
      let isSimple = clusterBits == 0 && levels.isEmpty
      withTables { tables in
        // The compiler makes two loops of it, the common one without what it does not need.
        if isSimple {
          draw(tables, rows, stride: stride, shots: shots, &random, isSimple: true)
        } else {
          draw(tables, rows, stride: stride, shots: shots, &random, isSimple: false)
        }
      }
    }
    if !coins.isEmpty {
      // Words of their own, so that fewer shots are the first of more.
      var random = Xoshiro256(seed: seed, purpose: .detectorErrorCoins, block: block)
      for shot in 0..<shots { tossCoins(rows + shot * stride, &random) }
    }
  }

  private func start(_ rows: UnsafeMutableRawPointer, stride: Int, shots: Int) {
    rows.initializeMemory(as: UInt8.self, repeating: 0, count: shots * stride)
    guard !initialRow.isEmpty else { return }
    initialRow.withUnsafeBytes { bytes in
      for shot in 0..<shots {
        (rows + shot * stride).copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
      }
    }
  }

  /// The arrays as pointers, so that the inner loop neither checks nor counts references.
  private struct Tables {
    let families: UnsafePointer<Family>
    let familyColumns: UnsafePointer<AliasTable.Column>
    let familyCount: UInt64
    let countColumns: UnsafePointer<AliasTable.Column>
    let countCount: UInt64
    let mechanisms: UnsafePointer<Mechanism>
  }

  private func withTables(_ body: (Tables) -> Void) {
    families.withUnsafeBufferPointer { families in
      familyTable.columns.withUnsafeBufferPointer { familyColumns in
        countTable.table.columns.withUnsafeBufferPointer { countColumns in
          mechanisms.withUnsafeBufferPointer { mechanisms in
            // Without mechanisms nothing is drawn, and no table is read.
            let family = Family(
              start: 0, size: 0, inner: Level(turns: 1, shift: 0), outer: 0..<0)
            withUnsafePointer(to: family) { noFamily in
              withUnsafePointer(to: Mechanism()) { noMechanism in
                body(
                  Tables(
                    families: families.baseAddress ?? noFamily,
                    familyColumns: familyColumns.baseAddress!,
                    familyCount: UInt64(familyColumns.count),
                    countColumns: countColumns.baseAddress!,
                    countCount: UInt64(countColumns.count),
                    mechanisms: mechanisms.baseAddress ?? noMechanism))
              }
            }
          }
        }
      }
    }
  }

  /// A fault that was drawn: a mechanism, and how far its columns move.
  private struct Draw {
    var mechanism: Int
    /// Bits from the start of the block to the fault's row, and the shift of its turn.
    var row: Int
    var shift: UInt64
  }

  /// A fault on its way into the rows: absolute bit of its first detector, and the gaps to the others.
  private struct Fault {
    var bit: UInt64
    var gaps: (UInt16, UInt16, UInt16)
    var observables: UInt16
  }

  /// Faults go through three loops in batches of so many, from random words to mechanisms to rows: in each of them many
  /// loads are in flight at the same time.
  private static let batchSize = 256

  /// Draws the faults of a block, a cluster of shots at a time.
  @inline(__always)
  private func draw(
    _ tables: Tables, _ rows: UnsafeMutableRawPointer, stride: Int, shots: Int,
    _ random: inout Xoshiro256, isSimple: Bool
  ) {
    let size = Self.batchSize
    withUnsafeTemporaryAllocation(of: Draw.self, capacity: size) { draws in
      let draws = draws.baseAddress!
      var generator = random
      var count = 0
      let clusterSize = isSimple ? 1 : 1 << Int(clusterBits)
      var first = 0
      while first < shots {
        var faults = PoissonTable.draw(
          &generator, tables.countColumns, count: tables.countCount, least: countTable.least,
          draws: countTable.draws)
        while faults > 0 {
          let now = min(faults, size &- count)
          faults &-= now
          for _ in 0..<now {
            let (mechanism, shot, shift) = drawFault(tables, &generator, isSimple: isSimple)
            draws[count] = Draw(
              mechanism: mechanism, row: 8 &* (first &+ shot) &* stride, shift: shift)
            // Faults of shots that are not wanted are overwritten.
            count &+= isSimple || first &+ shot < shots ? 1 : 0
          }
          if count == size {
            flip(draws, count, tables, rows, stride: stride)
            count = 0
          }
        }
        first &+= clusterSize
      }
      flip(draws, count, tables, rows, stride: stride)
      random = generator
    }
  }

  /// Draws one fault: a mechanism, the shot in its cluster, and the shift of its turn.
  @inline(__always)
  private func drawFault(
    _ tables: Tables, _ generator: inout Xoshiro256, isSimple: Bool
  ) -> (mechanism: Int, shot: Int, shift: UInt64) {
    let index = AliasTable.draw(generator.next(), tables.familyColumns, count: tables.familyCount)
    let family = tables.families + index
    // One word holds the shot, the turn and the mechanism, digits of mixed radix from the top.
    var word = generator.next()
    var shot = 0
    if !isSimple {
      shot = Int(truncatingIfNeeded: (word &>> 1) &>> (63 - clusterBits))
      word = word &<< clusterBits
    }
    var (turn, rest) = word.multipliedFullWidth(by: family.pointee.inner.turns)
    var shift = turn &* family.pointee.inner.shift
    if !isSimple {
      for place in family.pointee.outer {
        (turn, rest) = rest.multipliedFullWidth(by: levels[Int(place)].turns)
        shift &+= turn &* levels[Int(place)].shift
      }
    }
    let member = rest.multipliedFullWidth(by: UInt64(family.pointee.size)).high
    return (Int(truncatingIfNeeded: UInt64(family.pointee.start) &+ member), shot, shift)
  }

  /// Flips what drawn faults flip.
  private func flip(
    _ draws: UnsafePointer<Draw>, _ count: Int, _ tables: Tables,
    _ rows: UnsafeMutableRawPointer, stride: Int
  ) {
    let size = Self.batchSize
    withUnsafeTemporaryAllocation(of: Fault.self, capacity: 2 * size) { batch in
      let (pairs, quads) = (batch.baseAddress!, batch.baseAddress! + size)
      var (pairCount, quadCount) = (0, 0)
      for index in 0..<count {
        let draw = draws + index
        let mechanism = tables.mechanisms + draw.pointee.mechanism
        if mechanism.pointee.list != 0 {
          flip(mechanism.pointee, shift: draw.pointee.shift, in: rows + draw.pointee.row / 8)
          continue
        }
        let start = UInt64(truncatingIfNeeded: draw.pointee.row) &+ draw.pointee.shift
        let fault = Fault(
          bit: start &+ UInt64(mechanism.pointee.first), gaps: mechanism.pointee.gaps,
          observables: mechanism.pointee.observables)
        // Stored in both, counted in one: no branch to mispredict.
        pairs[pairCount] = fault
        quads[quadCount] = fault
        let isQuad = fault.gaps.1 | fault.observables == 0 ? 0 : 1
        quadCount &+= isQuad
        pairCount &+= 1 &- isQuad
      }
      apply(pairs, pairCount, quads, quadCount, rows, stride: stride)
    }
  }

  @inline(__always)
  private func apply(
    _ pairs: UnsafePointer<Fault>, _ pairCount: Int, _ quads: UnsafePointer<Fault>,
    _ quadCount: Int, _ rows: UnsafeMutableRawPointer, stride: Int
  ) {
    let bytes = rows.assumingMemoryBound(to: UInt8.self)
    for index in 0..<pairCount {
      let first = Int(truncatingIfNeeded: pairs[index].bit)
      bytes[first &>> 3] ^= 1 &<< UInt8(truncatingIfNeeded: first & 7)
      Self.flip(bytes, first, pairs[index].gaps.0)
    }
    for index in 0..<quadCount {
      let first = Int(truncatingIfNeeded: quads[index].bit)
      bytes[first &>> 3] ^= 1 &<< UInt8(truncatingIfNeeded: first & 7)
      Self.flip(bytes, first, quads[index].gaps.0)
      Self.flip(bytes, first, quads[index].gaps.1)
      Self.flip(bytes, first, quads[index].gaps.2)
      if quads[index].observables != 0 {
        let row = first / (8 * stride) * stride
        flipObservables(quads[index].observables, bytes + row)
      }
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
  @inline(__always)
  func flip(_ mechanism: Mechanism, shift: UInt64, in row: UnsafeMutableRawPointer) {
    if mechanism.list != 0 { return flipList(mechanism.list, shift: shift, in: row) }
    let bytes = row.assumingMemoryBound(to: UInt8.self)
    let first = Int(truncatingIfNeeded: shift) &+ Int(mechanism.first)
    bytes[first &>> 3] ^= 1 &<< UInt8(truncatingIfNeeded: first & 7)
    Self.flip(bytes, first, mechanism.gaps.0)
    Self.flip(bytes, first, mechanism.gaps.1)
    Self.flip(bytes, first, mechanism.gaps.2)
    if mechanism.observables != 0 { flipObservables(mechanism.observables, bytes) }
  }

  /// A gap of 0 flips nothing.
  @inline(__always)
  private static func flip(_ bytes: UnsafeMutablePointer<UInt8>, _ first: Int, _ gap: UInt16) {
    let column = first &+ Int(gap)
    let one: UInt8 = gap == 0 ? 0 : 1
    bytes[column &>> 3] ^= one &<< UInt8(truncatingIfNeeded: column & 7)
  }

  private func flipObservables(_ observables: UInt16, _ bytes: UnsafeMutablePointer<UInt8>) {
    var rest = observables
    while rest != 0 {
      let column = layout.observableStart! + rest.trailingZeroBitCount
      bytes[column >> 3] ^= 1 << UInt8(column & 7)
      rest &= rest - 1
    }
  }

  private func flipList(_ list: UInt32, shift: UInt64, in row: UnsafeMutableRawPointer) {
    let bytes = row.assumingMemoryBound(to: UInt8.self)
    for place in listEnds[Int(list) - 1]..<listEnds[Int(list)] {
      let column = Int(lists[place].column) + (lists[place].isDetector ? Int(shift) : 0)
      bytes[column >> 3] ^= 1 << UInt8(column & 7)
    }
  }
}
