/// The file formats of shots, named as Stim names them.
public enum ResultFormat: String, Sendable, CaseIterable, Codable {
  /// A `0` or `1` a bit, a line a shot.
  case text01 = "01"
  /// ⌈n/8⌉ bytes a shot; bit k is in byte k/8 with weight 2^(k mod 8).
  case b8
  /// Run lengths of zeros before each one, a byte each.
  case r8
  /// Groups of 64 shots: for each bit a little-endian word that holds it for the 64 shots.
  case ptb64
  /// The places of the ones, separated by commas, a line a shot.
  case hits
  /// `shot M3 M8`: the places of the ones with a letter, a line a shot.
  case dets

  /// Whether a shot takes as much as it has bits, whatever they are.
  public var holdsEveryBit: Bool {
    switch self {
    case .text01, .b8, .ptb64: true
    case .r8, .hits, .dets: false
    }
  }
}
