import QuantumCore
import RealModule

// Goals, in order: the same outcomes for any number of threads; each shot's outcome depends on its
// own uniform number only; one pass over the state. The cumulative distribution is inverted in two
// stages: sums of blocks, then within the blocks that hold a threshold.

extension StateVector {
  /// Basis states drawn with their probabilities, one for each uniform number in [0, 1).
  ///
  /// - Returns: an index for each number, in the order of the numbers; `nil` for a state without a
  ///   norm.
  /// - Complexity: O(2ⁿ + shots).
  package func outcomes(forUniforms uniforms: [Double]) -> [UInt64]? {
    let blockBits = min(qubitCount, 12)
    let blocks = amplitudeCount >> blockBits
    let norms = blockNorms(bits: blockBits, count: blocks)
    var cumulative = [Double](repeating: 0, count: blocks + 1)
    for block in 0..<blocks { cumulative[block + 1] = cumulative[block] + norms[block] }
    guard cumulative[blocks] > 0, cumulative[blocks].isFinite else { return nil }
    let order = SortedUniforms(uniforms, total: cumulative[blocks], threads: executor.threads)
    let starts = blockStarts(of: order.thresholds, cumulative: cumulative)
    let sorted = picked(
      order.thresholds, cumulative: cumulative, starts: starts, blockBits: blockBits)
    return order.unsorted(sorted, threads: executor.threads)
  }

  /// Basis states drawn with their probabilities.
  ///
  /// The outcome of shot s depends on the seed and s only, whatever `shots` and the number of
  /// threads.
  ///
  /// - Precondition: the state is not zero, and its amplitudes are numbers.
  /// - Complexity: O(2ⁿ + shots).
  public func sample(shots: Int, seed: UInt64) -> [UInt64] {
    precondition(shots >= 0, "A number of shots is not negative")
    let philox = Philox(seed: seed, purpose: .terminalSampling)
    let uniforms = philox.uniforms(count: shots, threads: executor.threads) { UInt64($0) }
    guard let outcomes = outcomes(forUniforms: uniforms) else {
      preconditionFailure("A state without a norm has no outcomes")
    }
    return outcomes
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

  /// The basis state of each threshold.
  private func picked(
    _ thresholds: [Double], cumulative: [Double], starts: [Int], blockBits: Int
  ) -> [UInt64] {
    let blocks = cumulative.count - 1
    return withRawPointer { state, table in
      [UInt64](unsafeUninitializedCapacity: thresholds.count) { out, initialized in
        let shared = UncheckedSendable(out)
        Parallel.forEach(chunks: blocks, threads: blocks < 8 ? 1 : executor.threads) { block in
          let range = starts[block]..<starts[block + 1]
          guard !range.isEmpty, let out = shared.value.baseAddress else { return }
          withUnsafeTemporaryAllocation(of: Double.self, capacity: range.count) { local in
            for (place, index) in range.enumerated() {
              local.initializeElement(at: place, to: thresholds[index] - cumulative[block])
            }
            table.pointer.pointee.pick(
              state.value, UInt64(block) << UInt64(blockBits),
              UInt64(block + 1) << UInt64(blockBits), local.baseAddress, range.count,
              out + range.lowerBound)
          }
        }
        initialized = thresholds.count
      }
    }
  }
}

extension Philox {
  /// A uniform number in [0, 1) for each counter.
  package func uniforms(
    count: Int, threads: Int, counter: @Sendable (Int) -> UInt64
  ) -> [Double] {
    [Double](unsafeUninitializedCapacity: count) { out, initialized in
      let shared = UncheckedSendable(out)
      Parallel.forEach(
        range: count, minimumChunk: 1024, threads: count < 4096 ? 1 : threads
      ) { range in
        for index in range { shared.value[index] = uniform(counter(index)) }
      }
      initialized = count
    }
  }
}

/// Uniform numbers in ascending order with the places they came from: O(count).
///
/// Numbers go into buckets of about 500 by their size, then each bucket, which fits in L1, is
/// sorted by buckets of about one.
private struct SortedUniforms {
  /// Scaled to 0..<total.
  let thresholds: [Double]
  let places: [UInt32]

  init(_ uniforms: [Double], total: Double, threads: Int) {
    let count = uniforms.count
    precondition(count <= Int(UInt32.max), "At most 2^32 shots are drawn at a time")
    let bucketCount = max(1, min(4096, count / 512))
    let layout = Self.layout(of: uniforms, bucketCount: bucketCount, threads: threads)
    let ends = layout.ends
    var slots = layout.slots
    var places: [UInt32] = []
    // Pages of new memory are first touched by the threads that fill them.
    thresholds = [Double](unsafeUninitializedCapacity: count) { thresholds, initialized in
      places = [UInt32](unsafeUninitializedCapacity: count) { places, initialized in
        slots.withUnsafeMutableBufferPointer { slots in
          let shared = UncheckedSendable((thresholds, places, slots))
          Self.forEachChunk(of: count, threads: threads) { chunk, range in
            let (thresholds, places, slots) = shared.value
            for index in range {
              let bucket = Self.bucket(uniforms[index], bucketCount)
              let slot = slots[chunk * bucketCount + bucket]
              (thresholds[slot], places[slot]) = (uniforms[index], UInt32(index))
              slots[chunk * bucketCount + bucket] = slot + 1
            }
          }
          Parallel.forEach(range: bucketCount, minimumChunk: 8, threads: threads) { buckets in
            for bucket in buckets {
              let range = (bucket == 0 ? 0 : ends[bucket - 1])..<ends[bucket]
              Self.sort(range, shared.value.0, shared.value.1, bucket, bucketCount, total)
            }
          }
        }
        initialized = count
      }
      initialized = count
    }
    self.places = places
  }

  /// Chunks depend on the count only.
  private static func forEachChunk(
    of count: Int, threads: Int, _ body: (_ chunk: Int, Range<Int>) -> Void
  ) {
    let chunks = chunkCount(count)
    Parallel.forEach(chunks: chunks, threads: threads) { chunk in
      body(chunk, count * chunk / chunks..<count * (chunk + 1) / chunks)
    }
  }

  private static func chunkCount(_ count: Int) -> Int { max(1, min(32, count / 8192)) }

  /// The end of each bucket, and for each chunk and bucket the slot of the chunk's first number
  /// there.
  private static func layout(
    of uniforms: [Double], bucketCount: Int, threads: Int
  ) -> (ends: [Int], slots: [Int]) {
    let chunks = chunkCount(uniforms.count)
    var slots = [Int](repeating: 0, count: chunks * bucketCount)
    slots.withUnsafeMutableBufferPointer { slots in
      let shared = UncheckedSendable(slots)
      forEachChunk(of: uniforms.count, threads: threads) { chunk, range in
        for index in range {
          shared.value[chunk * bucketCount + bucket(uniforms[index], bucketCount)] += 1
        }
      }
    }
    var ends = [Int](repeating: 0, count: bucketCount)
    var next = 0
    for bucket in 0..<bucketCount {
      for chunk in 0..<chunks {
        let place = chunk * bucketCount + bucket
        (slots[place], next) = (next, next + slots[place])
      }
      ends[bucket] = next
    }
    return (ends, slots)
  }

  /// Sorts the numbers of one bucket and scales them.
  private static func sort(
    _ range: Range<Int>, _ thresholds: UnsafeMutableBufferPointer<Double>,
    _ places: UnsafeMutableBufferPointer<UInt32>, _ bucket: Int, _ bucketCount: Int, _ total: Double
  ) {
    let count = range.count
    guard count > 0 else { return }
    // As many buckets as numbers: about one in each.
    func local(_ u: Double) -> Int {
      max(0, min(count - 1, Int((u * Double(bucketCount) - Double(bucket)) * Double(count))))
    }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count) { ends in
      withUnsafeTemporaryAllocation(of: (u: Double, place: UInt32).self, capacity: count) { old in
        ends.initialize(repeating: 0)
        for (index, slot) in range.enumerated() {
          old.initializeElement(at: index, to: (thresholds[slot], places[slot]))
          ends[local(thresholds[slot])] += 1
        }
        var next: UInt32 = 0
        for index in 0..<count { (ends[index], next) = (next, next + ends[index]) }
        for entry in old {
          let index = local(entry.u)
          let slot = range.lowerBound + Int(ends[index])
          (thresholds[slot], places[slot]) = entry
          ends[index] += 1
        }
      }
    }
    insertionSort(range, thresholds, places)
    for slot in range { thresholds[slot] *= total }
  }

  /// For numbers that are out of order by few places.
  private static func insertionSort(
    _ range: Range<Int>, _ thresholds: UnsafeMutableBufferPointer<Double>,
    _ places: UnsafeMutableBufferPointer<UInt32>
  ) {
    for slot in range.dropFirst() {
      let (u, place) = (thresholds[slot], places[slot])
      var free = slot
      while free > range.lowerBound, thresholds[free - 1] > u {
        (thresholds[free], places[free]) = (thresholds[free - 1], places[free - 1])
        free -= 1
      }
      (thresholds[free], places[free]) = (u, place)
    }
  }

  private static func bucket(_ u: Double, _ buckets: Int) -> Int {
    min(buckets - 1, Int(u * Double(buckets)))
  }

  /// Values in the order of the thresholds, back in the order of the numbers given.
  func unsorted(_ values: [UInt64], threads: Int) -> [UInt64] {
    [UInt64](unsafeUninitializedCapacity: values.count) { out, initialized in
      let shared = UncheckedSendable(out)
      Self.forEachChunk(of: values.count, threads: threads) { _, range in
        for slot in range { shared.value[Int(places[slot])] = values[slot] }
      }
      initialized = values.count
    }
  }
}
