import Crypto

/// One participant of a conference: a key of its own for what it sends, and the keys of the others
/// for what they send.
///
/// Every pair of members shares a key, from an exchange or from elsewhere. A member makes a fresh
/// key for its frames and delivers it to each other member under the key they share, so that each
/// frame is sealed once, however many listen; who forwards frames needs no key. Members who join
/// get the present step of the ratchet and cannot read what came before; when one leaves, the
/// others rekey.
///
///     var alice = GroupMember(0, suite: .aes256GCMSHA512)
///     try alice.add(1, presharedKey: withBob)
///     try send(alice.delivery(to: 1))                 // then, for every frame:
///     try send(alice.seal(payload))
///
/// A value without I/O, not copyable since a copy would use nonces again.
public struct GroupMember: ~Copyable, Sendable {
  /// The number of this member in the group.
  public let number: UInt8
  /// How frames of the group are sealed.
  public let suite: FrameSuite
  /// The number of times that this member made a fresh key.
  public private(set) var epoch: UInt32

  private var sealer: FrameSealer
  private var opener: FrameOpener
  private var presharedKeys: [UInt8: PresharedKey] = [:]
  /// By the name of the pre-shared key, and never forgotten: an old delivery stays old when a
  /// member comes back.
  private var newestEpochs: [String: UInt32] = [:]

  /// A member alone.
  ///
  /// - Parameters:
  ///   - number: the number of this member, which no other member has.
  ///   - suite: how frames of the group are sealed.
  ///   - epoch: greater than any this member had before with the same pre-shared keys.
  public init(_ number: UInt8, suite: FrameSuite, epoch: UInt32 = 0) {
    self.number = number
    self.suite = suite
    self.epoch = epoch
    sealer = FrameSealer(
      suite: suite, baseKey: Self.freshKey(suite), sender: number, epoch: epoch)
    opener = FrameOpener(suite: suite)
  }

  /// The others, in ascending order.
  public var others: [UInt8] { presharedKeys.keys.sorted() }

  /// Meets another member, with whom a key is shared.
  ///
  /// - Throws: `GroupError.fromOurselves`, `.duplicateMember`, `.duplicateKeyID`.
  public mutating func add(_ member: UInt8, presharedKey: PresharedKey) throws(GroupError) {
    guard member != number else { throw .fromOurselves }
    guard presharedKeys[member] == nil else { throw .duplicateMember(member) }
    guard !presharedKeys.values.contains(where: { $0.id == presharedKey.id }) else {
      throw .duplicateKeyID(presharedKey.id)
    }
    presharedKeys[member] = presharedKey
  }

  /// Takes leave of a member: forgets its keys and makes a fresh one, to be delivered to those who
  /// stay.
  ///
  /// - Throws: `GroupError.unknownMember`, `.epochsExhausted`.
  public mutating func remove(_ member: UInt8) throws(GroupError) {
    guard presharedKeys.removeValue(forKey: member) != nil else { throw .unknownMember(member) }
    opener.remove(sender: member)
    try rekey()
  }

  /// Makes a fresh key for a new epoch, to be delivered to all.
  ///
  /// - Throws: `GroupError.epochsExhausted`.
  public mutating func rekey() throws(GroupError) {
    guard epoch < .max else { throw .epochsExhausted }
    epoch += 1
    sealer = FrameSealer(
      suite: suite, baseKey: Self.freshKey(suite), sender: number, epoch: epoch)
  }

  /// Goes on to the next key of this epoch; others follow by themselves.
  public mutating func ratchet() { sealer.ratchet() }

  /// The present key for another member, sealed.
  ///
  /// - Throws: `GroupError.unknownMember`.
  public borrowing func delivery(to member: UInt8) throws(GroupError) -> [UInt8] {
    guard let shared = presharedKeys[member] else { throw .unknownMember(member) }
    let delivery = SenderKeyDelivery(
      suite: suite, sender: number, receiver: member, epoch: epoch,
      step: UInt32(clamping: sealer.step))
    return delivery.seal(sealer.currentBaseKey, with: shared)
  }

  /// Takes the key of another member; frames of its previous epoch are still opened, older ones no
  /// more.
  ///
  /// - Returns: whose key it was.
  /// - Throws: `GroupError` for whatever is not the next key of a member for us.
  @discardableResult
  public mutating func accept(_ bytes: [UInt8]) throws(GroupError) -> UInt8 {
    let delivery = try SenderKeyDelivery(bytes)
    guard delivery.suite == suite else {
      throw .frameSuiteRefused(delivery.suite, expected: suite)
    }
    guard delivery.sender != number else { throw .fromOurselves }
    guard delivery.receiver == number else { throw .notForUs(receiver: delivery.receiver) }
    guard let shared = presharedKeys[delivery.sender] else {
      throw .unknownMember(delivery.sender)
    }
    let baseKey = try delivery.open(bytes, with: shared)
    let previous = newestEpochs[shared.id]
    if let previous, delivery.epoch <= previous {
      throw .staleEpoch(delivery.epoch, newest: previous)
    }
    do {
      try opener.add(
        baseKey, sender: delivery.sender, epoch: delivery.epoch, step: UInt64(delivery.step))
    } catch { throw .staleEpoch(delivery.epoch, newest: delivery.epoch) }
    if let previous { opener.remove(sender: delivery.sender, before: previous) }
    newestEpochs[shared.id] = delivery.epoch
    return delivery.sender
  }

  /// Seals a frame for all others.
  ///
  /// - Throws: `FrameError.counterExhausted` after 2³² frames under one key.
  public mutating func seal(_ payload: [UInt8], metadata: [UInt8] = []) throws(FrameError)
    -> [UInt8]
  {
    try sealer.seal(payload, metadata: metadata)
  }

  /// Opens a frame of another member.
  ///
  /// - Throws: `FrameError` for anything but a new frame of a member whose key has come.
  public mutating func open(_ frame: [UInt8], metadata: [UInt8] = []) throws(FrameError)
    -> OpenedFrame
  {
    try opener.open(frame, metadata: metadata)
  }

  /// The number of frames of a member's present epoch that should have come before the newest, and
  /// have not.
  public borrowing func lostFrameCount(of member: UInt8) -> UInt64 {
    guard let shared = presharedKeys[member], let epoch = newestEpochs[shared.id] else { return 0 }
    return opener.lostFrameCount(sender: member, epoch: epoch)
  }

  private static func freshKey(_ suite: FrameSuite) -> SymmetricKey {
    SymmetricKey(size: SymmetricKeySize(bitCount: 8 * suite.hashByteCount))
  }
}
