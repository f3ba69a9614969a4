import QuantumCore

/// The classical end of shots: what is measured, flipped and recorded after a basis state is drawn.
package struct TailRows: Sendable {
  private let tail: Program.Tail
  private let memory: ClassicalMemory
  private let events: EventStream
  private let firstEvent: UInt64
  /// All that the tail is, where it is measurements without errors.
  private let plain: [PlainMeasurement]?

  private struct PlainMeasurement {
    let mask: UInt64
    let isInverted: Bool
    let place: Int
    let bit: Int?
  }

  package init(tail: Program.Tail, memory: ClassicalMemory, events: EventStream, firstEvent: UInt64)
  {
    (self.tail, self.memory, self.events, self.firstEvent) = (tail, memory, events, firstEvent)
    var plain: [PlainMeasurement] = []
    for case .measure(let mask, let isInverted, 0, let bit) in tail.steps {
      let place = memory.record.count + plain.count
      plain.append(PlainMeasurement(mask: mask, isInverted: isInverted, place: place, bit: bit))
    }
    self.plain = plain.count == tail.steps.count ? plain : nil
  }

  /// What changes along the tail of one shot.
  package struct ShotState {
    package var drawn: UInt64
    package var chainHappened: Bool
    package var event: UInt64

    package init(drawn: UInt64, chainHappened: Bool, event: UInt64) {
      (self.drawn, self.chainHappened, self.event) = (drawn, chainHappened, event)
    }

    /// Runs one step; what it records.
    package mutating func result(
      of step: Program.Tail.Step, shot: UInt32, events: EventStream
    ) -> (value: Bool, bit: Int?)? {
      defer { event += 1 }
      switch step {
      case .measure(let mask, let isInverted, let flip, let bit):
        var value = ((drawn & mask).nonzeroBitCount & 1 == 1) != isInverted
        if flip > 0, events.uniform(UInt64(shot), event) < flip { value.toggle() }
        return (value, bit)
      case .constant(let constant):
        let flips =
          constant.flipProbability > 0
          && events.uniform(UInt64(shot), event) < constant.flipProbability
        return (constant.value != flips, constant.bit)
      case .noise(let noise, let flips):
        if noise.chain == .starts { chainHappened = false }
        var choice: Int?
        if noise.chain != .continues || !chainHappened, noise.totalProbability > 0 {
          choice = noise.choice(events.uniform(UInt64(shot), event))
        }
        if let choice {
          drawn ^= flips[choice]
          if noise.chain != .none { chainHappened = true }
        }
        return noise.isHeralded ? (choice != nil, noise.bit) : nil
      case .confusion(let mask, let p01, let p10):
        let rate = drawn & mask == 0 ? p01 : p10
        if rate > 0, events.uniform(UInt64(shot), event) < rate { drawn ^= mask }
        return nil
      case .assign: return nil
      }
    }
  }

  package var recordCount: Int {
    memory.record.count
      + tail.steps.count {
        switch $0 {
        case .measure, .constant: true
        case .noise(let noise, _): noise.isHeralded
        case .assign, .confusion: false
        }
      }
  }

  package func write(
    shot: UInt32, drawn: UInt64, chainHappened: Bool, record: UnsafeMutableBufferPointer<UInt64>,
    bits: UnsafeMutableBufferPointer<UInt64>
  ) {
    for (index, word) in memory.record.words.enumerated() { record[index] = word }
    for (index, word) in memory.bits.words.enumerated() { bits[index] = word }
    if let plain {
      for step in plain {
        let value = ((drawn & step.mask).nonzeroBitCount & 1 == 1) != step.isInverted
        store(value, record, step.place, bits, step.bit)
      }
      return
    }
    var state = ShotState(drawn: drawn, chainHappened: chainHappened, event: firstEvent)
    var place = memory.record.count
    for step in tail.steps {
      guard let result = state.result(of: step, shot: shot, events: events) else { continue }
      store(result.value, record, place, bits, result.bit)
      place += 1
    }
  }

  @inline(__always)
  private func store(
    _ value: Bool, _ record: UnsafeMutableBufferPointer<UInt64>, _ place: Int,
    _ bits: UnsafeMutableBufferPointer<UInt64>, _ bit: Int?
  ) {
    if value { record[place >> 6] |= 1 << UInt64(place & 63) }
    guard let bit else { return }
    let mask = UInt64(1) << UInt64(bit & 63)
    bits[bit >> 6] = value ? bits[bit >> 6] | mask : bits[bit >> 6] & ~mask
  }
}

/// The numbers that decide a run's events: one for every shot and event, whatever the order in
/// which they are asked for.
package struct EventStream: Sendable {
  private let philox: Philox

  package init(seed: UInt64) { philox = Philox(seed: seed, purpose: .trajectory) }

  /// A uniform number in [0, 1).
  @inline(__always)
  package func uniform(_ shot: UInt64, _ event: UInt64) -> Double {
    Philox.uniform(words(shot, event >> 2)[Int(event & 3)])
  }

  /// The words of four events, 4 · quarter and the three after it.
  @inline(__always)
  package func words(_ shot: UInt64, _ quarter: UInt64) -> SIMD4<UInt64> {
    philox.words(at: SIMD4(shot, quarter, 1, 0))
  }
}
