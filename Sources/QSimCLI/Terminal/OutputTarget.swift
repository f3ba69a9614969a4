import Glibc

/// Where an output goes.
///
/// A regular file is written beside its place and put there when it is whole: whoever looks sees
/// the old file or the new one, and a command that fails leaves the old one as it was. Until then
/// the new one has no name where the file system can do that (`O_TMPFILE`), so that nothing stays
/// behind, not even after `kill -9`. A symbolic link keeps pointing where it points; the mode of a
/// file that is replaced stays. Devices, pipes, open files (`/dev/stdout`, `/dev/fd/3`), files of
/// other owners and files in folders that may not be written are written in place.
///
/// A secret goes into a file of whoever runs the command, never into one that somebody else has.
final class OutputTarget {
  /// Who may read an output, and what may be in its place.
  enum Privacy: Equatable {
    case open
    /// Mode 0600, and never through a symbolic link.
    case secret(replacesFile: Bool)
  }

  private enum Form {
    case inPlace
    case nameless
    case named(String)
  }

  /// As the user gave it.
  let path: String
  let descriptor: Int32
  private let privacy: Privacy
  /// Where the file goes when it is whole.
  private let destination: String
  private let form: Form
  private let entry: Int
  private var isOpen = true
  /// Whether an old file in place is yet to be emptied.
  private var isToBeEmptied: Bool

  /// - Throws: `CommandFailure` with exit code 73, or 64 for a file that is used already.
  init(_ path: String, _ privacy: Privacy = .open) throws {
    self.path = path
    self.privacy = privacy
    let plan = try Plan(path, privacy)
    entry = try FileLedger.noteOutput(path, identity: plan.identity, place: plan.place)
    destination = plan.destination
    (descriptor, form, isToBeEmptied) = try plan.opened()
  }

  deinit {
    guard isOpen else { return }
    Glibc.close(descriptor)
    if case .named(let name) = form { PendingFiles.discard(name) }
  }

  /// Empties an old file in place before the first byte goes into it.
  func prepare() {
    if isToBeEmptied { _ = ftruncate(descriptor, 0) }
    isToBeEmptied = false
  }

  /// Writes bytes; the number of the error if that fails.
  func write(_ bytes: UnsafeRawBufferPointer) -> Int32? {
    prepare()
    return Self.write(bytes, to: descriptor)
  }

  /// Writes bytes to an open file; the number of the error if that fails.
  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count >= 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }

  /// Puts the file in its place and closes it.
  ///
  /// - Throws: `CommandFailure` with exit code 74.
  func commit() throws {
    prepare()
    let number: Int32? =
      switch form {
      case .inPlace: nil
      case .nameless: placeNameless()
      case .named(let name): place(name)
      }
    if number == nil { isOpen = false }
    if let number { throw failure(number) }
    FileLedger.endOutput(entry)
    if Glibc.close(descriptor) != 0 { throw failure(errno) }
  }

  private func failure(_ number: Int32) -> CommandFailure {
    if number == EEXIST, keepsOld { return Plan.refusalToReplace(path) }
    return CommandFailure(.outputFailed, "cannot write \(path): \(systemMessage(number))")
  }

  /// Whether a file that has come to its place meanwhile stays there.
  private var keepsOld: Bool { privacy == .secret(replacesFile: false) }

  /// Gives a file without a name its own.
  private func placeNameless() -> Int32? {
    let source = "/proc/self/fd/\(descriptor)"
    if linkat(AT_FDCWD, source, AT_FDCWD, destination, AT_SYMLINK_FOLLOW) == 0 { return nil }
    guard errno == EEXIST, !keepsOld else { return errno }
    let name = PendingFiles.name(beside: destination)
    guard linkat(AT_FDCWD, source, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 else { return errno }
    PendingFiles.add(name)
    let number = place(name)
    if number != nil { PendingFiles.discard(name) }
    return number
  }

  /// Renames a file; where something is in the way, such as a mount, its bytes go into the old
  /// file.
  private func place(_ name: String) -> Int32? {
    if keepsOld { return placeAnew(name) }
    if rename(name, destination) == 0 {
      PendingFiles.remove(name)
      return nil
    }
    guard errno == EBUSY || errno == EXDEV else { return errno }
    if let number = copy() { return number }
    PendingFiles.discard(name)
    return nil
  }

  /// Gives a file its name if there is nothing of that name.
  private func placeAnew(_ name: String) -> Int32? {
    if link(name, destination) != 0 {
      if errno == EEXIST { return errno }
      // File systems without hard links.
      if let number = copy(O_CREAT | O_EXCL) { return number }
    }
    PendingFiles.discard(name)
    return nil
  }

  /// Copies the file to its place.
  private func copy(_ flags: Int32 = 0) -> Int32? {
    let noFollow = privacy == .open ? 0 : O_NOFOLLOW
    let old = open(destination, O_WRONLY | O_CLOEXEC | flags | noFollow, 0o600)
    guard old >= 0 else { return errno }
    defer { Glibc.close(old) }
    if privacy != .open {
      guard Self.isOwn(old) else { return EPERM }
      _ = fchmod(old, 0o600)
    }
    if ftruncate(old, 0) != 0 { return errno }
    var offset: off_t = 0
    return withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
      while true {
        let count = pread(descriptor, buffer.baseAddress, buffer.count, offset)
        if count == 0 { return nil }
        guard count > 0 else { return errno }
        let bytes = UnsafeRawBufferPointer(start: buffer.baseAddress, count: count)
        if let number = Self.write(bytes, to: old) { return number }
        offset += off_t(count)
      }
    }
  }
}

extension OutputTarget {
  /// Whether an open file belongs to whoever runs the command.
  private static func isOwn(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_uid == geteuid()
  }

  /// What is where an output is to go, and how it gets there.
  private struct Plan {
    let path: String
    let privacy: Privacy
    /// Without symbolic links, where there is something.
    let destination: String
    /// Of what is there.
    private(set) var status: stat?
    private let openFile: Int32?
    /// The link leads nowhere yet: whoever writes follows it.
    private let isDanglingLink: Bool

    init(_ path: String, _ privacy: Privacy) throws {
      self.path = path
      self.privacy = privacy
      openFile = PathParts.descriptor(named: path)
      var (link, file) = (stat(), stat())
      let isLink =
        openFile == nil && lstat(path, &link) == 0 && link.st_mode & S_IFMT == S_IFLNK
      if isLink, privacy != .open {
        throw CommandFailure(
          .cannotCreateOutput, "\(path) is a symbolic link; a secret does not follow links",
          hint: "name the file itself")
      }
      let isThere = openFile.map { fstat($0, &file) } ?? stat(path, &file)
      status = isThere == 0 ? file : nil
      isDanglingLink = isLink && isThere != 0
      destination = (isThere == 0 ? PathParts.resolved(path) : nil) ?? path
      try check()
    }

    private var isRegular: Bool { status.map { $0.st_mode & S_IFMT == S_IFREG } ?? true }
    var identity: FileLedger.Identity? {
      // Standard output is what `/dev/stdout` means, and no other file.
      isRegular && openFile != STDOUT_FILENO ? status.map(FileLedger.Identity.init) : nil
    }
    var place: FileLedger.Place? {
      openFile == nil && isRegular ? FileLedger.Place(destination) : nil
    }

    static func refusalToReplace(_ path: String) -> CommandFailure {
      CommandFailure(
        .cannotCreateOutput, "\(path) exists: a secret key that is overwritten is lost",
        hint: "give another name, or --force")
    }

    private func failure(_ number: Int32) -> CommandFailure {
      CommandFailure(.cannotCreateOutput, "cannot create \(path): \(systemMessage(number))")
    }

    private func check() throws {
      if path.isEmpty { throw failure(ENOENT) }
      if status == nil, path.hasSuffix("/") { throw failure(EISDIR) }
      guard openFile == nil, let status else { return }
      if status.st_mode & S_IFMT == S_IFDIR { throw failure(EISDIR) }
      guard isRegular else { return }
      if privacy == .secret(replacesFile: false) { throw Self.refusalToReplace(path) }
      // Only who may write a file may replace it.
      if faccessat(AT_FDCWD, destination, W_OK, AT_EACCESS) != 0 { throw failure(errno) }
    }

    /// The file to write to, and whether it is an old one that is to be emptied.
    func opened() throws -> (Int32, Form, isToBeEmptied: Bool) {
      if let openFile {
        let copy = fcntl(openFile, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw failure(errno) }
        return (copy, .inPlace, false)
      }
      if !isRegular || isDanglingLink { return try openedInPlace(O_CREAT) }
      if privacy == .open, let status, geteuid() != 0, status.st_uid != geteuid() {
        return try openedInPlace(0)
      }
      let mode: mode_t = privacy == .open ? 0o666 : 0o600
      if let nameless = openedNameless(mode) { return nameless }
      let name = PendingFiles.name(beside: destination)
      let descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
      guard descriptor >= 0 else {
        let number = errno
        if status != nil, privacy == .open { return try openedInPlace(0) }
        throw failure(number)
      }
      PendingFiles.add(name)
      adopt(descriptor)
      return (descriptor, .named(name), false)
    }

    private func openedInPlace(_ flags: Int32) throws -> (Int32, Form, isToBeEmptied: Bool) {
      if privacy != .open { try checkOwner() }
      let noFollow = privacy == .open ? 0 : O_NOFOLLOW
      let descriptor = open(
        destination, O_WRONLY | O_NOCTTY | O_CLOEXEC | flags | noFollow, 0o666)
      guard descriptor >= 0 else { throw failure(errno) }
      return (descriptor, .inPlace, isRegular)
    }

    /// Somebody else who has a pipe may read from it; devices are of the system.
    private func checkOwner() throws {
      guard let status, status.st_mode & S_IFMT == S_IFIFO, status.st_uid != geteuid() else {
        return
      }
      throw CommandFailure(
        .cannotCreateOutput,
        "\(path) is a pipe of the user \(status.st_uid), who could read the secret",
        hint: "give a pipe or file of your own")
    }

    private func openedNameless(_ mode: mode_t) -> (Int32, Form, isToBeEmptied: Bool)? {
      /// `O_TMPFILE`, which is no plain constant in C.
      let nameless = 0o20_000_000 | O_DIRECTORY
      guard access("/proc/self/fd", X_OK) == 0 else { return nil }
      let descriptor = open(
        PathParts.folder(of: destination), nameless | O_RDWR | O_CLOEXEC, mode)
      guard descriptor >= 0 else { return nil }
      adopt(descriptor)
      return (descriptor, .nameless, false)
    }

    /// Gives a new file mode and owner of the one that it replaces; a secret has its own.
    private func adopt(_ descriptor: Int32) {
      guard privacy == .open, let status else { return }
      if geteuid() == 0 { _ = fchown(descriptor, status.st_uid, status.st_gid) }
      _ = fchmod(descriptor, status.st_mode & 0o777)
    }
  }
}
