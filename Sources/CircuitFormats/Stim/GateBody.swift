import QuantumCore
import RealModule

/// The steps of a catalog gate's OpenQASM body for given arguments.
enum GateBody {
  struct Step {
    let gate: Gate
    let arguments: [Double]
    /// Indices into the gate's own qubits.
    let qubits: [Int]
  }

  /// The steps, in order; `nil` if the catalog has no body for the gate.
  static func steps(of gate: Gate, arguments: [Double]) -> [Step]? {
    let definition = gate.definition
    guard let body = definition.openQASMBody, arguments.count == definition.parameters.count else {
      return nil
    }
    // Sums of angles do not overflow or lose their digits.
    let angles = definition.isUnitary ? arguments.map(Angle.reducedWithinTwoTurns) : arguments
    let values = Dictionary(
      zip(definition.parameters, angles), uniquingKeysWith: { first, _ in first })
    var scanner = FormulaScanner(body)
    var steps: [Step] = []
    while !scanner.isAtEnd {
      guard let step = step(from: &scanner, values: values) else { return nil }
      steps.append(step)
    }
    return steps
  }

  private static func step(
    from scanner: inout FormulaScanner, values: [String: Double]
  ) -> Step? {
    guard let name = scanner.readName(), let gate = gatesByName[name] else { return nil }
    var arguments: [Double] = []
    if scanner.skip("(") {
      repeat {
        guard let value = scanner.readFormula(values: values), value.isFinite else { return nil }
        arguments.append(value)
      } while scanner.skip(",")
      guard scanner.skip(")") else { return nil }
    }
    var qubits: [Int] = []
    repeat {
      guard let qubit = scanner.readName()?.utf8.first, qubit >= UInt8(ascii: "a") else {
        return nil
      }
      qubits.append(Int(qubit - UInt8(ascii: "a")))
    } while scanner.skip(",")
    return scanner.skip(";") ? Step(gate: gate, arguments: arguments, qubits: qubits) : nil
  }

  private static let gatesByName: [String: Gate] = {
    var table: [String: Gate] = [:]
    for definition in GateCatalog.all { table[definition.name] = definition.gate }
    for (name, entry) in GateCatalog.openQASMNames { table[name] = entry.gate }
    return table
  }()
}

/// Reads names, numbers and formulas over `pi`, given names, `+ - * /` and parentheses.
struct FormulaScanner {
  /// Deepest nesting of parentheses and signs that is read.
  static let depthLimit = 32

  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) {
    bytes = Array(text.utf8)
    skipSpace()
  }

  var isAtEnd: Bool { position == bytes.count }

  private var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

  private mutating func skipSpace() {
    while current == UInt8(ascii: " ") || current == UInt8(ascii: "\t") { position += 1 }
  }

  /// Steps over a character and the space after it, if it stands here.
  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character), !isAtEnd else { return false }
    position += 1
    skipSpace()
    return true
  }

  /// A letter, then letters, digits and underscores.
  mutating func readName() -> String? {
    let start = position
    while isNamePart(current, isFirst: position == start) { position += 1 }
    guard position > start else { return nil }
    defer { skipSpace() }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private func isNamePart(_ byte: UInt8, isFirst: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): !isFirst
    default: false
    }
  }

  /// The value of a formula; `nil` if there is none here, or it nests too deep.
  mutating func readFormula(values: [String: Double], depth: Int = 0) -> Double? {
    guard var value = readProduct(values, depth) else { return nil }
    while true {
      if skip("+") {
        guard let term = readProduct(values, depth) else { return nil }
        value += term
      } else if skip("-") {
        guard let term = readProduct(values, depth) else { return nil }
        value -= term
      } else {
        return value
      }
    }
  }

  private mutating func readProduct(_ values: [String: Double], _ depth: Int) -> Double? {
    guard var value = readFactor(values, depth) else { return nil }
    while true {
      if skip("*") {
        guard let factor = readFactor(values, depth) else { return nil }
        value *= factor
      } else if skip("/") {
        guard let divisor = readFactor(values, depth) else { return nil }
        value /= divisor
      } else {
        return value
      }
    }
  }

  private mutating func readFactor(_ values: [String: Double], _ depth: Int) -> Double? {
    guard depth < Self.depthLimit else { return nil }
    if skip("-") { return readFactor(values, depth + 1).map { -$0 } }
    if skip("+") { return readFactor(values, depth + 1) }
    if skip("(") {
      guard let value = readFormula(values: values, depth: depth + 1), skip(")") else { return nil }
      return value
    }
    if let name = readName() { return name == "pi" ? .pi : values[name] }
    return readNumber()
  }

  private mutating func readNumber() -> Double? {
    let start = position
    func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    while isDigit(current) || current == UInt8(ascii: ".") { position += 1 }
    if position > start, current | 0x20 == UInt8(ascii: "e") {
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      while isDigit(current) { position += 1 }
    }
    guard position > start else { return nil }
    defer { skipSpace() }
    return Double(String(decoding: bytes[start..<position], as: UTF8.self))
  }
}
