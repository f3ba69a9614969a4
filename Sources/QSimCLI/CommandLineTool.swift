import ArgumentParser
import QSim

/// Runs one command line: parses it, runs the command, turns every error into a message and an exit
/// code.
enum CommandLineTool {
  /// - Parameter arguments: The arguments without the name of the program.
  /// - Returns: The exit code of the process.
  static func run(_ arguments: [String]) -> Int32 {
    StandardStreams.secure()
    Interrupts.install()
    let terminal = Terminal(arguments: arguments)
    do {
      try execute(ArgumentSpelling.normalized(arguments))
      try OutputFile.standard.flush()
      return ExitStatus.success.rawValue
    } catch {
      return report(error, on: terminal)
    }
  }

  private static func execute(_ arguments: [String]) throws {
    do {
      try checkCommandName(arguments)
      var command = try QSimCommand.parseAsRoot(arguments)
      try command.run()
    } catch {
      // Asked-for help, the version and completion scripts arrive as errors of the parser.
      guard isParserMessage(error), QSimCommand.exitCode(for: error) == .success else {
        throw error
      }
      var text = HelpText.examplesLast(QSimCommand.fullMessage(for: error))
      while text.last == "\n" { text.removeLast() }
      OutputFile.standard.write(text + "\n")
    }
  }

  /// Names the nearest command where the first word is none.
  private static func checkCommandName(_ arguments: [String]) throws {
    guard let word = arguments.first, !word.hasPrefix("-") else { return }
    let names =
      QSimCommand.configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    guard !names.contains(word) else { return }
    let hint = nearestName(to: word, in: names).map { "did you mean 'qsim \($0)'?" }
    throw CommandFailure(
      .usage, "there is no command '\(word)'",
      hint: hint ?? "the commands are \(names.joined(separator: ", "))")
  }

  private static func isParserMessage(_ error: any Error) -> Bool {
    switch error {
    case is CommandFailure, is InputRejected, is OutputClosed, is LackOfInput, is Obstacle,
      is Diagnostic:
      false
    default: true
    }
  }

  private static func report(_ error: any Error, on terminal: Terminal) -> Int32 {
    switch error {
    case is OutputClosed:
      return ExitStatus.success.rawValue
    case let failure as CommandFailure:
      // Results computed so far stay; a second failure to write them changes nothing.
      try? OutputFile.standard.flush()
      printError(terminal.styled(failure.text))
      return failure.status.rawValue
    case let rejection as InputRejected:
      try? OutputFile.standard.flush()
      printError(terminal.styled(rejection.rendered.joined(separator: "\n")))
      return ExitStatus.badInput.rawValue
    case let lack as LackOfInput:
      printError(HelpText.of(lack.command))
      return ExitStatus.usage.rawValue
    default:
      printError(QSimCommand.fullMessage(for: error))
      return QSimCommand.exitCode(for: error).rawValue
    }
  }
}
