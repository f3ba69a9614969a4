import CQSimKernels
import QuantumCore

/// 512 bits of a row.
package typealias RowBlock = SIMD8<UInt64>

/// Pauli strings in one buffer: row r is Xᵃ Zᵇ on up to `512 · blocks` columns, a first, then b.
///
/// Phases are kept apart by whoever owns the rows, as exponents k of i^k Xᵃ Zᵇ: in this form the
/// product of two rows is the XOR of their bits, and its phase takes one parity, (−1)^{b·c} for Xᵃ
/// Zᵇ · Xᶜ Zᵈ.
package final class PauliRows: @unchecked Sendable {
  package let rowCount: Int
  /// Blocks of 512 columns in each half of a row.
  package let blocks: Int
  package let pointer: UnsafeMutablePointer<RowBlock>
  private let bytes: UInt64

  /// All rows the identity.
  ///
  /// - Throws: `Obstacle` when memory runs out.
  package init(rowCount: Int, blocks: Int) throws(Obstacle) {
    (self.rowCount, self.blocks) = (rowCount, blocks)
    let needed = UInt64(max(1, rowCount)).saturatingMultiply(UInt64(128 * max(1, blocks)))
    guard let memory = qk_allocate(needed) else {
      throw Obstacle(
        .memory(required: needed, available: 0),
        "no memory for a tableau of \(rowCount / 2) qubits: \(needed >> 20) MiB")
    }
    bytes = needed
    pointer = memory.bindMemory(to: RowBlock.self, capacity: 2 * max(1, rowCount) * max(1, blocks))
  }

  deinit { qk_free(UnsafeMutableRawPointer(pointer), bytes) }

  /// The X half of a row; the Z half follows `blocks` later.
  @inline(__always)
  package func x(_ row: Int) -> UnsafeMutablePointer<RowBlock> { pointer + 2 * row * blocks }
  @inline(__always)
  package func z(_ row: Int) -> UnsafeMutablePointer<RowBlock> { pointer + (2 * row + 1) * blocks }

  package func copyContents(from other: PauliRows) {
    precondition(rowCount == other.rowCount && blocks == other.blocks, "Buffers differ in shape")
    pointer.update(from: other.pointer, count: 2 * rowCount * blocks)
  }
}

/// Blocks that hold `count` columns.
@inline(__always)
package func rowBlockCount(columns count: Int) -> Int { (count + 511) / 512 }

extension UnsafeMutablePointer where Pointee == RowBlock {
  /// A row as words; bit `c` is in word c / 64 at weight 2^(c mod 64).
  @inline(__always)
  package var words: UnsafeMutablePointer<UInt64> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: UInt64.self)
  }

  @inline(__always)
  package func bit(_ column: Int) -> Bool { words[column >> 6] >> UInt64(column & 63) & 1 == 1 }
  @inline(__always)
  package func flip(_ column: Int) { words[column >> 6] ^= 1 << UInt64(column & 63) }

  /// a ← a·b for rows of so many blocks a half.
  ///
  /// - Returns: what the phase exponent of `a` grows by besides that of `b`: 0 or 2.
  @inline(__always)
  package func multiply(
    by b: UnsafeMutablePointer<RowBlock>, blocks: Int, kernels: RowKernels
  ) -> UInt8 {
    UInt8(truncatingIfNeeded: kernels.table.pointee.multiply(words, b.words, 8 * blocks)) << 1
  }

  /// The lowest column whose bit is 1.
  @inline(__always)
  package func firstBit(blocks: Int) -> Int? {
    for index in 0..<blocks where self[index] != .zero {
      for lane in 0..<8 where self[index][lane] != 0 {
        return index << 9 | lane << 6 | self[index][lane].trailingZeroBitCount
      }
    }
    return nil
  }
}
