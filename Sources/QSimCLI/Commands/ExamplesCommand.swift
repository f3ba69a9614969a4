import ArgumentParser
import QSim
import Reporting

/// `qsim examples`: the circuits and experiments that come with the command.
struct ExamplesCommand: DocumentedCommand {
  static let summary = "List the circuits that come with qsim, print one, or run an experiment."
  static let details =
    "Without a name, the list. 'qsim examples bell.qasm | qsim run -' runs one.\n\n"
    + WillowOptions.details
  static let examples = [
    "qsim examples ghz.stim",
    "qsim examples willow --distance 3,5 --rounds 5,15 --shots 2000 --seed 1",
  ]
  static let configuration = configured("examples")

  @Argument(help: "The example to print, with or without its extension, or 'willow'.")
  var name: String?

  @OptionGroup(title: "Experiment 'willow'") var willow: WillowOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    if name != WillowOptions.name, willow.areGiven {
      throw ValidationError("These options are for 'qsim examples \(WillowOptions.name)'.")
    }
    if willow.svg == "-" {
      throw ValidationError("Standard output takes one thing: give '--svg' a file.")
    }
  }

  func run() throws {
    if name == WillowOptions.name {
      output.print(try willow.report(progress: progress.progress))
      return
    }
    guard let name else {
      output.print(Self.list)
      return
    }
    let files = ExampleFiles.all
    let stems = files.filter { $0.name.prefix { $0 != "." } == name }
    guard let file = files.first(where: { $0.name == name }) ?? (stems.count == 1 ? stems[0] : nil)
    else {
      let hint =
        stems.isEmpty
        ? nearestName(to: name, in: files.map(\.name)).map { "did you mean '\($0)'?" }
          ?? "'qsim examples' lists them"
        : "there are \(stems.map(\.name).joined(separator: " and "))"
      throw CommandFailure(.usage, "there is no example '\(name)'", hint: hint)
    }
    if output.json {
      var report = Self.list
      report.tables = []
      report.fields = ["name": .string(file.name), "text": .string(file.text)]
      output.print(report)
    } else {
      OutputFile.standard.write(file.text)
    }
  }

  private static var list: Report {
    var table = ReportTable(columns: [
      .init("name", alignment: .left), .init("language", alignment: .left),
      .init("summary", alignment: .left),
    ])
    for file in ExampleFiles.all {
      let format = CircuitFormat.detect(fileName: file.name, source: Array(file.text.utf8))
      table.append([.string(file.name), .string(format.title), .string(summary(of: file.text))])
    }
    return Report(
      provenance: Provenance(command: "examples", version: QSimCommand.version), tables: [table])
  }

  /// The first sentence of the comment that opens an example, or its first line.
  private static func summary(of text: String) -> String {
    var sentence = ""
    for line in text.split(separator: "\n") {
      guard line.hasPrefix("//") || line.hasPrefix("#") else { break }
      let words = line.drop { $0 == "/" || $0 == "#" || $0 == " " }
      if words.hasPrefix("Expect") { break }
      sentence += (sentence.isEmpty ? "" : " ") + words
      if let end = sentence.firstRange(of: ". ") { return String(sentence[..<end.lowerBound]) }
      if sentence.hasSuffix(".") { return String(sentence.dropLast()) }
    }
    return sentence
  }
}
