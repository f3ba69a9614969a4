import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// What event loops take of the system, made sure of beforehand: NIO ends the process, or waits for
/// ever, where it cannot get it.
package enum NetworkResources {
  /// Open files of an event loop besides its connections.
  private static let loopDescriptors = 8
  /// Threads of an event loop, and of the queue on which it is shut down.
  private static let threads = 3

  /// An event loop of one thread with room for its connections.
  ///
  /// - Parameter connections: how many sockets will be open at once: at least, and at most.
  /// - Returns: the loop, and how many sockets there is room for.
  /// - Throws: `NetworkFailure.resources` where the process may not open enough files or start
  ///   enough threads.
  package static func eventLoopGroup(
    connections: ClosedRange<Int>
  ) throws(NetworkFailure) -> (group: MultiThreadedEventLoopGroup, room: Int) {
    let free = freeDescriptors(upTo: loopDescriptors + connections.upperBound)
    let least = loopDescriptors + connections.lowerBound
    guard free >= least else {
      throw .resources(
        "connections take \(least) open files, and the process may open \(free) more",
        remedy: "raise the limit: ulimit -n")
    }
    try checkThreads()
    return (MultiThreadedEventLoopGroup(numberOfThreads: 1), free - loopDescriptors)
  }

  /// How many files the process may still open; no more than asked for are tried.
  private static func freeDescriptors(upTo count: Int) -> Int {
    var descriptors: [Int32] = []
    defer { for descriptor in descriptors { close(descriptor) } }
    let source = open("/dev/null", O_RDONLY | O_CLOEXEC)
    if source >= 0 { descriptors.append(source) }
    while source >= 0, descriptors.count < count {
      let copy = fcntl(source, F_DUPFD_CLOEXEC, 0)
      guard copy >= 0 else { break }
      descriptors.append(copy)
    }
    return descriptors.count
  }

  private static func checkThreads() throws(NetworkFailure) {
    // They wait until all of them are there.
    let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
    pthread_mutex_lock(lock)
    var started: [pthread_t] = []
    defer {
      pthread_mutex_unlock(lock)
      for thread in started { pthread_join(thread, nil) }
      pthread_mutex_destroy(lock)
      lock.deallocate()
    }
    for _ in 0..<threads {
      var thread = pthread_t()
      let status = pthread_create(
        &thread, nil,
        { raw in
          guard let lock = raw?.assumingMemoryBound(to: pthread_mutex_t.self) else { return nil }
          pthread_mutex_lock(lock)
          pthread_mutex_unlock(lock)
          return nil
        }, lock)
      guard status == 0 else {
        throw .resources(
          "connections take \(threads) threads, and the process may start \(started.count) more",
          remedy: "raise the limit: ulimit -u")
      }
      started.append(thread)
    }
  }
}
