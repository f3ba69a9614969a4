/// Bytes from a file or a pipe, a chunk at a time, with the place reached.
struct ByteSource {
  /// Fills a buffer from the start and says how many bytes it got; 0 at the end.
  private let read: (UnsafeMutableRawBufferPointer) throws -> Int
  private var chunk: [UInt8]
  private var position = 0
  private var end = 0
  /// Bytes before the chunk.
  private var passed = 0
  private var isAtEnd = false
  private(set) var line = 1
  /// Offset of the first byte of the line.
  private var lineStart = 0

  init(chunkSize: Int, read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
    self.read = read
    chunk = [UInt8](repeating: 0, count: chunkSize)
  }

  /// Bytes taken so far.
  var offset: Int { passed + position }
  /// The column of the next byte, from 1.
  var column: Int { offset - lineStart + 1 }

  /// The next byte, left where it is; `nil` at the end.
  mutating func peek() throws -> UInt8? {
    if position == end, try !fill(1) { return nil }
    return chunk[position]
  }

  /// Takes the byte that `peek` showed.
  mutating func skip() { position += 1 }

  /// Takes bytes that `peekWord` showed.
  mutating func skip(_ count: Int) { position += count }

  /// The next eight bytes, lowest first, left where they are; `nil` if they are not at hand.
  func peekWord() -> UInt64? {
    guard end - position >= 8 else { return nil }
    return chunk.withUnsafeBytes {
      UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    }
  }

  /// Takes the line break that `peek` showed.
  mutating func skipLineBreak() {
    position += 1
    line += 1
    lineStart = offset
  }

  /// Calls `body` with the next `count` bytes and takes them; `nil` if there are fewer, which then
  /// stay.
  mutating func withBytes<Result>(
    _ count: Int, _ body: (UnsafePointer<UInt8>) throws -> Result
  ) throws -> Result? {
    if end - position < count, try !fill(count) { return nil }
    let result = try chunk.withUnsafeBufferPointer { try body($0.baseAddress! + position) }
    position += count
    return result
  }

  /// How many bytes are at hand without reading more.
  var available: Int { end - position }

  /// Reads on until `count` bytes are at hand; `false` if the source ends before.
  private mutating func fill(_ count: Int) throws -> Bool {
    chunk.withUnsafeMutableBytes { bytes in
      // Overlapping copies are fine here.
      for index in 0..<(end - position) { bytes[index] = bytes[position + index] }
    }
    passed += position
    (end, position) = (end - position, 0)
    while end < count, !isAtEnd {
      // Grown by what has arrived, so that a claim of many bytes takes no memory by itself.
      if end == chunk.count { chunk += [UInt8](repeating: 0, count: chunk.count) }
      let start = end
      let got = try chunk.withUnsafeMutableBytes {
        try read(UnsafeMutableRawBufferPointer(rebasing: $0[start...]))
      }
      if got == 0 { isAtEnd = true }
      end += got
    }
    return end >= count
  }
}
