import QuantumCore

/// A program cut into stretches that run as one and steps that are taken alone.
///
/// Neighbouring steps join as long as no jump leads between them.
package struct ProgramOutline: Sendable {
  package struct Segment: Sendable {
    package var steps: Range<Int>
    package var isStretch: Bool
  }

  package private(set) var segments: [Segment] = []
  /// For every step that is jumped to, and the end: its segment.
  private var places: [Int: Int] = [:]

  /// - Parameter joins: whether a step may be part of a stretch.
  package init(of program: Program, joins: (Int) -> Bool) {
    var targets: Set<Int> = []
    for step in program.steps {
      switch step {
      case .jump(let target), .jumpUnless(_, let target), .nextTurn(_, let target):
        targets.insert(target)
      default: break
      }
    }
    for index in program.steps.indices {
      let isStretch = joins(index)
      if targets.contains(index) { places[index] = segments.count }
      if isStretch, !targets.contains(index), let last = segments.last, last.isStretch {
        segments[segments.count - 1].steps = last.steps.lowerBound..<index + 1
      } else {
        segments.append(Segment(steps: index..<index + 1, isStretch: isStretch))
      }
    }
    places[program.steps.count] = segments.count
  }

  /// The segment that starts with a step that is jumped to.
  package func place(of step: Int) -> Int { places[step] ?? segments.count }
}
