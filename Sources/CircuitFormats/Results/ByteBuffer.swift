/// Bytes on their way out: grows as needed, is appended to through a pointer.
///
/// One thread at a time.
package final class ByteBuffer: @unchecked Sendable {
  private(set) var base: UnsafeMutableRawPointer
  private var capacity: Int
  package fileprivate(set) var count = 0

  package init(capacity: Int = 1 << 16) {
    self.capacity = max(64, capacity)
    base = .allocate(byteCount: self.capacity, alignment: 64)
  }

  deinit { base.deallocate() }

  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  package func removeAll() { count = 0 }

  /// Takes the last bytes back.
  package func removeLast(_ number: Int) { count -= min(number, count) }

  /// Calls `body` with the place behind the last byte, where `most` bytes may be written; it
  /// returns how many were.
  func append(most: Int, _ body: (UnsafeMutableRawPointer) -> Int) {
    reserve(most)
    count += body(base + count)
  }

  private func reserve(_ more: Int) {
    guard count + more > capacity else { return }
    capacity = max(2 * capacity, count + more)
    let grown = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
    grown.copyMemory(from: base, byteCount: count)
    base.deallocate()
    base = grown
  }
}
