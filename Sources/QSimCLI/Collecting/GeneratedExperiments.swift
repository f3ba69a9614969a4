import QSim
import Reporting

/// Memory experiments of several distances, numbers of rounds and error rates.
struct GeneratedExperiments {
  var code: String
  var task: String
  var distances: [Int]
  var rounds: RoundList
  /// Error rates: of all four places of noise that `gen` has, or of `noise`.
  var errorRates: [Double]
  /// Models of the noise catalog that make the clean circuit noisy; `p` is set to the error rate.
  var noise: [String] = []
  var gateSet = GateSet.cx

  /// Every circuit with what rows say about it: rates outside, then distances, then rounds.
  ///
  /// - Parameter detectorLimit: of a circuit.
  /// - Throws: `CommandFailure` for what there is not, `Obstacle` for what is too large.
  func circuits(detectorLimit: UInt64) throws -> [(Circuit, ReportObject)] {
    var circuits: [(Circuit, ReportObject)] = []
    for rate in errorRates.isEmpty ? [nil] : errorRates.map(Optional.some) {
      for distance in distances {
        for rounds in try rounds.values(distance: distance) {
          try checkSize(distance: distance, rounds: rounds, detectorLimit)
          circuits.append(
            (
              try circuit(distance: distance, rounds: rounds, errorRate: rate),
              metadata(distance: distance, rounds: rounds, errorRate: rate)
            ))
        }
      }
    }
    return circuits
  }

  /// Refuses what would be too large, before it is made.
  private func checkSize(distance: Int, rounds: UInt64, _ limit: UInt64) throws {
    guard let memory = try? CodeCatalog.task(code: code, task: task) else { return }
    let perRound = memory.detectorEstimate(distance: distance, rounds: 1)
    guard perRound > 0 else { return }
    let fit =
      perRound <= limit
      ? "at distance \(distance) use at most \(limit / perRound) rounds" : "use a smaller distance"
    do {
      try CollectionTask.check(
        detectors: memory.detectorEstimate(distance: distance, rounds: rounds), limit: limit,
        fit: fit)
    } catch {
      throw Obstacle(
        error.kind, "\(code) \(task), distance \(distance), \(rounds) rounds: \(error.message)",
        hint: error.hint)
    }
  }

  private func circuit(distance: Int, rounds: UInt64, errorRate: Double?) throws -> Circuit {
    do {
      let memory = try CodeCatalog.task(code: code, task: task)
      let places = noise.isEmpty ? errorRate.map(MemoryNoise.init(uniform:)) : nil
      let experiment = try memory.experiment(
        distance: distance, rounds: rounds, noise: places ?? MemoryNoise(), gateSet: gateSet)
      let settings: [NoiseModelDefinition.Setting] =
        errorRate.map { [("p", .number($0))] } ?? []
      let models = try noise.map { try NoiseLoader.model($0, settings: settings) }
      guard !models.isEmpty else { return experiment.circuit() }
      return try NoiseModel.applying(models, to: experiment.circuit()).circuit
    } catch let error as Diagnostic {
      throw CommandFailure(.usage, error.message, hint: error.hint)
    }
  }

  private func metadata(distance: Int, rounds: UInt64, errorRate: Double?) -> ReportObject {
    var values: ReportObject = [
      "code": .string(code), "d": .int(distance), "r": .uint(rounds), "task": .string(task),
    ]
    if let errorRate { values["p"] = .double(errorRate) }
    if gateSet != .cx { values["gate_set"] = .string(gateSet.rawValue) }
    if !noise.isEmpty { values["noise"] = .string(noise.joined(separator: "+")) }
    return values
  }
}

/// Numbers of rounds: `5,35`, `d` or `3d` for a multiple of the distance.
struct RoundList: Equatable {
  private enum Item: Equatable {
    case count(UInt64)
    case perDistance(UInt64)
  }
  private var items: [Item] = []

  /// As many rounds as the distance.
  static let distance = RoundList(items: [.perDistance(1)])

  private init(items: [Item]) { self.items = items }

  /// These numbers of rounds.
  init(_ counts: [UInt64]) { items = counts.map { .count($0) } }

  init?(_ text: String) {
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let isMultiple = part.hasSuffix("d")
      let digits = isMultiple ? part.dropLast() : part
      guard let number = isMultiple && digits.isEmpty ? 1 : UInt64(digits), number > 0,
        number < Self.limit
      else { return nil }
      items.append(isMultiple ? .perDistance(number) : .count(number))
    }
  }

  /// The numbers for a distance.
  ///
  /// - Throws: `CommandFailure` with exit code 64 for a multiple that no circuit can repeat.
  func values(distance: Int) throws -> [UInt64] {
    try items.map { item in
      switch item {
      case .count(let number): return number
      case .perDistance(let factor):
        let (product, overflows) = factor.multipliedReportingOverflow(by: UInt64(max(0, distance)))
        guard !overflows, product < Self.limit else {
          throw CommandFailure(
            .usage, "\(factor) × \(distance) rounds are too many",
            hint: "a circuit has less than 2^40 rounds")
        }
        return product
      }
    }
  }

  /// More rounds than a list may ask for.
  private static let limit: UInt64 = 1 << 40
}
