// Transposing bits in blocks of 64 × 64, eight blocks side by side.

extension BitTable {
  /// The table with rows and columns exchanged.
  ///
  /// - Complexity: O(rows · columns), 64 bits at a time.
  public func transposed() -> BitTable {
    var words = [UInt64](repeating: 0, count: columnCount * ((rowCount + 63) / 64))
    let targetStride = (rowCount + 63) / 64
    self.words.withUnsafeBufferPointer { source in
      words.withUnsafeMutableBufferPointer { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        for group in 0..<targetStride {
          BitBlocks.transpose(
            rows: source + group * 64 * stride, count: min(64, rowCount - group * 64),
            stride: stride, width: stride, to: target + group, columns: columnCount,
            targetStride: targetStride, flips: 0)
        }
      }
    }
    return BitTable(rowCount: columnCount, columnCount: rowCount, words: words)
  }
}

/// Transposition of up to 64 packed rows into a column of words.
package enum BitBlocks {
  /// Column c of the rows becomes the word `target[c * targetStride]`, bit r of it being row r, XOR
  /// `flips`.
  ///
  /// - Parameters:
  ///   - count: number of rows, at most 64; missing ones are zeros.
  ///   - stride: words from row to row.
  ///   - width: words of a row that are read.
  ///   - columns: how many columns are stored, at most 64 · width.
  package static func transpose(
    rows: UnsafePointer<UInt64>, count: Int, stride: Int, width: Int,
    to target: UnsafeMutablePointer<UInt64>, columns: Int, targetStride: Int, flips: UInt64
  ) {
    var first = 0
    withUnsafeTemporaryAllocation(of: SIMD8<UInt64>.self, capacity: 64) { block in
      let block = block.baseAddress!
      while first + 8 <= width, first * 64 < columns {
        for row in 0..<count {
          block[row] = UnsafeRawPointer(rows + row * stride + first)
            .loadUnaligned(as: SIMD8<UInt64>.self)
        }
        for row in count..<64 { block[row] = .zero }
        transpose(block)
        let words = UnsafeRawPointer(block).assumingMemoryBound(to: UInt64.self)
        for lane in 0..<8 {
          let start = (first + lane) * 64
          for bit in 0..<max(0, min(64, columns - start)) {
            target[(start + bit) * targetStride] = words[bit * 8 + lane] ^ flips
          }
        }
        first += 8
      }
    }
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 64) { block in
      let block = block.baseAddress!
      while first < width, first * 64 < columns {
        for row in 0..<count { block[row] = rows[row * stride + first] }
        for row in count..<64 { block[row] = 0 }
        transpose(block)
        for bit in 0..<min(64, columns - first * 64) {
          target[(first * 64 + bit) * targetStride] = block[bit] ^ flips
        }
        first += 1
      }
    }
  }

  /// Exchanges bit c of element r with bit r of element c, for every lane.
  static func transpose(_ block: UnsafeMutablePointer<SIMD8<UInt64>>) {
    var mask: UInt64 = 0x0000_0000_ffff_ffff
    var distance = 32
    while distance > 0 {
      let (shift, masks) = (SIMD8(repeating: UInt64(distance)), SIMD8(repeating: mask))
      var row = 0
      while row < 64 {
        let (low, high) = (block[row], block[row + distance])
        let difference = (low &>> shift ^ high) & masks
        block[row] = low ^ difference &<< shift
        block[row + distance] = high ^ difference
        row = (row + distance + 1) & ~distance
      }
      distance >>= 1
      mask ^= mask << UInt64(distance)
    }
  }

  /// The same for one block of 64 × 64.
  static func transpose(_ block: UnsafeMutablePointer<UInt64>) {
    var mask: UInt64 = 0x0000_0000_ffff_ffff
    var distance = 32
    while distance > 0 {
      var row = 0
      while row < 64 {
        let (low, high) = (block[row], block[row + distance])
        let difference = (low >> UInt64(distance) ^ high) & mask
        block[row] = low ^ difference << UInt64(distance)
        block[row + distance] = high ^ difference
        row = (row + distance + 1) & ~distance
      }
      distance >>= 1
      mask ^= mask << UInt64(distance)
    }
  }
}
