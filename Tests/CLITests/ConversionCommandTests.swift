import Foundation
import TestSupport
import Testing

/// Conversions, delays and inputs as users meet them.
struct ConversionCommandTests {
  /// What is left of an excitation after T1.
  private static let rest: Double = exp(-1.0)
  private static let reported = "Tests/Fixtures/Reported/conversions"

  private func counts(_ arguments: [String]) throws -> [String: Int] {
    let result = try QSimProcess.run(["run"] + arguments + ["--json", "--seed", "1"])
    #expect(result.status == 0, "\(result.error)")
    let object = try JSONSerialization.jsonObject(with: result.outputBytes) as? [String: Any]
    return (object?["counts"] as? [String: Int]) ?? [:]
  }

  @Test(arguments: ["statevector", "trajectories", "density-matrix"])
  func `a qubit that waits under thermal noise decays`(_ engine: String) throws {
    let counts = try counts([
      "\(Self.reported)/delay-t1.qasm", "--shots", "20000", "--engine", engine, "--noise",
      "thermal:t1_us=100,t2_us=100,gate1_ns=0,measure_ns=0",
    ])
    expectCounts(counts, match: ["1": Self.rest, "0": 1 - Self.rest])
  }

  @Test func `a qubit that waits under twirled noise flips in the stabilizer engine`() throws {
    let counts = try counts([
      "\(Self.reported)/delay-t1.qasm", "--shots", "20000", "--engine", "stabilizer", "--noise",
      "thermal-twirled:t1_us=100,t2_us=100,gate1_ns=0,measure_ns=0",
    ])
    expectCounts(counts, match: ["0": (1 - Self.rest) / 2, "1": (1 + Self.rest) / 2])
  }

  @Test(arguments: ["delay-t1", "hidden-bits", "names", "powers"], ["qasm2", "qasm3", "stim"])
  func `reported circuits are converted and read again`(_ name: String, _ language: String) throws {
    let drawn = try QSimProcess.shell(
      "set -o pipefail; qsim convert \(Self.reported)/\(name).qasm - --to \(language) | qsim draw --from \(language)"
    )
    #expect(drawn.status == 0, "\(drawn.error)")
  }

  @Test func `an input without a value stays an input in version 3 and is planned`() throws {
    let program =
      "OPENQASM 3.0; include \"stdgates.inc\"; input float theta; input int n; qubit q; bit c; "
      + "rx(theta / 2) q; if (n > 2) { x q; } c = measure q;"
    let converted = try QSimProcess.run(["convert", "-", "-", "--to", "qasm3"], input: program)
    #expect(converted.status == 0 && converted.output.contains("input float[64] theta;"))
    let other = try QSimProcess.run(["convert", "-", "-", "--to", "qasm2"], input: program)
    #expect(other.status == 65 && other.error.contains("--param theta=value"))
    let plan = try QSimProcess.run(["plan", "-"], input: program)
    #expect(plan.status == 0 && plan.error.contains("input 'theta' has no value"))
    #expect(try QSimProcess.run(["draw", "-"], input: program).status == 0)
    #expect(try QSimProcess.run(["run", "-"], input: program).status == 65)
    let real = program.replacing(" input int n;", with: "").replacing(
      "if (n > 2) { x q; } ", with: "")
    let open = try QSimProcess.run(["plan", "-"], input: real)
    let given = try QSimProcess.run(["plan", "-", "--param", "theta=0.3"], input: real)
    #expect(open.output == given.output && !open.output.isEmpty)
  }

  @Test(arguments: [[], ["--types", "DL"], ["--types", "LD"]])
  func `shots are counted by an error model`(_ types: [String]) throws {
    let folder = try TemporaryFolder()
    let model = folder.url.appendingPathComponent("m.dem")
    try Data("error(0.1) D0 L0\nerror(0.1) D1\n".utf8).write(to: model)
    let arguments = ["convert", "--in_format", "01", "--out_format", "dets", "--dem", model.path]
    let result = try QSimProcess.run(arguments + types, input: "011\n")
    #expect(result.output == "shot D1 L0\n", "\(result.error)")
    let measured = try QSimProcess.run(arguments + ["--types", "M"], input: "011\n")
    #expect(measured.status == 64)
    let twice = try QSimProcess.run(arguments + ["--bits_per_shot", "3"], input: "011\n")
    #expect(twice.status == 64)
  }

  @Test(arguments: ["M", "D", "L", "MDL"])
  func `a circuit of endless results is refused before anything is allocated`(_ types: String)
    throws
  {
    let folder = try TemporaryFolder()
    let circuit = folder.url.appendingPathComponent("big.stim")
    let text =
      "REPEAT 9000000000000000000 {\nM 0\nDETECTOR rec[-1]\n}\nOBSERVABLE_INCLUDE(4294967295) rec[-1]\n"
    try Data(text.utf8).write(to: circuit)
    for format in ["01", "b8", "dets", "ptb64"] {
      let result = try QSimProcess.run([
        "convert", "--circuit", circuit.path, "--types", types, "--in", "/dev/null", "--out_format",
        format,
      ])
      #expect(result.status == 71 && result.error.contains("up to 2^31"), "\(result.error)")
    }
  }

  @Test(arguments: [
    ("detector-slice-text", "detslice-text"), ("detector-slice-svg", "detslice-svg"),
    ("match-graph-svg", "matchgraph-svg"),
  ])
  func `Stim's longer names of diagrams mean the same`(_ long: String, _ short: String) throws {
    let circuit = "R 0 1\nTICK\nX_ERROR(0.1) 0\nCX 0 1\nTICK\nM 0 1\nDETECTOR rec[-1]\n"
    let pictures = try [long, short].map {
      try QSimProcess.run(["diagram", "--type", $0, "--tick", "1"], input: circuit)
    }
    #expect(pictures[0].status == 0 && !pictures[0].output.isEmpty, "\(pictures[0].error)")
    #expect(pictures[0].output == pictures[1].output)
  }

  @Test(arguments: [[], ["--ascii"]], ["0", "1", "7", "9223372036854775807"])
  func `a drawing has any width`(_ options: [String], _ width: String) throws {
    let circuit =
      "OPENQASM 3.0; include \"stdgates.inc\"; qubit[3] q; bit[3] c; h q; ccx q[0], q[1], q[2]; "
      + "for int i in [0:30] { if (c[0]) { rx(0.1 * i) q[1]; } } c = measure q;"
    let result = try QSimProcess.run(["draw", "-", "--width", width] + options, input: circuit)
    #expect(result.status == 0 && !result.output.isEmpty, "\(result.error)")
  }
}
