import QuantumCore
import Synchronization
import Testing

@Suite(.serialized) struct ParallelTests {
  @Test(arguments: [1, 2, 3, 8])
  func `every chunk runs exactly once`(threads: Int) {
    let chunks = 17
    let counts = UncheckedSendable(UnsafeMutablePointer<Int>.allocate(capacity: chunks))
    defer { counts.value.deallocate() }
    counts.value.initialize(repeating: 0, count: chunks)
    for turn in 1...10_000 {
      Parallel.forEach(chunks: chunks, threads: threads) { counts.value[$0] += 1 }
      for chunk in 0..<chunks where counts.value[chunk] != turn {
        Issue.record("chunk \(chunk) ran \(counts.value[chunk]) times in \(turn) turns")
        return
      }
    }
  }

  @Test func `sums have the same bits for any number of threads`() {
    func sum(_ threads: Int) -> Double {
      Parallel.sum(range: 100_003, minimumChunk: 100, threads: threads) { range in
        range.reduce(0) { $0 + 1 / (1 + Double($1)) }
      }
    }
    let one = sum(1)
    #expect(abs(one - 12.090176) < 0.001)
    for threads in [2, 3, 5, 16] { #expect(sum(threads).bitPattern == one.bitPattern) }
  }

  @Test func `ranges cover everything once and are not too small`() {
    for count in [0, 1, 7, 1000, 12_345] {
      for minimum in [1, 10, 5000] {
        let seen = UncheckedSendable(UnsafeMutablePointer<UInt8>.allocate(capacity: count + 1))
        defer { seen.value.deallocate() }
        seen.value.initialize(repeating: 0, count: count + 1)
        let smallest = Atomic<Int>(.max)
        Parallel.forEach(range: count, minimumChunk: minimum, threads: 3) { range in
          smallest.min(range.count, ordering: .relaxed)
          for index in range { seen.value[index] += 1 }
        }
        #expect((0..<count).allSatisfy { seen.value[$0] == 1 })
        #expect(count == 0 || smallest.load(ordering: .relaxed) >= min(minimum, count))
      }
    }
  }

  @Test func `a loop within a loop runs serially and ends`() {
    let total = Atomic<Int>(0)
    Parallel.forEach(chunks: 8, threads: 3) { _ in
      Parallel.forEach(chunks: 5, threads: 3) { _ in total.add(1, ordering: .relaxed) }
    }
    #expect(total.load(ordering: .relaxed) == 40)
  }

  private static let total = Atomic<Int>(0)

  @Test func `loops started at once from several tasks all end`() async {
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<200 {
            Parallel.forEach(chunks: 6, threads: 2) { _ in
              Self.total.add(1, ordering: .relaxed)
            }
          }
        }
      }
    }
    #expect(Self.total.load(ordering: .relaxed) == 4800)
  }
}
