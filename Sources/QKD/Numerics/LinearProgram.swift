// Goals, in order: a bound that holds whatever rounding did (the dual certificate); the optimum;
// speed.

/// A linear programme of few rows: maximise c·x subject to A x ≤ b and 0 ≤ x ≤ u.
///
/// Solved by the simplex method for bounded variables on a dense tableau. What decoy bounds rest on
/// is not the tableau but its *certificate*: any y ≥ 0 proves
/// c·x ≤ y·b + Σ_j u_j max(0, c_j − (yᵀA)_j) for all feasible x. `Solution.certifiedBound` is that
/// value for the y of the last tableau, formed from the original data.
public struct LinearProgram: Sendable {
  /// A, row by row, each of one number a variable.
  fileprivate var coefficients: [Double] = []
  /// b, one number a row.
  public private(set) var limits: [Double] = []
  /// c, one number a variable.
  public private(set) var objective: [Double]
  /// u, the largest value of each variable.
  public let variableLimits: [Double]

  /// A programme without rows.
  ///
  /// - Precondition: `variableLimit` is finite and not below 0.
  public init(maximizing objective: [Double], variableLimit: Double = 1) {
    self.init(
      maximizing: objective,
      variableLimits: [Double](repeating: variableLimit, count: objective.count))
  }

  /// A programme without rows, with a limit of its own for each variable.
  ///
  /// - Precondition: one limit a variable, each finite and not below 0.
  public init(maximizing objective: [Double], variableLimits: [Double]) {
    self.init(maximizing: objective, variableLimits: variableLimits, reserving: 0)
  }

  /// - Parameter rows: How many to make room for.
  init(maximizing objective: [Double], variableLimits: [Double], reserving rows: Int) {
    precondition(variableLimits.count == objective.count, "Each variable has one limit")
    precondition(
      variableLimits.allSatisfy { $0 >= 0 && $0 < .infinity },
      "The limit of a variable is finite and not below 0")
    coefficients.reserveCapacity(rows * objective.count)
    self.objective = objective
    self.variableLimits = variableLimits
  }

  /// How many rows there are.
  public var rowCount: Int { limits.count }

  /// Requires coefficients · x ≤ limit.
  ///
  /// - Precondition: one coefficient a variable.
  public mutating func require(_ coefficients: [Double], atMost limit: Double) {
    precondition(coefficients.count == objective.count, "A row has one coefficient a variable")
    self.coefficients += coefficients
    limits.append(limit)
  }

  /// Requires factor · coefficients · x ≤ limit.
  mutating func require(_ coefficients: [Double], times factor: Double, atMost limit: Double) {
    precondition(coefficients.count == objective.count, "A row has one coefficient a variable")
    for coefficient in coefficients { self.coefficients.append(factor * coefficient) }
    limits.append(limit)
  }

  /// The same constraints with another c.
  func maximizing(_ objective: [Double]) -> LinearProgram {
    precondition(objective.count == self.objective.count, "A row has one coefficient a variable")
    var program = self
    program.objective = objective
    return program
  }

  /// An optimum and its proof.
  public struct Solution: Sendable {
    /// The point the tableau ended at.
    public let point: [Double]
    /// The value c·x at that point.
    public let value: Double
    /// y, one number a row, each at least 0.
    public let multipliers: [Double]
    /// y·b + Σ_j u_j max(0, c_j − (yᵀA)_j): c·x of no feasible x exceeds it.
    public let certifiedBound: Double
  }

  /// The optimum; `nil` if there is no feasible point, none is best, or rounding got in the way.
  ///
  /// - Complexity: O(rows · (rows + variables)) a pivot; usually about 2–3 · rows pivots.
  public func solved() -> Solution? {
    var tableau = Tableau(self)
    guard tableau.findFeasible(), tableau.optimize() else { return nil }
    let multipliers = tableau.multipliers()
    let point = tableau.point()
    return Solution(
      point: point, value: zip(objective, point).reduce(0) { $0 + $1.0 * $1.1 },
      multipliers: multipliers, certifiedBound: bound(by: multipliers))
  }

  /// What a vector of multipliers proves; negative ones count as 0.
  public func bound(by multipliers: [Double]) -> Double {
    var prices = [Double](repeating: 0, count: objective.count)
    var bound = 0.0
    for (row, y) in multipliers.enumerated() where y > 0 {
      bound += y * limits[row]
      coefficients.withUnsafeBufferPointer { coefficients in
        let start = row * prices.count
        for column in prices.indices { prices[column] += y * coefficients[start + column] }
      }
    }
    for (column, price) in prices.enumerated() where price < objective[column] {
      bound += variableLimits[column] * (objective[column] - price)
    }
    return bound
  }
}

/// Rows: constraints with slack; the last row is the objective. Columns: variables, slacks, one
/// artificial, right side. Of a variable that is mirrored the column is that of u − x.
private struct Tableau {
  private let rowCount: Int
  private let variableCount: Int
  private let width: Int
  private var cells: [Double]
  private var basis: [Int]
  private let objective: [Double]
  /// u, for variables only: the other columns have no limit.
  private let variableLimits: [Double]
  private var isMirrored: [Bool]
  private let tolerance = 1e-11
  private var artificial: Int { variableCount + rowCount }

  init(_ program: LinearProgram) {
    rowCount = program.rowCount
    variableCount = program.objective.count
    width = variableCount + rowCount + 2
    objective = program.objective
    variableLimits = program.variableLimits
    isMirrored = [Bool](repeating: false, count: variableCount)
    cells = [Double](repeating: 0, count: (rowCount + 1) * width)
    basis = (0..<rowCount).map { program.objective.count + $0 }
    for row in 0..<rowCount {
      cells.withUnsafeMutableBufferPointer { cells in
        program.coefficients.withUnsafeBufferPointer { coefficients in
          let (start, source) = (row * width, row * variableCount)
          for column in 0..<variableCount { cells[start + column] = coefficients[source + column] }
        }
      }
      cells[row * width + variableCount + row] = 1
      cells[row * width + variableCount + rowCount] = -1
      cells[row * width + width - 1] = program.limits[row]
    }
  }

  private subscript(row: Int, column: Int) -> Double { cells[row * width + column] }

  /// Phase 1: the artificial column carries every violated row; afterwards it is gone.
  mutating func findFeasible() -> Bool {
    guard let worst = (0..<rowCount).min(by: { self[$0, width - 1] < self[$1, width - 1] }),
      self[worst, width - 1] < 0
    else {
      dropArtificial()
      return true
    }
    for column in 0..<width { cells[rowCount * width + column] = 0 }
    cells[rowCount * width + artificial] = 1  // maximise −artificial
    pivot(worst, artificial)
    guard iterate() else { return false }
    guard abs(self[rowCount, width - 1]) <= 1e-9 else { return false }
    if let row = basis.firstIndex(of: artificial) {
      guard let column = (0..<artificial).max(by: { abs(self[row, $0]) < abs(self[row, $1]) }),
        abs(self[row, column]) > tolerance
      else { return false }
      pivot(row, column)
    }
    dropArtificial()
    return true
  }

  private mutating func dropArtificial() {
    for row in 0...rowCount { cells[row * width + artificial] = 0 }
  }

  /// Phase 2.
  mutating func optimize() -> Bool {
    for column in 0..<width { cells[rowCount * width + column] = 0 }
    for column in 0..<variableCount {
      let weight = objective[column]
      cells[rowCount * width + column] = isMirrored[column] ? weight : -weight
      if isMirrored[column] { cells[rowCount * width + width - 1] += weight * limit(of: column) }
    }
    for row in 0..<rowCount where basis[row] < variableCount {
      let factor = self[rowCount, basis[row]]
      guard factor != 0 else { continue }
      for column in 0..<width {
        cells[rowCount * width + column] -= factor * cells[row * width + column]
      }
    }
    return iterate()
  }

  /// Largest descent first; after many steps the first column, which cannot cycle.
  private mutating func iterate() -> Bool {
    let limit = 60 * (rowCount + 8)
    for step in 0..<limit + 4 * variableCount {
      guard let column = entering(byIndex: step > limit / 2) else { return true }
      switch leaving(column) {
      case .noRow: return false
      case .entering: mirrorIdle(column)
      case .row(let row, let isAtLimit):
        if isAtLimit { mirrorBasic(row) }
        pivot(row, column)
      }
    }
    return false
  }

  /// u of a column; infinite of slacks and of the artificial.
  private func limit(of column: Int) -> Double {
    column < variableCount ? variableLimits[column] : .infinity
  }

  /// Puts u − x in the place of a variable at 0, which ends at its limit.
  private mutating func mirrorIdle(_ column: Int) {
    let limit = variableLimits[column]
    for start in stride(from: 0, through: rowCount * width, by: width) {
      cells[start + width - 1] -= limit * cells[start + column]
      cells[start + column] = -cells[start + column]
    }
    isMirrored[column].toggle()
  }

  /// Puts u − x in the place of the variable that a row stands for.
  private mutating func mirrorBasic(_ row: Int) {
    let column = basis[row]
    for place in row * width..<(row + 1) * width { cells[place] = -cells[place] }
    cells[row * width + column] = 1
    cells[row * width + width - 1] += variableLimits[column]
    isMirrored[column].toggle()
  }

  private func entering(byIndex: Bool) -> Int? {
    cells.withUnsafeBufferPointer { cells in
      let start = rowCount * width
      var (best, least) = (-1, -tolerance)
      for column in 0..<(width - 1) where cells[start + column] < least {
        if byIndex { return column }
        (best, least) = (column, cells[start + column])
      }
      return best < 0 ? nil : best
    }
  }

  /// What stops a variable that grows.
  private enum Stop {
    case noRow
    /// Its own limit.
    case entering
    /// The variable of a row, which ends at 0 or at its limit.
    case row(Int, isAtLimit: Bool)
  }

  private func leaving(_ column: Int) -> Stop {
    var best: (row: Int, ratio: Double, isAtLimit: Bool)?
    for row in 0..<rowCount {
      let (slope, value) = (self[row, column], self[row, width - 1])
      let room: Double
      if slope > tolerance {
        room = value
      } else if slope < -tolerance, limit(of: basis[row]) < .infinity {
        room = limit(of: basis[row]) - value
      } else {
        continue
      }
      let ratio = max(0, room) / abs(slope)
      if let present = best {
        if ratio > present.ratio { continue }
        if ratio == present.ratio, basis[row] > basis[present.row] { continue }
      }
      best = (row, ratio, slope < 0)
    }
    if limit(of: column) <= best?.ratio ?? .infinity, limit(of: column) < .infinity {
      return .entering
    }
    return best.map { .row($0.row, isAtLimit: $0.isAtLimit) } ?? .noRow
  }

  private mutating func pivot(_ row: Int, _ column: Int) {
    let (width, rowCount) = (width, rowCount)
    cells.withUnsafeMutableBufferPointer { cells in
      let base = cells.baseAddress!
      let chosen = base + row * width
      let inverse = 1 / chosen[column]
      for place in 0..<width { chosen[place] *= inverse }
      chosen[column] = 1
      for other in 0...rowCount where other != row {
        let target = base + other * width
        let factor = target[column]
        guard factor != 0 else { continue }
        Self.subtract(factor, times: chosen, from: target, count: width)
        target[column] = 0
      }
    }
    basis[row] = column
  }

  /// target ← target − factor · source, for rows that do not overlap.
  @inline(__always)
  private static func subtract(
    _ factor: Double, times source: UnsafeMutablePointer<Double>,
    from target: UnsafeMutablePointer<Double>, count: Int
  ) {
    var place = 0
    while place + 8 <= count {
      let lanes = UnsafeRawPointer(source + place).loadUnaligned(as: SIMD8<Double>.self)
      let raw = UnsafeMutableRawPointer(target + place)
      let old = raw.loadUnaligned(as: SIMD8<Double>.self)
      raw.storeBytes(of: old - factor * lanes, as: SIMD8<Double>.self)
      place += 8
    }
    while place < count {
      target[place] -= factor * source[place]
      place += 1
    }
  }

  func multipliers() -> [Double] {
    (0..<rowCount).map { max(0, self[rowCount, variableCount + $0]) }
  }

  func point() -> [Double] {
    var point = [Double](repeating: 0, count: variableCount)
    for row in 0..<rowCount where basis[row] < variableCount {
      point[basis[row]] = min(limit(of: basis[row]), max(0, self[row, width - 1]))
    }
    for column in point.indices where isMirrored[column] {
      point[column] = limit(of: column) - point[column]
    }
    return point
  }
}
