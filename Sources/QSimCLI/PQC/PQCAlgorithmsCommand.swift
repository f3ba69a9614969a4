import ArgumentParser
import PostQuantum
import Reporting

/// `qsim pqc algorithms`: the catalog of algorithms.
struct PQCAlgorithmsCommand: DocumentedCommand {
  static let summary = AlgorithmKind.summary
  static let details = AlgorithmKind.details
  static let examples = ["qsim pqc algorithms x-wing ml-dsa-65", "qsim pqc algorithms --csv"]
  static let configuration = configured("algorithms")

  @OptionGroup var list: CatalogListOptions<AlgorithmKind>
  @OptionGroup var terminal: TerminalOptions

  func run() throws { try list.print(command: "pqc algorithms") }
}
