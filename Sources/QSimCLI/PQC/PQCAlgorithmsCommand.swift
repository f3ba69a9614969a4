import ArgumentParser
import PostQuantum
import Reporting

/// `qsim pqc algorithms`: the catalog of algorithms.
struct PQCAlgorithmsCommand: DocumentedCommand {
  static let summary = "List the algorithms of key exchanges, or describe some."
  static let details =
    "Sizes are in bytes. Category 1, 3 and 5 are as hard to break as AES-128, AES-192 and AES-256."
  static let examples = ["qsim pqc algorithms x-wing ml-dsa-65", "qsim pqc algorithms --csv"]
  static let configuration = configured("algorithms")

  @Argument(help: "Names of algorithms; all of them without one.")
  var names: [String] = []

  @OptionGroup var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let algorithms = try names.isEmpty ? AlgorithmCatalog.all : names.map { try .named($0) }
    if !names.isEmpty, !output.json, !output.csv {
      OutputFile.standard.write(
        algorithms.map { AlgorithmReference.entry(for: $0) }.joined(separator: "\n"))
      return
    }
    var report = Report(
      provenance: Provenance(command: "pqc algorithms", version: QSimCommand.version))
    report.tables = [table(of: algorithms)]
    output.print(report)
  }

  private func table(of algorithms: [Algorithm]) -> ReportTable {
    let isFull = output.json || output.csv
    var columns: [ReportTable.Column] = [
      .init("name", alignment: .left), .init("kind", alignment: .left),
      .init("quantum_safe", title: "quantum-safe", alignment: .left),
      .init("security_category", title: "category"),
    ]
    let sizes = isFull ? AlgorithmReference.sizes : AlgorithmReference.mainSizes
    columns += sizes.map { .init("\($0.key)_bytes", title: $0.title) }
    columns.append(.init("standard", alignment: .left))
    if isFull { columns += [.init("code"), .init("summary", alignment: .left)] }
    var table = ReportTable(columns: columns)
    for algorithm in algorithms {
      var row: [ReportValue] = [
        .string(algorithm.id), .string(algorithm.kind.rawValue), .bool(algorithm.isQuantumSafe),
        .int(algorithm.securityCategory),
      ]
      row += sizes.map { ReportValue(algorithm.sizes[keyPath: $0.size]) }
      row.append(.string(algorithm.standard))
      if isFull {
        row += [.string(AlgorithmReference.code(of: algorithm)), .string(algorithm.summary)]
      }
      table.append(row)
    }
    return table
  }
}
