import QSim
import Reporting

/// Which engines could run a circuit, what each would need, and why not.
struct EngineSurvey {
  struct Entry {
    let engine: EngineDefinition
    /// What one state takes; `nil` where it is not known.
    let size: StateSize?
    /// Why the engine cannot run the circuit; `nil` if it can.
    let obstacle: String?
  }

  let entries: [Entry]

  /// - Parameters:
  ///   - selected: what was compiled for the run: its engine can run the circuit.
  ///   - options: without a limit of memory.
  ///   - available: bytes that there are.
  init(
    of circuit: Circuit, selected: SelectedSimulation?, options: SimulationOptions,
    available: UInt64
  ) {
    // Those that take wide circuits come first.
    let engines =
      EngineCatalog.all.filter { !$0.startsFromStates }
      + EngineCatalog.all.filter(\.startsFromStates)
    var entries: [Entry] = []
    for engine in engines {
      if let same = entries.first(where: { $0.engine.sharesSimulator(with: engine) }) {
        entries.append(Entry(engine: engine, size: same.size, obstacle: same.obstacle))
      } else {
        let isKnown = selected?.engine.sharesSimulator(with: engine) ?? false
        entries.append(
          Self.entry(engine, circuit, isKnownToRun: isKnown, options, available))
      }
    }
    self.entries = entries
  }

  private static func entry(
    _ engine: EngineDefinition, _ circuit: Circuit, isKnownToRun: Bool,
    _ options: SimulationOptions, _ available: UInt64
  ) -> Entry {
    do throws(Obstacle) {
      let size = try engine.stateSize(of: circuit, options: options)
      return Entry(
        engine: engine, size: size,
        obstacle: obstacle(
          to: circuit, on: engine, size, isKnownToRun: isKnownToRun, options, available))
    } catch {
      return Entry(engine: engine, size: nil, obstacle: text(error))
    }
  }

  /// Why the engine cannot run the circuit in the memory that there is.
  private static func obstacle(
    to circuit: Circuit, on engine: EngineDefinition, _ size: StateSize, isKnownToRun: Bool,
    _ options: SimulationOptions, _ available: UInt64
  ) -> String? {
    if size.bytes > available {
      return "only \(DecimalText.bytes(available)) available"
        + (size.isBound ? ": a run may need less, and is stopped where it does not" : "")
    }
    do throws(Obstacle) {
      if !isKnownToRun { _ = try engine.compiled(for: circuit, options: options) }
    } catch {
      return text(error)
    }
    return engine.products == [.shots] && circuit.measurementCount == 0
      ? "the circuit measures nothing: this engine gives shots only" : nil
  }

  private static func text(_ obstacle: Obstacle) -> String {
    let place = obstacle.range.map { " (line \($0.line), column \($0.column))" } ?? ""
    return obstacle.message + place
  }

  // MARK: Reports

  /// One object an engine.
  var list: ReportValue {
    .array(
      entries.map { entry -> ReportValue in
        [
          "name": .string(entry.engine.name), "runs": .bool(entry.obstacle == nil),
          "state_bytes": entry.size.map { .uint($0.bytes) } ?? .null,
          "obstacle": ReportValue(entry.obstacle),
        ]
      })
  }

  var table: ReportTable {
    var table = ReportTable(
      key: "engines",
      columns: [
        .init("engine", alignment: .left), .init("memory"),
        .init("size", title: "how it comes about", alignment: .left),
        .init("obstacle", title: "whether it can", alignment: .left),
      ])
    for entry in entries {
      let memory =
        entry.size.map { $0.bytes == .max ? "over 16 EiB" : DecimalText.bytes($0.bytes) }
        ?? "unknown"
      table.append([
        .string(entry.engine.name), .string(memory), .string(entry.size?.text ?? ""),
        .string(entry.obstacle ?? ""),
      ])
    }
    return table
  }
}
