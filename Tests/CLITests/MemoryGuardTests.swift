import Foundation
import TestSupport
import Testing

struct MemoryGuardTests {
  static let sparse = """
    OPENQASM 2.0; include "qelib1.inc"; qreg q[40]; creg c[1]; h q[0]; cx q[0],q[39]; measure q[39]->c[0];
    """
  /// Every amplitude differs from 0, and no group of qubits stands alone.
  static let dense = """
    OPENQASM 3.0; include "stdgates.inc"; qubit[40] q; bit[40] c; h q; t q[0];
    for int i in [1:40-1] { cz q[0], q[i]; } c = measure q;
    """

  /// Half a million turns that differ take hundreds of megabytes in the end.
  private static let longLoop = """
    OPENQASM 3.0; include "stdgates.inc";
    qubit q; bit c;
    for int i in [1:524287] {
      rz(i * 1e-6) q;
    }
    c = measure q;

    """

  @Test(arguments: [
    "run loop.qasm --max-memory 64M --seed 1", "plan loop.qasm --max-memory 64M",
    "run loop.qasm --engine sparse --max-memory 20M --seed 1",
  ])
  func `loops are unrolled as far as memory goes`(command: String) throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(Self.longLoop, to: "loop.qasm")
    let result = try QSimProcess.shell(
      "cd '\(folder.url.path)'; ulimit -v 400000; qsim \(command)")
    #expect(result.status == 71 && result.output.isEmpty, "\(result.error)")
    #expect(
      result.error.contains("loop.qasm:3:1: the program unrolls to more than memory holds: "),
      "\(result.error)")
    #expect(result.error.contains(" MiB available\n  hint: use shorter loops"), "\(result.error)")
  }

  @Test(arguments: [
    "convert loop.qasm - --to stim", "noise loop.qasm --model readout", "draw loop.qasm",
  ])
  func `what has no option for memory keeps to the address space`(command: String) throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(Self.longLoop, to: "loop.qasm")
    let result = try QSimProcess.shell(
      "cd '\(folder.url.path)'; ulimit -v 400000; qsim \(command)")
    #expect(result.status == 71 && !result.wasKilled, "\(result.error)")
    #expect(result.error.contains("loop.qasm:3:1: the program unrolls to"), "\(result.error)")
  }

  @Test func `unused qubits cost nothing`() throws {
    let result = try QSimProcess.run(["run", "-", "--seed", "1", "--csv"], input: Self.sparse)
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.split(separator: "\n").count == 3)
    let many = try QSimProcess.run(["run", "-"], input: "OPENQASM 2.0;\nqreg q[4000000000];\n")
    #expect(many.status == 0, "\(many.error)")
    let far = try QSimProcess.run(["run", "-", "--csv"], input: "H 16777215\n")
    #expect(far.status == 0 && far.output.split(separator: "\n").count == 3)
  }

  @Test func `a state too large is refused with the figures`() throws {
    let result = try QSimProcess.run(
      ["run", "-", "--max-memory", "8G"], input: Self.dense)
    #expect(result.status == 71 && result.output.isEmpty)
    #expect(
      result.error.contains("needs 16 TiB (2^40 × 16 B), 8 GiB available; try at most 29 qubits"))
    let single = try QSimProcess.run(
      ["run", "-", "--max-memory", "512MiB"],
      input: Self.dense.replacing("40", with: "26"))
    #expect(single.error.contains("needs 1 GiB (2^26 × 16 B), 512 MiB available"))
    #expect(single.error.contains("--precision single or at most 25 qubits"))
  }

  @Test func `the refusal is quick and small`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Self.dense, to: "dense.qasm")
    // Processor time, which other work on the machine does not change.
    let line = "ulimit -v 4000000; TIMEFORMAT='%U %S'; time qsim run '\(file)'"
    let result = try QSimProcess.shell(line)
    let seconds = try #require(result.error.split(separator: "\n").last).split(separator: " ")
      .compactMap { Double($0) }
    #expect(result.error.contains("needs 16 TiB"))
    #expect(seconds.count == 2 && seconds.reduce(0, +) < 0.2, "\(result.error)")
  }

  @Test func `the address space limits the state`() throws {
    let circuit = Self.dense.replacing("40", with: "28")
    let result = try QSimProcess.shell("ulimit -v 1000000; qsim run -", input: circuit)
    #expect(result.status == 71, "\(result.error)")
    #expect(result.error.contains("needs 4 GiB"))
  }

  @Test func `the address space limits the mechanisms of an error model`() throws {
    let result = try QSimProcess.shell(
      "ulimit -v 1000000; qsim gen --code repetition_code --task memory --distance 3 "
        + "--rounds 10000000 --after_clifford_depolarization 0.001 | qsim analyze_errors")
    #expect(result.status == 71 && result.output.isEmpty, "\(result.error)")
    #expect(result.error.contains("--fold_loops"), "\(result.error)")
  }

  /// Models whose shots are far wider than what happens in them.
  static let wideModels = [
    "error(1e-5) D536870912\n", "logical_observable L16777216\n",
    "error(0.75) D2 D4 L0\ndetector D536870912\nerror(1) D0\n",
    "repeat 1000000000 {\n    error(1e-8) D0 D1\n    shift_detectors 1\n}\n",
    "repeat 1000000000 {\n    error(0.9375)\n    error(0) D4\n}\nerror(0.3) D4 D2147483000\n",
  ]

  @Test(arguments: wideModels, ["hits", "dets", "r8"])
  func `wide shots take the memory of what happens in them`(model: String, format: String) throws {
    // Rows of so many bits would not fit into the address space.
    let result = try QSimProcess.shell(
      "ulimit -v 400000; qsim sample_dem --shots 200 --seed 1 --out_format \(format) --out /dev/null "
        + "--obs_out /dev/null --obs_out_format hits", input: model)
    #expect(result.status == 0 && !result.wasKilled, "\(result.error)")
  }

  @Test(arguments: ["hits", "dets", "r8"])
  func `recorded errors of wide shots do, too`(format: String) throws {
    let model = "repeat 200000000 {\n    error(1e-8) D0 D1 L0\n    shift_detectors 1\n}\n"
    let folder = try TemporaryFolder()
    let record = folder.path("errors")
    let line =
      "ulimit -v 400000; qsim sample_dem --shots 20 --out_format \(format) "
      + "--obs_out /dev/null --err_out_format \(format)"
    let drawn = try QSimProcess.shell("\(line) --seed 1 --err_out '\(record)'", input: model)
    #expect(drawn.status == 0, "\(drawn.error)")
    guard format != "r8" else { return }
    #expect(drawn.output.split(separator: "\n", omittingEmptySubsequences: false).count == 21)
    #expect(drawn.output.contains { $0.isNumber })
  }

  @Test(arguments: ["01", "b8", "ptb64"])
  func `formats that write every bit take so many bits and no more`(format: String) throws {
    for model in Self.wideModels where !model.contains("L16777216") {
      let result = try QSimProcess.run(
        ["sample_dem", "--shots", "64", "--seed", "1", "--out_format", format], input: model)
      #expect(result.status == 71 && result.output.isEmpty, "\(result.error)")
      #expect(result.error.contains("<stdin>: a shot has"), "\(result.error)")
      #expect(result.error.contains("up to 2^28; take hits, dets or r8"), "\(result.error)")
    }
    let folder = try TemporaryFolder()
    let circuit = try folder.write(
      "M 0\nREPEAT 300000000 {\n    M 0\n    DETECTOR rec[-1] rec[-2]\n}\n", to: "c.stim")
    for command in [
      "sample --in '\(circuit)' --out_format \(format)",
      "detect --in '\(circuit)' --out_format \(format)",
      "m2d --circuit '\(circuit)' --in /dev/null --in_format hits --out_format \(format)",
      "m2d --circuit '\(circuit)' --in /dev/null --in_format \(format) --out_format hits",
      "convert --circuit '\(circuit)' --types M --in /dev/null --in_format hits --out_format \(format)",
      "convert --circuit '\(circuit)' --types D --in /dev/null --in_format \(format) --out_format hits",
    ] {
      let result = try QSimProcess.shell("qsim \(command) > /dev/null")
      #expect(result.status == 71, "\(command): \(result.error)")
      #expect(result.error.contains("c.stim: ") && result.error.contains("up to 2^28"))
    }
  }

  @Test(arguments: ["8G", "8g", "8GB", "8GiB", "8192M", "8589934592"])
  func `sizes have units`(size: String) throws {
    let result = try QSimProcess.run(["run", "-", "--max-memory", size], input: Self.dense)
    #expect(result.error.contains(", 8 GiB available"), "\(result.error)")
  }

  @Test func `a library without room to start is refused, not waited for`() throws {
    let run = "qsim run Examples/circuits/bell.qasm --seed 1"
    let asked = try QSimProcess.shell("ulimit -v 150000; timeout 20 \(run) --kernel blas")
    #expect(asked.status == 64, "\(asked.status) \(asked.error)")
    let free = try QSimProcess.shell("ulimit -v 150000; timeout 20 \(run)")
    #expect(free.status == 0, "\(free.error)")
  }
}
