import Foundation
import TestSupport
import Testing

/// `--engine` of `qsim run` and `qsim plan`.
struct EngineTests {
  private static let noisy = """
    H 0
    CX 0 1
    DEPOLARIZE2(0.1) 0 1
    M 0
    CX rec[-1] 2
    I_ERROR[AMPLITUDE_DAMPING(gamma=0.3)] 2
    H 0
    M 0 1 2
    """

  @Test(arguments: ["statevector", "density-matrix", "trajectories", "sparse"])
  func `an engine's results do not depend on threads`(engine: String) throws {
    let arguments = [
      "run", "-", "--engine", engine, "--shots", "500", "--seed", "3", "--json", "--reproducible",
    ]
    let results = try ["1", "2", "3", "8"].map {
      try QSimProcess.run(arguments + ["--threads", $0], input: Self.noisy)
    }
    #expect(results[0].status == 0, "\(results[0].error)")
    for result in results { #expect(result.outputBytes == results[0].outputBytes) }
    let json = try JSONObject(results[0].output)
    #expect(json["engine", "name"] as? String == engine)
    #expect((json["engine", "why"] as? String)?.hasPrefix("asked for; ") == true)
    let counts = try #require(json["counts"] as? [String: Int])
    #expect(counts.values.reduce(0, +) == 500 && counts.count > 8)
  }

  @Test func `the automatic choice depends on the circuit only`() throws {
    func engine(_ circuit: String) throws -> String? {
      let result = try QSimProcess.run(["plan", "-", "--json"], input: circuit)
      return try JSONObject(result.output)["engine", "name"] as? String
    }
    #expect(try engine("H 0\nCX 0 1\nM 0 1\n") == "statevector")
    #expect(try engine("H 0\nCX 0 1\nX_ERROR(0.1) 0\nM 0 1\n") == "stabilizer")
    #expect(try engine(Self.noisy) == "trajectories")
    #expect(try engine("H 0\nCX 0 1\nDEPOLARIZE2(0.1) 0 1\nM 0 1\n") == "stabilizer")
    let wide = "H " + (0..<17).map(String.init).joined(separator: " ") + "\n"
    #expect(try engine(wide + "M 0\n") == "stabilizer")
    #expect(try engine(wide) == "statevector")
    #expect(try engine(wide + "S[T] 0\nM 0\n") == "statevector")
  }

  @Test func `Clifford circuits of ten thousand qubits run`() throws {
    let chain = "H 0\nCX" + (1..<10_000).map { " \($0 - 1) \($0)" }.joined() + "\n"
    let circuit = chain + "DEPOLARIZE1(0.00001) 5000\nM 0 9999\n"
    let result = try QSimProcess.run(
      ["run", "-", "--shots", "100", "--seed", "1", "--json", "--reproducible"], input: circuit)
    #expect(result.status == 0, "\(result.error)")
    let json = try JSONObject(result.output)
    #expect(json["engine", "name"] as? String == "stabilizer")
    let counts = try #require(json["counts"] as? [String: Int])
    #expect(
      counts.values.reduce(0, +) == 100 && (counts["00"] ?? 0) > 20 && (counts["11"] ?? 0) > 20)
  }

  @Test func `a few gates that are no Cliffords on many qubits are named`() throws {
    let wide =
      "H " + (0..<50).map(String.init).joined(separator: " ") + "\nS[T] 7\nCZ"
      + (1..<50).map { " \($0 - 1) \($0)" }.joined() + "\nM 0\n"
    let refused = try QSimProcess.run(["run", "-", "--seed", "1"], input: wide)
    #expect(refused.status == 71)
    for part in [
      "at most", "--engine sparse", "stabilizers would carry any width", "1 t gate",
      "line 2, column 1",
    ] {
      #expect(refused.error.contains(part), "\(refused.error)")
    }
    let asked = try QSimProcess.run(["run", "-", "--engine", "stabilizer"], input: wide)
    #expect(asked.status == 65 && asked.error.contains("<stdin>:2:1: error:"), "\(asked.error)")
    let state = try QSimProcess.run(
      ["run", "-", "--engine", "stabilizer", "--state-out", "/dev/null"], input: "H 0\nM 0\n")
    #expect(state.status == 64 && state.error.contains("results of measurements"))
  }

  @Test func `a density matrix is written as a square array`() throws {
    let script = """
      set -e; cd "$(mktemp -d)"; printf 'H 0\\nDEPOLARIZE1(0.3) 0\\nCX 0 1\\nM 0\\nH 1\\n' > c.stim
      qsim run c.stim --engine density-matrix --state-out rho.npy --shots 0 --seed 1 > /dev/null
      head -c 128 rho.npy | grep -ao "'shape': (4, 4)"; wc -c < rho.npy
      """
    let result = try QSimProcess.shell(script)
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output == "'shape': (4, 4)\n\(128 + 16 * 16)\n")
  }

  @Test func `exact expectations have no standard error`() throws {
    let script = """
      cd "$(mktemp -d)"; echo '1 Z0' > z.txt
      printf 'X 0\\nI_ERROR[AMPLITUDE_DAMPING(gamma=0.25)] 0\\n' |
        qsim run - --engine density-matrix --observable z.txt --json --reproducible
      """
    let result = try QSimProcess.shell(script)
    #expect(result.status == 0, "\(result.error)")
    let json = try JSONObject(result.output)
    let row = try #require((json["observables"] as? [[String: Any]])?.first)
    #expect(abs((row["value"] as? Double ?? 9) + 0.5) < 1e-12)
    #expect(row["standard_error"] as? Double == 0)
    #expect(json["seed"] == nil)
  }

  @Test func `what does not fit or cannot be is refused`() throws {
    let wide = "H " + (0..<20).map(String.init).joined(separator: " ") + "\n"
    let refused = try QSimProcess.run(["run", "-", "--engine", "density-matrix"], input: wide)
    #expect(refused.status == 71 && refused.error.contains("needs 8 TiB (4^20 × 8 B)"))
    let branches = String(repeating: "H 0\nM 0\nCX rec[-1] 1\n", count: 18) + "H 0\nH 1\n"
    let averaged = try QSimProcess.run(
      ["run", "-", "--engine", "density-matrix", "--state-out", "/dev/null", "--seed", "1"],
      input: branches)
    #expect(averaged.status == 64 && averaged.error.contains("65536 combinations of outcomes"))
    // Too wide for any memory: trajectories are advised where they fit, by the memory that there
    // is.
    for (qubits, memory, advice) in [(26, "64M", false), (16, "128M", true), (30, "1G", false)] {
      let circuit = "H " + (0..<qubits).map(String.init).joined(separator: " ") + "\n"
      let call = ["-", "--from", "stim", "--engine", "density-matrix", "--max-memory", memory]
      let plan = try QSimProcess.run(["plan"] + call, input: circuit)
      let run = try QSimProcess.run(["run"] + call, input: circuit)
      #expect(run.status == 71)
      for text in [plan.output + plan.error, run.error] {
        #expect(text.contains("--engine trajectories") == advice, "\(text)")
      }
    }
    let unknown = try QSimProcess.run(["run", "-", "--engine", "tensor"], input: "H 0\n")
    #expect(unknown.status == 64)
  }

  @Test func `the state of one run agrees with its printed result`() throws {
    let script = """
      set -e; cd "$(mktemp -d)"; printf 'H 0\\nM 0\\nX_ERROR(0.5) 0\\nM 0\\n' > c.stim
      for seed in 1 2 3 4 5 6 7 8 9 10 11 12; do
        qsim run c.stim --shots 1 --seed $seed --state-out s.npy --csv | tail -1 | cut -c2
        tail -c 32 s.npy | od -An -t f8 -j 16 -N 8 | tr -d ' -'
      done
      """
    let result = try QSimProcess.shell(script)
    #expect(result.status == 0, "\(result.error)")
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 24)
    for pair in 0..<12 { #expect(Double(lines[2 * pair]) == Double(lines[2 * pair + 1])) }
    #expect(Set(lines).count == 2)
  }
}
