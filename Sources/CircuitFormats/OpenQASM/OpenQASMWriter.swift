import QuantumCore

/// Writes OpenQASM 2 and 3.
public enum OpenQASMWriter {
  /// The circuit as a program.
  ///
  /// Registers and names are kept. Gates that the include file lacks are written with modifiers or
  /// get a definition; measurements in other bases become basis changes; annotations become
  /// comments. Version 3 keeps global phases, version 2 has no word for them.
  ///
  /// - Parameters:
  ///   - circuit: the circuit to write.
  ///   - version: 2 or 3.
  /// - Throws: a `Diagnostic` naming the first statement that OpenQASM cannot express, such as
  ///   noise.
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
  /// The names that gates the include file lacks are defined by.
  var definedNames: [Gate: String] = [:]
  var names: ProgramNames
  let qubitRegisters: [Register]
  /// Registers as declared, and the bits between them that have no name.
  var bitRegisters: [Register] = []
  var hiddenRegisters: [Register] = []
  /// What the names of bits begin with in registers that version 2 writes bit by bit, by the
  /// register's start.
  var splitStems: [Int: String] = [:]
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
  /// The node being written.
  var place: (block: BlockID, index: Int) = (.root, 0)
  /// What version 2 writes before a statement.
  var condition2: Condition2?
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
    var names = ProgramNames(version: version)
    let (qubits, otherQubits) = Self.partition(circuit.qubitRegisters, count: circuit.qubitCount)
    var named: [Register] = qubits.map { $0.renamed(names.unique($0.name, else: "q")) }
    named += otherQubits.map { $0.renamed(names.unique("q", else: "q")) }
    qubitRegisters = named.sorted { $0.start < $1.start }
    let (bits, otherBits) = Self.partition(circuit.bitRegisters, count: circuit.bitCount)
    bitRegisters = bits.map { $0.renamed(names.unique($0.name, else: "c")) }
    variableNames = circuit.variables.map { names.unique($0.name, else: "v") }
    hiddenRegisters = otherBits.map { $0.renamed(names.unique("hidden", else: "hidden")) }
    recordName = names.unique(circuit.bitCount == 0 ? "rec" : "scratch", else: "rec")
    self.names = names
  }

  /// Registers in ascending order, and the indices below `count` that are in none.
  private static func partition(
    _ registers: [Register], count: Int
  ) -> (named: [Register], others: [Register]) {
    var (named, others): ([Register], [Register]) = ([], [])
    var next = 0
    for register in registers.sorted(by: { $0.start < $1.start })
    where register.start >= next && register.count > 0 {
      if register.start > next {
        others.append(Register(name: "", start: next, count: register.start - next))
      }
      named.append(register)
      next = register.start + register.count
    }
    if next < count { others.append(Register(name: "", start: next, count: count - next)) }
    return (named, others)
  }

  // MARK: The program

  /// Whether results without a bit are the circuit's output.
  var keepsRecord: Bool { circuit.bitCount == 0 }

  func write() throws(Diagnostic) -> String {
    if version == 2 {
      try refuseVariables()
      try findSplitRegisters()
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
      header.append(declaration(of: variable, name))
    }
    return (header + lines).joined(separator: "\n") + "\n"
  }

  private func declaration(of variable: ClassicalVariable, _ name: String) -> String {
    if let type = variable.inputType { return "input \(type) \(name);" }
    switch variable.initialValue {
    case .integer(let value): return "int[64] \(name) = \(value);"
    case .real(let value): return "float[64] \(name) = \(number(value));"
    }
  }

  private func bitDeclarations() -> [String] {
    let count = keepsRecord ? records.offset : UInt64(scratchCount)
    let results = Register(name: recordName, start: Self.resultsStart, count: Int(count))
    if version == 2 {
      return (bitRegisters + hiddenRegisters + [results]).flatMap { declarations2(of: $0) }
    }
    let hasHidden = !hiddenRegisters.isEmpty || (!keepsRecord && scratchCount > 0)
    return bitRegisters.map {
      "\(hasHidden ? "output " : "")bit[\($0.count)] \($0.name);"
    } + (hiddenRegisters + [results]).filter { $0.count > 0 }.map { "bit[\($0.count)] \($0.name);" }
  }

  private func declarations2(of register: Register) -> [String] {
    guard let stem = splitStems[register.start] else {
      return register.count > 0 ? ["creg \(register.name)[\(register.count)];"] : []
    }
    return (0..<register.count).map { "creg \(stem)_\($0)[1];" }
  }

  /// Where the register of results that have no bit starts, among those that are split.
  static let resultsStart = -1

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
    if let condition2, condition2.isStale {
      throw refusal("a condition that changes within its block", hint: "OpenQASM 3 can")
    }
    lines.append(String(repeating: "  ", count: indent) + (condition2?.prefix ?? "") + text)
  }

  /// A line that no condition applies to: a comment would hide the rest of its condition, and
  /// OpenQASM 2 has no conditional barrier.
  func unconditionalLine(_ text: String) throws(Diagnostic) {
    let condition = condition2
    condition2 = nil
    defer { condition2 = condition }
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
    if let stem = splitStems[register.start] { return "\(stem)_\(offset)[0]" }
    return "\(register.name)[\(offset)]"
  }

  /// The bit of the record at a position of the whole run.
  func recordBit(_ position: RecordPosition) -> String {
    let terms = position.terms.filter { $0.factor > 0 }
    if let stem = splitStems[Self.resultsStart] { return "\(stem)_\(position.offset)[0]" }
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

extension Register {
  fileprivate func renamed(_ name: String) -> Register {
    Register(name: name, start: start, count: count)
  }
}
