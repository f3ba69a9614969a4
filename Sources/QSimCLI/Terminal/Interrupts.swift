import Glibc

/// What signals do to the command.
enum Interrupts {
  /// Not zero while the first SIGINT is only noted.
  nonisolated(unsafe) private static let isDeferring = flag()
  /// Not zero once a SIGINT was noted.
  nonisolated(unsafe) private static let pending = flag()

  private static func flag() -> UnsafeMutablePointer<Int32> {
    let flag = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    flag.initialize(to: 0)
    return flag
  }

  /// From here on the first SIGINT is noted for work that ends in good order; a second one ends the process.
  static func `defer`() { isDeferring.pointee = 1 }
  static func endDeferring() { isDeferring.pointee = 0 }
  /// Whether a SIGINT was noted.
  static var isPending: Bool { pending.pointee != 0 }

  /// SIGINT ends the process with exit code 130 at once; a pipe without a reader and a file that may not grow are errors of
  /// `write`, not signals.
  static func install() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    PendingFiles.install()
    // Some programs start others with their own signals blocked.
    var interrupts = sigset_t()
    sigemptyset(&interrupts)
    sigaddset(&interrupts, SIGINT)
    sigprocmask(SIG_UNBLOCK, &interrupts, nil)
    isDeferring.pointee = 0
    pending.pointee = 0
    signal(SIGINT) { _ in
      if Interrupts.isDeferring.pointee != 0, Interrupts.pending.pointee == 0 {
        Interrupts.pending.pointee = 1
        return
      }
      // Only async-signal-safe calls: drop files that are not whole, clear a progress line, leave.
      PendingFiles.unlinkAll()
      if ProgressLine.isVisible.pointee != 0 {
        _ = write(STDERR_FILENO, ProgressLine.clearing, ProgressLine.clearingCount)
      }
      _exit(130)
    }
  }
}
