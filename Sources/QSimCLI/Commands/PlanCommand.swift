import ArgumentParser
import QSim
import Reporting

/// `qsim plan`: what a run would do.
struct PlanCommand: DocumentedCommand {
  static let summary = "Explain a run without starting it: engine, steps, memory, time."
  static let details = """
    Steps are what remains after gates are merged; a sweep applies many of them to a part of the state that stays in \
    cache. The time is a guess for one pass on one core. Nothing but the memory that a run takes at most, and whether it \
    is refused for its time, depends on '--threads'. Of the whole run two times are shown where it depends on the outcomes themselves how many of them \
    are random.
    """
  static let examples = ["qsim plan Examples/circuits/qft.qasm"]
  static let configuration = configured("plan")

  @OptionGroup var input: CircuitInput

  @Option(
    help: ArgumentHelp("The value of an 'input' of the circuit.", valueName: "name=value"))
  var param: [String] = []

  @Option(name: .shortAndLong, help: "How often the run would run the circuit.")
  var shots = 1024

  @Option(
    help: ArgumentHelp(
      "An observable whose expectation value the run would print.", valueName: "file"),
    completion: .file())
  var observable: [String] = []

  @Flag(help: "Plan for the derivatives of the observables too.")
  var gradient = false

  @Option(
    help: ArgumentHelp("The state that the run would start from.", valueName: "file"),
    completion: .file())
  var stateIn: String?

  @Flag(help: "Plan for writing the final state, as 'run --state-out' does.")
  var stateOut = false

  @Option(help: "List at most this many steps; 0 for all.")
  var top = 32

  @OptionGroup var noise: NoiseOptions
  @OptionGroup(title: "Engine") var engine: EngineOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    if top < 0 { throw ValidationError("'--top' is at least 0.") }
    guard shots >= 0, shots <= Int(UInt32.max) else {
      throw ValidationError("'--shots' is in 0...4294967295.")
    }
    if gradient, observable.isEmpty {
      throw ValidationError("'--gradient' is that of an observable: add '--observable FILE'.")
    }
    if gradient { try engine.checkGradients() }
  }

  func run() throws {
    let values = try ParameterSweep.single(param, for: "a plan")
    let models = try noise.models()
    let source = try input.read(for: Self.self)
    var file = try circuit(of: source, values)
    let cleanCircuit = file.circuit
    let noisy = try NoiseLoader.apply(models, to: cleanCircuit, of: source)
    file.circuit = noisy.circuit
    let warnings =
      source.report(file.warnings, on: terminal.current)
      + NoiseLoader.report(noisy, on: terminal.current)
    var request = RunRequest(
      shots: shots, seed: 0, engine: engine.engine, options: engine.simulationOptions(),
      observables: try observable.map(ObservableFile.read),
      stateOutput: stateOut ? "state.npy" : nil)
    request.wantsGradient = gradient
    request.initialState = try stateIn.map { try StateFile(reading: $0) }
    let available = request.options.memoryLimit ?? .max
    let plan = try SimulationFailure.explained(source, for: engine) {
      // Compiled a circuit takes more than read, whatever its states take.
      try ProgramMemory.check(file.circuit, limit: request.options.memoryLimit)
      return try enginePlan(request, for: file)
    }
    var unlimited = request.options
    unlimited.memoryLimit = nil
    let survey =
      showsSurvey(of: plan, file.circuit, available)
      ? EngineSurvey(
        of: file.circuit, selected: plan?.selected, options: unlimited, available: available) : nil
    var report = Report(
      provenance: Provenance(command: "plan", version: QSimCommand.version, warnings: warnings))
    report.provenance.memory = ["available_bytes": .uint(available)]
    if let plan {
      report.provenance.memory["required_bytes"] = .uint(plan.memory.requiredBytes)
      report.provenance.memory["at_most_bytes"] = .uint(plan.memory.mostBytes)
    }
    report.provenance.machine = engine.machine
    if output.csv {
      report.tables = [figures(of: plan, file, available)]
    } else if output.json {
      report.fields = fields(of: plan, file, source, available)
    } else {
      report.fields = lines(of: plan, file, available)
    }
    if output.json {
      report.fields["engines"] = survey?.list
      if !noisy.firings.isEmpty {
        report.fields["input"] = .object(source.summary(of: cleanCircuit))
        report.fields["noise"] = NoiseLoader.list(of: noisy.firings)
      }
    }
    report.tables += tables(of: plan, survey, file.circuit)
    output.print(report)
    let hidden = (plan?.steps.count ?? 0) - (report.tables.first?.rows.count ?? 0)
    if hidden > 0, !output.json, !output.csv {
      OutputFile.standard.write("… and \(hidden) more steps; --top 0 lists all\n")
    }
  }

  /// The circuit for a plan, which does not depend on the values of angles: inputs without one get
  /// any.
  private func circuit(
    of source: CircuitSource, _ values: InputValues
  ) throws -> CircuitFile {
    let memoryLimit = engine.simulationOptions().memoryLimit
    let open = try source.parse(
      inputs: values, keepsUnsetInputs: true, memoryLimit: memoryLimit)
    let unset = open.circuit.variables.filter { $0.inputType != nil }
    guard !unset.isEmpty else { return open }
    var values = values
    var notes: [Diagnostic] = []
    for (index, input) in unset.enumerated() {
      if case .real = input.initialValue {
        // Of no particular kind: no gate becomes simpler for it.
        values[input.name] = .real(0.739_085_133_215_160_7 + 0.01 * Double(index))
        notes.append(
          Diagnostic(
            "input '\(input.name)' has no value: planned for one that makes no gate simpler",
            code: "missing-input", severity: .warning))
      } else {
        notes.append(
          Diagnostic(
            "input '\(input.name)' has no value: planned as if the run decided on it",
            code: "missing-input", hint: "give it with --param \(input.name)=value",
            severity: .warning))
      }
    }
    var file = try source.parse(
      inputs: values, keepsUnsetInputs: true, memoryLimit: memoryLimit)
    file.warnings += notes
    return file
  }

  /// What the engine would do; `nil` where none was asked for, none has the memory, and one state
  /// is too large to be counted.
  ///
  /// A plan for more memory than there is is still a plan: it says so itself.
  private func enginePlan(
    _ request: RunRequest, for file: CircuitFile
  ) throws(Obstacle) -> EnginePlan? {
    do throws(Obstacle) {
      return try EnginePlan(try selected(request, for: file.circuit), request, for: file)
    } catch {
      guard engine.engine.definition == nil, case .memory = error.kind else { throw error }
      return nil
    }
  }

  /// The engine that would run the circuit, in any memory if need be.
  private func selected(
    _ request: RunRequest, for circuit: Circuit
  ) throws(Obstacle) -> SelectedSimulation {
    let shortage: Obstacle
    do throws(Obstacle) {
      return try request.selected(for: circuit, options: request.options)
    } catch {
      guard error.isShortage else { throw error }
      shortage = error
    }
    var unlimited = request.options
    unlimited.memoryLimit = nil
    do throws(Obstacle) {
      return try request.selected(for: circuit, options: unlimited)
    } catch {
      // Too much for any memory: what would help depends on the memory that there is.
      throw shortage
    }
  }

  /// The steps, and for wide circuits and those that do not fit what each engine would need.
  private func tables(
    of plan: EnginePlan?, _ survey: EngineSurvey?, _ circuit: Circuit
  ) -> [ReportTable] {
    var tables: [ReportTable] = []
    if let plan, plan.hasSteps || output.json { tables.append(steps(of: plan, circuit)) }
    if let survey, !output.json { tables.append(survey.table) }
    return tables
  }

  /// Whether all engines are listed: in JSON always, in text where the circuit is wide or does not
  /// fit.
  private func showsSurvey(
    of plan: EnginePlan?, _ circuit: Circuit, _ available: UInt64
  ) -> Bool {
    if output.json || output.csv { return output.json }
    let isWide = StateVectorSimulator.liveQubits(of: circuit).count >= Self.wide
    return isWide || plan.map { $0.stateBytes > available } ?? true
  }

  /// Plans of circuits with so many live qubits list all engines.
  private static let wide = 25

  private func fields(
    of plan: EnginePlan?, _ file: CircuitFile, _ source: CircuitSource, _ available: UInt64
  ) -> ReportObject {
    guard let plan else {
      return [
        "input": .object(source.summary(of: file.circuit)), "engine": .null,
        "refused_for": refusal(of: nil, available),
      ]
    }
    var fields: ReportObject = [
      "input": .object(source.summary(of: file.circuit)),
      "engine": [
        "name": .string(plan.name), "why": .string(plan.why),
        "precision": .string(engine.precision.rawValue),
      ],
      "strategy": .string(plan.strategy.rawValue),
      "live_qubits": .array(plan.liveQubits.map(ReportValue.int)),
    ]
    for entry in numbers(of: plan, available).entries { fields[entry.key] = entry.value }
    return fields
  }

  /// The plan as one row of a table.
  private func figures(
    of plan: EnginePlan?, _ file: CircuitFile, _ available: UInt64
  ) -> ReportTable {
    let live = plan?.liveQubits.count ?? StateVectorSimulator.liveQubits(of: file.circuit).count
    var row: ReportObject = [
      "format": .string(file.format.rawValue), "qubits": .int(file.circuit.qubitCount),
      "live_qubits": .int(live), "depth": .uint(file.circuit.depth),
      "engine": ReportValue(plan?.name), "why": ReportValue(plan?.why),
      "strategy": ReportValue(plan?.strategy.rawValue),
    ]
    for entry in numbers(of: plan, available).entries { row[entry.key] = entry.value }
    row["required_bytes"] = plan.map { .uint($0.memory.requiredBytes) } ?? .null
    row["at_most_bytes"] = plan.map { .uint($0.memory.mostBytes) } ?? .null
    row["available_bytes"] = .uint(available)
    var table = ReportTable(key: "plan", columns: row.keys.map { .init($0) })
    table.append(row.entries.map(\.value))
    return table
  }

  /// What a run would be refused for: `memory`, `time` or nothing.
  private func refusal(of plan: EnginePlan?, _ available: UInt64) -> ReportValue {
    guard let plan, plan.memory.fits(available) else { return .string("memory") }
    return plan.work.map { isTooLong($0, of: plan) } ?? false ? .string("time") : .null
  }

  /// The figures of a plan, all `null` without one.
  private func numbers(of plan: EnginePlan?, _ available: UInt64) -> ReportObject {
    func number<Value>(_ path: KeyPath<EnginePlan, Value>, _ form: (Value) -> ReportValue)
      -> ReportValue
    {
      plan.map { form($0[keyPath: path]) } ?? .null
    }
    let work = plan?.work
    return [
      "gates": number(\.gateCount, ReportValue.int),
      "steps": number(\.steps.count, ReportValue.int),
      "sweeps": number(\.sweepCount, ReportValue.int),
      "bytes": number(\.bytes, ReportValue.double), "flops": number(\.flops, ReportValue.double),
      "state_bytes": number(\.stateBytes, ReportValue.uint),
      "estimated_s": number(\.estimatedSeconds, ReportValue.double),
      "run_s": work.map { .double($0.seconds) } ?? .null,
      "least_run_s": work.map { .double($0.leastSeconds) } ?? .null,
      "least_elapsed_s": work.map { .double($0.leastElapsedSeconds(threads: plan?.threads ?? 1)) }
        ?? .null,
      "limit_s": .double(engine.time.limit.allowed),
      "refused_for": refusal(of: plan, available),
    ]
  }

  private func lines(
    of plan: EnginePlan?, _ file: CircuitFile, _ available: UInt64
  ) -> ReportObject {
    let circuit = file.circuit
    let live = plan?.liveQubits.count ?? StateVectorSimulator.liveQubits(of: circuit).count
    let title: ReportValue = .string(
      "\(file.format.title): \(circuit.qubitCount) qubits, \(live) of them live; "
        + "\(circuit.gateCount) gates, depth \(circuit.depth)")
    guard let plan else {
      return ["circuit": title, "engine": "none has the memory: see below what each would need"]
    }
    let bytes = DecimalText.bytes(plan.stateBytes)
    var memory = "\(bytes) (\(plan.stateSize))"
    if !plan.memory.fits(available) {
      memory += "; only \(DecimalText.bytes(available)) available"
      if let advice = plan.advice(available: available) {
        memory += "; \(advice)"
      }
    }
    var lines: ReportObject = [
      "circuit": title,
      "engine": .string(
        plan.hasSteps ? "\(plan.name), \(engine.precision.rawValue) precision" : plan.name),
      "why": .string(plan.why),
    ]
    if plan.hasSteps {
      lines["steps"] = .string(
        "\(plan.steps.count) for \(plan.gateCount) gates, in \(plan.sweepCount) sweeps over the state"
      )
      lines["work"] = .string(
        "\(DecimalText.rounded(plan.flops, digits: 3)) flops; \(bytesText(plan.bytes)) read and written"
      )
    }
    lines["memory"] = .string(memory)
    lines["at most"] = .string(atMost(plan))
    if plan.hasSteps {
      lines["estimate"] = .string(
        "\(DecimalText.duration(plan.estimatedSeconds)) a pass on one core")
    }
    if let work = plan.work, work.loop != nil || isTooLong(work, of: plan) || work.seconds > 60 {
      lines["whole run"] = .string(text(of: work, in: plan))
    }
    return lines
  }

  /// Whether the run would be refused.
  private func isTooLong(_ work: RunWork, of plan: EnginePlan) -> Bool {
    work.obstacle(under: engine.time.limit, threads: plan.threads) != nil
  }

  /// The time of a whole run, and what it is made of.
  private func text(of work: RunWork, in plan: EnginePlan) -> String {
    let shots = work.shots == 1 ? "1 shot" : "\(work.shots) shots"
    let isOpen = work.seconds > 2 * work.leastSeconds
    let time =
      (isOpen ? "\(TimeLimit.text(work.leastSeconds)) to " : "") + TimeLimit.text(work.seconds)
    var text = "about \(time) on one core\(isOpen ? ", by how many outcomes are random" : ""): "
    if let loop = work.loop { text += "\(RunWork.text(loop.turns)) turns, " }
    text += "\(RunWork.text(work.steps)) steps a shot, \(shots)"
    if isTooLong(work, of: plan) {
      text +=
        "; refused, as only \(TimeLimit.text(engine.time.limit.allowed)) are allowed: see --max-time"
    }
    return text
  }

  /// The bound of a whole run, and what it is made of.
  private func atMost(_ plan: EnginePlan) -> String {
    let memory = plan.memory
    let states = max(memory.stateCount, memory.leastStateCount)
    let isSampled = memory.resultBytes > 1 << 12
    let parts =
      plan.countsStates
      ? "\(states) state\(states == 1 ? "" : "s")" : "amplitudes"
    return "\(DecimalText.bytes(memory.mostBytes)) with \(parts)"
      + (isSampled ? ", gates and results of \(shots) shots" : " and gates")
      + ", beside the program itself"
  }

  private func bytesText(_ bytes: Double) -> String {
    DecimalText.bytes(bytes < 1.8e19 ? UInt64(bytes) : .max)
  }

  private func steps(of plan: EnginePlan, _ circuit: Circuit) -> ReportTable {
    var table = ReportTable(columns: [
      .init("sweep"), .init("step"), .init("kind", alignment: .left), .init("gates"),
      .init("qubits", alignment: .left), .init("controls", alignment: .left),
      .init("route", alignment: .left), .init("cost", digits: 3),
    ])
    func names(_ positions: [Int]) -> ReportValue {
      let qubits = positions.map { plan.liveQubits[$0] }
      if output.json { return .array(qubits.map(ReportValue.int)) }
      return .string(qubits.map(String.init).joined(separator: " "))
    }
    for step in plan.steps.prefix(top == 0 ? .max : top) {
      table.append([
        .int(step.sweep + 1), .int(table.rows.count + 1), .string(step.kind), .int(step.gateCount),
        names(step.targets), names(step.controls), .string(step.route.rawValue),
        .double(step.cost),
      ])
    }
    return table
  }
}
