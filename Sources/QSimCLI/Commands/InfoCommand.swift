import ArgumentParser
import QSim
import Reporting

/// `qsim info`: what this binary and this machine can do.
struct InfoCommand: DocumentedCommand {
  static let summary = "Show what this binary and this machine can do."
  static let details = ""
  static let examples = ["qsim info"]
  static let configuration = configured("info")

  @OptionGroup var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let available = MemoryBudget().available
    let sets = InstructionSet.available.map(\.rawValue)
    let engines = EngineCatalog.all.map(\.name)
    var report = Report(provenance: Provenance(command: "info", version: QSimCommand.version))
    let machine: ReportObject = [
      "processor": ReportValue(Self.processor), "threads": .int(Parallel.processorCount),
      "isa": ReportValue(sets.last), "isa_available": .array(sets.map(ReportValue.string)),
      "openblas": ReportValue(OpenBLASLibrary.version),
      "openblas_problem": ReportValue(OpenBLASLibrary.problem),
    ]
    let lists: ReportObject = [
      "engines": .array(engines.map(ReportValue.string)),
      "formats": .array(CircuitFormat.allCases.map { .string($0.rawValue) }),
      "gates": .int(GateCatalog.all.count),
    ]
    if output.csv {
      report.fields = ["version": .string(QSimCommand.version)]
      for entry in machine.entries { report.fields[entry.key] = entry.value }
      report.fields["available_bytes"] = .uint(available)
      for entry in lists.entries { report.fields[entry.key] = entry.value }
    } else if output.json {
      report.provenance.memory = ["available_bytes": .uint(available)]
      report.provenance.machine = machine
      report.fields = lists
    } else {
      report.fields = [
        "qsim": .string(QSimCommand.version), "processor": ReportValue(Self.processor ?? "unknown"),
        "threads": .int(Parallel.processorCount),
        "instruction sets": .string(sets.joined(separator: ", ")),
        "memory": .string("\(DecimalText.bytes(available)) available"),
        "largest state": .string(Self.largestState(available)),
        "OpenBLAS": .string(OpenBLASLibrary.version ?? OpenBLASLibrary.problem ?? "missing"),
        "engines": .string(engines.joined(separator: " ")),
        "formats": .string(CircuitFormat.allCases.map(\.title).joined(separator: ", ")),
        "gates": .int(GateCatalog.all.count),
      ]
    }
    output.print(report)
  }

  private static func largestState(_ bytes: UInt64) -> String {
    Precision.allCases.map { precision in
      let amplitudes = max(1, bytes / precision.bytesPerAmplitude)
      return
        "\(min(48, 63 - amplitudes.leadingZeroBitCount)) live qubits in \(precision.rawValue) precision"
    }.joined(separator: ", ")
  }

  private static var processor: String? {
    let lines = (MemoryBudget.smallFile("/proc/cpuinfo") ?? "").split(separator: "\n")
    return lines.first { $0.hasPrefix("model name") }.flatMap { line in
      line.split(separator: ":", maxSplits: 1).last.map { String($0.drop { $0 == " " }) }
    }
  }
}
