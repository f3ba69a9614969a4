/// Rules that turn a circuit into a noisy one.
///
/// Every rule sees the circuit as it is given: neither the noise it already has nor what other
/// rules add is noisy in turn. Rules before an instruction act in their order, then the
/// instruction, then the rules after it.
///
/// A *layer* is what stands between two TICKs; blocks begin and end layers too. A *round* of checks
/// begins with the first gate after a measurement, or of the circuit, if a gate on two or more
/// qubits comes before the next measurement. That measurement lasts until the next gate, TICK or
/// other annotation; the data qubits are the qubits of the circuit that it leaves alone.
public struct NoiseModel: Hashable, Sendable {
  /// What the user called it, such as `depolarizing` or the name of a file.
  public var name: String
  /// The rules in the order in which they are applied.
  public var rules: [NoiseRule]

  /// A model with the rules given.
  public init(name: String, rules: [NoiseRule]) {
    self.name = name
    self.rules = rules
  }

  /// The circuit with the errors of several models; earlier ones act nearer to the start of the
  /// list of rules.
  ///
  /// Repeat blocks stay folded; classical control is kept. Registers, classical bits and the record
  /// stay as they are.
  ///
  /// - Throws: a `Diagnostic` if the noisy circuit would be too large.
  /// - Complexity: linear in the instructions and in what is added.
  public static func applying(
    _ models: [NoiseModel], to circuit: Circuit
  ) throws(Diagnostic) -> NoisyCircuit {
    var application = NoiseApplication(circuit, rules: models.flatMap(\.rules))
    let noisy = try application.run()
    var firings: [NoisyCircuit.Firing] = []
    for model in models {
      for rule in model.rules {
        firings.append(
          .init(model: model.name, rule: rule.name, count: application.counts[firings.count]))
      }
    }
    return NoisyCircuit(circuit: noisy, firings: firings, notes: application.notes)
  }
}

/// A circuit with errors, and how they came about.
public struct NoisyCircuit: Sendable {
  /// How often a rule fired.
  public struct Firing: Hashable, Sendable {
    /// The name of the model that the rule belongs to.
    public let model: String
    /// The name of the rule.
    public let rule: String
    /// Errors added, as often as the circuit runs them: repeat blocks multiply, both sides of a
    /// branch count, loops of unknown length count once. Saturates.
    public let count: UInt64
  }

  /// The circuit with its noise.
  public let circuit: Circuit
  /// One for each rule, in order.
  public let firings: [Firing]
  /// What was approximated, each a sentence without a full stop.
  public let notes: [String]

  /// A circuit to which nothing was done.
  public init(circuit: Circuit) { self.init(circuit: circuit, firings: [], notes: []) }

  init(circuit: Circuit, firings: [Firing], notes: [String]) {
    self.circuit = circuit
    self.firings = firings
    self.notes = notes
  }

  /// What the user should know: approximations, and rules that never fired.
  public var warnings: [String] {
    notes
      + firings.filter { $0.count == 0 }.map {
        "noise '\($0.model)': the rule '\($0.rule)' never fired"
      }
  }
}
