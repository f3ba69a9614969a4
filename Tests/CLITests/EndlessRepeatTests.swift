import Foundation
import TestSupport
import Testing

/// Repeat blocks that would never end by their turns: every command that reads `.stim` or `.dem`
/// folds them, or refuses them with their place.
struct EndlessRepeatTests {
  private static let bodies = [
    "gates": "REPEAT 1000000000000000000 {\n    H 0\n    CX 0 1\n}\n",
    "noise": "REPEAT 1000000000000000000 {\n    X_ERROR(0.1) 0\n    DEPOLARIZE2(0.01) 0 1\n}\n",
    "gates and noise":
      "REPEAT 1000000000000000000 {\n    H 0\n    CX 0 1\n    DEPOLARIZE1(0.01) 0\n}\n",
    "resets": "REPEAT 1000000000000000000 {\n    R 0\n    H 0\n    CX 0 1\n}\n",
    "detectors": "REPEAT 1000000000000000000 {\n    M 0\n    DETECTOR rec[-1]\n}\n",
    "results": "REPEAT 1000000000000000000 {\n    MX 0\n    MZZ 0 1\n}\n",
    "shifts": "REPEAT 1000000000000000000 {\n    SHIFT_COORDS(1, 2)\n}\n",
    "ticks": "REPEAT 1000000000000000000 {\n    TICK\n    QUBIT_COORDS(1) 0\n}\n",
    "padding": "REPEAT 1000000000000000000 {\n    MPAD 0 1\n}\n",
    "observables": "REPEAT 1000000000000000000 {\n    OBSERVABLE_INCLUDE(0) X0\n}\n",
    "nested":
      "REPEAT 1000000000 {\n    REPEAT 1000000000 {\n        TICK\n    }\n    S 0\n    Y_ERROR(1e-9) 0\n}\n",
  ]

  private static let commands = [
    "sample --shots 3 --seed 1", "detect --shots 3 --seed 1",
    "detect --shots 3 --seed 1 --route errors",
    "analyze_errors", "analyze_errors --fold_loops", "explain_errors", "flows",
    "flows --has 'Z -> Z'",
    "missing_detectors", "transform --form flattened", "transform --form without-feedback",
    "transform --form inverse", "transform --form decomposed", "logical_errors",
    "diagram --type detslice-text --tick 1", "diagram --type matchgraph-svg",
    "diagram --type timeline-text", "repl --seed 1 < c.stim", "m2d --circuit c.stim --in /dev/null",
    "convert c.stim - --to qasm3",
    "convert --circuit c.stim --types M --in /dev/null --out_format b8 --out x",
    "decode --circuit c.stim --in /dev/null", "draw c.stim",
    // Amplitudes follow turns one by one: 10⁹ of them are honest work of minutes.
    "run c.stim --shots 3 --seed 1 --max-time 5s",
    "run c.stim --shots 3 --seed 1 --max-time 5s --engine trajectories",
    "run c.stim --shots 3 --seed 1 --max-time 5s --engine density-matrix",
    "run c.stim --shots 3 --seed 1 --max-time 5s --engine sparse",
    "run c.stim --shots 3 --seed 1 --max-time 5s --engine stabilizer", "plan c.stim",
    "plan c.stim --engine trajectories", "plan c.stim --engine sparse",
  ]

  /// A body, with something before that makes records and something behind that looks at the
  /// qubits.
  @Test(arguments: bodies.keys.sorted(), [false, true])
  func `no command runs without end`(body: String, isWatched: Bool) throws {
    let folder = try TemporaryFolder()
    let text = Self.bodies[body]!
    let circuit = isWatched ? "M 0 1\n\(text)R 0\nM 0\nDETECTOR rec[-1]\n" : text
    _ = try folder.write(circuit, to: "c.stim")
    let line = Self.commands.map { command in
      let input = command.contains("c.stim") ? "" : " --in c.stim"
      return "timeout -k 5 30 qsim \(command)\(input) > /dev/null 2> e; "
        + "echo $? \"$(grep -m 1 error: e || head -1 e)\""
    }.joined(separator: "; ")
    let result = try QSimProcess.shell("cd '\(folder.url.path)'; \(line)")
    let answers = result.output.split(separator: "\n")
    #expect(answers.count == Self.commands.count)
    for (command, answer) in zip(Self.commands, answers) {
      let status = Int(answer.prefix { $0 != " " })
      let isKnown = [0, 64, 65, 71].contains(status) || status == 1 && command.contains("--has")
      #expect(isKnown, "\(command): \(answer)")
      if status == 71 || status == 65 {
        let isPlaced = answer.contains("c.stim") || answer.contains("<stdin>")
        #expect(isPlaced, "\(command): \(answer)")
      }
    }
  }

  private static let models = [
    "errors": "repeat 1000000000000000000 {\n    error(0.1) D0 L0\n}\n",
    "moving errors":
      "repeat 1000000000000000000 {\n    error(0.1) D0 L0\n    shift_detectors 1\n}\n",
    "shifts": "repeat 1000000000000000000 {\n    shift_detectors(1) 1\n}\n",
    "declarations":
      "repeat 1000000000000000000 {\n    detector(1) D0\n    logical_observable L0\n}\n",
    "nested":
      "repeat 1000000000 {\n    repeat 1000000000 {\n        shift_detectors 0\n    }\n    error(0.1) D0\n}\n",
  ]
  private static let modelCommands = [
    "logical_errors --in m.dem", "logical_errors --search any --in m.dem",
    "logical_errors --search sat --in m.dem", "logical_errors --search likeliest-sat --in m.dem",
    "sample_dem --shots 3 --seed 1 --in m.dem",
    "sample_dem --shots 3 --seed 1 --err_out /dev/null --in m.dem",
    "decode --dem m.dem --in /dev/null", "decode --dem m.dem --in /dev/null --decoder union-find",
    "exact --dem m.dem", "exact --dem m.dem --decoders matching",
    "diagram --type matchgraph-svg --in m.dem",
    "explain_errors --in c.stim --dem_filter m.dem",
  ]

  @Test(arguments: models.keys.sorted(), [false, true])
  func `no command runs without end on a model`(body: String, isFollowed: Bool) throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(
      Self.models[body]! + (isFollowed ? "error(0.1) D0\nerror(0.2) D0 L0\n" : ""), to: "m.dem")
    _ = try folder.write("X_ERROR(0.1) 0\nM 0\nDETECTOR rec[-1]\n", to: "c.stim")
    let line = Self.modelCommands.map {
      "timeout 30 qsim \($0) > /dev/null 2> e; echo $? \"$(head -1 e)\""
    }.joined(separator: "; ")
    let result = try QSimProcess.shell("cd '\(folder.url.path)'; \(line)")
    let answers = result.output.split(separator: "\n")
    #expect(answers.count == Self.modelCommands.count)
    for (command, answer) in zip(Self.modelCommands, answers) {
      let status = Int(answer.prefix { $0 != " " })
      let isKnown = [0, 64, 65, 71].contains(status)
      #expect(isKnown, "\(command): \(answer)")
      if status == 71 { #expect(answer.contains("m.dem"), "\(command): \(answer)") }
    }
  }

  /// Blocks within blocks, each of which has no more turns than are followed without a question.
  private static let nests = [
    "gates": [999, 999, 999, 999, 999, 999], "resets": [999, 999, 999, 999, 999, 999],
    "noise": [4095, 4095, 4095, 4095, 4095], "detectors": [4095, 4095, 4095, 4095],
    "observables": [65535, 65535, 65535, 65535],
  ]

  private static let nestCommands = [
    "analyze_errors", "analyze_errors --fold_loops", "explain_errors", "flows", "missing_detectors",
    "diagram --type detslice-text --tick 1", "repl --seed 1 < c.stim",
    "m2d --circuit c.stim --in /dev/null", "sample --shots 3 --seed 1",
  ]

  @Test(arguments: nests.keys.sorted())
  func `no command runs without end in blocks within blocks`(body: String) throws {
    let folder = try TemporaryFolder()
    // Cycles of 2, 3, 5, 7, 11 and 13 qubits: together they come back after 30030 turns.
    var (cycles, first) = ("", 0)
    for length in [2, 3, 5, 7, 11, 13] {
      for step in first..<first + length - 1 { cycles += "SWAP \(step) \(step + 1)\n" }
      first += length
    }
    let bodies = [
      "gates": cycles, "resets": cycles + "R 60\n", "noise": cycles + "X_ERROR(0.01) 0\n",
      "detectors": "M 0\nDETECTOR rec[-1]\n", "observables": "OBSERVABLE_INCLUDE(0) X0\nX 1\n",
    ]
    let text = Self.nests[body]!.reduce(bodies[body]!) { "REPEAT \($1) {\n\($0)}\n" }
    _ = try folder.write("X 0 2 5 10 17 28\n\(text)M 0\nDETECTOR rec[-1]\n", to: "c.stim")
    let line = Self.nestCommands.map { command in
      let input = command.contains("c.stim") ? "" : " --in c.stim"
      return "timeout -k 5 60 qsim \(command)\(input) > /dev/null 2> e; "
        + "echo $? \"$(grep -m 1 error: e)\""
    }.joined(separator: "; ")
    let result = try QSimProcess.shell("cd '\(folder.url.path)'; \(line)")
    let answers = result.output.split(separator: "\n")
    #expect(answers.count == Self.nestCommands.count)
    for (command, answer) in zip(Self.nestCommands, answers) {
      let isRefused = [65, 71].contains { answer.hasPrefix("\($0) ") }
      // Counts of flows and of bits to convert are those of the whole circuit; every other refusal
      // has its place.
      let isPlaced =
        answer.contains(#/(c\.stim|<stdin>):\d+:\d+: /#) || answer.contains("c.stim: the flows of")
        || answer.contains("c.stim: a shot of the circuit has")
      #expect(isRefused ? isPlaced : answer.hasPrefix("0 "), "\(command): \(answer)")
      if body == "gates" { #expect(!isRefused, "\(command): \(answer)") }
    }
  }

  @Test(arguments: ["sample --shots 100 --seed 1", "analyze_errors"])
  func `an interrupt ends a long run at once`(command: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      "REPEAT 50000000 {\n    X_ERROR(0.1) 0\n    MR 0\n    DETECTOR rec[-1]\n}\n", to: "c.stim")
    let result = try QSimProcess.shell(
      """
      set -m; qsim \(command) --in '\(file)' > /dev/null & pid=$!
      (sleep 60; kill -KILL $pid) & watchdog=$!
      sleep 1; kill -INT $pid; wait $pid; echo $?
      kill -KILL -$watchdog
      """)
    #expect(result.output == "130\n", "\(result.error)")
  }
}
