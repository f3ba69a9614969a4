import QSim
import Reporting

/// Everything `qsim run` has to print.
struct RunResults {
  let source: CircuitSource
  let isSweep: Bool
  /// The circuit as read, before noise.
  var circuit = Circuit()
  var warnings: [String] = []
  /// Rules of '--noise', of the first row.
  var firings: [NoisyCircuit.Firing] = []
  /// The seed, if anything depended on it.
  var seed: UInt64?
  var plan: EnginePlan?
  /// The outcomes and the values of parameters that led to them.
  var rows: [(parameters: [(name: String, value: ReportValue)], outcome: RunOutcome)] = []
  /// Rows of a sweep that are printed already.
  private var printedRowCount = 0
  /// The columns of the table that is being printed row by row.
  private var printedKeys: [String] = []

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
    } else if printedRowCount == 0 {
      output.print(tables(request: request, isForPeople: !output.csv))
      if !output.csv { printOmissions(request) }
    }
  }

  /// Prints the latest row of a sweep as CSV and hands it to the system, so that it is safe
  /// whatever happens to the next.
  ///
  /// Rows that make several tables each wait for the end, where every table stands by itself. A row
  /// of another kind than the one before, as where a parameter decides whether the circuit
  /// measures, starts a table of its own.
  ///
  /// - Throws: as `OutputFile.flush`.
  mutating func printLatestRow(request: RunRequest) throws {
    var latest = self
    latest.rows = Array(rows.suffix(1))
    let tables = latest.tables(request: request, isForPeople: false).tables
    guard printedRowCount == rows.count - 1, printedRowCount > 0 || tables.count == 1 else {
      return
    }
    for table in tables {
      let keys = table.columns.map(\.key)
      var text = ""
      CSVReport(lineEnding: "\n").write(table, to: &text)
      if keys == printedKeys {
        text.removeSubrange(...(text.firstIndex(of: "\n") ?? text.startIndex))
      } else if printedRowCount > 0 {
        text = "\n" + text
      }
      printedKeys = keys
      OutputFile.standard.write(text)
    }
    printedRowCount += 1
    try OutputFile.standard.flush()
  }

  private func provenance() -> Provenance {
    Provenance(command: "run", version: QSimCommand.version, seed: seed, warnings: warnings)
  }

  // MARK: JSON

  private func json(request: RunRequest, engine: EngineOptions, timing: ReportObject) -> Report {
    var report = Report(provenance: provenance())
    report.provenance.timing = timing
    report.provenance.memory = [
      "required_bytes": .uint(plan?.memory.requiredBytes ?? 0),
      "at_most_bytes": .uint(plan?.memory.mostBytes ?? 0),
      "peak_rss_bytes": .uint(MemoryBudget.peakResidentBytes),
    ]
    report.provenance.machine = engine.machine
    report.fields["input"] = .object(source.summary(of: circuit))
    report.fields["engine"] = [
      "name": .string(plan?.name ?? EngineCatalog.statevector.name),
      "why": .string(plan?.why ?? ""), "precision": .string(precision(request).rawValue),
    ]
    if !firings.isEmpty { report.fields["noise"] = NoiseLoader.list(of: firings) }
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
      if request.wantsGradient { report.fields["gradient"] = gradientList(first) }
      if let amplitudes = first.amplitudes {
        report.tables = [
          amplitudes.table(layout: layout(of: first, request), isForPeople: false)
        ]
      }
    }
    return report
  }

  /// The precision that amplitudes had.
  private func precision(_ request: RunRequest) -> Precision {
    plan.map { $0.selected.engine.precisions.isEmpty ? request.options.precision : $0.precision }
      ?? request.options.precision
  }

  private static func list(
    _ observables: [(name: String, value: ExpectationValue)]
  ) -> ReportValue {
    .array(
      observables.map {
        [
          "name": .string($0.name), "value": .double($0.value.value),
          "standard_error": .double($0.value.standardError),
        ]
      })
  }

  /// What JSON says of the derivatives: one object for each argument.
  private func gradientList(_ outcome: RunOutcome) -> ReportValue {
    .array(
      outcome.gradients.flatMap { name, entries in
        entries.map { entry -> ReportValue in
          [
            "observable": .string(name), "gate": .string(entry.gateText),
            "line": entry.range.map { .int($0.line) } ?? .null,
            "column": entry.range.map { .int($0.column) } ?? .null,
            "qubits": .array(entry.qubits.map(ReportValue.int)),
            "argument": .string(entry.argument), "value": .double(entry.value),
            "derivative": .double(entry.derivative),
          ]
        }
      })
  }

  /// One row for each argument; the observable is named where there are several, and in CSV.
  private func gradientTable(_ outcome: RunOutcome, isForPeople: Bool) -> ReportTable {
    let namesObservable = !isForPeople || outcome.gradients.count > 1
    var columns: [ReportTable.Column] =
      namesObservable ? [.init("observable", alignment: .left)] : []
    columns += [
      .init("gate", alignment: .left), .init("place"), .init("qubits", alignment: .left),
      .init("argument", alignment: .left), .init("value", digits: 8),
      .init("derivative", digits: 10),
    ]
    var table = ReportTable(key: "gradient", columns: columns)
    for (name, entries) in outcome.gradients {
      for entry in entries {
        let place = entry.range.map { "\($0.line):\($0.column)" } ?? ""
        table.append(
          (namesObservable ? [.string(name)] : []) + [
            .string(entry.gateText), .string(place),
            .string(BasisKeys.names(of: entry.qubits, in: circuit).joined(separator: " ")),
            .string(entry.argument),
            .double(entry.value), .double(entry.derivative),
          ])
      }
    }
    return table
  }

  /// One object a row: the parameters, then what the run gave.
  private func sweepRows(_ request: RunRequest) -> ReportTable {
    let names = rows.first?.parameters.map(\.name) ?? []
    // Parameters may decide whether a circuit measures: what a row has not is null.
    let hasCounts = rows.contains { $0.outcome.counts != nil }
    let hasAmplitudes = rows.contains { $0.outcome.amplitudes != nil }
    var columns = names.map { ReportTable.Column($0) }
    if hasCounts { columns.append(.init("counts")) }
    if !request.observables.isEmpty { columns.append(.init("observables")) }
    if request.wantsGradient { columns.append(.init("gradient")) }
    if hasAmplitudes { columns.append(.init("amplitudes")) }
    var table = ReportTable(columns: columns)
    for (parameters, outcome) in rows {
      var row = parameters.map(\.value)
      if hasCounts {
        row.append(outcome.counts.map { .object($0.object(limit: request.top)) } ?? .null)
      }
      if !request.observables.isEmpty { row.append(Self.list(outcome.observables)) }
      if request.wantsGradient { row.append(gradientList(outcome)) }
      if let amplitudes = outcome.amplitudes {
        let inner = amplitudes.table(layout: layout(of: outcome, request), isForPeople: false)
        let keys = inner.columns.map(\.key)
        row.append(.array(inner.rows.map { .object(ReportObject(zip(keys, $0))) }))
      } else if hasAmplitudes {
        row.append(.null)
      }
      table.append(row)
    }
    return table
  }

  // MARK: Text and CSV

  /// Counts, observables and amplitudes as tables; a sweep puts its parameters in front of every
  /// row.
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
      if request.wantsGradient { tables.append(gradientTable(outcome, isForPeople: isForPeople)) }
      if let amplitudes = outcome.amplitudes {
        tables.append(
          amplitudes.table(layout: layout(of: outcome, request), isForPeople: isForPeople))
      }
      for table in tables {
        guard isSweep else {
          report.tables.append(table)
          continue
        }
        let prefixed = table.prefixed(by: parameters.map { ($0.name, $0.value) })
        // Parameters may decide whether a circuit measures, and so what a row is.
        let keys = prefixed.columns.map(\.key)
        if let place = report.tables.firstIndex(where: { $0.columns.map(\.key) == keys }) {
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

  private func layout(of outcome: RunOutcome, _ request: RunRequest) -> BasisKeys {
    BasisKeys(
      liveQubits: outcome.liveQubits, of: circuit, order: request.bitOrder ?? .qiskit)
  }
}

extension ObservableGradient.Entry {
  /// The gate's name, behind the number of controls put in front of it.
  fileprivate var gateText: String {
    switch controlCount {
    case 0: gate.name
    case 1: "ctrl @ \(gate.name)"
    default: "ctrl(\(controlCount)) @ \(gate.name)"
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
