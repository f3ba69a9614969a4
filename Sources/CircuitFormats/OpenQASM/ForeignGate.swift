import QuantumCore

/// What textbooks, other languages and vendors call a gate, where no entry of the gate catalog
/// lists the name: the table from which hints are made.
package enum ForeignGate {
  /// A gate of the catalog.
  case gate(Gate)
  /// A gate under any number of controls.
  case controlled(Gate)
  /// A gate over those that every include file has, in qubits `a`, `b`.
  case defined(parameters: [String], qubitCount: Int, body: String)

  /// The gate called `text`, in any case.
  init?(named text: String) {
    guard let gate = Self.all[text.lowercased()] else { return nil }
    self = gate
  }

  /// By name, in lower case.
  package static let all: [String: ForeignGate] = [
    // Textbooks and simulators.
    "not": .gate(.x), "hadamard": .gate(.h), "toffoli": .gate(.ccx), "ccnot": .gate(.ccx),
    "fredkin": .gate(.cswap), "iden": .gate(.i), "identity": .gate(.i), "sdag": .gate(.sDag),
    "tdag": .gate(.tDag), "phaseshift": .gate(.phase), "cphaseshift": .gate(.cphase),
    "controlledphase": .gate(.cphase), "sqrtx": .gate(.sqrtX), "sqrtnot": .gate(.sqrtX),
    "siswap": .gate(.sqrtISwap), "sqrtiswap": .gate(.sqrtISwap), "cccx": .gate(.c3x),
    "ccccx": .gate(.c4x),
    // Amazon Braket.
    "si": .gate(.sDag), "ti": .gate(.tDag), "v": .gate(.sqrtX), "vi": .gate(.sqrtXDag),
    "cv": .gate(.csx), "xx": .gate(.rxx), "yy": .gate(.ryy), "zz": .gate(.rzz),
    "prx": .gate(.r),
    // Ion traps: IonQ in radians, and Quantinuum.
    "ms": .defined(
      parameters: ["phi0", "phi1"], qubitCount: 2,
      body: "rz(-phi0) a; rz(-phi1) b; h a; h b; cx a, b; rz(pi/2) b; cx a, b; h a; h b; "
        + "rz(phi0) a; rz(phi1) b;"),
    "u1q": .gate(.r), "xxphase": .gate(.rxx), "yyphase": .gate(.ryy),
    "zzphase": .gate(.rzz),
    "zzmax": .defined(parameters: [], qubitCount: 2, body: "cx a, b; rz(pi/2) b; cx a, b;"),
    "gpi": .defined(parameters: ["phi"], qubitCount: 1, body: "rz(-phi) a; x a; rz(phi) a;"),
    "gpi2": .defined(
      parameters: ["phi"], qubitCount: 1, body: "rz(-phi) a; rx(pi/2) a; rz(phi) a;"),
    // Any number of controls, as Qiskit and its transpilers name them.
    "mcx": .controlled(.x), "mct": .controlled(.x), "mcy": .controlled(.y),
    "mcz": .controlled(.z), "mch": .controlled(.h),
    "mcsx": .controlled(.sqrtX), "mcp": .controlled(.phase), "mcphase": .controlled(.phase),
    "mcu1": .controlled(.phase), "mcrx": .controlled(.rx), "mcry": .controlled(.ry),
    "mcrz": .controlled(.rz), "mcswap": .controlled(.swap), "mcu3": .controlled(.u3),
  ]
}
