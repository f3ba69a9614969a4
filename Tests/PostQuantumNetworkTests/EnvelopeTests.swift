import NIOCore
import PostQuantumNetwork
import Testing

struct EnvelopeTests {
  private static let envelopes = Envelope.Kind.allCases.enumerated().map { index, kind in
    Envelope(
      kind: kind, sender: UInt8(index), receiver: index == 2 ? Envelope.everybody : 7, tag: 9,
      payload: [UInt8](
        repeating: UInt8(index), count: [0, 1, 1200, Envelope.payloadLimit][index % 4]))
  }

  @Test(arguments: [1, 3, 4096, Int.max]) func `envelopes come out as they went in`(
    pieceByteCount: Int
  ) throws {
    var sent = ByteBuffer()
    for envelope in Self.envelopes { envelope.write(to: &sent) }
    #expect(sent.readableBytes == Self.envelopes.reduce(0) { $0 + $1.byteCount })
    var (received, arrived): ([Envelope], ByteBuffer) = ([], ByteBuffer())
    while sent.readableBytes > 0 {
      let count = min(pieceByteCount, sent.readableBytes)
      arrived.writeBytes(sent.readBytes(length: count) ?? [])
      while let envelope = try Envelope.read(from: &arrived) { received.append(envelope) }
    }
    #expect(received == Self.envelopes)
    #expect(arrived.readableBytes == 0)
  }

  @Test(
    arguments: [
      ([0, 0x02, 0, 1, 0, 0, 0, 0], "131073 bytes"), ([0, 0, 0, 0, 99, 0, 0, 0], "no envelope"),
      ([0xFF, 0xFF, 0xFF, 0xFF], "4294967295 bytes"),
    ] as [([UInt8], String)])
  func `bytes that are not an envelope are refused before they have all come`(
    bytes: [UInt8], message: String
  ) throws {
    var buffer = ByteBuffer(bytes: bytes)
    let failure = #expect(throws: NetworkFailure.self) { try Envelope.read(from: &buffer) }
    #expect(failure?.description.contains(message) == true)
  }
}
