import Glibc
import Synchronization

/// The files that a command reads and writes: no output may be an input as well, nor another
/// output.
///
/// Files are told apart by device and number, not by name, so that links, `./a` and redirections
/// are seen through; outputs that are not there yet by their folder and name. Devices and pipes may
/// be used more than once.
enum FileLedger {
  /// What makes a file the same as another.
  struct Identity: Hashable {
    let device: UInt64
    let number: UInt64

    init(_ status: stat) {
      device = UInt64(status.st_dev)
      number = UInt64(status.st_ino)
    }

    /// Of an open regular file; `nil` for everything else.
    init?(regularFile descriptor: Int32) {
      var status = stat()
      guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      self.init(status)
    }
  }

  /// Where a file is or will be.
  struct Place: Hashable {
    let folder: Identity
    let name: String

    init?(_ path: String) {
      let name = path.split(separator: "/").last.map(String.init) ?? ""
      var status = stat()
      guard stat(PathParts.folder(of: path), &status) == 0 else { return nil }
      folder = Identity(status)
      self.name = name
    }
  }

  private struct Output {
    let path: String
    let identity: Identity?
    let place: Place?
    var isBeingWritten = true
  }

  private struct Entries {
    var inputs: [Identity: String] = [:]
    var outputs: [Output] = []
  }

  private static let entries = Mutex(Entries())

  /// Notes a file that is read.
  ///
  /// - Throws: `CommandFailure` with exit code 64 for a file that is being written.
  static func noteInput(_ descriptor: Int32, _ path: String) throws {
    guard let identity = Identity(regularFile: descriptor) else { return }
    let name = path == "-" ? "standard input" : path
    let clash = entries.withLock { entries in
      entries.inputs[identity] = name
      return entries.outputs.first { $0.isBeingWritten && $0.identity == identity }?.path
    }
    if let clash { throw refusal(output: clash, input: name) }
    if identity == Identity(regularFile: STDOUT_FILENO) {
      throw refusal(output: "standard output", input: name)
    }
  }

  /// Notes a file that is going to be written, before anything happens to it.
  ///
  /// - Parameters:
  ///   - identity: of a regular file that is there.
  ///   - place: of a regular file, there or not.
  /// - Returns: what `endOutput` takes.
  /// - Throws: `CommandFailure` with exit code 64 for a file that is an input or another output.
  static func noteOutput(_ path: String, identity: Identity?, place: Place?) throws -> Int {
    let clash: CommandFailure? = entries.withLock { entries in
      if let identity, let input = entries.inputs[identity] {
        return refusal(output: path, input: input)
      }
      let other = entries.outputs.first {
        (identity != nil && $0.identity == identity) || (place != nil && $0.place == place)
      }
      return other.map { Self.refusal(output: path, other: $0.path) }
    }
    if let clash { throw clash }
    if let identity, identity == Identity(regularFile: STDOUT_FILENO) {
      throw refusal(output: path, other: "standard output")
    }
    return entries.withLock { entries in
      entries.outputs.append(Output(path: path, identity: identity, place: place))
      return entries.outputs.count - 1
    }
  }

  /// The file is whole: from here on it may be read.
  static func endOutput(_ entry: Int) {
    entries.withLock { $0.outputs[entry].isBeingWritten = false }
  }

  private static func refusal(output: String, input: String) -> CommandFailure {
    CommandFailure(
      .usage, "\(output) would be written while \(input), the same file, is read",
      hint: "give the output a file of its own")
  }

  private static func refusal(output: String, other: String) -> CommandFailure {
    CommandFailure(
      .usage, "\(output) is the same file as \(other): every output needs a file of its own")
  }
}
