/// Unlike values, numbered in the order in which they first appear.
package struct Numbering<Value: Hashable> {
  package private(set) var values: [Value] = []
  private var numbers: [Value: Int] = [:]

  package init() {}

  /// The number of a value, a new one if it has not appeared.
  ///
  /// - Complexity: O(1) hashes and comparisons on average.
  package mutating func number(of value: Value) -> Int {
    if let number = numbers[value] { return number }
    numbers[value] = values.count
    values.append(value)
    return values.count - 1
  }
}

extension Numbering: Sendable where Value: Sendable {}
