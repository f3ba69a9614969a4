import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// The one parallel loop of the package: chunks of an index range, shared out statically over a
/// persistent pool.
///
/// Chunk c goes to thread c mod threads, whatever the load, so memory is touched by the same thread
/// again and again and nothing depends on timing. Reductions store one partial result a chunk and
/// combine them in order.
public enum Parallel {
  /// Number of processors that are online.
  public static let processorCount = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

  /// Calls `body` once for every chunk index below `chunks`, on up to `threads` threads; returns
  /// when all are done.
  ///
  /// `body` must not start a parallel loop itself (an inner loop runs serially).
  public static func forEach(chunks: Int, threads: Int, _ body: (Int) -> Void) {
    let workers = min(threads, chunks)
    guard workers > 1, ThreadPool.enterRegion() else {
      for chunk in 0..<chunks { body(chunk) }
      return
    }
    defer { ThreadPool.leaveRegion() }
    withoutActuallyEscaping(body) { body in
      ThreadPool.shared.run(workers: workers) { worker, workers in
        var chunk = worker
        while chunk < chunks {
          body(chunk)
          chunk += workers
        }
      }
    }
  }

  /// Splits `0..<count` into ranges of at least `minimumChunk` and calls `body` on each; see
  /// `forEach(chunks:threads:_:)`.
  ///
  /// The split depends on `count` and `minimumChunk` only, never on `threads`.
  public static func forEach(
    range count: Int, minimumChunk: Int, threads: Int, _ body: (Range<Int>) -> Void
  ) {
    let chunks = chunkCount(range: count, minimumChunk: minimumChunk)
    forEach(chunks: chunks, threads: threads) {
      body(self.range(of: $0, chunks: chunks, count: count))
    }
  }

  /// Sums `body` over ranges, adding partial results in order: the same bits for any number of
  /// threads.
  public static func sum(
    range count: Int, minimumChunk: Int, threads: Int, _ body: (Range<Int>) -> Double
  ) -> Double {
    let chunks = chunkCount(range: count, minimumChunk: minimumChunk)
    let partial = UnsafeMutablePointer<Double>.allocate(capacity: max(1, chunks))
    defer { partial.deallocate() }
    let shared = UncheckedSendable(partial)
    forEach(chunks: chunks, threads: threads) {
      shared.value[$0] = body(self.range(of: $0, chunks: chunks, count: count))
    }
    return (0..<chunks).reduce(0) { $0 + partial[$1] }
  }

  private static func chunkCount(range count: Int, minimumChunk: Int) -> Int {
    count <= 0 ? 0 : max(1, min(256, count / max(1, minimumChunk)))
  }

  private static func range(of chunk: Int, chunks: Int, count: Int) -> Range<Int> {
    let (size, rest) = count.quotientAndRemainder(dividingBy: chunks)
    let start = chunk * size + min(chunk, rest)
    return start..<start + size + (chunk < rest ? 1 : 0)
  }
}

/// Passes a pointer into a concurrent closure whose accesses do not overlap.
package struct UncheckedSendable<Value>: @unchecked Sendable {
  package let value: Value
  package init(_ value: Value) { self.value = value }
}

/// Threads that wait for work: a short spin, then sleep on a condition variable.
private final class ThreadPool: @unchecked Sendable {
  static let shared = ThreadPool()

  private static let isBusy = Atomic<Bool>(false)
  /// One parallel region at a time; a nested or concurrent one is told to run serially.
  static func enterRegion() -> Bool { !isBusy.exchange(true, ordering: .acquiring) }
  static func leaveRegion() { isBusy.store(false, ordering: .releasing) }

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  /// Counts regions; workers look at the job when it changes.
  private let generation = Atomic<Int>(0)
  /// Workers that have not yet finished with the current region, whether they had work in it or
  /// not.
  private let pending = Atomic<Int>(0)
  private var threadCount = 1
  private var workers = 1
  private var job: (_ worker: Int, _ workers: Int) -> Void = { _, _ in }

  private init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
  }

  /// Calls `job` for every worker of at most `workers`, 0 on the calling thread, and tells it how
  /// many there are.
  func run(workers wanted: Int, _ job: @escaping (_ worker: Int, _ workers: Int) -> Void) {
    workers = min(wanted, ensureThreads(wanted))
    guard workers > 1 else { return job(0, 1) }
    self.job = job
    pending.store(threadCount - 1, ordering: .relaxed)
    pthread_mutex_lock(mutex)
    generation.add(1, ordering: .releasing)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
    job(0, workers)
    var spins = 0
    while pending.load(ordering: .acquiring) > 0 {
      spins += 1
      // On a busy machine the worker may be waiting for this very processor.
      if spins > 4000 { sched_yield() }
    }
    self.job = { _, _ in }
  }

  /// Starts threads up to `count`; how many there are (fewer if the system refuses).
  private func ensureThreads(_ count: Int) -> Int {
    while threadCount < count {
      let start = Start(
        pool: self, worker: threadCount, generation: generation.load(ordering: .relaxed))
      let context = Unmanaged.passRetained(start)
      #if canImport(Darwin)
        var thread: pthread_t?
      #else
        var thread = pthread_t()
      #endif
      let status = pthread_create(
        &thread, nil,
        { raw in
          #if canImport(Darwin)
            let start = Unmanaged<Start>.fromOpaque(raw).takeRetainedValue()
          #else
            let start = Unmanaged<Start>.fromOpaque(raw!).takeRetainedValue()
          #endif
          start.pool.work(as: start.worker, from: start.generation)
        }, context.toOpaque())
      guard status == 0 else {
        context.release()
        break
      }
      threadCount += 1
    }
    return threadCount
  }

  private final class Start {
    let pool: ThreadPool
    let worker: Int
    let generation: Int
    init(pool: ThreadPool, worker: Int, generation: Int) {
      (self.pool, self.worker, self.generation) = (pool, worker, generation)
    }
  }

  private func work(as worker: Int, from first: Int) -> Never {
    var seen = first
    while true {
      seen = waitForRegion(after: seen)
      if worker < workers { job(worker, workers) }
      pending.subtract(1, ordering: .releasing)
    }
  }

  private func waitForRegion(after seen: Int) -> Int {
    for _ in 0..<20_000 {
      let current = generation.load(ordering: .acquiring)
      if current != seen { return current }
    }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      let current = generation.load(ordering: .acquiring)
      if current != seen { return current }
      pthread_cond_wait(wake, mutex)
    }
  }
}
