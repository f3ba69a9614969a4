import Crypto

/// Seals the frames of one sender.
///
/// Not copyable: a copy would use the same nonces again. No I/O; the bytes of frames are the
/// caller's.
public struct FrameSealer: ~Copyable, Sendable {
  /// Most frames under one key: beyond, the bound on forgeries of AES-GCM gets weak.
  public static let frameLimit: UInt64 = 1 << 32

  /// How frames are sealed.
  public let suite: FrameSuite
  /// The number of times that the key was ratcheted.
  public private(set) var step: UInt64 = 0
  /// The number of frames sealed with the present key.
  public private(set) var counter: UInt64 = 0

  private let sender: UInt8
  private let epoch: UInt32
  private var baseKey: SymmetricKey
  private var key: FrameKey
  private var header: [UInt8] = []

  /// A sealer of a base key, which nobody else may seal with.
  ///
  /// - Precondition: the base key has as many bytes as the suite's hash.
  public init(
    suite: FrameSuite, baseKey: SymmetricKey, sender: UInt8, epoch: UInt32, step: UInt64 = 0
  ) {
    precondition(
      baseKey.bitCount == 8 * suite.hashByteCount,
      "A base key of \(suite) has \(suite.hashByteCount) bytes, not \(baseKey.bitCount / 8)")
    self.suite = suite
    self.baseKey = baseKey
    self.sender = sender
    self.epoch = epoch
    self.step = step
    let id = FrameKeyID(epoch: epoch, sender: sender, step: step)
    key = FrameKey(suite, baseKey: baseKey, keyID: id.value)
  }

  /// What frames call the present key.
  public var keyID: FrameKeyID { FrameKeyID(epoch: epoch, sender: sender, step: step) }

  /// The present base key, for those who may open what comes from now on.
  package var currentBaseKey: SymmetricKey { baseKey }

  /// Appends a sealed frame: header, ciphertext, tag.
  ///
  /// - Parameters:
  ///   - payload: what is sealed.
  ///   - metadata: authenticated with the frame, but not part of it.
  ///   - frame: the bytes that the frame is appended to.
  /// - Throws: `FrameError.counterExhausted` after 2³² frames under one key.
  /// - Complexity: O(n); one copy of the frame.
  public mutating func seal(
    _ payload: UnsafeRawBufferPointer, metadata: [UInt8] = [], appendingTo frame: inout [UInt8]
  ) throws(FrameError) {
    guard counter < Self.frameLimit else { throw .counterExhausted }
    header.removeAll(keepingCapacity: true)
    FrameHeader(keyID: keyID.value, counter: counter).write(to: &header)
    let size = header.count + payload.count + FrameSuite.tagByteCount
    if frame.isEmpty { frame.reserveCapacity(size) }
    frame.append(contentsOf: header)
    if !metadata.isEmpty { header.append(contentsOf: metadata) }
    try key.seal(payload, counter: counter, authenticating: header, to: &frame)
    counter += 1
  }

  /// A sealed frame.
  public mutating func seal(_ payload: [UInt8], metadata: [UInt8] = []) throws(FrameError)
    -> [UInt8]
  {
    var frame: [UInt8] = []
    try payload.withUnsafeBufferPointer { bytes throws(FrameError) in
      try seal(UnsafeRawBufferPointer(bytes), metadata: metadata, appendingTo: &frame)
    }
    return frame
  }

  /// Goes on to the next key. Who steals it later cannot read what was sealed before.
  public mutating func ratchet() {
    baseKey = suite.ratcheted(baseKey)
    step += 1
    counter = 0
    key = FrameKey(suite, baseKey: baseKey, keyID: keyID.value)
  }
}
