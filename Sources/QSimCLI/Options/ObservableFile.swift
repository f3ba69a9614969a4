import QSim

/// Files of `--observable`.
enum ObservableFile {
  /// - Throws: `InputRejected` with the place where the text is no sum of Pauli products.
  static func read(_ path: String) throws -> (name: String, sum: PauliSum) {
    let file = try InputFile(reading: path)
    let text = try file.text()
    do {
      return (path, try PauliSum(parsing: text))
    } catch {
      throw InputRejected(rendered: [error.rendered(file: file.name, source: text)])
    }
  }
}
