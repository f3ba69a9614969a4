import QuantumCore

// What is wrong with a circuit, where, and what helps.

extension ErrorAnalysis {
  func diagnostic(of error: CircuitError) -> Diagnostic {
    let range = path.last.map {
      circuit.rangeOfFault(
        of: $0.block, at: $0.index, measurements: tracker.measurementCount)
    }
    return Diagnostic(
      error.message + turn, code: error.code, at: (range ?? nil) ?? place, hint: error.hint)
  }

  func diagnostic(of error: GaugeError) -> Diagnostic {
    let hasObservable = error.symptoms.contains(where: \.isObservable)
    let names = error.symptoms.prefix(6).map(name).joined(separator: ", ")
    let more = error.symptoms.count > 6 ? " and \(error.symptoms.count - 6) more" : ""
    let product = error.collapse.map { "\($0.pauli.letter)\($0.qubit)" }.joined(separator: "*")
    let what = path.isEmpty ? "the start of the circuit in |0⟩" : "the collapse of \(product)"
    return Diagnostic(
      "\(names)\(more) \(error.symptoms.count == 1 ? "is" : "are") random even without noise: "
        + "\(what) anticommutes with what is compared" + turn,
      code: "non-deterministic", at: place(of: error),
      hint: hasObservable
        ? "an observable must not depend on a result that is random"
        : "leave the detector out, or accept random ones with "
          + "'analyze_errors --allow_gauge_detectors'")
  }

  static func budget(for options: ErrorAnalyzer.Options) -> StepBudget {
    options.foldsLoops
      ? .ofReverseWalk(
        hint: "detectors that compare ever more results cannot be folded; use fewer repetitions",
        reason: "the turns of a repeat block all did something new, and following them")
      : .ofReverseWalk(hint: "fold the loops with 'analyze_errors --fold_loops'")
  }

  /// `D5 at (1, 2)`.
  func name(_ target: DetectorErrorModel.Target) -> String {
    guard target.isDetector else { return "L\(target.value)" }
    let coordinates = circuit.coordinates(ofDetector: target.value)
    if coordinates.isEmpty { return "D\(target.value)" }
    let list = coordinates.map { coordinate in
      Int64(exactly: coordinate).map { "\($0)" } ?? "\(coordinate)"
    }
    return "D\(target.value) at (\(list.joined(separator: ", ")))"
  }

  /// Where the collapse stands that makes something random; at the start of the circuit where that
  /// is declared.
  private func place(of error: GaugeError) -> SourceRange? {
    guard let frame = path.last else {
      return error.symptoms.first.flatMap { circuit.rangeOfDeclaration(of: $0) }
    }
    return circuit.range(ofCollapse: error.collapse, in: frame.block, at: frame.index) ?? place
  }

  /// Where some error stands that flips these and nothing else.
  func rangeOfError(flipping symptoms: [DetectorErrorModel.Target]) -> SourceRange? {
    let explanations = try? ErrorExplainer.locations(
      of: [symptoms], in: circuit)
    return explanations?.first?.locations.first?.range
  }

  /// Where the walk stands in the text, or the block around.
  var place: SourceRange? {
    path.reversed().lazy.compactMap { self.circuit.range(of: $0.block, at: $0.index) }.first
  }

  /// Which turn of the repeat blocks around the walk stands in.
  private var turn: String {
    let turns = path.compactMap { frame in
      frame.turn.map { "turn \($0.number) of \($0.count)" }
    }
    return turns.isEmpty ? "" : " (in \(turns.joined(separator: ", ")))"
  }
}
