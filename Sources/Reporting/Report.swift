/// What a command found: fields, tables, and where they came from.
///
/// A report is a plain value. The writers turn it into text (`TextReport`), JSON (`JSONReport`),
/// CSV (`CSVReport`) or Markdown (`MarkdownReport`); they add no facts of their own.
///
///     var report = Report(provenance: Provenance(command: "run", version: "1.0.0", seed: 1))
///     report.fields["shots"] = 1000
///     report.tables = [ReportTable(key: "rows", columns: [.init("key"), .init("count")])]
///     report.tables[0].append(["00", 497])
public struct Report: Sendable, Hashable {
  /// The command, version, seed and machine behind the figures.
  public var provenance: Provenance

  /// Named facts, in the order they are printed.
  public var fields: ReportObject

  /// The tables, in the order they are printed. Keys are distinct from each other and the fields.
  public var tables: [ReportTable]

  /// Makes a report.
  public init(
    provenance: Provenance, fields: ReportObject = ReportObject(), tables: [ReportTable] = []
  ) {
    self.provenance = provenance
    self.fields = fields
    self.tables = tables
  }
}

/// Where a report came from, enough to make it again.
///
/// `timing`, `memory` and `machine` are the three parts that differ from run to run; a writer asked
/// for a reproducible report leaves them out, and everything else is a function of input and seed.
public struct Provenance: Sendable, Hashable {
  /// The number of the JSON layout: it rises when a key changes its meaning or goes away.
  public var schema: Int

  /// The subcommand: `run`, `plan`, `catalog gates`.
  public var command: String

  /// The version of qsim.
  public var version: String

  /// The seed, for commands that draw random numbers.
  public var seed: UInt64?

  /// What the reader should know about the result.
  public var warnings: [String]

  /// Seconds spent, by stage (`parse_s`, `simulate_s`, …).
  public var timing: ReportObject

  /// Bytes needed and used (`required_bytes`, `peak_rss_bytes`).
  public var memory: ReportObject

  /// What it ran on (`threads`, `isa`, `kernel`).
  public var machine: ReportObject

  /// Makes the provenance of a report.
  public init(
    schema: Int = 1, command: String, version: String, seed: UInt64? = nil,
    warnings: [String] = [], timing: ReportObject = ReportObject(),
    memory: ReportObject = ReportObject(), machine: ReportObject = ReportObject()
  ) {
    self.schema = schema
    self.command = command
    self.version = version
    self.seed = seed
    self.warnings = warnings
    self.timing = timing
    self.memory = memory
    self.machine = machine
  }
}
