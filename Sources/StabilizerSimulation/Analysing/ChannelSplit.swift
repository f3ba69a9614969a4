/// How errors are taken apart into parts of at most two detectors.
enum DecompositionStyle {
  /// Parts are errors of the circuit that flip what they flip there, as far as possible.
  case ofErrors
  /// As in Stim 1.16, text for text.
  case stim
}

/// Which cases of a channel make up the others.
///
/// A case of one detector is a part, and so is a case of two of which not both are detectors of
/// such cases. Every other case is made of parts that share no detector: of those of one detector
/// if they suffice, otherwise also of one or two of two detectors.
///
/// - Source: the decomposition within a channel of Stim 1.16 [Gidney21].
struct ChannelSplit {
  /// By case: its detectors, numbered within the channel.
  private var detectors = SIMD16<UInt64>(repeating: 0)
  /// Cases of one detector that may be parts, by mask.
  private var singles: UInt16 = 0
  private var inSingles: UInt64 = 0
  /// Cases of two detectors that may be parts, by mask.
  private var pairs: UInt16 = 0
  /// The same in the order in which they are taken.
  private var rankedSingles = Parts()
  private var rankedPairs = Parts()

  /// Which cases are taken first.
  enum Order {
    /// Z errors before X errors, the first qubit before the second.
    case firstQubit
    /// X errors before Z errors, the second qubit before the first, as Stim does for
    /// `PAULI_CHANNEL_2`.
    case secondQubit

    /// The case of a rank from 1 to 15.
    func mask(_ rank: Int) -> Int {
      switch self {
      case .firstQubit: (rank & 0b0101) << 1 | (rank & 0b1010) >> 1
      case .secondQubit: (rank & 0b0011) << 2 | rank >> 2
      }
    }
  }

  /// `nil` where no case has several detectors, or the channel has more than 64.
  ///
  /// - Parameter allowed: the cases that may be parts.
  init?(_ cases: borrowing ChannelCases, allowed: UInt16 = .max, order: Order = .firstQubit) {
    guard number(cases) else { return nil }
    for mask in 1..<cases.count where allowed >> UInt16(mask) & 1 == 1 {
      guard detectors[mask].nonzeroBitCount == 1 else { continue }
      singles |= 1 << UInt16(mask)
      inSingles |= detectors[mask]
    }
    for mask in 1..<cases.count where allowed >> UInt16(mask) & 1 == 1 {
      guard detectors[mask].nonzeroBitCount == 2, detectors[mask] & ~inSingles != 0 else {
        continue
      }
      pairs |= 1 << UInt16(mask)
    }
    for rank in 1..<16 {
      let mask = order.mask(rank)
      if singles >> UInt16(mask) & 1 == 1 { rankedSingles.append(mask) }
      if pairs >> UInt16(mask) & 1 == 1 { rankedPairs.append(mask) }
    }
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

  func detectorCount(of mask: Int) -> Int { detectors[mask].nonzeroBitCount }

  /// Whether a case is not a part itself and has several detectors.
  @inline(__always)
  func isDivisible(_ mask: Int) -> Bool {
    (singles | pairs) >> UInt16(mask) & 1 == 0 && detectors[mask].nonzeroBitCount > 1
  }

  /// The cases that a case is made of; `nil` if there are none that leave nothing over.
  func parts(of mask: Int, _ cases: borrowing ChannelCases) -> Parts? {
    let goal = detectors[mask]
    if goal & ~inSingles == 0 { return filled(Parts(), goal) }
    for first in 0..<rankedPairs.count {
      let a = rankedPairs[first]
      if detectors[a] & ~goal == 0, goal & ~(inSingles | detectors[a]) == 0 {
        return filled(Parts(a), goal & ~detectors[a])
      }
    }
    for first in 0..<rankedPairs.count {
      for second in first + 1..<max(first + 1, rankedPairs.count) {
        let (a, b) = (rankedPairs[first], rankedPairs[second])
        guard detectors[a] & detectors[b] == 0, (detectors[a] | detectors[b]) & ~goal == 0,
          goal & ~(inSingles | detectors[a] | detectors[b]) == 0
        else { continue }
        let parts = cases[b].precedes(cases[a]) ? Parts(b, a) : Parts(a, b)
        return filled(parts, goal & ~(detectors[a] | detectors[b]))
      }
    }
    return nil
  }

  /// Parts, and cases of one detector for what they leave over.
  private func filled(_ start: Parts, _ rest: UInt64) -> Parts? {
    var (parts, rest) = (start, rest)
    for place in 0..<rankedSingles.count where rest != 0 {
      let part = rankedSingles[place]
      guard detectors[part] & ~rest == 0 else { continue }
      parts.append(part)
      rest &= ~detectors[part]
    }
    return rest == 0 ? parts : nil
  }

  /// Up to sixteen cases in order, four bits each.
  struct Parts {
    private var packed: UInt64 = 0
    private(set) var count = 0

    init() {}

    init(_ part: Int) { append(part) }

    init(_ first: Int, _ second: Int) {
      append(first)
      append(second)
    }

    @inline(__always)
    subscript(place: Int) -> Int { Int(packed >> UInt64(4 * place) & 15) }

    mutating func append(_ part: Int) {
      packed |= UInt64(part) << UInt64(4 * count)
      count += 1
    }

    @inline(__always)
    func forEach(_ body: (Int) -> Void) {
      for place in 0..<count { body(self[place]) }
    }
  }
}
