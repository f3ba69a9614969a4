import CQSimKernels
import QuantumCore

/// Where the results of a block of shots go: rows of packed bits, one for each shot.
struct FrameSink: @unchecked Sendable {
  enum ObservableOutput: Sendable {
    case none
    /// Behind the detectors in the same row.
    case appended
    /// In the same row, from the next multiple of 64 bits on.
    case aligned
    /// In memory of their own.
    case separate
  }

  /// The row of the first shot; `nil` drops everything.
  var base: UnsafeMutableRawPointer?
  /// Bytes from row to row, and those that are written.
  var stride = 0
  var byteCount = 0
  /// Shots that are kept, at most those of a batch.
  var shotCount = 0
  var observables = ObservableOutput.none
  var observableBase: UnsafeMutableRawPointer?
  var observableStride = 0
  var observableByteCount = 0
  /// Measurements: what the records are XORed with, 64 of them in a word; `nil` is zeros.
  var reference: UnsafePointer<UInt64>?
  /// How many words of each row are done.
  private var column = 0

  init(
    base: UnsafeMutableRawPointer?, stride: Int, byteCount: Int,
    reference: UnsafePointer<UInt64>? = nil
  ) {
    (self.base, self.stride, self.byteCount) = (base, stride, byteCount)
    self.reference = reference
  }

  /// The sink of the shots from `first` on.
  func shots(_ range: Range<Int>) -> FrameSink {
    var sink = self
    sink.base = base.map { $0 + range.lowerBound * stride }
    sink.observableBase = observableBase.map { $0 + range.lowerBound * observableStride }
    sink.shotCount = range.count
    return sink
  }

  /// What comes next are observables with memory of their own.
  mutating func turnToObservables() {
    (base, stride, byteCount) = (observableBase, observableStride, observableByteCount)
    column = 0
  }

  /// Fills the next columns of every shot with zeros.
  ///
  /// - Precondition: there is no reference.
  mutating func appendZeros(words: Int) {
    guard let base else { return }
    let bytes = min(8 * words, byteCount - 8 * column)
    for shot in 0..<shotCount {
      (base + 8 * column + shot * stride)
        .initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    }
    column += words
  }

  /// Transposes rows of a batch into the next columns.
  ///
  /// - Parameters:
  ///   - rows: overwritten with zeros behind `count` up to a multiple of 64.
  ///   - count: at most a chunk; less only at the end of what goes into a row.
  mutating func append(
    _ rows: UnsafeMutablePointer<UInt64>, count: Int, width: Int,
    kernels: UnsafePointer<qk_bit_table>
  ) {
    guard let base, count > 0 else { return }
    let groups = (count + 63) / 64
    (rows + count * width).update(repeating: 0, count: (64 * groups - count) * width)
    var flips = SIMD8<UInt64>.zero
    if let reference { for word in 0..<groups { flips[word] = reference[column + word] } }
    let bytes = min(8 * groups, byteCount - 8 * column)
    let target = base + 8 * column
    if width >= 8 {
      withUnsafeBytes(of: &flips) { flips in
        kernels.pointee.transpose(
          rows, width, target, stride, bytes, shotCount,
          flips.assumingMemoryBound(to: UInt64.self).baseAddress)
      }
    } else {
      for group in 0..<groups {
        transpose(
          rows + 64 * group * width, width: width, to: target + 8 * group,
          bytes: min(8, bytes - 8 * group), flips: flips[group])
      }
    }
    column += groups
  }

  /// 64 rows become eight bytes or fewer of every shot.
  private func transpose(
    _ rows: UnsafePointer<UInt64>, width: Int, to target: UnsafeMutableRawPointer, bytes: Int,
    flips: UInt64
  ) {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 64 * width) { words in
      let words = words.baseAddress!
      BitBlocks.transpose(
        rows: rows, count: 64, stride: width, width: width, to: words, columns: shotCount,
        targetStride: 1, flips: flips)
      for shot in 0..<shotCount {
        (target + shot * stride).copyMemory(from: words + shot, byteCount: bytes)
      }
    }
  }
}
