/// Which of the newest counters have been seen: a ring of bits.
///
/// - Source: [Zhang12], with a ring of words that is cleared as it advances.
package struct ReplayWindow: Sendable {
  private static let wordCount = 17
  /// How far behind the newest a counter may be.
  package static let size = UInt64(64 * (wordCount - 1))

  private var words = [UInt64](repeating: 0, count: wordCount)
  /// The counter after the newest; 0 before the first.
  private(set) var next: UInt64 = 0
  package private(set) var seenCount: UInt64 = 0

  package enum Verdict { case new, seen, tooOld }

  package init() {}

  package func verdict(on counter: UInt64) -> Verdict {
    if counter >= next { return .new }
    if next - counter > Self.size { return .tooOld }
    return words[Self.word(counter)] & Self.bit(counter) == 0 ? .new : .seen
  }

  /// Remembers a counter that is new.
  ///
  /// - Precondition: `counter` is below 2⁶⁴ − 1.
  package mutating func insert(_ counter: UInt64) {
    if counter >= next {
      let from = next == 0 ? counter / 64 : (next - 1) / 64 + 1
      let to = counter / 64
      if from <= to {
        let count = min(to - from + 1, UInt64(Self.wordCount))
        for offset in 0..<count { words[Int((to - offset) % UInt64(Self.wordCount))] = 0 }
      }
      next = counter + 1
    }
    words[Self.word(counter)] |= Self.bit(counter)
    seenCount += 1
  }

  private static func word(_ counter: UInt64) -> Int { Int(counter / 64 % UInt64(wordCount)) }
  private static func bit(_ counter: UInt64) -> UInt64 { 1 << (counter % 64) }
}
