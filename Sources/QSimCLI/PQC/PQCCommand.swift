import ArgumentParser

/// `qsim pqc`: algorithms that withstand quantum computers, one by one and together.
struct PQCCommand: DocumentedCommand {
  static let summary = "Post-quantum cryptography: keys, exchanges, signatures."
  static let details = ""
  static let examples = [
    "qsim pqc demo --seconds 1 --reproducible", "qsim pqc algorithms",
    "qsim pqc explain --stage decaps",
  ]
  static let configuration = configured(
    "pqc",
    subcommands: [
      PQCDemoCommand.self, PQCListenCommand.self, PQCConnectCommand.self,
      PQCAlgorithmsCommand.self, PQCKeygenCommand.self, PQCEncapsCommand.self,
      PQCDecapsCommand.self, PQCSignCommand.self, PQCVerifyCommand.self, PQCBenchCommand.self,
      PQCExplainCommand.self,
    ])

  func run() throws {
    throw LackOfInput(command: Self.self)
  }
}
