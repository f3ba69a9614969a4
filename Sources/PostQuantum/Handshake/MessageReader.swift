/// The fields of a message body, each checked as it is read.
struct MessageReader {
  private let bytes: [UInt8]
  private(set) var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// What has been read so far.
  var consumed: ArraySlice<UInt8> { bytes[..<offset] }

  mutating func read(_ count: Int, _ field: String) throws(KeyExchangeError) -> [UInt8] {
    guard count <= bytes.count - offset else { throw .truncatedMessage(field: field) }
    defer { offset += count }
    return Array(bytes[offset..<offset + count])
  }

  mutating func readInteger<Integer: FixedWidthInteger & UnsignedInteger>(
    _: Integer.Type, _ field: String
  ) throws(KeyExchangeError) -> Integer {
    var value: Integer = 0
    for byte in try read(Integer.bitWidth / 8, field) {
      value = Integer(truncatingIfNeeded: UInt64(value) << 8) | Integer(byte)
    }
    return value
  }

  /// A part behind its length in one byte.
  mutating func readShort(_ field: String) throws(KeyExchangeError) -> [UInt8] {
    try read(Int(readInteger(UInt8.self, field)), field)
  }

  /// A part behind its length in two bytes, which must be what the catalog says.
  mutating func readPrefixed(_ field: String, byteCount: Int?) throws(KeyExchangeError) -> [UInt8] {
    let count = Int(try readInteger(UInt16.self, field))
    if let byteCount, count != byteCount {
      throw .wrongLength(field: field, expected: byteCount, actual: count)
    }
    return try read(count, field)
  }

  /// An algorithm of the catalog.
  mutating func readAlgorithm() throws(KeyExchangeError) -> Algorithm {
    let code = try readInteger(UInt16.self, "algorithm")
    guard let algorithm = AlgorithmCatalog.algorithm(code: code) else {
      throw .unknownAlgorithm(code: code)
    }
    return algorithm
  }

  /// Sources of secrets: at least one, each once, in catalog order.
  mutating func readEncapsulations() throws(KeyExchangeError) -> [Algorithm] {
    let count = Int(try readInteger(UInt8.self, "number of algorithms"))
    let limit = AlgorithmCatalog.encapsulations.count
    guard count > 0 else { throw .noAlgorithms }
    guard count <= limit else { throw .tooManyAlgorithms(count: count, limit: limit) }
    var algorithms: [Algorithm] = []
    for _ in 0..<count {
      let algorithm = try readAlgorithm()
      guard algorithm.canEncapsulate else { throw .wrongKind(algorithm) }
      guard !algorithms.contains(algorithm) else { throw .duplicateAlgorithm(algorithm) }
      if let last = algorithms.last, last.code > algorithm.code { throw .algorithmsOutOfOrder }
      algorithms.append(algorithm)
    }
    return algorithms
  }

  /// The name of a pre-shared key; `nil` for none.
  mutating func readKeyID() throws(KeyExchangeError) -> String? {
    let bytes = try readShort("key id")
    if bytes.isEmpty { return nil }
    guard PresharedKey.isValid(id: bytes) else { throw .invalidKeyID }
    return String(decoding: bytes, as: UTF8.self)
  }

  mutating func readFrameSuite() throws(KeyExchangeError) -> FrameSuite {
    let code = try readInteger(UInt16.self, "suite of frames")
    guard let suite = FrameSuite(rawValue: code) else { throw .unknownFrameSuite(code: code) }
    return suite
  }

  /// Nothing may follow.
  func finish(_ type: MessageType) throws(KeyExchangeError) {
    guard offset == bytes.count else { throw .trailingBytes(type, count: bytes.count - offset) }
  }
}
