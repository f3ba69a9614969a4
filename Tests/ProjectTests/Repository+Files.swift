import Foundation
import TestSupport

extension Repository {
  /// Paths of files under a folder, relative to the root, sorted; build products and version
  /// control left out.
  static func files(under folder: String = "", suffixes: [String] = []) -> [String] {
    let start = root.appendingPathComponent(folder).standardizedFileURL.path
    let rootPath = root.standardizedFileURL.path + "/"
    guard let walker = FileManager.default.enumerator(atPath: start) else { return [] }
    var paths: [String] = []
    while let path = walker.nextObject() as? String {
      let name = path.split(separator: "/").last ?? ""
      if name == ".git" || name == "__pycache__" || name.hasPrefix(".build") {
        walker.skipDescendants()
        continue
      }
      let full = "\(start)/\(path)"
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: full, isDirectory: &isFolder),
        !isFolder.boolValue
      else { continue }
      if suffixes.isEmpty || suffixes.contains(where: path.hasSuffix) {
        paths.append(String(full.dropFirst(rootPath.count)))
      }
    }
    return paths.sorted()
  }
}
