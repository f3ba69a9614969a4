import QuantumCore

/// A running checksum of the rows of a file, by which whoever goes on with it sees that none was
/// changed, removed or moved.
///
/// FNV-1a of 64 bits over all rows so far, seconds left out: they are the one thing that differs
/// from run to run. It tells of editors and slips, not of forgers.
public struct TallyChecksum: Sendable {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  /// The name of the column.
  public static let column = "check"

  /// The checksum of no rows.
  public init() {}

  /// Goes on by a row.
  public mutating func add(_ row: TallyRow) {
    for byte in row.checkedText.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }

  /// The checksum in 16 hexadecimal digits.
  public var text: String { HexText.digits(of: state, width: 16) }
}
