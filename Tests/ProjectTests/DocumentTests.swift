import Foundation
import TestSupport
import Testing

struct DocumentTests {
  static let pages = Repository.files(suffixes: [".md"])

  @Test func `cited keys are references`() throws {
    let keys = try referenceKeys()
    #expect(keys.count > 10)
    #expect(Set(keys).count == keys.count, "two references share a key")
    #expect(
      keys == keys.sorted { $0.lowercased() < $1.lowercased() }, "references are out of order")
    let suffixes = [".swift", ".h", ".cpp", ".c"]
    let files = ["Sources", "Examples", "Tests"].flatMap {
      Repository.files(under: $0, suffixes: suffixes)
    }
    for file in files {
      for line in try Repository.text(file).split(separator: "\n") {
        guard let comment = line.firstRange(of: "//") else { continue }
        for match in line[comment.lowerBound...].matches(of: /\[([A-Z][A-Za-z]+[0-9]{2}[a-z]?)\]/) {
          #expect(keys.contains(String(match.1)), "\(file) cites \(match.1)")
        }
      }
    }
  }

  @Test(arguments: pages) func `relative links resolve`(page: String) throws {
    let folder = URL(fileURLWithPath: page, relativeTo: Repository.root).deletingLastPathComponent()
    for target in linkTargets(in: try Repository.text(page)) {
      if target.contains("://") || target.hasPrefix("mailto:") { continue }
      let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let path = String(parts[0])
      let file =
        path.isEmpty
        ? Repository.root.appendingPathComponent(page) : folder.appendingPathComponent(path)
      #expect(
        FileManager.default.fileExists(atPath: file.standardizedFileURL.path),
        "\(page) links to \(target)")
      if parts.count == 2, file.pathExtension == "md",
        let text = try? String(contentsOf: file, encoding: .utf8)
      {
        #expect(anchors(in: text).contains(String(parts[1])), "\(page) links to \(target)")
      }
    }
  }

  @Test func `every page of Docs can be reached from its index`() throws {
    let docs = Self.pages.filter { $0.hasPrefix("Docs/") }
    var reached: Set<String> = ["Docs/README.md"]
    var waiting = ["Docs/README.md"]
    while let page = waiting.popLast() {
      let folder = page.split(separator: "/").dropLast().joined(separator: "/")
      for target in linkTargets(in: try Repository.text(page)) {
        let path = String(target.split(separator: "#", omittingEmptySubsequences: false)[0])
        let linked = URL(
          fileURLWithPath: "\(folder)/\(path)", relativeTo: URL(fileURLWithPath: "/")
        ).standardizedFileURL.path
        let name = String(linked.drop { $0 == "/" })
        let pages = docs.filter { $0 == name || $0.hasPrefix(name + "/") }
        for next in pages where reached.insert(next).inserted { waiting.append(next) }
      }
    }
    #expect(Set(docs).subtracting(reached).isEmpty)
  }

  private func referenceKeys() throws -> [String] {
    try Repository.text("Docs/References.md").split(separator: "\n").compactMap {
      $0.firstMatch(of: /^\| \[(\w+)\] \|/).map { String($0.1) }
    }
  }

  /// The targets of inline links, outside code.
  private func linkTargets(in text: String) -> [String] {
    prose(text).matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }
  }

  /// The anchors that headings make, as web hosts of Markdown make them.
  private func anchors(in text: String) -> Set<String> {
    Set(
      prose(text).split(separator: "\n").filter { $0.hasPrefix("#") }.map { heading in
        heading.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces).lowercased()
          .filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
          .replacing(" ", with: "-")
      })
  }

  /// The text without fenced blocks and code spans.
  private func prose(_ text: String) -> String {
    var isCode = false
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
      let isFence = line.drop { $0 == " " }.hasPrefix("```")
      if isFence { isCode.toggle() }
      return !isCode && !isFence
    }
    return lines.joined(separator: "\n").replacing(/`[^`\n]*`/, with: "")
  }
}
