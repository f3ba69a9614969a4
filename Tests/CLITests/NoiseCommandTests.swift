import Foundation
import TestSupport
import Testing

struct NoiseCommandTests {
  private static let bell = "H 0\nCX 0 1\nM 0 1\n"

  private func run(_ arguments: String, input: String = bell) throws -> Invocation {
    try QSimProcess.run(arguments.split(separator: " ").map(String.init), input: input)
  }

  @Test func `a circuit becomes noisy`() throws {
    let result = try run("noise - --model depolarizing --set p1=0.01 --set p2=0.02")
    #expect(result.status == 0 && result.error.isEmpty)
    #expect(
      result.output == "H 0\nDEPOLARIZE1(0.01) 0\nCX 0 1\nDEPOLARIZE2(0.02) 0 1\nM 0 1\n")
    #expect(try run("noise - --model depolarizing:p1=0.01,p2=0.02").output == result.output)
    let both = try run("noise - --model depolarizing --p 0.01").output
    #expect(both == (try run("noise - --model depolarizing:p=0.01").output))
    #expect(both == (try run("noise - --model depolarizing --set p=0.01").output))
  }

  @Test func `OpenQASM comes out as stim`() throws {
    let result = try run("noise Examples/circuits/bell.qasm --model amplitude-damping:gamma=0.25")
    #expect(
      result.output
        == """
        H 0
        I_ERROR[AMPLITUDE_DAMPING(gamma=0.25)] 0
        CX 0 1
        I_ERROR[AMPLITUDE_DAMPING(gamma=0.25)] 0 1
        M 0 1

        """)
  }

  @Test func `models add up, and the report counts`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("noisy.stim")
    let result = try run(
      "noise - --model bit-flip:p=0.25 --model readout:p=0.125 --out \(path) --report")
    #expect(result.status == 0 && result.output.isEmpty)
    #expect(
      result.error
        == """
        model     rule          fired
        bit-flip  gates             3
        readout   measurements      2

        """)
    let text = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
    #expect(text == "H 0\nX_ERROR(0.25) 0\nCX 0 1\nX_ERROR(0.25) 0 1\nM(0.125) 0 1\n")
    let csv = try run("noise - --model bit-flip:p=0.25 --out \(path) --csv")
    #expect(csv.output == "model,rule,fired\nbit-flip,gates,3\n")
  }

  @Test func `the JSON object holds the circuit and the rules`() throws {
    let json = try JSONObject(try run("noise - --model bit-flip:p=0.25 --json").output)
    #expect(json["command"] as? String == "noise")
    #expect(
      json["circuit"] as? String == "H 0\nX_ERROR(0.25) 0\nCX 0 1\nX_ERROR(0.25) 0 1\nM 0 1\n")
    #expect(json["input", "gates"] as? Int == 4 && json["gates"] as? Int == 7)
    let rules = try #require(json["noise"] as? [[String: Any]])
    #expect(rules.count == 1 && rules[0]["fired"] as? Int == 3)
    #expect(rules[0]["model"] as? String == "bit-flip" && rules[0]["rule"] as? String == "gates")
  }

  @Test(arguments: ["run - --seed 1", "plan -", "noise -"])
  func `a rule that never fires is a warning`(command: String) throws {
    let option = command == "noise -" ? "--model" : "--noise"
    let result = try run("\(command) \(option) sd6:p=0.001")
    let warning = "noise 'sd6': the rule 'resets' never fired"
    #expect(result.status == 0 && !result.output.isEmpty)
    #expect(result.error.contains("qsim: warning: \(warning)\n"), "\(result.error)")
    let json = try JSONObject(try run("\(command) \(option) sd6:p=0.001 --json").output)
    let warnings = try #require(json["warnings"] as? [String])
    #expect(warnings.contains(warning))
    #expect(!warnings.contains { $0.contains("measurements") })
  }

  @Test func `a run is as noisy as its noise`() throws {
    let result = try run(
      "run - --noise bit-flip:p=0.1 --noise readout:p=0.05 --shots 100000 --seed 3 --json")
    let json = try JSONObject(result.output)
    let rules = try #require(json["noise"] as? [[String: Any]])
    #expect(rules.compactMap { $0["fired"] as? Int } == [3, 2])
    #expect(json["input", "gates"] as? Int == 4)
    // The parity of both bits is odd if an odd number of the four errors on it happens: those after
    // CX and of readout. X before CX flips both.
    let counts = try #require(json["counts"] as? [String: Int])
    let odd = (1 - 0.8 * 0.8 * 0.9 * 0.9) / 2
    expectRate((counts["01"] ?? 0) + (counts["10"] ?? 0), of: 100_000, is: odd, within: 5)
    let same = try run(
      "run - --noise bit-flip:p=0.1 --noise readout:p=0.05 --shots 100000 --seed 3 --json --reproducible --threads 1"
    )
    let again = try run(
      "run - --noise bit-flip:p=0.1 --noise readout:p=0.05 --shots 100000 --seed 3 --json --reproducible --threads 2"
    )
    #expect(same.output == again.output)
  }

  @Test func `a noisy circuit runs as a circuit with noise`() throws {
    let noisy = try run("noise - --model si1000:p=0.01")
    let direct = try run("run - --from stim --noise si1000:p=0.01 --seed 5")
    let twoSteps = try run("run - --from stim --seed 5", input: noisy.output)
    #expect(direct.output == twoSteps.output && !direct.output.isEmpty)
  }

  @Test func `a clean memory experiment becomes noisy by a model in any case`() throws {
    let folder = try TemporaryFolder()
    let (clean, noisy) = (folder.path("clean.stim"), folder.path("noisy.stim"))
    let size = "--code surface_code --task rotated_memory_z --distance 3 --rounds 3"
    let generated = try run("gen \(size) --gate_set cz --out \(clean)")
    #expect(generated.status == 0 && generated.error.isEmpty, "\(generated.error)")
    let result = try run("noise \(clean) --model si1000 --p 0.0023 --out \(noisy)")
    #expect(result.status == 0 && result.output.isEmpty && result.error.isEmpty)
    let text = try String(contentsOf: URL(fileURLWithPath: noisy), encoding: .utf8)
    #expect(text.contains("DEPOLARIZE2(0.0023)") && text.contains("X_ERROR(0.0115)"))
    #expect(try run("noise \(clean) --model SI1000:p=0.0023,dialect=paper").output == text)
    let other = try run("noise \(clean) --model Si1000 --p 0.0023 --dialect stimflow").output
    #expect(other.contains("    M(0.0115) 2 9") && !other.contains("X_ERROR(0.0115)"))
    #expect(
      try run("noise \(clean) --model si1000:p=0.0023 --set dialect=stimflow").output == other)
  }

  @Test(arguments: [
    ("noise - --model si1000 --dialect stim", "dialect is paper or stimflow, not stim"),
    ("noise - --model sd6 --dialect paper", "no parameter 'dialect'"),
    ("gen --code surface_code --task rotated_memory_z --distance 3 --rounds 3 --gate_set cy", "cz"),
  ])
  func `a word that is no choice is a usage error`(command: String, message: String) throws {
    let result = try run(command)
    #expect(result.status == 64 && result.error.contains(message), "\(result.error)")
  }

  @Test func `every bit that is measured may be misread`() throws {
    let json = try JSONObject(
      try run("run - --measure-all --noise readout:p=1 --seed 1 --json", input: "X 0\nI 1\n").output
    )
    #expect(json["counts"] as? [String: Int] == ["01": 1024])
  }

  @Test func `the catalog lists the models`() throws {
    let result = try run("catalog noise --json")
    let rows = try #require(try JSONObject(result.output)["rows"] as? [[String: Any]])
    #expect(rows.count == 18 && rows[0]["name"] as? String == "depolarizing")
    let entry = try run("catalog noise thermal si1000").output
    #expect(entry.contains("t1_us=100") && entry.contains("DEPOLARIZE1(2p)"))
  }
}
