extension MechanismTable {
  /// Adds all cases of a channel, each with its probability.
  ///
  /// - Parameter splits: whether cases of several detectors are put down in parts that are other cases: a Y error is an X
  ///   and a Z error, a two-qubit error two one-qubit errors.
  mutating func add(
    _ cases: borrowing ChannelCases, probabilities: SIMD16<Double>, tag: UInt32, splits: Bool
  ) {
    let split = splits ? ChannelSplit(cases) : nil
    for mask in 1..<cases.count {
      let set = cases[mask]
      if set.isEmpty || probabilities[mask] <= 0 { continue }
      if let split, split.isDivisible(mask),
        add(mask, of: cases, split, probability: probabilities[mask], tag: tag)
      {
        continue
      }
      add(set, probability: probabilities[mask], tag: tag)
    }
  }

  /// Adds a case in parts.
  ///
  /// - Returns: whether there are such parts, and they flip what the case flips.
  @inline(never)
  private mutating func add(
    _ mask: Int, of cases: borrowing ChannelCases, _ split: ChannelSplit, probability: Double,
    tag: UInt32
  ) -> Bool {
    guard let parts = split.parts(of: mask) else { return false }
    var (size, hash) = (0, UInt64(0))
    parts.forEach { part in
      size += cases[part].count + 1
      hash ^= cases[part].hash
    }
    // The parts have the detectors of the case, but may differ from it in observables.
    guard hash == cases[mask].hash else { return false }
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
      add(
        parts: SymptomSet(items: sequence.baseAddress!, count: count, hash: ~hash),
        probability: probability, tag: tag)
    }
    return true
  }
}

/// Which cases of a channel make up the others.
///
/// A case of one detector is a part, and so is a case of two of which not both are detectors of such cases. Every other
/// case is made of parts that share no detector, pairs first.
///
/// - Source: the decomposition within a channel of Stim 1.16 [Gidney21].
private struct ChannelSplit {
  /// By case: its detectors, numbered within the channel.
  private var detectors = SIMD16<UInt64>(repeating: 0)
  private var singles: UInt16 = 0
  /// In the order of their detectors.
  private var pairs = Parts()
  private var isPart: UInt16 = 0

  /// `nil` where no case has several detectors, or the channel has more than 64.
  init?(_ cases: borrowing ChannelCases) {
    guard number(cases) else { return nil }
    var inSingles: UInt64 = 0
    for mask in 1..<cases.count where detectors[mask].nonzeroBitCount == 1 {
      singles |= 1 << UInt16(mask)
      inSingles |= detectors[mask]
    }
    for mask in 1..<cases.count
    where detectors[mask].nonzeroBitCount == 2 && detectors[mask] & ~inSingles != 0 {
      pairs.insert(mask) {
        let (a, b) = (cases[$0].items, cases[$1].items)
        return a[0] != b[0] ? a[0] < b[0] : a[1] < b[1]
      }
      isPart |= 1 << UInt16(mask)
    }
    isPart |= singles
  }

  /// Numbers the detectors of the basis, and with them those of all cases.
  ///
  /// - Returns: whether there are 2 to 64.
  private mutating func number(_ cases: borrowing ChannelCases) -> Bool {
    withUnsafeTemporaryAllocation(of: Symptom.self, capacity: 64) { known in
      var count = 0
      for mask in 1..<cases.count {
        guard mask & (mask - 1) == 0 else {
          detectors[mask] = detectors[mask & (mask - 1)] ^ detectors[mask & -mask]
          continue
        }
        for symptom in cases[mask].values {
          guard symptom < firstObservable else { break }
          var place = 0
          while place < count, known[place] != symptom { place += 1 }
          if place == count {
            if count == 64 { return false }
            known[count] = symptom
            count += 1
          }
          detectors[mask] |= 1 << UInt64(place)
        }
      }
      return count > 1
    }
  }

  /// Whether a case is no part itself and has several detectors.
  @inline(__always)
  func isDivisible(_ mask: Int) -> Bool {
    isPart >> UInt16(mask) & 1 == 0 && detectors[mask].nonzeroBitCount > 1
  }

  /// The cases that a case is made of, in the order in which they are taken: Z errors before X errors, the first qubit
  /// before the second.
  func parts(of mask: Int) -> Parts? {
    var (parts, rest) = (Parts(), detectors[mask])
    func take(_ part: Int) {
      guard detectors[part] & ~rest == 0 else { return }
      parts.append(part)
      rest &= ~detectors[part]
    }
    pairs.forEach(take)
    for rank in 1..<16 where rest != 0 {
      let part = (rank & 0b0101) << 1 | (rank & 0b1010) >> 1
      if singles >> UInt16(part) & 1 == 1 { take(part) }
    }
    return rest == 0 ? parts : nil
  }

  /// Up to sixteen cases in order, four bits each.
  struct Parts {
    private var packed: UInt64 = 0
    private var count = 0

    mutating func append(_ part: Int) {
      packed |= UInt64(part) << UInt64(4 * count)
      count += 1
    }

    /// Inserts behind all that are not to come after it.
    mutating func insert(_ part: Int, by precedes: (Int, Int) -> Bool) {
      var place = count
      while place > 0, precedes(part, self[place - 1]) { place -= 1 }
      let low = packed & (1 << UInt64(4 * place) - 1)
      packed = low | UInt64(part) << UInt64(4 * place) | (packed - low) << 4
      count += 1
    }

    private subscript(place: Int) -> Int { Int(packed >> UInt64(4 * place) & 15) }

    @inline(__always)
    func forEach(_ body: (Int) -> Void) {
      for place in 0..<count { body(self[place]) }
    }
  }
}
