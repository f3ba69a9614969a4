import ArgumentParser

extension ColorChoice: ExpressibleByArgument {}
extension ProgressChoice: ExpressibleByArgument {}

/// Options about the terminal, the same for every command.
struct TerminalOptions: ParsableArguments {
  @Option(help: "Colour messages. NO_COLOR and TERM=dumb turn 'auto' off.")
  var color = ColorChoice.auto

  /// The terminal as the user wants it.
  var current: Terminal { Terminal(choice: color) }
}

/// The option of commands that may take long.
struct ProgressOptions: ParsableArguments {
  @Option(help: "Show progress on standard error: on a terminal, as plain lines, or not at all.")
  var progress = ProgressChoice.auto
}
