/// What a run of a circuit would do, whichever engine runs it.
public struct SimulationPlan: Sendable {
  /// How shots are made.
  public enum Strategy: String, Sendable, Codable {
    /// One simulation; all shots are drawn from its final state.
    case finalState
    /// Shots share a simulation while their outcomes agree.
    case trajectories
    /// One noiseless run, then shots by what they flip.
    case frames
  }

  /// One pass over the state.
  public struct Step: Sendable {
    /// The sweep that it is part of, from 0.
    public let sweep: Int
    /// What the step does, in the engine's own words, such as `diagonal`.
    public let kind: String
    /// Gates and channels of the circuit that the step stands for.
    public let gateCount: Int
    /// Positions among the live qubits.
    public let targets: [Int]
    /// Positions among the live qubits of the qubits that control the step.
    public let controls: [Int]
    /// Which code applies the step.
    public let route: KernelRoute
    /// What the step costs, in the engine's own unit.
    public let cost: Double

    /// A step of a plan.
    ///
    /// - Parameters:
    ///   - sweep: the sweep that it is part of, from 0.
    ///   - kind: what it does, in the engine's own words.
    ///   - gateCount: gates and channels of the circuit that it stands for.
    ///   - targets: positions among the live qubits.
    ///   - controls: positions among the live qubits.
    ///   - route: which code applies it.
    ///   - cost: in the engine's own unit.
    public init(
      sweep: Int, kind: String, gateCount: Int, targets: [Int], controls: [Int] = [],
      route: KernelRoute = .simd, cost: Double
    ) {
      (self.sweep, self.kind, self.gateCount) = (sweep, kind, gateCount)
      (self.targets, self.controls) = (targets, controls)
      (self.route, self.cost) = (route, cost)
    }
  }

  /// How shots come about.
  public let strategy: Strategy
  /// How the engine goes about it: clauses without a full stop, between semicolons.
  public let approach: String
  /// The qubits that the state is of, ascending.
  public let liveQubits: [Int]
  /// Bytes of one state; saturates.
  public let stateBytes: UInt64
  /// How the bytes come about, such as `2^20 × 16 B`.
  public let stateSize: String
  /// The number of gates of the circuit.
  public let gateCount: Int
  /// What the gates are merged into; `nil` where the engine does not go through a whole state step
  /// by step.
  public var steps: [Step]?
  /// The number of passes over the state.
  public var sweepCount = 0
  /// Read and written in one pass through the circuit, were none of the state in cache.
  public var bytes = 0.0
  /// Real additions and multiplications of one pass through the circuit.
  public var flops = 0.0
  /// Seconds of one pass through the circuit on one core: a guess, good to a factor of about two.
  public var estimatedSeconds = 0.0
  /// What the whole run has to do; `nil` where it is not added up.
  public var work: RunWork?
  /// Whether memory bounds count whole states, rather than as many amplitudes as the limit allows.
  public var countsStates = true
  /// Threads that share the work of `work`.
  public var threads = 1
  /// The precision that amplitudes have.
  public var precision = Precision.double

  /// A plan with the parts that every engine gives; the others are set afterwards.
  ///
  /// - Parameters:
  ///   - strategy: how shots come about.
  ///   - approach: how the engine goes about it: clauses without a full stop, between semicolons.
  ///   - liveQubits: the qubits that the state is of, ascending.
  ///   - stateBytes: the memory of one state.
  ///   - stateSize: the same in words, such as `2^20 × 16 B`.
  ///   - gateCount: gates of the circuit as it is written.
  public init(
    strategy: Strategy, approach: String, liveQubits: [Int], stateBytes: UInt64, stateSize: String,
    gateCount: Int
  ) {
    (self.strategy, self.approach, self.liveQubits) = (strategy, approach, liveQubits)
    (self.stateBytes, self.stateSize, self.gateCount) = (stateBytes, stateSize, gateCount)
  }
}

/// What one state of a circuit takes, and how the bytes come about.
public struct StateSize: Hashable, Sendable {
  /// The memory of one state in bytes; saturates.
  public let bytes: UInt64
  /// The same in words, such as `2^20 × 16 B`.
  public let text: String
  /// Whether a run may need less.
  public let isBound: Bool

  /// The size of a state.
  ///
  /// - Parameters:
  ///   - bytes: the memory of one state.
  ///   - text: the same in words.
  ///   - isBound: whether a run may need less.
  public init(bytes: UInt64, text: String, isBound: Bool = false) {
    (self.bytes, self.text, self.isBound) = (bytes, text, isBound)
  }
}
