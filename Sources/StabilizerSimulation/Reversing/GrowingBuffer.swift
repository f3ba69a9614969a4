#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// A growing run of plain values at a stable pointer between appends, without reference counts or
/// bounds checks on the way.
struct GrowingBuffer<Element: BitwiseCopyable>: ~Copyable {
  private(set) var base: UnsafeMutablePointer<Element>
  private(set) var count = 0
  private(set) var capacity: Int

  init(capacity: Int = 64) {
    self.capacity = max(1, capacity)
    base = Self.memory(nil, self.capacity)
  }

  deinit { free(base) }

  /// Memory of the C library, which moves large blocks by their page tables.
  ///
  /// Where there is none it traps, as `Array` does: who fills buffers from data watches
  /// `byteCount`.
  private static func memory(
    _ old: UnsafeMutablePointer<Element>?, _ capacity: Int
  ) -> UnsafeMutablePointer<Element> {
    guard let memory = realloc(old, max(1, capacity * MemoryLayout<Element>.stride)) else {
      fatalError("Out of memory")
    }
    return memory.assumingMemoryBound(to: Element.self)
  }

  @inline(__always)
  subscript(index: Int) -> Element {
    get { base[index] }
    nonmutating set { base[index] = newValue }
  }

  /// Memory held.
  var byteCount: Int { capacity * MemoryLayout<Element>.stride }

  var values: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: base, count: count) }

  @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { grow(to: count + 1) }
    base[count] = element
    count += 1
  }

  @inline(__always)
  mutating func append(_ source: UnsafePointer<Element>, count added: Int) {
    if count + added > capacity { grow(to: count + added) }
    // Mostly a few elements, for which a call would cost more than the copy.
    for index in 0..<added { base[count + index] = source[index] }
    count += added
  }

  /// Makes room for a number of elements in all; pointers taken before are void.
  @inline(__always)
  mutating func reserve(_ wanted: Int) {
    if wanted > capacity { grow(to: wanted) }
  }

  mutating func removeAll() { count = 0 }

  /// Counts in elements written directly behind the last.
  ///
  /// - Precondition: there is room for them.
  @inline(__always)
  mutating func advance(by added: Int) { count += added }

  /// - Precondition: `count` is at most the present count.
  mutating func truncate(to count: Int) { self.count = count }

  @inline(never)
  private mutating func grow(to wanted: Int) {
    capacity = max(wanted, capacity * 2)
    base = Self.memory(base, capacity)
  }
}
