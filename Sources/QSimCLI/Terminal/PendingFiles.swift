import Glibc

/// Files that have a name of their own until they are whole; an interrupt removes them.
enum PendingFiles {
  private static let slotCount = 16
  nonisolated(unsafe) private static let slots: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> =
    {
      let slots = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: slotCount)
      slots.initialize(repeating: nil, count: slotCount)
      return slots
    }()

  /// The most bytes of a file's name that stand in that of the pending one: with what is added, it
  /// is shorter than any file system allows.
  private static let nameSize = 64

  /// A name that is not taken, in the same folder.
  static func name(beside path: String) -> String {
    let folder = PathParts.folder(of: path)
    var name = path.split(separator: "/").last ?? "out"
    // A character may have many bytes.
    name = name.prefix(nameSize)
    while name.utf8.count > nameSize { name.removeLast() }
    while true {
      let random = UInt32.random(in: 0 ... .max)
      let candidate = "\(folder)/.\(name).\(String(random, radix: 36)).part"
      if access(candidate, F_OK) != 0 { return candidate }
    }
  }

  static func add(_ name: String) {
    guard let free = (0..<slotCount).first(where: { slots[$0] == nil }) else { return }
    slots[free] = strdup(name)
  }

  /// The file has its place.
  static func remove(_ name: String) {
    for slot in 0..<slotCount {
      guard let text = slots[slot], String(cString: text) == name else { continue }
      slots[slot] = nil
      free(text)
    }
  }

  /// The file is not wanted.
  static func discard(_ name: String) {
    unlink(name)
    remove(name)
  }

  /// Prepares the slots, so that a signal handler finds them.
  static func install() { _ = slots }

  /// Removes all files; may be called in a signal handler.
  static func unlinkAll() {
    for slot in 0..<slotCount {
      if let name = slots[slot] { unlink(name) }
    }
  }
}
