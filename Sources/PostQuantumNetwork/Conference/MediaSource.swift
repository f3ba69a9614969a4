/// Media that nobody recorded: frames of sound and pictures in the sizes and at the times of a
/// call.
///
/// Sound is 50 frames of 160 bytes a second, pictures are 30 of 1,200 bytes. The bytes are those of
/// a counter, behind a mark by which anybody would find them in a recording.
struct MediaSource: Sendable {
  enum Kind: UInt8, Sendable, CaseIterable {
    case sound, picture

    var byteCount: Int { self == .sound ? 160 : 1200 }
  }

  /// A moment at which a frame of either kind may be due.
  static let ticksPerSecond = 150
  /// What every frame starts with.
  static let mark = Array("qsim media frame".utf8)

  let sender: UInt8
  let tickCount: Int

  init(sender: UInt8, seconds: Double) {
    self.sender = sender
    tickCount = Int((seconds * Double(Self.ticksPerSecond)).rounded())
  }

  /// The kinds of frames that are due.
  static func kinds(at tick: Int) -> [Kind] {
    Kind.allCases.filter { tick.isMultiple(of: $0 == .sound ? 3 : 5) }
  }

  /// The frame that is due at a tick.
  func payload(_ kind: Kind, at tick: Int) -> [UInt8] {
    var bytes = Self.mark + [sender, kind.rawValue]
    var state = UInt64(tick) << 16 | UInt64(sender) << 8 | UInt64(kind.rawValue) | 1 << 63
    while bytes.count < kind.byteCount {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      bytes.append(UInt8(truncatingIfNeeded: state))
    }
    return bytes
  }
}
