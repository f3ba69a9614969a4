import QuantumCore

extension ProgramWriter {
  func write(block: BlockID) throws(Diagnostic) {
    for (index, node) in circuit.nodes(of: block).enumerated() {
      range = circuit.range(of: block, at: index) ?? range
      place = (block, index)
      try countStep()
      switch node {
      case .instruction(let instruction): try write(instruction)
      case .repeatBlock(let count, let body, _): try writeRepeat(count, body)
      case .branch(let condition, let then, let otherwise):
        try writeBranch(circuit.expression(condition), then, otherwise)
      case .loop(let condition, let body): try writeLoop(circuit.expression(condition), body)
      case .assign(let destination, let value):
        try writeAssignment(circuit.expression(value), destination)
      case .leave(let departure): try writeLeave(departure)
      }
    }
  }

  private func braces(_ head: String, _ body: () throws(Diagnostic) -> Void) throws(Diagnostic) {
    try line("\(head) {")
    indent += 1
    try body()
    indent -= 1
    try line("}")
  }

  // MARK: Blocks

  /// Results per turn of a block; `nil` where that depends on the run.
  func resultCount(of block: BlockID) -> UInt64? {
    var total: UInt64 = 0
    for node in circuit.nodes(of: block) {
      switch node {
      case .instruction(let instruction):
        total = total.saturatingAdd(
          UInt64(
            circuit.groupCount(of: instruction) * instruction.gate.definition.recordsPerGroup))
      case .repeatBlock(let count, let body, _):
        guard let inner = resultCount(of: body) else { return nil }
        total = total.saturatingAdd(inner.saturatingMultiply(count))
      case .branch(_, let then, let otherwise):
        guard resultCount(of: then) == 0, otherwise.map({ resultCount(of: $0) == 0 }) ?? true else {
          return nil
        }
      case .loop(_, let body): guard resultCount(of: body) == 0 else { return nil }
      case .assign, .leave: break
      }
    }
    return total
  }

  private func writeRepeat(_ count: UInt64, _ body: BlockID) throws(Diagnostic) {
    if version == 2 {
      guard count <= 1_000_000 else {
        throw refusal("a block that runs \(count) times", hint: "OpenQASM 3 has loops")
      }
      for _ in 0..<count {
        try countStep()
        try write(block: body)
      }
      return
    }
    let variable = names.fresh("i")
    var outer = records
    if keepsRecord {
      guard let results = resultCount(of: body) else {
        throw refusal("a repeated block whose number of results depends on the run")
      }
      let total = results.saturatingMultiply(count).saturatingAdd(outer.offset)
      guard results == 0 || total <= UInt64(Target.valueLimit) else {
        throw refusal("\(total) results: there are at most \(Target.valueLimit) bits")
      }
      if results > 0 { records.terms.append((results, variable)) }
      outer.offset = total
    }
    try enterLoop(isRepeat: true) { () throws(Diagnostic) in
      try braces("for uint \(variable) in [0:\(count - 1)]") { () throws(Diagnostic) in
        try write(block: body)
      }
    }
    if keepsRecord { records = outer }
    recentResults = []
  }

  /// Writes a loop and, after it, what goes on leaving loops further out.
  private func enterLoop(isRepeat: Bool, _ body: () throws(Diagnostic) -> Void)
    throws(Diagnostic)
  {
    loops.append(LoopContext(isRepeat: isRepeat))
    recentResults = []
    let start = lines.count
    try body()
    let context = loops.removeLast()
    if let flag = context.flag {
      lines.insert(String(repeating: "  ", count: indent) + "bool \(flag) = false;", at: start)
    }
    // An inner loop was left on the way out of this one's surroundings.
    for (offset, exit) in pendingExits.enumerated().reversed() where exit.level < loops.count {
      let statement = exit.level == loops.count - 1 ? exit.statement : "break;"
      try line("if (\(exit.flag)) { \(statement) }")
      if exit.level == loops.count - 1 { pendingExits.remove(at: offset) }
    }
  }

  private func writeLoop(_ condition: ClassicalExpression, _ body: BlockID) throws(Diagnostic) {
    guard version >= 3 else { throw refusal("a loop on measured bits") }
    guard !keepsRecord || resultCount(of: body) == 0 else {
      throw refusal("results in a loop whose length depends on the run, without bits to store them")
    }
    let text = try self.condition(condition)
    try enterLoop(isRepeat: false) { () throws(Diagnostic) in
      try braces("while (\(text))") { () throws(Diagnostic) in try write(block: body) }
    }
    recentResults = []
  }

  private func writeBranch(
    _ condition: ClassicalExpression, _ then: BlockID, _ otherwise: BlockID?
  ) throws(Diagnostic) {
    if version == 2 { return try writeBranch2(condition, then, otherwise) }
    if keepsRecord,
      resultCount(of: then) != 0 || otherwise.map({ resultCount(of: $0) != 0 }) ?? false
    {
      throw refusal("results in a block that runs conditionally, without bits to store them")
    }
    let text = try self.condition(condition)
    let before = recentResults
    try braces("if (\(text))") { () throws(Diagnostic) in try write(block: then) }
    var changes = recentResults.count != before.count
    if let otherwise {
      recentResults = before
      lines.removeLast()
      try braces("} else") { () throws(Diagnostic) in try write(block: otherwise) }
      changes = changes || recentResults.count != before.count
    }
    recentResults = changes ? [] : before
  }

  private func writeLeave(_ departure: Departure) throws(Diagnostic) {
    guard version >= 3 else { throw refusal("leaving a loop or the program") }
    switch departure {
    case .halt: try line("end;")
    case .endLoop(let levels): try writeExit(levels, "break;")
    case .nextTurn(let levels): try writeExit(levels, "continue;")
    }
  }

  /// Leaves `levels` loops: the innermost at once, those around by a flag that is tested behind
  /// each.
  private func writeExit(_ levels: Int, _ statement: String) throws(Diagnostic) {
    guard levels >= 1, levels <= loops.count else { throw refusal("leaving \(levels) loops") }
    if levels == 1 { return try line(statement) }
    let level = loops.count - levels
    let flag: String
    if let exit = pendingExits.first(where: { $0.level == level && $0.statement == statement }) {
      flag = exit.flag
    } else {
      flag = names.fresh("leave")
      pendingExits.append(PendingExit(level: level, flag: flag, statement: statement))
    }
    // Declared before the loop just inside the one that is left: false again in each of its turns.
    if loops[level + 1].flag == nil {
      loops[level + 1].flag = flag
    } else if loops[level + 1].flag != flag {
      throw refusal("leaving the same loops in two ways")
    }
    try line("\(flag) = true;")
    try line("break;")
  }

  // MARK: Instructions

  func write(_ instruction: Instruction) throws(Diagnostic) {
    let definition = instruction.gate.definition
    if definition.isAnnotation { return try writeAnnotation(instruction) }
    if definition.isNoise {
      throw refusal(
        "the noise \(definition.name)", hint: "remove the noise, or keep the .stim format")
    }
    if definition.recordsPerGroup > 0 || definition.isReset {
      return try writeCollapse(instruction)
    }
    if instruction.gate == .spp || instruction.gate == .sppDag {
      return try writeProducts(instruction)
    }
    let arguments = try arguments(of: instruction)
    if let register = wholeRegister(instruction), let name = nativeName(instruction.gate) {
      let list = arguments.isEmpty ? "" : "(\(arguments.joined(separator: ", ")))"
      return try line("\(name)\(list) \(register);")
    }
    try eachGroup(of: instruction) { group, _ throws(Diagnostic) in
      try self.writeGate(instruction, arguments, Array(group))
    }
  }

  func eachGroup(
    of instruction: Instruction,
    _ body: (ArraySlice<Target>, Int?) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    var failure: Diagnostic?
    // Statements that differ in targets only are one instruction: each group has its own place.
    let isJoined = !circuit.joints.isEmpty
    let (block, index) = place
    circuit.forEachPlacedGroup(of: instruction) { group, bit, offset in
      guard failure == nil else { return }
      if isJoined { range = circuit.range(of: block, at: index, target: offset) ?? range }
      do throws(Diagnostic) { try body(group, bit) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// The register that a gate on one qubit acts on as a whole.
  func wholeRegister(_ instruction: Instruction) -> String? {
    guard instruction.gate.definition.shape == .each(1), instruction.controlCount == 0 else {
      return nil
    }
    let targets = circuit.targets(of: instruction)
    guard targets.count > 1, let first = targets.first, first.isQubit,
      let register = Self.register(holding: first.value, in: qubitRegisters),
      register.start == first.value, register.count == targets.count,
      targets.enumerated().allSatisfy({ $0.element == .qubit(register.start + $0.offset) })
    else { return nil }
    return register.name
  }

  /// A Pauli controlled by a result: `if (rec[k]) x q;`.
  func writeFeedback(_ instruction: Instruction, _ group: [Target]) throws(Diagnostic) {
    let pauli: String
    switch instruction.gate {
    case .cx, .xcz: pauli = "x"
    case .cy, .ycz: pauli = "y"
    case .cz: pauli = "z"
    default: throw refusal("\(instruction.gate.name) controlled by a result")
    }
    guard let control = group.first(where: \.isClassicalControl) else { return }
    guard control.isRecord else { throw refusal("the sweep bit \(control)") }
    let result = try record(control.value)
    guard let target = group.first(where: \.isQubit) else {
      // A phase where both controls are classical.
      return try line(
        "// \(instruction.gate.name) \(group.map(\.description).joined(separator: " "))")
    }
    if version == 2 {
      guard condition2 == nil else {
        throw refusal("a condition within another", hint: "OpenQASM 3 can")
      }
      let register = result.prefix { $0 != "[" }
      return try line("if(\(register)==1) \(pauli) \(qubit(target.value));")
    }
    try line("if (\(result)) { \(pauli) \(qubit(target.value)); }")
  }

  private func writeAnnotation(_ instruction: Instruction) throws(Diagnostic) {
    let targets = circuit.targets(of: instruction)
    if instruction.gate == .barrier {
      var list = operands(of: targets.map(\.value))
      if targets.isEmpty, version == 2 {
        list = qubitRegisters.map(\.name).joined(separator: ", ")
        if list.isEmpty { return }
      }
      return try unconditionalLine("barrier\(list.isEmpty ? "" : " ")\(list);")
    }
    if instruction.gate == .delay { return try writeDelay(instruction) }
    var text = instruction.gate.name
    let arguments = circuit.arguments(of: instruction).map { "\($0)" }
    if !arguments.isEmpty { text += "(\(arguments.joined(separator: ", ")))" }
    for target in targets {
      text += " " + (target.isQubit ? qubit(target.value) : target.description)
    }
    try unconditionalLine("// \(text)")
  }

  /// `delay[100us] q;`; version 2 knows no time, and gets a comment.
  private func writeDelay(_ instruction: Instruction) throws(Diagnostic) {
    let time: String
    if instruction.hasDynamicArguments {
      guard version >= 3, let first = circuit.dynamicArguments(of: instruction).first else {
        throw refusal("a delay whose time depends on measurements")
      }
      time = "\(try real(first)) * 1ns"
    } else {
      time = TimeUnit.text(ofNanoseconds: circuit.arguments(of: instruction).first ?? 0)
    }
    let text = "delay[\(time)] \(operands(of: circuit.targets(of: instruction).map(\.value)));"
    if version == 2 { try unconditionalLine("// \(text)") } else { try line(text) }
  }

  /// Qubits as the register they are, or one by one.
  private func operands(of qubits: [Int]) -> String {
    if let first = qubits.first, let register = Self.register(holding: first, in: qubitRegisters),
      register.count == qubits.count, qubits == Array(register.indices)
    {
      return register.name
    }
    return qubits.map { qubit($0) }.joined(separator: ", ")
  }

  // MARK: Measurement and reset

  private func writeCollapse(_ instruction: Instruction) throws(Diagnostic) {
    let definition = instruction.gate.definition
    if !instruction.hasDynamicArguments,
      circuit.arguments(of: instruction).contains(where: { $0 > 0 })
    {
      throw refusal("\(definition.name) with errors", hint: "remove the noise")
    }
    if try writeWholeMeasurement(instruction) { return }
    try eachGroup(of: instruction) { group, bit throws(Diagnostic) in
      switch (instruction.gate, definition.collapse?.basis) {
      case (.mpad, _):
        let value = group[group.startIndex].value
        let name = try self.resultBit(bit)
        if self.version >= 3 {
          try self.line("\(name) = \(value);")
        } else if value == 1 {
          throw self.refusal("the constant result 1")
        }
      case (_, nil): try self.writeProduct(group, bit: bit)
      case (_, let pauli?) where group.count > 1:
        try self.writeProduct(
          group.map { Target.pauli(pauli, $0.value, inverted: $0.isInverted) }[...], bit: bit)
      default: try self.writeSingle(instruction.gate, group[group.startIndex], bit: bit)
      }
    }
  }

  /// `c = measure q;` where a measurement covers two registers of one size.
  private func writeWholeMeasurement(_ instruction: Instruction) throws(Diagnostic) -> Bool {
    let targets = circuit.targets(of: instruction)
    if instruction.gate == .reset {
      guard let register = wholeRegister(instruction) else { return false }
      try line("reset \(register);")
      return true
    }
    guard instruction.gate == .m, targets.count > 2, targets.count % 2 == 0, condition2 == nil
    else { return false }
    let list = Array(targets)
    let count = list.count / 2
    guard list[0].isQubit, list[1].isBit,
      let qubits = Self.register(holding: list[0].value, in: qubitRegisters),
      let bits = Self.register(holding: list[1].value, in: bitRegisters),
      qubits.start == list[0].value, bits.start == list[1].value,
      qubits.count == count, bits.count == count, splitStems[bits.start] == nil,
      (0..<count).allSatisfy({
        list[2 * $0] == .qubit(qubits.start + $0) && list[2 * $0 + 1] == .bit(bits.start + $0)
      })
    else { return false }
    try line(
      version == 2
        ? "measure \(qubits.name) -> \(bits.name);" : "\(bits.name) = measure \(qubits.name);")
    for index in 0..<count { noteResult(bit(bits.start + index)) }
    return true
  }

  private func noteResult(_ name: String) {
    if !keepsRecord { recentResults.append(name) }
  }

  /// The bit that the next result goes to.
  private func resultBit(_ bit: Int?) throws(Diagnostic) -> String {
    if let bit {
      noteResult(self.bit(bit))
      return self.bit(bit)
    }
    if keepsRecord {
      let name = recordBit(records)
      records.offset += 1
      guard records.offset <= UInt64(Target.valueLimit) else { throw refusal("so many results") }
      return name
    }
    let name = recordBit(RecordPosition(offset: UInt64(scratchCount)))
    scratchCount += 1
    noteResult(name)
    return name
  }

  private func measure(_ qubit: String, _ bit: Int?) throws(Diagnostic) {
    let name = try resultBit(bit)
    try line(version == 2 ? "measure \(qubit) -> \(name);" : "\(name) = measure \(qubit);")
    if let bit, let register = condition2?.register, register.indices.contains(bit) {
      condition2?.isStale = true
    }
  }

  private func writeSingle(_ gate: Gate, _ target: Target, bit: Int?) throws(Diagnostic) {
    let name = qubit(target.value)
    let isMeasurement = gate.definition.recordsPerGroup > 0
    let pauli = gate.definition.collapse?.basis ?? .z
    if isMeasurement {
      try turn(pauli, name, back: false)
      if target.isInverted { try line("x \(name);") }
      try measure(name, bit)
      if target.isInverted, !gate.definition.isReset { try line("x \(name);") }
    }
    if gate.definition.isReset { try line("reset \(name);") }
    try turn(pauli, name, back: true)
  }

  /// Turns a Pauli's basis into that of Z, or back.
  private func turn(_ pauli: Pauli, _ name: String, back: Bool) throws(Diagnostic) {
    switch pauli {
    case .i, .z: return
    case .x: try line("h \(name);")
    case .y:
      if back {
        try line("h \(name);")
        try line("s \(name);")
      } else {
        try line("sdg \(name);")
        try line("h \(name);")
      }
    }
  }

  // MARK: Pauli products

  private func product(_ group: ArraySlice<Target>) throws(Diagnostic) -> PauliString {
    var product = PauliString(count: 0)
    for target in group {
      guard let pauli = target.pauli else { continue }
      var factor = PauliString(count: 0)
      factor[target.value] = pauli
      product = product * (target.isInverted ? -factor : factor)
    }
    guard product.isHermitian else { throw refusal("a product that is not Hermitian") }
    return product
  }

  /// Brings the parity of a product onto one qubit, acts there, and undoes it.
  private func onParity(
    _ product: PauliString, _ body: (String) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    let factors = product.factors
    guard let last = factors.last else { return }
    let target = qubit(last.qubit)
    for factor in factors { try turn(factor.pauli, qubit(factor.qubit), back: false) }
    for factor in factors.dropLast() { try line("cx \(qubit(factor.qubit)), \(target);") }
    if product.sign < 0 { try line("x \(target);") }
    try body(target)
    if product.sign < 0 { try line("x \(target);") }
    for factor in factors.dropLast().reversed() {
      try line("cx \(qubit(factor.qubit)), \(target);")
    }
    for factor in factors { try turn(factor.pauli, qubit(factor.qubit), back: true) }
  }

  private func writeProduct(_ group: ArraySlice<Target>, bit: Int?) throws(Diagnostic) {
    let product = try product(group)
    guard product.weight > 0 else {
      let name = try resultBit(bit)
      guard version >= 3 else { throw refusal("a constant result") }
      return try line("\(name) = \(product.sign < 0 ? 1 : 0);")
    }
    try onParity(product) { target throws(Diagnostic) in try self.measure(target, bit) }
  }

  private func writeProducts(_ instruction: Instruction) throws(Diagnostic) {
    try eachGroup(of: instruction) { group, _ throws(Diagnostic) in
      let product = try self.product(group)
      try self.onParity(product) { target throws(Diagnostic) in
        try self.line("\(instruction.gate == .spp ? "s" : "sdg") \(target);")
      }
    }
  }
}

/// A loop further out that is being left or gone on with.
struct PendingExit {
  /// Index among the open loops.
  let level: Int
  let flag: String
  let statement: String
}
