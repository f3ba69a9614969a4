import QuantumCore

// What is wrong with a circuit, where, and what helps.

extension ErrorAnalysis {
  func diagnostic(of error: CircuitError) -> Diagnostic {
    Diagnostic(error.message + turn, code: error.code, at: place, hint: error.hint)
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
      code: "non-deterministic", at: place,
      hint: hasObservable
        ? "an observable must not depend on a result that is random"
        : "leave the detector out, or accept random ones with "
          + "'analyze_errors --allow_gauge_detectors'")
  }

  var endlessLoop: Obstacle {
    Obstacle(
      .unsupported,
      "2^14 turns of a repeat block all did something new, and more than 2^32 are left",
      hint: "detectors that compare ever more results cannot be folded; use fewer repetitions",
      range: place)
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

  /// Where the walk stands in the text, or the block around.
  private var place: SourceRange? {
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
