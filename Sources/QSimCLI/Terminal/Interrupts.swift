import Glibc

/// What signals do to the command.
enum Interrupts {
  /// SIGINT ends the process with exit code 130 at once; a pipe without a reader is an error of `write`, not a signal.
  static func install() {
    signal(SIGPIPE, SIG_IGN)
    // Some programs start others with their own signals blocked.
    var interrupts = sigset_t()
    sigemptyset(&interrupts)
    sigaddset(&interrupts, SIGINT)
    sigprocmask(SIG_UNBLOCK, &interrupts, nil)
    signal(SIGINT) { _ in
      // Only async-signal-safe calls: clear a progress line, leave.
      if ProgressLine.isVisible.pointee != 0 {
        _ = write(STDERR_FILENO, ProgressLine.clearing, ProgressLine.clearingCount)
      }
      _exit(130)
    }
  }
}
