/// How a gate or circuit maps one Pauli product to another: `X_ -> XX`, `Z -> rec[-1]`, `1 -> Z`.
///
/// Qubit 0 is leftmost. A circuit has the flow `P -> Q xor rec[…]` when measuring P before and Q
/// after it gives results that differ by the XOR of the records; records may also be summed up as
/// observables, `obs[k]`.
public struct StabilizerFlow: Hashable, Sendable {
  /// The Pauli string before the circuit; without factors, the identity.
  public let input: PauliString
  /// The Pauli string after the circuit, with the sign of the flow.
  public let output: PauliString
  /// Lookbacks k of the records `rec[-k]` that take part.
  public let records: [Int]
  /// Indices k of the records `rec[k]`, counted from the start, that take part.
  public let measurements: [Int]
  /// Observables `obs[k]` that take part with all they include.
  public let observables: [Int]

  /// A flow from one Pauli string to another.
  ///
  /// - Parameters:
  ///   - input: the string before the circuit.
  ///   - output: the string after it.
  ///   - records: lookbacks k of the records `rec[-k]` that take part.
  ///   - measurements: indices k of the records `rec[k]`, from the start, that take part.
  ///   - observables: observables `obs[k]` that take part with all they include.
  public init(
    input: PauliString, output: PauliString, records: [Int] = [], measurements: [Int] = [],
    observables: [Int] = []
  ) {
    self.input = input
    self.output = output
    self.records = records
    self.measurements = measurements
    self.observables = observables
  }

  /// Reads one flow; `nil` if malformed.
  ///
  /// Paulis are written out, `X_Z`, or by place, `X0*Z2`; 1 is the identity, and a minus sign may
  /// stand before either.
  public init?(_ text: String) {
    let words = text.split(separator: " ").map(String.init)
    guard let arrow = words.firstIndex(of: "->"), arrow == 1, words.count >= 3,
      let input = Self.paulis(words[0])
    else { return nil }
    var output: PauliString?
    var (records, measurements, observables): ([Int], [Int], [Int]) = ([], [], [])
    for (position, rawWord) in words[2...].enumerated() where rawWord != "xor" {
      var word = rawWord
      if position == 0, word.hasPrefix("-rec[") || word.hasPrefix("-obs[") {
        output = PauliString([], phaseExponent: 2)
        word.removeFirst()
      }
      if let index = Self.index(word, after: "rec[") {
        if index < 0 { records.append(-index) } else { measurements.append(index) }
      } else if let index = Self.index(word, after: "obs["), index >= 0 {
        observables.append(index)
      } else if output == nil, position == 0, let paulis = Self.paulis(word) {
        output = paulis
      } else {
        return nil
      }
    }
    self.init(
      input: input, output: output ?? PauliString(count: 0), records: records,
      measurements: measurements, observables: observables)
  }

  private static func index(_ word: String, after prefix: String) -> Int? {
    guard word.hasPrefix(prefix), word.hasSuffix("]"),
      let index = Int(word.dropFirst(prefix.count).dropLast()), index > Int.min
    else { return nil }
    return index
  }

  private static func paulis(_ word: String) -> PauliString? {
    let sign = word.prefix { $0 == "-" || $0 == "+" }
    guard sign.count <= 1 else { return nil }
    let body = word.dropFirst(sign.count)
    if body == "1" { return PauliString([], phaseExponent: sign == "-" ? 2 : 0) }
    guard body.contains(where: \.isNumber) else { return PauliString(word) }
    var product = PauliString(count: 0)
    for factor in body.split(separator: "*", omittingEmptySubsequences: false) {
      guard let letter = factor.first, let pauli = Pauli(letter), letter != "_",
        let qubit = Int(factor.dropFirst()), (0..<Target.qubitLimit).contains(qubit)
      else { return nil }
      var single = PauliString(count: qubit + 1)
      single[qubit] = pauli
      product = product * single
    }
    return sign == "-" ? -product : product
  }
}

extension StabilizerFlow: CustomStringConvertible {
  /// Stim's form: `X_ -> -XX xor rec[0]`, `1 -> -rec[3]`.
  public var description: String {
    let marks =
      measurements.map { "rec[\($0)]" } + records.map { "rec[-\($0)]" }
      + observables.map { "obs[\($0)]" }
    var right = Self.text(output)
    if output.weight == 0, !marks.isEmpty {
      right = (output.phaseExponent == 2 ? "-" : "") + marks.joined(separator: " xor ")
    } else if !marks.isEmpty {
      right += " xor " + marks.joined(separator: " xor ")
    }
    return "\(Self.text(input)) -> \(right)"
  }

  private static func text(_ paulis: PauliString) -> String {
    let full = paulis.description
    if paulis.weight == 0 { return full.hasPrefix("-") ? "-1" : "1" }
    return full.hasPrefix("+") ? String(full.dropFirst()) : full
  }
}
