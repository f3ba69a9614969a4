import ComplexModule
import QuantumCore

/// Unitary gates of a stretch of a circuit as sweeps over the state: which gates each applies, what
/// fusion made of them, and which code runs each.
///
/// A plan depends on the gates and options only, never on `threads`.
public struct ExecutionPlan: Sendable {
  /// What kernels do at a time.
  public struct Step: Sendable {
    package let action: FusedAction
    package let turned: UInt64
    package let kept: UInt64
    /// Gates of the circuit that the step stands for.
    public let gateCount: Int
    /// The code that applies the step: `simd` or `blas`.
    public let route: KernelRoute
    /// What the step costs, in processor cycles for 64 bytes of the state.
    public let cost: Double

    /// `dense`, `diagonal`, `permutation`, `pauli`, `phases`, `rotations` or `interactions`.
    public var kind: String {
      switch action {
      case .phases: "phases"
      case .rotations: "rotations"
      case .interactions: "interactions"
      case .gate(let gate):
        switch gate.action {
        case .dense: "dense"
        case .diagonal: "diagonal"
        case .permutation: "permutation"
        case .pauli: "pauli"
        }
      }
    }

    /// Positions of the targets among the live qubits; for gates in the order of the gate.
    public var targets: [Int] {
      switch action {
      case .phases(let phases): phases.qubitMask.bitPositions
      case .rotations(let rotations): rotations.map(\.qubit)
      case .interactions(let pairs): pairs.flatMap { [$0.p, $0.q] }
      case .gate(let gate):
        if case .pauli(let product, _, _) = gate.action {
          (product.x | product.z).bitPositions
        } else {
          gate.targets
        }
      }
    }

    /// Positions of the controls among the live qubits, ascending.
    public var controls: [Int] {
      if case .gate(let gate) = action { gate.controlMask.bitPositions } else { [] }
    }

    /// Real additions and multiplications for each amplitude of the state.
    public var flopsPerAmplitude: Double {
      switch action {
      case .phases: return 12
      case .rotations(let rotations): return 2 + 4 * Double(rotations.count)
      case .interactions(let pairs): return 12 + 12 * Double(pairs.count)
      case .gate(let gate):
        let part = 1 / Double(UInt64(1) << UInt64(min(60, gate.controlMask.nonzeroBitCount)))
        switch gate.action {
        case .dense: return 8 * Double(1 << gate.targets.count) * part
        case .diagonal: return 6 * part
        case .permutation: return 0
        case .pauli: return 14
        }
      }
    }
  }

  /// One pass over the state.
  public struct Sweep: Sendable {
    /// The qubits whose amplitudes are brought together in cache, ascending; empty where a single
    /// step is applied to the state as it lies.
    public let localQubits: [Int]
    /// What is applied to each chunk in cache, in order.
    public let steps: [Step]
    /// Qubits that may be other than |0⟩ before the sweep; amplitudes outside are zero and are not
    /// read.
    package let support: UInt64
  }

  /// The passes over the state, in order.
  public let sweeps: [Sweep]
  /// The number of qubits of the state.
  public let qubitCount: Int
  package let precision: Precision
  package let chunk: ChunkSize

  /// How much of the state is brought into cache at a time.
  package struct ChunkSize: Sendable {
    /// A chunk has 2^bits amplitudes.
    package var bits: Int
    /// Memory is read in runs of 2^runBits neighbouring amplitudes at least.
    package var runBits: Int

    package init(bits: Int, runBits: Int) {
      self.bits = bits
      self.runBits = runBits
    }

    /// Half of a second-level cache of 1 MiB, in runs of 256 bytes.
    package static func standard(_ precision: Precision) -> ChunkSize {
      precision == .single ? ChunkSize(bits: 16, runBits: 5) : ChunkSize(bits: 15, runBits: 4)
    }
  }

  /// - Parameters:
  ///   - startsFromZero: the state before is |0…0⟩. Qubits may then be renamed, and amplitudes that
  ///     are still zero are left alone.
  ///   - fusing: otherwise each gate is a sweep of its own.
  package init(
    _ gates: [GateApplication], qubitCount: Int, precision: Precision,
    startsFromZero: Bool = false, fusing: Bool, kernel: KernelRoute, model: CostModel = .standard,
    chunk: ChunkSize? = nil
  ) {
    self.qubitCount = qubitCount
    self.precision = precision
    let chunk = chunk ?? .standard(precision)
    self.chunk = chunk
    let all: UInt64 = qubitCount >= 64 ? .max : (1 << UInt64(qubitCount)) - 1
    guard fusing else {
      sweeps = gates.filter { !$0.isIdentity }.map { gate in
        let planned = PlannedGate(gate)
        let step = Step(
          action: .gate(gate), turned: planned.turned, kept: planned.kept, gateCount: 1,
          route: model.route(gate, choice: kernel), cost: model.cost(planned))
        return Sweep(localQubits: [], steps: [step], support: all)
      }
      return
    }
    var planned = gates.filter { !$0.isIdentity }.map { PlannedGate($0) }
    if startsFromZero { planned = Relabelling.withoutSwaps(planned) }
    planned = Simplification.simplified(planned)
    guard kernel != .blas else {
      // Matrix products work on panels of their own.
      sweeps = GateFusion.fused(planned, model: model).map {
        Sweep(localQubits: [], steps: [Step($0, kernel, model)], support: all)
      }
      return
    }
    let blocking = CacheBlocking(
      qubitCount: qubitCount, chunkBits: chunk.bits, runBits: chunk.runBits)
    let zero: UInt64 = startsFromZero ? 0 : all
    let candidates = Self.candidates(
      planned, qubitCount: qubitCount, isBlocked: qubitCount > blocking.chunkBits, model
    )
    .map { Self.sweeps($0, blocking, support: zero, kernel, model) }
    func seconds(_ sweeps: [Sweep]) -> Double {
      Self.seconds(for: sweeps, qubitCount: qubitCount, precision)
    }
    sweeps =
      candidates.count == 1
      ? candidates[0] : candidates.min { seconds($0) < seconds($1) } ?? []
  }

  /// Gates as they are can be taken apart by the choice of chunks, pairs merged beforehand cannot:
  /// which is better is tried where it is not plain.
  private static func candidates(
    _ gates: [PlannedGate], qubitCount: Int, isBlocked: Bool, _ model: CostModel
  ) -> [[PlannedGate]] {
    let hasPairs = gates.contains { $0.turned.nonzeroBitCount == 2 || $0.kept != 0 }
    let splits = hasPairs && qubitCount >= model.narrowestInteraction
    guard isBlocked || splits else { return [gates] }
    var pairs = GateFusion.pairs(gates, model: model)
    if splits, let split = InteractionSplitting.split(pairs) {
      pairs = split
    } else if !isBlocked {
      return [gates]
    }
    let single = gates.reduce(0) { $0 + model.crowdCost($1) }
    let paired = pairs.reduce(0) { $0 + model.crowdCost($1) }
    if paired < 0.6 * single { return [pairs] }
    return paired > 1.2 * single ? [gates] : [gates, pairs]
  }

  private static func sweeps(
    _ gates: [PlannedGate], _ blocking: CacheBlocking, support: UInt64, _ kernel: KernelRoute,
    _ model: CostModel
  ) -> [Sweep] {
    let all = blocking.allQubits
    var support = support
    var sweeps: [Sweep] = []
    for batch in blocking.batches(gates) {
      let steps = GateFusion.fused(batch.gates, local: batch.local ?? .max, model: model).map {
        Step($0, kernel, model)
      }
      let after = steps.reduce(support) { $0 | $1.turned }
      if let local = batch.local, steps.count > 1 || support != all {
        sweeps.append(Sweep(localQubits: local.bitPositions, steps: steps, support: support))
      } else {
        for step in steps { sweeps.append(Sweep(localQubits: [], steps: [step], support: all)) }
      }
      support = after
    }
    return sweeps
  }

  /// The number of steps in all sweeps.
  ///
  /// - Complexity: O(sweeps).
  public var stepCount: Int { sweeps.reduce(0) { $0 + $1.steps.count } }
  /// The number of the circuit's gates that the steps stand for.
  ///
  /// - Complexity: O(steps).
  public var gateCount: Int {
    sweeps.reduce(0) { $0 + $1.steps.reduce(0) { $0 + $1.gateCount } }
  }

  /// Bytes read and written, were none of the state in cache.
  public var bytes: Double {
    let state = StateMemory.bytes(qubitCount: qubitCount, precision: precision)
    return sweeps.reduce(0) { $0 + 2 * Double(state) * $1.activeFraction(qubitCount: qubitCount) }
  }

  /// Real additions and multiplications.
  public var flops: Double {
    let amplitudes = Double(sign: .plus, exponent: qubitCount, significand: 1)
    return sweeps.reduce(0) { sum, sweep in
      let steps = sweep.steps.reduce(0) { $0 + $1.flopsPerAmplitude }
      return sum + steps * amplitudes * sweep.activeFraction(qubitCount: qubitCount)
    }
  }

  /// Seconds on one core: cycles at 3.5 GHz beside 18 GB/s from and to memory. A guess, good to a
  /// factor of about two.
  public var estimatedSeconds: Double {
    Self.seconds(for: sweeps, qubitCount: qubitCount, precision)
  }

  private static func seconds(
    for sweeps: [Sweep], qubitCount: Int, _ precision: Precision
  ) -> Double {
    let state = Double(StateMemory.bytes(qubitCount: qubitCount, precision: precision))
    let isInCache = state < 8 * 1024 * 1024
    return sweeps.reduce(0) { sum, sweep in
      let part = sweep.activeFraction(qubitCount: qubitCount)
      let cycles = sweep.steps.reduce(0) { $0 + $1.cost }
      let compute = state / 64 * cycles * part / 3.5e9
      let memory = isInCache ? 0 : 2 * state * part / 18e9
      return sum + (sweep.localQubits.isEmpty ? max(compute, memory) : compute + memory) + 1e-6
    }
  }
}

extension ExecutionPlan.Sweep {
  /// The part of the state that the sweep works on.
  package func activeFraction(qubitCount: Int) -> Double {
    guard !localQubits.isEmpty else { return 1 }
    let local = localQubits.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
    let idle = qubitCount - (support | local).nonzeroBitCount
    return Double(sign: .plus, exponent: -idle, significand: 1)
  }
}

extension ExecutionPlan.Step {
  fileprivate init(_ step: FusedStep, _ choice: KernelRoute, _ model: CostModel) {
    var route = KernelRoute.simd
    if case .gate(let gate) = step.action { route = model.route(gate, choice: choice) }
    self.init(
      action: step.action, turned: step.turned, kept: step.kept, gateCount: step.gateCount,
      route: route, cost: step.cost)
  }
}

extension UInt64 {
  /// The positions of its ones, ascending.
  package var bitPositions: [Int] {
    var positions: [Int] = []
    var rest = self
    while rest != 0 {
      positions.append(rest.trailingZeroBitCount)
      rest &= rest - 1
    }
    return positions
  }
}
