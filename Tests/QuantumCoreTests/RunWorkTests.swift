import QuantumCore
import Testing

/// What runs are predicted to take, before they start.
struct RunWorkTests {
  private static func work(_ steps: [RunWork.Step], shots: Int = 1) -> RunWork {
    let ranges = steps.indices.map { SourceRange(line: $0 + 1, column: 1) }
    return RunWork(of: steps, ranges: ranges, shots: shots)
  }
  private static let gate = RunWork.Step.work(.init(seconds: 1))
  private static let measurement = RunWork.Step.work(.init(seconds: 1, outcomes: 0...1))

  @Test func `loops multiply`() throws {
    let work = Self.work([
      Self.gate, .startLoop(slot: 0, count: 1000), Self.gate, .startLoop(slot: 1, count: 1 << 60),
      Self.gate, Self.gate, .nextTurn(slot: 1), .nextTurn(slot: 0), Self.gate,
    ])
    let turns = Double(1000) * Double(UInt64(1) << 60)
    #expect(work.seconds == 2 * turns + 1000 + 2 && work.steps == work.seconds)
    let loop = try #require(work.loop)
    #expect(loop.turns == turns && loop.range == SourceRange(line: 2, column: 1))
  }

  @Test func `the loop that takes most is named`() {
    let work = Self.work([
      .startLoop(slot: 0, count: 10), Self.gate, .nextTurn(slot: 0),
      .startLoop(slot: 0, count: 5), Self.gate, Self.gate, Self.gate, .nextTurn(slot: 0),
      .startLoop(slot: 1, count: 3), Self.gate, .nextTurn(slot: 1),
    ])
    #expect(work.loop?.range?.line == 4 && work.seconds == 28)
  }

  @Test func `the loop that is named takes most of what a run takes at least`() {
    // With random outcomes the second loop would take longer.
    let work = Self.work(
      [
        .startLoop(slot: 0, count: 1000), Self.gate, .nextTurn(slot: 0),
        .startLoop(slot: 1, count: 100), Self.gate, Self.measurement, .nextTurn(slot: 1),
      ], shots: 1000)
    #expect(work.loop?.range?.line == 1 && work.leastSeconds == 1200 && work.seconds > 50_000)
  }

  @Test func `a loop that is left early counts once`() {
    let left = Self.work([
      .startLoop(slot: 0, count: 1 << 60), Self.gate, .jump(5), Self.gate, .nextTurn(slot: 0),
      Self.gate,
    ])
    #expect(left.seconds == 3)
    // A choice within a turn leaves nothing.
    let choice = Self.work([
      .startLoop(slot: 0, count: 8), .jump(3), Self.gate, .nextTurn(slot: 0),
    ])
    #expect(choice.seconds == 8)
    let halted = Self.work([
      .startLoop(slot: 0, count: 8), .startLoop(slot: 1, count: 8), Self.gate, .jump(.max),
      .nextTurn(slot: 1), .nextTurn(slot: 0),
    ])
    #expect(halted.seconds == 1)
    // Out of the inner one only.
    let inner = Self.work([
      .startLoop(slot: 0, count: 8), .startLoop(slot: 1, count: 8), Self.gate, .jump(5),
      .nextTurn(slot: 1), .nextTurn(slot: 0),
    ])
    #expect(inner.seconds == 8)
  }

  @Test func `shots share what they have in common`() {
    #expect(Self.work([Self.gate, Self.gate], shots: 1000).seconds == 2)
    // One state, then two, then four.
    #expect(Self.work([Self.measurement, Self.measurement, Self.gate], shots: 3).seconds == 6)
    let loop = [RunWork.Step.startLoop(slot: 0, count: 1_000_000)]
    let parted = Self.work(loop + [Self.measurement, .nextTurn(slot: 0)], shots: 1000).seconds
    #expect((0.99e9...1e9).contains(parted))
    let certain = Self.work(loop + [Self.gate, .nextTurn(slot: 0)], shots: 1000).seconds
    #expect(certain == 1e6)
    // An error in 10⁶ turns: after n turns the part 1 − exp(−n/10⁶) of the shots has its own state.
    let rare = RunWork.Step.work(.init(seconds: 1, errors: 1e-6))
    let noisy = Self.work(loop + [rare, .nextTurn(slot: 0)], shots: 1000).seconds
    #expect((0.3e9...0.45e9).contains(noisy), "\(noisy)")
    let drawn = RunWork.Step.work(.init(seconds: 0, shotSeconds: 1, errors: 0))
    #expect(Self.work(loop + [drawn, .nextTurn(slot: 0)], shots: 1000).seconds == 1e9)
  }

  @Test func `one shot is not shared by threads unless its state is large`() {
    func work(_ sharing: RunWork.Sharing, shots: Int, drawing: Double = 0) -> RunWork {
      RunWork(
        of: [Self.gate, Self.measurement, Self.gate, Self.gate],
        ranges: Array(repeating: nil, count: 4), shots: shots, drawing: drawing, sharing: sharing)
    }
    #expect(work(.states, shots: 1).leastElapsedSeconds(threads: 4) == 1)
    #expect(work(.groups, shots: 1).leastElapsedSeconds(threads: 4) == 4)
    #expect(work(.drawing, shots: 1).leastElapsedSeconds(threads: 4) == 4)
    // What is drawn from one state is shared by all threads.
    for sharing in [RunWork.Sharing.states, .groups, .drawing] {
      let drawn = work(sharing, shots: 1000, drawing: 1)
      #expect(drawn.leastSeconds == 1004 && drawn.leastElapsedSeconds(threads: 4) == 251)
    }
    let refused = work(.groups, shots: 1).obstacle(under: TimeLimit(predicted: 3), threads: 4)
    #expect(refused?.message.hasPrefix("would take about 4 s") == true)
  }

  @Test func `a loop is not named where drawing takes longer`() throws {
    let steps = [RunWork.Step.startLoop(slot: 0, count: 100), Self.gate, .nextTurn(slot: 0)]
    let ranges = steps.indices.map { SourceRange(line: $0 + 1, column: 1) }
    func obstacle(_ drawing: Double) throws -> Obstacle {
      let work = RunWork(of: steps, ranges: ranges, shots: 10, drawing: drawing)
      return try #require(work.obstacle(under: TimeLimit(predicted: 1), threads: 1))
    }
    let (loop, drawing) = (try obstacle(1), try obstacle(1000))
    #expect(loop.range?.line == 1 && loop.message.contains("100 turns"))
    #expect(drawing.range == nil && !drawing.message.contains("turns"))
  }

  @Test func `outcomes that may be certain refuse nothing`() {
    let steps = [RunWork.Step](repeating: Self.measurement, count: 60)
    let work = Self.work(steps, shots: 1_000_000_000_000)
    #expect(work.seconds > 1e12 && work.leastSeconds == 60)
    #expect(work.obstacle(under: .standard, threads: 1) == nil)
    // One that is random for sure parts the shots in two.
    let even = RunWork.Step.work(.init(seconds: 1, outcomes: 1...1))
    let halves = Self.work([even] + steps, shots: 1_000_000_000_000)
    #expect(halves.leastSeconds == 1 + 2 * 60 && halves.seconds > 1e12)
    let errors = RunWork.Step.work(.init(seconds: 1, errors: 30))
    let noisy = Self.work([errors, Self.gate], shots: 1_000_000_000)
    #expect(noisy.leastSeconds == noisy.seconds && noisy.seconds > 9e8)
  }

  @Test func `adding up takes a step of the program once`() {
    // Nested so deep that turns could not be walked.
    var steps: [RunWork.Step] = []
    for depth in 0..<200 { steps.append(.startLoop(slot: depth, count: 1 << 40)) }
    steps.append(Self.measurement)
    for depth in (0..<200).reversed() { steps.append(.nextTurn(slot: depth)) }
    let work = Self.work(steps, shots: 1 << 20)
    #expect(work.seconds == .infinity)
    #expect(
      work.obstacle(under: .standard, threads: 2)?.message.contains("more than 10^300") == true)
  }

  @Test func `what takes too long is refused with its place`() throws {
    let year = 365.2425 * 86_400
    let work = Self.work([
      .startLoop(slot: 0, count: UInt64(3 * year)), Self.gate, .nextTurn(slot: 0),
    ])
    let obstacle = try #require(work.obstacle(under: .standard, threads: 1))
    #expect(
      obstacle.message
        == "would take about 3 years (9.5·10^7 turns, 9.5·10^7 steps a shot, 1 shot, 1 thread); up to 100 h are allowed"
    )
    #expect(obstacle.range?.line == 1 && obstacle.isShortage)
    #expect(work.obstacle(under: .standard, threads: 1000) == nil)
    #expect(work.obstacle(under: TimeLimit(predicted: .infinity), threads: 1) == nil)
    // A guess may be wrong: what is asked to stop in time is tried.
    #expect(work.obstacle(under: TimeLimit(stoppingAfter: year / 2), threads: 1) == nil)
    #expect(work.obstacle(under: TimeLimit(stoppingAfter: year / 4), threads: 1) != nil)
  }

  @Test func `times have fitting units`() {
    let texts: [(Double, String)] = [
      (0.25, "0.3 s"), (40, "40 s"), (600, "10 min"), (7200, "2 h"), (360_000, "100 h"),
      (86_400 * 40, "40 days"), (3.2e7 * 5, "5.1 years"), (3.2e7 * 1e5, "101404 years"),
      (1e300, "more than a million years"), (.infinity, "more than a million years"),
    ]
    for (seconds, text) in texts { #expect(TimeLimit.text(seconds) == text) }
    #expect(RunWork.text(999_999) == "999999" && RunWork.text(1e6) == "10^6")
    #expect(RunWork.text(2.5e18) == "2.5·10^18")
  }

  @Test func `a deadline passes`() throws {
    #expect(throws: Never.self) { try TimeLimit(stoppingAfter: 1e9).check() }
    #expect(throws: Never.self) { try TimeLimit.standard.check() }
    #expect(throws: Obstacle.self) { try TimeLimit(stoppingAfter: 1e-9).check() }
  }
}
