import Foundation
import TestSupport
import Testing

struct CommandTests {
  static let commands = [
    "run", "plan", "draw", "convert", "gen", "sample", "repl", "detect", "m2d", "analyze_errors",
    "sample_dem", "explain_errors", "diagram", "transform", "flows", "missing_detectors",
    "logical_errors", "noise", "decode", "exact", "collect", "threshold", "qkd", "qkd rate",
    "qkd compare", "qkd pass", "qkd validate", "pqc", "pqc demo", "pqc listen", "pqc connect",
    "pqc algorithms", "pqc keygen",
    "pqc encaps", "pqc decaps", "pqc sign", "pqc verify", "pqc bench", "pqc explain", "bench",
    "catalog", "catalog gates", "catalog noise", "catalog codes", "catalog decoders",
    "catalog protocols", "catalog presets", "catalog algorithms", "catalog engines",
    "catalog workloads", "catalog formats", "examples", "info", "docs",
  ]

  @Test func `every command is listed`() throws {
    let page = try Repository.text("Docs/Reference/commands.md")
    let sections = page.matches(of: /(?m)^## qsim (.+)$/).map { String($0.1) }
    #expect(sections == Self.commands)
  }

  @Test(arguments: commands) func `help ends with examples that run`(command: String) throws {
    let help = try QSimProcess.run(["help"] + command.split(separator: " ").map(String.init))
    #expect(help.status == 0)
    let parts = help.output.split(separator: "EXAMPLES:\n")
    #expect(parts.count == 2)
    let lines = (parts.last ?? "").split(separator: "\n")
    #expect(!lines.isEmpty)
    for line in lines {
      let example = try #require(line.wholeMatch(of: #/  \$ (qsim .+)/#)).1
      let result = try QSimProcess.shell(String(example))
      #expect(result.status == 0, "\(example): \(result.error)")
      #expect(!result.output.isEmpty)
    }
  }

  @Test func `the reference pages are current`() throws {
    let result = try QSimProcess.run(["docs", "--check", "Docs/Reference"])
    #expect(result.status == 0, "\(result.error)")
  }

  @Test func `a changed reference page is noticed`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("pages")
    #expect(try QSimProcess.run(["docs", "--write", path]).status == 0)
    #expect(try QSimProcess.run(["docs", "--check", path]).status == 0)
    try Data("changed".utf8).write(to: URL(fileURLWithPath: path + "/gates.md"))
    let result = try QSimProcess.run(["docs", "--check", path])
    #expect(result.status == 1 && result.error.contains("gates.md"))
    #expect(!result.error.contains("commands.md"))
  }

  @Test func `the manual page is well formed`() throws {
    let page = try Repository.text("Docs/Reference/qsim.1")
    for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "EXIT STATUS", "ENVIRONMENT"] {
      #expect(page.contains("\n.SH \(section)\n"))
    }
    let known: Set<Substring> = [".\\\"", ".TH", ".SH", ".SS", ".B", ".I", ".TP", ".nf", ".fi"]
    for line in page.split(separator: "\n") where line.hasPrefix(".") {
      #expect(known.contains(line.split(separator: " ")[0]), "\(line)")
    }
  }

  @Test(arguments: Repository.examples) func `examples are the files of the repository`(
    file: String
  ) throws {
    let name = String(file.split(separator: "/").last ?? "")
    let result = try QSimProcess.run(["examples", name])
    #expect(Array(result.outputBytes) == (try Repository.bytes(file)))
  }

  @Test func `the list of examples is complete`() throws {
    let result = try QSimProcess.run(["examples", "--csv"])
    let names = result.output.split(separator: "\n").dropFirst()
      .map { "Examples/circuits/\($0.prefix { $0 != "," })" }
    #expect(names == Repository.examples && names.count >= 20)
    let languages = Set(
      result.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",")[1] })
    #expect(languages == ["OpenQASM 2", "OpenQASM 3", ".stim"])
  }

  @Test(arguments: ["CX", "cnot", "ZCX", "t", "T", "ccx", "DEPOLARIZE1", "rzz"])
  func `a gate is found under any of its names`(name: String) throws {
    let result = try QSimProcess.run(["catalog", "gates", name])
    #expect(result.status == 0 && result.output.contains("Targets"), "\(result.error)")
  }

  @Test func `the catalog of gates has every gate of Stim`() throws {
    let json = try JSONObject(try QSimProcess.run(["catalog", "gates", "--json"]).output)
    let rows = try #require(json["rows"] as? [[String: Any]])
    let names = Set(rows.compactMap { $0["name"] as? String })
    #expect(names.count == rows.count && names.count > 100)
    #expect(
      names.isSuperset(of: ["H", "CX", "MPP", "DETECTOR", "ELSE_CORRELATED_ERROR", "SQRT_XX_DAG"]))
  }

  @Test func `a plan says engine, steps, memory and time`() throws {
    let arguments = ["plan", "Examples/circuits/qft.qasm"]
    let text = try QSimProcess.run(arguments).output
    for word in ["engine", "why", "steps", "memory", "estimate"] {
      #expect(text.contains("\n\(word) "))
    }
    let plans = try ["1", "2"].map {
      try QSimProcess.run(arguments + ["--json", "--reproducible", "--threads", $0])
    }
    // Threads change nothing but how soon the run would be over.
    let lines = plans.map { plan in
      plan.output.split(separator: "\n").filter { !$0.contains("\"least_elapsed_s\"") }
    }
    #expect(lines[0] == lines[1] && lines[0].count > 10)
    let json = try JSONObject(plans[0].output)
    #expect(json["state_bytes"] as? Int == 16 << 4)
    let rows = try #require(json["rows"] as? [[String: Any]])
    #expect(rows.count == json["steps"] as? Int)
    #expect(rows.reduce(0) { $0 + ($1["gates"] as? Int ?? 0) } == json["gates"] as? Int)
  }

  @Test func `a plan for too much memory is a plan`() throws {
    let result = try QSimProcess.run(["plan", "-"], input: MemoryGuardTests.dense)
    #expect(
      result.status == 0 && result.output.contains("16 TiB (2^40 × 16 B); only "), "\(result.error)"
    )
  }

  @Test func `drawings are plain on request and stand in a file`() throws {
    let circuit = "Examples/circuits/teleport.qasm"
    let drawn = try QSimProcess.run(["draw", circuit])
    #expect(drawn.status == 0 && drawn.output.contains("─"))
    let ascii = try QSimProcess.run(["draw", circuit, "--ascii"])
    #expect(ascii.status == 0 && ascii.outputBytes.allSatisfy { $0 < 128 })
    let folder = try TemporaryFolder()
    let path = folder.path("circuit.svg")
    let svg = try QSimProcess.run(["draw", circuit, "--format", "svg", "-o", path])
    #expect(svg.status == 0 && svg.output.isEmpty)
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    #expect(text.contains("<svg ") && text.hasSuffix("</svg>\n"))
  }

  @Test func `a conversion keeps what the circuit does`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("bell.stim")
    let result = try QSimProcess.run(["convert", "Examples/circuits/bell.qasm", path])
    #expect(result.status == 0 && result.output.isEmpty, "\(result.error)")
    let counts = try QSimProcess.run(["run", path, "--seed", "1", "--csv"])
    #expect(counts.output.split(separator: "\n").count == 3)
    for target in ["qasm2", "qasm3", "stim"] {
      let first = try QSimProcess.run(["convert", path, "-", "--to", target])
      #expect(first.status == 0, "\(first.error)")
      let again = try QSimProcess.run(["convert", "-", "-", "--to", target], input: first.output)
      #expect(again.output == first.output, "\(again.error)")
    }
  }

  @Test func `a refused conversion leaves the file alone`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("old", to: "out.stim")
    let result = try QSimProcess.run(
      ["convert", "-", path],
      input: """
        OPENQASM 3; include "stdgates.inc"; qubit[2] q; bit[2] c;
        while (c == 0) { h q; c = measure q; }
        """)
    #expect(result.status == 65 && result.error.contains("<stdin>:2:"), "\(result.error)")
    #expect(
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self) == "old")
  }

  @Test(arguments: [["draw"], ["convert", "--to", "qasm2"], ["convert", "--to", "stim"]])
  func `a circuit with inputs is drawn and converted for given values`(
    command: [String]
  ) throws {
    let text = """
      OPENQASM 3.0; include "stdgates.inc"; input float theta; qubit q; rx(theta) q;
      """
    let given = try QSimProcess.run(command + ["--param", "theta=0.5", "-"], input: text)
    #expect(given.status == 0 && !given.output.isEmpty, "\(given.error)")
    let range = try QSimProcess.run(command + ["--param", "theta=0:1:0.5", "-"], input: text)
    #expect(range.status == 64 && range.error.contains("not for a range"), "\(range.error)")
  }
}
