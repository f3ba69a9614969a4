import Synchronization

/// A value that is made when it is first asked for, once, whatever the number of threads that ask.
package final class Once<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)

  package init() {}

  /// The value; threads that ask while it is made wait for it.
  ///
  /// - Throws: what `make` throws; the next one who asks tries again.
  package func get<Failure: Error>(_ make: () throws(Failure) -> Value) throws(Failure) -> Value {
    try value.withLock { value throws(Failure) in
      if let value { return value }
      let made = try make()
      value = made
      return made
    }
  }
}
