/// The exit codes of `qsim`, a catalog: the reference page and the manual list them from here.
enum ExitStatus: Int32, CaseIterable {
  case success = 0
  case checkFailed = 1
  case usage = 64
  case badInput = 65
  case noInput = 66
  case serviceUnavailable = 69
  case internalError = 70
  case outOfMemory = 71
  case cannotCreateOutput = 73
  case outputFailed = 74
  case stopped = 75
  case interrupted = 130

  /// When a command ends with this code.
  var summary: String {
    switch self {
    case .success: "The command did what was asked, or nobody reads its output any more."
    case .checkFailed:
      "A check failed: generated documents are out of date, a circuit lacks a flow that was asked for, a signature does not hold."
    case .usage:
      "The command line is wrong, or asks for what cannot be; help shown for lack of input."
    case .badInput: "An input is malformed; the message names file, line and column."
    case .noInput: "An input file does not exist or cannot be read."
    case .serviceUnavailable: "A peer or a port cannot be reached."
    case .internalError: "A mistake in qsim itself."
    case .outOfMemory:
      "The work needs more memory than there is, or more time than it may take, or is larger than is accepted; nothing was started, or it was stopped at '--max-time'."
    case .cannotCreateOutput: "An output file cannot be created."
    case .outputFailed: "Writing output failed, for example because the disk is full."
    case .stopped:
      "Interrupted from the keyboard (SIGINT) with all finished rows on disk; the message says how to go on."
    case .interrupted: "Interrupted from the keyboard (SIGINT)."
    }
  }
}

/// Why a command stops: an exit code and what to print on standard error.
struct CommandFailure: Error {
  var status: ExitStatus
  /// The whole first line after `qsim: error: `, without a full stop.
  var message: String
  /// What to do about it.
  var hint: String?
  /// Text printed as it is, before the message; empty for none.
  var detail = ""

  init(_ status: ExitStatus, _ message: String, hint: String? = nil) {
    self.status = status
    self.message = message
    self.hint = hint
  }

  /// What is printed on standard error.
  var text: String {
    detail + "qsim: error: \(message)" + (hint.map { "\n  hint: \($0)" } ?? "")
  }
}

/// The reader of standard output is gone: the command ends quietly and successfully.
struct OutputClosed: Error {}

/// One or more messages that name a place in an input: printed as they are, exit code 65.
struct InputRejected: Error {
  /// Each in the form `file:line:column: error: message`, with source line, caret and hint.
  var rendered: [String]
}
