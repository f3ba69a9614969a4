import QSim

/// What a file of shots is for.
enum ShotFileUse {
  case reading, writing
}

extension ResultFormat {
  /// The most bits of a shot in formats that hold each of them: a fraction of a gigabyte a shot.
  static let fullBitLimit: UInt64 = 1 << 28

  /// Refuses shots of more bits than the format takes, before anything is done for them.
  ///
  /// More than 2³¹ no format takes: whoever counts them refuses them, with their place.
  ///
  /// - Throws: `Obstacle` of kind `.memory`.
  func checkWidth(_ bits: UInt64, for use: ShotFileUse) throws(Obstacle) {
    guard holdsEveryBit, bits <= 1 << 31 else { return }
    guard bits <= Self.fullBitLimit else {
      let isReading = use == .reading
      throw Obstacle(
        .memory(required: bits, available: Self.fullBitLimit),
        "a shot has \(bits) bits, and \(rawValue) \(isReading ? "holds" : "writes") each of them, "
          + "up to 2^28",
        hint: isReading
          ? "read hits, dets or r8" : "take hits, dets or r8, or use fewer repetitions")
    }
    guard use == .reading, bits >= 1 << 20 else { return }
    // A group, the bytes that it is made from, and those bytes while their buffer grows.
    let (bytes, available) = (self == .ptb64 ? 40 * bits : 2 * bits, MemoryBudget().available)
    guard bytes <= available else {
      throw Obstacle(
        .memory(required: bytes, available: available),
        "reading shots of \(bits) bits in \(rawValue) needs \(bytes) bytes, and \(available) are "
          + "available")
    }
  }
}
