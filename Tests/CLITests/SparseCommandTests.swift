import Foundation
import TestSupport
import Testing

/// Wide circuits under `qsim run` and `qsim plan`.
struct SparseCommandTests {
  private static func rotations(_ count: Int, measured: Bool = true) -> String {
    "OPENQASM 3.0; include \"stdgates.inc\"; qubit[\(count)] q;\n"
      + "for int i in [0:\(count - 1)] { ry(0.01 * (i + 1)) q[i]; }\n"
      + (measured ? "bit[\(count)] c; c = measure q;\n" : "")
  }

  private static func run(_ arguments: [String], _ circuit: String) throws -> Invocation {
    try QSimProcess.run(["run", "-", "--seed", "1"] + arguments, input: circuit)
  }

  @Test func `forty rotated qubits run`() throws {
    let result = try Self.run(
      ["--shots", "100", "--json"], Self.rotations(40))
    #expect(result.status == 0, "\(result.error)")
    let json = try JSONObject(result.output)
    #expect(json["engine", "name"] as? String == "sparse")
    let counts = try #require(json["counts"] as? [String: Int])
    #expect(counts.values.reduce(0, +) == 100 && counts.keys.allSatisfy { $0.count == 40 })
    #expect((json["memory", "required_bytes"] as? Int ?? .max) < 1 << 20)
  }

  @Test func `keys of 433 bits stand in text, CSV, JSON and every format of shots`() throws {
    let circuit = Self.rotations(433)
    let table = try Self.run(["--shots", "20", "--csv"], circuit)
    let keys = table.output.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "," } }
    #expect(keys.count == 20 && keys.allSatisfy { $0.count == 433 })
    let folder = try TemporaryFolder()
    let path = folder.path("shots")
    for (format, bytes) in [("01", 434 * 20), ("b8", 55 * 20), ("r8", nil), ("hits", nil)]
      as [(String, Int?)]
    {
      let result = try Self.run(
        ["--shots", "20", "--shots-out", path, "--out-format", format, "--csv"], circuit)
      #expect(result.status == 0 && result.output == table.output, "\(result.error)")
      let written = try Data(contentsOf: URL(fileURLWithPath: path))
      if let bytes { #expect(written.count == bytes) }
      #expect(!written.isEmpty)
    }
    let packed = try Self.run(
      ["--shots", "64", "--shots-out", path, "--out-format", "ptb64"], circuit)
    #expect(packed.status == 0, "\(packed.error)")
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == 433 * 8)
  }

  @Test func `amplitudes and observables of wide products`() throws {
    let folder = try TemporaryFolder()
    let observable = try folder.write("1 Z0*Z432\n0.5 X9\n", to: "o.txt")
    let values = try Self.run(
      ["--observable", observable, "--csv"], Self.rotations(433, measured: false))
    let number = try #require(
      values.output.split(separator: "\n").last?.split(separator: ",")[1])
    let expected = cos(0.01) * cos(4.33) + 0.5 * sin(0.1)
    #expect(abs((Double(number) ?? 0) - expected) < 1e-9)
    let amplitudes = try QSimProcess.run(
      ["run", "-", "--csv", "--top", "3"], input: Self.rotations(100, measured: false))
    let rows = amplitudes.output.split(separator: "\n").dropFirst()
    #expect(rows.count == 3 && rows.allSatisfy { $0.prefix { $0 != "," }.count == 100 })
    let all = try QSimProcess.run(
      ["run", "-", "--csv", "--top", "0"], input: Self.rotations(100, measured: false))
    #expect(all.status == 71 && all.output.isEmpty, "\(all.error)")
  }

  @Test func `results do not depend on threads`() throws {
    let results = try ["1", "2", "3", "7"].map {
      try QSimProcess.run([
        "run", "Examples/circuits/wide_adder.qasm", "--seed", "3", "--json", "--reproducible",
        "--threads", $0,
      ])
    }
    #expect(results[0].status == 0, "\(results[0].error)")
    for result in results { #expect(result.outputBytes == results[0].outputBytes) }
  }

  @Test func `a state that outgrows the memory ends with the place of the gate`() throws {
    let circuit = MemoryGuardTests.dense
    let result = try QSimProcess.shell(
      "ulimit -v 1500000; qsim run - --engine sparse --max-memory 200M --seed 1", input: circuit)
    #expect(result.status == 71 && result.output.isEmpty && !result.wasKilled, "\(result.error)")
    #expect(
      result.error.contains(":2:") && !result.error.contains("at line"), "\(result.error)")
    // Without the engine asked for, the bound decides before anything runs.
    let refused = try QSimProcess.run(["run", "-", "--max-memory", "200M"], input: circuit)
    #expect(refused.status == 71 && refused.error.contains("--engine sparse"), "\(refused.error)")
  }

  @Test func `a run stays within what its plan says`() throws {
    // All of 2¹⁷ amplitudes, in one group.
    let circuit = MemoryGuardTests.dense.replacing("40", with: "17")
    let plan = try JSONObject(
      try QSimProcess.run(["plan", "-", "--engine", "sparse", "--json"], input: circuit).output)
    let bound = try #require(plan["state_bytes"] as? Int)
    let result = try Self.run(
      ["--engine", "sparse", "--shots", "10", "--json"], circuit)
    #expect(result.status == 0, "\(result.error)")
    let peak = try #require(try JSONObject(result.output)["memory", "peak_rss_bytes"] as? Int)
    // The command itself takes some tens of MiB.
    #expect(peak < bound + 64 << 20)
    #expect(bound >= 24 << 17)
  }

  @Test func `a plan at any width explains`() throws {
    let circuit = """
      OPENQASM 2.0;
      include "qelib1.inc";
      qreg q[60]; creg c[60];
      h q; t q; cz q[0], q[1];
      """ + (1..<59).map { "cz q[\($0)], q[\($0 + 1)];\n" }.joined()
      + "ry(0.3) q;\nmeasure q -> c;\n"
    let result = try QSimProcess.run(["plan", "-", "--max-memory", "4G"], input: circuit)
    #expect(result.status == 0, "\(result.error)")
    for engine in ["stabilizer", "sparse", "statevector", "trajectories", "density-matrix"] {
      #expect(result.output.contains("\n\(engine) "), "\(result.output)")
    }
    #expect(result.output.contains("is not a Clifford gate"))
    #expect(!result.output.contains("precision single"))
    let json = try JSONObject(
      try QSimProcess.run(["plan", "-", "--json", "--max-memory", "4G"], input: circuit).output)
    let engines = try #require(json["engines"] as? [[String: Any]])
    #expect(engines.count == 5 && engines.allSatisfy { $0["runs"] as? Bool == false })
    let easy = try JSONObject(
      try QSimProcess.run(["plan", "-", "--json"], input: Self.rotations(433)).output)
    #expect(easy["engine", "name"] as? String == "sparse")
  }

  @Test func `what the sparse engine does not do is said`() throws {
    let folder = try TemporaryFolder()
    let circuit = "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[2]; ry(0.2) q[0]; ry(0.3) q[1];"
    let state = folder.path("state.npy")
    let written = try QSimProcess.run(
      ["run", "-", "--engine", "sparse", "--state-out", state], input: circuit)
    #expect(written.status == 0, "\(written.error)")
    let refused = try QSimProcess.run(
      ["run", "-", "--engine", "sparse", "--state-in", state], input: circuit)
    #expect(refused.status == 64 && refused.error.contains("--engine statevector"))
    let dense = folder.path("dense.npy")
    _ = try QSimProcess.run(["run", "-", "--state-out", dense], input: circuit)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: state)).count
        == Data(contentsOf: URL(fileURLWithPath: dense)).count)
  }

  private static let twoGroups = """
    OPENQASM 3.0; include "stdgates.inc"; qubit[24] q; h q;
    for int g in [0:1] {
      for int i in [0:10] { cz q[12*g+i], q[12*g+i+1]; cp(0.3) q[12*g+i], q[12*g+(i+5)%12]; }
    }
    h q;
    """

  @Test func `the largest amplitudes take memory for as many as are asked for`() throws {
    let result = try QSimProcess.shell(
      "ulimit -v 4000000; qsim run - --engine sparse --max-memory 64M --top 3000 --json",
      input: Self.twoGroups)
    #expect(result.status == 0 && !result.wasKilled, "\(result.error)")
    let memory = try #require(try JSONObject(result.output)["memory"] as? [String: Any])
    let (peak, bound) = (memory["peak_rss_bytes"] as? Int, memory["at_most_bytes"] as? Int)
    // The command itself takes some tens of MiB.
    #expect(try #require(peak) < #require(bound) + 64 << 20)
    let refused = try QSimProcess.shell(
      "ulimit -v 8000000; qsim run - --engine sparse --max-memory 64M --top 10000000",
      input: Self.twoGroups)
    #expect(refused.status == 71 && !refused.wasKilled, "\(refused.error)")
    #expect(refused.error.contains("--top 64"), "\(refused.error)")
  }

  @Test func `a vector of 23 qubits is written by the sparse engine`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("state.npy")
    let result = try Self.run(
      ["--engine", "sparse", "--state-out", path, "--top", "2", "--csv"],
      "OPENQASM 3.0; include \"stdgates.inc\"; qubit[23] q; ry(0.3) q;")
    #expect(result.status == 0, "\(result.error)")
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    #expect(try #require(size) == 16 << 23 + 128)
  }

  @Test func `results and amplitudes share the limit of memory`() throws {
    let circuit = """
      OPENQASM 3.0; include "stdgates.inc"; qubit[12] q; bit[12] c; bit d;
      ry(0.4) q; for int i in [0:10] { cz q[i], q[i+1]; } ry(0.4) q; d = measure q[0]; ry(0.3) q[0];
      c = measure q;
      """
    let run = ["--engine", "sparse", "--max-memory", "40M", "--shots", "200000", "--json"]
    let result = try Self.run(run, circuit)
    #expect(result.status == 0, "\(result.error)")
    let bound = try #require(
      try JSONObject(result.output)["memory", "at_most_bytes"] as? Int)
    #expect(bound <= 40 << 20)
    let refused = try Self.run(
      ["--engine", "sparse", "--max-memory", "8M", "--shots", "200000"], circuit)
    #expect(refused.status == 71 && refused.output.isEmpty, "\(refused.error)")
  }

  @Test func `observables whose value overflows are refused as by the other engines`() throws {
    let folder = try TemporaryFolder()
    let observable = try folder.write("1e308 Z0\n1e308 Z1\n", to: "o.txt")
    let results = try ["sparse", "statevector"].map {
      try QSimProcess.run(
        ["run", "-", "--engine", $0, "--observable", observable],
        input: "OPENQASM 3.0; include \"stdgates.inc\"; qubit[2] q; x q; z q;")
    }
    #expect(results[0].status == 65 && results[0].error == results[1].error)
  }
}
