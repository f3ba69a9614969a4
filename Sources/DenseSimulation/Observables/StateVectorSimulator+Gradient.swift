import ComplexModule
import QuantumCore

extension StateVectorSimulator {
  /// ⟨H⟩ at the end of a circuit, and its derivative by every angle of every gate, in one pass
  /// there and one back.
  ///
  ///     let gradient = try StateVectorSimulator().gradient(of: hamiltonian, in: circuit)
  ///     print(gradient.value, gradient.derivatives)
  ///
  /// All gates of the catalog with angles take part, under any controls; the numbers of `unitary`
  /// are no angles. Measurements that nothing follows change nothing.
  ///
  /// - Returns: derivatives in the order of the circuit, to rounding; see `ObservableGradient`.
  /// - Throws: `Obstacle` for noise, resets, control flow and measurements that gates follow, with
  ///   the place, and where two states do not fit into memory; `CancellationError`.
  /// - Complexity: about four times that of the expectation value, whatever the number of angles.
  ///   Two states of memory.
  /// - Source: [JonesGacon20].
  public func gradient(
    of observable: PauliSum, in circuit: Circuit, options: SimulationOptions = SimulationOptions()
  ) throws -> ObservableGradient {
    switch options.precision {
    case .double:
      try gradient(of: observable, in: circuit, options: options, from: nil as StateVector<Double>?)
    case .single:
      try gradient(of: observable, in: circuit, options: options, from: nil as StateVector<Float>?)
    }
  }

  /// As `gradient(of:in:options:)`, from a state of the live qubits.
  public func gradient<S: Scalar>(
    of observable: PauliSum, in circuit: Circuit, options: SimulationOptions,
    from initialState: StateVector<S>?
  ) throws -> ObservableGradient {
    var options = options
    options.precision = S.precision
    let live = LiveQubits(of: circuit, startingFrom: initialState?.qubitCount)
    try Self.checkMemory(
      qubitCount: live.count, stateCount: initialState == nil ? 2 : 3, options: options)
    let differentiable = try DifferentiableCircuit(circuit, live: live, options: options)
    let terms = Self.terms(of: observable, live: live)

    let ket: StateVector<S> = try finalState(of: circuit, options: options, from: initialState)
      .state
    guard let bra = ket.applying(terms) else {
      throw Self.lackOfMemory(qubitCount: live.count, available: 0, precision: S.precision)
    }
    let value = ket.innerProduct(with: bra).real
    var pass = AdjointGradient(ket: ket, bra: bra, argumentCount: differentiable.arguments.count)
    _ = consume ket
    _ = consume bra
    let derivatives = try pass.run(GradientBlocks(differentiable.steps).blocks) { fraction in
      if let progress = options.progress, !progress(fraction) { throw CancellationError() }
    }
    var entries = differentiable.arguments
    for (place, derivative) in derivatives.enumerated() { entries[place].derivative = derivative }
    return ObservableGradient(value: value, entries: entries)
  }

  /// The terms on positions of live qubits. Others are |0⟩: a Z on them is 1, an X or Y makes the
  /// term 0.
  static func terms(of observable: PauliSum, live: LiveQubits) -> [PauliSumPlan.Term] {
    observable.terms.compactMap { term in
      var product = PauliProduct()
      for (qubit, pauli) in term.pauli.factors {
        if let position = live.position(of: qubit) {
          product.multiply(by: PauliProduct(pauli, on: position))
        } else if pauli.hasX {
          return nil
        }
      }
      return PauliSumPlan.Term(term.coefficient, product)
    }
  }

  private static func checkMemory(
    qubitCount: Int, stateCount: UInt64, options: SimulationOptions
  ) throws(Obstacle) {
    let required = StateMemory.bytes(qubitCount: qubitCount, precision: options.precision)
      .saturatingMultiply(stateCount)
    let available = options.memoryLimit ?? .max
    guard required > available || qubitCount > MemoryAdvice.mostQubits else { return }
    throw lackOfMemory(
      qubitCount: qubitCount, stateCount: stateCount, available: available,
      precision: options.precision)
  }

  private static func lackOfMemory(
    qubitCount: Int, stateCount: UInt64 = 2, available: UInt64, precision: Precision
  ) -> Obstacle {
    let one = StateMemory.bytes(qubitCount: qubitCount, precision: precision)
    let required = one.saturatingMultiply(stateCount)
    let size =
      qubitCount >= 59
      ? "\(stateCount) × 2^\(qubitCount) × \(precision.bytesPerAmplitude) B"
      : ByteText.text(required)
    return Obstacle(
      .memory(required: required, available: available),
      "a gradient needs \(size) for \(stateCount) states of \(qubitCount) qubits"
        + MemoryAdvice.shortage(available),
      hint: MemoryAdvice.hint(
        MemoryAdvice.forStates(
          qubitCount: qubitCount, count: stateCount, precision: precision, available: available)))
  }
}
