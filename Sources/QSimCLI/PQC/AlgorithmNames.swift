import ArgumentParser
import PostQuantum
import QSim

extension Algorithm {
  /// The algorithm that the user calls `name`, if it is of some kinds.
  static func named(
    _ name: String, among algorithms: [Algorithm], for purpose: String
  ) throws -> Algorithm {
    let algorithm = try CommandFailure.named(name, in: AlgorithmCatalog.all)
    guard algorithms.contains(algorithm) else {
      let names = algorithms.map(\.id).joined(separator: ", ")
      throw CommandFailure(
        .usage, "\(algorithm.name) is not for \(purpose)", hint: "\(names) are")
    }
    return algorithm
  }
}

/// The option of commands for one algorithm.
struct AlgorithmOption: ParsableArguments {
  @Option(help: ArgumentHelp("An algorithm, such as ml-kem-768.", valueName: "name"))
  var algorithm: String

  /// An algorithm that encapsulates secrets.
  func encapsulation() throws -> Algorithm {
    try .named(algorithm, among: AlgorithmCatalog.encapsulations, for: "encapsulating secrets")
  }

  /// An algorithm that signs.
  func signature() throws -> Algorithm {
    try .named(algorithm, among: AlgorithmCatalog.signatures, for: "signing")
  }

  /// An algorithm that has keys.
  func keyed() throws -> Algorithm {
    try .named(
      algorithm, among: AlgorithmCatalog.encapsulations + AlgorithmCatalog.signatures,
      for: "pairs of keys")
  }
}
