import QuantumCore

/// One code family that circuits are generated for: command options, messages and reference pages derive from it.
public struct CodeDefinition: Sendable {
  /// As given to `--code`.
  public let name: String
  public let summary: String
  public let tasks: [MemoryTask]
}

/// An experiment with a code, for any distance and number of rounds.
public struct MemoryTask: Sendable {
  /// The code family's name, as given to `--code`.
  public let code: String
  /// As given to `--task`.
  public let name: String
  public let summary: String
  /// In which data qubits are prepared and measured.
  public let basis: Pauli
  /// Distances that are accepted.
  public let distances: ClosedRange<Int>
  public let needsOddDistance: Bool
  /// Fewest rounds that are accepted.
  public let minimumRounds: UInt64
  let schedule: @Sendable (_ distance: Int) -> SyndromeSchedule

  init(
    _ code: String, _ name: String, _ summary: String, basis: Pauli,
    distances: ClosedRange<Int> = 2...MemoryTask.distanceLimit, needsOddDistance: Bool = false,
    minimumRounds: UInt64 = 1, schedule: @escaping @Sendable (_ distance: Int) -> SyndromeSchedule
  ) {
    self.code = code
    self.name = name
    self.summary = summary
    self.basis = basis
    self.distances = distances
    self.needsOddDistance = needsOddDistance
    self.minimumRounds = minimumRounds
    self.schedule = schedule
  }

  /// Largest distance for which the qubits of every code fit below `Target.qubitLimit`.
  public static let distanceLimit = 2047
  /// Largest number of rounds.
  public static let roundLimit = UInt64(Int64.max)

  /// The distances that are accepted, in words.
  public var distanceText: String {
    let parity = needsOddDistance ? "odd and " : ""
    return "\(parity)in \(distances.lowerBound)...\(distances.upperBound)"
  }

  /// The experiment of a distance and number of rounds.
  ///
  /// - Throws: a `Diagnostic` naming the number that is out of range and what is accepted.
  public func experiment(
    distance: Int, rounds: UInt64, noise: MemoryNoise = MemoryNoise(), gateSet: GateSet = .cx
  ) throws(Diagnostic) -> MemoryExperiment {
    guard distances.contains(distance), !needsOddDistance || distance % 2 == 1 else {
      throw Diagnostic(
        "\(code) \(name): the distance is \(distanceText), not \(distance)", code: "range")
    }
    guard rounds >= minimumRounds, rounds <= Self.roundLimit else {
      throw Diagnostic(
        "\(code) \(name): the number of rounds is in \(minimumRounds)...\(Self.roundLimit), "
          + "not \(rounds)", code: "range")
    }
    for (name, probability) in noise.settings where !(0...1).contains(probability) {
      throw Diagnostic("\(name) is in 0...1, not \(probability)", code: "range")
    }
    return MemoryExperiment(
      schedule(distance), rounds: rounds, basis: basis, noise: noise, gateSet: gateSet)
  }
}

extension MemoryNoise {
  /// Every probability under the name of its command-line option.
  public var settings: [(name: String, probability: Double)] {
    [
      ("after_clifford_depolarization", afterCliffordDepolarization),
      ("after_reset_flip_probability", afterResetFlipProbability),
      ("before_measure_flip_probability", beforeMeasureFlipProbability),
      ("before_round_data_depolarization", beforeRoundDataDepolarization),
    ]
  }
}
