import RealModule

/// One rule of a noise model: where errors happen, and which.
public struct NoiseRule: Hashable, Sendable {
  /// What reports and warnings call the rule.
  public var name: String
  /// Where in a circuit the rule acts.
  public var place: NoisePlace
  /// What the rule adds there.
  public var effect: NoiseEffect

  /// A rule that adds an effect at every matching place.
  ///
  /// - Parameters:
  ///   - name: what reports and warnings call the rule.
  ///   - place: where in a circuit it acts.
  ///   - effect: what it adds there.
  public init(_ name: String, _ place: NoisePlace, _ effect: NoiseEffect) {
    self.name = name
    self.place = place
    self.effect = effect
  }
}

/// Which parts of a circuit a rule acts on. Conditions that are `nil` hold everywhere; all that are
/// given must hold.
public struct NoisePlace: Hashable, Sendable {
  /// What happens in a circuit at a place where a rule acts.
  public enum Event: Hashable, Sendable {
    /// A unitary gate, measurement or reset.
    case operation
    /// A unitary gate. Paulis controlled by the record are bookkeeping, not gates: no rule sees
    /// them.
    case gate
    /// A measurement, with or without a reset.
    case measurement
    /// A reset, as part of a measurement too.
    case reset
    /// A qubit that no instruction touches between two TICKs, in a layer where something else
    /// happens.
    case idle(IdleLayer)
    /// The data qubits before a round of checks, see `NoiseModel`.
    case round(isFirstOnly: Bool)
    /// The time that passes; for relaxation alone.
    case time
  }

  /// What else happens in the layer in which a qubit idles.
  public enum IdleLayer: Hashable, Sendable {
    /// Anything.
    case any
    /// Nothing is measured or reset.
    case gates
    /// Something is measured or reset.
    case collapse
  }

  /// On which side of an event a rule adds its effect.
  public enum Side: String, Hashable, Sendable {
    /// Before the event.
    case before
    /// After the event.
    case after
  }

  /// What must happen there.
  public var event: Event
  /// Whether the effect stands before or after the event.
  public var side: Side
  /// The gates that count; `nil` for all.
  public var gates: Set<Gate>?
  /// The categories of gates that count; `nil` for all.
  public var categories: Set<GateCategory>?
  /// How many qubits the gate acts on, controls included.
  public var widths: ClosedRange<Int>?
  /// Errors happen on these qubits only; an error on two qubits needs both of them here.
  public var qubits: Set<Int>?
  /// Groups of exactly two qubits, smaller one first.
  public var pairs: Set<[Int]>?

  /// A place; every condition that is not `nil` must hold.
  ///
  /// - Parameters:
  ///   - event: what must happen there.
  ///   - side: whether the effect stands before or after the event.
  ///   - gates: gates that count.
  ///   - categories: categories of gates that count.
  ///   - widths: how many qubits the gate acts on, controls included.
  ///   - qubits: qubits that errors happen on.
  ///   - pairs: groups of exactly two qubits, smaller one first.
  public init(
    _ event: Event, _ side: Side = .after, gates: Set<Gate>? = nil,
    categories: Set<GateCategory>? = nil, widths: ClosedRange<Int>? = nil,
    qubits: Set<Int>? = nil, pairs: Set<[Int]>? = nil
  ) {
    self.event = event
    self.side = side
    self.gates = gates
    self.categories = categories
    self.widths = widths
    self.qubits = qubits
    self.pairs = pairs
  }

  func allows(_ qubit: Int) -> Bool { qubits?.contains(qubit) ?? true }

  /// Whether the rule looks at instructions of a gate.
  func concerns(_ definition: GateDefinition) -> Bool {
    switch event {
    case .operation: break
    case .gate: guard definition.isUnitary else { return false }
    case .measurement: guard definition.isMeasurement else { return false }
    case .reset: guard definition.isReset else { return false }
    case .idle, .round, .time: return false
    }
    return gates?.contains(definition.gate) ?? true
      && categories?.contains(definition.category) ?? true
  }

  /// Whether the rule looks at such an instruction on a group of these qubits.
  func matches(qubits group: [Int]) -> Bool {
    if let widths, !widths.contains(group.count) { return false }
    guard let pairs else { return !group.isEmpty }
    return group.count == 2 && pairs.contains(group.sorted())
  }
}

/// What happens where a rule acts.
public enum NoiseEffect: Hashable, Sendable {
  /// A noise channel or gate: on one qubit it acts on every qubit of the group, on two it acts on
  /// groups of two.
  case operation(Gate, [Double])
  /// Depolarising by the probability given: `DEPOLARIZE1` on one qubit, `DEPOLARIZE2` on two,
  /// `DEPOLARIZE1` on each of more.
  case depolarizing(Double)
  /// The error that turns a result or a prepared state over, with a probability: Z where the basis
  /// is X, X otherwise. Of pair and product measurements the recorded result is flipped.
  case basisFlip(Double)
  /// The recorded result of a measurement is flipped with a probability; the state stays.
  case resultFlip(Double)
  /// 0 is read as 1 with probability `p01`, 1 as 0 with probability `p10`.
  ///
  /// Equal probabilities flip the recorded result. Different ones become a `READOUT_ERROR` in the
  /// basis of the measurement and before it: the distribution of the results is exact, and the
  /// state afterwards agrees with what was read. Results of pair and product measurements are
  /// flipped with the mean of both.
  case confusion(p01: Double, p10: Double)
  /// Pair measurements are mixed with a probability: one of the 32 products of a Pauli on each of
  /// the two qubits and a flip of the result happens, the identity included
  /// [GidneyNewmanFowlerBroughton21].
  ///
  /// The measurement becomes an MPP with the Z of a helper qubit, numbered after the circuit's own,
  /// as one more factor.
  case parityMixing(Double)
  /// Angles of rotations are 1 + ε times as large.
  case overRotation(Double)
  /// T₁ and T₂ decay over the time that passes.
  case relaxation(Relaxation)
}

/// T₁ and T₂ of qubits and the durations of operations.
public struct Relaxation: Hashable, Sendable {
  /// The decay of one qubit.
  public struct Times: Hashable, Sendable {
    /// Decay time of energy, in microseconds; positive.
    public var t1Us: Double
    /// Decay time of coherence, in microseconds; positive and at most twice `t1Us`.
    public var t2Us: Double
    /// Population of |1⟩ at rest.
    public var excited: Double

    /// Times in microseconds, and the population of |1⟩ at rest in 0...1.
    public init(t1Us: Double, t2Us: Double, excited: Double = 0) {
      self.t1Us = t1Us
      self.t2Us = t2Us
      self.excited = excited
    }
  }

  /// Times in nanoseconds, each at least 0.
  public struct Durations: Hashable, Sendable {
    /// The time of a gate on one qubit.
    public var singleQubitNs: Double
    /// The time of a gate on two or more qubits.
    public var multiQubitNs: Double
    /// The time of a measurement; one with a reset takes `resetNs` more.
    public var measureNs: Double
    /// The time of a reset.
    public var resetNs: Double
    /// The times of particular gates, which take precedence over the others.
    public var gatesNs: [Gate: Double]

    /// Times in nanoseconds, each at least 0.
    public init(
      singleQubitNs: Double, multiQubitNs: Double, measureNs: Double, resetNs: Double,
      gatesNs: [Gate: Double] = [:]
    ) {
      self.singleQubitNs = singleQubitNs
      self.multiQubitNs = multiQubitNs
      self.measureNs = measureNs
      self.resetNs = resetNs
      self.gatesNs = gatesNs
    }

    /// The time an operation on a group of qubits takes; one that measures and resets takes both.
    func duration(of definition: GateDefinition, width: Int) -> Double {
      if let time = gatesNs[definition.gate] { return time }
      if definition.isMeasurement { return measureNs + (definition.isReset ? resetNs : 0) }
      if definition.isReset { return resetNs }
      return width <= 1 ? singleQubitNs : multiQubitNs
    }
  }

  /// The decay of every qubit that is not in `qubitTimes`.
  public var times: Times
  /// Qubits that differ from `times`.
  public var qubitTimes: [Int: Times]
  /// How long gates, measurements and resets take.
  public var durations: Durations
  /// Whether the decay is replaced by the Pauli channel with the same probabilities of errors.
  public var isTwirled: Bool

  /// A decay during every gate, measurement and reset, for as long as each takes.
  ///
  /// - Parameters:
  ///   - times: decay of every qubit that is not in `qubitTimes`.
  ///   - qubitTimes: decay of particular qubits.
  ///   - durations: how long gates, measurements and resets take.
  ///   - isTwirled: whether the decay is replaced by the Pauli channel with the same probabilities.
  public init(
    _ times: Times, qubitTimes: [Int: Times] = [:], durations: Durations, isTwirled: Bool = false
  ) {
    self.times = times
    self.qubitTimes = qubitTimes
    self.durations = durations
    self.isTwirled = isTwirled
  }

  /// The noise on a qubit over a time in nanoseconds.
  ///
  /// - Source: [NielsenChuang10], section 8.3; for the Pauli twirl [GhoshFowlerGeller12].
  func noise(on qubit: Int, over timeNs: Double) -> (gate: Gate, arguments: [Double]) {
    let times = qubitTimes[qubit] ?? times
    let (t1, t2) = (times.t1Us * 1000, times.t2Us * 1000)
    let (gamma, lambda) = KrausChannel.relaxation(time: timeNs, t1: t1, t2: t2)
    guard isTwirled else { return (.thermalRelaxation, [gamma, lambda, times.excited]) }
    let dephasing = -Double.expMinusOne(-timeNs / t2)
    let z = max(0, dephasing / 2 - gamma / 4)
    return (.pauliChannel1, [gamma / 4, gamma / 4, z])
  }
}
