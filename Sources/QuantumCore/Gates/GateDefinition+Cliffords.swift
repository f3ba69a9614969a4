// The Clifford gates: names, matrices and signs as in Stim [Gidney21].

/// Scales of the matrices below, whose other factors are Gaussian integers.
private let one = 1.0
private let half = 0.5
private let rootHalf = 0.5.squareRoot()

extension GateDefinition {
  /// The four Paulis.
  static let paulis: [GateDefinition] = [
    clifford(
      .i, "I", qasm: [.init("id", .all)], .pauli,
      "The identity.",
      one, "1 0; 0 1",
      flows: ["X -> X", "Z -> Z"],
      decomposition: "", inverse: .i),
    clifford(
      .x, "X", qasm: [.init("x", .all)], .pauli,
      "The Pauli X gate: a bit flip.",
      one, "0 1; 1 0",
      flows: ["X -> X", "Z -> -Z"],
      decomposition: "H 0; S 0; S 0; H 0", inverse: .x),
    clifford(
      .y, "Y", qasm: [.init("y", .all)], .pauli,
      "The Pauli Y gate.",
      one, "0 -i; i 0",
      flows: ["X -> -X", "Z -> -Z"],
      decomposition: "H 0; S 0; S 0; H 0; S 0; S 0", inverse: .y),
    clifford(
      .z, "Z", qasm: [.init("z", .all)], .pauli,
      "The Pauli Z gate: a phase flip.",
      one, "1 0; 0 -1",
      flows: ["X -> -X", "Z -> Z"],
      decomposition: "S 0; S 0", inverse: .z,
      power: .phase(.pi)),
  ]

  /// The other 20 single-qubit Clifford gates.
  static let singleQubitCliffords: [GateDefinition] = [
    clifford(
      .h, "H", aliases: ["H_XZ"], qasm: [.init("h", .all)], .singleQubitClifford,
      "The Hadamard gate. Swaps the X and Z axes.",
      rootHalf, "1 1; 1 -1",
      flows: ["X -> Z", "Z -> X"],
      decomposition: "H 0", inverse: .h),
    clifford(
      .hXY, "H_XY", .singleQubitClifford,
      "Swaps the X and Y axes.",
      rootHalf, "0 1-i; 1+i 0",
      flows: ["X -> Y", "Z -> -Z"],
      decomposition: "H 0; S 0; S 0; H 0; S 0", inverse: .hXY),
    clifford(
      .hYZ, "H_YZ", .singleQubitClifford,
      "Swaps the Y and Z axes.",
      rootHalf, "1 -i; i -1",
      flows: ["X -> -X", "Z -> Y"],
      decomposition: "H 0; S 0; H 0; S 0; S 0", inverse: .hYZ),
    clifford(
      .hNXY, "H_NXY", .singleQubitClifford,
      "Swaps the −X and Y axes.",
      rootHalf, "0 1+i; 1-i 0",
      flows: ["X -> -Y", "Z -> -Z"],
      decomposition: "S 0; H 0; S 0; S 0; H 0", inverse: .hNXY),
    clifford(
      .hNXZ, "H_NXZ", .singleQubitClifford,
      "Swaps the −X and Z axes.",
      rootHalf, "-1 1; 1 1",
      flows: ["X -> -Z", "Z -> -X"],
      decomposition: "S 0; S 0; H 0; S 0; S 0", inverse: .hNXZ),
    clifford(
      .hNYZ, "H_NYZ", .singleQubitClifford,
      "Swaps the −Y and Z axes.",
      rootHalf, "-1 -i; i 1",
      flows: ["X -> -X", "Z -> -Y"],
      decomposition: "S 0; H 0; S 0; S 0; S 0", inverse: .hNYZ),
    clifford(
      .s, "S", aliases: ["SQRT_Z"], qasm: [.init("s", .all)], .singleQubitClifford,
      "The principal square root of Z.",
      one, "1 0; 0 i",
      flows: ["X -> Y", "Z -> Z"],
      decomposition: "S 0", inverse: .sDag,
      power: .phase(.pi / 2)),
    clifford(
      .sDag, "S_DAG", aliases: ["SQRT_Z_DAG"], qasm: [.init("sdg", .all)], .singleQubitClifford,
      "The adjoint square root of Z.",
      one, "1 0; 0 -i",
      flows: ["X -> -Y", "Z -> Z"],
      decomposition: "S 0; S 0; S 0", inverse: .s,
      power: .phase(-.pi / 2), label: "S†"),
    clifford(
      .sqrtX, "SQRT_X", qasm: [.init("sx", [.extended, .stdgates])], .singleQubitClifford,
      "The principal square root of X.",
      half, "1+i 1-i; 1-i 1+i",
      flows: ["X -> X", "Z -> -Y"],
      decomposition: "H 0; S 0; H 0", inverse: .sqrtXDag,
      label: "√X"),
    clifford(
      .sqrtXDag, "SQRT_X_DAG", qasm: [.init("sxdg", .extended)], .singleQubitClifford,
      "The adjoint square root of X.",
      half, "1-i 1+i; 1+i 1-i",
      flows: ["X -> X", "Z -> Y"],
      decomposition: "S 0; H 0; S 0", inverse: .sqrtX,
      label: "√X†"),
    clifford(
      .sqrtY, "SQRT_Y", .singleQubitClifford,
      "The principal square root of Y.",
      half, "1+i -1-i; 1+i 1+i",
      flows: ["X -> -Z", "Z -> X"],
      decomposition: "S 0; S 0; H 0", inverse: .sqrtYDag,
      label: "√Y"),
    clifford(
      .sqrtYDag, "SQRT_Y_DAG", .singleQubitClifford,
      "The adjoint square root of Y.",
      half, "1-i 1-i; -1+i 1-i",
      flows: ["X -> Z", "Z -> -X"],
      decomposition: "H 0; S 0; S 0", inverse: .sqrtY,
      label: "√Y†"),
    clifford(
      .cXYZ, "C_XYZ", .singleQubitClifford,
      "Turns the axes X → Y → Z → X.",
      half, "1-i -1-i; 1-i 1+i",
      flows: ["X -> Y", "Z -> X"],
      decomposition: "H 0; S 0; H 0; S 0", inverse: .cZYX),
    clifford(
      .cZYX, "C_ZYX", .singleQubitClifford,
      "Turns the axes Z → Y → X → Z.",
      half, "1+i 1+i; -1+i 1-i",
      flows: ["X -> Z", "Z -> Y"],
      decomposition: "H 0; S 0", inverse: .cXYZ),
    clifford(
      .cNXYZ, "C_NXYZ", .singleQubitClifford,
      "Turns the axes −X → Y → Z → −X.",
      half, "1+i 1-i; -1-i 1-i",
      flows: ["X -> -Y", "Z -> -X"],
      decomposition: "H 0; S 0; H 0; S 0; S 0; S 0", inverse: .cZYNX),
    clifford(
      .cXNYZ, "C_XNYZ", .singleQubitClifford,
      "Turns the axes X → −Y → Z → X.",
      half, "1+i -1+i; 1+i 1-i",
      flows: ["X -> -Y", "Z -> X"],
      decomposition: "S 0; H 0", inverse: .cZNYX),
    clifford(
      .cXYNZ, "C_XYNZ", .singleQubitClifford,
      "Turns the axes X → Y → −Z → X.",
      half, "1-i 1+i; -1+i 1+i",
      flows: ["X -> Y", "Z -> -X"],
      decomposition: "S 0; H 0; S 0; S 0", inverse: .cNZYX),
    clifford(
      .cNZYX, "C_NZYX", .singleQubitClifford,
      "Turns the axes −Z → Y → X → −Z.",
      half, "1+i -1-i; 1-i 1-i",
      flows: ["X -> -Z", "Z -> -Y"],
      decomposition: "H 0; S 0; H 0; S 0; S 0; H 0", inverse: .cXYNZ),
    clifford(
      .cZNYX, "C_ZNYX", .singleQubitClifford,
      "Turns the axes Z → −Y → X → Z.",
      half, "1-i 1-i; -1-i 1+i",
      flows: ["X -> Z", "Z -> -Y"],
      decomposition: "H 0; S 0; S 0; S 0", inverse: .cXNYZ),
    clifford(
      .cZYNX, "C_ZYNX", .singleQubitClifford,
      "Turns the axes Z → Y → −X → Z.",
      half, "1-i -1+i; 1+i 1+i",
      flows: ["X -> -Z", "Z -> Y"],
      decomposition: "S 0; S 0; H 0; S 0", inverse: .cNXYZ),
  ]

  /// The two-qubit Clifford gates.
  static let twoQubitCliffords: [GateDefinition] = [
    clifford(
      .cx, "CX", aliases: ["CNOT", "ZCX"], qasm: [.init("cx", .all), .init("CX", .all)],
      .twoQubitClifford,
      "Controlled X: flips the target where the control is 1.",
      one, "1 0 0 0; 0 0 0 1; 0 0 1 0; 0 1 0 0",
      flows: ["X_ -> XX", "Z_ -> Z_", "_X -> _X", "_Z -> ZZ"],
      decomposition: "CX 0 1", inverse: .cx,
      controlled: .init(controlCount: 1, base: .x), paulis: .init(.z, .x), label: "X"),
    clifford(
      .cy, "CY", aliases: ["ZCY"], qasm: [.init("cy", .all)], .twoQubitClifford,
      "Controlled Y.",
      one, "1 0 0 0; 0 0 0 -i; 0 0 1 0; 0 i 0 0",
      flows: ["X_ -> XY", "Z_ -> Z_", "_X -> ZX", "_Z -> ZZ"],
      decomposition: "H 0; CX 1 0; H 0; S 0; CX 0 1", inverse: .cy,
      controlled: .init(controlCount: 1, base: .y), paulis: .init(.z, .y), label: "Y"),
    clifford(
      .cz, "CZ", aliases: ["ZCZ"], qasm: [.init("cz", .all)], .twoQubitClifford,
      "Controlled Z: −1 where both are 1.",
      one, "1 0 0 0; 0 1 0 0; 0 0 1 0; 0 0 0 -1",
      flows: ["X_ -> XZ", "Z_ -> Z_", "_X -> ZX", "_Z -> _Z"],
      decomposition: "H 0; CX 1 0; H 0", inverse: .cz,
      controlled: .init(controlCount: 1, base: .z), paulis: .init(.z, .z), label: "Z"),
    clifford(
      .xcx, "XCX", .twoQubitClifford,
      "Controlled X with a control in the X basis.",
      half, "1 1 1 -1; 1 1 -1 1; 1 -1 1 1; -1 1 1 1",
      flows: ["X_ -> X_", "Z_ -> ZX", "_X -> _X", "_Z -> XZ"],
      decomposition: "H 0; CX 0 1; H 0", inverse: .xcx,
      paulis: .init(.x, .x)),
    clifford(
      .xcy, "XCY", .twoQubitClifford,
      "Controlled Y with a control in the X basis.",
      half, "1 1 -i i; 1 1 i -i; i -i 1 1; -i i 1 1",
      flows: ["X_ -> X_", "Z_ -> ZY", "_X -> XX", "_Z -> XZ"],
      decomposition: "CX 1 0; H 0; S 0; CX 0 1; H 0", inverse: .xcy,
      paulis: .init(.x, .y)),
    clifford(
      .xcz, "XCZ", .twoQubitClifford,
      "Controlled Z with a control in the X basis.",
      one, "1 0 0 0; 0 1 0 0; 0 0 0 1; 0 0 1 0",
      flows: ["X_ -> X_", "Z_ -> ZZ", "_X -> XX", "_Z -> _Z"],
      decomposition: "CX 1 0", inverse: .xcz,
      paulis: .init(.x, .z)),
    clifford(
      .ycx, "YCX", .twoQubitClifford,
      "Controlled X with a control in the Y basis.",
      half, "1 -i 1 i; i 1 -i 1; 1 i 1 -i; -i 1 i 1",
      flows: ["X_ -> XX", "Z_ -> ZX", "_X -> _X", "_Z -> YZ"],
      decomposition: "CX 0 1; H 1; S 1; CX 1 0; H 1", inverse: .ycx,
      paulis: .init(.y, .x)),
    clifford(
      .ycy, "YCY", .twoQubitClifford,
      "Controlled Y with a control in the Y basis.",
      half, "1 -i -i 1; i 1 -1 -i; i -1 1 -i; 1 i i 1",
      flows: ["X_ -> XY", "Z_ -> ZY", "_X -> YX", "_Z -> YZ"],
      decomposition: "H 0; H 1; S 0; CX 1 0; H 1; CX 1 0; S 0", inverse: .ycy,
      paulis: .init(.y, .y)),
    clifford(
      .ycz, "YCZ", .twoQubitClifford,
      "Controlled Z with a control in the Y basis.",
      one, "1 0 0 0; 0 1 0 0; 0 0 0 -i; 0 0 i 0",
      flows: ["X_ -> XZ", "Z_ -> ZZ", "_X -> YX", "_Z -> _Z"],
      decomposition: "H 0; S 1; CX 1 0; H 0; CX 1 0", inverse: .ycz,
      paulis: .init(.y, .z)),
    clifford(
      .swap, "SWAP", qasm: [.init("swap", [.extended, .stdgates])], .twoQubitClifford,
      "Exchanges two qubits.",
      one, "1 0 0 0; 0 0 1 0; 0 1 0 0; 0 0 0 1",
      flows: ["X_ -> _X", "Z_ -> _Z", "_X -> X_", "_Z -> Z_"],
      decomposition: "CX 0 1; CX 1 0; CX 0 1", inverse: .swap),
    clifford(
      .iswap, "ISWAP", .twoQubitClifford,
      "Exchanges two qubits and gives i where they differ.",
      one, "1 0 0 0; 0 0 i 0; 0 i 0 0; 0 0 0 1",
      flows: ["X_ -> ZY", "Z_ -> _Z", "_X -> YZ", "_Z -> Z_"],
      decomposition: "CX 0 1; S 1; CX 1 0; CX 0 1", inverse: .iswapDag,
      label: "iSWAP"),
    clifford(
      .iswapDag, "ISWAP_DAG", .twoQubitClifford,
      "Exchanges two qubits and gives −i where they differ.",
      one, "1 0 0 0; 0 0 -i 0; 0 -i 0 0; 0 0 0 1",
      flows: ["X_ -> -ZY", "Z_ -> _Z", "_X -> -YZ", "_Z -> Z_"],
      decomposition: "CX 0 1; S 1; S 1; S 1; CX 1 0; CX 0 1", inverse: .iswap,
      label: "iSWAP†"),
    clifford(
      .cxswap, "CXSWAP", .twoQubitClifford,
      "CX, then SWAP.",
      one, "1 0 0 0; 0 0 1 0; 0 0 0 1; 0 1 0 0",
      flows: ["X_ -> XX", "Z_ -> _Z", "_X -> X_", "_Z -> ZZ"],
      decomposition: "CX 1 0; CX 0 1", inverse: .swapcx),
    clifford(
      .swapcx, "SWAPCX", .twoQubitClifford,
      "SWAP, then CX.",
      one, "1 0 0 0; 0 0 0 1; 0 1 0 0; 0 0 1 0",
      flows: ["X_ -> _X", "Z_ -> ZZ", "_X -> XX", "_Z -> Z_"],
      decomposition: "CX 0 1; CX 1 0", inverse: .cxswap),
    clifford(
      .czswap, "CZSWAP", aliases: ["SWAPCZ"], .twoQubitClifford,
      "CZ, then SWAP.",
      one, "1 0 0 0; 0 0 1 0; 0 1 0 0; 0 0 0 -1",
      flows: ["X_ -> ZX", "Z_ -> _Z", "_X -> XZ", "_Z -> Z_"],
      decomposition: "H 0; CX 0 1; CX 1 0; H 1", inverse: .czswap),
    clifford(
      .sqrtXX, "SQRT_XX", .twoQubitClifford,
      "The principal square root of XX.",
      half, "1+i 0 0 1-i; 0 1+i 1-i 0; 0 1-i 1+i 0; 1-i 0 0 1+i",
      flows: ["X_ -> X_", "Z_ -> -YX", "_X -> _X", "_Z -> -XY"],
      decomposition: "CX 0 1; H 0; S 0; H 0; CX 0 1", inverse: .sqrtXXDag,
      label: "√XX"),
    clifford(
      .sqrtXXDag, "SQRT_XX_DAG", .twoQubitClifford,
      "The adjoint square root of XX.",
      half, "1-i 0 0 1+i; 0 1-i 1+i 0; 0 1+i 1-i 0; 1+i 0 0 1-i",
      flows: ["X_ -> X_", "Z_ -> YX", "_X -> _X", "_Z -> XY"],
      decomposition: "S 0; CX 0 1; H 0; S 0; CX 0 1", inverse: .sqrtXX,
      label: "√XX†"),
    clifford(
      .sqrtYY, "SQRT_YY", .twoQubitClifford,
      "The principal square root of YY.",
      half, "1+i 0 0 -1+i; 0 1+i 1-i 0; 0 1-i 1+i 0; -1+i 0 0 1+i",
      flows: ["X_ -> -ZY", "Z_ -> XY", "_X -> -YZ", "_Z -> YX"],
      decomposition: "S 0; CX 1 0; H 1; S 0; S 0; CX 1 0; S 0", inverse: .sqrtYYDag,
      label: "√YY"),
    clifford(
      .sqrtYYDag, "SQRT_YY_DAG", .twoQubitClifford,
      "The adjoint square root of YY.",
      half, "1-i 0 0 -1-i; 0 1-i 1+i 0; 0 1+i 1-i 0; -1-i 0 0 1-i",
      flows: ["X_ -> ZY", "Z_ -> -XY", "_X -> YZ", "_Z -> -YX"],
      decomposition: "CX 0 1; H 0; S 0; H 0; S 1; CX 1 0; CX 0 1", inverse: .sqrtYY,
      label: "√YY†"),
    clifford(
      .sqrtZZ, "SQRT_ZZ", .twoQubitClifford,
      "The principal square root of ZZ.",
      one, "1 0 0 0; 0 i 0 0; 0 0 i 0; 0 0 0 1",
      flows: ["X_ -> YZ", "Z_ -> Z_", "_X -> ZY", "_Z -> _Z"],
      decomposition: "CX 0 1; S 1; CX 0 1", inverse: .sqrtZZDag,
      label: "√ZZ"),
    clifford(
      .sqrtZZDag, "SQRT_ZZ_DAG", .twoQubitClifford,
      "The adjoint square root of ZZ.",
      one, "1 0 0 0; 0 -i 0 0; 0 0 -i 0; 0 0 0 1",
      flows: ["X_ -> -YZ", "Z_ -> Z_", "_X -> -ZY", "_Z -> _Z"],
      decomposition: "CX 0 1; S 1; S 1; S 1; CX 0 1", inverse: .sqrtZZ,
      label: "√ZZ†"),
    clifford(
      .ii, "II", .twoQubitClifford,
      "The identity on two qubits.",
      one, "1 0 0 0; 0 1 0 0; 0 0 1 0; 0 0 0 1",
      flows: ["X_ -> X_", "Z_ -> Z_", "_X -> _X", "_Z -> _Z"],
      decomposition: "", inverse: .ii),
  ]

  private static func clifford(
    _ gate: Gate, _ name: String, aliases: [String] = [], qasm: [OpenQASMName] = [],
    _ category: GateCategory, _ summary: String, _ scale: Double, _ rows: String, flows: [String],
    decomposition: String, inverse: Gate, power: Power = .general,
    controlled: ControlledForm? = nil,
    paulis: ControlledPaulis? = nil, label: String? = nil
  ) -> GateDefinition {
    let matrix = gaussianMatrix(rows, scale: scale)
    return GateDefinition(
      gate, name, aliases: aliases, qasm: qasm, category: category,
      shape: .each(category == .twoQubitClifford ? 2 : 1), summary, matrix: { _ in matrix },
      controlled: controlled, flows: flows, decomposition: decomposition, inverse: .gate(inverse),
      power: power, paulis: paulis, label: label)
  }
}

/// Reads `1+i 0; 0 -i`: rows of Gaussian integers, times a scale.
private func gaussianMatrix(_ text: String, scale: Double) -> ComplexMatrix {
  let entries: [String: ComplexMatrix.Element] = [
    "0": 0, "1": 1, "-1": -1, "i": .i, "-i": -.i, "1+i": .init(1, 1), "1-i": .init(1, -1),
    "-1+i": .init(-1, 1), "-1-i": .init(-1, -1),
  ]
  return ComplexMatrix(
    text.split(separator: ";").map { row in
      row.split(separator: " ").map { entries[String($0)]! * ComplexMatrix.Element(scale) }
    })
}
