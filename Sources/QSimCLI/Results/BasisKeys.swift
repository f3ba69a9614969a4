import QSim

/// How basis states of live qubits become keys.
///
/// Keys have a bit for every qubit of the circuit, idle ones included, as long as that is at most
/// 64; of wider circuits they have the live qubits only, and tables say which those are.
struct BasisKeys {
  /// The qubits that bits of an index stand for, ascending.
  private let liveQubits: [Int]
  /// The qubits of a key, ascending.
  private let qubits: [Int]
  private let order: BitOrder
  private let circuit: Circuit
  /// Whether keys leave qubits of the circuit out.
  var isPartial: Bool { qubits.count < circuit.qubitCount }

  /// Keys of wider circuits would be longer than anyone reads.
  static let widest = 64

  init(liveQubits: [Int], of circuit: Circuit, order: BitOrder) {
    (self.liveQubits, self.order, self.circuit) = (liveQubits, order, circuit)
    qubits = circuit.qubitCount <= Self.widest ? Array(0..<circuit.qubitCount) : liveQubits
  }

  /// The bits of all qubits of a key, from the bits of the live ones.
  func key(of basisState: BitVector) -> String {
    var text = [UInt8](repeating: UInt8(ascii: "0"), count: qubits.count)
    let isSpread = qubits.count != liveQubits.count
    for (place, qubit) in liveQubits.enumerated() where basisState[place] {
      text[isSpread ? qubit : place] = UInt8(ascii: "1")
    }
    if order == .qiskit { text.reverse() }
    return String(decoding: text, as: UTF8.self)
  }

  /// The names of the qubits in the order in which a key has them.
  var qubitNames: String { orderedNames.joined(separator: " ") }

  /// The names, or of many qubits the ends, with their number where qubits are left out between
  /// them.
  var heading: String {
    let names = orderedNames
    guard let first = names.first, let last = names.last else { return "(no qubits)" }
    let most = isPartial ? Self.widest : 8
    if names.count <= most { return names.joined(separator: " ") }
    return "\(first)…\(last)" + (isPartial ? " (\(names.count) qubits)" : "")
  }

  private var orderedNames: [String] {
    let names = Self.names(of: qubits, in: circuit)
    return order == .qiskit ? names.reversed() : names
  }

  /// Such as `q[2]`; `q5` for qubits outside registers.
  static func names(of qubits: [Int], in circuit: Circuit) -> [String] {
    qubits.map { qubit in
      let register = circuit.qubitRegisters.last { $0.indices.contains(qubit) }
      return register.map { "\($0.name)[\(qubit - $0.start)]" } ?? "q\(qubit)"
    }
  }
}
