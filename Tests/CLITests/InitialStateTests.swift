import Foundation
import TestSupport
import Testing

/// `--state-in`, and keys of circuits that leave qubits idle.
struct InitialStateTests {
  static func fixture(_ name: String) -> String {
    Repository.root.appendingPathComponent("Tests/Fixtures/Reported/dense/\(name)").path
  }

  /// The bytes of a `.npy` file.
  static func npy(
    _ amplitudes: [(Double, Double)], shape: String? = nil, type: String = "<c16"
  ) -> Data {
    var header =
      "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape ?? "(\(amplitudes.count),)"), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8))
    for (re, im) in amplitudes {
      for value in [re, im] {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
      }
    }
    return data
  }

  static func value(_ result: Invocation) -> Double? {
    result.output.split(separator: "\n").last.flatMap { Double($0.split(separator: ",")[1]) }
  }

  @Test(arguments: ["statevector", "trajectories", "density-matrix"])
  func `a state of all qubits starts a circuit that uses some of them`(engine: String) throws {
    let folder = try TemporaryFolder()
    let observable = try folder.write("1 Z0*Z1\n", to: "zz.obs")
    let result = try QSimProcess.run([
      "run", Self.fixture("K04-idle-qubit.qasm"), "--state-in", Self.fixture("K04-bell.npy"),
      "--observable", observable, "--engine", engine, "--csv",
    ])
    #expect(result.status == 0, "\(result.error)")
    #expect(abs((Self.value(result) ?? .nan) - cos(0.4)) < 1e-8)
  }

  @Test func `measurements and resets see the idle part of the state`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("bell.npy")
    try Self.npy([(0.6, 0), (0, 0), (0, 0), (0, 0.8)]).write(to: URL(fileURLWithPath: path))
    let head = "OPENQASM 3.0; include \"stdgates.inc\"; qubit[2] q; bit[2] c;\n"
    let measured = try QSimProcess.run(
      ["run", "-", "--state-in", path, "--shots", "10000", "--seed", "1", "--csv"],
      input: head + "id q[0]; c = measure q;\n")
    let counts = measured.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
    #expect(counts.map { $0[0] } == ["00", "11"], "\(measured.error)")
    // 3600 ± 48.
    #expect(abs((counts.first.flatMap { Double($0[1]) } ?? 0) - 3600) < 5 * 48)
    let gradient = try folder.write("1 X0*X1\n", to: "xx.obs")
    let derivative = try QSimProcess.run(
      ["run", "-", "--state-in", path, "--observable", gradient, "--gradient", "--json"],
      input: "OPENQASM 3.0; include \"stdgates.inc\"; qubit[2] q; rz(0.3) q[0];\n")
    let json = try JSONObject(derivative.output)
    let entries = try #require(json["gradient"] as? [[String: Any]])
    // ⟨XX⟩ = 0.96 sin… of (0.6, 0.8i): 2 · 0.48 · Re(i e^{iθ}) = −0.96 sin θ.
    let slope = try #require(entries.first?["derivative"] as? Double)
    #expect(abs(slope + 0.96 * cos(0.3)) < 1e-9)
    let reset = try QSimProcess.run(
      ["run", "-", "--state-in", path, "--shots", "1", "--seed", "1", "--csv"],
      input: "OPENQASM 3.0; include \"stdgates.inc\"; qubit[2] q; id q[0]; reset q[1];\n")
    let row = try #require(reset.output.split(separator: "\n").last)
    #expect(
      row.hasPrefix("00,1.0") || row.hasPrefix("01,1.0") || row.hasPrefix("01,0.99"),
      "\(reset.output)")
  }

  @Test func `a state of another width is refused with those that fit`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("three.npy")
    try Self.npy([(1, 0)] + Array(repeating: (0, 0), count: 7)).write(
      to: URL(fileURLWithPath: path))
    let result = try QSimProcess.run([
      "run", Self.fixture("K04-idle-qubit.qasm"), "--state-in", path,
    ])
    #expect(result.status == 64)
    #expect(result.error.contains("2^3 amplitudes"), "\(result.error)")
    #expect(
      result.error.contains(
        "a state of all qubits has 2^2 amplitudes, one of those that the circuit uses 2^1"))
  }

  @Test func `what is written can be read again`() throws {
    let folder = try TemporaryFolder()
    let (live, all) = (folder.path("live.npy"), folder.path("all.npy"))
    let head = "OPENQASM 3.0; include \"stdgates.inc\"; qubit[3] q;\n"
    let first = try QSimProcess.run(
      ["run", "-", "--state-out", live], input: head + "ry(0.4) q[2];\n")
    #expect(
      first.status == 0
        && first.error.contains("holds the state of 1 of the 3 qubits (q[2]); the others are |0⟩"))
    let second = try QSimProcess.run(
      ["run", "-", "--state-in", live, "--csv"], input: head + "ry(0.2) q[2];\n")
    #expect(
      second.output.contains("000,0.9") && second.output.contains("100,0.0"), "\(second.output)")
    try Self.npy([(1, 0)] + Array(repeating: (0, 0), count: 7)).write(to: URL(fileURLWithPath: all))
    let third = try QSimProcess.run(
      ["run", "-", "--state-in", all, "--state-out", live], input: head + "ry(0.2) q[2];\n")
    #expect(third.status == 0 && !third.error.contains("warning"), "\(third.error)")
    #expect(try Data(contentsOf: URL(fileURLWithPath: live)).count == 128 + 16 * 8)
  }

  @Test func `keys have a bit for every qubit`() throws {
    for (options, separator) in [(["--csv"], ","), ([], "  ")] {
      let result = try QSimProcess.run(["run", Self.fixture("K04b-idle-keys.qasm")] + options)
      let lines = result.output.split(separator: "\n").map { $0.drop { $0 == " " } }
      #expect(
        lines.count == 3 && lines[1].hasPrefix("0000\(separator)")
          && lines[2].hasPrefix("0100\(separator)"))
    }
    let json = try JSONObject(
      try QSimProcess.run(["run", Self.fixture("K04b-idle-keys.qasm"), "--json"]).output)
    #expect(
      (json["rows"] as? [[String: Any]])?.compactMap { $0["key"] as? String } == ["0000", "0100"])
    let mixed = try QSimProcess.run([
      "run", Self.fixture("K04b-idle-keys.qasm"), "--engine", "density-matrix", "--csv",
    ])
    #expect(mixed.output.contains("\n0100,"))
    let left = try QSimProcess.run([
      "run", Self.fixture("K04b-idle-keys.qasm"), "--bit-order", "cirq", "--csv",
    ])
    #expect(left.output.contains("\n0010,"))
  }

  @Test func `keys of wide circuits name their qubits`() throws {
    let circuit = "OPENQASM 3.0; include \"stdgates.inc\"; qubit[65] q; h q[2]; cx q[2], q[64];\n"
    let result = try QSimProcess.run(["run", "-", "--csv"], input: circuit)
    let lines = result.output.split(separator: "\n")
    #expect(lines.first == "qubits,key,probability,re,im")
    #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("q[64] q[2],") } && lines.count == 3)
    let edge = try QSimProcess.run(
      ["run", "-", "--csv"],
      input: circuit.replacing("65", with: "64").replacing("q[64]", with: "q[63]"))
    #expect(
      edge.output.contains("\n1" + String(repeating: "0", count: 60) + "100,"), "\(edge.output)")
  }

  @Test func `what is wrong with a state file has a place`() throws {
    let folder = try TemporaryFolder()
    let good = Self.npy([(1, 0), (0, 0)])
    var version = good
    version[6] = 9
    func check(_ data: Data, _ message: String, _ hint: String = "") throws {
      let path = folder.path("state.npy")
      try data.write(to: URL(fileURLWithPath: path))
      for engine in ["statevector", "density-matrix"] {
        let result = try QSimProcess.run(
          ["run", "-", "--state-in", path, "--engine", engine], input: "H 0\n")
        #expect(result.status == 65 && result.output.isEmpty)
        #expect(result.error.contains("state.npy: error: "), "\(result.error)")
        #expect(result.error.contains(message), "\(result.error)")
        #expect(hint.isEmpty || result.error.contains(hint), "\(result.error)")
      }
    }
    try check(Data("PK\u{3}\u{4}".utf8), "byte 0: a .npz archive", "numpy.save")
    try check(Data("hello".utf8), "byte 0: not a .npy file")
    try check(Data(), "byte 0: the file ends")
    try check(good.prefix(5), "byte 5: the file ends")
    try check(good.prefix(9), "byte 9: the file ends")
    try check(good.prefix(60), "byte 60: the file ends in the header")
    try check(version, "byte 6: version 9.0", "versions 1 to 3")
    try check(good.dropLast(3), "byte 157: the file ends, 1 amplitudes long")
    try check(good + Data([0]), "byte 160: 1 bytes after the 2 amplitudes")
    try check(
      Self.npy([(1, 0)], type: "<f8"), "the field 'descr' of the header is '<f8'",
      ".astype('<c16')")
    try check(
      Self.npy([(1, 0)], type: ">c16"), "the field 'descr' of the header is '>c16'",
      "little-endian")
    try check(
      Self.npy([(1, 0)], shape: "(2, 2)"), "the field 'shape' of the header is (2, 2)", "(2^n,)")
    try check(
      Self.npy([(1, 0), (0, 0), (0, 0)]), "3 amplitudes are no state of qubits", "(2^n,)")
    try check(Self.npy([(1, 0), (.nan, 0)]), "byte 144: amplitude 1 is (nan, 0.0)", "finite")
    try check(
      Self.npy([(0, -.infinity), (0, 0)]), "byte 128: amplitude 0 is (0.0, -inf)", "finite")
    try check(Self.npy([(1e200, 0), (0, 0)]), "amplitude 0 is (1e+200, 0.0)", "10^15")
    try check(Self.npy([(0, 0), (0, 0)]), "byte 128: every amplitude is zero")
  }

  @Test func `advice is what would help`() throws {
    for command in ["plan", "run"] {
      let wide = try QSimProcess.run([
        command, Self.fixture("K12-plan-advice.qasm"), "--engine", "statevector",
      ])
      #expect(wide.status == 71 && wide.error.contains("at most 48 qubits"), "\(wide.error)")
      #expect(!wide.error.contains("single"))
    }
    func circuit(_ qubits: Int) -> String {
      "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[\(qubits)]; h q; t q;\n"
    }
    let options = ["--max-memory", "1G", "--engine"]
    let sizes: [(Int, String, [String], [String])] = [
      (26, "statevector", [], ["single"]),
      (27, "statevector", ["single", "at most 26 qubits"], ["trajectories"]),
      (28, "statevector", ["at most 26 qubits"], ["single"]),
      (14, "density-matrix", ["trajectories", "single"], []),
      (20, "density-matrix", ["trajectories"], ["single"]),
    ]
    for (qubits, engine, wanted, unwanted) in sizes {
      let result = try QSimProcess.run(["plan", "-"] + options + [engine], input: circuit(qubits))
      let text = result.output + result.error
      let advice = text.split(separator: "try ").dropFirst().map { $0.prefix { $0 != "\n" } }
        .joined()
      for word in wanted { #expect(advice.contains(word), "\(qubits): \(text)") }
      for word in unwanted { #expect(!advice.contains(word), "\(qubits): \(text)") }
    }
    let limited = try QSimProcess.run(
      ["run", "-", "--max-memory", "1M", "--engine", "statevector"], input: circuit(18))
    #expect(limited.status == 71 && limited.error.contains("a larger --max-memory would do"))
  }

  @Test func `sums that overflow are refused`() throws {
    let folder = try TemporaryFolder()
    let sum = try folder.write("1e308 Z0\n1e308 Z1\n1e308 Z0*Z1\n", to: "sum.obs")
    let large = try folder.write("1e200 Z0\n", to: "large.obs")
    let circuit = "OPENQASM 3.0; include \"stdgates.inc\"; qubit[2] q; rx(0.1) q[0];\n"
    for options in [["--engine", "statevector"], ["--engine", "density-matrix"], ["--gradient"]] {
      let result = try QSimProcess.run(["run", "-", "--observable", sum] + options, input: circuit)
      #expect(result.status == 65 && result.output.isEmpty, "\(options)")
      #expect(
        result.error.contains("sum.obs:1:1: error: with this coefficient"), "\(result.error)")
    }
    let noisy = try QSimProcess.run(
      [
        "run", "-", "--observable", large, "--noise", "depolarizing:p=0.3", "--shots", "500",
        "--seed", "1", "--csv",
      ],
      input: circuit)
    let row =
      noisy.output.split(separator: "\n").last?.split(separator: ",").compactMap { Double($0) }
      ?? []
    #expect(
      row.count == 2 && row.allSatisfy { $0.isFinite && abs($0) > 1e197 },
      "\(noisy.output)\(noisy.error)")
  }
}
