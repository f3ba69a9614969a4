import QuantumCore

/// Probabilities of the noise in a memory experiment; each names where it stands and is 0 for none.
public struct MemoryNoise: Sendable, Hashable {
  /// Depolarization of the qubits of every Clifford gate of the gate set, after it.
  public var afterCliffordDepolarization = 0.0
  /// Flip of every qubit just reset.
  public var afterResetFlipProbability = 0.0
  /// Flip of every qubit about to be measured.
  public var beforeMeasureFlipProbability = 0.0
  /// Depolarization of every data qubit at the start of a round.
  public var beforeRoundDataDepolarization = 0.0

  /// No noise.
  public init() {}

  /// The same probability in all four places.
  public init(uniform probability: Double) {
    afterCliffordDepolarization = probability
    afterResetFlipProbability = probability
    beforeMeasureFlipProbability = probability
    beforeRoundDataDepolarization = probability
  }
}

/// Keeps a logical state for some rounds of syndrome measurement: prepare all data qubits in a
/// basis, measure the checks again and again, measure all data qubits in the same basis.
///
///     let task = try CodeCatalog.task(code: "surface_code", task: "rotated_memory_z")
///     let experiment = try task.experiment(distance: 3, rounds: 100, noise: MemoryNoise(uniform: 0.001))
///     let circuit = experiment.circuit()
///
/// The circuit has a detector for every check and round that the noiseless experiment determines,
/// and an observable for every logical qubit.
public struct MemoryExperiment: Sendable, Hashable {
  /// The code, and the circuit of one round that reads its checks.
  public let schedule: SyndromeSchedule
  /// The number of rounds: at least 1, and as many as it takes until detectors follow the same rule
  /// in every round.
  public let rounds: UInt64
  /// X, Y or Z: in which every data qubit is prepared, and whose logical operators are observed.
  public let basis: Pauli
  /// The errors that are added to the circuit.
  public var noise: MemoryNoise
  /// The gates that the circuit is written in.
  public var gateSet: GateSet

  /// A memory experiment with a code.
  ///
  /// - Precondition: `schedule` has no `defect`, and `gateSet` can write its gates; `rounds` is at
  ///   least `minimumRounds(of:)`; the probabilities of `noise` are in 0...1.
  public init(
    _ schedule: SyndromeSchedule, rounds: UInt64, basis: Pauli, noise: MemoryNoise = MemoryNoise(),
    gateSet: GateSet = .cx
  ) {
    if let defect = schedule.defect {
      preconditionFailure("The schedule has no circuit: \(defect)")
    }
    self.init(
      withoutDefect: schedule, rounds: rounds, basis: basis, noise: noise, gateSet: gateSet)
  }

  /// - Precondition: that of the public one, of which whether there is a defect is not looked at
  ///   again.
  init(
    withoutDefect schedule: SyndromeSchedule, rounds: UInt64, basis: Pauli, noise: MemoryNoise,
    gateSet: GateSet
  ) {
    precondition(basis != .i, "A memory experiment is in the X, Y or Z basis")
    precondition(
      rounds >= Self.minimumRounds(of: schedule),
      "The schedule needs at least \(Self.minimumRounds(of: schedule)) rounds")
    self.schedule = schedule
    self.rounds = rounds
    self.basis = basis
    self.noise = noise
    self.gateSet = gateSet
  }

  /// Rounds before every check is compared with its own past.
  public static func minimumRounds(of schedule: SyndromeSchedule) -> UInt64 {
    UInt64(schedule.checks.lazy.map(\.memory).max() ?? 1)
  }

  /// The circuit, with noise, detectors, observables and coordinates; equal rounds are one repeat
  /// block.
  ///
  /// - Complexity: O(qubits and gates of a round), whatever the number of rounds.
  public func circuit() -> Circuit {
    var builder = MemoryCircuitBuilder(self)
    builder.build()
    return builder.circuit
  }
}
