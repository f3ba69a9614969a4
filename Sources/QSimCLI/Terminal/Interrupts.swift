import Glibc

/// What signals do to the command.
enum Interrupts {
  /// What is read and written by signal handlers: memory that never moves, made by `install`.
  private struct State {
    /// Not zero while the first SIGINT is only noted.
    var isDeferring: Int32 = 0
    /// Not zero once a SIGINT was noted.
    var pending: Int32 = 0
    /// Not zero while a row is being written.
    var isWriting: Int32 = 0
    /// What is said at the end: the number of shots stands between the two texts.
    var before = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    var after = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    var count = 0
    var status: Int32 = 0
  }
  nonisolated(unsafe) private static let state: UnsafeMutablePointer<State> = {
    let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
    state.initialize(to: State())
    return state
  }()

  /// How deferred work ends that does not notice an interrupt by itself.
  struct Ending {
    fileprivate let status: ExitStatus
    fileprivate let parts: [[UInt8]]

    /// - Parameter text: what to print, for a text that stands for the number of shots; it
    ///   need not use it.
    init(_ status: ExitStatus, _ text: (String) -> String) {
      self.status = status
      parts = (text("\0") + "\n").utf8.split(
        separator: 0, maxSplits: 1, omittingEmptySubsequences: false
      ).map(Array.init)
    }
  }

  /// From here on the first SIGINT is noted for work that ends in good order. Work that has
  /// not ended a second later, and does not
  /// write just then, ends as told; a second SIGINT ends the process at once.
  static func `defer`(_ ending: Ending) {
    state.pointee.status = ending.status.rawValue
    state.pointee.before = kept(ending.parts[0])
    state.pointee.after = kept(ending.parts.count > 1 ? ending.parts[1] : [])
    state.pointee.isDeferring = 1
  }

  /// A copy that a signal handler can read at any time; it stays.
  private static func kept(_ bytes: [UInt8]) -> UnsafeBufferPointer<UInt8> {
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = copy.initialize(from: bytes)
    return UnsafeBufferPointer(copy)
  }

  static func endDeferring() {
    state.pointee.isDeferring = 0
    alarm(0)
  }
  /// Whether a SIGINT was noted.
  static var isPending: Bool { state.pointee.pending != 0 }
  /// Says how many shots are safe.
  static func count(_ shots: Int) { state.pointee.count = shots }
  static func beginWriting() { state.pointee.isWriting = 1 }
  static func endWriting() { state.pointee.isWriting = 0 }

  /// SIGINT ends the process with exit code 130 at once; a pipe without a reader and a file that
  /// may not grow are errors of `write`, not signals.
  static func install() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    PendingFiles.install()
    // Some programs start others with their own signals blocked.
    var interrupts = sigset_t()
    sigemptyset(&interrupts)
    sigaddset(&interrupts, SIGINT)
    sigaddset(&interrupts, SIGALRM)
    sigprocmask(SIG_UNBLOCK, &interrupts, nil)
    state.pointee = State()
    signal(SIGINT) { _ in
      let state = Interrupts.state
      if state.pointee.isDeferring != 0, state.pointee.pending == 0 {
        state.pointee.pending = 1
        alarm(1)
        return
      }
      Interrupts.leaveNothingBehind()
      _exit(130)
    }
    signal(SIGALRM) { _ in
      let state = Interrupts.state
      guard state.pointee.isDeferring != 0 else { return }
      guard state.pointee.isWriting == 0 else {
        alarm(1)
        return
      }
      Interrupts.leaveNothingBehind()
      Interrupts.sayEnding()
      _exit(state.pointee.status)
    }
  }

  // MARK: In signal handlers: async-signal-safe calls only

  /// Drops files that are not whole, clears a progress line.
  private static func leaveNothingBehind() {
    PendingFiles.unlinkAll()
    if ProgressLine.isVisible.pointee != 0 {
      _ = write(STDERR_FILENO, ProgressLine.clearing, ProgressLine.clearingCount)
    }
  }

  private static func sayEnding() {
    let (before, after) = (state.pointee.before, state.pointee.after)
    _ = write(STDERR_FILENO, before.baseAddress, before.count)
    guard after.count > 0 else { return }
    // Digits from the last on, on the stack.
    var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
    withUnsafeMutableBytes(of: &digits) { digits in
      var (place, rest) = (digits.count, state.pointee.count)
      repeat {
        place -= 1
        digits[place] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0 && place > 0
      _ = write(STDERR_FILENO, digits.baseAddress! + place, digits.count - place)
    }
    _ = write(STDERR_FILENO, after.baseAddress, after.count)
  }
}
