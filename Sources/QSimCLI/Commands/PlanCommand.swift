import ArgumentParser
import QSim
import Reporting

/// `qsim plan`: what a run would do.
struct PlanCommand: DocumentedCommand {
  static let summary = "Explain a run without starting it: engine, steps, memory, time."
  static let details = """
    Steps are what remains after gates are merged; their cost is in sweeps over the state. The time is a guess for \
    one pass on one core. A plan depends on the circuit and the options, never on '--threads'.
    """
  static let examples = ["qsim plan Examples/circuits/qft.qasm"]
  static let configuration = configured("plan")

  @OptionGroup var input: CircuitInput

  @Option(
    help: ArgumentHelp("The value of an 'input' of the circuit.", valueName: "name=value"))
  var param: [String] = []

  @Option(help: "List at most this many steps; 0 for all.")
  var top = 32

  @OptionGroup(title: "Engine") var engine: EngineOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    if top < 0 { throw ValidationError("'--top' is at least 0.") }
  }

  func run() throws {
    let values = try ParameterSweep.single(param, for: "a plan")
    let source = try input.read(for: Self.self)
    let file = try source.parse(inputs: values)
    let warnings = source.report(file.warnings, on: terminal.current)
    // A plan for more memory than there is is still a plan: it says so itself.
    var options = engine.simulationOptions()
    let available = options.memoryLimit ?? .max
    options.memoryLimit = nil
    let plan = try SimulationFailure.explained(source) {
      try StateVectorSimulator.plan(for: file.circuit, options: options)
    }
    var report = Report(
      provenance: Provenance(command: "plan", version: QSimCommand.version, warnings: warnings))
    report.provenance.memory = [
      "required_bytes": .uint(plan.stateBytes),
      "available_bytes": .uint(available),
    ]
    report.provenance.machine = engine.machine
    report.fields = output.json ? fields(of: plan, file, source) : lines(of: plan, file, available)
    report.tables = [steps(of: plan, file.circuit)]
    output.print(report)
    let hidden = plan.stepCount - (report.tables.first?.rows.count ?? 0)
    if hidden > 0, !output.json, !output.csv {
      OutputFile.standard.write("… and \(hidden) more steps; --top 0 lists all\n")
    }
  }

  private func fields(
    of plan: StateVectorSimulator.Plan, _ file: CircuitFile, _ source: CircuitSource
  ) -> ReportObject {
    [
      "input": .object(source.summary(of: file.circuit)),
      "engine": [
        "name": .string(StateVectorSimulator.name), "why": .string(plan.why),
        "precision": .string(engine.precision.rawValue),
      ],
      "strategy": .string("\(plan.strategy)"),
      "live_qubits": .array(plan.liveQubits.map(ReportValue.int)),
      "gates": .int(plan.gateCount), "steps": .int(plan.stepCount),
      "sweeps": .double(plan.sweeps), "state_bytes": .uint(plan.stateBytes),
      "estimated_s": .double(plan.estimatedSeconds),
    ]
  }

  private func lines(
    of plan: StateVectorSimulator.Plan, _ file: CircuitFile, _ available: UInt64
  ) -> ReportObject {
    let circuit = file.circuit
    let bytes = DecimalText.bytes(plan.stateBytes)
    let size = "2^\(plan.liveQubits.count) × \(engine.precision.bytesPerAmplitude) B"
    var memory = "\(bytes) (\(size))"
    if plan.stateBytes > available { memory += "; only \(DecimalText.bytes(available)) available" }
    return [
      "circuit": .string(
        "\(file.format.title): \(circuit.qubitCount) qubits, \(plan.liveQubits.count) of them live; "
          + "\(circuit.gateCount) gates, depth \(circuit.depth)"),
      "engine": .string("\(StateVectorSimulator.name), \(engine.precision.rawValue) precision"),
      "why": .string(plan.why),
      "steps": .string(
        "\(plan.stepCount) for \(plan.gateCount) gates, \(DecimalText.rounded(plan.sweeps, digits: 3)) sweeps"
      ),
      "memory": .string(memory),
      "estimate": .string("\(DecimalText.duration(plan.estimatedSeconds)) a pass on one core"),
    ]
  }

  private func steps(of plan: StateVectorSimulator.Plan, _ circuit: Circuit) -> ReportTable {
    var table = ReportTable(columns: [
      .init("step"), .init("kind", alignment: .left), .init("gates"),
      .init("qubits", alignment: .left), .init("controls", alignment: .left),
      .init("route", alignment: .left), .init("sweeps", digits: 3),
    ])
    func names(_ positions: [Int]) -> ReportValue {
      let qubits = positions.map { plan.liveQubits[$0] }
      if output.json { return .array(qubits.map(ReportValue.int)) }
      return .string(qubits.map(String.init).joined(separator: " "))
    }
    for step in plan.stretches.lazy.flatMap(\.steps).prefix(top == 0 ? .max : top) {
      table.append([
        .int(table.rows.count + 1), .string(step.kind), .int(step.gateCount), names(step.targets),
        names(step.controls), .string(step.route.rawValue), .double(step.cost),
      ])
    }
    return table
  }
}
