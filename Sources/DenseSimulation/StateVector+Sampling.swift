import QuantumCore
import RealModule

// Goals, in order: the same outcomes for any number of threads; each shot's outcome depends on its own uniform number
// only; one pass over the state. The cumulative distribution is inverted in two stages: sums of blocks, then within the
// blocks that hold a threshold.

extension StateVector {
  /// Basis states drawn with their probabilities, one for each uniform number in [0, 1).
  ///
  /// - Returns: an index for each number, in the order of the numbers.
  /// - Complexity: O(2ⁿ + shots).
  package func outcomes(forUniforms uniforms: [Double]) -> [UInt64] {
    let blockBits = min(qubitCount, 12)
    let blocks = amplitudeCount >> blockBits
    let norms = blockNorms(bits: blockBits, count: blocks)
    var cumulative = [Double](repeating: 0, count: blocks + 1)
    for block in 0..<blocks { cumulative[block + 1] = cumulative[block] + norms[block] }
    let order = SortedUniforms(uniforms, total: cumulative[blocks])
    let starts = blockStarts(of: order.thresholds, cumulative: cumulative)
    var sorted = [UInt64](repeating: 0, count: uniforms.count)
    pick(
      order.thresholds, cumulative: cumulative, starts: starts, blockBits: blockBits, into: &sorted)
    var result = [UInt64](repeating: 0, count: uniforms.count)
    for (place, original) in order.places.enumerated() { result[Int(original)] = sorted[place] }
    return result
  }

  /// Basis states drawn with their probabilities.
  ///
  /// The outcome of shot s depends on the seed and s only, whatever `shots` and the number of threads.
  ///
  /// - Complexity: O(2ⁿ + shots).
  public func sample(shots: Int, seed: UInt64) -> [UInt64] {
    precondition(shots >= 0, "A number of shots is not negative")
    let philox = Philox(seed: seed, purpose: .terminalSampling)
    return outcomes(forUniforms: (0..<shots).map { philox.uniform(UInt64($0)) })
  }

  private func blockNorms(bits: Int, count: Int) -> [Double] {
    withRawPointer { state, table in
      [Double](unsafeUninitializedCapacity: count) { out, initialized in
        let shared = UncheckedSendable(out)
        // A block is 2¹² amplitudes: 16 of them are a chunk.
        let chunks = (count + 15) / 16
        Parallel.forEach(chunks: chunks, threads: count < 8 ? 1 : executor.threads) { chunk in
          table.pointer.pointee.block_norms(
            state.value, Int32(bits), shared.value.baseAddress, UInt64(chunk * 16),
            UInt64(min(count, chunk * 16 + 16)))
        }
        initialized = count
      }
    }
  }

  /// For each block the first threshold in it; one more entry for the end.
  private func blockStarts(of thresholds: [Double], cumulative: [Double]) -> [Int] {
    let blocks = cumulative.count - 1
    // The last block with weight takes what rounding leaves over.
    let last = (0..<blocks).last { cumulative[$0 + 1] > cumulative[$0] } ?? 0
    var starts = [Int](repeating: thresholds.count, count: blocks + 1)
    var next = 0
    for block in 0...last {
      starts[block] = next
      while block < last, next < thresholds.count, thresholds[next] < cumulative[block + 1] {
        next += 1
      }
    }
    return starts
  }

  private func pick(
    _ thresholds: [Double], cumulative: [Double], starts: [Int], blockBits: Int,
    into sorted: inout [UInt64]
  ) {
    let blocks = cumulative.count - 1
    withRawPointer { state, table in
      sorted.withUnsafeMutableBufferPointer { out in
        let shared = UncheckedSendable(out)
        Parallel.forEach(chunks: blocks, threads: blocks < 8 ? 1 : executor.threads) { block in
          let range = starts[block]..<starts[block + 1]
          guard !range.isEmpty, let out = shared.value.baseAddress else { return }
          let local = thresholds[range].map { $0 - cumulative[block] }
          table.pointer.pointee.pick(
            state.value, UInt64(block) << UInt64(blockBits), UInt64(block + 1) << UInt64(blockBits),
            local, local.count, out + range.lowerBound)
        }
      }
    }
  }
}

/// Uniform numbers in ascending order with the places they came from, by buckets: O(count).
private struct SortedUniforms {
  /// Scaled to 0..<total.
  var thresholds: [Double]
  var places: [UInt32]

  init(_ uniforms: [Double], total: Double) {
    precondition(uniforms.count <= Int(UInt32.max), "At most 2^32 shots are drawn at a time")
    // As many buckets as numbers: about one in each.
    let buckets = max(1, uniforms.count)
    var ends = [UInt32](repeating: 0, count: buckets + 1)
    for u in uniforms { ends[Self.bucket(u, buckets) + 1] += 1 }
    for bucket in 0..<buckets { ends[bucket + 1] += ends[bucket] }
    thresholds = [Double](repeating: 0, count: uniforms.count)
    places = [UInt32](repeating: 0, count: uniforms.count)
    for (index, u) in uniforms.enumerated() {
      let bucket = Self.bucket(u, buckets)
      let slot = Int(ends[bucket])
      (thresholds[slot], places[slot]) = (u, UInt32(index))
      ends[bucket] += 1
    }
    // Numbers are out of order within buckets only, by few places.
    for slot in 1..<max(1, uniforms.count) {
      let (u, place) = (thresholds[slot], places[slot])
      var free = slot
      while free > 0, thresholds[free - 1] > u {
        (thresholds[free], places[free]) = (thresholds[free - 1], places[free - 1])
        free -= 1
      }
      (thresholds[free], places[free]) = (u, place)
    }
    for slot in thresholds.indices { thresholds[slot] *= total }
  }

  private static func bucket(_ u: Double, _ buckets: Int) -> Int {
    min(buckets - 1, Int(u * Double(buckets)))
  }
}
