import Synchronization

/// Counts what circuits are turned into, for tests that pin how often that happens.
///
///     let counter = CompilationCounter()
///     try CompilationCounter.$current.withValue(counter) { … }
///     counter.count(of: .program)
package final class CompilationCounter: Sendable {
  package enum Product: Hashable, Sendable, CaseIterable {
    /// The circuit with its Cliffords spelt out, where there are gates to look at.
    case cliffords
    /// A program of a dense engine.
    case program
    /// A program of the sparse engine.
    case sparseProgram
  }

  @TaskLocal package static var current: CompilationCounter?

  private let counts = Mutex<[Product: Int]>([:])

  package init() {}

  /// Notes that one was made.
  package static func note(_ product: Product) {
    current?.counts.withLock { $0[product, default: 0] += 1 }
  }

  package func count(of product: Product) -> Int {
    counts.withLock { $0[product, default: 0] }
  }
}
