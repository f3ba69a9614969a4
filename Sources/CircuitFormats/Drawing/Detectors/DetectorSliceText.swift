import QuantumCore

/// Draws regions as columns over lines of qubits, packed side by side where they share no line.
struct DetectorSliceText {
  typealias Slice = [(target: DetectorErrorModel.Target, region: SparsePauliString)]

  private let slice: Slice
  private let qubits: [Int]
  /// The place of each qubit among those drawn.
  private let rows: [Int: Int]
  /// Columns: regions whose spans of lines do not overlap.
  private var columns: [[Int]] = []

  init(_ slice: Slice, qubits: [Int]) {
    self.slice = slice
    self.qubits = qubits
    rows = Dictionary(uniqueKeysWithValues: qubits.enumerated().map { ($1, $0) })
    var ends: [Int] = []
    let order = slice.indices.sorted {
      (slice[$0].region.qubits.first ?? 0, $0) < (slice[$1].region.qubits.first ?? 0, $1)
    }
    for index in order {
      guard let first = slice[index].region.qubits.first,
        let last = slice[index].region.qubits.last
      else { continue }
      if let column = ends.firstIndex(where: { $0 < first }) {
        columns[column].append(index)
        ends[column] = last
      } else {
        columns.append([index])
        ends.append(last)
      }
    }
  }

  func text() -> String {
    let labels = qubits.map { "q\($0): " }
    let margin = labels.map(\.count).max() ?? 0
    // A line for each qubit, and one between two of them for links.
    var lines = (0..<max(0, 2 * qubits.count - 1)).map { line in
      line % 2 == 0
        ? String(repeating: " ", count: margin - labels[line / 2].count) + labels[line / 2] + "-"
        : String(repeating: " ", count: margin + 1)
    }
    for column in columns {
      let texts = column.map { index in
        slice[index].region.factors.map { "\($0.pauli.letter):\(name(slice[index].target))" }
      }
      let width = texts.joined().map(\.count).max() ?? 0
      var cells = [String](repeating: "", count: lines.count)
      for (index, texts) in zip(column, texts) {
        let places = slice[index].region.qubits.map { 2 * (rows[$0] ?? 0) }
        for line in (places.min() ?? 0)...(places.max() ?? 0) { cells[line] = "|" }
        for (line, text) in zip(places, texts) { cells[line] = text }
      }
      for line in lines.indices {
        lines[line] += cells[line].padded(with: line % 2 == 0 ? "-" : " ", to: width + 1)
      }
    }
    return lines.map { $0.withoutTrailingSpaces + "\n" }.joined()
  }

  private func name(_ target: DetectorErrorModel.Target) -> String {
    "\(target.isDetector ? "D" : "L")\(target.value)"
  }
}

extension String {
  fileprivate func padded(with character: Character, to width: Int) -> String {
    self + String(repeating: character, count: max(0, width - count))
  }

  fileprivate var withoutTrailingSpaces: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
