import Foundation
import TestSupport
import Testing

/// What programs in OpenQASM are given on the command line, and what goes wrong while they run.
struct ProgramInputTests {
  private static let reported = "Tests/Fixtures/Reported/openqasm"
  private static let header = "OPENQASM 3.0; include \"stdgates.inc\"; "

  @Test func `bits given to a register of bits are bits`() throws {
    let file = "\(Self.reported)/bit-string-input.qasm"
    for (value, key) in [("0011", "0011"), ("1010", "1010"), ("0x3", "0011"), ("12", "1100")] {
      let result = try QSimProcess.run(
        ["run", file, "--param", "b=\(value)", "--shots", "5", "--seed", "1", "--csv"])
      #expect(result.status == 0 && result.output.contains("\(key),5,"), "\(result.output)")
    }
  }

  @Test(arguments: [
    ["run", "--seed", "1"], ["plan"], ["draw"], ["convert", "--to", "qasm3"],
    ["noise", "--model", "readout"],
  ])
  func `every command refuses what the declared type does not hold`(command: [String]) throws {
    let text = "\(Self.header)\ninput uint[4] n;\nqubit q; bit c; if (n == 3) x q; c = measure q;"
    let ok = try QSimProcess.run(command + ["-", "--param", "n=3"], input: text)
    #expect(ok.status == 0, "\(ok.error)")
    for value in ["16", "-1", "2.5", "true"] {
      let result = try QSimProcess.run(command + ["-", "--param", "n=\(value)"], input: text)
      #expect(result.status == 65, "\(value): \(result.error)")
      #expect(
        result.error.hasPrefix(
          "<stdin>:2:15: error: input 'n' is uint[4]: its value is an integer from 0 to 15"),
        "\(result.error)")
    }
  }

  @Test func `arrays are given as lists`() throws {
    let text =
      "\(Self.header)\ninput array[uint[4], 2, 2] n;\nqubit[4] q; bit[4] c;\n"
      + "for int i in [0:3] { if (n[i / 2, i % 2] == i + 1) x q[i]; }\nc = measure q;"
    for value in ["[[1,2],[3,4]]", "[[ 1, 0b10 ], [3, 0x4]]"] {
      let result = try QSimProcess.run(
        ["run", "-", "--param", "n=\(value)", "--shots", "5", "--seed", "1", "--csv"], input: text)
      #expect(result.output.contains("1111,5,"), "\(result.output)\(result.error)")
    }
    for (value, message) in [
      ("[1,2,3,4]", "its value is a list in brackets"),
      ("[[1,2],[3,16]]", "from 0 to 15, not '16'"),
    ] {
      let result = try QSimProcess.run(["run", "-", "--param", "n=\(value)"], input: text)
      #expect(result.status == 65 && result.error.hasPrefix("<stdin>:2:"), "\(result.error)")
      #expect(result.error.contains(message), "\(result.error)")
    }
    let none = try QSimProcess.run(["draw", "-"], input: text)
    #expect(none.error.contains("hint: give it with --param n=[[0,0],[0,0]]"), "\(none.error)")
    let broken = try QSimProcess.run(["run", "-", "--param", "n=[1,x]"], input: text)
    #expect(broken.status == 64, "\(broken.error)")
  }

  @Test func `ranges of whole numbers keep their digits`() throws {
    let text =
      "\(Self.header) input uint[63] n; qubit q; bit c; if (n % 2 == 1) x q; c = measure q;"
    let first = 9_007_199_254_740_993
    let result = try QSimProcess.run(
      ["run", "-", "--param", "n=\(first):\(first + 2):1", "--shots", "1", "--seed", "1", "--csv"],
      input: text)
    #expect(
      result.output.split(separator: "\n").dropFirst().map { $0.prefix(18) } == [
        "\(first),1", "\(first + 1),0", "\(first + 2),1",
      ], "\(result.output)\(result.error)")
    let below = try QSimProcess.run(
      ["run", "-", "--param", "n=2:-1:-1", "--shots", "1", "--seed", "1"], input: text)
    #expect(below.status == 65 && below.error.contains("'-1'"), "\(below.error)")
    let negative = try QSimProcess.run(
      ["run", "-", "--param", "n=-2:1:1", "--shots", "1", "--seed", "1", "--csv"],
      input: text.replacing("uint[63]", with: "int[8]"))
    #expect(negative.output.split(separator: "\n").count == 5, "\(negative.error)")
  }

  @Test func `a value is printed as it was given`() throws {
    let text = "\(Self.header) input bit[4] b; input float t; qubit q; rx(t) q;"
    let result = try QSimProcess.run(
      ["run", "-", "--param", "b=0011", "--param", "t=0:1:1", "--csv"], input: text)
    #expect(
      result.output.contains("\n0011,0,") && result.output.contains("\n0011,1,"), "\(result.output)"
    )
  }

  @Test(arguments: [
    ["run", "--seed", "1"], ["run", "--seed", "1", "--engine", "trajectories"],
    ["run", "--seed", "1", "--engine", "stabilizer"],
    ["run", "--seed", "1", "--noise", "depolarizing:p=0.01"],
  ])
  func `an error while running names file, line and column`(command: [String]) throws {
    for body in [
      "x = 1 / z;", "x = 1 / z; c[0] = measure q;", "if (1 / z == 1) x q;", "c[z + 9] = 1;",
    ] {
      let text = "\(Self.header) qubit q; bit z; bit[4] c; int x;\nz = measure q;\n  \(body)"
      let result = try QSimProcess.run(command + ["-"], input: text)
      #expect(result.status == 65, "\(body): \(result.output)")
      #expect(result.error.contains("<stdin>:3:3: error: "), "\(body): \(result.error)")
    }
  }

  @Test func `generated programs over extreme constants end with a message or a result`() throws {
    for (name, arguments) in [
      ("signal4-1-convert.v3", "convert FILE - --to qasm2 --from qasm3"),
      ("signal4-1-draw.v3", "draw FILE --ascii --width 0"),
      ("signal4-1-noise.v3", "noise FILE --model si1000 --p 0.01 --from qasm3"),
      ("signal4-1-plan.v3", "plan FILE --engine trajectories --json"),
      ("signal4-3-convert.v3", "convert FILE - --to qasm3"),
      ("signal4-3-run.v3", "run FILE --shots 100 --seed 1 --engine statevector"),
      (
        "signal4-1-run.v2",
        "run FILE --shots 3 --seed 1 --noise thermal:t1_us=50,t2_us=70 --engine statevector"
      ),
    ] {
      let path = "\(Self.reported)/\(name).qasm"
      let result = try QSimProcess.run(
        arguments.split(separator: " ").map { $0 == "FILE" ? path : String($0) })
      #expect([0, 65].contains(result.status) && !result.wasKilled, "\(name): \(result.error)")
      if result.status == 65 { #expect(result.error.contains("\(path):"), "\(result.error)") }
    }
  }

  @Test func `large angles leave probabilities that sum to 1`() throws {
    let text = "\(Self.header) qubit q; h q; u2(1e308,1e308) q; gphase(1.7e308); gphase(1.7e308);"
    for engine in ["statevector", "density-matrix"] {
      let result = try QSimProcess.run(
        ["run", "-", "--engine", engine, "--json", "--reproducible"], input: text)
      #expect(result.status == 0 && !result.output.contains("nan"), "\(result.error)")
    }
  }

  // MARK: Observables

  @Test func `observables may start with a byte order mark`() throws {
    let result = try QSimProcess.run(
      ["run", "\(Self.reported)/bom.qasm", "--observable", "\(Self.reported)/bom.obs", "--csv"])
    #expect(result.output.contains("2.921060994"), "\(result.output)\(result.error)")
  }

  @Test func `observables that could overflow are refused where they do`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("1 Z0\n1e308 Z1\n", to: "large.obs")
    let text = "\(Self.header) qubit[2] q; h q;"
    let result = try QSimProcess.run(["run", "-", "--observable", path], input: text)
    #expect(
      result.status == 65 && result.error.contains("large.obs:2:1: error: "), "\(result.error)")
    #expect(result.error.contains("sum to more than 8e307"), "\(result.error)")
  }

  @Test func `large observables have a mean and a standard error`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("4e307 Z0\n-3e307 Z1\n", to: "large.obs")
    let text =
      "\(Self.header) qubit[2] q; bit c; h q; c = measure q[0]; if (c) x q[1]; ry(1.0) q[0];"
    let result = try QSimProcess.run(
      ["run", "-", "--observable", path, "--shots", "100", "--seed", "1", "--csv"], input: text)
    let words = result.output.split(separator: "\n").last?.split(separator: ",").compactMap {
      Double($0)
    }
    #expect(
      words?.count == 2 && words!.allSatisfy { $0.isFinite && $0.magnitude > 1e305 },
      "\(result.output)")
  }

  // MARK: Byte order marks

  @Test func `a byte order mark changes nothing, whatever the text`() throws {
    let folder = try TemporaryFolder()
    for (text, name, arguments) in [
      ("H 0\nM 0\n", "a.stim", "sample --in FILE --shots 3 --seed 1"),
      ("error(0.1) D0 L0\n", "a.dem", "sample_dem --in FILE --shots 3 --seed 1"),
      ("OPENQASM 2.0;\nqreg q[1];\n", "a.qasm", "draw FILE"),
    ] {
      let plain = try folder.write(text, to: "plain-\(name)")
      let marked = try folder.write("\u{FEFF}" + text, to: "marked-\(name)")
      let results = try [plain, marked].map { path in
        try QSimProcess.run(
          arguments.split(separator: " ").map { $0 == "FILE" ? path : String($0) })
      }
      #expect(results[0].status == 0, "\(results[0].error)")
      #expect(
        results[1].output == results[0].output && results[1].status == 0, "\(results[1].error)")
    }
  }
}
