import Foundation
import TestSupport
import Testing

/// What scenarios and plans may stand for, and where their faults are shown.
struct ScenarioLimitTests {
  /// Aliases of aliases, `width` of each, `depth` levels deep.
  private func laughs(depth: Int, width: Int, asKeys: Bool) -> String {
    var text = "a0: &a0 x\n"
    for level in 1...depth {
      let inner = [String](repeating: "*a\(level - 1)", count: width).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(inner)]\n"
    }
    return text + (asKeys ? "? *a\(depth)\n: 1\n? [*a\(depth)]\n: 2\n" : "z: *a\(depth)\n")
  }

  /// Expanded, these would be as many values as no memory holds.
  @Test(arguments: [true, false]) func `aliases of aliases are refused at their place`(
    asKeys: Bool
  ) throws {
    let text = laughs(depth: 12, width: 10, asKeys: asKeys)
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "laughs.yaml")
    for command in [["qkd", "rate", path], ["collect", "--plan", path]] {
      let result = try QSimProcess.run(command)
      #expect(result.status == 65 && !result.wasKilled)
      #expect(result.error.contains("the aliases of the text stand for more than"))
      #expect(result.error.contains("laughs.yaml:7:"), "\(result.error)")
    }
  }

  @Test func `a few aliases are as good as what they stand for`() throws {
    let text = """
      protocol: tf-sns
      parameters: &common
        mu: &mu 0.3
        sending_probability: 0.1
      distance_km: [0, 100]
      """
    let plain = text.replacingOccurrences(of: "&common", with: "")
      .replacingOccurrences(of: "&mu", with: "")
    let anchored = try QSimProcess.run(["qkd", "rate", "-", "--csv"], input: text)
    #expect(anchored.status == 0, "\(anchored.error)")
    #expect(
      anchored.outputBytes
        == (try QSimProcess.run(["qkd", "rate", "-", "--csv"], input: plain))
        .outputBytes)
    // Many uses of one small anchor are no expansion.
    let list = [String](repeating: "*d", count: 3000).joined(separator: ", ")
    let many = "protocol: tf-sns\nparameters: {mu: 0.3}\ndistance_km: [&d 10, \(list)]\n"
    let result = try QSimProcess.run(["qkd", "rate", "-", "--csv"], input: many)
    #expect(result.output.split(separator: "\n").count == 3002, "\(result.error)")
  }

  private static let tasks = (1...80).map {
    "  - {code: repetition_code, task: memory, distance: 3, rounds: \($0), p: 0.1, DECODERS}\n"
  }.joined()

  /// What stands behind an anchor is not what it holds.
  @Test(arguments: [
    "decoders: &d [matching]\n", "decoders: &d\n- matching\n", "decoders: &d matching\n",
    "decoders: &d [\nmatching\n]\n",
    "max_errors: 7\ndecoders: &d\n# of all tasks\n  - matching\n",
  ]) func `a small anchor at the top of a long plan stays small`(anchor: String) throws {
    let comment = String(repeating: "# \(String(repeating: "x", count: 90))\n", count: 700)
    let tasks = Self.tasks.replacingOccurrences(of: "DECODERS", with: "decoders: *d")
    let folder = try TemporaryFolder()
    let plan = try folder.write(
      anchor + comment + "max_shots: 1\ntasks:\n" + tasks, to: "alias.yaml")
    let result = try QSimProcess.run(["collect", "--plan", plan, "--seed", "1"])
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.split(separator: "\n").count == 81)
  }

  /// Without aliases any plan may be as long.
  @Test func `one alias does not make a long plan too long`() throws {
    let comment = String(repeating: "# \(String(repeating: "x", count: 90))\n", count: 50_000)
    let folder = try TemporaryFolder()
    let tasks = Self.tasks.replacingOccurrences(of: "DECODERS", with: "decoders: *d")
    let plan = try folder.write(
      comment + "max_shots: 1\ndecoders: &d matching\ntasks:\n" + tasks, to: "long.yaml")
    let result = try QSimProcess.run(["collect", "--plan", plan, "--seed", "1"])
    #expect(result.status == 0, "\(result.error)")
  }

  @Test func `aliases do not nest deeper than brackets may`() throws {
    for (depth, isTooDeep) in [(900, false), (1500, true)] {
      var text = "a0: &a0 x\n"
      for level in 1...depth { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
      let result = try QSimProcess.run(["qkd", "rate", "-"], input: text)
      #expect(result.status == 65 && !result.wasKilled)
      let isRefused = result.error.contains("nested more than 1000 deep")
      #expect(isRefused == isTooDeep, "\(result.error.prefix(200))")
    }
  }

  @Test func `more distances than a scenario can have are refused before they are made`() throws {
    let range = "0:999999:1"
    let list = [String](repeating: range, count: 2000)
    let scenario =
      "{\"protocol\": \"tf-sns\", \"distance_km\": [\"\(list.joined(separator: "\", \""))\"]}"
    for input in [scenario, scenario.replacingOccurrences(of: range, with: "0:1e6:0.0001")] {
      let result = try QSimProcess.shell("ulimit -v 4000000; qsim qkd rate -", input: input)
      #expect(result.status == 65, "\(result.error)")
      #expect(result.error.contains("<stdin>:1:"), "\(result.error)")
    }
    let options = try QSimProcess.run([
      "qkd", "rate", "--protocol", "tf-sns", "--distance", "\(range),\(range)",
    ])
    #expect(options.status == 64, "\(options.error)")
  }

  /// One rule for all options: a bad one is a bad command line, in a file it is bad input.
  @Test(arguments: [
    ["qkd", "rate", "--protocol", "tf-sns", "--set", "mu=-1"],
    ["qkd", "rate", "--protocol", "tf-sns", "--set", "mu"],
    ["qkd", "rate", "--protocol", "tf-sn"],
    ["qkd", "rate", "--protocol", "tf-sns", "--distance", "x"],
    ["qkd", "compare", "--protocols", "tf-sns", "--set", "nu=1"],
    ["qkd", "pass", "--set", "mu=-1"],
    ["run", "Examples/circuits/bell.qasm", "--noise", "depolarizing:p=2"],
  ]) func `bad options end with 64`(arguments: [String]) throws {
    #expect(try QSimProcess.run(arguments).status == 64)
  }

  @Test(arguments: [
    (
      "{code: repetition_code, task: memory, distance: 3, decoders: [mathcing]}", "2:67", "mathcing"
    ),
    ("{code: repetition_cod, task: memory, distance: 3}", "2:5", "repetition_cod"),
    (
      "{code: repetition_code, task: memory, distance: 3, noise: [\"depolarizing:q=1\"]}", "2:5",
      "'q'"
    ),
  ]) func `faults of a plan's tasks are shown at their place`(
    task: String, place: String, word: String
  ) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "tasks:\n  - \(task)\ndecoders: [matching]\nmax_shots: 10\n", to: "bad.plan")
    let result = try QSimProcess.run(["collect", "--plan", path])
    #expect(result.status == 65, "\(result.error)")
    #expect(
      result.error.contains("bad.plan:\(place): error:") && result.error.contains(word),
      "\(result.error)")
  }

  @Test func `deep nesting of a scenario is refused`() throws {
    for depth in [200, 20_000, 400_000] {
      let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      let result = try QSimProcess.run(["qkd", "rate", "-"], input: text)
      #expect(result.status == 65 && !result.wasKilled, "\(depth): \(result.error.prefix(200))")
    }
  }

  @Test func `the model of a circuit is the same for any number of threads`() throws {
    let circuit = try QSimProcess.run([
      "gen", "--code", "surface_code", "--task", "rotated_memory_z", "--distance", "5", "--rounds",
      "40", "--after_clifford_depolarization", "0.01",
    ]).output
    let models = try ["1", "2", "3", "7"].map {
      try QSimProcess.run(["analyze_errors", "--threads", $0], input: circuit).outputBytes
    }
    #expect(models[0].count > 1 << 19 && Set(models).count == 1)
    #expect(try QSimProcess.run(["analyze_errors", "--threads", "0"], input: circuit).status == 64)
  }
}
