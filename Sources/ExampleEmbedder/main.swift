// Writes Swift source that holds files: ExampleEmbedder OUTPUT INPUT…
import Foundation

/// A Swift raw string of several lines that holds the text.
func literal(_ text: String) -> String {
  var hashes = "#"
  while text.contains("\"\"\"" + hashes) || text.contains("\\" + hashes) { hashes += "#" }
  var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  if lines.last == "" { lines.removeLast() }
  let body = lines.map { $0.isEmpty ? "\n" : "        \($0)\n" }.joined()
  return "\(hashes)\"\"\"\n\(body)\(text.hasSuffix("\n") ? "\n" : "")        \"\"\"\(hashes)"
}

/// Says on standard error what is wrong and ends the build.
func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data("error: \(message)\n".utf8))
  exit(1)
}

let paths = CommandLine.arguments.dropFirst()
guard let output = paths.first else { fail("usage: ExampleEmbedder OUTPUT INPUT…") }
var source = """
  /// The circuits of `qsim examples`.
  enum ExampleFiles {
    /// Names and texts, in order of their names.
    static let all: [(name: String, text: String)] = [

  """
for path in paths.dropFirst() {
  let file = URL(fileURLWithPath: path)
  guard let text = try? String(contentsOf: file, encoding: .utf8) else {
    fail("\(path) cannot be read as UTF-8")
  }
  guard !text.contains("\r") else { fail("\(path): line ends are \\n here") }
  source +=
    "    (\n      name: \"\(file.lastPathComponent)\",\n      text: \(literal(text))\n    ),\n"
}
source += "  ]\n}\n"
do {
  try source.write(toFile: output, atomically: true, encoding: .utf8)
} catch {
  fail("\(output): \(error)")
}
