/// Sorts words by their digits, the lowest first: O(count) for each digit in which they differ.
package enum RadixSort {
  private static let digitBits = 11

  /// Sorts ascending.
  package static func sort(_ words: inout [UInt64]) {
    guard words.count > 256 else { return words.sort() }
    let first = words[0]
    let differing = words.reduce(0) { $0 | ($1 ^ first) }
    var other = [UInt64](repeating: 0, count: words.count)
    for shift in stride(from: 0, to: 64, by: digitBits) {
      guard differing >> UInt64(shift) & digitMask != 0 else { continue }
      distribute(words, into: &other, shift: UInt64(shift))
      swap(&words, &other)
    }
  }

  private static var digitMask: UInt64 { 1 << UInt64(digitBits) - 1 }

  private static func distribute(_ words: [UInt64], into other: inout [UInt64], shift: UInt64) {
    var places = [Int](repeating: 0, count: 1 << digitBits)
    for word in words { places[Int(word >> shift & digitMask)] += 1 }
    var next = 0
    for digit in places.indices { (places[digit], next) = (next, next + places[digit]) }
    places.withUnsafeMutableBufferPointer { places in
      other.withUnsafeMutableBufferPointer { other in
        for word in words {
          let digit = Int(word >> shift & digitMask)
          other[places[digit]] = word
          places[digit] += 1
        }
      }
    }
  }
}
