/// Why a delivery of a key within a group was refused.
public enum GroupError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The delivery ends within a field.
  case truncated
  /// Bytes follow the end of the delivery.
  case trailingBytes(count: Int)
  /// The delivery is of another version of the format.
  case unsupportedVersion(UInt8)
  /// The delivery names a suite of frames that is not known here.
  case unknownFrameSuite(code: UInt16)
  /// The delivery is for frames of another suite than the group's.
  case frameSuiteRefused(FrameSuite, expected: FrameSuite)
  /// The delivery is for another member.
  case notForUs(receiver: UInt8)
  /// The delivery claims to be from ourselves.
  case fromOurselves
  /// No key is shared with that member.
  case unknownMember(UInt8)
  /// There is a member of that number already.
  case duplicateMember(UInt8)
  /// There is a pre-shared key of that name already: each pair has its own.
  case duplicateKeyID(String)
  /// The sender's key of this epoch, or of a later one, has come before.
  case staleEpoch(UInt32, newest: UInt32)
  /// The delivery was changed, or was sealed with another key.
  case authenticationFailed
  /// No epoch comes after the last.
  case epochsExhausted

  /// The error as a clause without a full stop.
  public var description: String {
    switch self {
    case .truncated: "the delivery is truncated"
    case .trailingBytes(let count): "\(count) bytes behind the end of a delivery"
    case .unsupportedVersion(let version): "version \(version) of deliveries"
    case .unknownFrameSuite(let code): "unknown suite of frames \(code)"
    case .frameSuiteRefused(let suite, let expected): "frames in \(suite), not \(expected)"
    case .notForUs(let receiver): "a delivery for member \(receiver)"
    case .fromOurselves: "a delivery from ourselves"
    case .unknownMember(let member): "no key is shared with member \(member)"
    case .duplicateMember(let member): "a second member \(member)"
    case .duplicateKeyID(let id): "a second member with the pre-shared key \(id)"
    case .staleEpoch(let epoch, let newest): "epoch \(epoch) after epoch \(newest)"
    case .authenticationFailed: "the delivery was changed, or is of another key"
    case .epochsExhausted: "no epoch comes after the last"
    }
  }
}
