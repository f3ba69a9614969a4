import Glibc

/// Standard input, output and error, which a caller may have closed.
enum StandardStreams {
  /// Fills the places of streams that are closed, so that no file that is opened later becomes one
  /// of them: messages would end up in data.
  ///
  /// What fills them can be neither read (input) nor written (output), so that using them is an
  /// error as before; messages go nowhere.
  static func secure() {
    for (stream, access) in [
      (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY),
    ] where fcntl(stream, F_GETFD) == -1 && errno == EBADF {
      // The lowest number that is free is this one: those below are open by now.
      _ = open("/dev/null", access)
    }
  }
}
