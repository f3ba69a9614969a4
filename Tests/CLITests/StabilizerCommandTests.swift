import Foundation
import TestSupport
import Testing

/// The commands that Stim users type.
struct StabilizerCommandTests {
  private static let noisy = """
    R 0 1 2
    X_ERROR(0.2) 0 1 2
    DEPOLARIZE2(0.1) 0 1
    M(0.05) 0 1 2
    DETECTOR rec[-1] rec[-2]
    DETECTOR rec[-2] rec[-3]
    REPEAT 20 {
      X_ERROR(0.05) 0 1 2
      MR 0 1 2
      DETECTOR rec[-1] rec[-2]
      DETECTOR rec[-2] rec[-3]
    }
    OBSERVABLE_INCLUDE(1) rec[-1]

    """

  @Test(arguments: ["frames", "errors"])
  func `the same bits for any number of threads`(route: String) throws {
    for format in ["01", "b8", "dets"] {
      let outputs = try ["1", "2", "3"].map { threads in
        try QSimProcess.run(
          [
            "detect", "--shots", "5000", "--seed", "7", "--out_format", format, "--route", route,
            "--threads", threads,
          ], input: Self.noisy)
      }
      #expect(outputs[0].status == 0 && outputs[0].error.isEmpty, "\(outputs[0].error)")
      #expect(!outputs[0].outputBytes.isEmpty)
      for output in outputs[1...] {
        let isEqual = output.outputBytes == outputs[0].outputBytes
        #expect(isEqual, "\(format)")
      }
    }
  }

  @Test func `shots survive every format`() throws {
    let folder = try TemporaryFolder()
    let circuit = try folder.write(Self.noisy, to: "c.stim")
    let formats = ["b8", "r8", "ptb64", "hits", "dets", "01"]
    var line = "qsim sample --shots 128 --seed 3 --in '\(circuit)' --out '\(folder.path("0.01"))'"
    var last = ("01", folder.path("0.01"))
    for (index, format) in formats.enumerated() {
      let next = folder.path("\(index + 1).\(format)")
      line +=
        " && qsim convert --in_format \(last.0) --in '\(last.1)' --out_format \(format) --out '\(next)'"
        + (index % 2 == 0 ? " --circuit '\(circuit)' --types M" : " --num_measurements 63")
      last = (format, next)
    }
    line += " && cmp '\(folder.path("0.01"))' '\(last.1)' && wc -l < '\(last.1)'"
    let result = try QSimProcess.shell(line)
    #expect(result.status == 0 && result.output == "128\n", "\(result.error)")
  }

  @Test func `events from measurements are those detected`() throws {
    let circuit =
      "X_ERROR(1) 0\nM 0 1\nDETECTOR rec[-1]\nDETECTOR rec[-2]\nOBSERVABLE_INCLUDE(2) rec[-2]\n"
    let folder = try TemporaryFolder()
    let file = try folder.write(circuit, to: "c.stim")
    func output(_ arguments: String) throws -> String {
      let result = try QSimProcess.shell(
        "printf '10\\n' | qsim m2d --circuit '\(file)' \(arguments)")
      #expect(result.status == 0, "\(result.error)")
      return result.output
    }
    #expect(try output("--in_format 01") == "01\n")
    #expect(try output("--in_format 01 --append_observables") == "01001\n")
    #expect(try output("--in_format=01 --out_format dets") == "shot D1\n")
    #expect(try output("--in_format 01 --out_format dets --append-observables") == "shot D1 L2\n")
    let detect = try QSimProcess.run([
      "detect", "--seed", "1", "--in", file, "--out_format", "dets",
    ])
    #expect(detect.output == "shot L2 D1\n")
    let appended = try QSimProcess.run([
      "detect", "--seed", "1", "--in", file, "--out_format", "dets", "--append_observables",
    ])
    #expect(appended.output == "shot D1 L2\n")
  }

  @Test func `results of a run without feedback give the same events`() throws {
    let folder = try TemporaryFolder()
    let circuit = try folder.write(
      "X 0\nM 0\nCX rec[-1] 1\nM 1\nDETECTOR rec[-1]\n", to: "c.stim")
    for (flags, results, events) in [
      ([], "11\n10\n", "0\n1\n"), (["--ran_without_feedback"], "10\n11\n", "0\n1\n"),
    ] {
      let result = try QSimProcess.run(["m2d", "--circuit", circuit] + flags, input: results)
      #expect(result.output == events, "\(result.error)")
    }
  }

  @Test func `sweep bits belong to their shots`() throws {
    let folder = try TemporaryFolder()
    let circuit = try folder.write(
      "CX sweep[0] 0 sweep[1] 1\nM 0 1\nDETECTOR rec[-1]\nDETECTOR rec[-2]\n", to: "c.stim")
    let sweep = try folder.write("00\n10\n11\n", to: "sweep.01")
    let result = try QSimProcess.run(
      ["m2d", "--circuit", circuit, "--in_format", "01", "--sweep", sweep], input: "00\n00\n11\n")
    #expect(result.output == "00\n01\n00\n", "\(result.error)")
    let fewer = try QSimProcess.run(
      ["m2d", "--circuit", circuit, "--in_format", "01", "--sweep", sweep], input: "00\n")
    #expect(fewer.status == 65 && fewer.error.contains("more shots"))
  }

  @Test func `recorded errors are replayed`() throws {
    let folder = try TemporaryFolder()
    let model = try folder.write(
      "error(0.3) D0 L0\nrepeat 3 {\nerror(0.3) D0 D1\nshift_detectors 1\n}\n", to: "m.dem")
    let line = """
      cd '\(folder.url.path)' &&
      qsim sample_dem --in m.dem --shots 64 --seed 5 --out a.01 --obs_out a.obs --err_out e.b8 --err_out_format b8 &&
      qsim sample_dem --in m.dem --out b.01 --obs_out b.obs --replay_err_in e.b8 --replay_err_in_format b8 &&
      cmp a.01 b.01 && cmp a.obs b.obs && wc -c < e.b8 && test $(sort -u a.01 | wc -l) -gt 8
      """
    let result = try QSimProcess.shell(line)
    #expect(result.status == 0 && result.output == "64\n", "\(result.error)\(result.output)")
  }

  @Test func `verbose says which route and why`() throws {
    let frames = try QSimProcess.run(["detect", "--seed", "1", "--verbose"], input: Self.noisy)
    #expect(frames.error.contains("Pauli frames: ") && frames.error.contains("faults a shot"))
    let forced = try QSimProcess.run(
      ["detect", "--seed", "1", "--verbose", "--route", "errors"], input: Self.noisy)
    #expect(forced.error.contains("error model: asked for"))
    let herald = try QSimProcess.run(
      ["detect", "--seed", "1", "--verbose", "--shots", "1000000", "--out", "/dev/null"],
      input: "HERALDED_ERASE(0.1) 0\nDETECTOR rec[-1]\n")
    #expect(herald.error.contains("HERALDED_ERASE is no product"), "\(herald.error)")
  }

  @Test func `a drawn seed is printed and repeats the run`() throws {
    let first = try QSimProcess.run(["sample", "--shots", "40"], input: "H 0\nM 0\n")
    let seed = try #require(first.error.firstMatch(of: /qsim: seed (\d+)\n/)?.1)
    let again = try QSimProcess.run(
      ["sample", "--shots", "40", "--seed", String(seed)], input: "H 0\nM 0\n")
    #expect(again.output == first.output && again.error.isEmpty)
    #expect(Set(first.output.split(separator: "\n")) == ["0", "1"])
  }

  @Test func `the analysis takes an optional value`() throws {
    let circuit = "PAULI_CHANNEL_1(0.1, 0, 0.1) 0\nM 0\nDETECTOR rec[-1]\n"
    let refused = try QSimProcess.run(["analyze_errors"], input: circuit)
    #expect(refused.status == 65 && refused.error.contains("<stdin>:1:1: error: "))
    for flag in ["--approximate_disjoint_errors", "--approximate-disjoint-errors=0.2"] {
      let result = try QSimProcess.run(["analyze_errors", flag], input: circuit)
      #expect(result.status == 0 && result.output.hasPrefix("error("), "\(result.error)")
    }
    let bounded = try QSimProcess.run(
      ["analyze_errors", "--approximate_disjoint_errors", "0.05"], input: circuit)
    #expect(bounded.status == 65)
  }

  static let failures = [
    ExitCodeTests.Case("sample --shots -1", 64, "shots"),
    ExitCodeTests.Case("sample --shots 1 --threads 0", 64, "threads"),
    ExitCodeTests.Case("sample --shots 10 --out_format ptb64", 64, "64"),
    ExitCodeTests.Case("sample --in no/such.stim", 66, "cannot read"),
    ExitCodeTests.Case("sample --seed 1", input: "H 0\nT 0\n", 65, "<stdin>:2:1: error: "),
    ExitCodeTests.Case("sample --seed 1 --out no/such/folder/f", 73, "cannot create"),
    ExitCodeTests.Case("sample --seed 1 --out /dev/full", 74, "No space left"),
    ExitCodeTests.Case("detect --append_observables --obs_out x", 64, "exclude each other"),
    ExitCodeTests.Case("detect --out_format dets --obs_out x", 64, "dets"),
    ExitCodeTests.Case(
      "detect --seed 1 --route errors", input: "H 0\nM 0\nDETECTOR rec[-1]\n", 65, "<stdin>:"),
    ExitCodeTests.Case("m2d", 64, "--circuit"),
    ExitCodeTests.Case(
      "analyze_errors --fold_loops", input: "REPEAT 1000000000000 {\nM 0\nDETECTOR rec[-1]\n}\n",
      65, "did something new"),
    ExitCodeTests.Case(
      "m2d --circuit Examples/circuits/ghz.stim --in_format hits", input: "7\n", 65,
      "<stdin>:1:1: error: "),
    ExitCodeTests.Case("convert --in_format 01", 64, "how many bits"),
    ExitCodeTests.Case("convert a.qasm --in_format 01", 64, "one or the other"),
    ExitCodeTests.Case(
      "convert --in_format 01 --num_measurements 3", input: "010\n0x0\n", 65,
      "<stdin>:2:2: error: unexpected 'x'"),
    ExitCodeTests.Case(
      "convert --in_format r8 --bits_per_shot 3", input: "\u{4}", 65, "byte 0, shot 0"),
    ExitCodeTests.Case("convert --in_format dets --bits_per_shot 3", 64, "num_detectors"),
    ExitCodeTests.Case("sample_dem --seed 1", input: "error(2) D0\n", 65, "<stdin>:1:"),
    ExitCodeTests.Case("sample_dem --seed 1", input: "error(1) D4000000000\n", 71, "2^31"),
    ExitCodeTests.Case("sample_dem --seed 1 --err_out - ", 64, "one thing"),
    ExitCodeTests.Case(
      "gen --code surface_code --task memory --distance 3 --rounds 3", 64, "rotated_memory_x"),
    ExitCodeTests.Case(
      "gen --code repetition_code --task memory --distance 1 --rounds 3", 64, "distance"),
  ]

  @Test(arguments: failures)
  func `failures have their exit code and message`(test: ExitCodeTests.Case) throws {
    let result = try QSimProcess.run(test.arguments, input: test.input)
    #expect(result.status == test.status, "\(result.error)")
    #expect(!result.wasKilled && result.output.isEmpty, "\(result.output)")
    #expect(result.error.contains(test.message), "\(result.error)")
  }

  @Test func `instructions run as they are typed`() throws {
    let session = """
      M 0  # a comment with {
      X 0 2 3 9
      M 0 1 2 3 4 5 6 7 8 9
      REPEAT 3 {
        R 0 1
        H 0
        CX 0 1
        M 0 1
      }
      CX rec[-1] 4
      MPP Z0*Z1 Z0*Z4

      """
    let result = try QSimProcess.run(["repl", "--seed", "5"], input: session)
    #expect(result.status == 0 && result.error.isEmpty, "\(result.error)")
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 6)
    #expect(lines[..<2] == ["0", "1011000001"])
    #expect(lines[2..<5].allSatisfy { $0 == "00" || $0 == "11" })
    #expect(lines[5] == "00")
    let again = try QSimProcess.run(["repl", "--seed", "5"], input: session)
    #expect(again.output == result.output)
  }

  @Test func `a mistake ends a session that nobody types`() throws {
    let late = try QSimProcess.run(
      ["repl", "--seed", "1"], input: "M 0\nREPEAT 2 {\nM 0\n}\nM x\nM 1\n")
    #expect(late.status == 65 && late.output == "0\n0\n0\n")
    #expect(late.error.contains("<stdin>:5:4: error:"), "\(late.error)")
    let open = try QSimProcess.run(["repl", "--seed", "1"], input: "REPEAT 2 {\nM 0\n")
    #expect(open.status == 65 && open.output.isEmpty)
    let early = try QSimProcess.run(["repl", "--seed", "1"], input: "\nCX rec[-1] 0\n")
    #expect(early.status == 65 && early.error.contains("<stdin>:2:"), "\(early.error)")
  }
}
