import Foundation
import TestSupport
import Testing

struct RunCommandTests {
  static let examples = Repository.examples

  @Test(arguments: examples) func `results do not depend on threads`(file: String) throws {
    let arguments = ["run", file, "--shots", "200", "--seed", "9", "--json", "--reproducible"]
    let parameters = Self.parameters(of: file)
    let results = try ["1", "2", "3"].map {
      try QSimProcess.run(arguments + parameters + ["--threads", $0])
    }
    #expect(results[0].status == 0, "\(results[0].error)")
    #expect(results[0].outputBytes == results[1].outputBytes)
    #expect(results[0].outputBytes == results[2].outputBytes)
    #expect(results[0].outputBytes.count > 100)
  }

  @Test(arguments: ["--isa baseline", "--isa auto", "--kernel simd", "--kernel blas"])
  func `counts do not depend on kernels`(option: String) throws {
    let arguments = ["run", "Examples/circuits/quantum_volume.qasm", "--seed", "4"]
    let result = try QSimProcess.run(arguments + option.split(separator: " ").map(String.init))
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output == (try QSimProcess.run(arguments)).output)
  }

  @Test func `a drawn seed is printed and repeats the run`() throws {
    let circuit = "H 0 1 2 3 4 5 6 7\nM 0 1 2 3 4 5 6 7\n"
    let first = try QSimProcess.run(["run", "-", "--top", "0"], input: circuit)
    let match = try #require(first.error.wholeMatch(of: /qsim: seed (\d+)\n/))
    let again = try QSimProcess.run(
      ["run", "-", "--top", "0", "--seed", String(match.1)], input: circuit)
    #expect(first.output == again.output && again.error.isEmpty)
    let other = try QSimProcess.run(["run", "-", "--top", "0"], input: circuit)
    #expect(first.output != other.output)
    let json = try JSONObject(try QSimProcess.run(["run", "-", "--json"], input: circuit).output)
    #expect((json["seed"] as? NSNumber)?.uint64Value ?? .max < 1 << 53)
  }

  @Test func `a run without chance has no seed`() throws {
    let result = try QSimProcess.run(["run", "-", "--json"], input: "H 0\nCX 0 1\n")
    #expect(try JSONObject(result.output)["seed"] == nil && result.error.isEmpty)
  }

  @Test func `the JSON object has the documented keys`() throws {
    let result = try QSimProcess.run(
      ["run", "Examples/circuits/bell.qasm", "--shots", "1000", "--seed", "1", "--json"])
    let json = try JSONObject(result.output)
    #expect(json["command"] as? String == "run")
    #expect(json["seed"] as? Int == 1 && json["shots"] as? Int == 1000)
    #expect(json["bit_order"] as? String == "qiskit")
    #expect(json["input", "path"] as? String == "Examples/circuits/bell.qasm")
    let digest = try QSimProcess.shell("sha256sum Examples/circuits/bell.qasm").output.prefix(64)
    #expect(json["input", "sha256"] as? String == String(digest))
    #expect(json["input", "qubits"] as? Int == 2 && json["input", "clbits"] as? Int == 2)
    #expect(json["input", "gates"] as? Int == 4 && json["input", "depth"] as? Int == 3)
    #expect(json["engine", "name"] as? String == "statevector")
    #expect(json["engine", "precision"] as? String == "double")
    let counts = try #require(json["counts"] as? [String: Int])
    #expect(Set(counts.keys) == ["00", "11"] && counts.values.reduce(0, +) == 1000)
    for key in ["parse_s", "plan_s", "simulate_s", "sample_s"] {
      #expect((json["timing", key] as? Double ?? -1) >= 0)
    }
    #expect(json["memory", "required_bytes"] as? Int == 64)
    #expect((json["memory", "peak_rss_bytes"] as? Int ?? 0) > 1 << 20)
    #expect(json["machine", "isa"] is String && json["machine", "threads"] is Int)
    let plain = try QSimProcess.run(
      ["run", "Examples/circuits/bell.qasm", "--seed", "1", "--json", "--reproducible"])
    let keys = Set(try JSONObject(plain.output).values.keys)
    #expect(keys.isDisjoint(with: ["timing", "memory", "machine"]) && keys.contains("counts"))
  }

  @Test(arguments: [
    ("qiskit", "b[0]  a[1] a[0]", "0 01"), ("cirq", "a[0] a[1]  b[0]", "10 0"),
    ("record", "rec[0] rec[1] rec[2]", "010"),
  ])
  func `keys follow the bit order`(order: String, heading: String, key: String) throws {
    let circuit = """
      OPENQASM 2.0; include "qelib1.inc"; qreg q[3]; creg a[2]; creg b[1];
      x q[0]; measure q[2] -> b[0]; measure q[0] -> a[0]; measure q[1] -> a[1];
      """
    let result = try QSimProcess.run(
      ["run", "-", "--seed", "1", "--shots", "5", "--bit-order", order], input: circuit)
    #expect(result.status == 0, "\(result.error)")
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0].replacing(#/ +/#, with: " ").hasPrefix(heading.replacing(#/ +/#, with: " ")))
    #expect(lines[1].drop { $0 == " " }.hasPrefix("\(key) "))
  }

  @Test func `amplitudes are those of live qubits, their keys of all`() throws {
    let result = try QSimProcess.run(["run", "-", "--csv"], input: "X 5\nH 9\nS 9\nI 3\n")
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 3 && lines[0] == "key,probability,re,im")
    #expect(lines[1].hasPrefix("0000100000,0.5") && lines[2].hasPrefix("1000100000,0.5"))
    let text = try QSimProcess.run(["run", "-"], input: "X 5\nH 9\nS 9\nI 3\n").output
    #expect(text.drop { $0 == " " }.hasPrefix("q9…q0 ") && text.hasSuffix("0.707107i\n"))
  }

  @Test(arguments: [("3", 3), ("0", 256), ("", 64)])
  func `top limits what is shown`(top: String, count: Int) throws {
    let circuit = "H 0 1 2 3 4 5 6 7\n"
    let option = top.isEmpty ? [] : ["--top", top]
    let json = try JSONObject(
      try QSimProcess.run(["run", "-", "--json"] + option, input: circuit).output)
    #expect((json["rows"] as? [Any])?.count == count)
    let measured = try JSONObject(
      try QSimProcess.run(
        ["run", "-", "--json", "--seed", "1", "--shots", "100000"] + option,
        input: circuit + "M 0 1 2 3 4 5 6 7\n"
      ).output)
    #expect((measured["counts"] as? [String: Int])?.count == (top == "3" ? 3 : 256))
  }

  @Test func `an observable has its exact value`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("# energy\n0.5 Z0*Z1\n-2 X0*X1\n3\n0.25 Z7\n1 X9\n", to: "h.txt")
    let json = try JSONObject(
      try QSimProcess.run(
        ["run", "-", "--observable", file, "--json"], input: "H 0\nCX 0 1\n"
      ).output)
    let observables = try #require(json["observables"] as? [[String: Any]])
    #expect(observables[0]["name"] as? String == file)
    #expect(abs((observables[0]["value"] as? Double ?? 0) - 1.75) < 1e-12)
    #expect(observables[0]["standard_error"] as? Double == 0)
  }

  @Test func `an observable beyond the circuit is warned about`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("1 Z0*Z5\n", to: "far.txt")
    let result = try QSimProcess.run(
      ["run", "-", "--observable", file, "--json"], input: "H 0\nCX 0 1\n")
    #expect(result.status == 0)
    #expect(result.error.contains("far.txt acts on qubit 5, but the circuit has 2 qubits"))
    let warnings = try #require(try JSONObject(result.output)["warnings"] as? [String])
    #expect(warnings.count == 1 && warnings[0].contains("qubit 5"))
    let near = try QSimProcess.run(
      ["run", "-", "--observable", file], input: "H 0 5\nCX 0 1\n")
    #expect(near.status == 0 && near.error.isEmpty)
  }

  @Test func `each row of a sweep is printed before the next one starts`() throws {
    // The last row divides by zero, which shows only when it runs.
    let circuit = """
      OPENQASM 3.0; include "stdgates.inc"; input int n; qubit[1] q; bit[1] c;
      rx(1.0 / n) q[0]; c[0] = measure q[0];
      """
    let result = try QSimProcess.run(
      ["run", "-", "--param", "n=-2:0:1", "--seed", "1", "--csv"], input: circuit)
    #expect(result.status == 65)
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.first == "n,key,count,frequency")
    #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("-2,") || $0.hasPrefix("-1,") })
    #expect(lines.contains { $0.hasPrefix("-2,") } && lines.contains { $0.hasPrefix("-1,") })
  }

  @Test(arguments: ["--csv", "--json", ""])
  func `a parameter may decide whether a row measures`(format: String) throws {
    let circuit = """
      OPENQASM 3.0; include "stdgates.inc"; input int n; qubit[1] q;
      h q[0]; for int i in [1:n] { measure q[0]; }
      """
    let options = format.isEmpty ? [] : [format]
    for range in ["n=0:2:1", "n=2:0:-1"] {
      let result = try QSimProcess.run(
        ["run", "-", "--param", range, "--seed", "1"] + options, input: circuit)
      #expect(result.status == 0, "\(result.error)")
      #expect(result.output.contains("count") && result.output.contains("probability"))
    }
  }

  @Test func `no shots give a heading and no counts`() throws {
    let result = try QSimProcess.run(["run", "-", "--shots", "0"], input: "H 0\nM 0 0\n")
    #expect(result.status == 0 && result.output == "rec[0] rec[1]  count  frequency\n")
  }

  @Test func `a gradient names its gates and is the derivative`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("1 Z0\n-2 X1\n", to: "h.txt")
    let circuit = """
      OPENQASM 3.0;
      include "stdgates.inc";
      qubit[2] q;
      rx(0.3) q[0];
      ctrl(1) @ rx(0.1) q[0], q[1];
        ry(0.5) q[1];
      """
    let arguments = ["run", "-", "--observable", file, "--gradient"]
    let json = try JSONObject(try QSimProcess.run(arguments + ["--json"], input: circuit).output)
    let rows = try #require(json["gradient"] as? [[String: Any]])
    #expect(rows.map { $0["argument"] as? String } == ["theta", "theta", "theta"])
    #expect(rows.map { $0["line"] as? Int } == [4, 5, 6])
    #expect(rows.last?["column"] as? Int == 3)
    func value(_ angle: Double) throws -> Double {
      let text = circuit.replacingOccurrences(of: "rx(0.3)", with: "rx(\(angle))")
      let json = try JSONObject(
        try QSimProcess.run(["run", "-", "--observable", file, "--json"], input: text).output)
      let observable = try #require((json["observables"] as? [[String: Any]])?.first)
      return try #require(observable["value"] as? Double)
    }
    let difference = (try value(0.3001) - value(0.2999)) / 2e-4
    #expect(abs((rows[0]["derivative"] as? Double ?? 0) - difference) < 1e-7)
    let csv = try QSimProcess.run(arguments + ["--csv"], input: circuit).output
    #expect(csv.contains("observable,gate,place,qubits,argument,value,derivative\n"))
    #expect(csv.contains(",rx,4:1,q[0],theta,0.3,"))
    let refused = try QSimProcess.run(arguments, input: "MX 0\nH 0\n")
    #expect(refused.status == 65 && refused.error.contains("<stdin>:1:1: error: a gradient needs"))
  }

  @Test func `an observable under noise has a standard error`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("1 Z0\n", to: "z.txt")
    let json = try JSONObject(
      try QSimProcess.run(
        ["run", "-", "--observable", file, "--json", "--seed", "2", "--shots", "10000"],
        input: "X_ERROR(0.25) 0\n"
      ).output)
    let observable = try #require((json["observables"] as? [[String: Any]])?.first)
    let error = try #require(observable["standard_error"] as? Double)
    // The estimate itself is random: its σ is 5e-5.
    #expect(abs(error - (0.75 / 10000).squareRoot()) < 2.5e-4)
    #expect(abs((observable["value"] as? Double ?? 0) - 0.5) < 5 * error)
  }

  @Test func `a sweep makes a row a value`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("1 Z0\n", to: "z.txt")
    let circuit = """
      OPENQASM 3; include "stdgates.inc"; input float theta; input float phi; qubit q; ry(theta) q; rz(phi) q;
      """
    let arguments = [
      "run", "-", "--observable", file, "--param", "theta=0:3:0.5", "--param", "phi=0:0.4:0.2",
    ]
    let csv = try QSimProcess.run(arguments + ["--csv"], input: circuit)
    #expect(csv.status == 0, "\(csv.error)")
    let lines = csv.output.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    #expect(lines[0] == ["theta", "phi", "name", "value", "standard_error"])
    #expect(lines.count == 1 + 7 * 3)
    for line in lines.dropFirst() {
      let (theta, value) = (try #require(Double(line[0])), try #require(Double(line[3])))
      #expect(abs(value - cos(theta)) < 1e-12)
    }
    let json = try JSONObject(try QSimProcess.run(arguments + ["--json"], input: circuit).output)
    let rows = try #require(json["rows"] as? [[String: Any]])
    #expect(rows.count == 21 && rows[20]["theta"] as? Double == 3)
    let last = try #require((rows[20]["observables"] as? [[String: Any]])?.first)
    #expect(abs((last["value"] as? Double ?? 0) - cos(3)) < 1e-12)
  }

  @Test func `the state goes out and comes in as a NumPy array`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("state.npy")
    let out = try QSimProcess.run(
      ["run", "-", "--state-out", path], input: "H 3\nCX 3 5\nS 5\n")
    #expect(out.status == 0)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(bytes.count == 128 + 4 * 16 && bytes.starts(with: [0x93] + Array("NUMPY".utf8)))
    let numbers = (0..<8).map { index in
      bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 128 + 8 * index, as: Double.self) }
    }
    let half = 0.5.squareRoot()
    for (number, expected) in zip(numbers, [half, 0, 0, 0, 0, 0, 0, half]) {
      #expect(abs(number - expected) < 1e-12)
    }
    let back = try QSimProcess.run(
      ["run", "-", "--state-in", path, "--csv"], input: "S_DAG 1\nCX 0 1\nH 0\n")
    #expect(back.status == 0, "\(back.error)")
    #expect(back.output.split(separator: "\n").count == 2)
    #expect(back.output.contains("\n00,"))
    let wrong = try QSimProcess.run(["run", "-", "--state-in", path], input: "H 0 1 2\n")
    #expect(wrong.status == 64 && wrong.error.contains("2^3"))
  }

  @Test(arguments: [
    ("01", Array("1010000001\n1010000001\n".utf8)), ("b8", [5, 2, 5, 2]),
    ("r8", [0, 1, 6, 0, 0, 1, 6, 0]), ("hits", Array("0,2,9\n0,2,9\n".utf8)),
    ("dets", Array("shot M0 M2 M9\nshot M0 M2 M9\n".utf8)),
  ])
  func `shots are written in the formats of Stim`(format: String, expected: [UInt8]) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("shots")
    // The option in Stim's spelling.
    let result = try QSimProcess.run(
      ["run", "-", "--seed", "1", "--shots", "2", "--shots_out", path, "--out_format", format],
      input: "X 0 2 9\nM 0 1 2 3 4 5 6 7 8 9\n")
    #expect(result.status == 0, "\(result.error)")
    #expect(Array(try Data(contentsOf: URL(fileURLWithPath: path))) == expected)
  }

  @Test func `measure-all adds a register`() throws {
    let circuit =
      "OPENQASM 3; include \"stdgates.inc\"; qubit[2] q; bit c; x q[1]; c = measure q[0];"
    let result = try QSimProcess.run(
      ["run", "-", "--measure-all", "--seed", "1", "--shots", "7", "--csv"], input: circuit)
    #expect(result.output == "key,count,frequency\n10 0,7,1.0\n", "\(result.error)")
    let record = try QSimProcess.run(
      ["run", "-", "--measure-all", "--seed", "1", "--shots", "7", "--csv"], input: "X 1\nM 0\n")
    #expect(record.output == "key,count,frequency\n001,7,1.0\n")
  }

  @Test func `shots without measurements are a warning`() throws {
    let result = try QSimProcess.run(["run", "-", "--shots", "10", "--json"], input: "H 0\n")
    #expect(result.status == 0 && result.error.contains("warning: the circuit measures nothing"))
    #expect((try JSONObject(result.output)["warnings"] as? [String])?.count == 1)
  }

  /// Values for the inputs that some examples have.
  static func parameters(of file: String) -> [String] {
    let text = (try? Repository.text(file)) ?? ""
    return text.matches(of: /input (float|int)(?:\[\d+\])? (\w+);/).flatMap {
      ["--param", "\($0.2)=\($0.1 == "int" ? "1" : "0.7")"]
    }
  }
}

extension Repository {
  /// The circuits in `Examples/circuits`.
  static let examples: [String] = {
    let names =
      (try? FileManager.default.contentsOfDirectory(
        atPath: url("Examples/circuits").path)) ?? []
    return names.filter { $0.hasSuffix(".qasm") || $0.hasSuffix(".stim") }.sorted()
      .map { "Examples/circuits/\($0)" }
  }()
}
