import QuantumCore

extension MemoryExperiment {
  /// The qubits as they lie, one row of text for each y from the top down, and what the letters
  /// mean.
  ///
  /// `d3` is a data qubit, `L3` one on the logical operator that is observed, `X3`, `Z3` and `F3`
  /// are check qubits.
  public var layout: (rows: [String], legend: [String]) {
    let cells = layoutCells()
    let columns = Set(cells.map(\.x)).sorted()
    let rows = Set(cells.map(\.y)).sorted(by: >)
    let width = (cells.map(\.text.count).max() ?? 0) + (columns.count > rows.count * 2 ? 0 : 1)
    var lines = [[String]](
      repeating: Array(repeating: "", count: columns.count), count: rows.count)
    for cell in cells {
      let column = columns.firstIndex(of: cell.x)!
      lines[rows.firstIndex(of: cell.y)!][column] = cell.text
    }
    let texts = lines.map { line in
      var text = ""
      for (column, cell) in line.enumerated() {
        let gap = column * width - text.count
        text += String(repeating: " ", count: max(cell.isEmpty || text.isEmpty ? 0 : 1, gap))
        text += cell
      }
      return text.trimmingTrailingSpaces
    }
    return (texts, legend(of: Set(cells.compactMap(\.text.first))))
  }

  private struct Cell {
    let x: Double
    let y: Double
    let text: String
  }

  private func layoutCells() -> [Cell] {
    let code = schedule.code
    let observed = Set(
      code.logicals.flatMap { $0.operator(in: basis).factors.map(\.qubit) })
    var cells: [Cell] = []
    for (number, qubit) in schedule.dataQubits.enumerated() {
      let place = code.coordinates.isEmpty ? [Double(qubit)] : code.coordinates[number]
      let letter = observed.contains(number) ? "L" : "d"
      cells.append(cell(at: place, letter, qubit))
    }
    for check in schedule.checks {
      cells.append(cell(at: check.coordinates, letter(of: check), check.qubit))
    }
    return cells
  }

  private func cell(at place: [Double], _ letter: String, _ qubit: Int) -> Cell {
    Cell(x: place.first ?? 0, y: place.count > 1 ? place[1] : 0, text: "\(letter)\(qubit)")
  }

  private func letter(of check: SyndromeSchedule.Check) -> String {
    guard check.readings.count == 1, let stabilizer = check.readings[0].first else { return "F" }
    let product = schedule.code.stabilizers[stabilizer]
    return product.consists(of: .x) ? "X" : product.consists(of: .z) ? "Z" : "F"
  }

  private func legend(of letters: Set<Character>) -> [String] {
    let meanings: [(Character, String)] = [
      ("d", "data qubit"), ("L", "data qubit on the observed logical operator"),
      ("X", "check qubit of an X check"), ("Z", "check qubit of a Z check"),
      ("F", "check qubit of a face that is read in several bases"),
    ]
    return meanings.filter { letters.contains($0.0) }.map { "\($0.0)# = \($0.1)" }
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}

extension MemoryTask {
  /// What a generated circuit is, for a comment above it: the task, its numbers, and the qubits as
  /// they lie.
  ///
  /// - Throws: like `experiment`.
  public func header(
    distance: Int, rounds: UInt64, noise: MemoryNoise = MemoryNoise(), gateSet: GateSet = .cx
  ) throws(Diagnostic) -> [String] {
    let layout = try experiment(distance: distance, rounds: rounds, noise: noise).layout
    return ["\(code) \(name): \(summary)", "distance: \(distance)", "rounds: \(rounds)"]
      + (gateSet == .cx ? [] : ["gate_set: \(gateSet.rawValue)"])
      + noise.settings.map { "\($0.name): \($0.probability)" }
      + ["layout:"] + layout.rows.map { "  \($0)" } + layout.legend.map { "    \($0)" }
  }
}
