import Foundation
import TestSupport
import Testing

/// The bound of memory that plans print holds for what runs use.
@Suite(.serialized) struct RunMemoryTests {
  /// Beside what is bounded, a process has its code, libraries and stacks.
  static let allowance = 24 << 20

  struct Case: CustomStringConvertible, Sendable {
    let arguments: String
    let circuit: String
    var description: String { "\(arguments) of \(circuit.prefix(48))" }

    init(_ arguments: String, _ circuit: String) {
      (self.arguments, self.circuit) = (arguments, circuit)
    }
  }

  static func header(_ qubits: Int, _ bits: Int) -> String {
    "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[\(qubits)] q; bit[\(bits)] c;\n"
  }

  /// Dense gates, then every qubit measured or none.
  static func plain(_ qubits: Int, isMeasured: Bool = true) -> String {
    let pairs = (1..<max(2, qubits)).map { "cx q[\($0 - 1)], q[\($0)]; t q[\($0)];\n" }
    return header(qubits, qubits) + "h q;\n" + (qubits > 1 ? pairs.joined() : "") + "ry(0.3) q;\n"
      + (isMeasured ? "c = measure q;\n" : "")
  }

  /// Results in the middle, after which shots go their own ways.
  static func parting(_ qubits: Int, _ results: Int) -> String {
    let turns = (0..<results).map { turn in
      let qubit = turn % (qubits - 1)
      return "c[\(turn)] = measure q[\(qubit)]; h q[\(qubit)]; t q[\(qubit)]; "
        + "cx q[\(qubit)], q[\(qubit + 1)];\n"
    }
    return header(qubits, results) + "h q; t q;\n" + turns.joined()
  }

  /// Results that a gate depends on, again and again.
  static func choosing(_ qubits: Int, _ results: Int) -> String {
    let turns = (0..<results).map { turn in
      "c[\(turn)] = measure q[0]; if (c[\(turn)]) { t q[1]; } h q[0]; cx q[0], q[\(1 + turn % (qubits - 1))];\n"
    }
    return header(qubits, results) + "h q;\n" + turns.joined()
  }

  static func clifford(_ qubits: Int) -> String {
    let pairs = (1..<qubits).map { "cx q[\($0 - 1)], q[\($0)];\n" }
    return header(qubits, qubits) + "h q[0];\n" + pairs.joined() + "c = measure q;\n"
  }

  static let cases: [Case] = {
    var cases: [Case] = []
    for (qubits, shots) in [(2, 1_000_000), (10, 1000), (16, 300_000), (20, 1000), (21, 1)] {
      cases.append(Case("--shots \(shots)", plain(qubits)))
    }
    for threads in [1, 2, 5] {
      cases.append(Case("--shots 2000 --threads \(threads)", parting(9, 20)))
      cases.append(Case("--shots 150 --threads \(threads)", parting(15, 12)))
      cases.append(Case("--shots 20 --max-memory 24M --threads \(threads)", parting(18, 6)))
      cases.append(
        Case("--shots 100000 --noise depolarizing:p=0.02 --threads \(threads)", plain(5)))
    }
    cases.append(Case("--shots 30 --precision single", parting(18, 6)))
    cases.append(Case("--shots 10 --engine statevector", plain(22)))
    cases.append(Case("--top 3 --engine statevector --threads 1", plain(22, isMeasured: false)))
    for noise in ["depolarizing:p=0.01", "thermal:t1_us=5,t2_us=5", "amplitude-damping", "readout"]
    {
      cases.append(Case("--shots 3000 --noise \(noise)", plain(7)))
      cases.append(Case("--shots 100 --noise \(noise)", plain(14)))
      cases.append(Case("--shots 20000 --engine density-matrix --noise \(noise)", plain(6)))
    }
    for qubits in [4, 8, 10] {
      cases.append(Case("--engine density-matrix --top 4", plain(qubits, isMeasured: false)))
      cases.append(
        Case(
          "--engine density-matrix --shots 500",
          plain(qubits).replacing(
            "c = measure q;", with: "ctrl(3) @ x q[0], q[1], q[2], q[3];\nc = measure q;")))
    }
    cases.append(Case("--engine density-matrix --shots 300", choosing(6, 9)))
    cases.append(Case("--engine density-matrix --observable OBS", choosing(7, 9)))
    cases.append(Case("--engine density-matrix --state-out OUT --shots 1", choosing(7, 6)))
    cases.append(Case("--engine density-matrix --state-out OUT", plain(9, isMeasured: false)))
    cases.append(Case("--engine stabilizer --shots 20000", clifford(60)))
    cases.append(Case("--engine stabilizer --shots 3000", clifford(900)))
    cases.append(
      Case("--engine stabilizer --shots 200", choosing(40, 20).replacing("t q", with: "s q")))
    cases.append(Case("--engine sparse --shots 20000", plain(9)))
    cases.append(Case("--engine sparse --shots 5000", clifford(300)))
    // Two different results, however many shots.
    cases.append(Case("--engine sparse --shots 400000", clifford(200)))
    cases.append(Case("--engine sparse --shots 30000 --noise readout", clifford(90)))
    cases.append(Case("--engine sparse --shots 200 --max-memory 64M", parting(9, 20)))
    // A key of ten million bits.
    cases.append(Case("--engine stabilizer --shots 1", "REPEAT 10000000 {\n    H 0\n    M 0\n}\n"))
    cases.append(
      Case("--engine statevector --shots 1", "REPEAT 3000000 {\n    H 0\n    M 0\n}\n"))
    cases.append(Case("--observable OBS", plain(20)))
    cases.append(Case("--observable OBS --gradient", plain(19, isMeasured: false)))
    cases.append(Case("--observable OBS --shots 3000", parting(8, 9)))
    cases.append(Case("--state-out OUT --shots 1", parting(19, 4)))
    cases.append(Case("--precision single --top 3", plain(21, isMeasured: false)))
    cases.append(Case("--shots 4000 --bit-order record", parting(10, 12)))
    cases.append(Case("--state-out OUT", plain(20, isMeasured: false)))
    cases.append(
      Case(
        "--shots 50000",
        "OPENQASM 3.0;\nqubit[2] q; bit[90] c;\nU(1, 2, 3) q[0];\nc[7] = measure q[0];\n"))
    return cases
  }()

  private static func peak(of arguments: [String], _ circuit: String) throws -> (
    peak: Int, bound: Int
  ) {
    let result = try QSimProcess.run(
      ["run", "-", "--seed", "1", "--json", "--top", "3"] + arguments, input: circuit)
    try #require(result.status == 0, "\(result.error)")
    let json = try JSONObject(result.output)
    return (
      try #require(json["memory", "peak_rss_bytes"] as? Int),
      try #require(json["memory", "at_most_bytes"] as? Int)
    )
  }

  @Test func `the bound of a plan holds for runs of every engine`() throws {
    let folder = try TemporaryFolder()
    let observable = try folder.write("0.5 Z0\n-1 X0*X1\n0.25 Y1*Z0\n", to: "sum.obs")
    let idle = try Self.peak(of: ["--threads", "1"], "OPENQASM 3.0;\nqubit q;\nU(0, 0, 0) q;\n")
      .peak
    #expect(Self.cases.count >= 50)
    var isTight = 0
    for test in Self.cases {
      let arguments = test.arguments.split(separator: " ").map {
        $0 == "OBS" ? observable : $0 == "OUT" ? folder.path("state.npy") : String($0)
      }
      let (peak, bound) = try Self.peak(of: arguments, test.circuit)
      #expect(peak <= idle + bound + Self.allowance, "\(test): \(peak - idle) of \(bound)")
      if bound > Self.allowance, peak - idle > bound / 4 { isTight += 1 }
    }
    // A bound that nothing comes near would say little.
    #expect(isTight >= 5)
  }

  @Test func `a plan and a run print the same bound`() throws {
    for (options, circuit) in [
      (["--shots", "500"], Self.parting(9, 20)), (["--engine", "density-matrix"], Self.plain(5)),
      (["--engine", "sparse"], Self.clifford(70)),
    ] {
      let run = try QSimProcess.run(
        ["run", "-", "--seed", "1", "--json"] + options, input: circuit)
      let plan = try QSimProcess.run(["plan", "-", "--json"] + options, input: circuit)
      let (a, b) = (try JSONObject(run.output), try JSONObject(plan.output))
      #expect(a["memory", "at_most_bytes"] as? Int == b["memory", "at_most_bytes"] as? Int)
      #expect(a["memory", "at_most_bytes"] as? Int != nil)
    }
  }

  @Test func `results do not depend on the memory`() throws {
    let path = Repository.root.appendingPathComponent(
      "Tests/Fixtures/Reported/dense/K01-many-outcomes.qasm"
    ).path
    let run =
      "qsim run '\(path)' --engine trajectories --shots 60 --seed 1 --json --reproducible"
    let free = try QSimProcess.shell(run)
    #expect(free.status == 0 && !free.output.isEmpty, "\(free.error)")
    for line in [
      "\(run) --max-memory 2M", "\(run) --max-memory 64M --threads 3", "\(run) --threads 1",
      "ulimit -v 400000; \(run)",
    ] {
      let result = try QSimProcess.shell(line)
      #expect(result.status == 0, "\(line): \(result.error)")
      #expect(result.output == free.output, "\(line)")
    }
    let refused = try QSimProcess.shell("\(run) --max-memory 900k")
    #expect(refused.status == 71 && refused.error.contains("available"), "\(refused.error)")
  }

  @Test func `shots with many outcomes stay within the limit`() throws {
    let circuit = Self.parting(16, 14)
    let (peak, bound) = try Self.peak(of: ["--shots", "200", "--max-memory", "8M"], circuit)
    let idle = try Self.peak(of: [], "OPENQASM 3.0;\nqubit q;\nU(0, 0, 0) q;\n").peak
    #expect(bound <= 8 << 20)
    #expect(peak - idle <= 8 << 20 + Self.allowance, "\(peak - idle)")
  }

  /// Each turn succeeds with p = sin² 0.3 and turns the other qubit by 0.2: ⟨Z⟩ = Σₖ p (1 − p)ᵏ⁻¹
  /// cos(0.5 + 0.2 k).
  @Test(arguments: [
    "while (!c) { reset q[0]; ry(0.6) q[0];",
    "c = 1; while (c) { reset q[0]; ry(0.6) q[0]; x q[0];",
  ])
  func `loops until success are averaged exactly`(loop: String) throws {
    let folder = try TemporaryFolder()
    let observable = try folder.write("1 Z1\n", to: "z.obs")
    let circuit = """
      OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit c; ry(0.5) q[1];
      \(loop) c = measure q[0]; ry(0.2) q[1]; }
      """
    let result = try QSimProcess.run(
      ["run", "-", "--engine", "density-matrix", "--observable", observable, "--csv"],
      input: circuit)
    #expect(result.status == 0, "\(result.error)")
    let p = sin(0.3) * sin(0.3)
    var (expected, left) = (0.0, 1.0)
    for turn in 1...2000 {
      expected += left * p * cos(0.5 + 0.2 * Double(turn))
      left *= 1 - p
    }
    let row = try #require(result.output.split(separator: "\n").last).split(separator: ",")
    #expect(abs((Double(row[1]) ?? .nan) - expected) < 1e-12)
  }
}
