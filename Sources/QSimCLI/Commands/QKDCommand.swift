import ArgumentParser

/// `qsim qkd`: what a link for quantum key distribution yields.
struct QKDCommand: DocumentedCommand {
  static let summary = "Key rates of quantum key distribution."
  static let details = ""
  static let examples = [
    "qsim qkd rate --protocol bb84-decoy-infinite --preset gys --distance 0:140:20"
  ]
  static let configuration = configured(
    "qkd",
    subcommands: [
      QKDRateCommand.self, QKDCompareCommand.self, QKDPassCommand.self, QKDValidateCommand.self,
    ])

  func run() throws {
    throw LackOfInput(command: Self.self)
  }
}
