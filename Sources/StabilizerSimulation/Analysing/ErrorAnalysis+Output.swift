import QuantumCore

extension ErrorAnalysis {
  /// The model of all that was found.
  func finish() -> DetectorErrorModel {
    var model = DetectorErrorModel()
    let size = Self.size(of: pieces)
    model.reserve(errors: size.errors, targets: size.targets)
    var offset: UInt64 = 0
    var mentioned = MentionedSymptoms()
    append(pieces, to: &model, offset: &offset, &mentioned)
    return model
  }

  /// How many mechanisms and targets pieces have, at most.
  private static func size(of pieces: [ModelPiece]) -> (errors: Int, targets: Int) {
    var size = (errors: 0, targets: 0)
    for piece in pieces {
      switch piece {
      case .stretch(let stretch):
        size.errors += stretch.table.count + stretch.declarations.count
        size.targets += stretch.table.targetCount + stretch.declarations.count
      case .repetition(let repetition):
        let turn = Self.size(of: repetition.turn)
        size = (size.errors + turn.errors, size.targets + turn.targets)
      }
    }
    return size
  }

  /// Appends pieces in the order of the circuit. `offset` is the number of the detector that the
  /// model calls D0.
  private func append(
    _ pieces: [ModelPiece], to model: inout DetectorErrorModel, offset: inout UInt64,
    _ mentioned: inout MentionedSymptoms
  ) {
    for piece in pieces.reversed() {
      switch piece {
      case .stretch(let stretch): append(stretch, to: &model, offset: offset, &mentioned)
      case .repetition(let repetition): append(repetition, to: &model, offset: &offset, &mentioned)
      }
    }
  }

  private func append(
    _ repetition: ModelPiece.Repetition, to model: inout DetectorErrorModel, offset: inout UInt64,
    _ mentioned: inout MentionedSymptoms
  ) {
    model.appendRepeat(repetition.count) { body in
      var inner = offset
      append(repetition.turn, to: &body, offset: &inner, &mentioned)
      let rest = offset + repetition.shift - inner
      if rest > 0 { body.appendShift(rest, joiningLast: repetition.endsInShift) }
    }
    offset += repetition.shift * repetition.count
  }

  private func append(
    _ stretch: ModelStretch, to model: inout DetectorErrorModel, offset: UInt64,
    _ mentioned: inout MentionedSymptoms
  ) {
    model.reserve(errors: stretch.table.count + stretch.declarations.count)
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

/// Which detectors and observables the errors written so far flip; of those in repeat blocks what
/// the first turn flips.
private struct MentionedSymptoms {
  /// Pages of `pageWords` words, and where they are.
  private var words: [UInt64] = []
  private var pages: [UInt64: Int] = [:]
  /// The pages found last, of detectors and of observables.
  private var recent: (number: (UInt64, UInt64), start: (Int, Int)) = ((.max, .max), (0, 0))

  private static let pageWords = 64
  private static let pageBits: UInt64 = 12

  mutating func insert(_ symptom: Symptom) {
    let page = symptom >> Self.pageBits
    let isDetector = symptom < firstObservable
    if (isDetector ? recent.number.0 : recent.number.1) != page { turn(to: page, isDetector) }
    let start = isDetector ? recent.start.0 : recent.start.1
    words[start + Int(symptom >> 6) % Self.pageWords] |= 1 << (symptom & 63)
  }

  private mutating func turn(to page: UInt64, _ isDetector: Bool) {
    let start = pages[page] ?? words.count
    if start == words.count {
      pages[page] = start
      words.append(contentsOf: repeatElement(0, count: Self.pageWords))
    }
    if isDetector {
      (recent.number.0, recent.start.0) = (page, start)
    } else {
      (recent.number.1, recent.start.1) = (page, start)
    }
  }

  func contains(_ symptom: Symptom) -> Bool {
    guard let start = pages[symptom >> Self.pageBits] else { return false }
    return words[start + Int(symptom >> 6) % Self.pageWords] >> (symptom & 63) & 1 == 1
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
        if first >= firstObservable {
          // The last bucket holds all of these.
          var bucket = UnsafeMutableBufferPointer(rebasing: order[start...])
          return bucket.sort { precedes(Int($0), Int($1)) }
        }
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
