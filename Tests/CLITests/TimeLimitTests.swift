import Foundation
import TestSupport
import Testing

/// Runs that would take years are refused, and runs that may never end are stopped where asked to.
struct TimeLimitTests {
  private static let engines = ["auto", "statevector", "trajectories", "density-matrix", "sparse"]

  /// Loops of 10¹⁵ turns in which something random happens: on amplitudes a turn at a time.
  private static let endless: [(name: String, text: String, line: Int)] = [
    (
      "c.stim",
      "H 0\nREPEAT 1000000000000000 {\n    H 0\n    S[T] 0\n    DEPOLARIZE1(0.01) 0\n}\nM 0\n", 2
    ),
    (
      "c.stim",
      "X 1\nREPEAT 10 {\n    REPEAT 100000000000000 {\n        H 0\n        S[T] 0\n"
        + "        R 0\n    }\n}\nM 0\n", 2
    ),
  ]

  @Test(arguments: endless.indices, engines)
  func `what would take years is refused with the place of its loop`(
    index: Int, engine: String
  ) throws {
    let (name, text, line) = Self.endless[index]
    let folder = try TemporaryFolder()
    _ = try folder.write(text, to: name)
    let result = try QSimProcess.shell(
      "cd '\(folder.url.path)'; timeout 30 qsim run \(name) --engine \(engine) --shots 10 --seed 1")
    #expect(result.status == 71, "\(result.status) \(result.error)")
    #expect(result.error.contains("\(name):\(line):1: would take about "), "\(result.error)")
    #expect(result.error.contains("100 h are allowed"), "\(result.error)")
    #expect(result.error.contains("hint: use fewer repetitions or shots, or allow more"))
    let plan = try QSimProcess.shell(
      "cd '\(folder.url.path)'; timeout 30 qsim plan \(name) --engine \(engine) --shots 10")
    #expect(plan.status == 0 && plan.output.contains("refused, as only 100 h"), "\(plan)")
  }

  /// Three hundred million results a shot are work of minutes and a gigabyte: both are checked
  /// before anything starts.
  @Test func `long records are refused by their size and their time`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("REPEAT 300000000 {\n    H 0\n    M 0\n}\n", to: "c.stim")
    for engine in Self.engines + ["stabilizer"] {
      let run = ["run", file, "--engine", engine, "--seed", "1"]
      let wide = try QSimProcess.run(run + ["--max-memory", "8G"])
      #expect(wide.status == 71, "\(engine): \(wide.error)")
      #expect(
        wide.error.contains("c.stim: needs ") && wide.error.contains("results"), "\(wide.error)")
      let long = try QSimProcess.run(run + ["--shots", "1", "--max-time", "500ms"])
      #expect(long.status == 71, "\(engine): \(long.error)")
      let isPredicted = long.error.contains("c.stim:1:1: would take about ")
      // Stabilizers follow turns without a prediction.
      let isStopped = long.error.contains("c.stim: stopped after 0.5 s")
      #expect(["auto", "stabilizer"].contains(engine) ? isStopped : isPredicted, "\(long.error)")
    }
  }

  /// Whether a reset is certain shows only in a run: what it would take if none were refuses nothing.
  @Test func `resets, which may be certain, refuse no run`() throws {
    let folder = try TemporaryFolder()
    func program(_ qubits: Int, turns: Int) -> String {
      """
      OPENQASM 3.0;
      include "stdgates.inc";
      qubit[\(qubits)] q;
      h q;
      for int i in [1:\(turns)] {
        h q[0];
        t q[0];
        cx q[0], q[1];
        reset q[0];
      }
      bit[\(qubits)] c = measure q;

      """
    }
    let long = try folder.write(program(20, turns: 1_000_000), to: "long.qasm")
    for shots in ["1000000", "1"] {
      let plan = try QSimProcess.run(["plan", long, "--shots", shots, "--threads", "4"])
      #expect(plan.status == 0 && !plan.output.contains("refused"), "\(plan.output)")
      #expect(plan.output.contains("whole run"))
    }
    // All resets random, 20,000 turns of a thousand states would take minutes.
    let short = try folder.write(program(2, turns: 30_000), to: "short.qasm")
    let options = [short, "--engine", "statevector", "--shots", "1000", "--max-time", "1s"]
    let plan = try JSONObject(QSimProcess.run(["plan", "--json"] + options).output)
    #expect(try #require(plan["run_s"] as? Double) > 20)
    #expect(plan["refused_for"] is NSNull)
    let run = try QSimProcess.run(["run", "--seed", "1"] + options)
    #expect(
      run.status == 0 || run.status == 71 && run.error.contains("stopped after 1 s"),
      "\(run.error)")
  }

  /// What a turn of a loop does, and the seconds at most of a run for those at least.
  @Test(
    arguments: [
      ("R 0\n    S[T] 0", true), ("M 0\n    S[T] 1", true),
      ("H 0\n    M 0\n    M 0\n    R 0\n    S[T] 1", true),
      ("H 0\n    S[T] 0\n    H 0\n    M 0\n    S[T] 1", false),
      ("H 0\n    S[T] 0\n    CX 0 1\n    R 0", false),
    ], ["statevector", "sparse"])
  func `a plan knows of some outcomes whether they are random`(
    turn: (body: String, isKnown: Bool), engine: String
  ) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("REPEAT 100000 {\n    \(turn.body)\n}\nM 0 1\n", to: "c.stim")
    let arguments = ["plan", file, "--engine", engine, "--shots", "1000000"]
    let plan = try QSimProcess.run(arguments)
    #expect(plan.status == 0, "\(plan.error)")
    let isBracket = plan.output.contains(#/whole run  about .* to .*by how many outcomes are/#)
    #expect(isBracket != turn.isKnown, "\(plan.output)")
    let object = try JSONObject(QSimProcess.run(arguments + ["--json"]).output)
    let (least, most) = (object["least_run_s"] as? Double, object["run_s"] as? Double)
    let ratio = try #require(most) / #require(least)
    #expect(turn.isKnown ? ratio == 1 : ratio > 2, "\(ratio)")
  }

  @Test(arguments: ["statevector", "density-matrix", "sparse", "stabilizer"])
  func `a loop without end stops when its time is up`(engine: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      """
      OPENQASM 3.0;
      include "stdgates.inc";
      qubit[2] q;
      bit c;
      while (c == 0) {
        c = measure q[1];
        h q[0];
      }

      """, to: "c.qasm")
    let result = try QSimProcess.shell(
      "timeout 30 qsim run '\(file)' --engine \(engine) --shots 3 --seed 1 --max-time 300ms")
    #expect(result.status == 71, "\(result.status) \(result.error)")
    #expect(result.error.contains("stopped after 0.3 s"), "\(result.error)")
  }

  @Test func `loops that end are run, however long`() throws {
    let folder = try TemporaryFolder()
    let circuit = "REPEAT 30000 {\n    H 0\n    S[T] 0\n    DEPOLARIZE1(0.01) 0\n}\nM 0\n"
    let file = try folder.write(circuit, to: "c.stim")
    let result = try QSimProcess.run(["run", file, "--shots", "2", "--seed", "1"])
    #expect(result.status == 0, "\(result.error)")
    let plan = try QSimProcess.run(["plan", file, "--shots", "2"])
    #expect(plan.output.contains("whole run  about "), "\(plan.output)")
    #expect(!plan.output.contains("refused"))
  }

  @Test func `times have units`() throws {
    let file = "Examples/circuits/bell.qasm"
    for time in ["1", "90s", "0.5h", "3d", "2m", "2min", "1500ms"] {
      let result = try QSimProcess.run(["run", file, "--seed", "1", "--max-time", time])
      #expect(result.status == 0, "\(time): \(result.error)")
    }
    for time in ["0", "-1", "1x", "h", "nan", "inf", "1e400"] {
      let result = try QSimProcess.run(["run", file, "--seed", "1", "--max-time=\(time)"])
      #expect(result.status == 64, "\(time)")
    }
  }

  @Test(arguments: ["sample", "detect", "detect --route frames"])
  func `sampling has the same limit`(command: String) throws {
    let folder = try TemporaryFolder()
    let text = "REPEAT 100000000 {\n    X_ERROR(0.1) 0\n    MR 0\n    DETECTOR rec[-1]\n}\n"
    _ = try folder.write(text, to: "c.stim")
    let start = "cd '\(folder.url.path)'; timeout 60 qsim \(command) --in c.stim --seed 1"
    let refused = try QSimProcess.shell("\(start) --shots 10000000000 --out /dev/null")
    #expect(refused.status == 71 && refused.error.contains("would take about "), "\(refused.error)")
    let stopped = try QSimProcess.shell("\(start) --shots 100 --max-time 300ms --out /dev/null")
    #expect(stopped.status == 71 && stopped.error.contains("c.stim:"), "\(stopped.error)")
  }

  /// Circuits whose one state is soon there, and shots that take seconds to draw or to count.
  @Test(
    arguments: [
      ("sparse", 200, 200_000), ("statevector", 5, 20_000_000), ("trajectories", 5, 20_000_000),
      ("density-matrix", 5, 20_000_000), ("stabilizer", 1000, 300_000),
    ])
  func `drawing shots stops when its time is up`(
    engine: String, qubits: Int, shots: Int
  ) throws {
    let folder = try TemporaryFolder()
    let all = (0..<qubits).map(String.init).joined(separator: " ")
    let file = try folder.write("H \(all)\nM \(all)\n", to: "c.stim")
    let arguments = ["run", file, "--engine", engine, "--seed", "1"]
    let stopped = try QSimProcess.run(
      arguments + ["--shots", "\(shots)", "--max-time", "\(engine == "sparse" ? 500 : 300)ms"])
    #expect(stopped.status == 71, "\(stopped.status) \(stopped.error)")
    #expect(stopped.error.contains("stopped after 0."), "\(stopped.error)")
    #expect(stopped.output.isEmpty)
  }

  @Test(arguments: [("sparse", 200), ("statevector", 5), ("density-matrix", 5)])
  func `shots that take too long to draw are refused`(engine: String, qubits: Int) throws {
    let folder = try TemporaryFolder()
    let all = (0..<qubits).map(String.init).joined(separator: " ")
    let file = try folder.write("H \(all)\nM \(all)\n", to: "c.stim")
    let options = [file, "--engine", engine, "--shots", "20000000", "--max-time", "10ms"]
    let refused = try QSimProcess.run(["run", "--seed", "1", "--max-memory", "900G"] + options)
    // Where the machine has less memory than so many wide results take, that is said first.
    #expect(refused.status == 71, "\(refused.error)")
    #expect(
      refused.error.contains("c.stim: would take about ") || refused.error.contains("results"),
      "\(refused.error)")
    let plan = try QSimProcess.run(["plan", "--json"] + options)
    let object = try JSONObject(plan.output)
    #expect(["time", "memory"].contains(object["refused_for"] as? String), "\(plan.output)")
    #expect(try #require(object["least_elapsed_s"] as? Double) > 0.1)
    let few = try QSimProcess.run(["plan", "--json", file, "--engine", engine, "--shots", "10"])
    #expect(try JSONObject(few.output)["refused_for"] is NSNull)
  }

  @Test(arguments: ["statevector", "density-matrix", "sparse"])
  func `a loop of gates is named where it stands`(engine: String) throws {
    let folder = try TemporaryFolder()
    // Too many qubits for the turns to be one matrix.
    let gates = "    H 0\n    S[T] 0\n    CX 0 1 1 2 2 3 3 4 4 5 5 6 6 7\n    H 3\n"
    let loop = "REPEAT 1000000000000 {\n\(gates)}\n"
    let file = try folder.write("X 0\n\(loop)M 0\n", to: "c.stim")
    let nested = try folder.write("X 0\nREPEAT 1000 {\n\(loop)}\nM 0\n", to: "n.stim")
    for (file, name) in [(file, "c.stim"), (nested, "n.stim")] {
      let result = try QSimProcess.run(["run", file, "--engine", engine, "--seed", "1"])
      #expect(result.status == 71, "\(result.error)")
      #expect(result.error.contains("\(name):2:1: would take about "), "\(result.error)")
    }
  }

  @Test func `a long output stops when its time is up`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("H 0 1 2 3\nM 0 1 2 3\n", to: "c.stim")
    let old = try folder.write("as it was\n", to: "out.01")
    let result = try QSimProcess.run(
      [
        "run", file, "--engine", "statevector", "--shots", "4000000", "--seed", "1",
        "--max-time", "200ms", "--shots-out", old,
      ])
    #expect(result.status == 71 && result.error.contains("stopped after 0.2 s"), "\(result.error)")
    #expect(try String(contentsOfFile: old, encoding: .utf8) == "as it was\n")
  }
}
