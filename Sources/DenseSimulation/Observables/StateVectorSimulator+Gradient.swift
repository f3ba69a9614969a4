import ComplexModule
import QuantumCore

extension StateVectorSimulator.Compiled {
  /// ⟨H⟩ at the end of the circuit, and its derivative by every angle of every gate, in one pass
  /// there and one back.
  ///
  /// All gates of the catalog with angles take part, under any controls; the numbers of `unitary`
  /// are not angles. Measurements that nothing follows change nothing.
  ///
  /// - Returns: derivatives in the order of the circuit, to rounding; see `ObservableGradient`.
  /// - Throws: `Obstacle` for noise, resets, control flow and measurements that gates follow, with
  ///   the place, and where two states do not fit into memory; `CancellationError`.
  /// - Complexity: about four times that of the expectation value, whatever the number of angles.
  ///   Two states of memory.
  /// - Source: [JonesGacon20].
  public func gradient(of observable: PauliSum) throws -> ObservableGradient {
    switch options.precision {
    case .double: try gradient(as: Double.self, of: observable)
    case .single: try gradient(as: Float.self, of: observable)
    }
  }

  private func gradient<S: Scalar>(
    as type: S.Type, of observable: PauliSum
  ) throws -> ObservableGradient {
    try checkGradientMemory(stateCount: 2 + extraStates)
    let differentiable = try DifferentiableCircuit(
      circuit, live: live, program: program.program(.state))
    let terms = StateVectorSimulator.terms(of: observable, live: live)

    let ket: StateVector<S> = try finalState(as: S.self, seed: 0).state
    guard let bra = ket.applying(terms) else { throw lackOfGradientMemory(available: 0) }
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

  private func checkGradientMemory(stateCount: UInt64) throws(Obstacle) {
    let required = StateMemory.bytes(qubitCount: live.count, precision: options.precision)
      .saturatingMultiply(stateCount)
    let available = options.memoryLimit ?? .max
    guard required > available else { return }
    throw lackOfGradientMemory(stateCount: stateCount, available: available)
  }

  private func lackOfGradientMemory(stateCount: UInt64 = 2, available: UInt64) -> Obstacle {
    let (qubitCount, precision) = (live.count, options.precision)
    let one = StateMemory.bytes(qubitCount: qubitCount, precision: precision)
    let required = one.saturatingMultiply(stateCount)
    return Obstacle(
      .memory(required: required, available: available),
      "a gradient needs \(ByteText.text(required)) for \(stateCount) states of \(qubitCount) qubits"
        + MemoryAdvice.shortage(available),
      hint: MemoryAdvice.hint(
        MemoryAdvice.forStates(
          qubitCount: qubitCount, count: stateCount, precision: precision, available: available)))
  }
}

extension StateVectorSimulator {
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
}
