import QuantumCore
import RealModule

extension ProgramWriter {
  /// The name a gate's definition gets where the include file lacks the gate.
  static func definitionName(_ definition: GateDefinition) -> String {
    definition.openQASM.first?.name ?? definition.name.lowercased()
  }

  /// The gate's name in the include file of this version, where it means the same.
  func nativeName(_ gate: Gate) -> String? {
    let wanted: OpenQASMSource = version == 2 ? .qelib1 : .stdgates
    // OpenQASM 3's u2 and u3 differ by a phase.
    if version >= 3, gate == .u2 || gate == .u3 { return nil }
    return gate.definition.openQASM.first { !$0.sources.isDisjoint(with: wanted) }?.name
  }

  /// The name to apply a gate by, after defining it if need be; `nil` if there is no way.
  func applicableName(_ gate: Gate) throws(Diagnostic) -> String? {
    if let native = nativeName(gate) { return native }
    if let name = definedNames[gate] { return name }
    let definition = gate.definition
    guard definition.matrix != nil, let count = definition.qubitCount,
      let body = try body(of: definition)
    else { return nil }
    let name = names.unique(Self.definitionName(definition), else: "gate")
    definedNames[gate] = name
    let qubits = ["a", "b", "c", "d", "e"].prefix(count).joined(separator: ", ")
    let parameters =
      definition.parameters.isEmpty ? "" : "(\(definition.parameters.joined(separator: ", ")))"
    definitions.append("gate \(name)\(parameters) \(qubits) { \(body) }")
    return name
  }

  private func body(of definition: GateDefinition) throws(Diagnostic) -> String? {
    if let body = definition.openQASMBody { return try translated(body) }
    guard let steps = definition.decomposition else { return nil }
    var statements: [String] = []
    if version >= 3, let phase = Self.phase(of: definition) {
      statements.append("gphase(\(number(phase)));")
    }
    for step in Self.steps(steps) {
      let letters = step.qubits.map { ["a", "b", "c", "d", "e"][$0] }
      statements.append("\(step.name.lowercased()) \(letters.joined(separator: ", "));")
    }
    if statements.isEmpty { statements = ["id a;"] }
    return statements.joined(separator: " ")
  }

  /// A body over other gates: those that the include file lacks are defined first.
  private func translated(_ body: String) throws(Diagnostic) -> String {
    var statements: [String] = []
    for statement in body.split(separator: ";") {
      let text = statement.drop { $0 == " " }
      if text.isEmpty { continue }
      let name = String(text.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
      let rest = text.dropFirst(name.count)
      guard let gate = GateCatalog.openQASMNames[name]?.gate ?? Self.byDefinitionName[name] else {
        statements.append("\(text);")
        continue
      }
      if version >= 3, gate == .u3 {
        // The catalog's u3 is U without its phase.
        let arguments = rest.dropFirst().prefix { $0 != "," }
        statements.append("gphase(-(\(arguments))/2); U\(rest);")
        continue
      }
      guard let applicable = try applicableName(gate) else { continue }
      statements.append("\(applicable)\(rest);")
    }
    return statements.joined(separator: " ")
  }

  private static let byDefinitionName: [String: Gate] = {
    var table: [String: Gate] = [:]
    for definition in GateCatalog.all { table[definitionName(definition)] = definition.gate }
    return table
  }()

  struct Step {
    let name: String
    let qubits: [Int]
  }

  /// The steps of a decomposition over H, S, CX, M and R.
  static func steps(_ text: String) -> [Step] {
    text.split(separator: ";").compactMap { part in
      let words = part.split(separator: " ")
      guard let name = words.first else { return nil }
      return Step(name: String(name), qubits: words.dropFirst().compactMap { Int($0) })
    }
  }

  /// The phase by which a gate differs from its decomposition; `nil` for none.
  private static func phase(of definition: GateDefinition) -> Double? {
    guard let matrix = definition.matrix?([]), let text = definition.decomposition,
      let count = definition.qubitCount
    else { return nil }
    var product = ComplexMatrix.identity(1 << count)
    for step in steps(text) {
      let gates: [String: Gate] = ["H": .h, "S": .s, "CX": .cx]
      guard let gate = gates[step.name] else { return nil }
      let primitive = Elaborator.Primitive(
        gate: gate, arguments: [], targets: step.qubits.map { .qubit($0) })
      product = Elaborator.matrix(of: primitive, on: Array(0..<count)) * product
    }
    let overlap = zip(product.elements, matrix.elements).reduce(Complex<Double>.zero) {
      $0 + $1.0.conjugate * $1.1
    }
    // Clifford phases are multiples of π/4.
    let turns = (Double.atan2(y: overlap.imaginary, x: overlap.real) / (.pi / 4)).rounded()
    return turns == 0 ? nil : turns * .pi / 4
  }
}
