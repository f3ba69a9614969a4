import QuantumCore

/// A circuit as a program, with the tails that tasks ask for.
///
/// The circuit is compiled once; a tail is separated from a copy when it is first asked for.
package struct CompiledProgram: Sendable {
  package let circuit: Circuit
  package let live: LiveQubits
  private let whole: Program
  private let sampling = Once<Program>()
  private let state = Once<Program>()

  /// - Throws: `Obstacle` for what the dense engine does not do, with its place.
  package init(
    of circuit: Circuit, live: LiveQubits, options: SimulationOptions
  ) throws(Obstacle) {
    (self.circuit, self.live) = (circuit, live)
    whole = try ProgramCompiler.compile(circuit, live: live, options: options)
  }

  /// The program whose tail is of this kind.
  package func program(_ tail: Program.TailKind) -> Program {
    (tail == .sampling ? sampling : state).get {
      var program = whole
      program.separateTail(tail)
      return program
    }
  }

  /// The program for a task: where the state at the end is wanted, noise and resets stay.
  package func program(for task: RunTask) -> Program {
    if case .samples = task { program(.sampling) } else { program(.state) }
  }

  /// Whether one simulation gives the state at the end.
  package var hasUniqueState: Bool { program(.state).isDeterministic }
}
