import QuantumCore
import Synchronization

/// A state in a place of its own.
///
/// Branches hand on the place and never the state, so that no two of them share its memory and
/// nothing is copied but where a `StatePool` counts it.
package final class StateSlot<State: ProgramState>: @unchecked Sendable {
  var state: State

  init(_ state: consuming State) { self.state = state }
}

/// The states of the branches of one thread: made when first needed, never more than `capacity`,
/// and used again and again.
final class StatePool<State: ProgramState>: @unchecked Sendable {
  private let capacity: UInt64
  private(set) var madeCount: UInt64 = 0
  private var free: [StateSlot<State>] = []

  init(capacity: UInt64) { self.capacity = capacity }

  /// Puts a state that was made elsewhere into a place that counts as one of the pool's.
  func adopt(_ state: consuming State) -> StateSlot<State> {
    madeCount += 1
    return StateSlot(state)
  }

  /// A state equal to that of another place; `nil` where the pool has no more, or the system gives
  /// no memory.
  func copy(of slot: StateSlot<State>) -> StateSlot<State>? {
    if let free = free.popLast() {
      free.state.copyContents(from: slot.state)
      return free
    }
    guard madeCount < capacity, let copy = slot.state.independentCopy() else { return nil }
    madeCount += 1
    return StateSlot(copy)
  }

  func giveBack(_ slot: StateSlot<State>) { free.append(slot) }
}

/// Pools that threads take one of and bring back.
final class PoolStack<State: ProgramState>: Sendable {
  private let pools: Mutex<[StatePool<State>]>

  init(count: Int, capacity: UInt64) {
    pools = Mutex((0..<count).map { _ in StatePool(capacity: capacity) })
  }

  /// - Precondition: no more are out than there are threads.
  func pop() -> StatePool<State> {
    pools.withLock { pools in
      guard let pool = pools.popLast() else { preconditionFailure("Every thread has a pool") }
      return pool
    }
  }

  /// States of the pools that are not out.
  var madeCount: UInt64 { pools.withLock { $0.reduce(0) { $0 + $1.madeCount } } }

  func push(_ pool: StatePool<State>) { pools.withLock { $0.append(pool) } }
}

/// How many states a run may have at a time, and on which threads.
package struct StateBudget: Hashable, Sendable {
  /// Branches that wait to go on side by side; 0 where each goes on as soon as it splits off.
  package var queueLength = 0
  /// States of the thread that runs the simulation, the queue's included.
  package var ownStates: UInt64 = 1
  /// States of each thread that helps, besides those of the queue.
  package var helperStates: UInt64 = 0
  package var helperCount: UInt64 = 0

  package var total: UInt64 {
    ownStates.saturatingAdd(helperStates.saturatingMultiply(helperCount))
  }

  /// States larger than this go on one after the other: a pass over one keeps every thread busy.
  private static let largestSideBySide: UInt64 = 16 << 20
  private static let queueBytes: UInt64 = 512 << 20

  /// - Parameters:
  ///   - depth: the most branches that wait for one another; 0 where nothing splits off.
  ///   - threads: 1 where branches must go on one after the other.
  ///   - available: the states that there is memory for.
  package init(depth: UInt64, stateBytes: UInt64, threads: Int, available: UInt64) {
    ownStates = max(1, min(available, depth.saturatingAdd(1)))
    guard depth > 0, threads > 1, stateBytes <= Self.largestSideBySide else { return }
    let threads = UInt64(threads)
    // Each entry of the queue is the smaller part of the branch that it left.
    let helped = (depth - 1).saturatingMultiply(threads)
    let room = available - min(available, helped.saturatingAdd(1))
    guard room >= threads, room < available else { return }
    let wanted = max(threads, min(16 * threads, Self.queueBytes / max(1, stateBytes)))
    queueLength = Int(min(room, wanted))
    (ownStates, helperStates, helperCount) = (UInt64(queueLength) + 1, depth - 1, threads)
  }
}
