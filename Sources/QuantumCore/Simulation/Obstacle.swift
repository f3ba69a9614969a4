/// Why a simulator cannot run a circuit.
public struct Obstacle: Error, Hashable, Sendable {
  /// What stands in the way.
  public enum Kind: Hashable, Sendable {
    /// Needs more memory than allowed. Bytes; `required` saturates.
    case memory(required: UInt64, available: UInt64)
    /// Would take longer than allowed, or has; seconds.
    case time(required: Double, available: Double)
    /// The circuit holds something the simulator does not do.
    case unsupported
    /// An option asks for something this machine or circuit does not have.
    case option
  }
  /// What stands in the way, for programs that decide what to try next.
  public let kind: Kind
  /// Whether there is too little memory or time for it, rather than something that cannot be done.
  public var isShortage: Bool {
    switch kind {
    case .memory, .time: true
    case .unsupported, .option: false
    }
  }
  /// What cannot be done, and why; no full stop at the end.
  public let message: String
  /// What to do about it; `nil` where nothing helpful can be said.
  public let hint: String?
  /// Place in the circuit's text, where one is to blame.
  public let range: SourceRange?

  /// An obstacle with the parts given.
  ///
  /// - Parameters:
  ///   - kind: what stands in the way.
  ///   - message: what cannot be done and why, without a full stop.
  ///   - hint: what to do about it.
  ///   - range: a place in the circuit's text.
  public init(_ kind: Kind, _ message: String, hint: String? = nil, range: SourceRange? = nil) {
    self.kind = kind
    self.message = message
    self.hint = hint
    self.range = range
  }
}
