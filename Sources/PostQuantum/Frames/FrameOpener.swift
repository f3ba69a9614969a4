import Crypto

/// A frame that was opened.
public struct OpenedFrame: Sendable, Hashable {
  /// The key that the frame was sealed with.
  public let keyID: FrameKeyID
  /// The number of the frame under its key, from 0.
  public let counter: UInt64
  /// What was sealed.
  public let payload: [UInt8]

  /// The number of the sender in its group.
  public var sender: UInt8 { keyID.sender }
}

/// Opens the frames of any number of senders: in order or out of it, with gaps, each frame once.
///
/// It follows senders that ratchet, keeps the key before the present one for frames that are late,
/// and changes nothing for a frame that does not authenticate. No I/O.
public struct FrameOpener: Sendable {
  /// Most bytes of a frame.
  public static let frameByteLimit = 1 << 24

  /// How frames are sealed.
  public let suite: FrameSuite
  private var senders: [UInt64: SenderKeys] = [:]

  /// An opener that knows no sender yet.
  public init(suite: FrameSuite) { self.suite = suite }

  /// Accepts frames of a sender in an epoch.
  ///
  /// - Parameters:
  ///   - baseKey: the key that the sender makes its frame keys from.
  ///   - sender: the number of the sender in its group.
  ///   - epoch: the number of the sender's fresh key.
  ///   - step: how often the sender has ratcheted this base key already, below 2³².
  /// - Throws: `FrameError.duplicateKey`, `.wrongKeyLength`.
  public mutating func add(
    _ baseKey: SymmetricKey, sender: UInt8, epoch: UInt32, step: UInt64 = 0
  ) throws(FrameError) {
    precondition(step <= UInt32.max, "A key cannot be ratcheted \(step) times")
    let id = FrameKeyID(epoch: epoch, sender: sender, step: step)
    guard senders[id.generation] == nil else { throw .duplicateKey(id) }
    guard baseKey.bitCount == 8 * suite.hashByteCount else {
      throw .wrongKeyLength(expected: suite.hashByteCount, actual: baseKey.bitCount / 8)
    }
    senders[id.generation] = SenderKeys(suite, baseKey, id, step: step)
  }

  /// Forgets all keys of a sender.
  public mutating func remove(sender: UInt8) {
    senders = senders.filter { FrameKeyID(value: $0.key << FrameKeyID.stepBits).sender != sender }
  }

  /// Forgets the keys of a sender from before an epoch.
  public mutating func remove(sender: UInt8, before epoch: UInt32) {
    senders = senders.filter { generation, _ in
      let id = FrameKeyID(value: generation << FrameKeyID.stepBits)
      return id.sender != sender || id.epoch >= epoch
    }
  }

  /// The number of frames of a sender in an epoch that should have come before the newest, and have
  /// not; only keys still held count.
  public func lostFrameCount(sender: UInt8, epoch: UInt32) -> UInt64 {
    senders[FrameKeyID(epoch: epoch, sender: sender).generation]?.lostFrameCount ?? 0
  }

  /// Opens a frame.
  ///
  /// - Parameters:
  ///   - frame: header, ciphertext and tag.
  ///   - metadata: what the frame was sealed with.
  /// - Throws: `FrameError` for anything but a new frame of a known sender.
  public mutating func open(_ frame: [UInt8], metadata: [UInt8] = []) throws(FrameError)
    -> OpenedFrame
  {
    try frame.withUnsafeBufferPointer { bytes throws(FrameError) in
      try open(UnsafeRawBufferPointer(bytes), metadata: metadata)
    }
  }

  /// Opens a frame.
  public mutating func open(_ frame: UnsafeRawBufferPointer, metadata: [UInt8] = [])
    throws(FrameError) -> OpenedFrame
  {
    guard frame.count <= Self.frameByteLimit else {
      throw .oversized(byteCount: frame.count, limit: Self.frameByteLimit)
    }
    let header = try FrameHeader(reading: frame)
    let sealed = UnsafeRawBufferPointer(rebasing: frame[header.byteCount...])
    guard sealed.count >= FrameSuite.tagByteCount else { throw .truncated }
    let id = FrameKeyID(value: header.keyID)
    guard var keys = senders.removeValue(forKey: id.generation) else { throw .unknownKey(id) }
    defer { senders[id.generation] = keys }
    let payload = try keys.open(
      sealed, id: id, counter: header.counter,
      authenticating: Array(frame[..<header.byteCount]) + metadata)
    return OpenedFrame(keyID: id, counter: header.counter, payload: payload)
  }
}

/// The keys of one sender in one epoch: the present one and the one before.
private struct SenderKeys: Sendable {
  /// The key of one step, and which frames it opened.
  private struct Step: Sendable {
    let number: UInt64
    let key: FrameKey
    var window = ReplayWindow()
  }

  /// Keys kept for late frames besides the present one.
  private static let keptCount: UInt64 = 1

  private let suite: FrameSuite
  private let generation: UInt64
  /// Of the newest step.
  private var baseKey: SymmetricKey
  /// Oldest first; never empty.
  private var steps: [Step]

  init(_ suite: FrameSuite, _ baseKey: SymmetricKey, _ id: FrameKeyID, step: UInt64) {
    self.suite = suite
    generation = id.generation
    self.baseKey = baseKey
    steps = [Step(number: step, key: FrameKey(suite, baseKey: baseKey, keyID: id.value))]
  }

  private var newest: UInt64 { steps[steps.count - 1].number }

  var lostFrameCount: UInt64 {
    steps.reduce(0) { $0 + $1.window.next - $1.window.seenCount }
  }

  /// Opens with a key that is held, or with one further on; the latter takes its place only if the
  /// frame is good.
  mutating func open(
    _ sealed: UnsafeRawBufferPointer, id: FrameKeyID, counter: UInt64, authenticating: [UInt8]
  ) throws(FrameError) -> [UInt8] {
    // No sealer gets there, and the window needs a counter after it.
    guard counter < FrameSealer.frameLimit else { throw .authenticationFailed }
    let ahead = (id.step &- newest) & FrameKeyID.stepMask
    if ahead == 0 || ahead > FrameKeyID.stepMask - Self.keptCount {
      let behind = ahead == 0 ? 0 : FrameKeyID.stepMask + 1 - ahead
      guard let index = steps.firstIndex(where: { $0.number + behind == newest }) else {
        throw .retiredKey(id)
      }
      return try Self.open(sealed, with: &steps[index], counter, authenticating)
    }
    return try advance(by: ahead, sealed, counter, authenticating)
  }

  private mutating func advance(
    by ahead: UInt64, _ sealed: UnsafeRawBufferPointer, _ counter: UInt64,
    _ authenticating: [UInt8]
  ) throws(FrameError) -> [UInt8] {
    var nextBase = baseKey
    var passed: [Step] = []
    for number in newest + 1...newest + ahead {
      nextBase = suite.ratcheted(nextBase)
      guard number + Self.keptCount >= newest + ahead else { continue }
      let id = generation << FrameKeyID.stepBits | number & FrameKeyID.stepMask
      passed.append(
        Step(number: number, key: FrameKey(suite, baseKey: nextBase, keyID: id)))
    }
    let payload = try Self.open(sealed, with: &passed[passed.count - 1], counter, authenticating)
    baseKey = nextBase
    steps = Array((steps + passed).suffix(Int(Self.keptCount) + 1))
    return payload
  }

  private static func open(
    _ sealed: UnsafeRawBufferPointer, with step: inout Step, _ counter: UInt64,
    _ authenticating: [UInt8]
  ) throws(FrameError) -> [UInt8] {
    switch step.window.verdict(on: counter) {
    case .new: break
    case .seen: throw .replayed(counter: counter)
    case .tooOld: throw .tooOld(counter: counter)
    }
    let payload = try step.key.open(sealed, counter: counter, authenticating: authenticating)
    step.window.insert(counter)
    return payload
  }
}
