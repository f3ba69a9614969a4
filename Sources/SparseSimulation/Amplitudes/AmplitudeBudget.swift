import DenseSimulation
import QuantumCore
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// How many bytes of amplitudes exist at a time and how many may, and how many threads work on
/// them.
///
/// Every buffer of the sparse engine is taken from a budget and given back when it is freed.
package final class AmplitudeBudget: Sendable {
  /// Of the whole run.
  package let limit: UInt64
  /// What is left of the limit for amplitudes, once gates and results have theirs.
  private let room: UInt64
  package let threads: Int
  private let used = Atomic<UInt64>(0)
  private let most = Atomic<UInt64>(0)

  /// - Parameter reserved: bytes of the limit that gates and results take.
  package init(limit: UInt64?, reserved: UInt64 = 0, threads: Int) {
    (self.limit, self.threads) = (limit ?? .max, threads)
    room = limit.map { $0 - min($0, reserved) } ?? .max
  }

  /// Bytes that exist now.
  package var bytesInUse: UInt64 { used.load(ordering: .relaxed) }

  /// The most bytes that existed at a time so far.
  package var peak: UInt64 { most.load(ordering: .relaxed) }

  /// - Throws: `Obstacle` if there would be more than may be.
  package func take(_ bytes: UInt64) throws(Obstacle) {
    let total = used.add(bytes, ordering: .relaxed).newValue
    guard total <= room, total <= 1 << 46 else {
      used.subtract(bytes, ordering: .relaxed)
      throw obstacle(required: total)
    }
    _ = most.max(total, ordering: .relaxed)
  }

  package func giveBack(_ bytes: UInt64) { used.subtract(bytes, ordering: .relaxed) }

  /// Takes bytes and allocates them.
  ///
  /// - Throws: `Obstacle` if there would be more than may be, or the system does not give them.
  package func allocate<Element>(
    _ type: Element.Type, count: Int
  ) throws(Obstacle) -> UnsafeMutablePointer<Element> {
    let bytes = UInt64(max(1, count)).saturatingMultiply(UInt64(MemoryLayout<Element>.stride))
    try take(bytes)
    guard let memory = malloc(Int(bytes)) else {
      giveBack(bytes)
      throw Obstacle(
        .memory(required: bytes, available: 0),
        "the system does not give \(ByteText.text(bytes)) for amplitudes that are not 0")
    }
    return memory.bindMemory(to: Element.self, capacity: max(1, count))
  }

  /// Frees what `allocate` gave.
  package func free<Element>(_ memory: UnsafeMutablePointer<Element>, count: Int) {
    unsafeFree(memory)
    giveBack(UInt64(max(1, count)) * UInt64(MemoryLayout<Element>.stride))
  }

  /// - Parameter required: bytes of amplitudes that there would be.
  package func obstacle(required: UInt64) -> Obstacle {
    let reserved = limit - room
    let total = required.saturatingAdd(reserved)
    let size = total == .max ? "more than 16 EiB" : ByteText.text(total)
    return Obstacle(
      .memory(required: total, available: limit),
      "the amplitudes that are not 0\(reserved > 0 ? ", with gates and results," : "") need at least "
        + size + MemoryAdvice.shortage(limit))
  }
}

/// `free` of the C library, which the method of that name hides.
private func unsafeFree(_ memory: UnsafeMutableRawPointer) { free(memory) }
