import QKD
import QuantumCore
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
