import Foundation
import TestSupport
import Testing

/// `qsim decode`, `qsim exact` and `qsim catalog decoders`.
struct DecodeCommandTests {
  private static let circuit = "Examples/circuits/surface_code.stim"
  private static let decoders = [
    "matching", "correlated-matching", "union-find", "dense-matching",
  ]

  /// Detection events with observables behind them, in `all.b8`, and apart, in `dets.01` and
  /// `obs.01`.
  private static func events(in folder: TemporaryFolder, shots: Int) throws {
    let detect = "qsim detect --in \(circuit) --shots \(shots) --seed 5"
    let result = try QSimProcess.shell(
      "cd '\(Repository.root.path)' && "
        + "\(detect) --append_observables --out_format b8 --out '\(folder.path("all.b8"))' && "
        + "\(detect) --obs_out '\(folder.path("obs.01"))' --out '\(folder.path("dets.01"))'")
    #expect(result.status == 0, "\(result.error)")
  }

  @Test(arguments: decoders)
  func `mistakes are counted in either way, by any number of threads`(decoder: String) throws {
    let folder = try TemporaryFolder()
    try Self.events(in: folder, shots: 2000)
    let common = [
      "decode", "--circuit", Self.circuit, "--decoder", decoder, "--json", "--reproducible",
    ]
    let appended = try QSimProcess.run(
      common + [
        "--in", folder.path("all.b8"), "--in_format", "b8", "--threads", "1",
        "--in_includes_appended_observables",
      ])
    #expect(appended.status == 0, "\(appended.error)")
    let apart = try QSimProcess.run(
      common + [
        "--in", folder.path("dets.01"), "--obs_in", folder.path("obs.01"), "--threads", "2",
        "--out", folder.path("p.01"), "--count-mistakes",
      ])
    #expect(apart.outputBytes == appended.outputBytes, "\(apart.error)")
    let json = try JSONObject(apart.output)
    let predictions = try String(contentsOfFile: folder.path("p.01"), encoding: .utf8)
    let truth = try String(contentsOfFile: folder.path("obs.01"), encoding: .utf8)
    let mistakes = zip(predictions.split(separator: "\n"), truth.split(separator: "\n"))
      .count { $0 != $1 }
    #expect(json["mistakes"] as? Int == mistakes && mistakes > 0)
    #expect(json["shots"] as? Int == 2000 && json["decoder"] as? String == decoder)
    let rate = try #require(json["logical_error_rate"] as? Double)
    #expect(rate == Double(mistakes) / 2000)
    #expect(try #require(json["logical_error_rate_low"] as? Double) < rate)
    #expect(try #require(json["logical_error_rate_high"] as? Double) > rate)
  }

  @Test func `weights are those of the edges`() throws {
    let folder = try TemporaryFolder()
    let model = try folder.write(
      "error(0.25) D0 L0\nerror(0.2) D0 D1\nerror(0.125) D1\n", to: "chain.dem")
    let result = try QSimProcess.run(
      [
        "decode", "--dem", model, "--decoder", "dense-matching", "--weights-out",
        folder.path("w.txt"), "--edges-out", folder.path("e.txt"), "--out_format", "dets",
      ], input: "00\n11\n01\n10\n")
    #expect(result.status == 0 && result.output == "shot\nshot\nshot\nshot L0\n", "\(result.error)")
    let edges = try String(contentsOfFile: folder.path("e.txt"), encoding: .utf8)
    #expect(edges == "\nD0 D1\nD1\nD0\n")
    let weights = try String(contentsOfFile: folder.path("w.txt"), encoding: .utf8)
      .split(separator: "\n").compactMap { Double($0) }
    let expected = [0, 0.2, 0.125, 0.25].map { $0 == 0 ? 0 : log((1 - $0) / $0) }
    #expect(weights.count == 4 && zip(weights, expected).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  @Test func `windows say how long they took`() throws {
    let folder = try TemporaryFolder()
    let line =
      "qsim gen --code repetition_code --task memory --distance 3 --rounds 40 "
      + "--before_round_data_depolarization 0.05 > '\(folder.path("c.stim"))' && "
      + "qsim detect --in '\(folder.path("c.stim"))' --shots 300 --seed 1 --append_observables | "
      + "qsim decode --circuit '\(folder.path("c.stim"))' --in_includes_appended_observables --json"
    let whole = try JSONObject(try QSimProcess.shell(line).output)
    let windowed = try JSONObject(try QSimProcess.shell("\(line) --window 5 --buffer 5").output)
    let (a, b) = (whole["mistakes"] as? Int ?? 0, windowed["mistakes"] as? Int ?? 1000)
    #expect(a > 10 && abs(a - b) <= max(3, a / 10))
    #expect(whole["timing", "us_per_shot"] is Double)
    let times = try ["p50", "p99", "max"].map {
      try #require(windowed["timing", "window_us_\($0)"] as? Double)
    }
    #expect(times == times.sorted() && times[0] > 0)
    #expect(windowed["timing", "windows"] as? Int == 300 * 8)
  }

  @Test func `windows name the one that is left with events`() throws {
    let folder = try TemporaryFolder()
    let model = try folder.write(
      """
      error(0.1) D0 L0
      error(0.2) D1 L1
      error(0.01) D1 D2 L2
      detector(0) D0
      detector(0) D1
      detector(9) D2
      """, to: "m.dem")
    let arguments = ["decode", "--dem", model, "--window", "3", "--round-length", "1"]
    let result = try QSimProcess.run(arguments, input: "000\n111\n110\n")
    #expect(result.status == 0 && result.output == "000\n110\n110\n", "\(result.error)")
    #expect(
      result.error.contains("what earlier windows left of 1 of 3 shots, first in window 3 of 3"),
      "\(result.error)")
    let json = try JSONObject(
      try QSimProcess.run(arguments + ["--json", "--out", folder.path("out.01")], input: "111\n")
        .output)
    #expect(json["unexplained"] as? Int == 1 && json["first_unexplained_window"] as? Int == 3)
  }

  /// A detector of a large number alone once took the coordinates of all below it: ten seconds and
  /// a gigabyte.
  @Test func `windows of one detector far out take little`() throws {
    let folder = try TemporaryFolder()
    let model = try folder.write(
      "error(0.1) D16777215 L0\ndetector(1) D16777215\n", to: "m.dem")
    let result = try QSimProcess.shell(
      "printf 'shot D16777215\\nshot\\n' | qsim decode --dem '\(model)' --in-format dets --window 3 --threads 1"
    )
    #expect(result.output == "1\n0\n", "\(result.error)")
  }

  @Test(arguments: [
    ("--round-length", "1e-300", "1e-15...1e15, not 1e-300"),
    ("--round-length", "-1", "1e-15...1e15, not -1.0"),
    ("--buffer", "1e300", "0...1e15, not 1e+300"),
    ("--buffer", "nan", "0...1e15, not nan"), ("--window", "1e-300", "1e-15...1e15, not 1e-300"),
  ])
  func `lengths of windows are refused with what is accepted`(
    option: String, value: String, text: String
  ) throws {
    let window = option == "--window" ? [] : ["--window", "3"]
    let result = try QSimProcess.run(["decode", "--dem", "m.dem", "\(option)=\(value)"] + window)
    #expect(
      result.status == 64 && result.error.contains("'\(option)' is in \(text)"), "\(result.error)")
  }

  @Test(arguments: [
    ("error(0.1) D0 D1\n  error(0.1) D0 D1 D2\n", [], 65, "m.dem:2:3: error: "),
    ("error(0.1) D0\nnonsense\n", [], 65, "m.dem:2:1: error: "),
    ("error(0.1) D0", ["--decoder", "matchin"], 64, "did you mean 'matching'?"),
    ("error(0.1) D30", ["--decoder", "lookup"], 64, "at most 25 detectors and observables"),
    ("error(0.1) D0", ["--decoder", "lookup", "--edges-out", "-"], 64, "without a correction"),
    ("error(0.1) D0", ["--window", "3"], 65, "m.dem:1:1: error: windows need the time of D0"),
    ("error(0.1) D0", ["--buffer", "3"], 64, "goes with '--window'"),
    ("error(0.1) D0", ["--count-mistakes"], 64, "--obs-in"),
    ("error(0.1) D0", ["--dem", "m", "--circuit", "c"], 64, "exclude each other"),
    ("error(0.1) D1000000000000000", [], 71, "detectors"),
    ("error(0.1) D0 L4294967290", [], 71, "observables"),
    ("repeat 1000000000000000000 {\n error(0.1) D0\n shift_detectors 1\n}", [], 71, "detectors"),
    (
      "repeat 30000000 {\n error(0.1) D0\n error(0.1) D0\n shift_detectors 1\n}", [], 71,
      "60000000 instructions"
    ),
    ("error(0.1) D0 D9", [], 65, "<stdin>"),
  ])
  func `what cannot be decoded is refused`(
    model: String, arguments: [String], status: Int, message: String
  ) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(model, to: "m.dem")
    let result = try QSimProcess.run(
      ["decode"] + (arguments.first == "--dem" ? [] : ["--dem", path]) + arguments, input: "0\n")
    #expect(result.status == Int32(status) && !result.wasKilled, "\(result.error)")
    #expect(result.error.contains(message), "\(result.error)")
    #expect(result.output.isEmpty)
  }

  @Test func `a model with nothing to detect or to predict decodes to nothing`() throws {
    let folder = try TemporaryFolder()
    for (model, input, output) in [
      ("error(0.1) L0", "\n\n", "0\n0\n"), ("error(0.1) D0", "1\n0\n", "\n\n"), ("", "\n", "\n"),
    ] {
      for decoder in Self.decoders + ["lookup"] {
        let path = try folder.write(model, to: "m.dem")
        let result = try QSimProcess.run(
          ["decode", "--dem", path, "--decoder", decoder], input: input)
        #expect(
          result.status == 0 && result.output == output, "\(decoder) \(model) \(result.error)")
      }
    }
  }

  @Test func `flips and events must be as many`() throws {
    let folder = try TemporaryFolder()
    for (flips, message) in [("0\n", "fewer shots"), ("0\n0\n0\n", "more shots")] {
      let path = try folder.write(flips, to: "obs.01")
      let result = try QSimProcess.run(
        ["decode", "--dem", "Examples/shots/chain.dem", "--obs_in", path, "--count-mistakes"],
        input: "00\n11\n")
      #expect(result.status == 65 && result.error.contains(message))
    }
  }

  @Test func `exact failure rates are those of the reference`() throws {
    let result = try QSimProcess.run([
      "exact", "--dem", "Tests/Fixtures/decoders/surface_code_rotated_memory_z_d3_r1_p0.005.dem",
      "--decoders", "ml", "matching", "correlated-matching", "--json",
    ])
    let rows = try #require(try JSONObject(result.output)["rows"] as? [[String: Any]])
    let rates = rows.compactMap { $0["failure_rate"] as? Double }
    #expect(
      rows.compactMap { $0["decoder"] as? String } == ["ml", "matching", "correlated-matching"])
    for (rate, expected) in zip(rates, [0.006552838, 0.006768370, 0.006768370]) {
      #expect(abs(rate - expected) < 1e-6)
    }
    let folder = try TemporaryFolder()
    let model = try folder.write("error(0.1) D20 L5\n", to: "m.dem")
    let large = try QSimProcess.run(["exact", "--dem", model])
    #expect(large.status == 64 && large.error.contains("at most 25"))
  }

  @Test func `a decoder that is worse than none is warned about`() throws {
    let folder = try TemporaryFolder()
    let decoders = ["ml", "matching", "correlated-matching", "union-find", "dense-matching"]
    func warned(_ text: String) throws -> [String] {
      let model = try folder.write(text, to: "m.dem")
      let result = try QSimProcess.run(
        ["exact", "--dem", model, "--json", "--decoders"] + decoders)
      #expect(result.status == 0, "\(result.error)")
      let json = try JSONObject(result.output)
      let undecoded = try #require(json["undecoded"] as? Double)
      let rows = try #require(json["rows"] as? [[String: Any]])
      let worse = try rows.filter { try #require($0["failure_rate"] as? Double) > undecoded + 1e-9 }
        .compactMap { $0["decoder"] as? String }
      let warnings = try #require(json["warnings"] as? [String])
      #expect(warnings.map { $0.prefix { $0 != " " } } == worse.map { $0[...] })
      for name in worse {
        #expect(result.error.contains("warning: \(name) fails more often than without decoding"))
      }
      #expect(worse.isEmpty == result.error.isEmpty, "\(result.error)")
      return worse
    }
    // Half of an error explains what two others do, and has an observable that it never flips alone.
    let halves = "error(0.1) D0 L0 ^ D1 D2 L0\nerror(0.1) D1\nerror(0.1) D2\n"
    #expect(try warned(halves) == Array(decoders.dropFirst()))
    #expect(try warned("error(0.1) D0 ^ D1 D2\nerror(0.1) D1 L0\nerror(0.1) D2\n").isEmpty)
    #expect(try warned("error(0.2) D0 L0\nerror(0.1) D0 D1\nerror(0.1) D1\n").isEmpty)
    #expect(try warned("error(0.1) D0\nerror(0.01) D0 L0\n").isEmpty)
  }

  @Test func `decoders are listed and described`() throws {
    let list = try QSimProcess.run(["catalog", "decoders", "--csv"])
    for decoder in Self.decoders + ["lookup"] {
      #expect(list.output.contains("\n\(decoder),"))
      let entry = try QSimProcess.run(["catalog", "decoders", decoder])
      #expect(entry.status == 0 && entry.output.hasPrefix(decoder))
    }
    let unknown = try QSimProcess.run(["catalog", "decoders", "unionfind"])
    #expect(unknown.status == 64 && unknown.error.contains("union-find"))
  }
}
