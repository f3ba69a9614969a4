import ArgumentParser
import Reporting

/// How a command prints what it found.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Print comma-separated values.")
  var csv = false

  @Flag(help: "Leave out what differs from run to run: time, memory, machine.")
  var reproducible = false

  func validate() throws {
    if json && csv { throw ValidationError("'--json' and '--csv' exclude each other.") }
  }

  /// Prints a report in the chosen form.
  func print(_ report: Report) {
    var output = OutputFile.standard
    if json {
      JSONReport(reproducible: reproducible).write(report, to: &output)
    } else if csv {
      CSVReport(lineEnding: "\n").write(report, to: &output)
    } else {
      TextReport(bars: Terminal.outputIsTerminal ? .blocks : .none).write(report, to: &output)
    }
  }
}
