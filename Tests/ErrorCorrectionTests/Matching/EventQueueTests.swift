import ErrorCorrection
import TestSupport
import Testing

struct EventQueueTests {
  @Test func `events come in the order of their times`() {
    forAll(63, count: 200) { rng in
      var queue = EventQueue()
      for _ in 0..<2 {
        var (waiting, now): ([Int64], Int64) = ([], 0)
        for step in 0..<300 {
          if waiting.isEmpty || Int.random(in: 0..<3, using: &rng) > 0 {
            let range: Int64 = [1, 10, 1 << 20, 1 << 45][Int.random(in: 0..<4, using: &rng)]
            let time = now + Int64.random(in: 0...range, using: &rng)
            queue.push(time, Int32(step))
            waiting.append(time)
          } else {
            let popped = queue.pop()
            let event = try #require(popped)
            #expect(event.time == waiting.min())
            now = event.time
            waiting.remove(at: waiting.firstIndex(of: now)!)
          }
        }
        queue.reset()
        let rest = queue.pop()
        #expect(rest?.time == nil)
      }
    }
  }
}
