import QSim
import Reporting

/// Which engines could run a circuit, what each would need, and why not.
struct EngineSurvey {
  struct Entry {
    let engine: EngineChoice
    /// Bytes of one state; `nil` where it is not known.
    let bytes: UInt64?
    /// How the bytes come about.
    let size: String
    /// Why the engine cannot run the circuit; `nil` if it can.
    let obstacle: String?
  }

  let entries: [Entry]

  /// - Parameters:
  ///   - options: without a limit of memory.
  ///   - available: bytes that there are.
  init(of circuit: Circuit, options: SimulationOptions, available: UInt64) {
    let live = StateVectorSimulator.liveQubits(of: circuit).count
    let room = Room(available: available)
    entries = [
      Self.stabilizer(circuit, options, live, room), Self.sparse(circuit, options, room),
      Self.dense(.statevector, 2, live, options.precision.bytesPerAmplitude, room),
      Self.dense(.trajectories, 2, live, options.precision.bytesPerAmplitude, room),
      Self.dense(.densityMatrix, 4, live, options.precision.bytesPerAmplitude / 2, room),
    ]
  }

  /// The memory that there is.
  private struct Room {
    let available: UInt64

    func obstacle(_ bytes: UInt64) -> String? {
      bytes > available ? "only \(DecimalText.bytes(available)) available" : nil
    }
  }

  private static func stabilizer(
    _ circuit: Circuit, _ options: SimulationOptions, _ live: Int, _ room: Room
  ) -> Entry {
    let bytes = (4 * UInt64(live) * UInt64(live) + 7) / 8
    var obstacle = StabilizerSimulator.obstacle(to: circuit, options: options).map(Self.text)
    if obstacle == nil, circuit.measurementCount == 0 {
      obstacle = "the circuit measures nothing: this engine gives shots only"
    }
    return Entry(
      engine: .stabilizer, bytes: bytes, size: "4 × \(live)² bits",
      obstacle: obstacle ?? room.obstacle(bytes))
  }

  private static func sparse(
    _ circuit: Circuit, _ options: SimulationOptions, _ room: Room
  ) -> Entry {
    do throws(Obstacle) {
      let plan = try SparseSimulator.plan(for: circuit, options: options)
      let mayFit =
        plan.basis == .bound ? ": a run may need less, and is stopped where it does not" : ""
      return Entry(
        engine: .sparse, bytes: plan.stateBytes, size: plan.basis.rawValue,
        obstacle: room.obstacle(plan.stateBytes).map { $0 + mayFit })
    } catch {
      return Entry(engine: .sparse, bytes: nil, size: "", obstacle: text(error))
    }
  }

  private static func dense(
    _ engine: EngineChoice, _ base: UInt64, _ live: Int, _ each: UInt64, _ room: Room
  ) -> Entry {
    let bits = base == 4 ? 2 * live : live
    let bytes =
      bits >= 60 ? UInt64.max : (UInt64(1) << UInt64(bits)).saturatingMultiply(each)
    return Entry(
      engine: engine, bytes: bytes, size: "\(base)^\(live) × \(each) B",
      obstacle: room.obstacle(bytes))
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
          "name": .string(entry.engine.rawValue), "runs": .bool(entry.obstacle == nil),
          "state_bytes": entry.bytes.map(ReportValue.uint) ?? .null,
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
        entry.bytes.map { $0 == .max ? "over 16 EiB" : DecimalText.bytes($0) } ?? "unknown"
      table.append([
        .string(entry.engine.rawValue), .string(memory), .string(entry.size),
        .string(entry.obstacle ?? ""),
      ])
    }
    return table
  }
}
