import QuantumCore
import TestSupport
import Testing

struct RadixSortTests {
  @Test func `words come out in ascending order`() {
    forAll(3, count: 30) { rng in
      let count = [0, 1, 2, 255, 256, 257, 1000, 5000].randomElement(using: &rng)!
      let bits = UInt64.random(in: 1...64, using: &rng)
      var words = (0..<count).map { _ in rng.next() >> (64 - bits) }
      let expected = words.sorted()
      RadixSort.sort(&words)
      #expect(words == expected)
    }
  }
}
