/// Faults that are several edges of a graph, and flip other observables than these edges do.
///
/// They flip observables that belong to no edge (a part of observables only, as the last of `D0 D1
/// ^ D2 L0 ^ L0`), or some of their edges are mostly due to other faults. Where all edges of such a
/// fault are in a correction, it is likelier that it happened than that each edge did for a reason
/// of its own, if
///
///     p / (1 − p) > Π q / (1 − q),
///
/// with p that of the fault and q those of the likeliest faults that are one of the edges alone.
/// The likeliest fault of the same edges counts, whatever it flips. Then the correction is that
/// fault. Only faults for which this holds are kept.
///
/// Not used for edges that a shot's evidence is about.
struct JointFaults: Sendable {
  struct Fault: Sendable {
    /// Ascending.
    let edges: [Int32]
    /// What the fault flips beside or instead of what its edges flip.
    let observables: ObservableSet
    /// How much lighter it is than its edges: positive.
    let gain: Double
  }

  /// The lightest, compared with their edges, first.
  private let faults: [Fault]
  /// By the first edge.
  private let indices: [Int32: [Int]]

  /// - Parameter faults: without two of the same edges. Those that flip what their edges flip are
  ///   kept only where they share edges with others.
  /// - Returns: `nil` if all flip what their edges flip.
  init?(_ faults: [Fault]) {
    let unlike = Set(faults.lazy.filter { !$0.observables.isEmpty }.flatMap(\.edges))
    if unlike.isEmpty { return nil }
    self.faults = faults.filter { !unlike.isDisjoint(with: $0.edges) }.sorted { a, b in
      a.gain != b.gain ? a.gain > b.gain : a.edges.lexicographicallyPrecedes(b.edges)
    }
    var indices: [Int32: [Int]] = [:]
    for (index, fault) in self.faults.enumerated() {
      indices[fault.edges[0], default: []].append(index)
    }
    self.indices = indices
  }

  /// Calls `flip` with the observables of each fault that a correction holds, no edge belonging to
  /// two.
  ///
  /// - Parameter correction: its edges; those taken to have happened in any case if they did not.
  /// - Returns: whether there are any that flip something.
  @discardableResult
  func apply(to correction: Set<Int32>, _ flip: (ObservableSet) -> Void) -> Bool {
    let candidates = correction.flatMap { indices[$0] ?? [] }.sorted()
    if candidates.isEmpty { return false }
    var (rest, isFound) = (correction, false)
    for index in candidates where rest.isSuperset(of: faults[index].edges) {
      rest.subtract(faults[index].edges)
      guard !faults[index].observables.isEmpty else { continue }
      flip(faults[index].observables)
      isFound = true
    }
    return isFound
  }
}
