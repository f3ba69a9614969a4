import QSim
import StabilizerSimulation
import TestSupport
import Testing

/// Blocks within blocks whose turns are each no long walk come to an end, or are refused after few
/// steps.
struct StepBudgetTests {
  /// Steps of a walk through blocks within blocks, turn by turn, until it ends or is refused.
  private static func walk(
    _ counts: [UInt64], turn: UInt64 = 3, _ budget: StepBudget
  ) throws {
    guard let count = counts.first else { return budget.spend(turn) }
    budget.enter(count, at: SourceRange(line: counts.count, column: 1, length: 1))
    defer { budget.exit() }
    for _ in 0..<count {
      try walk(Array(counts.dropFirst()), turn: turn, budget)
      try budget.endTurn()
    }
  }

  @Test(arguments: [
    [1_000_000_000_000_000_000], [999, 999, 999, 999], [4095, 4095, 4095, 4095],
    [65535, 65535, 65535], [2, 10_000_000_000], [10_000_000_000, 2], [7, 3, 1 << 40, 5],
    [UInt64](repeating: 2, count: 64),
  ])
  func `blocks within blocks are refused after few steps`(_ counts: [UInt64]) throws {
    let budget = StepBudget(limit: 1 << 20, patience: 1 << 12)
    let obstacle = #expect(throws: Obstacle.self) { try Self.walk(counts, budget) }
    #expect(budget.spent <= 1 << 14, "\(counts): \(budget.spent)")
    #expect(obstacle?.range?.line == counts.count, "the outermost block is named")
  }

  @Test(arguments: [
    [200_000], [60, 60, 60], [1, 1, 100_000], [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2],
  ])
  func `a walk that ends in time is never refused`(_ counts: [UInt64]) throws {
    let budget = StepBudget(limit: 1 << 20, patience: 1 << 4)
    try Self.walk(counts, budget)
    #expect(budget.spent == counts.reduce(3, *))
  }

  @Test func `steps outside of blocks do not count`() throws {
    let budget = StepBudget(limit: 1 << 14, patience: 1 << 4)
    budget.spend(1 << 40)
    try Self.walk([2], budget)
    budget.spend(.max)
    try Self.walk([60, 60], budget)
    #expect(budget.spent == 3 * 2 + 3 * 3600)
    // A flat stretch before them makes endless blocks no cheaper.
    #expect(throws: Obstacle.self) { try Self.walk([4095, 4095, 4095, 4095], budget) }
    #expect(budget.spent < 1 << 16)
  }

  @Test func `one walk after the other shares the steps`() throws {
    let budget = StepBudget(limit: 1 << 14, patience: 1 << 4)
    #expect(throws: Obstacle.self) { for _ in 0..<100 { try Self.walk([300], budget) } }
    #expect(budget.spent < 1 << 15)
  }

  @Test func `turns that are left out need no steps`() throws {
    let budget = StepBudget(limit: 1 << 14, patience: 1 << 4)
    budget.enter(1000, at: nil)
    for _ in 0..<1000 {
      budget.enter(1 << 60, at: nil)
      budget.spend(2)
      try budget.endTurn()
      budget.leaveOut(1 << 60 - 1)
      budget.exit()
      try budget.endTurn()
    }
    #expect(budget.spent == 2000)
  }

  @Test func `steps are told in powers of two or ten`() {
    let texts = [3, 1024, 12_345, 1e6, 3.21e6, 9.96e17, 0x1p64].map(StepBudget.text)
    #expect(texts == ["3", "2^10", "12345", "10^6", "3.2·10^6", "10^18", "2^64"])
  }

  // MARK: Walks

  private static let cycles =
    [2, 3, 5, 7, 11, 13].reduce(into: (text: "", first: 0)) { result, length in
      for step in 0..<length - 1 {
        result.text += "SWAP \(result.first + step) \(result.first + step + 1)\n"
      }
      result.first += length
    }.text

  private static func nest(_ counts: [Int], _ body: String) throws -> Circuit {
    let text = counts.reduce(body) { "REPEAT \($1) {\n\($0)\n}" }
    return try stim("X 0 2 5 10 17 28\n\(text)\nM 0\nDETECTOR rec[-1]\n")
  }

  private static let counts = [[999, 999, 999, 999, 999, 999], [4095, 4095, 4095, 4095]]

  /// The cycles come back after 30030 turns, which no block within has.
  @Test(arguments: counts) func `gates within blocks within blocks are raised to a power`(
    _ counts: [Int]
  ) throws {
    let circuit = try Self.nest(counts, Self.cycles)
    let turns = counts.reduce(1) { $0 * $1 % 30030 }
    let short = try Self.nest([turns], Self.cycles)
    #expect(try circuit.flowGenerators() == short.flowGenerators())
    #expect(try circuit.missingDetectors() == short.missingDetectors())
    #expect(
      try ReferenceSample.measurements(of: circuit).bits
        == ReferenceSample.measurements(of: short).bits)
    #expect(try ErrorAnalyzer.model(of: circuit) == ErrorAnalyzer.model(of: short))
    var (simulator, other) = (TableauSimulator(), TableauSimulator())
    try simulator.run(circuit)
    try other.run(short)
    #expect(simulator.record.description == other.record.description)
  }

  @Test func `what cannot be raised within blocks within blocks is refused`() throws {
    let counts = Self.counts[0]
    let measured = try Self.nest(counts, "M 0\nDETECTOR rec[-1]")
    let observed = try Self.nest(counts, "OBSERVABLE_INCLUDE(0) X1\nX 1")
    let noisy = try Self.nest(counts, "\(Self.cycles)X_ERROR(0.01) 0")
    let reset = try Self.nest(counts, "\(Self.cycles)R 60")
    for circuit in [measured, observed, noisy] {
      let obstacle = #expect(throws: Obstacle.self) { try ErrorAnalyzer.model(of: circuit) }
      #expect(obstacle?.range?.line == 2)
    }
    #expect(throws: Obstacle.self) { try ErrorExplainer.explain(noisy) }
    #expect(throws: Obstacle.self) { try observed.missingDetectors() }
    #expect(throws: Obstacle.self) { try observed.flowGenerators() }
    #expect(throws: Obstacle.self) { try reset.flowGenerators() }
    #expect(throws: Obstacle.self) { try ReferenceSample.measurements(of: reset) }
    var simulator = TableauSimulator()
    #expect(throws: Obstacle.self) { try simulator.run(reset) }
  }
}
