/// Which key a frame is sealed with: the epoch, the sender, and the low bits of the ratchet's step.
///
///      63          12 11       4 3    0
///     ┌──────────────┬──────────┬──────┐
///     │    epoch     │  sender  │ step │
///     └──────────────┴──────────┴──────┘
///
/// Epoch and sender are what RFC 9605 calls the key generation in §5.1, with R = 4 bits of the
/// step.
public struct FrameKeyID: Hashable, Sendable, CustomStringConvertible {
  /// Bits of the step.
  static let stepBits: UInt64 = 4
  static let stepMask: UInt64 = (1 << stepBits) - 1

  /// The number in a header: epoch, sender in bits 4 to 11, step in bits 0 to 3.
  public let value: UInt64

  /// The parts of a number in a header.
  public init(value: UInt64) { self.value = value }

  init(epoch: UInt32, sender: UInt8, step: UInt64 = 0) {
    value = UInt64(epoch) << 12 | UInt64(sender) << Self.stepBits | step & Self.stepMask
  }

  /// The number of the sender's fresh key.
  public var epoch: UInt64 { value >> 12 }
  /// The number of the sender in its group.
  public var sender: UInt8 { UInt8(truncatingIfNeeded: value >> Self.stepBits) }
  /// The step modulo 16.
  public var step: UInt64 { value & Self.stepMask }

  /// Epoch and sender.
  var generation: UInt64 { value >> Self.stepBits }

  /// Sender, epoch and step in words.
  public var description: String { "sender \(sender), epoch \(epoch), step \(step)" }
}
