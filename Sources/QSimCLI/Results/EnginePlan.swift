import QSim

/// What a run would do and take, for `qsim plan` and the header of results.
@dynamicMemberLookup
struct EnginePlan {
  let selected: SelectedSimulation
  let plan: SimulationPlan
  /// What the run takes beside the program itself.
  let memory: MemoryBound

  /// - Parameters:
  ///   - request: what the run is asked for; its memory limit decides how many states there may be
  ///     at a time, and is no reason to refuse.
  ///   - listingSteps: whether gates are merged into steps; without, there are none.
  /// - Throws: `Obstacle` if the engine turns out to be unable to run the circuit.
  init(
    _ selected: SelectedSimulation, _ request: RunRequest, for file: CircuitFile,
    listingSteps: Bool = true
  ) throws(Obstacle) {
    self.selected = selected
    plan = try selected.simulation.plan(shots: request.shots, listingSteps: listingSteps)
    memory = try request.memory(of: file, on: selected.simulation)
  }

  subscript<Value>(dynamicMember keyPath: KeyPath<SimulationPlan, Value>) -> Value {
    plan[keyPath: keyPath]
  }

  /// The engine's name, as `--engine` takes it.
  var name: String { selected.engine.name }

  /// Why this engine, and how it goes about it.
  var why: String { "\(selected.why ?? "asked for"); \(plan.approach)" }

  var steps: [SimulationPlan.Step] { plan.steps ?? [] }

  /// Whether the engine goes through a whole state, in steps that can be listed.
  var hasSteps: Bool { plan.steps != nil }

  /// What would make the run fit; `nil` if nothing would that the engine knows of.
  func advice(available: UInt64) -> String? {
    let remedies = selected.simulation.remedies(for: memory, available: available)
    return remedies.isEmpty ? nil : "try " + remedies.joined(separator: " or ")
  }
}
