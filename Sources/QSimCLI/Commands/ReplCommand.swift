import ArgumentParser
import QSim

/// `qsim repl`: a Clifford simulator at the keyboard.
struct ReplCommand: DocumentedCommand {
  static let summary = "Run Clifford instructions as they are typed, and print what they measure."
  static let details = """
    Reads .stim instructions from standard input, a line at a time; a block runs when its '}' is there. The results of every \
    instruction that measures are printed on a line. At a terminal a line with a mistake is reported and changes nothing; \
    otherwise it ends the command.
    """
  static let examples = ["qsim repl --seed 1 < Examples/circuits/ghz.stim"]
  static let configuration = configured("repl")

  @Option(help: "The seed of everything random: 0 to 18446744073709551615.")
  var seed: UInt64?

  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let isInteractive = Terminal.inputIsTerminal
    var simulator = TableauSimulator(seed: ShotOptions.chosenSeed(seed))
    simulator.stepLimit = Self.stepLimit
    var pending = PendingInstructions()
    if isInteractive { prompt(pending) }
    while let line = readLine(strippingNewline: true) {
      pending.append(line)
      if pending.isComplete {
        do {
          try run(pending, on: &simulator)
        } catch let error as InputRejected where isInteractive {
          error.rendered.forEach { printError($0) }
        }
        pending.start()
      }
      if isInteractive { prompt(pending) }
    }
    try run(pending, on: &simulator)
  }

  private func run(_ pending: PendingInstructions, on simulator: inout TableauSimulator) throws {
    do {
      let circuit = try CircuitFile.parse(Array(pending.text.utf8), format: .stim).circuit
      try simulator.run(circuit) { simulator, results in
        let digits = results.map { simulator.record[$0] ? "1" : "0" }
        OutputFile.standard.write(digits.joined() + "\n")
        try OutputFile.standard.flush()
      }
    } catch var diagnostic as Diagnostic {
      diagnostic.range = diagnostic.range.map { pending.place(of: $0) }
      throw Self.rejection(diagnostic, pending)
    } catch let obstacle as Obstacle {
      if obstacle.isShortage {
        throw CommandFailure(.outOfMemory, "<stdin>: \(obstacle.message)", hint: obstacle.hint)
      }
      let diagnostic = Diagnostic(
        obstacle.message, code: "unsupported", at: obstacle.range.map { pending.place(of: $0) },
        hint: obstacle.hint)
      throw Self.rejection(diagnostic, pending)
    }
  }

  /// Steps of a repeat block that are run while someone waits: a few seconds.
  private static let stepLimit: UInt64 = 1 << 26

  private static func rejection(
    _ diagnostic: Diagnostic, _ pending: PendingInstructions
  ) -> InputRejected {
    InputRejected(rendered: [diagnostic.rendered(file: "<stdin>", source: pending.wholeText)])
  }

  private func prompt(_ pending: PendingInstructions) {
    printError(pending.isEmpty ? "> " : "… ", terminator: "")
  }
}

/// Lines that have been read and not yet run.
private struct PendingInstructions {
  private(set) var text = ""
  /// Lines read before.
  private var lineCount = 0
  private var pendingLineCount = 0
  private var depth = 0

  var isEmpty: Bool { text.isEmpty }
  /// Whether every block that was opened is closed.
  var isComplete: Bool { depth <= 0 }

  mutating func append(_ line: String) {
    text += line + "\n"
    pendingLineCount += 1
    for character in line.utf8 {
      if character == UInt8(ascii: "#") { break }
      if character == UInt8(ascii: "{") { depth += 1 }
      if character == UInt8(ascii: "}") { depth -= 1 }
    }
  }

  mutating func start() {
    text = ""
    lineCount += pendingLineCount
    (pendingLineCount, depth) = (0, 0)
  }

  /// The text with empty lines for those that ran.
  var wholeText: String { String(repeating: "\n", count: lineCount) + text }

  /// Where a place of `text` is in all that was read.
  func place(of range: SourceRange) -> SourceRange {
    SourceRange(line: range.line + lineCount, column: range.column, length: range.length)
  }
}
