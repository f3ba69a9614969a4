import Foundation
import TestSupport
import Testing

struct BenchCommandTests {
  private static let quick = ["--repetitions", "2", "--threads", "1"]

  @Test func `every size, precision and number of threads has a row`() throws {
    let result = try QSimProcess.run([
      "bench", "qft", "ghz", "--qubits", "3-5,7", "--threads", "1,2", "--precision", "all",
      "--repetitions", "3", "--json",
    ])
    #expect(result.status == 0, "\(result.error)")
    let json = try JSONObject(result.output)
    #expect(json["command"] as? String == "bench" && json["seed"] as? Int == 1)
    let rows = try #require(json["rows"] as? [[String: Any]])
    #expect(rows.count == 2 * 4 * 2 * 2)
    let keys = rows.map { "\($0["case"]!) \($0["threads"]!) \($0["precision"]!)" }
    #expect(Set(keys).count == rows.count && keys.contains("qft_n5 2 single"))
    for row in rows {
      let runs = try #require(row["runs_s"] as? [Double])
      let (least, median, most) = (runs.min()!, runs.sorted()[1], runs.max()!)
      #expect(runs.count == 3 && least > 0)
      #expect(row["least_s"] as? Double == least && row["most_s"] as? Double == most)
      #expect(row["seconds"] as? Double == median)
      let gates = try #require(row["gates"] as? Int)
      #expect(abs((row["per_gate_s"] as! Double) * Double(gates) / median - 1) < 1e-9)
      #expect(row["plan_s"] is Double && row["simulate_s"] is Double)
    }
  }

  @Test(arguments: [
    "gates", "expectation", "sample", "gradient", "density", "trajectories", "stream", "hea",
    "rcs-d20", "qv",
  ])
  func `every suite runs`(suite: String) throws {
    let result = try QSimProcess.run(["bench", suite, "--qubits", "6", "--csv"] + Self.quick)
    #expect(result.status == 0, "\(result.error)")
    let lines = result.output.split(separator: "\n")
    #expect(lines[0].hasPrefix("suite,case,qubits,threads,precision,isa,kernel,gates,plan_s,"))
    #expect(lines.count == (suite == "gates" ? 9 : 2))
    #expect(lines.dropFirst().allSatisfy { $0.hasPrefix(suite + ",") })
  }

  @Test(arguments: [("adder", "adder_n130", 386), ("w-state", "wstate_n130", 259)])
  func `wide circuits run on the sparse engine`(suite: String, name: String, gates: Int) throws {
    let result = try QSimProcess.run(
      ["bench", suite, "rcs", "--qubits", "6,130", "--json"] + Self.quick)
    #expect(result.status == 64 && result.error.contains("rcs takes at most 48 qubits, not 130"))
    let folder = try TemporaryFolder()
    let svg = folder.path("plot.svg")
    let json = try JSONObject(
      try QSimProcess.run(
        ["bench", suite, "--precision", "all", "--isa", "all", "--json", "--svg", svg] + Self.quick
      ).output)
    let rows = try #require(json["rows"] as? [[String: Any]])
    let row = try #require(rows.first)
    #expect(rows.count == 1 && row["case"] as? String == name && row["qubits"] as? Int == 130)
    #expect(row["precision"] as? String == "double")
    // The adder has as many gates more as its numbers have ones.
    let count = try #require(row["gates"] as? Int)
    #expect(count >= gates && count <= gates + (suite == "adder" ? 127 : 0))
    #expect((row["runs_s"] as? [Double])?.count == 2 && row["plan_s"] is Double)
    // No line for the memory, which such a state hardly takes.
    #expect(
      try String(contentsOfFile: svg, encoding: .utf8).contains("Series: \(suite) (1 points)."))
    let wide = try QSimProcess.run(["bench", suite, "--qubits", "4097"] + Self.quick)
    #expect(wide.status == 64 && wide.error.contains("'--qubits' is in 1...4096"))
  }

  @Test func `kernels are measured for every width, route and instruction set`() throws {
    let result = try QSimProcess.run(
      ["bench", "kernels", "--qubits", "8", "--isa", "all", "--json", "--repetitions", "1"])
    let json = try JSONObject(result.output)
    let rows = try #require(json["rows"] as? [[String: Any]])
    let sets = Set(rows.compactMap { $0["isa"] as? String })
    #expect(sets.contains("baseline"))
    for set in sets {
      for (route, widths) in [("simd", 1...6), ("blas", 1...7)] {
        let names = rows.filter { $0["isa"] as? String == set && $0["kernel"] as? String == route }
          .compactMap { $0["case"] as? String }
        #expect(names == widths.flatMap { k in ["low", "middle", "high"].map { "k=\(k) \($0)" } })
      }
    }
    #expect(rows.allSatisfy { ($0["gflops"] as? Double ?? 0) > 0 })
    let model = try #require(json["cost_model"] as? [[String: Any]])
    #expect(model.count == 7 * sets.count)
    #expect(
      model.allSatisfy {
        ($0["qubits"] as? Int) != 1 || ($0["measured"] as? Double) == 1
          || ($0["faster"] as? String) == "blas"
      })
  }

  @Test func `circuit files are measured like suites`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("pair.of.qubits.qasm")
    try "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[5]; h q[0]; cx q[0], q[1];"
      .write(toFile: path, atomically: true, encoding: .utf8)
    let arguments = ["bench", "--circuit", path, "--circuit", path, "--precision", "all", "--json"]
    let json = try JSONObject(try QSimProcess.run(arguments + Self.quick).output)
    let rows = try #require(json["rows"] as? [[String: Any]])
    #expect(rows.count == 4)
    for row in rows {
      #expect(row["suite"] as? String == "file" && row["case"] as? String == "pair")
      #expect(row["qubits"] as? Int == 2 && row["gates"] as? Int == 2)
      #expect((row["runs_s"] as? [Double])?.count == 2 && row["plan_s"] is Double)
    }
    for missing in [["bench", "--circuit", folder.path("none.qasm")], ["bench", "file"]] {
      let result = try QSimProcess.run(missing)
      #expect([64, 66].contains(result.status) && result.output.isEmpty, "\(result.error)")
    }
  }

  @Test func `google-benchmark's readers find what they need`() throws {
    let result = try QSimProcess.run(
      ["bench", "ising", "--qubits", "4,5", "--format", "google-benchmark"] + Self.quick)
    let json = try JSONObject(result.output)
    #expect(json["context", "library_build_type"] as? String == "release")
    let entries = try #require(json["benchmarks"] as? [[String: Any]])
    #expect(entries.count == 2 * 3)
    for entry in entries {
      for key in [
        "name", "run_name", "run_type", "iterations", "real_time", "cpu_time", "time_unit",
        "threads",
      ] {
        #expect(entry[key] != nil, "\(key)")
      }
      let isMedian = entry["run_type"] as? String == "aggregate"
      #expect((entry["name"] as! String).hasSuffix("_median") == isMedian)
      #expect((entry["aggregate_name"] as? String) == (isMedian ? "median" : nil))
      #expect((entry["real_time"] as! Double) > 0 && entry["time_unit"] as? String == "ns")
    }
  }

  @Test func `what does not fit is refused before anything runs`() throws {
    let result = try QSimProcess.run([
      "bench", "ghz", "--qubits", "4,31", "--max-memory", "1G", "--json",
    ])
    #expect(result.status == 71 && result.output.isEmpty)
    #expect(
      result.error.contains(
        "needs 32 GiB (ghz: 2^31 × 16 B), 1 GiB available; try at most 26 qubits"))
  }

  @Test(arguments: [
    (["kernels", "--qubits", "4"], "kernels needs at least 8 qubits, not 4"),
    (["ghz", "--qubits", "0"], "'--qubits' is in 1...48"),
    (["ghz", "--qubits", "9-3"], "--qubits"), (["ghz", "--qubits", ""], "--qubits"),
    (["ghz", "--qubits", "1-99999999999"], "--qubits"), (["nothing"], "nothing"),
    (["ghz", "--precision", "half"], "precision"),
    (["ghz", "--threads", "0"], "'--threads' is in 1...1024"),
    (["ghz", "--json", "--csv"], "exclude"), (["ghz", "--repetitions", "0"], "--repetitions"),
  ])
  func `impossible requests exit 64`(arguments: [String], message: String) throws {
    let result = try QSimProcess.run(["bench"] + arguments)
    #expect(result.status == 64 && result.output.isEmpty)
    #expect(result.error.contains(message), "\(result.error)")
  }

  @Test func `circuits are written for other simulators`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("circuits")
    let arguments = ["bench", "--write-circuits", path, "--qubits", "4", "--seed", "2"]
    let result = try QSimProcess.run(arguments)
    #expect(result.status == 0 && result.output.isEmpty, "\(result.error)")
    let names = try FileManager.default.contentsOfDirectory(atPath: path)
    for name in ["qft_n4.qasm", "rcs_n4_d14.qasm", "hiddenshift_n4.qasm", "obs_pauli100_n22.txt"] {
      #expect(names.contains(name))
    }
    // Hidden shift ends in one basis state, so the file is right if the run says so.
    let run = try JSONObject(
      try QSimProcess.run(["run", path + "/hiddenshift_n4.qasm", "--json"]).output)
    let rows = try #require(run["rows"] as? [[String: Any]])
    #expect(rows.count == 1 && abs((rows[0]["probability"] as! Double) - 1) < 1e-12)
    let before = try Data(contentsOf: URL(fileURLWithPath: path + "/qv_n4.qasm"))
    _ = try QSimProcess.run(arguments)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path + "/qv_n4.qasm")) == before)
    #expect(try QSimProcess.run(["bench", "--write-circuits", "/proc/none/x"]).status == 73)
  }

  @Test func `the plot has a line for each circuit and one for the memory`() throws {
    let folder = try TemporaryFolder()
    let (svg, out) = (folder.path("plot.svg"), folder.path("rows.csv"))
    let result = try QSimProcess.run(
      ["bench", "qft", "ising", "--qubits", "4-6", "--svg", svg, "--csv", "--out", out] + Self.quick
    )
    #expect(result.status == 0 && result.output.isEmpty, "\(result.error)")
    let text = try String(contentsOfFile: svg, encoding: .utf8)
    for name in [">qft<", ">ising<", ">memory bandwidth<", "time per gate [s]"] {
      #expect(text.contains(name), "\(name)")
    }
    #expect(text.ranges(of: "<circle").count == 4 && text.contains("class=\"line dashed\""))
    #expect(try String(contentsOfFile: out, encoding: .utf8).split(separator: "\n").count == 7)
  }
}
