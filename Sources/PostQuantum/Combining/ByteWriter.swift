import Crypto

/// Bytes being put together: integers in network order, parts behind their lengths.
struct ByteWriter {
  var bytes: [UInt8] = []

  mutating func write(_ value: some FixedWidthInteger & UnsignedInteger) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func write(_ part: some Sequence<UInt8>) { bytes.append(contentsOf: part) }

  /// A part behind its length in one byte.
  ///
  /// - Precondition: the part is shorter than 256 bytes.
  mutating func writeShort(_ part: some Collection<UInt8>) {
    write(UInt8(part.count))
    write(part)
  }

  /// A part behind its length in two bytes.
  ///
  /// - Precondition: the part is shorter than 65,536 bytes.
  mutating func writePrefixed(_ part: some Collection<UInt8>) {
    write(UInt16(part.count))
    write(part)
  }

  /// A count in one byte, then the codes.
  mutating func write(codesOf algorithms: [Algorithm]) {
    write(UInt8(algorithms.count))
    for algorithm in algorithms { write(algorithm.code) }
  }
}
