import QSim
import Reporting

/// Everything `qsim run` has to print.
struct RunResults {
  let source: CircuitSource
  let isSweep: Bool
  var circuit = Circuit()
  var warnings: [String] = []
  /// The seed, if anything depended on it.
  var seed: UInt64?
  var plan: StateVectorSimulator.Plan?
  /// The outcomes and the values of parameters that led to them.
  var rows: [(parameters: [(name: String, value: Double)], outcome: RunOutcome)] = []

  init(source: CircuitSource, isSweep: Bool) {
    self.source = source
    self.isSweep = isSweep
  }

  /// Prints the results in the chosen form.
  func print(
    request: RunRequest, engine: EngineOptions, output: OutputOptions, timing: ReportObject
  ) {
    if output.json {
      output.print(json(request: request, engine: engine, timing: timing))
    } else {
      output.print(tables(request: request, isForPeople: !output.csv))
      if !output.csv { printOmissions(request) }
    }
  }

  private func provenance() -> Provenance {
    Provenance(command: "run", version: QSimCommand.version, seed: seed, warnings: warnings)
  }

  // MARK: JSON

  private func json(request: RunRequest, engine: EngineOptions, timing: ReportObject) -> Report {
    var report = Report(provenance: provenance())
    report.provenance.timing = timing
    report.provenance.memory = [
      "required_bytes": .uint(plan?.stateBytes ?? 0),
      "peak_rss_bytes": .uint(MemoryBudget.peakResidentBytes),
    ]
    report.provenance.machine = engine.machine
    report.fields["input"] = .object(source.summary(of: circuit))
    report.fields["engine"] = [
      "name": .string(StateVectorSimulator.name),
      "why": .string(plan?.why ?? ""), "precision": .string(request.options.precision.rawValue),
    ]
    let first = rows.first?.outcome
    if first?.counts != nil || !request.observables.isEmpty && seed != nil {
      report.fields["shots"] = .int(request.shots)
    }
    report.fields["bit_order"] = .string(
      (first?.keys?.order ?? request.bitOrder ?? .qiskit).rawValue)
    if let keys = first?.keys {
      report.fields["registers"] = .array(
        keys.registers.map { ["name": .string($0.name), "size": .int($0.count)] })
    }
    if let first, first.amplitudes != nil || request.stateOutput != nil {
      report.fields["state"] = [
        "path": ReportValue(request.stateOutput),
        "qubits": .array(first.liveQubits.map(ReportValue.int)),
        "dtype": .string(request.options.precision == .single ? "complex64" : "complex128"),
      ]
    }
    if isSweep {
      report.tables = [sweepRows(request)]
    } else if let first {
      if let counts = first.counts {
        report.fields["counts"] = .object(counts.object(limit: request.top))
      }
      if !first.observables.isEmpty { report.fields["observables"] = Self.list(first.observables) }
      if let amplitudes = first.amplitudes {
        report.tables = [
          amplitudes.table(
            qubits: first.liveQubits, names: names(of: first.liveQubits),
            order: request.bitOrder ?? .qiskit, isForPeople: false)
        ]
      }
    }
    return report
  }

  private static func list(
    _ observables: [(name: String, value: StateVectorSimulator.Expectation)]
  ) -> ReportValue {
    .array(
      observables.map {
        [
          "name": .string($0.name), "value": .double($0.value.value),
          "standard_error": .double($0.value.standardError),
        ]
      })
  }

  /// One object a row: the parameters, then what the run gave.
  private func sweepRows(_ request: RunRequest) -> ReportTable {
    let names = rows.first?.parameters.map(\.name) ?? []
    let first = rows.first?.outcome
    var columns = names.map { ReportTable.Column($0) }
    if first?.counts != nil { columns.append(.init("counts")) }
    if !request.observables.isEmpty { columns.append(.init("observables")) }
    if first?.amplitudes != nil { columns.append(.init("amplitudes")) }
    var table = ReportTable(columns: columns)
    for (parameters, outcome) in rows {
      var row = parameters.map { ReportValue.double($0.value) }
      if let counts = outcome.counts { row.append(.object(counts.object(limit: request.top))) }
      if !request.observables.isEmpty { row.append(Self.list(outcome.observables)) }
      if let amplitudes = outcome.amplitudes {
        let inner = amplitudes.table(
          qubits: outcome.liveQubits, names: [], order: request.bitOrder ?? .qiskit,
          isForPeople: false)
        let keys = inner.columns.map(\.key)
        row.append(.array(inner.rows.map { .object(ReportObject(zip(keys, $0))) }))
      }
      table.append(row)
    }
    return table
  }

  // MARK: Text and CSV

  /// Counts, observables and amplitudes as tables; a sweep puts its parameters in front of every row.
  private func tables(request: RunRequest, isForPeople: Bool) -> Report {
    var report = Report(provenance: provenance())
    let limit = request.top ?? (isForPeople ? CircuitRunner.defaultTop : nil)
    for (parameters, outcome) in rows {
      var tables: [ReportTable] = []
      if let counts = outcome.counts {
        tables.append(counts.table(limit: limit))
      }
      if !outcome.observables.isEmpty {
        var table = ReportTable(
          key: "observables",
          columns: [
            .init("name", title: "observable", alignment: .left),
            .init("value", title: "expectation", digits: 10),
            .init("standard_error", title: "standard error"),
          ])
        for (name, value) in outcome.observables {
          table.append([.string(name), .double(value.value), .double(value.standardError)])
        }
        tables.append(table)
      }
      if let amplitudes = outcome.amplitudes {
        tables.append(
          amplitudes.table(
            qubits: outcome.liveQubits, names: names(of: outcome.liveQubits),
            order: request.bitOrder ?? .qiskit, isForPeople: isForPeople))
      }
      for (place, table) in tables.enumerated() {
        guard isSweep else {
          report.tables.append(table)
          continue
        }
        let prefixed = table.prefixed(by: parameters.map { ($0.name, .double($0.value)) })
        if report.tables.count > place {
          for row in prefixed.rows { report.tables[place].append(row) }
        } else {
          report.tables.append(prefixed)
        }
      }
    }
    return report
  }

  /// Says what the tables leave out.
  private func printOmissions(_ request: RunRequest) {
    guard request.top == nil else { return }
    let limit = CircuitRunner.defaultTop
    let hidden = rows.reduce(0) { $0 + max(0, ($1.outcome.counts?.outcomeCount ?? 0) - limit) }
    if hidden > 0 {
      OutputFile.standard.write(
        "… and \(hidden) more outcome\(hidden == 1 ? "" : "s"), each rarer than these; --top 0 shows all\n"
      )
    } else if rows.contains(where: { ($0.outcome.amplitudes?.entries.count ?? 0) == limit }) {
      OutputFile.standard.write("The \(limit) largest; --top 0 shows all\n")
    }
  }

  private func names(of qubits: [Int]) -> [String] {
    qubits.map { qubit in
      let register = circuit.qubitRegisters.last { $0.indices.contains(qubit) }
      return register.map { "\($0.name)[\(qubit - $0.start)]" } ?? "q\(qubit)"
    }
  }
}

extension ReportTable {
  /// The same rows with fixed columns in front.
  fileprivate func prefixed(by fields: [(key: String, value: ReportValue)]) -> ReportTable {
    var table = ReportTable(
      key: key, title: title, columns: fields.map { .init($0.key) } + columns)
    for row in rows { table.append(fields.map(\.value) + row) }
    return table
  }
}

extension StateVectorSimulator.Plan {
  /// Why this engine, and how it goes about it.
  var why: String {
    let qubits = "\(liveQubits.count) live qubit\(liveQubits.count == 1 ? "" : "s")"
    return "runs any circuit by its amplitudes; \(qubits); \(strategy.rawValue)"
  }
}

extension EngineOptions {
  /// What the run was done with, for JSON.
  var machine: ReportObject {
    let instructionSet = isa == .auto ? InstructionSet.available.last ?? .baseline : isa
    return [
      "threads": .int(threadCount), "isa": .string(instructionSet.rawValue),
      "kernel": .string(kernel.rawValue),
    ]
  }
}
