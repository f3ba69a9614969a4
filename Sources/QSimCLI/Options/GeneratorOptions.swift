import ArgumentParser
import QSim

/// Options that describe memory experiments of several sizes and error rates.
struct GeneratorOptions: ParsableArguments {
  @Option(help: "The code: \(CodeCatalog.all.map(\.name).joined(separator: ", ")).")
  var code: String?

  @Option(help: "The experiment, such as memory or rotated_memory_z.")
  var task: String?

  @Option(help: ArgumentHelp("Code distances, such as 3,5,7.", valueName: "list"))
  var distance: NumberList?

  @Option(
    help: ArgumentHelp(
      "Numbers of rounds, such as 5,35; d and 3d are multiples of the distance.",
      valueName: "list"))
  var rounds: RoundList?

  @Option(help: ArgumentHelp("Physical error rates, such as 0.001,0.002.", valueName: "list"))
  var p: RateList?

  @Option(
    help: ArgumentHelp(
      "A noise model of the catalog, whose p is set, such as si1000. Without it all noise of 'gen' has the rate p.",
      valueName: "model"))
  var noise: [String] = []

  @Option(
    help: "The gates of the circuits: \(GateSet.allCases.map(\.rawValue).joined(separator: ", ")).")
  var gateSet = GateSet.cx

  /// The experiments; `nil` if none are asked for.
  func experiments() throws -> GeneratedExperiments? {
    guard let code else {
      if task != nil || distance != nil || p != nil {
        throw CommandFailure(.usage, "generated experiments need a --code")
      }
      return nil
    }
    guard let task, let distance else {
      throw CommandFailure(.usage, "generated experiments need a --task and a --distance")
    }
    var experiments = GeneratedExperiments(
      code: code, task: task, distances: distance.values,
      rounds: rounds ?? .distance, errorRates: p?.values ?? [], noise: noise)
    experiments.gateSet = gateSet
    return experiments
  }
}

extension RoundList: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}

/// Probabilities: `0.001,0.002`.
struct RateList: ExpressibleByArgument {
  let values: [Double]

  init?(argument: String) {
    var values: [Double] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let value = Double(String(part)), (0...1).contains(value) else { return nil }
      values.append(value)
    }
    self.values = values
  }
}
