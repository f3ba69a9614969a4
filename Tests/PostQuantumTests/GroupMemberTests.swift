import Crypto
import PostQuantum
import Testing

struct GroupMemberTests {
  private final class Member {
    var value: GroupMember
    init(_ value: consuming GroupMember) { self.value = value }
  }

  private static func shared(_ one: Int, _ other: Int, _ keys: inout [Set<Int>: PresharedKey])
    throws
    -> PresharedKey
  {
    if let key = keys[[one, other]] { return key }
    let key = try PresharedKey(
      id: "pair-\(min(one, other))-\(max(one, other))", secret: SecretBytes.random(count: 32))
    keys[[one, other]] = key
    return key
  }

  /// Members who all know each other and have each other's keys.
  private static func group(_ count: Int, suite: FrameSuite = .aes256GCMSHA512) throws -> [Member] {
    var keys: [Set<Int>: PresharedKey] = [:]
    let members = (0..<count).map { Member(GroupMember(UInt8($0), suite: suite)) }
    for one in 0..<count {
      for other in 0..<count where other != one {
        try members[one].value.add(
          UInt8(other), presharedKey: shared(one, other, &keys))
      }
    }
    for sender in members { try deliver(sender, to: members) }
    return members
  }

  private static func deliver(_ sender: Member, to members: [Member]) throws {
    for number in sender.value.others {
      guard let receiver = members.first(where: { $0.value.number == number }) else { continue }
      #expect(
        try receiver.value.accept(sender.value.delivery(to: number)) == sender.value.number)
    }
  }

  @Test(arguments: [2, 3, 8]) func `everybody reads everybody`(count: Int) throws {
    for suite in FrameSuite.allCases {
      let members = try Self.group(count, suite: suite)
      for sender in members {
        for round in 0..<3 {
          let frame = try sender.value.seal([sender.value.number, UInt8(round)])
          for receiver in members where receiver !== sender {
            let opened = try receiver.value.open(frame)
            #expect(opened.payload == [sender.value.number, UInt8(round)])
            #expect(opened.sender == sender.value.number)
          }
          #expect(throws: FrameError.self) { try sender.value.open(frame) }
        }
        sender.value.ratchet()
      }
    }
  }

  @Test func `who leaves reads nothing more, who stays does`() throws {
    let members = try Self.group(3)
    let (alice, bob, eve) = (members[0], members[1], members[2])
    try alice.value.remove(2)
    try bob.value.remove(2)
    try Self.deliver(alice, to: members)
    let frame = try alice.value.seal([1])
    #expect(try bob.value.open(frame).payload == [1])
    #expect(throws: FrameError.unknownKey(try FrameKeyID(frame))) { try eve.value.open(frame) }
    #expect(throws: GroupError.unknownMember(2)) { try alice.value.delivery(to: 2) }
    let late = try eve.value.seal([3])
    #expect(throws: FrameError.self) { try bob.value.open(late) }
  }

  @Test func `who comes back with the same key needs a later epoch`() throws {
    let key = try PresharedKey(id: "alice-bob", secret: SecretBytes.random(count: 32))
    let alice = Member(GroupMember(0, suite: .aes256GCMSHA512))
    let bob = Member(GroupMember(1, suite: .aes256GCMSHA512))
    try alice.value.add(1, presharedKey: key)
    try bob.value.add(0, presharedKey: key)
    let delivery = try bob.value.delivery(to: 0)
    let frame = try bob.value.seal([1])
    try alice.value.accept(delivery)
    #expect(try alice.value.open(frame).payload == [1])
    try alice.value.remove(1)
    try alice.value.add(1, presharedKey: key)
    #expect(throws: GroupError.staleEpoch(0, newest: 0)) { try alice.value.accept(delivery) }
    #expect(throws: FrameError.self) { try alice.value.open(frame) }
    let again = Member(GroupMember(1, suite: .aes256GCMSHA512, epoch: 1))
    try again.value.add(0, presharedKey: key)
    #expect(try alice.value.accept(again.value.delivery(to: 0)) == 1)
  }

  @Test func `who joins late reads from then on, not before`() throws {
    let members = try Self.group(2)
    let alice = members[0]
    let before = try alice.value.seal([1])
    alice.value.ratchet()
    let carol = Member(GroupMember(9, suite: .aes256GCMSHA512))
    let key = try PresharedKey(id: "alice-carol", secret: SecretBytes.random(count: 32))
    try alice.value.add(9, presharedKey: key)
    try carol.value.add(0, presharedKey: key)
    try carol.value.accept(alice.value.delivery(to: 9))
    let after = try alice.value.seal([2])
    #expect(try carol.value.open(after).payload == [2])
    #expect(throws: FrameError.self) { try carol.value.open(before) }
  }

  @Test func `frames of the epoch before are opened while they are late`() throws {
    let members = try Self.group(2)
    let (alice, bob) = (members[0], members[1])
    let old = try alice.value.seal([1])
    try alice.value.rekey()
    try Self.deliver(alice, to: members)
    let new = try alice.value.seal([2])
    #expect(try bob.value.open(new).payload == [2])
    #expect(try bob.value.open(old).payload == [1])
    let oldest = try alice.value.seal([3])
    _ = oldest
    try alice.value.rekey()
    try Self.deliver(alice, to: members)
    #expect(throws: FrameError.self) { try bob.value.open(old) }
    #expect(bob.value.lostFrameCount(of: 0) == 0)
  }

  @Test func `each deviation of a delivery has its own error`() throws {
    let members = try Self.group(3)
    let (alice, bob, carol) = (members[0], members[1], members[2])
    try alice.value.rekey()
    let delivery = try alice.value.delivery(to: 1)
    for index in delivery.indices {
      var changed = delivery
      changed[index] ^= 1
      #expect(throws: GroupError.self) { try bob.value.accept(changed) }
    }
    for count in 0..<delivery.count {
      #expect(throws: GroupError.truncated) {
        try bob.value.accept(Array(delivery[..<count]))
      }
    }
    #expect(throws: GroupError.trailingBytes(count: 2)) {
      try bob.value.accept(delivery + [0, 0])
    }
    #expect(throws: GroupError.unsupportedVersion(2)) {
      try bob.value.accept([2] + delivery[1...])
    }
    #expect(throws: GroupError.unknownFrameSuite(code: 9)) {
      try bob.value.accept([1, 0, 9] + delivery[3...])
    }
    #expect(throws: GroupError.notForUs(receiver: 1)) { try carol.value.accept(delivery) }
    #expect(throws: GroupError.fromOurselves) { try alice.value.accept(delivery) }
    #expect(throws: GroupError.unknownMember(7)) {
      try bob.value.accept(delivery[..<3] + [7] + delivery[4...])
    }
    var redirected = delivery
    redirected[4] = 2
    #expect(throws: GroupError.authenticationFailed) { try carol.value.accept(redirected) }
    #expect(try bob.value.accept(delivery) == 0)
    #expect(throws: GroupError.staleEpoch(1, newest: 1)) { try bob.value.accept(delivery) }
    let small = Member(GroupMember(1, suite: .aes128GCMSHA256))
    #expect(
      throws: GroupError.frameSuiteRefused(.aes256GCMSHA512, expected: .aes128GCMSHA256)
    ) { try small.value.accept(delivery) }
  }

  @Test func `each pair has its own key, and each member its own number`() throws {
    var alice = GroupMember(0, suite: .aes256GCMSHA512)
    let key = try PresharedKey(id: "k", secret: SecretBytes.random(count: 32))
    try alice.add(1, presharedKey: key)
    var error = Self.error { () throws(GroupError) in try alice.add(1, presharedKey: key) }
    #expect(error == .duplicateMember(1))
    error = Self.error { () throws(GroupError) in try alice.add(2, presharedKey: key) }
    #expect(error == .duplicateKeyID("k"))
    error = Self.error { () throws(GroupError) in try alice.add(0, presharedKey: key) }
    #expect(error == .fromOurselves)
    error = Self.error { () throws(GroupError) in try alice.remove(5) }
    #expect(error == .unknownMember(5))
  }

  private static func error(_ body: () throws(GroupError) -> Void) -> GroupError? {
    do { try body() } catch { return error }
    return nil
  }
}

extension FrameKeyID {
  /// Of a frame.
  fileprivate init(_ frame: [UInt8]) throws {
    self = try frame.withUnsafeBytes { FrameKeyID(value: try FrameHeader(reading: $0).keyID) }
  }
}
