import CQSimKernels
import QuantumCore

/// The kernels on rows of bits of one instruction set. All compute the same bits.
package struct BitKernels: @unchecked Sendable {
  let table: UnsafePointer<qk_bit_table>

  package var name: String { String(cString: table.pointee.name) }

  /// Those this processor can run, slowest first; never empty.
  package static let all: [BitKernels] = (0..<qk_bit_table_count()).compactMap {
    qk_bit_table_at($0).map { BitKernels(table: $0) }
  }

  /// The fastest.
  package static let best = all.last!
}
