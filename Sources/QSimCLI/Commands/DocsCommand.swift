import ArgumentParser
import Glibc

/// `qsim docs`: the reference pages, written or compared.
struct DocsCommand: DocumentedCommand {
  static let summary = "Write the reference pages, or check that they are current."
  static let details = """
    The pages are commands.md, one for each catalog that has a page, such as gates.md, and the manual page qsim.1. \
    '--check' compares, prints what differs and exits 1 if anything does.
    """
  static let examples = ["qsim docs --check Docs/Reference"]
  static let configuration = configured("docs")

  @Option(help: "The folder to write the pages to.", completion: .directory)
  var write: String?

  @Option(help: "The folder whose pages to compare.", completion: .directory)
  var check: String?

  @OptionGroup var terminal: TerminalOptions

  func validate() throws {
    if write != nil && check != nil {
      throw ValidationError("'--write' and '--check' exclude each other.")
    }
  }

  func run() throws {
    if let write {
      try Self.write(to: write)
    } else if let check {
      try Self.check(check)
    } else {
      throw LackOfInput(command: Self.self)
    }
  }

  private static var pages: [(name: String, text: String)] {
    [("commands.md", CommandReference.page)] + CatalogKinds.pages
      + [("qsim.1", CommandReference.manualPage)]
  }

  private static func write(to folder: String) throws {
    if mkdir(folder, 0o777) != 0, errno != EEXIST {
      throw CommandFailure(.cannotCreateOutput, "cannot create \(folder): \(systemMessage(errno))")
    }
    for page in pages {
      let path = "\(folder)/\(page.name)"
      let file = try OutputFile.creating(path)
      file.write(page.text)
      try file.close()
      OutputFile.standard.write("wrote \(path)\n")
    }
  }

  private static func check(_ folder: String) throws {
    var outdated: [String] = []
    for page in pages {
      let path = "\(folder)/\(page.name)"
      if (try? InputFile(reading: path).bytes) != Array(page.text.utf8) { outdated.append(path) }
    }
    guard outdated.isEmpty else {
      throw CommandFailure(
        .checkFailed, "out of date: \(outdated.joined(separator: ", "))",
        hint: "run qsim docs --write \(folder)")
    }
    OutputFile.standard.write("\(pages.count) reference pages are current\n")
  }
}
