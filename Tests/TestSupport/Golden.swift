import Foundation

/// Texts kept in `Tests/Fixtures` that outputs are compared with.
///
/// On a mismatch the output is written beside the fixture with `.new` at the end of its name; with
/// `QSIM_RECORD=1` in the environment it becomes the fixture.
public enum Golden {
  /// The folder of the fixtures.
  public static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

  /// What is wrong, or `nil` if `text` is what the fixture says.
  ///
  /// - Parameter path: the fixture's path in the folder, such as `Drawings/bell.txt`.
  public static func mismatch(of text: String, with path: String) -> String? {
    let file = folder.appendingPathComponent(path)
    let proposal = URL(fileURLWithPath: file.path + ".new")
    let expected = try? Data(contentsOf: file)
    if expected == Data(text.utf8) {
      try? FileManager.default.removeItem(at: proposal)
      return nil
    }
    let records = ProcessInfo.processInfo.environment["QSIM_RECORD"] == "1"
    let destination = records ? file : proposal
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: destination)
    } catch {
      return "\(path) differs, and \(destination.lastPathComponent) cannot be written: \(error)"
    }
    if records {
      try? FileManager.default.removeItem(at: proposal)
      return nil
    }
    let problem = expected == nil ? "does not exist" : "differs: \(firstDifference(expected, text))"
    return "\(path) \(problem); see \(destination.lastPathComponent), QSIM_RECORD=1 accepts it"
  }

  private static func firstDifference(_ expected: Data?, _ text: String) -> String {
    let old = String(decoding: expected ?? Data(), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    let new = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, pair) in zip(old, new).enumerated() where pair.0 != pair.1 {
      return "line \(index + 1) is '\(pair.1)' instead of '\(pair.0)'"
    }
    return "\(new.count) lines instead of \(old.count)"
  }
}
