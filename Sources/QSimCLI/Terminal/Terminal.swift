import Glibc

/// What the terminal can show, and what the user wants of it.
struct Terminal {
  /// Whether escape sequences for colour go to standard error.
  let colorsErrors: Bool

  /// Whether standard output is a terminal.
  static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
  /// Whether standard error is a terminal.
  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
  /// Whether standard input is a terminal.
  static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }

  /// Reads the environment, and `--color` from arguments that need not be valid otherwise.
  init(arguments: [String]) {
    var choice = ColorChoice.auto
    for (place, argument) in arguments.enumerated() {
      if argument == "--" { break }
      if argument == "--color", place + 1 < arguments.count {
        choice = ColorChoice(rawValue: arguments[place + 1]) ?? choice
      } else if argument.hasPrefix("--color=") {
        choice = ColorChoice(rawValue: String(argument.dropFirst("--color=".count))) ?? choice
      }
    }
    self.init(choice: choice)
  }

  /// Reads the environment.
  init(choice: ColorChoice) {
    colorsErrors =
      switch choice {
      case .always: true
      case .never: false
      case .auto: Self.errorIsTerminal && Self.environmentAllowsColor
      }
  }

  private static var environmentAllowsColor: Bool {
    let noColor = getenv("NO_COLOR").map { String(cString: $0) } ?? ""
    let term = getenv("TERM").map { String(cString: $0) } ?? "dumb"
    return noColor.isEmpty && term != "dumb"
  }

  /// Colours the words `error:`, `warning:`, `hint:` and the caret line of a message.
  func styled(_ message: String) -> String {
    guard colorsErrors else { return message }
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let marks = line.drop { $0 == " " }
      if marks.hasPrefix("^"), marks.allSatisfy({ $0 == "^" || $0 == "~" }) {
        return Self.paint(String(line), "1;32")
      }
      if marks.hasPrefix("hint: ") {
        return line.prefix(line.count - marks.count) + Self.paint("hint:", "1;36")
          + marks.dropFirst("hint:".count)
      }
      for (word, code) in [("error: ", "1;31"), ("warning: ", "1;35"), ("note: ", "1;36")] {
        if let place = line.firstRange(of: word) {
          return Self.paint(String(line[..<place.lowerBound]), "1")
            + Self.paint(String(word.dropLast()), code) + " " + line[place.upperBound...]
        }
      }
      return String(line)
    }
    return lines.joined(separator: "\n")
  }

  private static func paint(_ text: String, _ code: String) -> String {
    text.isEmpty ? "" : "\u{1b}[\(code)m\(text)\u{1b}[0m"
  }
}

/// The values of `--color`.
enum ColorChoice: String, CaseIterable {
  case auto, always, never
}
