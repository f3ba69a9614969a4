import PostQuantum

/// What one end of a connection has exchanged with its peer: a key, then media both ways.
public struct PeerResult: Sendable {
  /// The exchange: the peer, the algorithms, and the key that both have.
  public internal(set) var session: KeyExchangeSession
  /// Sealed frames of media that were sent.
  public internal(set) var sentFrameCount = 0
  /// Frames of the peer that were opened; all of them are authentic.
  public internal(set) var openedFrameCount = 0
  /// Bytes of the exchange and of media that were sent.
  public internal(set) var sentByteCount = 0
  /// Bytes of the exchange and of media that came from the peer.
  public internal(set) var receivedByteCount = 0
}
