import QSim
import QuantumCore
import StabilizerSimulation
import TestSupport
import Testing

struct BlockGeneratorTests {
  @Test(arguments: [0.3, 0.03, 0.001])
  func `distances are geometric`(probability: Double) {
    var random = BlockGenerator()
    random.start(seed: 1, purpose: .pauliFrames, block: 0)
    let scale = GapScale.of(probability: probability)
    // Ten classes of about equal probability.
    let width = max(1, Int(0.1 / probability))
    var counts = [Int](repeating: 0, count: 10)
    let draws = 20_000_000
    for _ in 0..<draws {
      counts[min(9, random.gap(scale: scale) / width)] += 1
    }
    var rest = 1.0
    for (index, count) in counts.enumerated() {
      let next = index == 9 ? 0 : rest * power(1 - probability, width)
      expectRate(count, of: draws, is: rest - next, within: 4.5, "class \(index)")
      rest = next
    }
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }

  @Test func `every bit of the words is fair`() {
    var random = BlockGenerator()
    random.start(seed: 2, purpose: .pauliFrames, block: 7)
    var ones = [Int](repeating: 0, count: 64)
    for _ in 0..<200_000 {
      let word = random.word()
      for bit in 0..<64 { ones[bit] += Int(word >> UInt64(bit) & 1) }
    }
    for bit in 0..<64 { expectRate(ones[bit], of: 200_000, is: 0.5, within: 4.5) }
  }

  @Test func `all instruction sets give the same numbers`() {
    func numbers(_ kernels: BitKernels) -> [UInt64] {
      var random = BlockGenerator(kernels: kernels)
      random.start(seed: 3, purpose: .pauliFrames, block: 1)
      return (0..<3000).map {
        $0 % 3 == 0 ? random.word() : UInt64(random.gap(scale: 1e6))
      }
    }
    let expected = numbers(BitKernels.all[0])
    for kernels in BitKernels.all { #expect(numbers(kernels) == expected, "\(kernels.name)") }
  }

  @Test func `blocks, seeds and purposes differ`() {
    func first(_ seed: UInt64, _ purpose: Philox.Purpose, _ block: UInt64) -> UInt64 {
      var random = BlockGenerator()
      random.start(seed: seed, purpose: purpose, block: block)
      return random.word()
    }
    let words = [
      first(1, .pauliFrames, 0), first(1, .pauliFrames, 1), first(2, .pauliFrames, 0),
      first(1, .generation, 0),
    ]
    #expect(Set(words).count == 4)
  }
}
