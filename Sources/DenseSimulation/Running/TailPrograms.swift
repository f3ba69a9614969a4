import Synchronization

/// A program whose last steps can be told apart by what a task wants of them.
package protocol TailedProgram: Sendable {
  /// Puts the steps that only the task needs, or that it can do without, into the tail.
  mutating func separateTail(_ kind: Program.TailKind)
  /// Whether nothing is drawn before the tail.
  var isDeterministic: Bool { get }
}

/// A program with the tails that tasks ask for.
///
/// A tail is separated from a copy when it is first asked for, the last one from the program itself,
/// so that two programs are held at most.
package final class TailPrograms<Whole: TailedProgram>: Sendable {
  /// Whether one simulation gives the state at the end.
  package let hasUniqueState: Bool
  private let held: Mutex<(whole: Whole?, sampling: Whole?, state: Whole?)>

  package init(_ whole: Whole) {
    var copy = whole
    copy.separateTail(.state)
    hasUniqueState = copy.isDeterministic
    held = Mutex((whole, nil, nil))
  }

  /// The program whose tail is of this kind.
  package func program(_ tail: Program.TailKind) -> Whole {
    held.withLock { held in
      if let made = tail == .sampling ? held.sampling : held.state { return made }
      guard var program = held.whole else { preconditionFailure("A tail is missing") }
      let isLast = held.sampling != nil || held.state != nil
      if isLast { held.whole = nil }
      program.separateTail(tail)
      if tail == .sampling { held.sampling = program } else { held.state = program }
      return program
    }
  }
}
