import PostQuantum

/// Receivers of frames and of keys, with what an honest sender made.
private struct Rehearsal: Sendable {
  let opener: FrameOpener
  let frame: [UInt8]
  let key: PresharedKey
  let delivery: [UInt8]

  init() throws {
    let suite = FrameSuite.aes256GCMSHA512
    let base = SecretBytes.random(count: suite.hashByteCount).symmetricKey()
    var opener = FrameOpener(suite: suite)
    try opener.add(base, sender: 200, epoch: 70_000)
    var sealer = FrameSealer(suite: suite, baseKey: base, sender: 200, epoch: 70_000)
    for _ in 0..<300 { _ = try sealer.seal([]) }
    frame = try sealer.seal(Array(repeating: 7, count: 100))
    self.opener = opener
    key = try PresharedKey(id: "key", secret: SecretBytes.random(count: 32))
    var sender = GroupMember(1, suite: suite)
    try sender.add(0, presharedKey: key)
    delivery = try sender.delivery(to: 0)
  }
}

private let rehearsal = Result { try Rehearsal() }

/// Any bytes are refused as a frame and as a delivery of a key; nothing but honest ones are
/// accepted. Headers that are read are written as the same bytes.
///
/// The first byte chooses: bytes as they are, or changes to honest ones: offset, then what to flip.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  guard let first = input.first, let rehearsal = try? rehearsal.get() else { return 0 }
  let bytes = Array(input.dropFirst())
  checkHeader(bytes)
  let frame = first & 1 == 0 ? bytes : edited(rehearsal.frame, by: bytes)
  var opener = rehearsal.opener
  do throws(FrameError) {
    _ = try opener.open(frame)
    precondition(frame == rehearsal.frame, "A forged frame was accepted")
  } catch {
    precondition(!error.description.isEmpty)
  }
  let delivery = first & 1 == 0 ? bytes : edited(rehearsal.delivery, by: bytes)
  var receiver = GroupMember(0, suite: .aes256GCMSHA512)
  do throws(GroupError) {
    try receiver.add(1, presharedKey: rehearsal.key)
    try receiver.accept(delivery)
    precondition(delivery == rehearsal.delivery, "A forged delivery was accepted")
  } catch {
    precondition(!error.description.isEmpty)
  }
  return 0
}

private func checkHeader(_ bytes: [UInt8]) {
  bytes.withUnsafeBytes { buffer in
    guard let header = try? FrameHeader(reading: buffer) else { return }
    var again: [UInt8] = []
    header.write(to: &again)
    precondition(again.count == header.byteCount && bytes.starts(with: again))
  }
}

private func edited(_ honest: [UInt8], by edits: [UInt8]) -> [UInt8] {
  var bytes = honest
  for index in stride(from: 0, to: edits.count - 1, by: 2) {
    bytes[Int(edits[index]) % bytes.count] ^= edits[index + 1]
  }
  return bytes
}
