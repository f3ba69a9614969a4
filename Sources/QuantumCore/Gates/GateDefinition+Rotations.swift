import RealModule

/// e^{iθ}.
private func phase(_ angle: Double) -> ComplexMatrix.Element {
  .init(Double.cos(angle), Double.sin(angle))
}

/// u3(θ, φ, λ), the general single-qubit gate with the phase convention of OpenQASM 2 and Qiskit.
private func u3(_ theta: Double, _ phi: Double, _ lambda: Double) -> ComplexMatrix {
  let (c, s) = (Double.cos(theta / 2), Double.sin(theta / 2))
  return ComplexMatrix([
    [.init(c), -phase(lambda) * .init(s)],
    [phase(phi) * .init(s), phase(Angle.sum(phi, lambda)) * .init(c)],
  ])
}

/// exp(−iθ/2 · P₁⊗P₀) for Paulis P₀ on the first qubit and P₁ on the second: cos(θ/2)·1 −
/// i·sin(θ/2)·P₁⊗P₀.
private func pauliRotation(_ first: Pauli, _ second: Pauli, _ theta: Double) -> ComplexMatrix {
  let pauli = second.matrix.kronecker(first.matrix)
  return ComplexMatrix.identity(4).scaled(by: .init(Double.cos(theta / 2)))
    + pauli.scaled(by: .init(0, -Double.sin(theta / 2)))
}

/// A 4 × 4 matrix that mixes two basis states and leaves the others alone.
private func mixing(
  _ i: Int, _ j: Int, _ diagonal: Double, _ upper: ComplexMatrix.Element,
  _ lower: ComplexMatrix.Element
) -> ComplexMatrix {
  var matrix = ComplexMatrix.identity(4)
  (matrix[i, i], matrix[j, j]) = (.init(diagonal), .init(diagonal))
  (matrix[i, j], matrix[j, i]) = (upper, lower)
  return matrix
}

extension GateDefinition {
  /// Phases and rotations of at most one qubit.
  static let rotations: [GateDefinition] = [
    GateDefinition(
      .globalPhase, "gphase", stim: .none, category: .rotation, shape: .each(0),
      parameters: ["gamma"],
      "A global phase e^{iγ}; visible only under controls.",
      matrix: { .init([[phase($0.first!)]]) }, inverse: .negatingArguments, power: .scalingArguments
    ),
    GateDefinition(
      .t, "t", stim: .tag(.s, "T"), qasm: [.init("t", .all)], category: .rotation, shape: .each(1),
      "The principal fourth root of Z.",
      matrix: { _ in .diagonal([1, phase(.pi / 4)]) }, body: "u3(0, 0, pi/4) a;",
      inverse: .gate(.tDag),
      power: .phase(.pi / 4), label: "T"),
    GateDefinition(
      .tDag, "tdg", stim: .tag(.sDag, "T"), qasm: [.init("tdg", .all)], category: .rotation,
      shape: .each(1), "The adjoint fourth root of Z.",
      matrix: { _ in .diagonal([1, phase(-.pi / 4)]) }, body: "u3(0, 0, -pi/4) a;",
      inverse: .gate(.t),
      power: .phase(-.pi / 4), label: "T†"),
    GateDefinition(
      .phase, "p", stim: .none,
      qasm: [
        .init("p", [.extended, .stdgates]), .init("u1", .all), .init("phase", .stdgates),
      ], category: .rotation, shape: .each(1), parameters: ["lambda"],
      "The phase e^{iλ} on |1⟩.",
      matrix: { .diagonal([1, phase($0.first!)]) }, body: "u3(0, 0, lambda) a;",
      inverse: .negatingArguments, power: .scalingArguments, label: "P"),
    rotation(.rx, "rx", "R_X", "The rotation exp(−iθX/2).", label: "Rx") {
      let (c, s) = (Double.cos($0 / 2), Double.sin($0 / 2))
      return .init([[.init(c), .init(0, -s)], [.init(0, -s), .init(c)]])
    },
    rotation(.ry, "ry", "R_Y", "The rotation exp(−iθY/2).", label: "Ry") {
      let (c, s) = (Double.cos($0 / 2), Double.sin($0 / 2))
      return .init([[.init(c), .init(-s)], [.init(s), .init(c)]])
    },
    rotation(.rz, "rz", "R_Z", "The rotation exp(−iθZ/2).", label: "Rz") {
      .diagonal([phase(-$0 / 2), phase($0 / 2)])
    },
    GateDefinition(
      .u2, "u2", stim: .none, qasm: [.init("u2", .all)], category: .rotation, shape: .each(1),
      parameters: ["phi", "lambda"], "u3(π/2, φ, λ).",
      matrix: { u3(.pi / 2, $0[$0.startIndex], $0[$0.startIndex + 1]) },
      body: "u3(pi/2, phi, lambda) a;",
      inverse: .mapping { (.u2, [Angle.sum(-$0[1], -.pi), Angle.sum(-$0[0], .pi)]) }, label: "U2"),
    GateDefinition(
      .u3, "u3", stim: .tagWithArguments(.i, "U3"),
      qasm: [.init("u3", .all), .init("u", .extended), .init("U", .qelib1)], category: .rotation,
      shape: .each(1), parameters: ["theta", "phi", "lambda"],
      "The general single-qubit gate, [[cos θ/2, −e^{iλ} sin θ/2], [e^{iφ} sin θ/2, e^{i(φ+λ)} cos θ/2]].",
      matrix: { u3($0[$0.startIndex], $0[$0.startIndex + 1], $0[$0.startIndex + 2]) },
      inverse: .mapping { (.u3, [-$0[0], -$0[2], -$0[1]]) }, label: "U3"),
    GateDefinition(
      .u0, "u0", stim: .none, qasm: [.init("u0", .qelib1)], category: .rotation, shape: .each(1),
      parameters: ["gamma"], "Waits for γ times a gate's length: the identity.",
      matrix: { _ in .identity(2) }, body: "id a;", inverse: .gate(.u0), label: "U0"),
    GateDefinition(
      .r, "r", stim: .none, category: .rotation, shape: .each(1), parameters: ["theta", "phi"],
      "The rotation by θ about the axis cos φ X + sin φ Y.",
      matrix: {
        let (theta, phi) = ($0[$0.startIndex], Angle.reduced($0[$0.startIndex + 1]))
        return u3(theta, phi - .pi / 2, .pi / 2 - phi)
      }, body: "u3(theta, phi - pi/2, pi/2 - phi) a;", inverse: .mapping { (.r, [-$0[0], $0[1]]) },
      label: "R"),
  ]

  private static func rotation(
    _ gate: Gate, _ name: String, _ tag: String, _ summary: String, label: String,
    _ matrix: @escaping @Sendable (Double) -> ComplexMatrix
  ) -> GateDefinition {
    GateDefinition(
      gate, name, stim: .tagWithArguments(.i, tag), qasm: [.init(name, .all)], category: .rotation,
      shape: .each(1), parameters: ["theta"], summary, matrix: { matrix($0.first!) },
      inverse: .negatingArguments, power: .scalingArguments, label: label)
  }
}

extension GateDefinition {
  /// Two-qubit gates beyond the Cliffords.
  static let twoQubitGates: [GateDefinition] = [
    controlled(
      .ch, "ch", .all, by: 1, .h, [], "Controlled Hadamard.",
      "s b; h b; t b; cx a, b; tdg b; h b; sdg b;", inverse: .gate(.ch), label: "H"),
    controlled(
      .csx, "csx", .extended, by: 1, .sqrtX, [], "Controlled √X.", "h b; cp(pi/2) a, b; h b;",
      inverse: .mapping { _ in (.cu, [-.pi / 2, -.pi / 2, .pi / 2, -.pi / 4]) }, label: "√X"),
    controlled(
      .cs, "cs", [], by: 1, .s, [], "Controlled S.", "cp(pi/2) a, b;", inverse: .gate(.csDag),
      label: "S"),
    controlled(
      .csDag, "csdg", [], by: 1, .sDag, [], "Controlled S†.", "cp(-pi/2) a, b;",
      inverse: .gate(.cs),
      label: "S†"),
    GateDefinition(
      .cphase, "cp", stim: .none,
      qasm: [
        .init("cp", [.extended, .stdgates]), .init("cu1", .qelib1), .init("cphase", .stdgates),
      ], category: .twoQubit, shape: .each(2), parameters: ["lambda"], "The phase e^{iλ} on |11⟩.",
      matrix: { .diagonal([1, 1, 1, phase($0.first!)]) },
      controlled: .init(controlCount: 1, base: .phase),
      body: "p(lambda/2) a; cx a, b; p(-lambda/2) b; cx a, b; p(lambda/2) b;",
      inverse: .negatingArguments, power: .scalingArguments, label: "P"),
    controlled(
      .crx, "crx", [.extended, .stdgates], by: 1, .rx, ["theta"], "Controlled X rotation.",
      "h b; crz(theta) a, b; h b;", inverse: .negatingArguments, power: .scalingArguments,
      label: "Rx"),
    controlled(
      .cry, "cry", [.extended, .stdgates], by: 1, .ry, ["theta"], "Controlled Y rotation.",
      "ry(theta/2) b; cx a, b; ry(-theta/2) b; cx a, b;", inverse: .negatingArguments,
      power: .scalingArguments, label: "Ry"),
    controlled(
      .crz, "crz", .all, by: 1, .rz, ["theta"], "Controlled Z rotation.",
      "rz(theta/2) b; cx a, b; rz(-theta/2) b; cx a, b;", inverse: .negatingArguments,
      power: .scalingArguments, label: "Rz"),
    GateDefinition(
      .cu, "cu", stim: .none, qasm: [.init("cu", [.extended, .stdgates])], category: .twoQubit,
      shape: .each(2), parameters: ["theta", "phi", "lambda", "gamma"],
      "Controlled e^{iγ}·u3(θ, φ, λ).",
      matrix: {
        let k = $0.startIndex
        return u3($0[k], $0[k + 1], $0[k + 2]).scaled(by: phase($0[k + 3])).controlled()
      }, body: "p(gamma) a; cu3(theta, phi, lambda) a, b;",
      inverse: .mapping { (.cu, [-$0[0], -$0[2], -$0[1], -$0[3]]) }, label: "U"),
    controlled(
      .cu3, "cu3", .qelib1, by: 1, .u3, ["theta", "phi", "lambda"], "Controlled u3.",
      "p((lambda+phi)/2) a; p((lambda-phi)/2) b; cx a, b; u3(-theta/2, 0, -(phi+lambda)/2) b; cx a, b; "
        + "u3(theta/2, phi, 0) b;", inverse: .mapping { (.cu3, [-$0[0], -$0[2], -$0[1]]) },
      label: "U3"),
    pauliRotationGate(
      .rxx, "rxx", .extended, .x, .x, "h a; h b; cx a, b; rz(theta) b; cx a, b; h a; h b;"),
    pauliRotationGate(
      .ryy, "ryy", [], .y, .y,
      "rx(pi/2) a; rx(pi/2) b; cx a, b; rz(theta) b; cx a, b; rx(-pi/2) a; rx(-pi/2) b;"),
    pauliRotationGate(.rzz, "rzz", .extended, .z, .z, "cx a, b; rz(theta) b; cx a, b;"),
    pauliRotationGate(
      .rzx, "rzx", [], .z, .x, "h b; cx a, b; rz(theta) b; cx a, b; h b;"),
    GateDefinition(
      .sqrtISwap, "sqrt_iswap", stim: .none, category: .twoQubit, shape: .each(2),
      "The principal square root of ISWAP.",
      matrix: { _ in
        mixing(1, 2, 0.5.squareRoot(), .init(0, 0.5.squareRoot()), .init(0, 0.5.squareRoot()))
      },
      body: "rxx(-pi/4) a, b; ryy(-pi/4) a, b;", inverse: .gate(.sqrtISwapDag), label: "√iSWAP"),
    GateDefinition(
      .sqrtISwapDag, "sqrt_iswap_dg", stim: .none, category: .twoQubit, shape: .each(2),
      "The adjoint square root of ISWAP.",
      matrix: { _ in
        mixing(1, 2, 0.5.squareRoot(), .init(0, -(0.5.squareRoot())), .init(0, -(0.5.squareRoot())))
      },
      body: "rxx(pi/4) a, b; ryy(pi/4) a, b;", inverse: .gate(.sqrtISwap), label: "√iSWAP†"),
    GateDefinition(
      .fsim, "fsim", stim: .none, category: .twoQubit, shape: .each(2),
      parameters: ["theta", "phi"],
      "Google's fSim gate: a partial ISWAP by θ and the phase e^{−iφ} on |11⟩.",
      matrix: {
        let (theta, phi) = ($0[$0.startIndex], $0[$0.startIndex + 1])
        let hop = Element(0, -Double.sin(theta))
        var matrix = mixing(1, 2, Double.cos(theta), hop, hop)
        matrix[3, 3] = phase(-phi)
        return matrix
      }, body: "rxx(theta) a, b; ryy(theta) a, b; cp(-phi) a, b;", inverse: .negatingArguments,
      power: .scalingArguments, label: "fSim"),
    GateDefinition(
      .ecr, "ecr", stim: .none, category: .twoQubit, shape: .each(2),
      "The echoed cross resonance gate (X₀ − Y₀X₁)/√2.",
      matrix: { _ in
        (ComplexMatrix.identity(2).kronecker(Pauli.x.matrix)
          - Pauli.x.matrix.kronecker(Pauli.y.matrix)).scaled(by: .init(0.5.squareRoot()))
      }, flows: ecrFlows, body: "rzx(pi/2) a, b; x a;", inverse: .gate(.ecr),
      label: "ECR"),
    GateDefinition(
      .dcx, "dcx", stim: .none, category: .twoQubit, shape: .each(2),
      "CX one way, then CX the other way.",
      matrix: { _ in .init([[1, 0, 0, 0], [0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]]) },
      flows: dcxFlows, body: "cx a, b; cx b, a;",
      inverse: .mapping { _ in (.cxswap, []) }, label: "DCX"),
    GateDefinition(
      .xxPlusYY, "xx_plus_yy", stim: .none, category: .twoQubit, shape: .each(2),
      parameters: ["theta", "beta"],
      "The hopping exp(−iθ(XX+YY)/4), turned by β about Z of the first qubit.",
      matrix: {
        let (theta, beta) = ($0[$0.startIndex], $0[$0.startIndex + 1])
        let hop = Element(0, -Double.sin(theta / 2))
        return mixing(1, 2, Double.cos(theta / 2), hop * phase(-beta), hop * phase(beta))
      }, body: "rz(beta) a; rxx(theta/2) a, b; ryy(theta/2) a, b; rz(-beta) a;",
      inverse: .mapping { (.xxPlusYY, [-$0[0], $0[1]]) }, label: "XX+YY"),
    GateDefinition(
      .xxMinusYY, "xx_minus_yy", stim: .none, category: .twoQubit, shape: .each(2),
      parameters: ["theta", "beta"],
      "The pairing exp(−iθ(XX−YY)/4), turned by β about Z of the second qubit.",
      matrix: {
        let (theta, beta) = ($0[$0.startIndex], $0[$0.startIndex + 1])
        let hop = Element(0, -Double.sin(theta / 2))
        return mixing(0, 3, Double.cos(theta / 2), hop * phase(-beta), hop * phase(beta))
      }, body: "rz(-beta) b; rxx(theta/2) a, b; ryy(-theta/2) a, b; rz(beta) b;",
      inverse: .mapping { (.xxMinusYY, [-$0[0], $0[1]]) }, label: "XX-YY"),
    GateDefinition(
      .su4, "su4", stim: .none, category: .twoQubit, shape: .each(2),
      parameters: [
        "a1", "a2", "a3", "b1", "b2", "b3", "x", "y", "z", "c1", "c2", "c3", "d1", "d2", "d3",
      ], "Any two-qubit gate: u3(a)⊗u3(b), then exp(i(x XX + y YY + z ZZ)), then u3(c)⊗u3(d).",
      matrix: { v in
        let k = v.startIndex
        func local(_ first: Int, _ second: Int) -> ComplexMatrix {
          u3(v[k + second], v[k + second + 1], v[k + second + 2])
            .kronecker(u3(v[k + first], v[k + first + 1], v[k + first + 2]))
        }
        let (x, y, z) = (
          Angle.reduced(v[k + 6]), Angle.reduced(v[k + 7]), Angle.reduced(v[k + 8])
        )
        let middle =
          pauliRotation(.x, .x, -2 * x) * pauliRotation(.y, .y, -2 * y)
          * pauliRotation(.z, .z, -2 * z)
        return local(9, 12) * middle * local(0, 3)
      },
      body: "u3(a1, a2, a3) a; u3(b1, b2, b3) b; rxx(-2*x) a, b; ryy(-2*y) a, b; rzz(-2*z) a, b; "
        + "u3(c1, c2, c3) a; u3(d1, d2, d3) b;",
      inverse: .mapping { v in
        func inverted(_ k: Int) -> [Double] { [-v[k], -v[k + 2], -v[k + 1]] }
        return (
          .su4, inverted(9) + inverted(12) + [-v[6], -v[7], -v[8]] + inverted(0) + inverted(3)
        )
      }, label: "SU4"),
  ]

  private static let ecrFlows = ["X_ -> -YX", "Z_ -> -Z_", "_X -> _X", "_Z -> ZY"]
  private static let dcxFlows = ["X_ -> _X", "Z_ -> ZZ", "_X -> XX", "_Z -> Z_"]

  private static func pauliRotationGate(
    _ gate: Gate, _ name: String, _ sources: OpenQASMSource, _ first: Pauli, _ second: Pauli,
    _ body: String
  ) -> GateDefinition {
    GateDefinition(
      gate, name, stim: .none, qasm: sources.isEmpty ? [] : [.init(name, sources)],
      category: .twoQubit,
      shape: .each(2), parameters: ["theta"],
      "The rotation exp(−iθ \(first.letter)₀\(second.letter)₁/2).",
      matrix: { pauliRotation(first, second, $0.first!) }, body: body, inverse: .negatingArguments,
      power: .scalingArguments, label: "R\(first.letter)\(second.letter)".lowercasedTail)
  }

  fileprivate static func controlled(
    _ gate: Gate, _ name: String, _ sources: OpenQASMSource, by count: Int, _ base: Gate,
    _ parameters: [String], _ summary: String, _ body: String, inverse: Inverse,
    power: Power = .general,
    category: GateCategory = .twoQubit, label: String
  ) -> GateDefinition {
    // The base's record, not its matrix, is looked up lazily: the catalog is still being made here.
    let baseQubits = base == .swap ? 2 : 1
    return GateDefinition(
      gate, name, stim: .none, qasm: sources.isEmpty ? [] : [.init(name, sources)],
      category: category,
      shape: .each(count + baseQubits), parameters: parameters, summary,
      matrix: { base.definition.matrix!($0).controlled(by: count) },
      controlled: .init(controlCount: count, base: base), body: body, inverse: inverse,
      power: power,
      label: label)
  }
}

extension String {
  /// `RXX` → `Rxx`.
  fileprivate var lowercasedTail: String { prefix(1) + dropFirst().lowercased() }
}

extension GateDefinition {
  /// Gates on three and more qubits, and the gate given by its matrix.
  static let multiQubitGates: [GateDefinition] = [
    controlled(
      .ccx, "ccx", .all, by: 2, .x, [], "The Toffoli gate: X with two controls.",
      "h c; cx b, c; tdg c; cx a, c; t c; cx b, c; tdg c; cx a, c; t b; t c; h c; cx a, b; t a; tdg b; cx a, b;",
      inverse: .gate(.ccx), category: .multiQubit, label: "X"),
    controlled(
      .ccz, "ccz", [], by: 2, .z, [], "Z with two controls.", "h c; ccx a, b, c; h c;",
      inverse: .gate(.ccz),
      category: .multiQubit, label: "Z"),
    controlled(
      .cswap, "cswap", [.extended, .stdgates], by: 1, .swap, [],
      "The Fredkin gate: SWAP with a control.",
      "cx c, b; ccx a, b, c; cx c, b;", inverse: .gate(.cswap), category: .multiQubit, label: "SWAP"
    ),
    GateDefinition(
      .rccx, "rccx", stim: .none, qasm: [.init("rccx", .extended)], category: .multiQubit,
      shape: .each(3),
      "The Toffoli gate up to relative phases (Margolus).",
      matrix: { _ in
        var matrix = ComplexMatrix.identity(8)
        (matrix[3, 3], matrix[7, 7], matrix[5, 5]) = (0, 0, -1)
        (matrix[3, 7], matrix[7, 3]) = (-.i, .i)
        return matrix
      },
      body: "h c; t c; cx b, c; tdg c; cx a, c; t c; cx b, c; tdg c; h c;", inverse: .gate(.rccx),
      label: "rCCX"),
    GateDefinition(
      .rc3x, "rc3x", stim: .none, qasm: [.init("rc3x", .extended), .init("rcccx", .extended)],
      category: .multiQubit, shape: .each(4), "X with three controls up to relative phases.",
      matrix: { _ in
        var matrix = ComplexMatrix.identity(16)
        (matrix[3, 3], matrix[11, 11]) = (.i, -.i)
        (matrix[7, 7], matrix[15, 15], matrix[7, 15], matrix[15, 7]) = (0, 0, 1, -1)
        return matrix
      },
      body:
        "h d; t d; cx c, d; tdg d; h d; cx a, d; t d; cx b, d; tdg d; cx a, d; t d; cx b, d; tdg d; "
        + "h d; t d; cx c, d; tdg d; h d;", inverse: .mapping { _ in rc3xInverse }, label: "rC3X"),
    controlled(
      .c3x, "c3x", .extended, by: 3, .x, [], "X with three controls.", c3phaseBody(divisor: 4),
      inverse: .gate(.c3x), category: .multiQubit, label: "X"),
    controlled(
      .c3sqrtX, "c3sqrtx", .extended, by: 3, .sqrtX, [], "√X with three controls.",
      c3phaseBody(divisor: 8),
      inverse: .mapping { _ in
        (.unitary, flattened(Gate.sqrtXDag.definition.matrix!([]).controlled(by: 3)))
      },
      category: .multiQubit, label: "√X"),
    controlled(
      .c4x, "c4x", .extended, by: 4, .x, [], "X with four controls.",
      "h e; cp(pi/2) d, e; h e; c3x a, b, c, d; h e; cp(-pi/2) d, e; h e; c3x a, b, c, d; c3sqrtx a, b, c, e;",
      inverse: .gate(.c4x), category: .multiQubit, label: "X"),
    GateDefinition(
      .unitary, "unitary", stim: .none, category: .matrix, shape: .whole,
      argumentCount: 2...(2 << 12),
      "Any matrix on up to six qubits, given as 2·4ᵏ numbers: real and imaginary parts, row by row.",
      matrix: { matrix(fromFlat: $0) },
      inverse: .mapping { (.unitary, flattened(matrix(fromFlat: $0[...]).adjoint)) }, label: "U"),
  ]

  private static let rc3xInverse: (gate: Gate, arguments: [Double]) = (
    .unitary, flattened(Gate.rc3x.definition.matrix!([]).adjoint)
  )

  /// H on the target around a phase of π/divisor·4 with three controls, by Gray code.
  private static func c3phaseBody(divisor: Int) -> String {
    let plus = "cp(pi/\(divisor))"
    let minus = "cp(-pi/\(divisor))"
    return
      "h d; \(plus) a, d; cx a, b; \(minus) b, d; cx a, b; \(plus) b, d; cx b, c; \(minus) c, d; cx a, c; "
      + "\(plus) c, d; cx b, c; \(minus) c, d; cx a, c; \(plus) c, d; h d;"
  }

  /// The arguments of `unitary` for a matrix.
  package static func flattened(_ matrix: ComplexMatrix) -> [Double] {
    matrix.elements.flatMap { [$0.real, $0.imaginary] }
  }

  private static func matrix(fromFlat values: ArraySlice<Double>) -> ComplexMatrix {
    let size = 1 << ((values.count / 2).trailingZeroBitCount / 2)
    let elements = stride(from: values.startIndex, to: values.endIndex - 1, by: 2).map {
      Element(values[$0], values[$0 + 1])
    }
    return ComplexMatrix(rowCount: size, columnCount: size, elements: elements)
  }
}

extension GateDefinition { fileprivate typealias Element = ComplexMatrix.Element }
