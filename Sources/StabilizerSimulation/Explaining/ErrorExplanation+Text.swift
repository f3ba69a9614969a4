import QuantumCore

/// Writes explanations of a circuit's errors as Stim prints them.
///
///     var writer = ErrorExplanationWriter(circuit) { "\($0)" }
///     for explanation in explanations { print(writer.text(of: explanation)) }
public struct ErrorExplanationWriter {
  fileprivate let circuit: Circuit
  fileprivate let number: (Double) -> String
  fileprivate let places: QubitPlaces
  /// Qubits with places, targets and lines that were looked at.
  package private(set) var work = 0

  /// A writer for the errors of one circuit.
  ///
  /// - Parameters:
  ///   - circuit: the circuit that was explained.
  ///   - number: how a number is written.
  /// - Complexity: O(instructions of the circuit).
  public init(_ circuit: Circuit, number: @escaping (Double) -> String) {
    (self.circuit, self.number) = (circuit, number)
    places = QubitPlaces(circuit, number)
    work = places.count
  }

  /// An explanation over several lines, without a newline at the end.
  ///
  /// - Complexity: O(length of the text), whatever the length of the circuit.
  public mutating func text(of explanation: ErrorExplanation) -> String {
    var lines = ["ExplainedError {"]
    let terms = explanation.symptoms.map { symptom in
      " \(symptom.target)" + ErrorExplanation.coordinates(symptom.coordinates, number)
    }
    lines.append("    dem_error_terms:" + terms.joined())
    if explanation.locations.isEmpty {
      lines.append("    [no single circuit error had these exact symptoms]")
    }
    for location in explanation.locations {
      lines += location.lines(circuit, places, number).map { "    " + $0 }
      work += location.targetRange.count
    }
    work += lines.count
    return (lines + ["}"]).joined(separator: "\n")
  }
}

extension ErrorExplanation {
  /// The explanation as Stim prints it, over several lines, without a newline at the end; for many
  /// of a circuit see `ErrorExplanationWriter`.
  ///
  /// - Parameters:
  ///   - circuit: the circuit that was explained.
  ///   - number: how a number is written.
  /// - Complexity: O(instructions of the circuit + length of the text).
  public func text(of circuit: Circuit, number: (Double) -> String) -> String {
    withoutActuallyEscaping(number) {
      var writer = ErrorExplanationWriter(circuit, number: $0)
      return writer.text(of: self)
    }
  }

  fileprivate static func coordinates(_ values: [Double], _ number: (Double) -> String) -> String {
    values.isEmpty ? "" : "[coords " + values.map(number).joined(separator: ",") + "]"
  }
}

extension ErrorLocation {
  fileprivate func lines(
    _ circuit: Circuit, _ places: QubitPlaces, _ number: (Double) -> String
  ) -> [String] {
    var lines: [String] = []
    let tag = circuit.tag(of: instruction)
    if !tag.isEmpty { lines.append("noise_tag: \(tag)") }
    if !flippedPaulis.isEmpty {
      lines.append("flipped_pauli_product: " + places.product(flippedPaulis))
    }
    if let flippedMeasurement {
      lines.append("flipped_measurement.measurement_record_index: \(flippedMeasurement.index)")
      if !flippedMeasurement.observable.isEmpty {
        lines.append(
          "flipped_measurement.measured_observable: "
            + places.product(flippedMeasurement.observable))
      }
    }
    lines.append("Circuit location stack trace:")
    lines += trace(circuit, places, number).map { "    " + $0 }
    return ["CircuitErrorLocation {"] + lines.map { "    " + $0 } + ["}"]
  }

  private func trace(
    _ circuit: Circuit, _ places: QubitPlaces, _ number: (Double) -> String
  ) -> [String] {
    var lines = ["(after \(tickCount) TICKs)"]
    var around = "in the circuit"
    for frame in stack {
      let name = frame.repetitions.map { "a REPEAT \($0) block" } ?? instruction.gate.name
      lines.append("at instruction #\(frame.index + 1) (\(name)) \(around)")
      if frame.repetitions != nil {
        lines.append("after \(frame.completedTurns) completed iterations")
        around = "in the REPEAT block"
      }
    }
    let (first, last) = (targetRange.lowerBound + 1, targetRange.upperBound)
    lines.append(
      (first < last ? "at targets #\(first) to #\(last)" : "at target #\(first)")
        + " of the instruction")
    lines.append("resolving to " + resolved(circuit, places, number))
    return lines
  }

  /// The instruction with the targets concerned.
  private func resolved(
    _ circuit: Circuit, _ places: QubitPlaces, _ number: (Double) -> String
  ) -> String {
    let tag = circuit.tag(of: instruction)
    var text = instruction.gate.name + (tag.isEmpty ? "" : "[\(tag)]")
    let arguments = circuit.arguments(of: instruction)
    if !arguments.isEmpty { text += "(" + arguments.map(number).joined(separator: ", ") + ")" }
    let targets = circuit.targets(of: instruction).dropFirst(targetRange.lowerBound)
    var isJoined = false
    for target in targets.prefix(targetRange.count) {
      if target.isCombiner {
        text += "*"
        isJoined = true
        continue
      }
      text += (isJoined ? "" : " ") + target.description
      if let qubit = target.qubit { text += places.text(qubit) }
      isJoined = false
    }
    return text
  }
}

/// Where qubits are, for texts.
private struct QubitPlaces {
  private var texts: [Int: String] = [:]

  init(_ circuit: Circuit, _ number: (Double) -> String) {
    for (qubit, coordinates) in circuit.qubitCoordinates {
      texts[qubit] = ErrorExplanation.coordinates(coordinates, number)
    }
  }

  var count: Int { texts.count }

  func text(_ qubit: Int) -> String { texts[qubit] ?? "" }

  func product(_ factors: [ErrorLocation.Factor]) -> String {
    factors.map { "\($0.isInverted ? "!" : "")\($0.pauli.letter)\($0.qubit)\(text($0.qubit))" }
      .joined(separator: "*")
  }
}
