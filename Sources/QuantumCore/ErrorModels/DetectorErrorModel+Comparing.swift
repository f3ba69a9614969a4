// When two models are the same, or mean the same.

extension DetectorErrorModel: Equatable {
  /// Whether both have the same instructions in the same order, whatever the layout of their
  /// storage.
  public static func == (a: DetectorErrorModel, b: DetectorErrorModel) -> Bool {
    a.block(.root, equals: .root, in: b)
  }

  private func block(_ mine: BlockID, equals theirs: BlockID, in other: Self) -> Bool {
    let (a, b) = (instructions(of: mine), other.instructions(of: theirs))
    return a.count == b.count && zip(a, b).allSatisfy { instruction($0, equals: $1, in: other) }
  }

  private func instruction(_ a: Instruction, equals b: Instruction, in other: Self) -> Bool {
    guard a.kind == b.kind, a.count == b.count, tag(of: a) == other.tag(of: b),
      targets(of: a) == other.targets(of: b), arguments(of: a) == other.arguments(of: b)
    else { return false }
    guard let mine = a.body, let theirs = b.body else { return true }
    return block(mine, equals: theirs, in: other)
  }
}

// MARK: - Canonical form

extension DetectorErrorModel {
  /// The error mechanisms in an order of their own: two models that mean the same have the same
  /// canonical form, up to rounding.
  ///
  /// Flat, without declarations, tags and separators. The targets of a mechanism are XORed to a
  /// set, detectors before observables, ascending. Mechanisms with equal sets merge, in file order,
  /// as p ← p₁(1 − p₂) + p₂(1 − p₁). They are sorted by their lists of detectors, then of
  /// observables; a prefix comes first.
  ///
  /// - Throws: `Obstacle` as `flattened(limit:)` does.
  /// - Complexity: O(n log n) for n mechanisms.
  public func canonical(limit: UInt64 = flattenedCountLimit) throws(Obstacle) -> DetectorErrorModel
  {
    let flat = try flattened(limit: limit)
    var storage: [Target] = []
    var mechanisms: [Mechanism] = []
    for instruction in flat.instructions() where instruction.kind == .error {
      let start = storage.count
      Self.appendSymptoms(flat.targets(of: instruction), to: &storage)
      mechanisms.append(
        Mechanism(
          symptoms: start..<storage.count, probability: flat.probability(of: instruction),
          index: mechanisms.count))
    }
    mechanisms.sort { a, b in
      let order = Self.compare(storage[a.symptoms], storage[b.symptoms])
      return order == 0 ? a.index < b.index : order < 0
    }
    return Self.merged(mechanisms, storage)
  }

  private struct Mechanism {
    let symptoms: Range<Int>
    var probability: Double
    let index: Int
  }

  /// Appends the targets that occur an odd number of times, sorted; separators are left out.
  private static func appendSymptoms(_ targets: ArraySlice<Target>, to storage: inout [Target]) {
    let start = storage.count
    for target in targets.filter({ !$0.isSeparator }).sorted() {
      if storage.count > start, storage.last == target {
        storage.removeLast()
      } else {
        storage.append(target)
      }
    }
  }

  /// Negative, zero or positive as `a` comes before `b`, is equal or comes after.
  private static func compare(_ a: ArraySlice<Target>, _ b: ArraySlice<Target>) -> Int {
    for (left, right) in zip(a, b) where left != right {
      // Where one list goes on with detectors and the other does not, the shorter comes first.
      if left.isDetector != right.isDetector { return left.isDetector ? 1 : -1 }
      return left < right ? -1 : 1
    }
    return a.count - b.count
  }

  private static func merged(_ sorted: [Mechanism], _ storage: [Target]) -> DetectorErrorModel {
    var model = DetectorErrorModel()
    var index = 0
    while index < sorted.count {
      var mechanism = sorted[index]
      index += 1
      while index < sorted.count, storage[sorted[index].symptoms] == storage[mechanism.symptoms] {
        mechanism.probability = Self.oddProbability(
          mechanism.probability, sorted[index].probability)
        index += 1
      }
      model.appendError(mechanism.probability, storage[mechanism.symptoms])
    }
    return model
  }

  /// The probability that exactly one of two independent errors happens, which is never above 1.
  package static func oddProbability(_ p: Double, _ q: Double) -> Double {
    min(1, p * (1 - q) + q * (1 - p))
  }

  /// Whether both models hold the same mechanisms, with probabilities that differ by at most
  /// `tolerance`.
  ///
  /// Declarations, tags, the order, suggested decompositions and the folding of loops do not count.
  ///
  /// - Throws: `Obstacle` as `flattened(limit:)` does.
  public func isEquivalent(
    to other: DetectorErrorModel, within tolerance: Double = 1e-12
  ) throws(Obstacle) -> Bool {
    let (a, b) = (try canonical(), try other.canonical())
    let (mine, theirs) = (a.instructions(), b.instructions())
    return mine.count == theirs.count
      && zip(mine, theirs).allSatisfy { x, y in
        a.targets(of: x) == b.targets(of: y)
          && abs(a.probability(of: x) - b.probability(of: y)) <= tolerance
      }
  }
}
