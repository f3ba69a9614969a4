import QuantumCore

extension ErrorAnalysis {
  /// The model of all that was found.
  func finish() -> DetectorErrorModel {
    var model = DetectorErrorModel()
    var offset: UInt64 = 0
    append(pieces, to: &model, offset: &offset)
    return model
  }

  /// Appends pieces in the order of the circuit. `offset` is the number of the detector that the model calls D0.
  private func append(
    _ pieces: [ModelPiece], to model: inout DetectorErrorModel, offset: inout UInt64
  ) {
    for piece in pieces.reversed() {
      switch piece {
      case .stretch(let stretch): append(stretch, to: &model, offset: offset)
      case .repetition(let repetition): append(repetition, to: &model, offset: &offset)
      }
    }
  }

  private func append(
    _ repetition: ModelPiece.Repetition, to model: inout DetectorErrorModel, offset: inout UInt64
  ) {
    if repetition.turn.isEmpty { return }
    let first = repetition.base - repetition.shift * (repetition.count - 1)
    if first > offset { model.appendShift(first - offset) }
    model.appendRepeat(repetition.count) { body in
      var inner = repetition.base
      append(repetition.turn, to: &body, offset: &inner)
      let end = repetition.base + repetition.shift
      if end > inner { body.appendShift(end - inner) }
    }
    offset = first + repetition.shift * repetition.count
  }

  private func append(
    _ stretch: ModelStretch, to model: inout DetectorErrorModel, offset: UInt64
  ) {
    var mentioned = MentionedSymptoms(offset: offset)
    model.reserve(errors: stretch.table.count, targets: stretch.table.symptoms.count)
    let order = stretch.table.sortedIndices()
    var place = 0
    while place < order.count {
      let index = Int(order[place])
      let entry = stretch.table.entries[index]
      var probability = entry.probability
      place += 1
      // What was taken apart in the end may be in the parts of another.
      while place < order.count, stretch.table.areAlike(index, Int(order[place])) {
        let other = stretch.table.entries[Int(order[place])].probability
        probability = probability * (1 - other) + other * (1 - probability)
        place += 1
      }
      model.appendError(
        min(1, probability), rawTargets: stretch.table.suggestion(index), offset: offset,
        tag: circuit.tags[Int(entry.tag)])
      for symptom in stretch.table.suggestion(index) where symptom != MechanismTable.separator {
        mentioned.insert(symptom)
      }
    }
    for declaration in stretch.declarations.reversed() {
      append(declaration, to: &model, offset: offset, mentioned)
    }
  }

  private func append(
    _ declaration: ModelStretch.Declaration, to model: inout DetectorErrorModel, offset: UInt64,
    _ mentioned: MentionedSymptoms
  ) {
    switch declaration {
    case .detector(let detector, let instruction):
      let coordinates = circuit.arguments(of: instruction)
      let tag = circuit.tag(of: instruction)
      if !coordinates.isEmpty || !tag.isEmpty || !mentioned.contains(detector) {
        model.appendDetector(detector - offset, coordinates: coordinates, tag: tag)
      }
    case .observable(let instruction):
      let index = UInt64(circuit.arguments(of: instruction).first ?? 0)
      let tag = circuit.tag(of: instruction)
      if !tag.isEmpty || !mentioned.contains(firstObservable | index) {
        model.appendObservable(index, tag: tag)
      }
    case .shift(let instruction):
      model.appendShift(0, coordinates: circuit.arguments(of: instruction))
    }
  }
}

/// Which detectors and observables some mechanism flips.
private struct MentionedSymptoms {
  private var bits: [UInt64] = []
  private var others = Set<Symptom>()
  private let offset: UInt64

  /// Detectors far beyond the offset are kept in a set.
  private static let limit: UInt64 = 1 << 26

  init(offset: UInt64) { self.offset = offset }

  mutating func insert(_ symptom: Symptom) {
    let place = symptom &- offset
    guard place < Self.limit else {
      others.insert(symptom)
      return
    }
    let word = Int(place >> 6)
    if word >= bits.count {
      bits.append(contentsOf: repeatElement(0, count: max(word + 1, 2 * bits.count) - bits.count))
    }
    bits[word] |= 1 << (place & 63)
  }

  func contains(_ symptom: Symptom) -> Bool {
    let place = symptom &- offset
    guard place < Self.limit else { return others.contains(symptom) }
    let word = Int(place >> 6)
    return word < bits.count && bits[word] >> (place & 63) & 1 == 1
  }
}

// MARK: - Order

extension MechanismTable {
  /// Whether two mechanisms have the same parts and tag.
  func areAlike(_ a: Int, _ b: Int) -> Bool {
    entries[a].tag == entries[b].tag && suggestion(a).elementsEqual(suggestion(b))
  }

  /// The entries in the order of their symptoms, part by part.
  ///
  /// - Complexity: linear if few mechanisms share their first detector.
  func sortedIndices() -> [UInt32] {
    var order = bucketsByFirstSymptom()
    var start = 0
    order.withUnsafeMutableBufferPointer { order in
      while start < order.count {
        let first = firstSymptom(Int(order[start]))
        var end = start + 1
        while end < order.count, firstSymptom(Int(order[end])) == first { end += 1 }
        sort(UnsafeMutableBufferPointer(rebasing: order[start..<end]))
        start = end
      }
    }
    return order
  }

  @inline(__always)
  private func firstSymptom(_ index: Int) -> Symptom {
    suggestion(index).first ?? 0
  }

  private func bucketsByFirstSymptom() -> [UInt32] {
    var (low, high) = (Symptom.max, Symptom.min)
    for index in 0..<count {
      let first = firstSymptom(index)
      guard first < firstObservable else { continue }
      (low, high) = (min(low, first), max(high, first))
    }
    // Observables alone come last.
    guard low <= high, high - low < UInt64(8 * count + 1024) else {
      return (0..<UInt32(count)).sorted { firstSymptom(Int($0)) < firstSymptom(Int($1)) }
    }
    var starts = [UInt32](repeating: 0, count: Int(high - low) + 3)
    func bucket(_ index: Int) -> Int { Int(min(firstSymptom(index), high + 1) - low) }
    for index in 0..<count { starts[bucket(index) + 1] += 1 }
    for place in 1..<starts.count { starts[place] += starts[place - 1] }
    var order = [UInt32](repeating: 0, count: count)
    // Backwards, so that what the walk found last, the earliest, comes first.
    for index in (0..<count).reversed() {
      let place = bucket(index)
      order[Int(starts[place])] = UInt32(index)
      starts[place] += 1
    }
    return order
  }

  private func sort(_ bucket: UnsafeMutableBufferPointer<UInt32>) {
    guard bucket.count <= 64 else {
      var large = bucket
      return large.sort { precedes(Int($0), Int($1)) }
    }
    // Insertion by the second symptom, which mostly decides.
    withUnsafeTemporaryAllocation(of: Symptom.self, capacity: 64) { seconds in
      for place in bucket.indices {
        let index = bucket[place]
        let sequence = suggestion(Int(index))
        let second = sequence.count > 1 ? sequence[1] : 0
        var hole = place
        while hole > 0, second <= seconds[hole - 1],
          second < seconds[hole - 1] || precedes(Int(index), Int(bucket[hole - 1]))
        {
          bucket[hole] = bucket[hole - 1]
          seconds[hole] = seconds[hole - 1]
          hole -= 1
        }
        bucket[hole] = index
        seconds[hole] = second
      }
    }
  }

  private func precedes(_ a: Int, _ b: Int) -> Bool {
    let (x, y) = (suggestion(a), suggestion(b))
    for place in 0..<min(x.count, y.count) where x[place] != y[place] { return x[place] < y[place] }
    return x.count != y.count ? x.count < y.count : entries[a].tag < entries[b].tag
  }
}
