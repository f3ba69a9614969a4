import QSim
import QuantumCore
import Testing

struct OrderedBlocksTests {
  @Test(arguments: [1, 2, 5]) func `blocks are taken in order, once each`(threads: Int) throws {
    let blocks = OrderedBlocks(count: 200, slots: [Int](repeating: -1, count: 3))
    nonisolated(unsafe) var taken: [Int] = []
    Parallel.forEach(chunks: threads, threads: threads) { _ in
      while let index = blocks.claim() {
        blocks[index] = index * index
        blocks.finish(index) { taken.append($0) }
      }
    }
    try blocks.check()
    #expect(taken == (0..<200).map { $0 * $0 })
  }

  @Test func `no block is nothing to do`() throws {
    let blocks = OrderedBlocks(count: 0, slots: [0])
    #expect(blocks.claim() == nil)
    try blocks.check()
  }

  @Test func `an error ends it`() throws {
    struct Stop: Error {}
    let blocks = OrderedBlocks(count: 10, slots: [0, 0])
    var made = 0
    while let index = blocks.claim() {
      made += 1
      blocks.finish(index) { _ in if index == 4 { throw Stop() } }
    }
    #expect(made == 5)
    #expect(throws: Stop.self) { try blocks.check() }
  }
}
