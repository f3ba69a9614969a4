/// What running circuits do to classical memory.
extension ClassicalMemory {
  /// Adds a result to the record, and stores it in a classical bit if one is given.
  package mutating func append(_ result: Bool, storedIn bit: Int?) {
    record.append(result)
    if let bit { bits[bit] = result }
  }

  package mutating func assign(
    _ value: ClassicalValue, to destination: ClassicalDestination
  ) throws(Diagnostic) {
    switch destination {
    case .bits(let start, let count): bits.setWord(value.asInteger, at: start, count: count)
    case .bit(let start, let count, let index):
      let i = try index.evaluated(in: self).asInteger
      guard i >= 0, i < count else {
        throw Diagnostic("bit index \(i) is outside 0..<\(count)", code: "index-out-of-range")
      }
      bits[start + Int(i)] = value.isTrue
    case .variable(let index): variables[index] = value
    }
  }
}
