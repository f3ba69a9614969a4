import Foundation
import TestSupport
import Testing

/// What one call of `qsim` did.
struct Invocation {
  let status: Int32
  let outputBytes: Data
  let errorBytes: Data
  /// Whether a signal ended the process.
  let wasKilled: Bool

  var output: String { String(decoding: outputBytes, as: UTF8.self) }
  var error: String { String(decoding: errorBytes, as: UTF8.self) }
}

/// Runs the built command as users run it.
enum QSimProcess {
  /// The command built beside the tests.
  static let path = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("qsim").path

  /// Calls `qsim` in the root of the repository.
  ///
  /// - Parameters:
  ///   - arguments: The arguments of the command.
  ///   - input: What it reads from standard input; nothing by default.
  ///   - environment: Variables to set, or with `nil` to unset.
  static func run(
    _ arguments: [String], input: String = "", environment: [String: String?] = [:]
  ) throws -> Invocation {
    try run(executable: path, arguments, input: Data(input.utf8), environment: environment)
  }

  /// Runs a line of bash in which `qsim` is on the PATH.
  static func shell(_ line: String, input: String = "") throws -> Invocation {
    try run(executable: "/bin/bash", ["-c", line], input: Data(input.utf8), environment: [:])
  }

  /// Runs a line of bash, interrupts it, and tells how long it then took to end.
  ///
  /// - Parameters:
  ///   - line: one call of `qsim`, without a pipe.
  ///   - condition: a line of bash that ends when the call is to be interrupted; `$pid` is that of
  ///     the call.
  /// - Returns: what the call did, and the seconds from the interrupt to its end: infinite for a
  ///   call that had ended before, or had to be killed a minute later.
  static func interrupted(
    _ line: String, once condition: String
  ) throws -> (call: Invocation, seconds: Double) {
    let folder = try TemporaryFolder()
    let times = folder.path("times")
    let call = try shell(
      """
      set -m; \(line) & pid=$!
      \(condition)
      (sleep 60; kill -KILL $pid) 2> /dev/null & watchdog=$!
      start=$EPOCHREALTIME; kill -INT $pid; interrupt=$?
      wait $pid; status=$?; end=$EPOCHREALTIME
      { kill -KILL -$watchdog; wait $watchdog; } 2> /dev/null
      echo "$interrupt $((${end/./} - ${start/./}))" > '\(times)'
      exit $status
      """)
    let words = try String(contentsOfFile: times, encoding: .utf8).split { " \n".contains($0) }
    let microseconds = Double(words.last ?? "") ?? .infinity
    let wasRunning = words.first == "0" && call.status != 137
    return (call, wasRunning ? microseconds * 1e-6 : .infinity)
  }

  private static func run(
    executable: String, _ arguments: [String], input: Data, environment: [String: String?]
  ) throws -> Invocation {
    let folder = try TemporaryFolder()
    let files = ["in", "out", "err"].map { folder.url.appendingPathComponent($0) }
    try input.write(to: files[0])
    for file in files[1...] { FileManager.default.createFile(atPath: file.path, contents: nil) }

    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = Repository.root
    var variables = ProcessInfo.processInfo.environment
    for name in ["NO_COLOR", "TERM"] { variables[name] = nil }
    let folderOfCommand = URL(fileURLWithPath: path).deletingLastPathComponent().path
    variables["PATH"] = "\(folderOfCommand):\(variables["PATH"] ?? "/usr/bin:/bin")"
    for (name, value) in environment { variables[name] = value }
    process.environment = variables
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    try process.run()
    process.waitUntilExit()
    return Invocation(
      status: process.terminationStatus, outputBytes: try Data(contentsOf: files[1]),
      errorBytes: try Data(contentsOf: files[2]),
      wasKilled: process.terminationReason == .uncaughtSignal)
  }
}

/// A folder that goes away with the last reference to it.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("qsim-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The path of a file in the folder.
  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Writes a file and returns its path.
  func write(_ text: String, to name: String) throws -> String {
    try Data(text.utf8).write(to: url.appendingPathComponent(name))
    return path(name)
  }
}

/// A JSON object that `qsim` printed.
struct JSONObject {
  let values: [String: Any]

  init(_ text: String) throws {
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
    values = try #require(object as? [String: Any])
  }

  subscript(_ path: String...) -> Any? {
    var value: Any? = values
    for key in path { value = (value as? [String: Any])?[key] }
    return value
  }
}
