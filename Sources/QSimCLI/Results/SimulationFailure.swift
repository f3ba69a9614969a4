import QSim

/// What may go wrong while a circuit is planned or run, as messages and exit codes.
enum SimulationFailure {
  /// Calls `body` and turns errors of engines into errors of the command.
  static func explained<Result>(_ source: CircuitSource, _ body: () throws -> Result) throws
    -> Result
  {
    do {
      return try body()
    } catch let diagnostic as Diagnostic {
      throw InputRejected(rendered: [source.rendered(diagnostic)])
    } catch let obstacle as Obstacle {
      throw failure(obstacle, source)
    }
  }

  private static func failure(_ obstacle: Obstacle, _ source: CircuitSource) -> any Error {
    switch obstacle.kind {
    case .memory:
      let remedy = obstacle.hint.map { "; \($0)" } ?? ""
      let place = obstacle.range.map { ":\($0.line):\($0.column)" } ?? ""
      return CommandFailure(
        .outOfMemory, "\(source.file.name)\(place): \(obstacle.message)\(remedy)")
    case .option:
      return CommandFailure(.usage, obstacle.message, hint: obstacle.hint)
    case .unsupported:
      let diagnostic = Diagnostic(
        obstacle.message, code: "unsupported", at: obstacle.range, hint: obstacle.hint)
      return InputRejected(rendered: [source.rendered(diagnostic)])
    }
  }
}
