/// Errors of one or two detectors, by these.
struct KnownEdges {
  struct Ends: Hashable {
    let first: Symptom
    /// The same as `first` for an error of one detector.
    let second: Symptom
  }

  struct Edge {
    /// Ascending.
    let observables: [Symptom]
    var probability: Double
  }

  /// The errors with these detectors, each list of observables once.
  private(set) var edges: [Ends: [Edge]] = [:]

  /// The edges of a table that share all their detectors with some of the given entries.
  init(_ table: borrowing MechanismTable, near entries: [Int]) {
    let wanted = Self.detectors(of: entries, table)
    for index in 0..<table.count where !table.hasSuggestion(index) {
      let (set, probability) = (table.set(index), table.entries[index].probability)
      guard let ends = Self.ends(of: set.values[...], wanted), probability > 0 else { continue }
      let observables = set.values.filter { $0 >= firstObservable }
      if let place = edges[ends]?.firstIndex(where: { $0.observables == observables }) {
        edges[ends]?[place].probability += probability
      } else {
        edges[ends, default: []].append(Edge(observables: observables, probability: probability))
      }
    }
  }

  /// One error for each one or two detectors, parts of others among them: the last in the order of
  /// the model, as with Stim.
  init(lastOf table: borrowing MechanismTable, near entries: [Int]) {
    let wanted = Self.detectors(of: entries, table)
    for index in table.sortedIndices() {
      let parts = table.suggestion(Int(index)).split { $0 == MechanismTable.separator }
      for part in parts {
        guard let ends = Self.ends(of: part, wanted) else { continue }
        let observables = part.filter { $0 >= firstObservable }
        edges[ends] = [Edge(observables: Array(observables), probability: 1)]
      }
    }
  }

  private static func detectors(
    of entries: [Int], _ table: borrowing MechanismTable
  ) -> Set<Symptom> {
    var detectors = Set<Symptom>()
    for index in entries {
      for symptom in table.suggestion(index) where symptom < firstObservable {
        detectors.insert(symptom)
      }
    }
    return detectors
  }

  private static func ends(
    of symptoms: Slice<UnsafeBufferPointer<Symptom>>, _ wanted: Set<Symptom>
  ) -> Ends? {
    let count = symptoms.prefix { $0 < firstObservable }.count
    guard count == 1 || count == 2 else { return nil }
    let start = symptoms.startIndex
    let ends = Ends(first: symptoms[start], second: symptoms[start + count - 1])
    return wanted.contains(ends.first) && wanted.contains(ends.second) ? ends : nil
  }
}
