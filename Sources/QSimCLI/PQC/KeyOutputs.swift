import PostQuantum
import Reporting

/// What a command about keys tells: names of files and fingerprints, never what is in them.
struct KeyOutputs {
  private var report: Report
  private var paths: [String] = []

  init(command: String, _ algorithm: Algorithm) {
    report = Report(
      provenance: Provenance(command: "pqc \(command)", version: QSimCommand.version),
      fields: ["algorithm": .string(algorithm.id)])
  }

  /// A fact, such as a fingerprint.
  mutating func add(_ name: String, _ value: ReportValue) {
    report.fields[name] = value
  }

  /// The fingerprint of bytes that everyone may see.
  mutating func add(_ name: String, fingerprintOf bytes: [UInt8]) {
    let fingerprint = bytes.withUnsafeBytes { Fingerprint(of: $0) }
    add(name, .string(fingerprint.description))
  }

  /// A file that was written.
  mutating func add(path: String?) {
    if let path { paths.append(path) }
  }

  /// Prints what was done, unless a file went to standard output.
  func print(_ output: OutputOptions) {
    guard !paths.contains("-") else { return }
    var report = report
    report.fields["files"] = .array(paths.map { .string($0) })
    if paths.isEmpty { report.fields["files"] = nil }
    output.print(report)
  }

  /// - Throws: `CommandFailure` if more than one stream goes to one place.
  static func check(inputs: [String?], outputs: [String?], _ output: OutputOptions) throws {
    if inputs.count(where: { $0 == "-" }) > 1 {
      throw CommandFailure(.usage, "only one input can be standard input")
    }
    let written = outputs.compactMap(\.self)
    let streams = written.count { $0 == "-" }
    if streams > 1 || (streams == 1 && (output.json || output.csv)) {
      throw CommandFailure(.usage, "only one output can be standard output")
    }
    let files = written.filter { $0 != "-" && !$0.hasPrefix("/dev/") }
    if Set(files).count < files.count {
      throw CommandFailure(.usage, "every output needs a file of its own")
    }
  }
}
