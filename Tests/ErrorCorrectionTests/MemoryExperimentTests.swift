import CircuitFormats
import ErrorCorrection
import Foundation
import QuantumCore
import TestSupport
import Testing

struct MemoryExperimentTests {
  struct Generated: Decodable {
    let code: String
    let task: String
    let distance: Int
    let rounds: UInt64
    let noise: [Double]
    let sha256: String
  }

  private static func text(
    _ code: String, _ task: String, _ distance: Int, _ rounds: UInt64, _ noise: [Double]
  ) throws -> String {
    var probabilities = MemoryNoise()
    probabilities.afterCliffordDepolarization = noise[0]
    probabilities.afterResetFlipProbability = noise[1]
    probabilities.beforeMeasureFlipProbability = noise[2]
    probabilities.beforeRoundDataDepolarization = noise[3]
    let experiment = try CodeCatalog.task(code: code, task: task)
      .experiment(distance: distance, rounds: rounds, noise: probabilities)
    return try StimWriter.write(experiment.circuit())
  }

  @Test(arguments: [
    ("repetition_code", "memory", 3, 3, [0, 0, 0, 0]),
    ("surface_code", "rotated_memory_x", 3, 2, [0.001, 0.002, 0.003, 0.004]),
    ("color_code", "memory_xyz", 3, 4, [0.001, 0.002, 0.003, 0.004]),
  ]) func `circuits are Stim's`(
    code: String, task: String, distance: Int, rounds: Int, noise: [Double]
  ) throws {
    let ours = try Self.text(code, task, distance, UInt64(rounds), noise)
    let path = "Tests/Fixtures/gen/\(code)_\(task)_d\(distance)_r\(rounds).stim"
    #expect(ours == (try Repository.text(path)))
  }

  @Test func `digests of circuits are those of Stim's`() throws {
    let file = Repository.url("Tests/Fixtures/gen/generated.json")
    let cases = try JSONDecoder().decode([Generated].self, from: Data(contentsOf: file))
    #expect(cases.count > 100)
    for row in cases {
      let text = try Self.text(row.code, row.task, row.distance, row.rounds, row.noise)
      #expect(
        sha256(text.utf8) == row.sha256,
        "\(row.code) \(row.task) d = \(row.distance), \(row.rounds) rounds, \(row.noise)")
    }
  }

  @Test func `the digest function gives the standard's examples`() {
    #expect(
      sha256("abc".utf8) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      sha256([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test func `the number of rounds costs nothing`() throws {
    let task = try CodeCatalog.task(code: "color_code", task: "memory_xyz")
    let circuit = try task.experiment(distance: 5, rounds: MemoryTask.roundLimit).circuit()
    #expect(circuit.measurementCount == UInt64.max)
    #expect(try StimWriter.write(circuit).contains("REPEAT 9223372036854775805 {"))
  }

  /// Every task's experiments at small distances, those of a code written outside the package among
  /// them.
  static let experiments = (CodeCatalog.all + [.toric]).flatMap(\.tasks).flatMap { task in
    [3, 5].compactMap { distance in try? task.experiment(distance: distance, rounds: 7) }
  }

  @Test func `the layout shows every qubit once`() {
    for experiment in Self.experiments {
      let schedule = experiment.schedule
      let words = experiment.layout.rows.flatMap { $0.split(separator: " ") }
      let numbers = words.map { Int($0.dropFirst())! }
      #expect(numbers.sorted() == (schedule.dataQubits + schedule.checkQubits).sorted())
      let letters = Set(words.map { $0.first! })
      #expect(letters == Set(experiment.layout.legend.map { $0.first! }))
      #expect(experiment.layout.rows.allSatisfy { $0.last != " " })
    }
  }

  @Test func `a header says what was asked for`() throws {
    let task = try CodeCatalog.task(code: "surface_code", task: "rotated_memory_x")
    let lines = try task.header(distance: 3, rounds: 5, noise: MemoryNoise(uniform: 0.001))
    #expect(lines[0].hasPrefix("surface_code rotated_memory_x: "))
    #expect(lines.contains("distance: 3") && lines.contains("rounds: 5"))
    #expect(lines.contains("after_clifford_depolarization: 0.001"))
    #expect(lines.contains { $0.contains("Z14     X16     Z18") })
    #expect(lines.allSatisfy { !$0.contains("\n") })
  }
}
