import QSim

/// What may go wrong while a circuit is planned or run, as messages and exit codes.
enum SimulationFailure {
  /// Calls `body` and turns errors of engines into errors of the command.
  ///
  /// - Parameter engine: the options, where a larger `--max-memory` may be what helps.
  static func explained<Result>(
    _ source: CircuitSource, for engine: EngineOptions? = nil, _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch let diagnostic as Diagnostic {
      throw InputRejected(rendered: [source.rendered(diagnostic)])
    } catch let obstacle as Obstacle {
      throw failure(obstacle, source, engine)
    }
  }

  /// Calls `body` and turns an obstacle of time into the error of the command.
  ///
  /// - Parameter name: what takes too long.
  static func explained(_ name: String, _ body: () throws(Obstacle) -> Void) throws {
    do {
      try body()
    } catch {
      throw CommandFailure(.outOfMemory, "\(name): \(error.message)", hint: error.hint)
    }
  }

  private static func failure(
    _ obstacle: Obstacle, _ source: CircuitSource, _ engine: EngineOptions?
  ) -> any Error {
    switch obstacle.kind {
    case .memory(let required, _):
      let place = obstacle.range.map { ":\($0.line):\($0.column)" } ?? ""
      let remedies = [obstacle.hint, engine.flatMap { largerLimit($0, for: required) }]
      let message = ([obstacle.message] + remedies.compactMap(\.self)).joined(separator: "; ")
      return CommandFailure(.outOfMemory, "\(source.file.name)\(place): \(message)")
    case .time:
      let place = obstacle.range.map { ":\($0.line):\($0.column)" } ?? ""
      return CommandFailure(
        .outOfMemory, "\(source.file.name)\(place): \(obstacle.message)", hint: obstacle.hint)
    case .option:
      return CommandFailure(.usage, obstacle.message, hint: obstacle.hint)
    case .unsupported:
      let diagnostic = Diagnostic(
        obstacle.message, code: "unsupported", at: obstacle.range, hint: obstacle.hint)
      return InputRejected(rendered: [source.rendered(diagnostic)])
    }
  }

  /// Where the machine has the memory and only `--max-memory` forbids it.
  private static func largerLimit(_ engine: EngineOptions, for required: UInt64) -> String? {
    guard let limit = engine.maxMemory?.bytes, limit < required else { return nil }
    return required <= MemoryBudget().available
      ? "the machine has more: a larger --max-memory would do" : nil
  }
}
