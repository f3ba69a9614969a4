/// Where the qubits of a circuit stand in a tableau.
///
/// A qubit that was never entangled or turned out of the Z basis needs no place: it is just 0 or 1.
struct QubitMap: Sendable, Equatable {
  /// A place, or `zero` or `one`.
  typealias Entry = Int32
  static let zero: Entry = -1
  static let one: Entry = -2

  private var dense: [Entry] = []
  /// Of qubits beyond `denseLimit`.
  private var sparse: [Int: Entry] = [:]
  private static let denseLimit = 1 << 20

  subscript(_ qubit: Int) -> Entry {
    @inline(__always) get {
      qubit < dense.count ? dense[qubit] : sparseEntry(qubit)
    }
    set {
      if qubit < dense.count {
        dense[qubit] = newValue
      } else if qubit < Self.denseLimit {
        let count = min(Self.denseLimit, max(64, 2 * dense.count, qubit + 1))
        dense += [Entry](repeating: Self.zero, count: count - dense.count)
        dense[qubit] = newValue
      } else {
        sparse[qubit] = newValue
      }
    }
  }

  /// Calls `body` with the entries of low qubits; those beyond are elsewhere.
  @inline(__always)
  func withEntries<Result>(_ body: (UnsafeBufferPointer<Entry>) -> Result) -> Result {
    dense.withUnsafeBufferPointer(body)
  }

  private func sparseEntry(_ qubit: Int) -> Entry { sparse[qubit] ?? Self.zero }

  /// The qubits at places `0..<count`.
  func placedQubits(count: Int) -> [Int] {
    var qubits = [Int](repeating: 0, count: count)
    for (qubit, entry) in dense.enumerated() where entry >= 0 { qubits[Int(entry)] = qubit }
    for (qubit, entry) in sparse where entry >= 0 { qubits[Int(entry)] = qubit }
    return qubits
  }

  /// Qubits without a place that are 1, ascending.
  var knownOnes: [Int] {
    dense.indices.filter { dense[$0] == Self.one }
      + sparse.filter { $0.value == Self.one }.map(\.key).sorted()
  }
}
