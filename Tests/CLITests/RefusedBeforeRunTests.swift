import Foundation
import TestSupport
import Testing

/// What cannot be printed or written, and circuits that outgrow memory, cost no run.
struct RefusedBeforeRunTests {
  /// A loop that never ends: a run of it stops after its time, with another message.
  private static func endless(_ qubits: Int) -> String {
    """
    OPENQASM 3.0;
    include "stdgates.inc";
    qubit[\(qubits)] q;
    bit[2] c;
    h q[2:\(qubits - 1)];
    while (c[0] == 0) { h q[0]; c[0] = measure q[1]; }

    """
  }

  @Test(arguments: ["statevector", "density-matrix", "sparse"])
  func `a file that cannot be written is said before the run`(engine: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Self.endless(4), to: "c.qasm")
    for option in ["--state-out", "--shots-out"] {
      let result = try QSimProcess.run([
        "run", file, "--engine", engine, "--shots", "1", "--seed", "1", "--max-time", "2s", option,
        folder.path("no/such/folder/out"),
      ])
      #expect(result.status == 73, "\(option): \(result.status) \(result.error)")
      #expect(result.error.contains("no/such/folder/out"), "\(result.error)")
    }
  }

  @Test(arguments: ["statevector", "trajectories"])
  func `amplitudes that could not be printed are refused before the run`(engine: String) throws {
    let folder = try TemporaryFolder()
    // A million amplitudes take 16 MiB, and 640 MB as a table. A million turns would take minutes.
    let text = """
      OPENQASM 3.0;
      include "stdgates.inc";
      qubit[20] q;
      for int i in [1:3000] { h q; cx q[0], q[1]; }

      """
    let file = try folder.write(text, to: "c.qasm")
    let result = try QSimProcess.run([
      "run", file, "--engine", engine, "--top", "0", "--max-memory", "128M", "--max-time", "3s",
    ])
    #expect(result.status == 71, "\(result.status) \(result.error)")
    #expect(result.error.contains("to print 1048576 amplitudes"), "\(result.error)")
  }

  /// Registers of millions of qubits in one statement: a few bytes of text, and gigabytes of steps.
  @Test(
    arguments: [
      ("bit[4000000] g;\ng = measure q;\n", "c.qasm:4:1"), ("measure q;\n", "c.qasm:3:1"),
      ("bit[4000000] g = measure q;\n", "c.qasm:3:1"), ("reset q;\n", "c.qasm:3:1"),
      ("barrier q;\nreset q;\n", "c.qasm:4:1"), ("measure q[0:3999998];\n", "c.qasm:3:1"),
    ])
  func `statements on whole registers count against the memory`(
    statement: String, place: String
  ) throws {
    let folder = try TemporaryFolder()
    let text = "OPENQASM 3.0;\nqubit[4000000] q;\n\(statement)"
    let file = try folder.write(text, to: "c.qasm")
    for command in [["run", file, "--seed", "1", "--shots", "1"], ["plan", file]] {
      for limit in ["600M", "1500M"] {
        let result = try QSimProcess.run(command + ["--max-memory", limit])
        #expect(result.status == 71, "\(command[0]) \(limit): \(result.status) \(result.error)")
        #expect(result.error.contains(place), "\(result.error)")
      }
    }
  }

  @Test func `a measured register is no value where it is too wide for one`() throws {
    let folder = try TemporaryFolder()
    let text = "OPENQASM 3.0;\nqubit[4000000] q;\nbit[4000000] g;\ng ^= measure q;\n"
    let file = try folder.write(text, to: "c.qasm")
    let result = try QSimProcess.run(["plan", file])
    #expect(result.status == 65, "\(result.status) \(result.error)")
    #expect(
      result.error.contains("c.qasm:4:14: error: a value of 4000000 bits is too wide"),
      "\(result.error)")
    #expect(result.error.contains("up to 262144 bits"))
  }

  @Test func `a benchmark reads its circuit within its memory`() throws {
    let folder = try TemporaryFolder()
    let turns = "for int i in [1:300000] { rx(i) q; }\n"
    let file = try folder.write(
      "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit q;\n\(turns)", to: "c.qasm")
    let result = try QSimProcess.run(["bench", "--circuit", file, "--max-memory", "64M"])
    #expect(result.status == 71 && result.error.contains("c.qasm:4:1: "), "\(result.error)")
  }

  // MARK: Tables of figures

  /// The fields of a line of CSV; quotes within quotes stay doubled.
  private static func fields(_ line: Substring) -> [String] {
    var (fields, isQuoted) = ([""], false)
    for character in line {
      if character == "\"" { isQuoted.toggle() }
      if character == ",", !isQuoted {
        fields.append("")
      } else if character != "\"" {
        fields[fields.count - 1].append(character)
      }
    }
    return fields
  }

  @Test func `info as CSV is one row of figures`() throws {
    let result = try QSimProcess.run(["info", "--csv"])
    let lines = result.output.split(separator: "\n")
    try #require(result.status == 0 && lines.count == 2, "\(result.output)")
    #expect(
      lines[0]
        == "version,processor,threads,isa,isa_available,openblas,openblas_problem,available_bytes,engines,formats,gates"
    )
    #expect(!lines[1].contains("available in") && !lines[1].contains(" live qubits"))
    #expect(lines[1].contains("\"[\"\"statevector\"\","), "\(lines[1])")
  }

  @Test func `a plan as CSV is one row of figures, then its steps`() throws {
    for (engine, hasSteps) in [("statevector", true), ("stabilizer", false)] {
      let result = try QSimProcess.run([
        "plan", "Examples/circuits/bell.qasm", "--csv", "--engine", engine,
      ])
      try #require(result.status == 0, "\(result.error)")
      let parts = result.output.components(separatedBy: "\n\n")
      #expect(parts.count == (hasSteps ? 2 : 1), "\(result.output)")
      let lines = parts[0].split(separator: "\n")
      try #require(lines.count == 2)
      let (keys, row) = (Self.fields(lines[0]), Self.fields(lines[1]))
      #expect(keys.count == row.count)
      for key in ["engine", "live_qubits", "run_s", "limit_s", "refused_for", "at_most_bytes"] {
        #expect(keys.contains(key), "\(keys)")
      }
      let place = try #require(keys.firstIndex(of: "engine"))
      #expect(row[place] == engine, "\(row)")
      if hasSteps { #expect(parts[1].hasPrefix("sweep,step,kind,")) }
    }
    // Without an engine that has the memory figures are empty fields.
    let wide =
      "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[70] q;\nh q;\nt q;\nh q;\n"
      + "for int i in [0:68] { cx q[i], q[i + 1]; t q[i]; h q[i]; }\nh q;\n"
    let none = try QSimProcess.run(["plan", "-", "--csv"], input: wide)
    #expect(none.status == 0 && none.output.contains(",memory,"), "\(none.output) \(none.error)")
  }
}
