import QuantumCore

/// A circuit as a program, compiled once, with the tails that tasks ask for.
package struct CompiledProgram: Sendable {
  package let circuit: Circuit
  package let live: LiveQubits
  private let programs: TailPrograms<Program>

  /// - Throws: `Obstacle` for what the dense engine does not do, with its place, and for a circuit
  ///   of which no program fits into memory.
  package init(
    of circuit: Circuit, live: LiveQubits, options: SimulationOptions
  ) throws(Obstacle) {
    (self.circuit, self.live) = (circuit, live)
    try ProgramMemory.check(circuit, limit: options.memoryLimit)
    programs = TailPrograms(
      try ProgramCompiler.compile(circuit, live: live, options: options))
  }

  /// The program whose tail is of this kind.
  package func program(_ tail: Program.TailKind) -> Program { programs.program(tail) }

  /// The program for a task: where the state at the end is wanted, noise and resets stay.
  package func program(for task: RunTask) -> Program {
    if case .samples = task { program(.sampling) } else { program(.state) }
  }

  /// Whether one simulation gives the state at the end.
  package var hasUniqueState: Bool { programs.hasUniqueState }
}
