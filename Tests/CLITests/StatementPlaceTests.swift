import TestSupport
import Testing

/// Statements that differ in targets only are one instruction, and a message names the one to blame
/// all the same.
struct StatementPlaceTests {
  private static let readers = [
    "sample --shots 1 --seed 1", "detect --shots 1 --seed 1", "analyze_errors", "explain_errors",
    "flows", "flows --has 'Z -> Z'", "missing_detectors",
    "diagram --type detslice-text --tick 0",
    "repl --seed 1 < c.stim", "m2d --circuit c.stim --in /dev/null", "run c.stim --seed 1",
    "run c.stim --seed 1 --engine statevector", "run c.stim --seed 1 --engine trajectories",
    "run c.stim --seed 1 --engine density-matrix", "run c.stim --seed 1 --engine sparse",
  ]

  @Test(arguments: [
    ("CX 0 1\nCX 3 4\nCX rec[-1] 2\n", 3), ("M 0\nCX rec[-1] 1\nCX rec[-2] 1\n", 3),
    ("CZ 0 1\n\n# once more\nCZ 2 3\n  CZ rec[-1] 3\n", 5), ("MPP X0*X1\nMPP X2*Z2\n", 2),
    ("MPP X0*X1 Z2\nMPP Y0\nMPP X2*Z2 Z4\nMPP Z5\n", 3), ("SPP X0\nSPP Z1 X2*Z2\n", 2),
    ("M 0\nCX 0 1\nCX 2 rec[-1]\n", 3),
  ]) func `the statement at fault has its own line`(circuit: String, line: Int) throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(circuit, to: "c.stim")
    let calls = Self.readers.map { reader in
      let input = reader.contains("c.stim") ? "" : " --in c.stim"
      return "qsim \(reader)\(input) 2>&1 > /dev/null | head -1"
    }
    let result = try QSimProcess.shell("cd '\(folder.url.path)'; \(calls.joined(separator: "; "))")
    let answers = result.output.split(separator: "\n")
    #expect(answers.count == Self.readers.count, "\(result.output)")
    for (reader, answer) in zip(Self.readers, answers) {
      #expect(answer.contains(":\(line):"), "\(reader): \(answer)")
    }
  }

  @Test(arguments: [
    ("CX 0 1\nCX 3 4\nCX rec[-1] 2\n", 3), ("MPP X0*X1\nMPP X2*Z2\n", 2),
    ("SPP X0\nSPP Z1 X2*Z2\n", 2), ("CX 0 1\nCX 2 3\nCX sweep[0] 1\n", 3),
  ]) func `what cannot be converted has its own line`(circuit: String, line: Int) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(circuit, to: "c.stim")
    for language in ["qasm2", "qasm3"] {
      let result = try QSimProcess.run(["convert", file, "-", "--to", language])
      #expect(result.status == 65 && result.error.contains("c.stim:\(line):"), "\(result.error)")
    }
  }

  @Test(arguments: [
    // A chain without a start, not the statement before it.
    ("M 0\nELSE_CORRELATED_ERROR(0.1) X0\nM 0\nDETECTOR rec[-1]\n", "", 2),
    ("E(0.1) X0\nH 1\nELSE_CORRELATED_ERROR(0.1) X0\nM 0\nDETECTOR rec[-1]\n", "", 3),
    // What makes a detector random: a reset among others, or the start, where the detector is
    // named.
    ("RX 1\nRX 0\nM 0\nDETECTOR rec[-1]\n", "", 2),
    ("H 0\nM 1\nM 0\nDETECTOR rec[-2]\nDETECTOR rec[-1]\n", "", 5),
    ("H 0\nM 0\nOBSERVABLE_INCLUDE(3) rec[-1]\n", "", 3),
    // An error that has no decomposition.
    (
      "X_ERROR(0.1) 0\nE(0.1) X0 X1 X2\nM 0 1 2\nDETECTOR rec[-1]\nDETECTOR rec[-2]\nDETECTOR rec[-3]\n",
      "--decompose_errors --block_decompose_from_introducing_remnant_edges", 2
    ),
    ("DEPOLARIZE1(0.1) 0\nDEPOLARIZE1(0.9) 0\nDEPOLARIZE1(0.9) 1\nM 0\nDETECTOR rec[-1]\n", "", 2),
  ]) func `an analysis that fails names a line`(
    circuit: String, options: String, line: Int
  ) throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(circuit, to: "c.stim")
    let result = try QSimProcess.shell(
      "cd '\(folder.url.path)'; qsim analyze_errors \(options) --in c.stim")
    #expect(
      result.status == 65 && result.error.hasPrefix("c.stim:\(line):1: error:"), "\(result.error)")
  }

  @Test func `what does not fit names the file`() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(
      "M 0\nREPEAT 1000000000000000000 {\nM 0\nDETECTOR rec[-1]\n}\n", to: "c.stim")
    _ = try folder.write("error(0.1) D1000000000000\n", to: "m.dem")
    for call in ["detect --shots 1 --seed 1 --in c.stim", "sample --shots 1 --seed 1 --in c.stim"] {
      let result = try QSimProcess.shell("cd '\(folder.url.path)'; qsim \(call)")
      #expect(result.status == 71 && result.error.contains("c.stim:2:1: "), "\(result.error)")
    }
    for call in ["sample_dem --shots 1 --seed 1 --in m.dem", "decode --dem m.dem --in /dev/null"] {
      let result = try QSimProcess.shell("cd '\(folder.url.path)'; qsim \(call)")
      #expect(result.status == 71 && result.error.contains("m.dem: "), "\(result.error)")
    }
  }
}
