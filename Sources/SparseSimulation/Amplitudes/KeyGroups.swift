import ComplexModule
import QuantumCore

/// Places in a store by key, under an open-addressed table: which keys are the same once some bits
/// are cleared.
///
/// Memory is 4 bytes a place and up to 16 a key, and comes from the budget.
package final class KeyGroups {
  private let store: AmplitudeStore
  /// 1 + the place of the first key of a group; 0 is free.
  private let slots: UnsafeMutablePointer<UInt32>
  private let slotMask: UInt64
  /// The bits that are compared, a word for each of a key.
  private let kept: [UInt64]
  /// For each key its group; `none` for keys that are left aside.
  package let group: UnsafeMutablePointer<UInt32>
  package private(set) var groupCount = 0
  /// Amplitudes of the store when the table was made.
  private let storeCount: Int

  package static var none: UInt32 { .max }

  /// - Parameters:
  ///   - columns: the bits that do not count.
  ///   - condition: keys for which it does not hold are left aside.
  /// - Throws: `Obstacle` if there is no memory.
  package init(
    of store: AmplitudeStore, clearing columns: [Int], where condition: KeyCondition = .init()
  ) throws(Obstacle) {
    let slotCount = UInt64(1) << UInt64(64 - max(3, UInt64(2 * store.count)).leadingZeroBitCount)
    let slots = try store.budget.allocate(UInt32.self, count: Int(slotCount))
    do throws(Obstacle) {
      group = try store.budget.allocate(UInt32.self, count: store.count)
    } catch {
      store.budget.free(slots, count: Int(slotCount))
      throw error
    }
    slots.initialize(repeating: 0, count: Int(slotCount))
    self.slots = slots
    self.store = store
    storeCount = store.count
    slotMask = slotCount - 1
    var kept = [UInt64](repeating: .max, count: store.wordCount)
    for column in columns { kept[column >> 6] &= ~(1 << UInt64(column & 63)) }
    self.kept = kept
    sort(condition)
  }

  deinit {
    store.budget.free(slots, count: Int(slotMask) + 1)
    store.budget.free(group, count: storeCount)
  }

  private func sort(_ condition: KeyCondition) {
    let width = store.wordCount
    let kept = kept
    kept.withUnsafeBufferPointer { kept in
      for index in 0..<store.count {
        let key = store.keys + index * width
        guard condition.holds(for: key) else {
          group[index] = Self.none
          continue
        }
        var slot = Self.hash(key, kept) & slotMask
        while true {
          let entry = slots[Int(slot)]
          if entry == 0 {
            slots[Int(slot)] = UInt32(index + 1)
            group[index] = UInt32(groupCount)
            groupCount += 1
            break
          }
          if Self.agree(store.keys + (Int(entry) - 1) * width, key, kept) {
            group[index] = group[Int(entry) - 1]
            break
          }
          slot = (slot + 1) & slotMask
        }
      }
    }
  }

  /// The place of the first key that agrees with another, which must be in no bit that does not
  /// count.
  package func place(of key: UnsafeMutablePointer<UInt64>) -> Int? {
    kept.withUnsafeBufferPointer { kept in
      var slot = Self.hash(key, kept) & slotMask
      while slots[Int(slot)] != 0 {
        let index = Int(slots[Int(slot)]) - 1
        if Self.agree(store.keys + index * store.wordCount, key, kept) { return index }
        slot = (slot + 1) & slotMask
      }
      return nil
    }
  }

  @inline(__always)
  private static func agree(
    _ a: UnsafeMutablePointer<UInt64>, _ b: UnsafeMutablePointer<UInt64>,
    _ kept: UnsafeBufferPointer<UInt64>
  ) -> Bool {
    for word in kept.indices where (a[word] ^ b[word]) & kept[word] != 0 { return false }
    return true
  }

  @inline(__always)
  private static func hash(
    _ key: UnsafeMutablePointer<UInt64>, _ kept: UnsafeBufferPointer<UInt64>
  ) -> UInt64 {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
    for word in kept.indices {
      hash = (hash ^ (key[word] & kept[word])) &* 0xD2E7_470E_E14C_6C93
      hash ^= hash >> 32
    }
    return hash
  }
}
