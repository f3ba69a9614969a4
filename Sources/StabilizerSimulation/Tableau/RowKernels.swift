import CQSimKernels
import QuantumCore

/// The kernels on Pauli rows of one instruction set. All compute the same bits.
package struct RowKernels: @unchecked Sendable {
  let table: UnsafePointer<qk_tableau_table>

  package var name: String { String(cString: table.pointee.name) }

  /// Those this processor can run, slowest first; never empty.
  package static let all: [RowKernels] = (0..<qk_tableau_table_count()).compactMap {
    qk_tableau_table_at($0).map { RowKernels(table: $0) }
  }

  /// The fastest.
  package static let best = all.last!
}
