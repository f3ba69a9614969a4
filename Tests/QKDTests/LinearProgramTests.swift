import QKD
import QuantumCore
import RealModule
import Testing

struct LinearProgramTests {
  @Test func `a textbook programme has its optimum and a proof of it`() throws {
    // max 3x + 5y, x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18: 36 at (2, 6).
    var program = LinearProgram(maximizing: [3, 5], variableLimit: 100)
    program.require([1, 0], atMost: 4)
    program.require([0, 2], atMost: 12)
    program.require([3, 2], atMost: 18)
    let solution = try #require(program.solved())
    #expect(abs(solution.value - 36) < 1e-12)
    #expect(zip(solution.point, [2, 6]).allSatisfy { abs($0 - Double($1)) < 1e-12 })
    #expect(solution.certifiedBound >= 36 && solution.certifiedBound < 36 + 1e-9)
  }

  @Test func `rows below zero need a feasible point first`() throws {
    // min x + y with x + 2y ≥ 4, 3x + y ≥ 6: 2.8 at (1.6, 1.2).
    var program = LinearProgram(maximizing: [-1, -1], variableLimit: 100)
    program.require([-1, -2], atMost: -4)
    program.require([-3, -1], atMost: -6)
    let solution = try #require(program.solved())
    #expect(abs(solution.value + 2.8) < 1e-12)
    #expect(abs(solution.certifiedBound + 2.8) < 1e-9)
  }

  @Test func `a limit of a variable binds where no row does`() throws {
    // max 2x + y, x + y ≤ 3, x ≤ 1, y ≤ 1.5: 3.5 at (1, 1.5); x − y ≥ 1/4 makes that 2.75.
    var program = LinearProgram(maximizing: [2, 1], variableLimits: [1, 1.5])
    program.require([1, 1], atMost: 3)
    #expect(abs(try #require(program.solved()).value - 3.5) < 1e-12)
    program.require([-1, 1], atMost: -0.25)
    let solution = try #require(program.solved())
    #expect(abs(solution.value - 2.75) < 1e-12 && solution.point == [1, 0.75])
    #expect(abs(solution.certifiedBound - 2.75) < 1e-12)
    // The least of them: at 0 for y.
    var least = LinearProgram(maximizing: [-1, -3], variableLimits: [1, 1.5])
    least.require([-1, -1], atMost: -2)
    let end = try #require(least.solved())
    #expect(abs(end.value + 4) < 1e-12 && abs(end.certifiedBound + 4) < 1e-12)
    // Both at their limits are not enough.
    var none = LinearProgram(maximizing: [1, 1], variableLimits: [1, 1.5])
    none.require([-1, -1], atMost: -2.6)
    #expect(none.solved() == nil)
  }

  @Test func `limits of variables do what rows of one variable do`() throws {
    var numbers = Numbers(seed: 20_261_201)
    for _ in 0..<300 {
      let (rows, columns) = (1 + Int(numbers.next() * 8), 1 + Int(numbers.next() * 20))
      let objective = (0..<columns).map { _ in numbers.next() - 0.4 }
      // Of all sizes, some 0.
      let limits = (0..<columns).map { _ in
        max(0, numbers.next() - 0.1) * Double.exp10(-6 * numbers.next())
      }
      var limited = LinearProgram(maximizing: objective, variableLimits: limits)
      var plain = LinearProgram(maximizing: objective, variableLimit: 1)
      let point = limits.map { $0 * numbers.next() }
      for _ in 0..<rows {
        let row = (0..<columns).map { _ in numbers.next() - 0.5 }
        let limit = zip(row, point).reduce(0) { $0 + $1.0 * $1.1 } + 0.01 * numbers.next()
        limited.require(row, atMost: limit)
        plain.require(row, atMost: limit)
      }
      for column in 0..<columns {
        plain.require((0..<columns).map { $0 == column ? 1 : 0 }, atMost: limits[column])
      }
      let (a, b) = (try #require(limited.solved()), try #require(plain.solved()))
      #expect(abs(a.value - b.value) <= 1e-9)
      #expect(a.certifiedBound >= a.value - 1e-12 && a.certifiedBound <= a.value + 1e-9)
      #expect(zip(a.point, limits).allSatisfy { $0 >= 0 && $0 <= $1 })
    }
  }

  @Test func `a contradiction has no solution`() {
    var program = LinearProgram(maximizing: [1])
    program.require([1], atMost: 1)
    program.require([-1], atMost: -2)
    #expect(program.solved() == nil)
  }

  @Test func `any multipliers bound any feasible point`() throws {
    var state: UInt64 = 88_172_645_463_325_252
    func next() -> Double {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Double(state >> 11) / 9_007_199_254_740_992
    }
    for _ in 0..<200 {
      let (rows, columns) = (1 + Int(next() * 8), 1 + Int(next() * 20))
      var program = LinearProgram(maximizing: (0..<columns).map { _ in next() - 0.3 })
      let point = (0..<columns).map { _ in next() }
      for _ in 0..<rows {
        let row = (0..<columns).map { _ in next() - 0.5 }
        program.require(row, atMost: zip(row, point).reduce(0) { $0 + $1.0 * $1.1 } + 0.01 * next())
      }
      for column in 0..<columns {
        var row = [Double](repeating: 0, count: columns)
        row[column] = 1
        program.require(row, atMost: 1)
      }
      let solution = try #require(program.solved())
      let here = zip(program.objective, point).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(solution.certifiedBound >= here - 1e-12)
      #expect(solution.certifiedBound <= solution.value + 1e-8)
      #expect(program.bound(by: (0..<program.rowCount).map { _ in next() }) >= here - 1e-12)
    }
  }
}
