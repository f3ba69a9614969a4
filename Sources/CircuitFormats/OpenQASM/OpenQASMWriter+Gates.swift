import QuantumCore

// Gates of version 3: by name, with modifiers, by a definition, or as the parts of a matrix.

extension ProgramWriter {
  func arguments(of instruction: Instruction) throws(Diagnostic) -> [String] {
    if instruction.gate == .unitary { return [] }
    if instruction.hasDynamicArguments {
      guard version >= 3 else { throw refusal("a gate's parameter that depends on measurements") }
      var texts: [String] = []
      for expression in circuit.dynamicArguments(of: instruction) {
        texts.append(try real(expression))
      }
      return texts
    }
    let arguments = circuit.arguments(of: instruction)
    // Definitions add to angles, which loses the digits of large ones.
    let isDefined = instruction.gate.definition.isUnitary && nativeName(instruction.gate) == nil
    return arguments.map { number(isDefined ? Angle.reducedWithinTwoTurns($0) : $0) }
  }

  func writeGate(
    _ instruction: Instruction, _ arguments: [String], _ group: [Target]
  ) throws(Diagnostic) {
    if group.contains(where: \.isClassicalControl) { return try writeFeedback(instruction, group) }
    let count = Int(instruction.controlCount)
    let controls = Array(group.prefix(count))
    if version == 2 {
      return try writeGate2(instruction, arguments, controls, Array(group.dropFirst(count)))
    }
    let own = group.dropFirst(count).map { qubit($0.value) }
    let prefix = modifiers(of: controls)
    let names = controls.map { qubit($0.value) }
    func apply(_ gate: String, _ operands: [String]) throws(Diagnostic) {
      // A phase of 0 is what is left of many a gate, and nothing.
      if gate == "gphase(0)" { return }
      let list = (names + operands).joined(separator: ", ")
      try line("\(prefix)\(gate)\(list.isEmpty ? "" : " ")\(list);")
    }
    let list = arguments.isEmpty ? "" : "(\(arguments.joined(separator: ", ")))"
    switch instruction.gate {
    case .globalPhase: return try apply("gphase\(list)", [])
    case .u3: return try writeU(arguments, under: controls, own[0])
    case .u2: return try writeU(["pi/2"] + arguments, under: controls, own[0])
    case .cu3: return try apply("cu(\(arguments.joined(separator: ", ")), 0)", own)
    case .ii:
      try apply("id", [own[0]])
      return try apply("id", [own[1]])
    case .unitary:
      guard let matrix = circuit.matrix(of: instruction) else { break }
      return try writeMatrix(matrix, controls, group.dropFirst(count).map(\.value), apply)
    default: break
    }
    if let native = nativeName(instruction.gate) { return try apply(native + list, own) }
    if let modified = modifiedForm(instruction.gate) { return try apply(modified + list, own) }
    guard let name = try applicableName(instruction.gate) else {
      throw refusal("the gate \(instruction.gate.name)")
    }
    try apply(name + list, own)
  }

  /// The catalog's u3, whose phase differs from that of OpenQASM 3's U, times e^{i·phase}.
  private func writeU(
    _ angles: [String], phase: Double = 0, under controls: [Target], _ target: String
  ) throws(Diagnostic) {
    let list = angles.joined(separator: ", ")
    guard let last = controls.lastIndex(where: { !$0.isInverted }) ?? controls.indices.last else {
      let text = Double(angles[0]).map { number(phase - $0 / 2) } ?? negatedHalf(angles[0], phase)
      if text != "0" { try line("gphase(\(text));") }
      return try line("U(\(list)) \(target);")
    }
    // Under a control it is cu, which has a place for the phase.
    var others = controls
    let own = qubit(others.remove(at: last).value)
    if controls[last].isInverted { try line("x \(own);") }
    let operands = others.map { qubit($0.value) } + [own, target]
    try line(
      "\(modifiers(of: others))cu(\(list), \(number(phase))) \(operands.joined(separator: ", "));")
    if controls[last].isInverted { try line("x \(own);") }
  }

  private func modifiers(of controls: [Target]) -> String {
    controls.map { $0.isInverted ? "negctrl @ " : "ctrl @ " }.joined()
  }

  /// phase − θ/2 where θ is a formula.
  private func negatedHalf(_ angle: String, _ phase: Double) -> String {
    "\(phase == 0 ? "" : "\(number(phase)) ")-(\(angle))/2"
  }

  /// A gate that modifiers make of one in the include file.
  private func modifiedForm(_ gate: Gate) -> String? {
    switch gate {
    case .sqrtXDag: return "inv @ sx"
    case .sqrtY: return "pow(0.5) @ y"
    case .sqrtYDag: return "inv @ pow(0.5) @ y"
    default: break
    }
    guard let form = gate.definition.controlledForm, let base = nativeName(form.base) else {
      return nil
    }
    return "ctrl\(form.controlCount > 1 ? "(\(form.controlCount))" : "") @ \(base)"
  }

  // MARK: Matrices

  /// A matrix as a power of a gate where it is one, otherwise as gates on one qubit under controls.
  private func writeMatrix(
    _ matrix: ComplexMatrix, _ controls: [Target], _ own: [Int],
    _ apply: (String, [String]) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    if matrix.rowCount == 1 { return try apply("gphase(\(number(matrix[0, 0].phase)))", []) }
    if let power = CatalogPower(of: matrix, where: { self.simpleName($0) != nil }),
      let name = simpleName(power.gate)
    {
      let modifier = power.exponent == 1 ? "" : "pow(\(power.exponent)) @ "
      return try apply(modifier + name, own.map { qubit($0) })
    }
    for step in ControlledUnitary.steps(of: matrix) {
      let inner =
        step.controls.map { Target.qubit(own[$0]) }
        + step.negatedControls.map { Target.qubit(own[$0], inverted: true) }
      try writeUnitary(step.matrix, under: controls + inner, own[step.target])
    }
  }

  /// A gate that is written without a definition.
  private func simpleName(_ gate: Gate) -> String? { nativeName(gate) ?? modifiedForm(gate) }

  private func writeUnitary(
    _ matrix: ComplexMatrix, under controls: [Target], _ target: Int
  ) throws(Diagnostic) {
    func apply(_ gate: String, _ targets: [Int]) throws(Diagnostic) {
      let operands = controls.map { qubit($0.value) } + targets.map { qubit($0) }
      let list = operands.isEmpty ? "" : " " + operands.joined(separator: ", ")
      try line("\(modifiers(of: controls))\(gate)\(list);")
    }
    if matrix.distance(to: ControlledUnitary.x) < ControlledUnitary.tolerance {
      return try apply("x", [target])
    }
    let (angles, phase) = matrix.eulerAngles
    guard angles[0] == 0 else {
      return try writeU(
        angles.map { number($0) }, phase: phase, under: controls, qubit(target))
    }
    if phase != 0 { try apply("gphase(\(number(phase)))", []) }
    if angles[1] + angles[2] != 0 { try apply("p(\(number(angles[1] + angles[2])))", [target]) }
  }
}
