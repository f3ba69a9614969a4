import ArgumentParser
import QSim
import Reporting

/// Options that the commands about key rates share.
struct KeyRateOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Published parameters, such as gys.", valueName: "name"))
  var preset: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "A parameter in its unit, or a range first:last:step of it. May be given several times.",
      valueName: "name=value"))
  var settings: [String] = []

  @Option(help: ArgumentHelp("The same as --set block_size=N.", valueName: "n"))
  var block: String?

  @Flag(help: "Choose intensities, probabilities and the like anew at every distance.")
  var optimize = false

  @Option(help: "Threads; the result does not depend on them.")
  var threads = Parallel.processorCount

  func validate() throws {
    if threads < 1 { throw ValidationError("'--threads' is at least 1.") }
  }

  /// All settings of the command line.
  func allSettings() throws -> [(name: String, values: [Double])] {
    try KeyRateScenario.accepting { () throws(Diagnostic) in
      var result: [(name: String, values: [Double])] = []
      for text in settings { result.append(try KeyRateScenario.setting(text)) }
      if let block {
        result.append(("block_size", try KeyRateScenario.values(block, of: "block_size")))
      }
      return result
    }
  }
}

/// Where key rates are computed.
struct DistanceOption: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Distances in km: numbers and ranges first:last:step, separated by commas.",
      valueName: "list"))
  var distance: String?

  /// `nil` where none were given.
  func distances() throws -> [Double]? {
    try KeyRateScenario.accepting { () throws(Diagnostic) in
      guard let distance else { return nil }
      return try KeyRateScenario.distances(distance)
    }
  }
}

/// The curves that rates are compared with.
enum BoundChoice: String, CaseIterable, ExpressibleByArgument {
  case plob
  case plobWithDetectors = "plob-with-detectors"
  case tgw
  case oneRepeater = "one-repeater"

  func value(_ point: KeyRateSearch.Point) -> Double {
    switch self {
    case .plob: point.plob
    case .plobWithDetectors: point.plobWithDetectors
    case .tgw: point.tgw
    case .oneRepeater: point.singleRepeater
    }
  }
}
