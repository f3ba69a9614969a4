extension MechanismTable {
  /// Adds all cases of a channel, each with its probability.
  ///
  /// - Parameter style: how cases of several detectors are put down in parts that are other cases,
  ///   a Y error as an X and a Z error, a two-qubit error as two one-qubit errors; `nil` to leave
  ///   them whole.
  mutating func add(
    _ cases: borrowing ChannelCases, probabilities: SIMD16<Double>, tag: UInt32,
    style: DecompositionStyle?, order: ChannelSplit.Order
  ) {
    let split = style.flatMap {
      ChannelSplit(
        cases, allowed: $0 == .stim ? .max : Self.possible(cases, probabilities), order: order)
    }
    for mask in 1..<cases.count {
      let set = cases[mask]
      if set.isEmpty || probabilities[mask] <= 0 { continue }
      if let split, let style, split.isDivisible(mask),
        add(mask, of: cases, split, probabilities, tag: tag, style)
      {
        continue
      }
      add(set, probability: probabilities[mask], tag: tag)
    }
  }

  private static func possible(
    _ cases: borrowing ChannelCases, _ probabilities: SIMD16<Double>
  ) -> UInt16 {
    var possible: UInt16 = 0
    for mask in 1..<cases.count where probabilities[mask] > 0 { possible |= 1 << UInt16(mask) }
    return possible
  }

  /// Adds a case in parts.
  ///
  /// - Returns: whether there are such parts, and they flip what the case flips.
  @inline(never)
  private mutating func add(
    _ mask: Int, of cases: borrowing ChannelCases, _ split: ChannelSplit,
    _ probabilities: SIMD16<Double>, tag: UInt32, _ style: DecompositionStyle
  ) -> Bool {
    let probability = probabilities[mask]
    let parts = split.parts(of: mask, cases)
    if style == .ofErrors, split.detectorCount(of: mask) == 2,
      !isMadeOf(parts, asLikelyAs: probability / 2, probabilities)
    {
      return false
    }
    if let parts, case let hash = Self.hash(of: parts, cases),
      style == .stim || hash == cases[mask].hash
    {
      Self.withSequence(parts, cases) { sequence in
        let set = SymptomSet(items: sequence.baseAddress!, count: sequence.count, hash: ~hash)
        add(parts: set, probability: probability, tag: tag)
      }
      return true
    }
    if style == .ofErrors { addWithAlternative(mask, of: cases, probability, tag: tag) }
    return style == .ofErrors
  }

  private func isMadeOf(
    _ parts: ChannelSplit.Parts?, asLikelyAs least: Double, _ probabilities: SIMD16<Double>
  ) -> Bool {
    var isLikely = parts != nil
    parts?.forEach { if probabilities[$0] < least { isLikely = false } }
    return isLikely
  }

  /// Adds a case whole, and notes cases of no probability that would make it up, should nothing
  /// better be found.
  private mutating func addWithAlternative(
    _ mask: Int, of cases: borrowing ChannelCases, _ probability: Double, tag: UInt32
  ) {
    let index = add(cases[mask], probability: probability, tag: tag)
    guard let split = ChannelSplit(cases), let parts = split.parts(of: mask, cases),
      parts.count > 1, Self.hash(of: parts, cases) == cases[mask].hash
    else { return }
    Self.withSequence(parts, cases) { setAlternative(Array($0), of: index) }
  }

  private static func hash(
    of parts: ChannelSplit.Parts, _ cases: borrowing ChannelCases
  ) -> UInt64 {
    var hash: UInt64 = 0
    parts.forEach { hash ^= cases[$0].hash }
    return hash
  }

  /// The symptoms of parts with separators between.
  private static func withSequence(
    _ parts: ChannelSplit.Parts, _ cases: borrowing ChannelCases,
    _ body: (UnsafeMutableBufferPointer<Symptom>) -> Void
  ) {
    var size = 0
    parts.forEach { size += cases[$0].count + 1 }
    withUnsafeTemporaryAllocation(of: Symptom.self, capacity: size) { sequence in
      var count = 0
      parts.forEach { part in
        if count > 0 {
          sequence[count] = Self.separator
          count += 1
        }
        for symptom in cases[part].values {
          sequence[count] = symptom
          count += 1
        }
      }
      body(UnsafeMutableBufferPointer(rebasing: sequence[..<count]))
    }
  }
}
