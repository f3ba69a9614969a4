/// Why a frame was refused.
public enum FrameError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The header, or the tag, is not all there.
  case truncated
  /// A key id or counter takes more bytes than it needs.
  case headerNotMinimal
  /// The frame is longer than `FrameOpener.frameByteLimit`.
  case oversized(byteCount: Int, limit: Int)
  /// No key of that sender and epoch.
  case unknownKey(FrameKeyID)
  /// The key was left behind by ratcheting.
  case retiredKey(FrameKeyID)
  /// The same frame came before.
  case replayed(counter: UInt64)
  /// Too far behind the newest to tell whether it came before.
  case tooOld(counter: UInt64)
  /// Header, metadata or payload were changed, or the key is another.
  case authenticationFailed
  /// The key has sealed as many frames as it may; ratchet or rekey.
  case counterExhausted
  /// There is a key of that sender and epoch already.
  case duplicateKey(FrameKeyID)
  /// A base key of another length than the suite's.
  case wrongKeyLength(expected: Int, actual: Int)

  /// The error as a clause without a full stop.
  public var description: String {
    switch self {
    case .truncated: "the frame is truncated"
    case .headerNotMinimal: "the header is longer than it need be"
    case .oversized(let count, let limit): "a frame of \(count) bytes; at most \(limit)"
    case .unknownKey(let id): "no key of \(id)"
    case .retiredKey(let id): "the key of \(id) is retired"
    case .replayed(let counter): "frame \(counter) came before"
    case .tooOld(let counter): "frame \(counter) is too old"
    case .authenticationFailed: "the frame was changed"
    case .counterExhausted: "the key has sealed as many frames as it may"
    case .duplicateKey(let id): "a second key of \(id)"
    case .wrongKeyLength(let expected, let actual):
      "a base key of \(actual) bytes, not \(expected)"
    }
  }
}
