/// The start of a frame: key id and counter, each in as few bytes as it takes.
///
///      0 1 2 3 4 5 6 7
///     ┌─┬─────┬─┬─────┐
///     │X│  K  │Y│  C  │  key id, if X   counter, if Y
///     └─┴─────┴─┴─────┘
///
/// A number below 8 stands in K or C; of any other, K or C tells the number of bytes minus one.
///
/// - Source: [Omara24] §4.3.
public struct FrameHeader: Hashable, Sendable {
  /// Most bytes of a header.
  public static let maximumByteCount = 17

  /// The number of the key, as `FrameKeyID.value` has it.
  public var keyID: UInt64
  /// The number of the frame under its key, from 0.
  public var counter: UInt64

  /// The header of a frame.
  public init(keyID: UInt64, counter: UInt64) {
    self.keyID = keyID
    self.counter = counter
  }

  /// Number of bytes.
  public var byteCount: Int { 1 + Self.byteCount(keyID) + Self.byteCount(counter) }

  /// Appends the header.
  public func write(to bytes: inout [UInt8]) {
    let keyCount = Self.byteCount(keyID)
    let counterCount = Self.byteCount(counter)
    let key = keyCount == 0 ? UInt8(keyID) : 0x8 | UInt8(keyCount - 1)
    let count = counterCount == 0 ? UInt8(counter) : 0x8 | UInt8(counterCount - 1)
    bytes.append(key << 4 | count)
    for index in (0..<keyCount).reversed() { bytes.append(Self.byte(index, of: keyID)) }
    for index in (0..<counterCount).reversed() { bytes.append(Self.byte(index, of: counter)) }
  }

  /// Reads a header from the start of a frame.
  ///
  /// - Throws: `FrameError.truncated`, `.headerNotMinimal`.
  public init(reading bytes: UnsafeRawBufferPointer) throws(FrameError) {
    guard let first = bytes.first else { throw .truncated }
    var offset = 1
    keyID = try Self.read(first >> 4, bytes, &offset)
    counter = try Self.read(first & 0xF, bytes, &offset)
  }

  private static func read(_ field: UInt8, _ bytes: UnsafeRawBufferPointer, _ offset: inout Int)
    throws(FrameError) -> UInt64
  {
    guard field >= 8 else { return UInt64(field) }
    let count = Int(field & 0x7) + 1
    guard count <= bytes.count - offset else { throw .truncated }
    var value: UInt64 = 0
    for index in offset..<offset + count { value = value << 8 | UInt64(bytes[index]) }
    guard byteCount(value) == count else { throw .headerNotMinimal }
    offset += count
    return value
  }

  private static func byteCount(_ value: UInt64) -> Int {
    value < 8 ? 0 : (UInt64.bitWidth - value.leadingZeroBitCount + 7) / 8
  }

  private static func byte(_ index: Int, of value: UInt64) -> UInt8 {
    UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
  }
}
