import ComplexModule
import CQSimKernels
import QuantumCore

/// The memory of one state: 2ⁿ complex numbers, aligned to 64 bytes, on large pages where the
/// system has them.
package final class AmplitudeBuffer<S: Scalar>: @unchecked Sendable {
  package let count: UInt64
  package let pointer: UnsafeMutablePointer<Complex<S>>

  /// All amplitudes 0; `nil` when memory runs out.
  package init?(count: UInt64) {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: S.precision.bytesPerAmplitude)
    guard !overflow, let memory = qk_allocate(bytes) else { return nil }
    self.count = count
    pointer = memory.bindMemory(to: Complex<S>.self, capacity: Int(count))
  }

  deinit { qk_free(UnsafeMutableRawPointer(pointer), count * S.precision.bytesPerAmplitude) }

  /// How many buffers the calling thread has made.
  package static var allocationCount: UInt64 { qk_allocation_count() }

  package func copyContents(from other: AmplitudeBuffer, with executor: Executor) {
    let (target, source) = (UncheckedSendable(pointer), UncheckedSendable(other.pointer))
    executor.forEachRange(count) { range in
      (target.value + Int(range.lowerBound)).update(
        from: source.value + Int(range.lowerBound), count: range.count)
    }
  }

  package func clear(with executor: Executor) {
    let target = UncheckedSendable(pointer)
    executor.forEachRange(count) { range in
      (target.value + Int(range.lowerBound)).update(repeating: .zero, count: range.count)
    }
  }
}
