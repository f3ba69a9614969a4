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

  func validate() throws {
    if buffer != nil, window == nil { throw ValidationError("'--buffer' goes with '--window'.") }
    if let window, !(window > 0 && window < 1e15) {
      throw ValidationError("'--window' is a positive number of rounds.")
    }
    if let buffer, !(buffer >= 0 && buffer < 1e15) {
      throw ValidationError("'--buffer' is a number of rounds.")
    }
  }

  /// The decoder itself, or it in windows.
  func decoder(
    _ decoder: any Decoder, clock: @escaping @Sendable () -> UInt64
  ) -> any Decoder {
    guard let window else { return decoder }
    return WindowedDecoder(decoder, commit: window, buffer: buffer ?? window, clock: clock)
  }
}
