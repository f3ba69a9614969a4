import ArgumentParser

/// The command `qsim` itself: a list of subcommands.
struct QSimCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "qsim",
    abstract: "A quantum circuit simulator.",
    discussion: """
      Results go to standard output, everything else to standard error. A file named '-' is standard \
      input or output. Options may be spelled with '-' or '_'.
      """,
    version: version,
    subcommands: [
      RunCommand.self, PlanCommand.self, DrawCommand.self, ConvertCommand.self,
      GenCommand.self, SampleCommand.self, ReplCommand.self, DetectCommand.self,
      MeasurementsToDetectionsCommand.self, AnalyzeErrorsCommand.self,
      SampleErrorModelCommand.self, ExplainErrorsCommand.self, DiagramCommand.self,
      TransformCommand.self, FlowsCommand.self,
      MissingDetectorsCommand.self, LogicalErrorsCommand.self, NoiseCommand.self,
      DecodeCommand.self, ExactCommand.self, CollectCommand.self, ThresholdCommand.self,
      QKDCommand.self, PQCCommand.self, BenchCommand.self,
      CatalogCommand.self, ExamplesCommand.self,
      InfoCommand.self,
      DocsCommand.self,
    ])

  /// The version of qsim, as `--version` and every JSON object give it.
  static let version = "0.1.0"

  func run() throws {
    throw LackOfInput(command: Self.self)
  }
}

/// Nothing was asked for: help goes to standard error, and the exit code says that nothing was
/// done.
struct LackOfInput: Error {
  let command: any ParsableCommand.Type
}

/// A command with an example at the end of its help, which the tests run.
protocol DocumentedCommand: ParsableCommand {
  /// What the command does, in a line.
  static var summary: String { get }
  /// What the options do not say.
  static var details: String { get }
  /// Command lines that run in the root of the repository.
  static var examples: [String] { get }
}

extension DocumentedCommand {
  /// The configuration of a command, examples last.
  static func configured(
    _ name: String, subcommands: [any ParsableCommand.Type] = []
  ) -> CommandConfiguration {
    // Spaces that do not break keep a command on its line; `examplesLast` makes them plain again.
    let examples = examples.map { "  $ \($0)" }.joined(separator: "\n")
      .split(separator: " ", omittingEmptySubsequences: false)
      .joined(separator: HelpText.hardSpace)
    return CommandConfiguration(
      commandName: name, abstract: summary,
      discussion: (details.isEmpty ? "" : details + "\n\n") + HelpText.examplesTitle + examples,
      subcommands: subcommands)
  }
}

/// The text of `--help`.
enum HelpText {
  /// What the parser prints before the usage stands last here.
  static let examplesTitle = "EXAMPLES:\n"

  /// A space at which the parser does not break lines.
  static let hardSpace = "\u{a0}"

  /// The help of a command.
  static func of(_ command: any ParsableCommand.Type, columns: Int? = nil) -> String {
    examplesLast(QSimCommand.helpMessage(for: command, columns: columns))
  }

  /// A message of the parser with the paragraph of examples, if there is one, at its end.
  static func examplesLast(_ text: String) -> String {
    guard let start = text.firstRange(of: examplesTitle) else { return text }
    let end = text[start.upperBound...].firstRange(of: "\n\n")?.upperBound ?? text.endIndex
    var rest = text[..<start.lowerBound] + text[end...]
    var examples = text[start.lowerBound..<end]
    while rest.last == "\n" { rest.removeLast() }
    while examples.last == "\n" { examples.removeLast() }
    return "\(rest)\n\n\(examples.replacing(hardSpace, with: " "))\n"
  }
}
