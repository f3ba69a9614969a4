import QuantumCore

/// One code family with the experiments that circuits are generated for: command options, messages
/// and reference pages derive from it.
///
/// One of your own has the same laws as those of `CodeCatalog`: give it the schedules of its
/// circuits, and it makes experiments for any distance and number of rounds.
///
///     let toric = CodeDefinition(
///       name: "toric_code", summary: "Square lattice on a torus.",
///       tasks: [
///         MemoryTask(
///           code: "toric_code", name: "memory_z", summary: "Keeps two logical |0⟩.", basis: .z,
///           schedule: SyndromeSchedule.toric)
///       ])
public struct CodeDefinition: Sendable {
  /// The name, as `--code` takes it, in snake_case.
  public let name: String
  /// What it is, in a sentence.
  public let summary: String
  /// Its experiments; names are unlike.
  public let tasks: [MemoryTask]

  /// A code family with its experiments.
  ///
  /// - Parameters:
  ///   - name: in snake_case.
  ///   - summary: what it is, in a sentence.
  ///   - tasks: experiments with this code, unlike in name.
  /// - Precondition: every task has the code's name, and no two tasks have the same.
  public init(name: String, summary: String, tasks: [MemoryTask]) {
    precondition(
      tasks.allSatisfy { $0.code == name }, "The tasks of \(name) have its name as their code")
    precondition(
      Set(tasks.map(\.name)).count == tasks.count, "Two tasks of \(name) share a name")
    (self.name, self.summary, self.tasks) = (name, summary, tasks)
  }
}

/// An experiment with a code, for any distance and number of rounds.
public struct MemoryTask: Sendable {
  /// The code family's name, as given to `--code`.
  public let code: String
  /// The name, as `--task` takes it, in snake_case.
  public let name: String
  /// What it keeps and what it measures, in a sentence.
  public let summary: String
  /// The basis in which data qubits are prepared and measured.
  public let basis: Pauli
  /// Distances that are accepted.
  public let distances: ClosedRange<Int>
  /// Whether even distances are refused.
  public let needsOddDistance: Bool
  /// The fewest rounds that are accepted.
  public let minimumRounds: UInt64
  private let schedule: @Sendable (_ distance: Int) -> SyndromeSchedule
  private let checkCount: (@Sendable (_ distance: UInt64) -> UInt64)?

  /// An experiment with a code family.
  ///
  /// - Parameters:
  ///   - code: the name of the family, the same as its `CodeDefinition` has.
  ///   - name: in snake_case, unlike those of the family's other tasks.
  ///   - summary: what it keeps and what it measures, in a sentence.
  ///   - basis: X, Y or Z, in which data qubits are prepared and measured.
  ///   - distances: those for which `schedule` has an answer.
  ///   - needsOddDistance: whether it has one for odd distances only.
  ///   - minimumRounds: more than the schedule's own minimum where the experiment makes no sense
  ///     with less.
  ///   - checkCount: how many checks the code of a distance has, by a formula; `nil` if none is
  ///     known.
  ///   - schedule: how the checks of the code of a distance are measured; gets no distance that is
  ///     not accepted.
  /// - Precondition: `basis` is not the identity, and distances are positive.
  public init(
    code: String, name: String, summary: String, basis: Pauli,
    distances: ClosedRange<Int> = 2...MemoryTask.distanceLimit, needsOddDistance: Bool = false,
    minimumRounds: UInt64 = 1, checkCount: (@Sendable (_ distance: UInt64) -> UInt64)? = nil,
    schedule: @escaping @Sendable (_ distance: Int) -> SyndromeSchedule
  ) {
    precondition(basis != .i, "A memory experiment is in the X, Y or Z basis")
    precondition(distances.lowerBound >= 1, "A distance is at least 1")
    self.code = code
    self.name = name
    self.summary = summary
    self.basis = basis
    self.distances = distances
    self.needsOddDistance = needsOddDistance
    self.minimumRounds = minimumRounds
    self.checkCount = checkCount
    self.schedule = schedule
  }

  /// About how many detectors an experiment has: a check in every round has one. Costs
  /// nothing, however large; 0 where no formula is known.
  public func detectorEstimate(distance: Int, rounds: UInt64) -> UInt64 {
    guard distances.contains(distance), let checkCount else { return 0 }
    return checkCount(UInt64(distance)).saturatingMultiply(rounds)
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
  /// - Parameters:
  ///   - distance: one of `distances`.
  ///   - rounds: at least `minimumRounds`, and as many as the schedule needs.
  ///   - noise: probabilities, each in 0...1.
  ///   - gateSet: what the circuit is written in.
  /// - Throws: a `Diagnostic` naming the number that is out of range and what is accepted, the step
  ///   of the schedule that no circuit can be written for, or its gate that the gate set cannot
  ///   write.
  public func experiment(
    distance: Int, rounds: UInt64, noise: MemoryNoise = MemoryNoise(), gateSet: GateSet = .cx
  ) throws(Diagnostic) -> MemoryExperiment {
    guard distances.contains(distance), !needsOddDistance || distance % 2 == 1 else {
      throw Diagnostic(
        "\(code) \(name): the distance is \(distanceText), not \(distance)", code: "range")
    }
    let schedule = schedule(distance)
    if let defect = schedule.defect {
      throw Diagnostic(
        "\(code) \(name), distance \(distance): the schedule has no circuit: \(defect)",
        code: "schedule")
    }
    let minimum = max(minimumRounds, MemoryExperiment.minimumRounds(of: schedule))
    guard rounds >= minimum, rounds <= Self.roundLimit else {
      throw Diagnostic(
        "\(code) \(name): the number of rounds is in \(minimum)...\(Self.roundLimit), "
          + "not \(rounds)", code: "range")
    }
    if let gate = gateSet.firstUnwritable(in: schedule) {
      throw Diagnostic(
        "\(code) \(name): the gate set \(gateSet.rawValue) cannot write \(gate.definition.name)",
        code: "unsupported", hint: "it writes CX and gates on one qubit")
    }
    for (name, probability) in noise.settings where !(0...1).contains(probability) {
      throw Diagnostic("\(name) is in 0...1, not \(probability)", code: "range")
    }
    return MemoryExperiment(
      withoutDefect: schedule, rounds: rounds, basis: basis, noise: noise, gateSet: gateSet)
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
