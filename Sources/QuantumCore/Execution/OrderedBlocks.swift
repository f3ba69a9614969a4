#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// Blocks of work that threads make in any order and somebody takes in order, one at a time.
///
/// Products live in a few slots that are used again and again, so memory does not grow with the
/// number of blocks: a thread that is too far ahead waits. Which thread takes a product depends on
/// timing, what is taken and in which order does not.
///
///     let blocks = OrderedBlocks(count: 100, slots: (0..<3).map { _ in BitTable(...) })
///     Parallel.forEach(chunks: threads, threads: threads) { _ in
///       while let index = blocks.claim() {
///         fill(&blocks[index], with: index)
///         blocks.finish(index) { try writer.write($0) }
///       }
///     }
///     try blocks.check()
package final class OrderedBlocks<Product>: @unchecked Sendable {
  private let count: Int
  private let slots: UnsafeMutablePointer<Product>
  private let isReady: UnsafeMutablePointer<Bool>
  private let slotCount: Int
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let change = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var claimed = 0
  private var taken = 0
  private var isTaking = false
  private var failure: (any Error)?

  package init(count: Int, slots: [Product]) {
    self.count = count
    slotCount = slots.count
    self.slots = .allocate(capacity: slots.count)
    for (place, slot) in slots.enumerated() { (self.slots + place).initialize(to: slot) }
    isReady = .allocate(capacity: slots.count)
    isReady.initialize(repeating: false, count: slots.count)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(change, nil)
  }

  deinit {
    slots.deinitialize(count: slotCount)
    slots.deallocate()
    isReady.deallocate()
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(change)
    mutex.deallocate()
    change.deallocate()
  }

  /// The next block to make, once there is a slot for it; `nil` if none is left or taking failed.
  package func claim() -> Int? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while failure == nil, claimed < count, claimed - taken >= slotCount {
      pthread_cond_wait(change, mutex)
    }
    guard failure == nil, claimed < count else { return nil }
    claimed += 1
    return claimed - 1
  }

  /// The slot of a claimed block.
  package subscript(_ index: Int) -> Product {
    unsafeAddress { UnsafePointer(slots + index % slotCount) }
    unsafeMutableAddress { slots + index % slotCount }
  }

  /// Declares a block made, and takes whatever is next in order unless another thread is at it.
  package func finish(_ index: Int, _ take: (Product) throws -> Void) {
    pthread_mutex_lock(mutex)
    isReady[index % slotCount] = true
    while !isTaking, failure == nil, taken < claimed, isReady[taken % slotCount] {
      let slot = taken % slotCount
      isTaking = true
      pthread_mutex_unlock(mutex)
      let result = Result { try take(slots[slot]) }
      pthread_mutex_lock(mutex)
      isTaking = false
      if case .failure(let error) = result { failure = error }
      isReady[slot] = false
      taken += 1
      pthread_cond_broadcast(change)
    }
    pthread_mutex_unlock(mutex)
  }

  /// - Throws: what taking a block threw, if it did.
  package func check() throws {
    if let failure { throw failure }
  }
}
