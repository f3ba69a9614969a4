import QuantumCore

/// Writes OpenQASM 2 and 3.
public enum OpenQASMWriter {
  /// The circuit as a program.
  ///
  /// Registers and names are kept. Gates that the include file lacks are written with modifiers or get a definition;
  /// measurements in other bases become basis changes; annotations become comments. Version 3 keeps global phases,
  /// version 2 has no word for them.
  ///
  /// - Parameter version: 2 or 3.
  /// - Throws: a `Diagnostic` naming the first statement that OpenQASM cannot express, such as noise.
  public static func write(_ circuit: Circuit, version: Int) throws(Diagnostic) -> String {
    let writer = ProgramWriter(circuit, version: version)
    return try writer.write()
  }
}

/// Writes one program.
final class ProgramWriter {
  let circuit: Circuit
  let version: Int
  var lines: [String] = []
  var indent = 0
  var definitions: [String] = []
  var defined: Set<Gate> = []
  var usedNames: Set<String> = []
  let qubitRegisters: [Register]
  /// Registers as declared, and the bits between them that have no name.
  var bitRegisters: [Register] = []
  var hiddenRegisters: [Register] = []
  /// Registers that version 2 writes bit by bit, for conditions on single bits.
  var splitRegisters: Set<Int> = []
  var variableNames: [String] = []
  /// The register for results that are stored nowhere else.
  var recordName = "rec"
  var records = RecordPosition()
  /// Where the latest results of this block are, for circuits with declared bits.
  var recentResults: [String] = []
  var scratchCount = 0
  var loops: [LoopContext] = []
  var pendingExits: [PendingExit] = []
  /// The place of the statement being written.
  var range: SourceRange?
  /// Written before a statement in version 2: `if(c==1) `.
  var conditionPrefix = ""
  private var steps = 0

  /// The number of results so far, which counts up with the variables of the loops around.
  struct RecordPosition {
    var offset: UInt64 = 0
    var terms: [(factor: UInt64, variable: String)] = []
  }

  struct LoopContext {
    let isRepeat: Bool
    /// The variable that says that a loop further out is being left, if one is used.
    var flag: String?
  }

  init(_ circuit: Circuit, version: Int) {
    self.circuit = circuit
    self.version = version
    var names: Set<String> = Set(Keyword.allCases.map(\.text))
    names.formUnion(builtInFunctions)
    names.formUnion(GateCatalog.openQASMNames.keys)
    names.formUnion(GateCatalog.all.map { Self.definitionName($0) })
    var numbers: [String: Int] = [:]
    func unique(_ name: String, _ fallback: String) -> String {
      let base = Self.isIdentifier(name, version: version) ? name : fallback
      var candidate = base
      var number = numbers[base] ?? 1
      while names.contains(candidate) {
        candidate = "\(base)_\(number)"
        number += 1
      }
      names.insert(candidate)
      numbers[base] = number
      return candidate
    }
    var qubitRegisters: [Register] = []
    var next = 0
    for register in circuit.qubitRegisters.sorted(by: { $0.start < $1.start })
    where register.start >= next && register.count > 0 {
      if register.start > next {
        qubitRegisters.append(
          Register(name: unique("q", "q"), start: next, count: register.start - next))
      }
      qubitRegisters.append(
        Register(name: unique(register.name, "q"), start: register.start, count: register.count))
      next = register.start + register.count
    }
    if next < circuit.qubitCount {
      qubitRegisters.append(
        Register(name: unique("q", "q"), start: next, count: circuit.qubitCount - next))
    }
    self.qubitRegisters = qubitRegisters
    var start = 0
    for register in circuit.bitRegisters.sorted(by: { $0.start < $1.start })
    where register.start >= start && register.count > 0 {
      if register.start > start {
        hiddenRegisters.append(
          Register(name: unique("hidden", "c"), start: start, count: register.start - start))
      }
      bitRegisters.append(
        Register(name: unique(register.name, "c"), start: register.start, count: register.count))
      start = register.start + register.count
    }
    if start < circuit.bitCount {
      hiddenRegisters.append(
        Register(name: unique("hidden", "c"), start: start, count: circuit.bitCount - start))
    }
    recordName = unique(circuit.bitCount == 0 ? "rec" : "scratch", "rec")
    variableNames = circuit.variables.map { unique($0.name, "v") }
    usedNames = names
  }

  static func isIdentifier(_ name: String, version: Int) -> Bool {
    guard let first = name.unicodeScalars.first else { return false }
    if version == 2 {
      return first.value < 128 && first.properties.isLowercase
        && name.unicodeScalars.allSatisfy {
          $0 == "_"
            || $0.value < 128 && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
        }
    }
    return (first == "_" || first.properties.isXIDStart)
      && name.unicodeScalars.allSatisfy { $0 == "_" || $0.properties.isXIDContinue }
  }

  func freshName(_ base: String) -> String {
    var number = 0
    while !usedNames.insert("\(base)\(number)").inserted { number += 1 }
    return "\(base)\(number)"
  }

  // MARK: The program

  /// Whether results without a bit are the circuit's output.
  var keepsRecord: Bool { circuit.bitCount == 0 }

  func write() throws(Diagnostic) -> String {
    if version == 2 {
      try refuseVariables()
      findSplitRegisters(.root)
    }
    try write(block: .root)
    var header = [version == 2 ? "OPENQASM 2.0;" : "OPENQASM 3.0;"]
    header.append(version == 2 ? "include \"qelib1.inc\";" : "include \"stdgates.inc\";")
    header += definitions
    for register in qubitRegisters {
      header.append(
        version == 2
          ? "qreg \(register.name)[\(register.count)];"
          : "qubit[\(register.count)] \(register.name);")
    }
    header += bitDeclarations()
    for (name, variable) in zip(variableNames, circuit.variables) {
      switch variable.initialValue {
      case .integer(let value): header.append("int[64] \(name) = \(value);")
      case .real(let value): header.append("float[64] \(name) = \(number(value));")
      }
    }
    return (header + lines).joined(separator: "\n") + "\n"
  }

  private func bitDeclarations() -> [String] {
    var result: [String] = []
    let hasHidden = !hiddenRegisters.isEmpty || (!keepsRecord && scratchCount > 0)
    for register in bitRegisters {
      if version == 2 {
        if splitRegisters.contains(register.start) {
          for bit in 0..<register.count { result.append("creg \(register.name)_\(bit)[1];") }
        } else {
          result.append("creg \(register.name)[\(register.count)];")
        }
      } else {
        result.append("\(hasHidden ? "output " : "")bit[\(register.count)] \(register.name);")
      }
    }
    for register in hiddenRegisters {
      result.append(
        version == 2
          ? "creg \(register.name)[\(register.count)];"
          : "bit[\(register.count)] \(register.name);")
    }
    let count = keepsRecord ? records.offset : UInt64(scratchCount)
    if count > 0 {
      if version == 2, keepsRecord, usesFeedback {
        for bit in 0..<count { result.append("creg \(recordName)_\(bit)[1];") }
      } else {
        result.append(
          version == 2 ? "creg \(recordName)[\(count)];" : "bit[\(count)] \(recordName);")
      }
    }
    return result
  }

  /// Whether gates are controlled by results, which version 2 tests in registers of one bit.
  lazy var usesFeedback: Bool = {
    var found = false
    circuit.forEachInstruction { instruction in
      found =
        found
        || !instruction.gate.definition.isAnnotation
          && circuit.targets(of: instruction).contains(where: \.isRecord)
    }
    return found
  }()

  // MARK: Lines

  /// Counts what is written, lines or not: repeat blocks may be unrolled.
  func countStep() throws(Diagnostic) {
    steps += 1
    guard steps <= 5_000_000 else { throw refusal("more than 5000000 statements") }
  }

  func line(_ text: String) throws(Diagnostic) {
    try countStep()
    lines.append(String(repeating: "  ", count: indent) + conditionPrefix + text)
  }

  /// A line that no condition applies to: a comment would hide the rest of its condition, and
  /// OpenQASM 2 has no conditional barrier.
  func unconditionalLine(_ text: String) throws(Diagnostic) {
    let prefix = conditionPrefix
    conditionPrefix = ""
    defer { conditionPrefix = prefix }
    try line(text)
  }

  func refusal(_ what: String, hint: String? = nil) -> Diagnostic {
    Diagnostic(
      "OpenQASM \(version) cannot express \(what)", code: "not-expressible", at: range, hint: hint)
  }

  // MARK: Names

  func qubit(_ index: Int) -> String {
    guard let register = Self.register(holding: index, in: qubitRegisters) else {
      return "q[\(index)]"
    }
    return "\(register.name)[\(index - register.start)]"
  }

  func bitRegister(_ index: Int) -> Register? {
    Self.register(holding: index, in: bitRegisters)
      ?? Self.register(holding: index, in: hiddenRegisters)
  }

  /// By bisection: the registers are in ascending order.
  static func register(holding index: Int, in registers: [Register]) -> Register? {
    var (low, high) = (0, registers.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if registers[middle].start <= index { low = middle } else { high = middle }
    }
    guard low < registers.count, registers[low].indices.contains(index) else { return nil }
    return registers[low]
  }

  func bit(_ index: Int) -> String {
    guard let register = bitRegister(index) else { return "c[\(index)]" }
    let offset = index - register.start
    if splitRegisters.contains(register.start) { return "\(register.name)_\(offset)[0]" }
    return "\(register.name)[\(offset)]"
  }

  /// The bit of the record at a position of the whole run.
  func recordBit(_ position: RecordPosition) -> String {
    let terms = position.terms.filter { $0.factor > 0 }
    if version == 2, usesFeedback { return "\(recordName)_\(position.offset)[0]" }
    let sum = terms.map { $0.factor == 1 ? $0.variable : "\($0.factor)*\($0.variable)" }
    let parts = (position.offset > 0 || sum.isEmpty ? ["\(position.offset)"] : []) + sum
    return "\(recordName)[\(parts.joined(separator: " + "))]"
  }

  /// Where the result `lookback` places back is.
  func record(_ lookback: Int) throws(Diagnostic) -> String {
    if keepsRecord {
      var position = records
      guard UInt64(lookback) <= position.offset || !position.terms.isEmpty else {
        throw refusal("rec[-\(lookback)], which reaches before the first result")
      }
      if UInt64(lookback) <= position.offset {
        position.offset -= UInt64(lookback)
        return recordBit(position)
      }
      let excess = UInt64(lookback) - position.offset
      position.offset = 0
      let text = recordBit(position)
      return String(text.dropLast()) + " - \(excess)]"
    }
    guard lookback <= recentResults.count else {
      throw refusal("rec[-\(lookback)] across control flow")
    }
    return recentResults[recentResults.count - lookback]
  }

  // MARK: Numbers

  /// A number that reads back as itself, as a multiple of π where it is one.
  func number(_ value: Double) -> String {
    if value == 0 { return "0" }
    for divisor in Self.divisors {
      let multiple = (value * divisor / .pi).rounded()
      guard multiple != 0, abs(multiple) <= 1024, multiple * .pi / divisor == value else {
        continue
      }
      let sign = multiple < 0 ? "-" : ""
      let top = abs(multiple) == 1 ? "pi" : "\(Int(abs(multiple)))*pi"
      return sign + top + (divisor == 1 ? "" : "/\(Int(divisor))")
    }
    if value == value.rounded(), abs(value) < 1e15 { return "\(Int(value)).0" }
    return "\(value)"
  }

  private static let divisors: [Double] =
    [1, 2, 4, 8, 3, 6, 12, 5, 10, 16, 32, 64, 24]
    + (7...20).map { Double(1 << $0) }
}
