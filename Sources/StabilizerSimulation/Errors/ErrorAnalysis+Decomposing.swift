import QuantumCore

// Decompositions across channels: an error of many detectors is put together from known errors of one or two.

extension ErrorAnalysis {
  /// Suggests a decomposition for every mechanism of more than two detectors that has none yet.
  ///
  /// - Throws: `Diagnostic` if there is none for some mechanism, unless failures are ignored.
  func decompose() throws {
    var open: [Int] = []
    for index in 0..<stretch.table.count where !stretch.table.hasSuggestion(index) {
      let set = stretch.table.set(index)
      if set.count > 2, set.detectorCount > 2 { open.append(index) }
    }
    guard !open.isEmpty else { return }
    let search = DecompositionSearch(
      known: KnownEdges(stretch.table, near: open), allowsRemnant: !options.blocksRemnantEdges)
    for index in open {
      if let parts = search.parts(of: Array(stretch.table.set(index).values)) {
        suggest(parts, entry: index)
      } else if !options.ignoresDecompositionFailures {
        throw undecomposable(index)
      }
    }
  }

  private func suggest(_ parts: [[Symptom]], entry: Int) {
    stretch.table.beginSuggestion(entry)
    for part in parts {
      part.withUnsafeBufferPointer { buffer in
        guard let items = buffer.baseAddress else { return }
        let set = SymptomSet(items: items, count: buffer.count, hash: 0)
        stretch.table.appendPart(set, of: entry)
      }
    }
  }

  private func undecomposable(_ index: Int) -> Diagnostic {
    let set = stretch.table.set(index)
    let symptoms = tracker.targets(of: set).prefix(16).map(name).joined(separator: ", ")
    return Diagnostic(
      "an error that flips \(symptoms) is not made up of errors of at most two detectors",
      code: "decomposition",
      hint: options.blocksRemnantEdges
        ? "allow parts that are no errors of their own, or --ignore_decomposition_failures"
        : "keep such errors as they are with --ignore_decomposition_failures")
  }
}

/// Errors of one or two detectors, by these.
struct KnownEdges {
  struct Ends: Hashable {
    let first: Symptom
    /// The same as `first` for an error of one detector.
    let second: Symptom
  }

  /// The observables that errors with these detectors flip, each list once.
  private(set) var observables: [Ends: [[Symptom]]] = [:]

  /// The edges of a table that share all their detectors with some of the given entries.
  init(_ table: borrowing MechanismTable, near entries: [Int]) {
    var wanted = Set<Symptom>()
    for index in entries {
      for symptom in table.set(index).values where symptom < firstObservable {
        wanted.insert(symptom)
      }
    }
    for index in 0..<table.count where !table.hasSuggestion(index) {
      let set = table.set(index)
      let detectors = set.detectorCount
      guard detectors == 1 || detectors == 2 else { continue }
      let ends = Ends(first: set.items[0], second: set.items[detectors - 1])
      guard wanted.contains(ends.first), wanted.contains(ends.second) else { continue }
      let flipped = Array(set.values[detectors...])
      if observables[ends]?.contains(flipped) != true {
        observables[ends, default: []].append(flipped)
      }
    }
  }
}

/// Puts a set of symptoms together from known edges.
struct DecompositionSearch {
  let known: KnownEdges
  /// Whether one part may be no known edge.
  let allowsRemnant: Bool

  /// Detectors of a mechanism that is decomposed at most.
  static let detectorLimit = 15
  /// Steps of the search at most.
  static let stepLimit = 1 << 16

  /// Parts of at most two detectors whose XOR is the set, known ones only if possible; `nil` if there are none.
  func parts(of symptoms: [Symptom]) -> [[Symptom]]? {
    let detectors = Array(symptoms.prefix { $0 < firstObservable })
    guard detectors.count <= Self.detectorLimit else { return nil }
    var state = State(remaining: detectors, observables: Array(symptoms[detectors.count...]))
    if search(&state, remnantAllowed: false) { return state.parts }
    guard allowsRemnant else { return nil }
    state = State(remaining: detectors, observables: Array(symptoms[detectors.count...]))
    return search(&state, remnantAllowed: true) ? state.parts : nil
  }

  private struct State {
    var remaining: [Symptom]
    /// Those that the parts so far do not account for.
    var observables: [Symptom]
    var parts: [[Symptom]] = []
    var steps = 0
  }

  private func search(_ state: inout State, remnantAllowed: Bool) -> Bool {
    state.steps += 1
    if state.steps > Self.stepLimit { return false }
    if state.remaining.isEmpty { return state.observables.isEmpty }
    if remnantAllowed, state.remaining.count <= 2 {
      state.parts.append(state.remaining + state.observables)
      return true
    }
    // With a remnant left over in the end, the first detector may be part of it.
    let leads = remnantAllowed ? min(3, state.remaining.count) : 1
    for lead in 0..<leads where tryParts(with: lead, &state, remnantAllowed: remnantAllowed) {
      return true
    }
    return false
  }

  private func tryParts(with lead: Int, _ state: inout State, remnantAllowed: Bool) -> Bool {
    let remaining = state.remaining
    for partner in Array(remaining.indices.dropFirst(lead + 1)) + [lead] {
      let ends = KnownEdges.Ends(first: remaining[lead], second: remaining[partner])
      for flipped in known.observables[ends] ?? [] {
        let before = state
        state.remaining = remaining.indices.filter { $0 != lead && $0 != partner }.map {
          remaining[$0]
        }
        state.observables = Self.xor(state.observables, flipped)
        let detectors = partner == lead ? [ends.first] : [ends.first, ends.second]
        state.parts.append(detectors + flipped)
        if search(&state, remnantAllowed: remnantAllowed) { return true }
        let steps = state.steps
        state = before
        state.steps = steps
      }
    }
    return false
  }

  private static func xor(_ a: [Symptom], _ b: [Symptom]) -> [Symptom] {
    (a.filter { !b.contains($0) } + b.filter { !a.contains($0) }).sorted()
  }
}
