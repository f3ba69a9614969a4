import DenseSimulation
import QuantumCore
import RealModule

/// What the sparse engine would need for a circuit.
public struct SparsePlan: Hashable, Sendable {
  /// How the figure comes about.
  public enum Basis: String, Hashable, Sendable {
    /// The circuit was run within narrow limits: the figure is what it takes.
    case trial = "a trial run"
    /// One shot was run within narrow limits, and outcomes or noise decide what others take.
    case trialShot = "a trial run of one shot"
    /// The gates were walked through: the figure is more than can be needed.
    case bound = "a bound from the gates"
  }

  /// Where `stateBytes` and `amplitudeBits` come from.
  public let basis: Basis
  /// Bytes of one state, with what its gates need while they run; saturates.
  public let stateBytes: UInt64
  /// log₂ of the number of amplitudes, over all groups: the most that the trial had after a gate,
  /// or the bound.
  public let amplitudeBits: Double
  /// The qubits that the engine keeps, ascending.
  public let liveQubits: [Int]
  /// Gates of the program, loops of few steps written out.
  public let gateCount: Int
  /// Whether one simulation serves all shots.
  public let isOneSimulation: Bool
  /// Different results that shots may have; `nil` where there may be as many as shots.
  let outcomeCount: UInt64?
  /// What the whole run has to do at least: as if every state had one amplitude.
  public internal(set) var work: RunWork
}

extension SparsePlan {
  /// Amplitudes that a trial run may work on, and bytes that it may take.
  private static var trialWork: UInt64 { 1 << 20 }
  private static var trialBytes: UInt64 { 8 << 20 }
  /// Programs with more steps are not tried.
  private static var trialSteps: Int { 400_000 }

  /// What one shot needs.
  init(of simulation: SparseSimulator.Compiled) {
    let program = simulation.program(.sampling)
    let (live, options) = (simulation.liveQubits, simulation.options)
    liveQubits = live
    gateCount = program.gateCount
    isOneSimulation = program.isDeterministic
    work = RunWork(of: program, shots: 1)
    if let trial = Self.trial(program, of: simulation.circuit, live, options) {
      basis = program.isDeterministic ? .trial : .trialShot
      (stateBytes, amplitudeBits) = (trial.bytes, Double.log2(Double(trial.amplitudes)))
      outcomeCount = program.isDeterministic && program.tail.isQuiet ? trial.outcomes : nil
    } else {
      let bound = SupportBound.bound(of: program)
      (basis, stateBytes, amplitudeBits) = (.bound, bound.bytes, bound.amplitudeBits)
      outcomeCount = nil
    }
  }

  /// Bytes that one shot took, its amplitudes at most, and the basis states that it was drawn from;
  /// `nil` if it was not through within the limits.
  private static func trial(
    _ program: SparseProgram, of circuit: Circuit, _ live: [Int], _ options: SimulationOptions
  ) -> (bytes: UInt64, amplitudes: Int, outcomes: UInt64)? {
    guard program.steps.count <= trialSteps else { return nil }
    var options = options
    options.memoryLimit = min(trialBytes, options.memoryLimit ?? trialBytes)
    options.progress = nil
    options.threads = 1
    var request = SparseRequest()
    request.mostWork = trialWork
    do {
      let run = try SparseRun(
        program, of: circuit, liveQubits: live, shots: 1, seed: 0, options: options,
        request: request)
      try run.run()
      return (max(64, run.budget.peak), run.mostAmplitudes, run.drawnStateCount)
    } catch {
      return nil
    }
  }
}
