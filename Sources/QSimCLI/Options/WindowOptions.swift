import ArgumentParser
import QSim

/// Options of decoding in windows.
struct WindowOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Decode in windows, each final for this many rounds.", valueName: "rounds"))
  var window: Double?

  @Option(
    help: ArgumentHelp(
      "The rounds a window looks ahead, best the distance or more. (default: those of '--window')",
      valueName: "rounds"))
  var buffer: Double?

  @Option(
    help: ArgumentHelp(
      "Which coordinate of a detector is its time, from 1. (default: the last one that never goes back)",
      valueName: "number"))
  var timeCoordinate: Int?

  @Option(
    help: ArgumentHelp(
      "How long a round is, in units of the time. (default: the median of the gaps between times)",
      valueName: "time"))
  var roundLength: Double?

  /// Rounds, and lengths of a round, that times of detectors can tell apart.
  private static let positiveLengths = 1e-15...1e15

  func validate() throws {
    for (name, isGiven) in [
      ("buffer", buffer != nil), ("time-coordinate", timeCoordinate != nil),
      ("round-length", roundLength != nil),
    ] where isGiven && window == nil { throw ValidationError("'--\(name)' goes with '--window'.") }
    if let timeCoordinate, timeCoordinate < 1 {
      throw ValidationError("'--time-coordinate' counts from 1.")
    }
    for (name, value) in [("round-length", roundLength), ("window", window)] {
      if let value, !Self.positiveLengths.contains(value) {
        throw ValidationError("'--\(name)' is in 1e-15...1e15, not \(value).")
      }
    }
    if let buffer, !(0...Self.positiveLengths.upperBound).contains(buffer) {
      throw ValidationError("'--buffer' is in 0...1e15, not \(buffer).")
    }
  }

  /// The decoder itself, or it in windows.
  func decoder(
    _ decoder: any Decoder, clock: @escaping @Sendable () -> UInt64
  ) -> any Decoder {
    guard let window else { return decoder }
    return WindowedDecoder(
      decoder, commit: window, buffer: buffer ?? window,
      timeCoordinate: timeCoordinate.map { $0 - 1 }, roundLength: roundLength, clock: clock)
  }
}
