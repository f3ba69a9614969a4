import QSim
import TestSupport

/// One instruction a step, `;` between: `H 0; rx(0.5) 1; if c[0:1] == 2 {X 0}`. Controls show as
/// `ctrl(1)`.
func listing(_ circuit: Circuit, _ block: BlockID = .root) -> String {
  circuit.nodes(of: block).map { node in
    switch node {
    case .instruction(let instruction): listing(circuit, instruction)
    case .repeatBlock(let count, let body, _): "repeat \(count) {\(listing(circuit, body))}"
    case .branch(let condition, let then, let otherwise):
      "if \(circuit.expression(condition).plain) {\(listing(circuit, then))}"
        + (otherwise.map { " else {\(listing(circuit, $0))}" } ?? "")
    case .loop(let condition, let body):
      "while \(circuit.expression(condition).plain) {\(listing(circuit, body))}"
    case .assign(let destination, let value):
      "\(destination.plain) = \(circuit.expression(value).plain)"
    case .leave(let departure):
      switch departure {
      case .endLoop(let levels): "break \(levels)"
      case .nextTurn(let levels): "continue \(levels)"
      case .halt: "end"
      }
    }
  }.joined(separator: "; ")
}

private func listing(_ circuit: Circuit, _ instruction: Instruction) -> String {
  let arguments =
    instruction.hasDynamicArguments
    ? circuit.dynamicArguments(of: instruction).map(\.plain)
    : circuit.arguments(of: instruction).map { "\(($0 * 1e6).rounded() / 1e6)" }
  let parts =
    [instruction.gate.name + (arguments.isEmpty ? "" : "(\(arguments.joined(separator: ", ")))")]
    + (instruction.controlCount > 0 ? ["ctrl(\(instruction.controlCount))"] : [])
    + circuit.targets(of: instruction).map(\.description)
  return parts.joined(separator: " ")
}

extension ClassicalDestination {
  fileprivate var plain: String {
    switch self {
    case .bits(let start, let count): "c[\(start)+\(count)]"
    case .bit(let start, let count, let index): "c[\(start)+\(count)][\(index.plain)]"
    case .variable(let index): "v\(index)"
    }
  }
}

extension ClassicalExpression {
  var plain: String {
    switch self {
    case .literal(.integer(let value)): "\(value)"
    case .literal(.real(let value)): "\(value)"
    case .bits(let start, let count): "c[\(start)+\(count)]"
    case .bit(let start, let count, let index): "c[\(start)+\(count)][\(index.plain)]"
    case .variable(let index): "v\(index)"
    case .record(let lookback): "rec[-\(lookback)]"
    case .unary(let operation, let a): "\(operation)(\(a.plain))"
    case .binary(let operation, let a, let b): "\(operation)(\(a.plain), \(b.plain))"
    case .select(let a, let b, let c): "select(\(a.plain), \(b.plain), \(c.plain))"
    }
  }
}

/// Reads a body after the usual header of the version; the body starts on line 1.
func read(_ body: String, version: Int = 3, strict: Bool = false, inputs: InputValues = [:]) throws
  -> CircuitFile
{
  let header =
    version == 3
    ? "OPENQASM 3.0; include \"stdgates.inc\"; " : "OPENQASM 2.0; include \"qelib1.inc\"; "
  return try CircuitFile.parse(
    header + body, format: version == 3 ? .openQASM3 : .openQASM2, strict: strict, inputs: inputs)
}

/// Exact probabilities of the bits of all registers, bit 0 on the right.
func distribution(_ circuit: Circuit) throws -> [String: Double] {
  var result: [String: Double] = [:]
  for (memory, probability) in try ReferenceSimulator.distribution(of: circuit)
  where probability > 1e-9 {
    let bits = circuit.bitRegisters.flatMap(\.indices).map { memory.bits[$0] ? "1" : "0" }
    result[bits.reversed().joined(), default: 0] += probability
  }
  return result.filter { $0.value > 1e-9 }
}

func isClose(_ a: [String: Double], _ b: [String: Double], tolerance: Double = 1e-6) -> Bool {
  Set(a.keys).union(b.keys).allSatisfy { abs(a[$0, default: 0] - b[$0, default: 0]) < tolerance }
}
