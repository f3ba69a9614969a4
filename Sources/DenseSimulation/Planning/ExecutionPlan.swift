import QuantumCore

/// Unitary gates of a stretch of a circuit as steps for the kernels: what fusion made of them, and which code runs each.
///
/// A plan depends on the gates and options only, never on `threads`.
public struct ExecutionPlan: Sendable {
  /// One pass over the state.
  public struct Step: Sendable {
    package var gate: GateApplication
    /// Gates of the circuit that the step stands for.
    public let gateCount: Int
    /// `simd` or `blas`.
    public let route: KernelRoute
    /// In sweeps over the state.
    public let cost: Double

    /// `dense`, `diagonal`, `permutation` or `pauli`.
    public var kind: String {
      switch gate.action {
      case .dense: "dense"
      case .diagonal: "diagonal"
      case .permutation: "permutation"
      case .pauli: "pauli"
      }
    }
    /// Positions of the targets among the live qubits, in the order of the gate.
    public var targets: [Int] {
      guard case .pauli(let product, _, _) = gate.action else { return gate.targets }
      return (0..<64).filter { (product.x | product.z) >> UInt64($0) & 1 == 1 }
    }
    /// Positions of the controls among the live qubits, ascending.
    public var controls: [Int] { (0..<64).filter { gate.controlMask >> UInt64($0) & 1 == 1 } }
  }

  public let steps: [Step]

  package init(
    _ gates: [GateApplication], fusing: Bool, kernel: KernelRoute, model: CostModel = .standard
  ) {
    let fused =
      fusing
      ? GateFusion.fused(gates, model: model) : gates.map { FusedStep(gate: $0, gateCount: 1) }
    steps = fused.filter { !$0.gate.isIdentity }.map { step in
      Step(
        gate: step.gate, gateCount: step.gateCount, route: model.route(step.gate, choice: kernel),
        cost: model.cost(step.gate))
    }
  }

  /// In sweeps over the state.
  public var cost: Double { steps.reduce(0) { $0 + $1.cost } }
}

/// A plan whose coefficients are laid out for the kernels of one table.
package struct CompiledPlan: Sendable {
  private enum Step: Sendable {
    case kernel(CompiledStep)
    case product(GateApplication, ComplexMatrix)
  }
  private let steps: [Step]

  /// - Throws: `Obstacle` when memory runs out, or OpenBLAS is asked for and missing.
  package init(_ plan: ExecutionPlan, qubitCount: Int, table: KernelTable) throws(Obstacle) {
    var steps: [Step] = []
    steps.reserveCapacity(plan.steps.count)
    for step in plan.steps {
      if step.route == .blas, let matrix = step.gate.matrix {
        if let reason = BLAS.missing {
          throw Obstacle(.option, "OpenBLAS cannot be used: \(reason)", hint: "use --kernel simd")
        }
        steps.append(.product(step.gate, matrix))
      } else if let compiled = CompiledStep(step.gate, qubitCount: qubitCount, table: table) {
        steps.append(.kernel(compiled))
      } else {
        throw Obstacle(
          .memory(required: 0, available: 0), "no memory for the coefficients of the gates")
      }
    }
    self.steps = steps
  }

  package var stepCount: Int { steps.count }

  /// Applies the steps in order; `onStep` is asked after each whether to go on.
  package func run<S: Scalar>(
    on state: inout StateVector<S>, onStep: () throws -> Void = {}
  ) rethrows {
    let (executor, count) = (state.executor, state.qubitCount)
    try state.withUniquePointer { pointer in
      for step in steps {
        switch step {
        case .kernel(let compiled):
          compiled.run(on: UnsafeMutableRawPointer(pointer), with: executor)
        case .product(let gate, let matrix):
          _ = BLAS.apply(matrix, of: gate, to: pointer, qubitCount: count, with: executor)
        }
        try onStep()
      }
    }
  }
}
