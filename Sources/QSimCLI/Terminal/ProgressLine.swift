import Glibc
import Reporting

/// The values of `--progress`.
enum ProgressChoice: String, CaseIterable {
  case auto, plain, none
}

/// One line on standard error that says how far long work is.
///
/// Nothing appears in the first second. On a terminal the line is redrawn in place and cleared at
/// the end; `plain` writes a line of its own every ten seconds, for logs. Used by one thread at a
/// time: the one that runs the work.
final class ProgressLine: @unchecked Sendable {
  private let choice: ProgressChoice
  private let title: String
  private let start = Stopwatch.now()
  private var next: Double

  /// What clears the line: return, erase to the end.
  nonisolated(unsafe) static let clearing = UnsafePointer(strdup("\r\u{1b}[K")!)
  static let clearingCount = 4
  /// Not zero while a line stands on the terminal; read by the signal handler.
  nonisolated(unsafe) static let isVisible: UnsafeMutablePointer<Int32> = {
    let flag = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    flag.initialize(to: 0)
    return flag
  }()

  /// - Parameters:
  ///   - choice: `auto` shows the line on a terminal only.
  ///   - title: What is being done, such as `simulating`.
  init(_ choice: ProgressChoice, title: String) {
    self.choice = choice == .auto && !Terminal.errorIsTerminal ? .none : choice
    self.title = title
    next = start + (choice == .plain ? 10 : 1)
  }

  /// Reports that a fraction of the work is done; cheap enough to call often.
  func update(_ fraction: Double) {
    guard choice != .none else { return }
    let time = Stopwatch.now()
    guard time >= next else { return }
    let elapsed = time - start
    var text = "\(title): \(Int((min(max(fraction, 0), 1) * 100).rounded(.down))) %"
    if fraction > 0, fraction < 1 {
      text += ", \(DecimalText.duration(elapsed * (1 - fraction) / fraction)) left"
    }
    if choice == .plain {
      next = time + 10
      printError("qsim: \(text)")
    } else {
      next = time + 0.1
      Self.isVisible.pointee = 1
      var line = "\r\u{1b}[K" + text
      line.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
  }

  /// Clears the line.
  func finish() {
    guard Self.isVisible.pointee != 0 else { return }
    _ = Glibc.write(STDERR_FILENO, Self.clearing, Self.clearingCount)
    Self.isVisible.pointee = 0
  }
}
