import ArgumentParser

/// What the commands know about themselves, as text: the page `commands.md` and the manual page.
enum CommandReference {
  /// Every command with the words that call it, the outer before the inner.
  static var commands: [(words: [String], command: any ParsableCommand.Type)] {
    func walk(
      _ command: any ParsableCommand.Type, _ words: [String]
    ) -> [(words: [String], command: any ParsableCommand.Type)] {
      [(words, command)]
        + command.configuration.subcommands.flatMap { inner in
          walk(inner, words + [inner.configuration.commandName ?? ""])
        }
    }
    return walk(QSimCommand.self, ["qsim"])
  }

  /// The page of all commands.
  static var page: String {
    var text = """
      # Commands

      Written by `qsim docs --write`; do not edit. `qsim help COMMAND` prints the same.

      """
    for (words, command) in commands {
      text += "\n## \(words.joined(separator: " "))\n\n```text\n\(help(of: command))\n```\n"
    }
    text += "\n## Exit codes\n\n| Code | Meaning |\n|--:|---|\n"
    for status in ExitStatus.allCases { text += "| \(status.rawValue) | \(status.summary) |\n" }
    text += "\n## Environment\n\n| Variable | Meaning |\n|---|---|\n"
    for (name, meaning) in environment { text += "| `\(name)` | \(meaning) |\n" }
    return text
  }

  /// The manual page `qsim.1`.
  static var manualPage: String {
    var text = """
      .\\" Written by qsim docs --write; do not edit.
      .TH QSIM 1 "" "qsim \(QSimCommand.version)" "User Commands"
      .SH NAME
      qsim \\- simulate quantum circuits
      .SH SYNOPSIS
      .B qsim
      .I command
      [\\fIoptions\\fR] [\\fIfile\\fR]
      .SH DESCRIPTION
      \\fBqsim\\fR reads quantum circuits in OpenQASM 2, OpenQASM 3 and .stim and simulates, explains, draws or converts them.
      Results go to standard output, everything else to standard error.
      A file named \\fB\\-\\fR is standard input or output.
      Options may be spelled with \\- or _.
      .SH COMMANDS

      """
    for (words, command) in commands.dropFirst() {
      text +=
        ".SS \(escaped(words.joined(separator: " ")))\n.nf\n\(escaped(help(of: command)))\n.fi\n"
    }
    text += ".SH EXIT STATUS\n"
    for status in ExitStatus.allCases {
      text += ".TP\n.B \(status.rawValue)\n\(escaped(status.summary))\n"
    }
    text += ".SH ENVIRONMENT\n"
    for (name, meaning) in environment { text += ".TP\n.B \(name)\n\(escaped(meaning))\n" }
    return text
  }

  private static let environment = [
    ("NO_COLOR", "Messages are not coloured if it is set and not empty."),
    ("TERM", "Messages are not coloured if it is dumb."),
  ]

  private static func help(of command: any ParsableCommand.Type) -> String {
    let text = HelpText.of(command, columns: 90)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var line = line
      while line.last == " " { line.removeLast() }
      return line
    }
    return lines.joined(separator: "\n").trimmingNewlines
  }

  /// Text that roff prints as it is.
  private static func escaped(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let line = line.replacing("\\", with: "\\e").replacing("-", with: "\\-")
      return line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
    }.joined(separator: "\n")
  }
}

extension String {
  /// The text without line breaks at its ends.
  fileprivate var trimmingNewlines: String {
    var text = Substring(self)
    while text.last == "\n" { text.removeLast() }
    while text.first == "\n" { text.removeFirst() }
    return String(text)
  }
}
