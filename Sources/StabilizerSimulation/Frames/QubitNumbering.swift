/// Numbers qubits in order of first use, so that a large index costs a page of a table and no more.
struct QubitNumbering {
  private static let pageBits = 10
  private var pages: [[Int32]] = []
  private(set) var count = 0

  /// The number of a qubit; the next one if it has none yet.
  mutating func number(of qubit: Int) -> Int {
    let (page, place) = (qubit >> Self.pageBits, qubit & (1 << Self.pageBits - 1))
    if page >= pages.count {
      pages.append(contentsOf: repeatElement([], count: page + 1 - pages.count))
    }
    if pages[page].isEmpty { pages[page] = [Int32](repeating: -1, count: 1 << Self.pageBits) }
    let known = pages[page][place]
    if known >= 0 { return Int(known) }
    pages[page][place] = Int32(count)
    count += 1
    return count - 1
  }
}
