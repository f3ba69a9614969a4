import QuantumCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// Puts a set of symptoms together from known edges.
struct DecompositionSearch {
  let known: KnownEdges

  /// Detectors of a mechanism that is decomposed at most.
  static let detectorLimit = 15
  /// Steps of the search at most.
  static let stepLimit = 1 << 16

  /// What a search may leave over.
  private enum Rest {
    case nothing
    /// Observables, as a part of their own.
    case observables
    /// Up to two detectors and observables, as one part that is not a known edge.
    case edge
  }

  /// Known edges whose XOR is the set; `nil` if there are none.
  func exactParts(of symptoms: [Symptom]) -> [[Symptom]]? { parts(of: symptoms, .nothing) }

  /// The likeliest known edges that have the detectors of the set, followed by a part of those
  /// observables that they do not account for; `nil` if there are none.
  func partsWithObservables(of symptoms: [Symptom]) -> [[Symptom]]? {
    parts(of: symptoms, .observables)
  }

  /// Known edges and one part that is none, last; `nil` if that part would have more than two
  /// detectors.
  func partsWithRemnant(of symptoms: [Symptom]) -> [[Symptom]]? { parts(of: symptoms, .edge) }

  private struct State {
    var remaining: [Symptom]
    /// Those that the parts so far do not account for.
    var observables: [Symptom]
    var parts: [[Symptom]] = []
    var logProbability = 0.0
    var steps = 0
    /// The likeliest parts so far, where these are looked for.
    var best: (parts: [[Symptom]], logProbability: Double)?
  }

  private func parts(of symptoms: [Symptom], _ rest: Rest) -> [[Symptom]]? {
    let detectors = Array(symptoms.prefix { $0 < firstObservable })
    guard detectors.count <= Self.detectorLimit else { return nil }
    var state = State(remaining: detectors, observables: Array(symptoms[detectors.count...]))
    return search(&state, rest) ? state.parts : state.best?.parts
  }

  /// - Returns: whether `state.parts` is the answer.
  private func search(_ state: inout State, _ rest: Rest) -> Bool {
    state.steps += 1
    if state.steps > Self.stepLimit { return false }
    if state.remaining.isEmpty {
      switch rest {
      case .nothing: return state.observables.isEmpty
      case .observables:
        if state.logProbability > state.best?.logProbability ?? -.infinity {
          let loose = state.observables.isEmpty ? [] : [state.observables]
          state.best = (state.parts + loose, state.logProbability)
        }
        return false
      case .edge: break
      }
    }
    if rest == .edge, state.remaining.count <= 2 {
      state.parts.append(state.remaining + state.observables)
      return true
    }
    // With a remnant left over in the end, the first detector may be part of it.
    let leads = rest == .edge ? min(3, state.remaining.count) : 1
    for lead in 0..<leads where tryParts(with: lead, &state, rest) { return true }
    return false
  }

  private func tryParts(with lead: Int, _ state: inout State, _ rest: Rest) -> Bool {
    let remaining = state.remaining
    for partner in Array(remaining.indices.dropFirst(lead + 1)) + [lead] {
      let ends = KnownEdges.Ends(first: remaining[lead], second: remaining[partner])
      for edge in known.edges[ends] ?? [] {
        let before = state
        state.remaining = remaining.indices.filter { $0 != lead && $0 != partner }.map {
          remaining[$0]
        }
        state.observables = Self.xor(state.observables, edge.observables)
        let detectors = partner == lead ? [ends.first] : [ends.first, ends.second]
        state.parts.append(detectors + edge.observables)
        state.logProbability += log(edge.probability)
        if search(&state, rest) { return true }
        let (steps, best) = (state.steps, state.best)
        state = before
        (state.steps, state.best) = (steps, best)
      }
    }
    return false
  }

  private static func xor(_ a: [Symptom], _ b: [Symptom]) -> [Symptom] {
    (a.filter { !b.contains($0) } + b.filter { !a.contains($0) }).sorted()
  }

  /// As Stim does where no known edges make up the set: pairs in the order of the detectors, then
  /// single ones, and what they leave over; `nil` if more than two detectors are left over.
  func greedyParts(of symptoms: [Symptom]) -> [[Symptom]]? {
    let detectors = Array(symptoms.prefix { $0 < firstObservable })
    var (parts, rest) = ([[Symptom]](), symptoms)
    var isDone = [Bool](repeating: false, count: detectors.count)
    func take(_ first: Int, _ second: Int) {
      let ends = KnownEdges.Ends(first: detectors[first], second: detectors[second])
      guard let edge = known.edges[ends]?.first else { return }
      let part = (first == second ? [ends.first] : [ends.first, ends.second]) + edge.observables
      parts.append(part)
      rest = Self.xor(rest, part)
      (isDone[first], isDone[second]) = (true, true)
    }
    for first in detectors.indices {
      for second in first + 1..<max(first + 1, detectors.count)
      where !isDone[first] && !isDone[second] { take(first, second) }
    }
    for single in detectors.indices where !isDone[single] { take(single, single) }
    guard isDone.count(where: { !$0 }) <= 2 else { return nil }
    return rest.isEmpty ? parts : parts + [rest]
  }
}
