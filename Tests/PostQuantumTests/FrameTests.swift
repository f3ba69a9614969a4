import Crypto
import PostQuantum
import Testing

struct FrameTests {
  private struct Vectors: Decodable {
    struct Header: Decodable {
      let keyId, counter: UInt64
      let bytes: String
    }
    struct Frame: Decodable {
      let suite: UInt16
      let keyId, counter: UInt64
      let baseKey, metadata, payload, ratcheted, frame: String
    }
    let headers: [Header]
    let frames: [Frame]
  }

  private static func pair(
    _ suite: FrameSuite = .aes256GCMSHA512, epoch: UInt32 = 0, sender: UInt8 = 3
  )
    throws -> (sealer: SealerBox, opener: FrameOpener)
  {
    let key = SymmetricKey(size: .init(bitCount: 8 * suite.hashByteCount))
    var opener = FrameOpener(suite: suite)
    try opener.add(key, sender: sender, epoch: epoch)
    return (
      SealerBox(FrameSealer(suite: suite, baseKey: key, sender: sender, epoch: epoch)), opener
    )
  }

  /// A tuple cannot hold what is not copyable.
  private final class SealerBox {
    var value: FrameSealer
    init(_ value: consuming FrameSealer) { self.value = value }
  }

  private static func seal(
    _ suite: FrameSuite, _ baseKey: [UInt8], keyID: UInt64, counter: UInt64, metadata: [UInt8],
    _ payload: [UInt8]
  ) throws -> [UInt8] {
    var frame: [UInt8] = []
    FrameHeader(keyID: keyID, counter: counter).write(to: &frame)
    let key = FrameKey(suite, baseKey: SymmetricKey(data: baseKey), keyID: keyID)
    let header = frame
    try payload.withUnsafeBytes {
      try key.seal($0, counter: counter, authenticating: header + metadata, to: &frame)
    }
    return frame
  }

  /// Appendix C.3 of RFC 9605.
  @Test(arguments: [
    (
      FrameSuite.aes128GCMSHA256,
      "9901234567b7412c2513a1b66dbb48841bbaf17f598751176ad847681a69c6d0b091c07018ce4adb34eb"
    ),
    (
      FrameSuite.aes256GCMSHA512,
      "990123456794f509d36e9beacb0e261d99c7d1e972f1fed787d4049f17ca21353c1cc24d56ceabced279"
    ),
  ])
  func `frames are those of RFC 9605`(suite: FrameSuite, expected: String) throws {
    let frame = try Self.seal(
      suite, Array(0..<16), keyID: 0x123, counter: 0x4567, metadata: Array("IETF SFrame WG".utf8),
      Array("draft-ietf-sframe-enc".utf8))
    #expect(Fixtures.hex(frame) == expected)
  }

  @Test func `headers, frames and ratchets are those of another implementation`() throws {
    let vectors = try Fixtures.rows("frames", as: Vectors.self)
    #expect(vectors.headers.count == 256 && vectors.frames.count == 10)
    for row in vectors.headers {
      var bytes: [UInt8] = []
      let header = FrameHeader(keyID: row.keyId, counter: row.counter)
      header.write(to: &bytes)
      #expect(Fixtures.hex(bytes) == row.bytes)
      #expect(header.byteCount == bytes.count)
      #expect(try bytes.withUnsafeBytes { try FrameHeader(reading: $0) } == header)
    }
    for row in vectors.frames {
      let suite = try #require(FrameSuite(rawValue: row.suite))
      let base = Fixtures.bytes(row.baseKey)
      let frame = try Self.seal(
        suite, base, keyID: row.keyId, counter: row.counter, metadata: Fixtures.bytes(row.metadata),
        Fixtures.bytes(row.payload))
      #expect(Fixtures.hex(frame) == row.frame)
      let next = suite.ratcheted(SymmetricKey(data: base))
      #expect(next.withUnsafeBytes { Fixtures.hex($0) } == row.ratcheted)
    }
  }

  @Test(arguments: FrameSuite.allCases)
  func `frames of any length come back`(suite: FrameSuite) throws {
    var (sealer, opener) = try Self.pair(suite, epoch: 70_000, sender: 255)
    for count in [0, 1, 15, 16, 17, 1200, 65_536] {
      let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
      let frame = try sealer.value.seal(payload, metadata: [1])
      let opened = try opener.open(frame, metadata: [1])
      #expect(opened.payload == payload)
      #expect(opened.sender == 255 && opened.keyID.epoch == 70_000)
    }
    #expect(sealer.value.counter == 7)
  }

  @Test(arguments: FrameSuite.allCases)
  func `any changed byte, any truncation and other metadata are refused`(suite: FrameSuite) throws {
    let (sealer, opener) = try Self.pair(suite, epoch: 1)
    for _ in 0..<300 { _ = try sealer.value.seal([]) }
    let frame = try sealer.value.seal(Array("some payload".utf8), metadata: [7])
    for index in frame.indices {
      for bit in 0..<8 {
        var changed = frame
        changed[index] ^= 1 << bit
        var copy = opener
        #expect(throws: FrameError.self) { try copy.open(changed, metadata: [7]) }
      }
    }
    for count in 0..<frame.count {
      var copy = opener
      #expect(throws: FrameError.self) { try copy.open(Array(frame[..<count]), metadata: [7]) }
    }
    var copy = opener
    #expect(throws: FrameError.authenticationFailed) { try copy.open(frame) }
    #expect(throws: FrameError.authenticationFailed) { try copy.open(frame + [0], metadata: [7]) }
    #expect(try copy.open(frame, metadata: [7]).counter == 300)
  }

  @Test func `each deviation has its own error`() throws {
    var (sealer, opener) = try Self.pair()
    let frame = try sealer.value.seal([1, 2, 3])
    #expect(throws: FrameError.truncated) { try opener.open([]) }
    #expect(throws: FrameError.truncated) { try opener.open([0xFF, 1]) }
    #expect(throws: FrameError.truncated) { try opener.open(Array(frame[..<17])) }
    #expect(throws: FrameError.headerNotMinimal) {
      try opener.open([0x80, 7] + [UInt8](repeating: 0, count: 20))
    }
    #expect(throws: FrameError.headerNotMinimal) {
      try opener.open([0x90, 0, 9] + [UInt8](repeating: 0, count: 20))
    }
    #expect(
      throws: FrameError.oversized(
        byteCount: FrameOpener.frameByteLimit + 1, limit: FrameOpener.frameByteLimit)
    ) { try opener.open([UInt8](repeating: 0, count: FrameOpener.frameByteLimit + 1)) }
    let error = #expect(throws: FrameError.self) {
      try opener.open([0x00] + [UInt8](repeating: 0, count: 20))
    }
    guard case .unknownKey(let id) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(id.value == 0)
    #expect(try opener.open(frame).payload == [1, 2, 3])
    #expect(throws: FrameError.replayed(counter: 0)) { try opener.open(frame) }
    let key = SymmetricKey(size: .init(bitCount: 512))
    #expect(throws: FrameError.self) { try opener.add(key, sender: 3, epoch: 0) }
    #expect(throws: FrameError.wrongKeyLength(expected: 64, actual: 32)) {
      try opener.add(SymmetricKey(size: .bits256), sender: 3, epoch: 1)
    }
    try opener.add(key, sender: 3, epoch: 1)
    opener.remove(sender: 3)
    try opener.add(key, sender: 3, epoch: 1)
  }

  @Test func `frames are opened out of order, once each, and gaps are counted`() throws {
    var (sealer, opener) = try Self.pair()
    let frames = try (0..<2000).map { _ in try sealer.value.seal([1]) }
    var generator = SystemRandomNumberGenerator()
    // Blocks of 500, each shuffled, with every tenth frame lost.
    for start in stride(from: 0, to: 2000, by: 500) {
      for index in (start..<start + 500).shuffled(using: &generator)
      where !index.isMultiple(of: 10) {
        #expect(try opener.open(frames[index]).counter == UInt64(index))
      }
    }
    #expect(opener.lostFrameCount(sender: 3, epoch: 0) == 200)
    for index in [1999, 1501, 977] {
      #expect(throws: FrameError.replayed(counter: UInt64(index))) {
        try opener.open(frames[index])
      }
    }
    #expect(throws: FrameError.tooOld(counter: 970)) { try opener.open(frames[970]) }
    #expect(try opener.open(frames[980]).counter == 980)
    #expect(opener.lostFrameCount(sender: 3, epoch: 0) == 199)
  }

  @Test func `a window agrees with a list of all that was seen`() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20 {
      var window = ReplayWindow()
      var seen: Set<UInt64> = []
      var newest: UInt64 = 0
      for _ in 0..<3000 {
        let jump = UInt64.random(in: 0..<100, using: &generator) == 0 ? 5000 : 40
        let base = newest > 1200 ? newest - 1200 : 0
        let counter =
          Bool.random(using: &generator)
          ? newest + UInt64.random(in: 0...UInt64(jump), using: &generator)
          : UInt64.random(in: base...newest, using: &generator)
        let expected: ReplayWindow.Verdict =
          !seen.isEmpty && counter + ReplayWindow.size <= newest
          ? .tooOld : seen.contains(counter) ? .seen : .new
        #expect(window.verdict(on: counter) == expected)
        if expected == .new {
          window.insert(counter)
          seen.insert(counter)
          newest = max(newest, counter)
        }
      }
      #expect(window.seenCount == UInt64(seen.count))
    }
  }

  @Test func `receivers follow a ratchet, across its wrap, and late frames of one step before`()
    throws
  {
    var (sealer, opener) = try Self.pair()
    var late: [[UInt8]] = []
    for step in 0..<40 {
      #expect(sealer.value.step == UInt64(step))
      late.append(try sealer.value.seal([UInt8(step)]))
      let frame = try sealer.value.seal([100])
      #expect(try opener.open(frame).payload == [100])
      if step > 0 { #expect(try opener.open(late[step - 1]).payload == [UInt8(step - 1)]) }
      sealer.value.ratchet()
    }
    // Fourteen steps at once is as far as four bits reach with one step kept.
    for _ in 0..<13 { sealer.value.ratchet() }
    let far = try sealer.value.seal([7])
    #expect(try opener.open(far).payload == [7])
    for _ in 0..<15 { sealer.value.ratchet() }
    let beyond = try sealer.value.seal([8])
    #expect(throws: FrameError.self) { try opener.open(beyond) }
  }

  @Test func `a forged step changes nothing`() throws {
    var (sealer, opener) = try Self.pair()
    let frame = try sealer.value.seal([1])
    for step: UInt8 in 1..<15 {
      var forged = frame
      forged[1] = forged[1] & 0xF0 | step
      #expect(throws: FrameError.authenticationFailed) { try opener.open(forged) }
    }
    #expect(try opener.open(frame).payload == [1])
  }

  @Test func `a key of one sender, epoch, step or suite opens no frame of another`() throws {
    let key = SymmetricKey(size: .init(bitCount: 512))
    var first = FrameSealer(suite: .aes256GCMSHA512, baseKey: key, sender: 1, epoch: 5)
    let frame = try first.seal([1])
    for (sender, epoch): (UInt8, UInt32) in [(2, 5), (1, 6)] {
      var opener = FrameOpener(suite: .aes256GCMSHA512)
      try opener.add(key, sender: sender, epoch: epoch)
      #expect(throws: FrameError.unknownKey(first.keyID)) { try opener.open(frame) }
    }
  }
}
