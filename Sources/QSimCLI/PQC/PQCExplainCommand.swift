import ArgumentParser
import PostQuantum
import Reporting

/// `qsim pqc explain`: ML-KEM step by step.
struct PQCExplainCommand: DocumentedCommand {
  static let summary = "Show ML-KEM step by step, with every number on the way."
  static let details = """
    For learning, not for use: what is printed holds the secrets. 'toy' is ML-KEM in a ring with 8 coefficients modulo 257, \
    so that everything fits on the screen; the others are those of FIPS 203. The result depends on the seed alone, and \
    without one on nothing.
    """
  static let examples = [
    "qsim pqc explain", "qsim pqc explain --algorithm ml-kem-768 --stage keygen",
    "qsim pqc explain --stage ntt --algorithm ml-kem-512",
  ]
  static let configuration = configured("explain")

  enum Stage: String, CaseIterable, ExpressibleByArgument {
    case all, ntt, keygen, encaps, decaps, rejection
  }

  @Option(help: "Which parameters: toy, ml-kem-512, ml-kem-768 or ml-kem-1024.")
  var algorithm = "toy"

  @Option(help: "What to show.")
  var stage = Stage.all

  @Option(
    help: ArgumentHelp(
      "A file with d and z (64 bytes), and the message m behind them if wanted: raw or hexadecimal digits.",
      valueName: "file"),
    completion: .file())
  var seedFile: String?

  @Flag(help: "Print all coefficients and bytes, however many they are.")
  var full = false

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    if output.csv { throw ValidationError("'--csv' is for tables; 'explain' has none.") }
  }

  func run() throws {
    let parameters = try parameters()
    let seeds = try ExplanationSeeds(parameters, path: seedFile)
    let explanation = try MLKEMExplanation(parameters, seeds)
    if output.json {
      print(explanation, parameters)
    } else {
      let text = ExplanationText(parameters, isFull: full)
      OutputFile.standard.write(text.text(of: explanation, stage: stage))
    }
  }

  private func parameters() throws -> TeachingMLKEM.Parameters {
    let all = TeachingMLKEM.Parameters.all
    if let parameters = all.first(where: { $0.name.lowercased() == algorithm.lowercased() }) {
      return parameters
    }
    throw CommandFailure(
      .usage, "there is no '\(algorithm)' to explain",
      hint: "the parameters are \(all.map { $0.name.lowercased() }.joined(separator: ", "))")
  }

  private func print(
    _ explanation: MLKEMExplanation, _ parameters: TeachingMLKEM.Parameters
  ) {
    var report = Report(
      provenance: Provenance(command: "pqc explain", version: QSimCommand.version))
    report.fields = [
      "algorithm": .string(parameters.name), "degree": .int(parameters.ring.degree),
      "modulus": .int(parameters.ring.modulus), "rank": .int(parameters.rank),
    ]
    if stage == .all || stage == .ntt {
      report.fields["ntt"] = ExplanationText.json(explanation.product)
    }
    var table = ReportTable(columns: [
      .init("stage"), .init("algorithm"), .init("number"), .init("symbol"), .init("meaning"),
      .init("is_secret"), .init("value"),
    ])
    for (part, steps) in explanation.parts where stage.holds(part) {
      for step in steps {
        table.append([
          .string(part.rawValue), .string(step.algorithm.rawValue), .int(step.algorithm.number),
          .string(step.symbol), .string(step.meaning), .bool(step.secrecy == .secret),
          ExplanationText.json(step.value, ring: parameters.ring),
        ])
      }
    }
    report.tables = [table]
    output.print(report)
  }
}

extension PQCExplainCommand.Stage {
  /// Whether a part is shown at this stage.
  func holds(_ part: MLKEMExplanation.Part) -> Bool { self == .all || rawValue == part.rawValue }
}
