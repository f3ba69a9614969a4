import ArgumentParser
import Catalogs
import QSim
import Reporting

/// A kind of thing that a catalog lists: `qsim catalog gates` and the page `gates.md` are made from
/// it.
///
/// A new kind is a file with such a type, and a line in `CatalogKinds`.
protocol CatalogKind {
  associatedtype List: CatalogList
  typealias Entry = List.Entry

  /// The subcommand of `qsim catalog`, and the name of the page.
  static var word: String { get }
  /// What the subcommand does, in a line.
  static var summary: String { get }
  static var details: String { get }
  static var examples: [String] { get }

  /// Entries as a table.
  static func table(of entries: [Entry], for form: TableForm) -> ReportTable
  /// What JSON has besides the table.
  static var otherTables: [ReportTable] { get }
  /// One entry, for a terminal.
  static func text(of entry: Entry) -> String
  /// The reference page of all entries; `nil` where the guides say it all.
  static var page: String? { get }
}

extension CatalogKind {
  static var details: String { "" }
  static var examples: [String] {
    ["qsim catalog \(word) \(List.all[0].catalogName)", "qsim catalog \(word) --csv"]
  }
  static var otherTables: [ReportTable] { [] }
  static var page: String? { nil }

  static func table(of entries: [Entry], for form: TableForm) -> ReportTable {
    var table = ReportTable(columns: [
      .init("name", alignment: .left), .init("summary", alignment: .left),
    ])
    for entry in entries { table.append([.string(entry.catalogName), .string(entry.summary)]) }
    return table
  }

  static func text(of entry: Entry) -> String {
    "\(entry.catalogNames.joined(separator: ", "))\n  \(entry.summary)\n"
  }

  fileprivate static var command: any ParsableCommand.Type { CatalogKindCommand<Self>.self }
}

/// Who reads a table: programs want more columns than people, and JSON holds lists.
enum TableForm {
  case text, csv, json
}

/// All kinds, in the order in which help shows them.
enum CatalogKinds {
  static var all: [any CatalogKind.Type] {
    [
      GateKind.self, NoiseKind.self, CodeKind.self, DecoderKind.self, ProtocolKind.self,
      PresetKind.self, AlgorithmKind.self, EngineKind.self, WorkloadKind.self, FormatKind.self,
    ]
  }

  /// Reference pages with their file names.
  static var pages: [(name: String, text: String)] {
    all.compactMap { kind in kind.page.map { ("\(kind.word).md", $0) } }
  }
}

/// `qsim catalog`: what qsim knows.
struct CatalogCommand: DocumentedCommand {
  static let summary = "List what qsim knows."
  static let details = ""
  static let examples = ["qsim catalog gates H", "qsim catalog noise thermal"]
  static let configuration = configured(
    "catalog", subcommands: CatalogKinds.all.map { $0.command })

  func run() throws {
    throw LackOfInput(command: Self.self)
  }
}

/// `qsim catalog KIND`: the entries of one kind.
struct CatalogKindCommand<Kind: CatalogKind>: DocumentedCommand {
  static var summary: String { Kind.summary }
  static var details: String { Kind.details }
  static var examples: [String] { Kind.examples }
  static var configuration: CommandConfiguration { configured(Kind.word) }

  @OptionGroup var list: CatalogListOptions<Kind>
  @OptionGroup var terminal: TerminalOptions

  func run() throws { try list.print(command: "catalog \(Kind.word)") }
}

/// Which entries of a kind are listed, and how.
struct CatalogListOptions<Kind: CatalogKind>: ParsableArguments {
  @Argument(help: "Names, in any case; all of them without one.")
  var names: [String] = []

  @OptionGroup var output: OutputOptions

  func print(command: String) throws {
    let catalog = Kind.List.all
    let entries =
      try names.isEmpty ? Array(catalog) : names.map { try CommandFailure.named($0, in: catalog) }
    if !names.isEmpty, !output.json, !output.csv {
      OutputFile.standard.write(entries.map(Kind.text).joined(separator: "\n"))
      return
    }
    let form: TableForm = output.json ? .json : output.csv ? .csv : .text
    var report = Report(provenance: Provenance(command: command, version: QSimCommand.version))
    report.tables = [Kind.table(of: entries, for: form)]
    if output.json { report.tables += Kind.otherTables }
    output.print(report)
  }
}

extension CommandFailure {
  /// The entry of a catalog that a user named.
  ///
  /// - Throws: `CommandFailure` with exit code 64, the nearest name or where to look.
  static func named<Entry>(_ name: String, in catalog: Catalog<Entry>) throws -> Entry {
    do throws(UnknownName) {
      return try catalog.entry(named: name)
    } catch {
      throw CommandFailure(.usage, error.message, hint: error.hint)
    }
  }
}
