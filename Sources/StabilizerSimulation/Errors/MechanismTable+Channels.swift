extension MechanismTable {
  /// Adds all cases of a channel, each with its probability.
  ///
  /// - Parameter splits: whether cases of more than two detectors get a suggestion of how others make them up: a Y error
  ///   is an X and a Z error, a two-qubit error two one-qubit errors.
  mutating func add(
    _ cases: borrowing ChannelCases, probabilities: SIMD16<Double>, tag: UInt32, splits: Bool
  ) {
    for mask in 1..<cases.count {
      let set = cases[mask]
      if set.isEmpty || probabilities[mask] <= 0 { continue }
      let index = add(set, probability: probabilities[mask], tag: tag)
      if splits, set.count > 2, !hasSuggestion(index) {
        suggestSplit(of: mask, of: cases, probabilities, entry: index)
      }
    }
  }

  /// Suggests other cases of a channel, of one or two detectors each, that make up a case of more.
  ///
  /// The parts share no detector. Splits into two parts come before splits into more, and the one into X and Z errors first.
  @inline(never)
  private mutating func suggestSplit(
    of mask: Int, of cases: borrowing ChannelCases, _ probabilities: SIMD16<Double>, entry: Int
  ) {
    let wanted = cases[mask].detectorCount
    guard wanted > 2, wanted <= 255 else { return }
    var parts = ChannelParts()
    for part in 1..<cases.count where probabilities[part] > 0 {
      parts.detectorCounts[part] = UInt8(clamping: cases[part].detectorCount)
    }
    guard let found = parts.split(mask, into: wanted) else { return }
    beginSuggestion(entry)
    var rest = found
    while rest != 0 {
      appendPart(cases[Int(rest & 15)], of: entry)
      rest >>= 4
    }
  }
}

/// The cases of a channel with how many detectors they flip; 0 for those that do not count.
private struct ChannelParts {
  var detectorCounts = SIMD16<UInt8>(repeating: 0)

  @inline(__always)
  private func isEdge(_ part: Int) -> Bool {
    detectorCounts[part] == 1 || detectorCounts[part] == 2
  }

  /// Cases of one or two detectors each that XOR to `mask` and have `count` detectors together, so that none is in two of
  /// them: four bits each, lowest first; `nil` if there are none.
  func split(_ mask: Int, into count: Int) -> UInt64? {
    if count <= 4 {
      let x = mask & 0b0101
      if x != 0, x != mask, isPair(x, mask ^ x, count) { return UInt64(x | (mask ^ x) << 4) }
      for part in 1..<16 where part < part ^ mask && isPair(part, part ^ mask, count) {
        return UInt64(part | (part ^ mask) << 4)
      }
    }
    return split(mask, into: count, below: 16, depth: 0)
  }

  @inline(__always)
  private func isPair(_ a: Int, _ b: Int, _ count: Int) -> Bool {
    isEdge(a) && isEdge(b) && Int(detectorCounts[a]) + Int(detectorCounts[b]) == count
  }

  private func split(_ mask: Int, into count: Int, below limit: Int, depth: Int) -> UInt64? {
    if mask == 0 { return count == 0 ? 0 : nil }
    if count <= 0 || depth == 8 { return nil }
    var part = limit - 1
    while part >= 1 {
      if isEdge(part),
        let rest = split(
          mask ^ part, into: count - Int(detectorCounts[part]), below: part, depth: depth + 1)
      {
        return rest << 4 | UInt64(part)
      }
      part -= 1
    }
    return nil
  }
}
