import QuantumCore
import RealModule

/// Gates and channels beyond Stim's, written as one of Stim's with a tag: `S[T]`,
/// `I[R_X(theta=0.3*pi)]`, `I_ERROR[AMPLITUDE_DAMPING(gamma=0.1)]`.
enum StimTag {
  /// The gate a tagged Clifford stands for.
  struct Form {
    let gate: Gate
    let arguments: [Double]
    /// The tag as it was, where writing the gate would spell it differently; otherwise empty.
    let tag: String
  }

  /// A tag that names a gate but not properly.
  struct Malformed: Error {
    let message: String
    let hint: String?
  }

  private struct Key: Hashable {
    let base: Gate
    let name: String
  }

  private static let gates: [Key: Gate] = {
    var table: [Key: Gate] = [:]
    for definition in GateCatalog.all {
      switch definition.stimForm {
      case .tag(let base, let name), .tagWithArguments(let base, let name):
        table[Key(base: base, name: name)] = definition.gate
      case .instruction, .none: break
      }
    }
    return table
  }()
  private static let bases = Set(gates.keys.map(\.base))
}

// MARK: - Reading

extension StimTag {
  /// The gate that `base[tag]` stands for; `nil` if the tag is the user's own.
  static func form(of base: Gate, tag: String) throws(Malformed) -> Form? {
    guard !tag.isEmpty, bases.contains(base) else { return nil }
    var scanner = FormulaScanner(tag)
    guard let name = scanner.readName(), let gate = gates[Key(base: base, name: name)] else {
      return nil
    }
    var arguments: [Double] = []
    if scanner.skip("(") {
      arguments = try readArguments(of: gate, from: &scanner)
    } else if !scanner.isAtEnd {
      return nil
    } else if gate.definition.argumentCount.lowerBound > 0 {
      throw malformed(
        gate, "the tag \(name) needs its \(gate.definition.isUnitary ? "angles" : "arguments")")
    }
    let written = spelling(of: gate, arguments: arguments)
    let isSame = written?.gate == base && written?.tag == tag
    return Form(gate: gate, arguments: arguments, tag: isSame ? "" : tag)
  }

  private static func malformed(_ gate: Gate, _ message: String) -> Malformed {
    Malformed(message: message, hint: example(of: gate).map { "write \($0)" })
  }

  private static func readArguments(
    of gate: Gate, from scanner: inout FormulaScanner
  ) throws(Malformed) -> [Double] {
    let parameters = gate.definition.parameters
    if parameters.isEmpty { return try readNumbers(of: gate, from: &scanner) }
    var values: [String: Double] = [:]
    repeat {
      guard let name = scanner.readName(), parameters.contains(name) else {
        throw malformed(gate, "the tag does not give \(list(parameters)) by name")
      }
      guard scanner.skip("="), let value = scanner.readFormula(values: [:]), value.isFinite else {
        let kind = gate.definition.isUnitary ? "an angle such as 0.3*pi" : "a number such as 0.01"
        throw malformed(gate, "the value of \(name) is not \(kind)")
      }
      guard values.updateValue(value, forKey: name) == nil else {
        throw malformed(gate, "\(name) is given twice")
      }
    } while scanner.skip(",")
    guard scanner.skip(")"), scanner.isAtEnd else {
      throw malformed(gate, "the tag does not end after its arguments")
    }
    for name in parameters where values[name] == nil {
      throw malformed(gate, "the tag does not give \(name)")
    }
    return parameters.map { values[$0]! }
  }

  /// `1,0,0.5)`: as many numbers as the gate may take.
  private static func readNumbers(
    of gate: Gate, from scanner: inout FormulaScanner
  ) throws(Malformed) -> [Double] {
    var numbers: [Double] = []
    let limit = gate.definition.argumentCount.upperBound
    repeat {
      guard let value = scanner.readFormula(values: [:]), value.isFinite else {
        throw malformed(gate, "argument \(numbers.count + 1) of the tag is not a number")
      }
      guard numbers.count < limit else {
        throw malformed(gate, "\(gate.name) takes at most \(limit) arguments")
      }
      numbers.append(value)
    } while scanner.skip(",")
    guard scanner.skip(")"), scanner.isAtEnd else {
      throw malformed(gate, "the tag does not end after its arguments")
    }
    return numbers
  }

  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "no arguments" : names.joined(separator: ", ")
  }
}

// MARK: - Writing

extension StimTag {
  /// How the writer spells a gate without a tag of its own, as a Stim gate and a tag; `nil` if only
  /// through other gates.
  ///
  /// Single-qubit gates that are Cliffords for these arguments are written as those.
  static func spelling(of gate: Gate, arguments: [Double]) -> (gate: Gate, tag: String)? {
    switch gate.definition.stimForm {
    case .instruction: (gate, "")
    case .tag(let base, let name): (base, name)
    case .tagWithArguments(let base, let name):
      if let clifford = CliffordMatch.gate(equalTo: gate, arguments: arguments) {
        (clifford, "")
      } else {
        (base, name + text(of: arguments, for: gate))
      }
    case .none: nil
    }
  }

  private static func text(of arguments: [Double], for gate: Gate) -> String {
    guard gate.definition.isUnitary else { return numberText(of: arguments, for: gate) }
    let parts = zip(gate.definition.parameters, arguments).map { "\($0)=\(halfTurns($1))*pi" }
    return "(" + parts.joined(separator: ",") + ")"
  }

  private static func numberText(of arguments: [Double], for gate: Gate) -> String {
    let names = gate.definition.parameters
    let parts = arguments.indices.map { index in
      (names.isEmpty ? "" : names[index] + "=") + decimal(arguments[index])
    }
    return "(" + parts.joined(separator: ",") + ")"
  }

  /// The shortest decimal c for which c·π is the angle; the nearest one where no double c gives it
  /// exactly.
  ///
  /// A large angle that no c gives is written as one with the same sine and cosine, of its half
  /// too.
  static func halfTurns(_ angle: Double) -> String {
    let ratio = angle / .pi
    let candidates = [ratio, ratio.nextUp, ratio.nextDown, ratio.nextUp.nextUp]
    let exact = candidates.filter { $0 * .pi == angle }.map(decimal)
    if let shortest = exact.min(by: { $0.utf8.count < $1.utf8.count }) { return shortest }
    let reduced = Angle.reducedWithinTwoTurns(angle)
    return reduced == angle ? decimal(ratio) : halfTurns(reduced)
  }

  private static func decimal(_ value: Double) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The instruction that carries a gate's tag; `nil` if the gate is not written as a tag.
  static func base(of gate: Gate) -> Gate? {
    switch gate.definition.stimForm {
    case .tag(let base, _), .tagWithArguments(let base, _): base
    case .instruction, .none: nil
    }
  }

  /// How a gate that Stim lacks is written in a `.stim` file, for hints; `nil` if not as a tag.
  static func example(of gate: Gate) -> String? {
    let definition = gate.definition
    switch definition.stimForm {
    case .tag(let base, let name): return "\(base.name)[\(name)]"
    case .tagWithArguments(let base, let name):
      let value =
        definition.isUnitary ? "0.3*pi" : definition.argumentRule == .durations ? "100" : "0.01"
      let arguments = definition.parameters.map { "\($0)=\(value)" }.joined(separator: ",")
      return "\(base.name)[\(name)(\(arguments.isEmpty ? "1,0,…" : arguments))]"
    case .instruction, .none: return nil
    }
  }
}

/// Finds the Clifford of the catalog that a matrix is.
enum CliffordMatch {
  private static let tolerance = 1e-12
  private static let known: [(gate: Gate, matrix: ComplexMatrix)] =
    GateCatalog.all.compactMap { definition in
      guard definition.isClifford, definition.isStimGate else { return nil }
      return definition.matrix.map { (definition.gate, $0([])) }
    }

  /// The Clifford equal to a gate of one or two qubits, with its global phase if possible; `nil` if
  /// there is none.
  static func gate(equalTo gate: Gate, arguments: [Double]) -> Gate? {
    guard let matrix = gate.definition.matrix?(arguments[...]) else { return nil }
    return self.gate(equalTo: matrix)
  }

  static func gate(equalTo matrix: ComplexMatrix) -> Gate? {
    guard matrix.rowCount == 2 || matrix.rowCount == 4 else { return nil }
    // The entries of these Cliffords have length 0, 1/2, √½ or 1.
    let length = matrix[0, 0].length
    guard [0, 0.5, 0.5.squareRoot(), 1].contains(where: { abs($0 - length) <= tolerance }) else {
      return nil
    }
    let sized = known.filter { $0.matrix.rowCount == matrix.rowCount }
    return sized.first { $0.matrix.distance(to: matrix) <= tolerance }?.gate
      ?? sized.first { matrix.distanceUpToPhase(to: $0.matrix) <= tolerance }?.gate
  }
}
