import CQSimKernels
import QuantumCore
import RealModule

/// The numbers a state is made of: `Double` or `Float`, and no other type.
public protocol Scalar: BinaryFloatingPoint, Real, Sendable {
  /// The name of the type in options and plans.
  static var precision: Precision { get }
  /// Outcomes less likely than this are rounding errors and never happen.
  static var negligibleProbability: Double { get }
}

extension Double: Scalar {
  /// Double precision, 16 bytes an amplitude.
  public static var precision: Precision { .double }
  /// Outcomes less likely than 10⁻¹⁴ never happen.
  public static var negligibleProbability: Double { 1e-14 }
}

extension Float: Scalar {
  /// Single precision, 8 bytes an amplitude.
  public static var precision: Precision { .single }
  /// Outcomes less likely than 10⁻¹⁰ never happen.
  public static var negligibleProbability: Double { 1e-10 }
}

/// The kernels of one instruction set in one precision.
package struct KernelTable: @unchecked Sendable {
  package let pointer: UnsafePointer<qk_table>

  package var name: String { String(cString: pointer.pointee.name) }

  /// Those this processor can run, slowest first; never empty.
  package static func all(_ precision: Precision) -> [KernelTable] {
    let bytes = Int32(precision.bytesPerAmplitude / 2)
    return (0..<qk_table_count(bytes)).compactMap { index in
      qk_table_at(bytes, index).map { KernelTable(pointer: $0) }
    }
  }

  /// `nil` if the processor lacks the instruction set.
  package static func table(_ set: InstructionSet, _ precision: Precision) -> KernelTable? {
    let tables = all(precision)
    return set == .auto ? tables.last : tables.first { $0.name == set.rawValue }
  }
}

extension InstructionSet {
  /// The instruction sets of the direct kernels that this processor has, slowest first, without
  /// `auto`.
  public static var available: [InstructionSet] {
    KernelTable.all(.double).compactMap { InstructionSet(rawValue: $0.name) }
  }
}

/// How kernels are run: which ones, and on how many threads.
///
/// Work is split by the size of the state only, so that results have the same bits for any number
/// of threads.
package struct Executor: Sendable {
  package let table: KernelTable
  package let threads: Int
  package let route: KernelRoute

  /// States smaller than 2¹⁵ amplitudes are not worth a second thread.
  package static let serialLimit = 1 << 15
  /// Units in a chunk of work: a power of two, so that chunks are whole vectors.
  private static let smallestChunk: UInt64 = 1 << 12

  package init(table: KernelTable, threads: Int, route: KernelRoute) {
    self.table = table
    self.threads = threads
    self.route = route
  }

  /// - Precondition: the processor has the instruction set; see `StateVectorSimulator.obstacle`.
  package init(options: SimulationOptions, precision: Precision) {
    guard let table = KernelTable.table(options.instructionSet, precision) else {
      preconditionFailure("This processor lacks \(options.instructionSet.rawValue)")
    }
    self.init(table: table, threads: options.threads, route: options.kernel)
  }

  /// Calls `body` on ranges that cover `0..<count`.
  ///
  /// - Parameter unitSize: amplitudes that one of `count` stands for.
  package func forEachRange(
    _ count: UInt64, unitSize: UInt64 = 1, _ body: (Range<UInt64>) -> Void
  ) {
    if threads == 1 || count * unitSize < UInt64(Self.serialLimit / 4) { return body(0..<count) }
    let size = max(1, Self.chunkSize(count * unitSize) / unitSize)
    Parallel.forEach(chunks: Int((count + size - 1) / size), threads: threads) { chunk in
      let start = UInt64(chunk) * size
      body(start..<min(count, start + size))
    }
  }

  /// Sums `body` over ranges that depend on `count` only, combined pairwise in order.
  package func sum(_ count: UInt64, _ body: (Range<UInt64>) -> SIMD2<Double>) -> SIMD2<Double> {
    let size = Self.chunkSize(count)
    let chunks = Int((count + size - 1) / size)
    if chunks <= 1 { return body(0..<count) }
    var partial = [SIMD2<Double>](repeating: .zero, count: chunks)
    partial.withUnsafeMutableBufferPointer { buffer in
      let shared = UncheckedSendable(buffer)
      let threads = count < UInt64(Self.serialLimit) ? 1 : self.threads
      Parallel.forEach(chunks: chunks, threads: threads) { chunk in
        let start = UInt64(chunk) * size
        shared.value[chunk] = body(start..<min(count, start + size))
      }
    }
    return Self.pairwiseSum(partial[...])
  }

  private static func chunkSize(_ count: UInt64) -> UInt64 {
    var size = smallestChunk
    while count / size > 256 { size *= 2 }
    return size
  }

  private static func pairwiseSum(_ values: ArraySlice<SIMD2<Double>>) -> SIMD2<Double> {
    if values.count <= 2 { return values.reduce(.zero, +) }
    let middle = values.startIndex + values.count / 2
    return pairwiseSum(values[..<middle]) + pairwiseSum(values[middle...])
  }
}
