/// A place in a source text.
///
/// Lines and columns count from 1; a column counts Unicode scalars, so that a caret printed under
/// the line stands where an editor would put it.
public struct SourceRange: Hashable, Sendable, Codable {
  /// The line, from 1.
  public var line: Int
  /// The column of the first scalar covered, from 1.
  public var column: Int
  /// Number of scalars covered, at least 1.
  public var length: Int

  /// A range within one line; a `length` below 1 is taken as 1.
  public init(line: Int, column: Int, length: Int = 1) {
    self.line = line
    self.column = column
    self.length = max(1, length)
  }
}

/// Something wrong (or noteworthy) in an input: what, where, and what would be accepted.
public struct Diagnostic: Error, Hashable, Sendable, Codable {
  /// How serious a diagnostic is.
  public enum Severity: String, Hashable, Sendable, Codable {
    /// The input is refused.
    case error
    /// The input is accepted, but may not mean what its author thinks.
    case warning
    /// Information that goes with another diagnostic.
    case note
  }

  /// Whether the input is refused; `error` unless said otherwise.
  public var severity: Severity
  /// Stable machine-readable name, such as `unknown-gate`.
  public var code: String
  /// Names the offending thing and, where short, what would be accepted. No trailing full stop.
  public var message: String
  /// `nil` where the problem has no place in a text.
  public var range: SourceRange?
  /// What to do about it, such as `did you mean 'cx'?`.
  public var hint: String?

  /// A diagnostic with the parts given.
  ///
  /// - Parameters:
  ///   - message: names the offending thing, without a full stop at the end.
  ///   - code: a stable name that programs can compare, in lower case with dashes.
  ///   - range: where in the text; `nil` where no place is known.
  ///   - hint: what to do about it; `nil` where nothing helpful can be said.
  ///   - severity: how serious it is.
  public init(
    _ message: String, code: String = "invalid", at range: SourceRange? = nil, hint: String? = nil,
    severity: Severity = .error
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.range = range
    self.hint = hint
  }

  /// The `code` of a refusal for which not the input is to blame, but the memory that there is.
  public static let outOfMemory = "out-of-memory"

  /// The classic form: `file:line:column: error: message`, the source line, a caret, the hint.
  ///
  /// - Parameters:
  ///   - file: the name printed before the position.
  ///   - source: the text `range` refers to; without it only the first line is made.
  public func rendered(file: String, source: String? = nil) -> String {
    var text = file
    if let range { text += ":\(range.line):\(range.column)" }
    text += ": \(severity.rawValue): \(message)"
    if let range, let source, let line = Self.line(range.line, of: source) {
      let window = Self.window(of: line, around: range)
      text += "\n  \(window.text)\n  " + String(repeating: " ", count: window.offset)
      text += "^" + String(repeating: "~", count: window.length - 1)
    }
    if let hint { text += "\n  hint: \(hint)" }
    return text
  }

  private static func line(_ number: Int, of source: String) -> [Unicode.Scalar]? {
    var current = 1
    var scalars: [Unicode.Scalar] = []
    // A byte order mark is no column of its line.
    let text = source.unicodeScalars
    for scalar in text.first == "\u{FEFF}" ? text.dropFirst() : text[...] {
      if scalar == "\n" {
        if current == number { break }
        current += 1
      } else if current == number {
        scalars.append(scalar)
      }
    }
    return current == number ? scalars : nil
  }

  /// At most 96 scalars of a line around the range, control characters blanked.
  private static func window(
    of line: [Unicode.Scalar], around range: SourceRange
  ) -> (text: String, offset: Int, length: Int) {
    let position = min(max(0, range.column - 1), line.count)
    let start = line.count > 96 ? max(0, min(position - 32, line.count - 96)) : 0
    let end = min(line.count, start + 96)
    var text = ""
    for scalar in line[start..<end] {
      let isControl = scalar.value < 32 || (127..<160).contains(scalar.value)
      text.unicodeScalars.append(isControl ? " " : scalar)
    }
    let offset = position - start
    return (text, offset, max(1, min(range.length, end - start - offset)))
  }
}
