import Foundation
import TestSupport
import Testing

/// Troubles with error models and decoders as users meet them; see the PROVENANCE.md of the
/// fixtures.
struct ReportedDecodingTests {
  private static let folder = "Tests/Fixtures/Reported/decoding"

  private static func shell(_ command: String) throws -> Invocation {
    try QSimProcess.shell("cd '\(Repository.root.path)/\(folder)' && \(command)")
  }

  @Test(arguments: ["matching", "correlated-matching", "union-find", "dense-matching", "lookup"])
  func `what nothing explains is said`(decoder: String) throws {
    for (file, events) in [("no-boundary.dem", "1110"), ("unexplained.dem", "10")] {
      let result = try Self.shell(
        "echo \(events) | qsim decode --dem \(file) --decoder \(decoder)")
      #expect(result.status == 0)
      #expect(result.output == "0\n")
      #expect(result.error.contains("warning: no errors of the model explain 1 of 1 shots"))
    }
    let counted = try Self.shell(
      "printf '11101\\n00000\\n11000\\n' | qsim decode --dem no-boundary.dem --decoder \(decoder) "
        + "--in_includes_appended_observables --json --reproducible")
    #expect(counted.output.contains("\"unexplained\": 1"), "\(counted.output)")
    let explained = try Self.shell(
      "echo 1100 | qsim decode --dem no-boundary.dem --decoder \(decoder)")
    #expect(explained.output == "1\n")
    #expect(explained.error.isEmpty)
  }

  @Test func `errors of two detectors in a channel are matched as what they are`() throws {
    for file in ["edges-channel.stim", "edges-correlated.stim", "channel-of-edges.stim"] {
      let result = try Self.shell(
        "qsim collect --circuits \(file) --decoders matching correlated-matching union-find "
          + "dense-matching lookup --max_shots 4000 --seed 7")
      #expect(result.status == 0, "\(result.error)")
      let rows = result.output.split(separator: "\n").dropFirst()
      #expect(rows.count == 5)
      for row in rows {
        let errors = Int(row.split(separator: ",")[1].trimmingCharacters(in: .whitespaces))
        // About 1e-6 of the shots.
        #expect(errors ?? .max <= 2, "\(row)")
      }
    }
  }

  @Test func `models decomposed by others are matched as well`() throws {
    let text = """
      error(9.999999999999999547e-07) D0
      error(9.999999999999999547e-07) D0 L0
      error(0.08000000000000000167) D1 L0 ^ D0 L0
      error(0.1199999999999999956) D1 ^ D0
      """
    let result = try Self.shell(
      "printf '\(text)\\n' > /tmp/qsim-$$.dem; "
        + "qsim exact --dem /tmp/qsim-$$.dem --decoders matching union-find dense-matching ml --csv; rm /tmp/qsim-$$.dem"
    )
    for row in result.output.split(separator: "\n").dropFirst() {
      let rate = row.split(separator: ",").last.flatMap { Double($0) } ?? 1
      #expect(rate < 1e-5, "\(row)")
    }
    #expect(result.output.contains("dense-matching,"))
  }

  @Test func `exclusive errors go everywhere`() throws {
    let folder = try TemporaryFolder()
    let noisy = folder.path("erasure.stim")
    let made = try QSimProcess.shell(
      "cd '\(Repository.root.path)' && qsim gen --code repetition_code --task memory --distance 3 --rounds 2 "
        + "| qsim noise --model erasure --p 0.01 --out '\(noisy)'")
    #expect(made.status == 0, "\(made.error)")
    let chain = folder.path("chain.stim")
    try Data(
      """
      R 0 1 2
      E(0.1) X0
      ELSE_CORRELATED_ERROR(0.2) X0 X1
      PAULI_CHANNEL_2(0.01,0.01,0,0.02,0,0,0,0,0,0,0,0,0,0,0.01) 1 2
      PAULI_CHANNEL_1(0.1,0.01,0.05) 2
      M 0 1 2
      DETECTOR rec[-3]
      DETECTOR rec[-2] rec[-3]
      OBSERVABLE_INCLUDE(0) rec[-1]
      """.utf8
    ).write(to: URL(fileURLWithPath: chain))
    for file in [noisy, chain, "heralded.stim"] {
      for command in [
        "logical_errors --in", "diagram --type matchgraph-svg --in", "explain_errors --in",
        "analyze_errors --approximate_disjoint_errors --in",
        "analyze_errors --approximate_disjoint_errors --decompose_errors --in",
        "exact --decoders ml matching --circuit", "detect --shots 10 --in",
        "collect --decoders matching --max_shots 100 --circuits",
      ] {
        let result = try Self.shell("qsim \(command) '\(file)'")
        #expect(result.status == 0, "\(command) \(file): \(result.error)")
      }
      let decoded = try Self.shell(
        "qsim detect --shots 100 --seed 1 --append_observables --in '\(file)' | qsim decode --circuit '\(file)' "
          + "--in_includes_appended_observables --count-mistakes")
      #expect(decoded.status == 0, "\(decoded.error)")
    }
    let two = try Self.shell("qsim logical_errors --in heralded.stim")
    #expect(two.output.split(separator: "\n").count == 2, "\(two.output)")
  }

  @Test func `hints name commands that have the option`() throws {
    let refused = try Self.shell("qsim analyze_errors --in heralded.stim")
    #expect(refused.status == 65)
    #expect(refused.error.contains("'analyze_errors --approximate_disjoint_errors'"))
    let sampled = try Self.shell("qsim detect --route errors --shots 1 --in heralded.stim")
    #expect(sampled.status == 65)
    #expect(sampled.error.contains("--route frames"), "\(sampled.error)")
    #expect(!sampled.error.contains("approximate"))
  }

  @Test func `windows find the time among the coordinates, and the length of a round`() throws {
    let folder = try TemporaryFolder()
    let make = try QSimProcess.shell(
      "cd '\(folder.path("."))' && qsim gen --code surface_code --task rotated_memory_z --distance 3 --rounds 24 "
        + "--after_clifford_depolarization 0.004 > plain.stim && "
        + "sed -E 's/^( *DETECTOR\\(([0-9]+), ([0-9]+), [^)]*)\\)/\\1, \\3)/' plain.stim > colour.stim && "
        + "sed -E 's/SHIFT_COORDS\\(0, 0, 1\\)/SHIFT_COORDS(0, 0, 500)/; s/^( *DETECTOR\\([0-9]+, [0-9]+, )1\\)/\\1500)/' plain.stim > units.stim && "
        + "qsim detect --in plain.stim --shots 2000 --seed 3 --append_observables --out events.01")
    #expect(make.status == 0, "\(make.error)")
    func mistakes(_ file: String, _ more: String = "") throws -> String {
      let result = try QSimProcess.shell(
        "cd '\(folder.path("."))' && qsim decode --circuit \(file) --in events.01 --in_includes_appended_observables "
          + "--count-mistakes --reproducible --json --window 1 --buffer 0 \(more)")
      #expect(result.status == 0, "\(result.error)")
      return String(
        result.output.split(separator: "\n").first { $0.contains("\"mistakes\"") } ?? "none")
    }
    let plain = try mistakes("plain.stim")
    #expect(plain != "none")
    for more in ["", "--time-coordinate 3"] { #expect(try mistakes("colour.stim", more) == plain) }
    #expect(try mistakes("units.stim") == plain)
    #expect(try mistakes("units.stim", "--round-length 500") == plain)
    // All in one window is far better than windows of one round that look no further.
    #expect(try mistakes("units.stim", "--round-length 50000") != plain)
  }
}
