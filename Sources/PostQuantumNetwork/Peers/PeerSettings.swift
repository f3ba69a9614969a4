/// Where two peers meet, how long they wait, and how much they send to each other.
public struct PeerSettings: Sendable, Hashable {
  /// The address of the listener: a name or a number.
  public var host: String
  /// The port of the listener; 0 lets the system choose one.
  public var port: Int
  /// Length of the media that either end sends after the exchange, in seconds.
  public var mediaSeconds: Double
  /// How long everything may take together, in seconds.
  public var timeout: Double

  /// Settings for one machine by default: the loopback address, a second of media, half a minute in
  /// all.
  ///
  /// - Parameters:
  ///   - host: the address of the listener.
  ///   - port: the port of the listener; 0 lets the system choose one.
  ///   - mediaSeconds: length of the media that either end sends.
  ///   - timeout: how long everything may take together, in seconds.
  public init(
    host: String = "127.0.0.1", port: Int = 4460, mediaSeconds: Double = 1, timeout: Double = 30
  ) {
    self.host = host
    self.port = port
    self.mediaSeconds = mediaSeconds
    self.timeout = timeout
  }
}
