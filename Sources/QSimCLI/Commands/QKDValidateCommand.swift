import ArgumentParser
import QSim
import Reporting

/// `qsim qkd validate`: the numbers of the literature, and ours.
struct QKDValidateCommand: DocumentedCommand {
  static let summary = "Compare key rates with the numbers of the literature."
  static let details = """
    An exact row follows from what its source states and must agree; an inequality leaves inputs open; a record is an \
    experiment and only shown. Exit code 1 if a row fails that does not say why.
    """
  static let examples = ["qsim qkd validate gys-infinite gys-vacuum-weak"]
  static let configuration = configured("validate")

  @Argument(help: "Rows to compute; all of them without one.")
  var rows: [String] = []

  @Option(help: "Threads; the result does not depend on them.")
  var threads = Parallel.processorCount

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    if threads < 1 { throw ValidationError("'--threads' is at least 1.") }
  }

  func run() throws {
    let chosen = try rows.isEmpty ? LiteratureTable.rows : rows.map(Self.row)
    var values = [Double](repeating: .nan, count: chosen.count)
    values.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let buffer = buffer
      Parallel.forEach(chunks: chosen.count, threads: threads) { buffer[$0] = chosen[$0].ours() }
    }
    var table = ReportTable(columns: [
      .init("id", alignment: .left), .init("quantity", alignment: .left),
      .init("unit", alignment: .left), .init("published"), .init("expected"),
      .init("ours", digits: 8),
      .init("deviation", digits: 3), .init("tolerance", digits: 3), .init("kind", alignment: .left),
      .init("result", alignment: .left), .init("source", alignment: .left),
      .init("reason", alignment: .left),
    ])
    var failures = 0
    for (row, value) in zip(chosen, values) {
      let outcome = row.outcome(of: value)
      if outcome == .fail { failures += 1 }
      table.append([
        .string(row.id), .string(row.quantity), .string(row.unit), ReportValue(row.published),
        ReportValue(row.expected), .double(value), ReportValue(row.expected.map { value - $0 }),
        row.kind == .exact ? .double(row.tolerance) : .null, .string(row.kind.rawValue),
        .string(outcome.rawValue), .string(row.source), ReportValue(row.reason),
      ])
    }
    var report = Report(
      provenance: Provenance(command: "qkd validate", version: QSimCommand.version))
    report.fields = ["rows_checked": .int(chosen.count), "failures": .int(failures)]
    report.tables = [table]
    output.print(report)
    if failures > 0 {
      throw CommandFailure(.checkFailed, "\(failures) of \(chosen.count) rows disagree")
    }
  }

  private static func row(_ id: String) throws -> LiteratureRow {
    if let row = LiteratureTable.rows.first(where: { $0.id == id }) { return row }
    let hint = nearestName(to: id, in: LiteratureTable.rows.map(\.id))
      .map { "did you mean '\($0)'?" }
    throw CommandFailure(
      .usage, "there is no row '\(id)'", hint: hint ?? "'qsim qkd validate' lists them")
  }
}
