import Foundation
import TestSupport
import Testing

/// Repeat blocks that would never end by their turns: every command that reads `.stim` or `.dem`
/// folds them, or refuses them with their place.
struct EndlessRepeatTests {
  /// Files, and commands that read them.
  struct Trial: CustomTestStringConvertible, Sendable {
    let name: String
    let files: [(name: String, text: String)]
    /// Those that name no file read the first one.
    let commands: [String]

    var testDescription: String { name }
  }

  /// What every command answers: its exit code, and the line that says what is wrong.
  @Test(arguments: circuits + models + nests)
  func `no command runs without end`(trial: Trial) throws {
    let folder = try TemporaryFolder()
    for file in trial.files { _ = try folder.write(file.text, to: file.name) }
    let line = trial.commands.map { command in
      let isNamed = trial.files.contains { command.contains($0.name) }
      let input = isNamed ? "" : " --in \(trial.files[0].name)"
      return "timeout -k 5 60 qsim \(command)\(input) > /dev/null 2> e; "
        + "echo $? \"$(grep -m 1 error: e || head -1 e)\""
    }.joined(separator: "; ")
    let result = try QSimProcess.shell("cd '\(folder.url.path)'; \(line)")
    let answers = result.output.split(separator: "\n").map { Self.withoutMachine(String($0)) }
    #expect(answers.count == trial.commands.count)
    let text = zip(trial.commands, answers).map { "\($0)\n    \($1)\n" }.joined()
    let mismatch = Golden.mismatch(of: text, with: "endless/\(trial.name).txt")
    #expect(mismatch == nil)
  }

  /// The same without what depends on the machine and its speed: memory, predicted times, threads.
  private static func withoutMachine(_ answer: String) -> String {
    answer.replacing(#/[\d.]+ \w+ available/#, with: "… available")
      .replacing(#/in \d+ bytes/#, with: "in … bytes")
      .replacing(#/would take about [^(]* \(/#, with: "would take about … (")
      .replacing(#/, \d+ threads?\)/#, with: ", … threads)")
  }

  // MARK: Circuits

  private static let bodies: KeyValuePairs = [
    "gates": "REPEAT 1000000000000000000 {\n    H 0\n    CX 0 1\n}\n",
    "noise": "REPEAT 1000000000000000000 {\n    X_ERROR(0.1) 0\n    DEPOLARIZE2(0.01) 0 1\n}\n",
    "gates-and-noise":
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
    "run c.stim --shots 3 --seed 1 --max-time 5s --threads 2",
    "run c.stim --shots 3 --seed 1 --max-time 5s --threads 2 --engine trajectories",
    "run c.stim --shots 3 --seed 1 --max-time 5s --threads 2 --engine density-matrix",
    "run c.stim --shots 3 --seed 1 --max-time 5s --threads 2 --engine sparse",
    "run c.stim --shots 3 --seed 1 --max-time 5s --threads 2 --engine stabilizer", "plan c.stim",
    "plan c.stim --engine trajectories", "plan c.stim --engine sparse",
  ]

  /// A body alone, and with something before that makes records and something behind that looks at
  /// the qubits.
  private static let circuits = bodies.flatMap { name, text in
    [
      Trial(name: "circuit-\(name)", files: [("c.stim", text)], commands: commands),
      Trial(
        name: "circuit-\(name)-watched",
        files: [("c.stim", "M 0 1\n\(text)R 0\nM 0\nDETECTOR rec[-1]\n")], commands: commands),
    ]
  }

  // MARK: Error models

  private static let modelBodies: KeyValuePairs = [
    "errors": "repeat 1000000000000000000 {\n    error(0.1) D0 L0\n}\n",
    "moving-errors":
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

  /// A body alone, and with errors behind it.
  private static let models = modelBodies.flatMap { name, text in
    [("", ""), ("-followed", "error(0.1) D0\nerror(0.2) D0 L0\n")].map { suffix, rest in
      Trial(
        name: "model-\(name)\(suffix)",
        files: [
          ("m.dem", text + rest), ("c.stim", "X_ERROR(0.1) 0\nM 0\nDETECTOR rec[-1]\n"),
        ], commands: modelCommands)
    }
  }

  // MARK: Blocks within blocks

  /// Cycles of 2, 3, 5, 7, 11 and 13 qubits: together they come back after 30030 turns.
  private static let cycles =
    [2, 3, 5, 7, 11, 13].reduce(into: (text: "", first: 0)) { result, length in
      for step in result.first..<result.first + length - 1 {
        result.text += "SWAP \(step) \(step + 1)\n"
      }
      result.first += length
    }.text

  /// Each block has no more turns than are followed without a question.
  private static let nestBodies: [(name: String, counts: [Int], body: String)] = [
    ("gates", [999, 999, 999, 999, 999, 999], cycles),
    ("resets", [999, 999, 999, 999, 999, 999], cycles + "R 60\n"),
    ("noise", [4095, 4095, 4095, 4095, 4095], cycles + "X_ERROR(0.01) 0\n"),
    ("detectors", [4095, 4095, 4095, 4095], "M 0\nDETECTOR rec[-1]\n"),
    ("observables", [65535, 65535, 65535, 65535], "OBSERVABLE_INCLUDE(0) X0\nX 1\n"),
  ]

  private static let nestCommands = [
    "analyze_errors", "analyze_errors --fold_loops", "explain_errors", "flows", "missing_detectors",
    "diagram --type detslice-text --tick 1", "repl --seed 1 < c.stim",
    "m2d --circuit c.stim --in /dev/null", "sample --shots 3 --seed 1",
  ]

  private static let nests = nestBodies.map { name, counts, body in
    let text = counts.reduce(body) { "REPEAT \($1) {\n\($0)}\n" }
    return Trial(
      name: "nest-\(name)",
      files: [("c.stim", "X 0 2 5 10 17 28\n\(text)M 0\nDETECTOR rec[-1]\n")],
      commands: nestCommands)
  }

  // MARK: Interrupts

  @Test(arguments: ["sample --shots 100 --seed 1", "analyze_errors"])
  func `an interrupt ends a long run at once`(command: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      "REPEAT 50000000 {\n    X_ERROR(0.1) 0\n    MR 0\n    DETECTOR rec[-1]\n}\n", to: "c.stim")
    let (call, seconds) = try QSimProcess.interrupted(
      "qsim \(command) --in '\(file)' > /dev/null", once: "sleep 1")
    #expect(call.status == 130 && seconds < 3, "\(seconds) s: \(call.error)")
  }
}
