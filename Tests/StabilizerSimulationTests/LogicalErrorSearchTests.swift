import CircuitFormats
import QSim
import TestSupport
import Testing

import StabilizerSimulation

struct LogicalErrorSearchTests {
  private static func model(
    _ code: String, _ task: String, _ distance: Int, _ rounds: UInt64, decomposes: Bool = false
  ) throws -> DetectorErrorModel {
    let circuit = try CodeCatalog.task(code: code, task: task)
      .experiment(distance: distance, rounds: rounds, noise: MemoryNoise(uniform: 0.001)).circuit()
    return try ErrorAnalyzer.model(of: circuit, options: .init(decomposesErrors: decomposes))
  }

  @Test(arguments: [
    ("repetition_code", "memory"), ("surface_code", "rotated_memory_x"),
    ("surface_code", "rotated_memory_z"), ("surface_code", "unrotated_memory_x"),
    ("surface_code", "unrotated_memory_z"),
  ]) func `the graphlike distance is the distance of the code`(code: String, task: String) throws {
    for distance in [2, 3, 5] {
      let model = try Self.model(code, task, distance, UInt64(distance))
      let error = try model.shortestGraphlikeError()
      #expect(error.errorCount == UInt64(distance))
      AnalysisTests.expectUndetected(error)
    }
  }

  @Test(arguments: [
    ("color_code", "memory_xyz", 3, 3, 4, 2), ("surface_code", "rotated_memory_x", 3, 3, 4, 3),
    ("repetition_code", "memory", 5, 3, 2, 5), ("surface_code", "unrotated_memory_z", 3, 2, 4, 3),
  ]) func `errors with more detectors are searched`(
    code: String, task: String, distance: Int, rounds: Int, limit: Int, size: Int
  ) throws {
    let model = try Self.model(code, task, distance, UInt64(rounds))
    let limits = DetectorErrorModel.SearchLimits(
      detectionEvents: limit, detectorsPerMechanism: limit, isNeverIncreasing: true)
    let found = try model.undetectableLogicalError(limits: limits)
    #expect(found.errorCount == UInt64(size))
    AnalysisTests.expectUndetected(found)
  }

  @Test func `a search ends at its limit of states`() throws {
    let model = try Self.model("surface_code", "rotated_memory_x", 5, 5)
    let limits = DetectorErrorModel.SearchLimits(
      detectionEvents: 8, detectorsPerMechanism: 8, isNeverIncreasing: false, states: 1000)
    #expect(throws: Obstacle.self) { try model.undetectableLogicalError(limits: limits) }
  }

  @Test func `a search without an answer says why`() throws {
    for (text, hint) in [
      ("error(0.1) D0", "the model has no observables"),
      ("logical_observable L0", "the model has no mechanisms"),
      ("error(0.1) D0 D1 D2 L0", "none of its mechanisms has at most two detectors"),
    ] {
      do {
        _ = try DEMReader.read(text).shortestGraphlikeError()
        Issue.record("found one")
      } catch let obstacle as Obstacle {
        #expect(obstacle.hint == hint)
      }
    }
  }

  /// The least cost of an assignment that satisfies every hard clause, tried out one by one.
  private static func optimum(_ text: String) throws -> Int? {
    let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    let variables = try #require(Int(lines[0][2]))
    let top = try #require(Int(lines[0][4]))
    let clauses = lines.dropFirst().map { $0.dropLast().map { Int($0)! } }
    #expect(clauses.count == Int(lines[0][3]))
    var best: Int?
    for assignment in 0..<1 << variables {
      var cost = 0
      for clause in clauses {
        let holds = clause.dropFirst().contains {
          (assignment >> (abs($0) - 1) & 1 == 1) == ($0 > 0)
        }
        if !holds { cost += clause[0] }
      }
      if cost < top { best = min(best ?? .max, cost) }
    }
    return best
  }

  @Test func `satisfiability problems have the distance as their optimum`() throws {
    for (text, size, cost) in [
      ("error(0.1) D0\nerror(0.1) D0 D1\nerror(0.1) D1 L0", 3, 300),
      ("error(0.1) D0 L0\nerror(0.1) D0\nerror(0.1) L0 D1", 2, 200),
      ("error(0.4) D0\nerror(0.1) L0", 1, 100), ("error(0.1) L0\nerror(0) L0", 1, 100),
      ("error(0.1) D0 D1 D2 L1\nerror(0.1) D0\nerror(0.1) D1 D2", 3, 300),
    ] {
      let model = try DEMReader.read(text)
      #expect(try Self.optimum(model.shortestErrorSATProblem()) == size, "\(text)")
      #expect(try Self.optimum(model.likeliestErrorSATProblem()) == cost, "\(text)")
    }
    for text in ["error(0.1) D0", "error(0.1) D0 L0", ""] {
      #expect(try Self.optimum(DEMReader.read(text).shortestErrorSATProblem()) == nil)
    }
    // More likely than not to happen: it costs where it does not.
    let likely = try DEMReader.read("error(0.7) L0\nerror(0.9) D0\nerror(0.9) D0 L0")
    #expect(try Self.optimum(likely.likeliestErrorSATProblem(quantization: 1000)) == 386)
  }
}
