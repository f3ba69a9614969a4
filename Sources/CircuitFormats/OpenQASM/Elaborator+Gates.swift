import QuantumCore
import RealModule

extension Elaborator {
  /// A gate of the catalog on given qubits, controls first.
  struct Primitive {
    var gate: Gate
    var arguments: [Payload]
    var targets: [Target]
    var controlCount = 0
  }

  // MARK: Finding gates

  func gate(named name: Name, _ span: SourceSpan) throws(Diagnostic) -> GateSymbol {
    if name == Keyword.gphase.rawValue, version >= 3 { return .globalPhase }
    let entry = scopes[0].entries[name]
    if case .gate(let gate)? = entry?.symbol { return gate }
    if let gate = standardGates[name] { return gate }
    let text = names[name]
    guard let gate = StandardGates.gate(named: text, version: version, sources: sources) else {
      if case .subroutine? = entry?.symbol {
        throw Diagnostic(
          "'\(text)' is a subroutine; its arguments all stand in parentheses", code: "type",
          at: span.range, hint: "\(text)(…);")
      }
      if let entry {
        throw Diagnostic(
          "'\(text)' is \(entry.symbol.kindName), not a gate", code: "type", at: span.range)
      }
      throw unknownGate(text, span)
    }
    standardGates[name] = gate
    return gate
  }

  /// By gate: a definition is a large value to copy for two numbers.
  private static let signatures: [(parameters: Int, qubits: Int)] = Gate.allCases.map {
    ($0.definition.parameters.count, $0.definition.qubitCount ?? 0)
  }

  /// How many parameters and qubits a gate takes.
  func signature(_ gate: GateSymbol) -> (parameters: Int, qubits: Int) {
    switch gate {
    case .catalog(let gate, _): Self.signatures[Int(gate.rawValue)]
    case .declared(let gate): (gate.declaration.parameters.count, gate.declaration.qubits.count)
    case .globalPhase: (1, 0)
    }
  }

  // MARK: Declaring

  func declare(_ declaration: GateDeclaration) throws(Diagnostic) {
    let text = names[declaration.name]
    if text == "U" || (text == "CX" && version == 2) {
      throw Diagnostic("'\(text)' is built in", code: "duplicate", at: declaration.span.range)
    }
    if scopes[0].entries[declaration.name] == nil,
      let (_, own) = GateCatalog.openQASMNames[text],
      !own.isDisjoint(with: version == 2 ? sources.intersection(.paper) : sources)
    {
      throw Diagnostic(
        "'\(text)' is already defined by the included file", code: "duplicate",
        at: declaration.span.range,
        hint: "leave out the definition, or the include")
    }
    let (depth, cost) = try measure(declaration)
    guard depth <= 128 else {
      throw Diagnostic(
        "gates are nested more than 128 deep", code: "too-deep", at: declaration.span.range)
    }
    let gate = DeclaredGate(declaration, depth: depth, cost: cost)
    try declare(declaration.name, .gate(.declared(gate)), declaration.span)
  }

  /// Checks a gate's body and finds how deep it nests and how many gates it stands for.
  private func measure(_ declaration: GateDeclaration) throws(Diagnostic) -> (Int, Int) {
    var (depth, cost) = (1, 0)
    for statement in declaration.body {
      switch statement.kind {
      case .gateCall(let call):
        if call.name == declaration.name {
          throw Diagnostic(
            "gate '\(names[call.name])' is used in its own definition", code: "recursion",
            at: call.nameSpan.range)
        }
        let gate = try gate(named: call.name, call.nameSpan)
        if call.modifiers.isEmpty {
          try check(gate, call, operandCount: call.operands.count)
        }
        for operand in call.operands { try check(operand, isQubitOf: declaration) }
        for argument in call.arguments { try checkNames(argument, in: declaration) }
        if case .declared(let inner) = gate {
          depth = max(depth, inner.depth + 1)
          cost = min(cost + inner.cost, 1 << 40)
        } else {
          cost += 1
        }
      case .barrier(let operands), .delay(_, let operands):
        for operand in operands { try check(operand, isQubitOf: declaration) }
      default: break
      }
    }
    return (depth, cost)
  }

  private func check(_ operand: Expression, isQubitOf declaration: GateDeclaration)
    throws(Diagnostic)
  {
    if case .physicalQubit = operand.kind { return }
    guard case .identifier(let name) = operand.kind else {
      throw Diagnostic(
        "a gate's qubits are single: there is nothing to index", code: "type",
        at: operand.span.range)
    }
    guard declaration.qubits.contains(name) else {
      let near = nearestName(to: names[name], in: declaration.qubits.map { names[$0] })
      throw Diagnostic(
        "'\(names[name])' is not a qubit of gate '\(names[declaration.name])'",
        code: "unknown-name", at: operand.span.range, hint: near.map { "did you mean '\($0)'?" })
    }
  }

  private func checkNames(_ expression: Expression, in declaration: GateDeclaration)
    throws(Diagnostic)
  {
    switch expression.kind {
    case .identifier(let name):
      if declaration.parameters.contains(name) { return }
      if let entry = scopes[0].entries[name], version >= 3 {
        if case .qubits = entry.symbol { break }
        return
      }
      let near = nearestName(to: names[name], in: declaration.parameters.map { names[$0] })
      throw Diagnostic(
        "'\(names[name])' is not a parameter of gate '\(names[declaration.name])'",
        code: "unknown-name", at: expression.span.range,
        hint: near.map { "did you mean '\($0)'?" })
    case .unary(_, let a), .cast(_, let a): try checkNames(a, in: declaration)
    case .chain(let first, let links):
      try checkNames(first, in: declaration)
      for link in links { try checkNames(link.operand, in: declaration) }
    case .power(let a, let b):
      try checkNames(a, in: declaration)
      try checkNames(b, in: declaration)
    case .call(_, let arguments): for a in arguments { try checkNames(a, in: declaration) }
    default: break
    }
  }

  private func check(
    _ gate: GateSymbol, _ call: GateCall, operandCount: Int, controlCount: Int = 0
  ) throws(Diagnostic) {
    let (parameters, qubits) = signature(gate)
    let text = names[call.name]
    if call.arguments.count != parameters {
      throw Diagnostic(
        "'\(text)' takes \(counted(parameters, "parameter")), not \(call.arguments.count)",
        code: "argument-count", at: call.nameSpan.range)
    }
    if operandCount != qubits + controlCount {
      let controls = controlCount > 0 ? " with \(counted(controlCount, "control"))" : ""
      let wanted = counted(qubits + controlCount, "qubit")
      throw Diagnostic(
        "'\(text)'\(controls) acts on \(wanted), not \(operandCount)",
        code: "operand-count", at: call.nameSpan.range)
    }
  }

  func counted(_ count: Int, _ noun: String) -> String {
    count == 0 ? "no \(noun)s" : "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  // MARK: Calling

  func apply(_ call: GateCall, _ span: SourceSpan) throws(Diagnostic) {
    let gate = try gate(named: call.name, call.nameSpan)
    if case .declared(let declared) = gate {
      if declared.declaration.isOpaque {
        throw Diagnostic(
          "gate '\(names[call.name])' is opaque: it has no definition to simulate", code: "opaque",
          at: call.nameSpan.range)
      }
    }
    let modifiers = try evaluate(call.modifiers)
    var arguments: [Payload] = []
    arguments.reserveCapacity(call.arguments.count)
    for argument in call.arguments {
      arguments.append(try realPayload(evaluate(argument), argument.span))
    }
    var operands: [Operand] = []
    operands.reserveCapacity(call.operands.count)
    for operand in call.operands { operands.append(try qubits(operand)) }
    try check(gate, call, operandCount: operands.count, controlCount: modifiers.controls.count)
    try withKnownIndices(operands, span) { operands throws(Diagnostic) in
      try self.broadcast(gate, modifiers, arguments, operands, call, span)
    }
  }

  /// Applies a gate to qubits, and to registers element by element.
  private func broadcast(
    _ gate: GateSymbol, _ modifiers: Modifiers, _ arguments: [Payload], _ operands: [Operand],
    _ call: GateCall, _ span: SourceSpan
  ) throws(Diagnostic) {
    var count: Int?
    for operand in operands where !operand.isSingle {
      if let count, count != operand.count {
        throw Diagnostic(
          "registers of \(count) and \(operand.count) qubits cannot be paired", code: "size",
          at: operand.span.range)
      }
      count = operand.count
    }
    for operand in operands { try checkUsable(operand) }
    let groups = count ?? 1
    if case .declared(let declared) = gate {
      let (cost, overflow) = declared.cost.multipliedReportingOverflow(by: groups)
      if overflow || cost > Self.applicationLimit { try noteApplications(.max / 4, span) }
    }
    if groups > Self.applicationLimit { try noteApplications(groups, span) }
    if case .catalog(let catalog, let rule) = gate, modifiers.isEmpty, !operands.isEmpty {
      if groups > 0, let phase = try phase(rule, arguments, span) {
        let whole = groups == 1 ? phase : try fold(.multiply, phase, .real(Double(groups)), span)
        try emit(
          Primitive(gate: .globalPhase, arguments: [whole], targets: []), groups: 1, span)
      }
      var targets: [Target] = []
      targets.reserveCapacity(groups * operands.count)
      for group in 0..<groups {
        for operand in operands {
          targets.append(
            try target(operand.list[operand.isSingle ? 0 : group], operand.span))
        }
        try checkDistinct(targets.suffix(operands.count), operands, call)
      }
      return try emit(
        Primitive(gate: catalog, arguments: arguments, targets: targets), groups: groups, span)
    }
    for group in 0..<groups {
      var targets: [Target] = []
      for operand in operands {
        targets.append(try target(operand.list[operand.isSingle ? 0 : group], operand.span))
      }
      try checkDistinct(targets[...], operands, call)
      try apply(gate, modifiers, arguments, targets, span)
    }
  }

  private func checkDistinct(
    _ targets: ArraySlice<Target>, _ operands: [Operand], _ call: GateCall
  ) throws(Diagnostic) {
    guard targets.count > 1 else { return }
    if targets.count == 2 {
      guard targets[targets.startIndex] == targets[targets.startIndex + 1] else { return }
    } else if targets.count > 8 {
      guard Set(targets).count < targets.count else { return }
    }
    var seen: Set<Target> = []
    for (target, operand) in zip(targets, operands) where !seen.insert(target).inserted {
      throw Diagnostic(
        "\(qubitName(target.value)) is used twice in one '\(names[call.name])'", code: "duplicate",
        at: operand.span.range)
    }
  }

  /// How messages call a qubit.
  func qubitName(_ qubit: Int) -> String {
    for register in circuit.qubitRegisters where register.indices.contains(qubit) {
      return "qubit \(register.name)[\(qubit - register.start)]"
    }
    return "qubit $\(qubit)"
  }

  // MARK: Modifiers

  struct Modifiers {
    /// For each control, in operand order, whether it acts on 0.
    var controls: [Bool] = []
    /// Outermost first.
    var transforms: [Transform] = []
    enum Transform { case inverse, power(Double) }
    var isEmpty: Bool { controls.isEmpty && transforms.isEmpty }
  }

  func evaluate(_ modifiers: [Modifier]) throws(Diagnostic) -> Modifiers {
    var result = Modifiers()
    for modifier in modifiers {
      switch modifier.kind {
      case .inverse: result.transforms.append(.inverse)
      case .power(let exponent):
        let (type, payload) = try number(evaluate(exponent), exponent.span)
        guard let value = real(type, payload).known?.asReal else {
          throw Diagnostic(
            "parsed, not simulated: 'pow' with an exponent that depends on measurements",
            code: "not-simulated", at: exponent.span.range)
        }
        if case .integer(let whole)? = payload.known {
          let isKept =
            type == .uint(64)
            ? UInt64(exactly: value) == UInt64(bitPattern: whole) : Int64(exactly: value) == whole
          guard isKept else { throw Self.powerWithoutDigits(at: exponent.span) }
        }
        result.transforms.append(.power(value))
      case .control(let count, let isNegative):
        let number =
          try count.map { expression throws(Diagnostic) in
            try knownInteger(evaluate(expression), expression.span)
          } ?? 1
        guard number >= 1, number <= 1024, result.controls.count < 1024 else {
          throw Diagnostic(
            "a gate has 1 to 1024 controls, not \(number)", code: "range",
            at: (count?.span ?? modifier.span).range)
        }
        result.controls += [Bool](repeating: isNegative, count: Int(number))
      }
    }
    return result
  }

  /// Applies a gate with modifiers to single qubits, controls first.
  func apply(
    _ gate: GateSymbol, _ modifiers: Modifiers, _ arguments: [Payload], _ targets: [Target],
    _ span: SourceSpan
  ) throws(Diagnostic) {
    let controlCount = modifiers.controls.count
    let own = controlCount == 0 ? targets : Array(targets[controlCount...])
    if modifiers.isEmpty { return try applyPlain(gate, arguments, own, span) }
    let outer = collected
    collected = []
    try applyPlain(gate, arguments, own, span)
    var list = collected ?? []
    collected = outer
    for transform in modifiers.transforms.reversed() {
      switch transform {
      case .inverse: list = try inverse(list, span)
      case .power(let exponent): list = try power(list, exponent, span)
      }
    }
    let controls = zip(targets, modifiers.controls).map { target, isNegative in
      Target.qubit(target.value, inverted: isNegative)
    }
    for primitive in list {
      if controls.isEmpty {
        try emit(primitive, groups: 1, span)
      } else {
        try emitControlled(primitive, controls, span)
      }
    }
  }

  private func applyPlain(
    _ gate: GateSymbol, _ arguments: [Payload], _ targets: [Target], _ span: SourceSpan
  ) throws(Diagnostic) {
    switch gate {
    case .globalPhase:
      try emit(Primitive(gate: .globalPhase, arguments: arguments, targets: []), groups: 1, span)
    case .catalog(let gate, let rule):
      if let phase = try self.phase(rule, arguments, span) {
        try emit(Primitive(gate: .globalPhase, arguments: [phase], targets: []), groups: 1, span)
      }
      try emit(Primitive(gate: gate, arguments: arguments, targets: targets), groups: 1, span)
    case .declared(let gate): try expand(gate, arguments, targets, span)
    }
  }

  private func phase(
    _ rule: GateSymbol.PhaseRule, _ arguments: [Payload], _ span: SourceSpan
  ) throws(Diagnostic) -> Payload? {
    var angles: [Payload]
    switch rule {
    case .none: return nil
    case .builtInU: angles = [arguments[0]]
    case .standardU3: angles = [arguments[1].applying(.negate), arguments[2].applying(.negate)]
    case .standardU2: angles = [arguments[0].applying(.negate), arguments[1].applying(.negate)]
    }
    // Halved and reduced before they are added: a sum of large angles has no digits, or is
    // infinite.
    angles = try angles.map { angle throws(Diagnostic) in
      reduced(try fold(.multiply, angle, .real(0.5), span))
    }
    var sum = angles[0]
    for angle in angles.dropFirst() { sum = try fold(.add, sum, angle, span) }
    if let value = sum.known, value.asReal == 0 { return nil }
    return sum
  }

  /// A known angle that may be added to others.
  private func reduced(_ angle: Payload) -> Payload {
    angle.known.map { .real(Angle.reduced($0.asReal)) } ?? angle
  }

  /// Applies the gates of a declared gate's body.
  private func expand(
    _ gate: DeclaredGate, _ arguments: [Payload], _ targets: [Target], _ span: SourceSpan
  ) throws(Diagnostic) {
    try step(span)
    try descend(span)
    defer { ascend() }
    let declaration = gate.declaration
    let (outerBase, outerQubits, outerDepth) = (functionBase, bodyQubits, frames.count)
    functionBase = scopes.count
    bodyQubits = targets.map(\.value)
    pushScope()
    defer {
      popScope()
      (functionBase, bodyQubits) = (outerBase, outerQubits)
    }
    for (name, value) in zip(declaration.parameters, arguments) {
      scopes[scopes.count - 1].entries[name] = Entry(
        symbol: .constant(.scalar(.angle(nil), value)), span: declaration.span)
    }
    for (name, target) in zip(declaration.qubits, targets) {
      scopes[scopes.count - 1].entries[name] = Entry(
        symbol: .qubits(.range(target.value..<target.value + 1), isSingle: true),
        span: declaration.span)
    }
    for statement in declaration.body {
      // The place stays that of the call: that is the statement of the program.
      if case .gateCall(let call) = statement.kind {
        try apply(call, statement.span)
      } else {
        let flow = try run(statement)
        assert(flow == .normal && frames.count == outerDepth, "A gate's body has no jumps")
      }
    }
  }

  // MARK: Emitting

  func emit(_ primitive: Primitive, groups: Int, _ span: SourceSpan) throws(Diagnostic) {
    try noteApplications(groups, span)
    try noteInstruction(span)
    if collected != nil {
      guard groups > 1 else {
        collected?.append(primitive)
        return
      }
      let size = primitive.targets.count / groups
      for group in 0..<groups {
        var part = primitive
        part.targets = Array(primitive.targets[group * size..<(group + 1) * size])
        collected?.append(part)
      }
      return
    }
    if primitive.gate == .globalPhase, mergePhase(primitive) { return }
    do {
      var numbers: [Double] = []
      var isKnown = true
      for argument in primitive.arguments {
        if case .known(let value) = argument {
          numbers.append(value.asReal)
        } else {
          isKnown = false
        }
      }
      if isKnown {
        try circuit.appendChecked(
          primitive.gate, arguments: numbers, targets: primitive.targets,
          controlCount: primitive.controlCount)
      } else {
        try circuit.appendDynamic(
          primitive.gate, arguments: primitive.arguments.map(\.expression),
          targets: primitive.targets, controlCount: primitive.controlCount)
      }
    } catch {
      throw Diagnostic(error.message, code: error.code, at: span.range, hint: error.hint)
    }
  }

  /// Joins a global phase to one just before it: those of gates and their definitions often cancel.
  private func mergePhase(_ primitive: Primitive) -> Bool {
    guard primitive.controlCount == 0, let value = primitive.arguments[0].known?.asReal,
      let earlier = circuit.removeTrailingPhase()
    else { return false }
    let sum = Angle.reduced(Angle.sum(earlier, value))
    if sum != 0 { circuit.append(.globalPhase, [sum]) }
    return true
  }

  /// Applies a gate under further controls, as the catalog's own controlled gate where there is
  /// one.
  private func emitControlled(
    _ primitive: Primitive, _ controls: [Target], _ span: SourceSpan
  ) throws(Diagnostic) {
    var result = primitive
    result.targets = controls + primitive.targets
    result.controlCount += controls.count
    switch primitive.gate {
    case .barrier, .delay: return try emit(primitive, groups: 1, span)
    case .globalPhase: return try emitPhase(primitive, result.targets, span)
    default: break
    }
    if let form = primitive.gate.definition.controlledForm {
      result.gate = form.base
      result.controlCount += form.controlCount
    }
    if result.targets.prefix(result.controlCount).allSatisfy({ !$0.isInverted }),
      let gate = Self.controlledGates[
        GateDefinitionKey(base: result.gate, count: result.controlCount)]
    {
      result.gate = gate
      result.controlCount = 0
    }
    try emit(result, groups: 1, span)
  }

  struct GateDefinitionKey: Hashable {
    let base: Gate
    let count: Int
  }

  private static let controlledGates: [GateDefinitionKey: Gate] = {
    var table: [GateDefinitionKey: Gate] = [:]
    for definition in GateCatalog.all {
      guard let form = definition.controlledForm else { continue }
      table[GateDefinitionKey(base: form.base, count: form.controlCount)] = definition.gate
    }
    return table
  }()

  /// A phase under controls: a phase on one of them, under the others.
  private func emitPhase(_ primitive: Primitive, _ controls: [Target], _ span: SourceSpan)
    throws(Diagnostic)
  {
    let own = controls.lastIndex { !$0.isInverted } ?? controls.count - 1
    let target = Target.qubit(controls[own].value)
    var others = controls
    others.remove(at: own)
    let phase = Primitive(gate: .phase, arguments: primitive.arguments, targets: [target])
    let flip = Primitive(gate: .x, arguments: [], targets: [target])
    if controls[own].isInverted { try emit(flip, groups: 1, span) }
    if others.isEmpty {
      try emit(phase, groups: 1, span)
    } else {
      try emitControlled(phase, others, span)
    }
    if controls[own].isInverted { try emit(flip, groups: 1, span) }
  }

  // MARK: Inverses and powers

  private func inverse(_ list: [Primitive], _ span: SourceSpan) throws(Diagnostic) -> [Primitive] {
    try list.reversed().map { primitive throws(Diagnostic) in try inverse(primitive, span) }
  }

  private func inverse(_ primitive: Primitive, _ span: SourceSpan) throws(Diagnostic) -> Primitive {
    var result = primitive
    let definition = primitive.gate.definition
    if definition.isAnnotation { return primitive }
    let numbers = primitive.arguments.compactMap { $0.known?.asReal }
    if numbers.count == primitive.arguments.count {
      guard let (gate, arguments) = definition.inverse(of: numbers) else {
        throw Diagnostic(
          "\(definition.name) has no inverse", code: "inverse", at: span.range)
      }
      result.gate = gate
      result.arguments = arguments.map { .real($0) }
      return result
    }
    // Every inverse maps arguments affinely: the map is read off its values at 0 and at the unit
    // vectors.
    let count = primitive.arguments.count
    let zeros = [Double](repeating: 0, count: count)
    guard let (gate, offset) = definition.inverse(of: zeros) else {
      throw Diagnostic("\(definition.name) has no inverse", code: "inverse", at: span.range)
    }
    result.gate = gate
    result.arguments = offset.map { .real($0) }
    for column in 0..<count {
      var unit = zeros
      unit[column] = 1
      guard let image = definition.inverse(of: unit)?.arguments else { continue }
      for row in image.indices {
        let factor = (image[row] - offset[row]).rounded()
        guard factor != 0 else { continue }
        let term = try fold(.multiply, primitive.arguments[column], .real(factor), span)
        result.arguments[row] =
          result.arguments[row].known?.asReal == 0
          ? term : try fold(.add, result.arguments[row], term, span)
      }
    }
    return result
  }

  private func power(_ list: [Primitive], _ exponent: Double, _ span: SourceSpan)
    throws(Diagnostic) -> [Primitive]
  {
    if list.isEmpty || exponent == 1 { return list }
    if exponent == 0 { return [] }
    if list.count == 1, let powered = try power(list[0], exponent, span) { return [powered] }
    guard exponent == exponent.rounded() else { return try matrixPower(list, exponent, span) }
    let base = exponent < 0 ? try inverse(list, span) : list
    var times = exponent.magnitude
    if base.count == 1, case .gate(let own) = base[0].gate.definition.inverse, own == base[0].gate {
      times = times.truncatingRemainder(dividingBy: 2)
    }
    if times * Double(base.count) > 4096, let short = try? matrixPower(list, exponent, span) {
      return short
    }
    guard times * Double(base.count) <= Double(Self.applicationLimit) else {
      try noteApplications(.max / 4, span)
      return []
    }
    try noteApplications(Int(times) * base.count, span)
    return (0..<Int(times)).flatMap { _ in base }
  }

  /// A gate's power as one gate of the catalog.
  private func power(_ primitive: Primitive, _ exponent: Double, _ span: SourceSpan)
    throws(Diagnostic) -> Primitive?
  {
    var result = primitive
    switch primitive.gate.definition.power {
    case .scalingArguments:
      let known = primitive.arguments.compactMap(\.known?.asReal)
      if exponent != exponent.rounded(), known.count == primitive.arguments.count {
        guard let base = primitive.gate.definition.principalArguments(known) else { return nil }
        result.arguments = base.map { .real($0 * exponent) }
        return result
      }
      result.arguments = try primitive.arguments.map { argument throws(Diagnostic) in
        if let known = argument.known?.asReal, let multiple = Angle.multiple(known, by: exponent) {
          return .real(multiple)
        }
        let angle =
          argument.known.map { .real(Angle.reducedWithinTwoTurns($0.asReal)) } ?? argument
        return try fold(.multiply, angle, .real(exponent), span)
      }
      return result
    case .phase(let angle):
      result.gate = .phase
      result.arguments = [.real(Angle.multiple(angle, by: exponent) ?? angle * exponent)]
      // The turns that matter are whole to the last digit, whatever the exponent.
      let eighths = (angle / (.pi / 4)).rounded() * exponent.truncatingRemainder(dividingBy: 8)
      if eighths == eighths.rounded() {
        let gates: [Gate?] = [.i, .t, .s, nil, .z, nil, .sDag, .tDag]
        let turn = Int(eighths) % 8
        if let gate = gates[turn < 0 ? turn + 8 : turn] {
          result.gate = gate
          result.arguments = []
        }
      }
      return result
    case .general: break
    }
    let roots: [Gate: (Gate, Gate)] = [.x: (.sqrtX, .sqrtXDag), .y: (.sqrtY, .sqrtYDag)]
    guard abs(exponent) == 0.5, let (plus, minus) = roots[primitive.gate] else { return nil }
    result.gate = exponent > 0 ? plus : minus
    return result
  }

  private static func powerWithoutDigits(at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      "a power beyond 2^53 has no digits left", code: "range", at: span.range,
      hint: "whole numbers up to 9007199254740992 keep theirs")
  }

  /// A power through the matrix.
  private func matrixPower(_ list: [Primitive], _ exponent: Double, _ span: SourceSpan)
    throws(Diagnostic) -> [Primitive]
  {
    guard exponent.magnitude <= 0x1p53 else { throw Self.powerWithoutDigits(at: span) }
    var qubits: [Int] = []
    if list.contains(where: { $0.gate == .delay }) {
      throw Diagnostic(
        "parsed, not simulated: a power that is not an integer of a gate with a delay",
        code: "not-simulated", at: span.range)
    }
    for primitive in list where primitive.gate != .barrier {
      for target in primitive.targets where !qubits.contains(target.value) {
        qubits.append(target.value)
      }
      guard qubits.count <= 6, primitive.arguments.allSatisfy(\.isKnown) else {
        throw Diagnostic(
          qubits.count > 6
            ? "a power that is not an integer is computed for gates on at most 6 qubits"
            : "a power of a gate whose parameters depend on measurements is not simulated",
          code: "not-simulated", at: span.range)
      }
    }
    var matrix = ComplexMatrix.identity(1 << qubits.count)
    for primitive in list where primitive.gate != .barrier {
      try noteApplications(1 << (2 * qubits.count), span)
      matrix = Self.matrix(of: primitive, on: qubits) * matrix
    }
    let power = matrix.power(exponent)
    if qubits.isEmpty {
      let angle = Double.atan2(y: power[0, 0].imaginary, x: power[0, 0].real)
      return [Primitive(gate: .globalPhase, arguments: [.real(angle)], targets: [])]
    }
    return [
      Primitive(
        gate: .unitary, arguments: GateDefinition.flattened(power).map { .real($0) },
        targets: qubits.map { .qubit($0) })
    ]
  }

  /// The matrix of a gate with known arguments on the given qubits, bit j of an index being
  /// `qubits[j]`.
  static func matrix(of primitive: Primitive, on qubits: [Int]) -> ComplexMatrix {
    let numbers = primitive.arguments.map { $0.known?.asReal ?? 0 }
    let size = 1 << qubits.count
    guard var gate = primitive.gate.definition.matrix?(numbers[...]) else { return .identity(size) }
    if primitive.controlCount > 0 {
      var negated = 0
      for (bit, control) in primitive.targets.prefix(primitive.controlCount).enumerated()
      where control.isInverted {
        negated |= 1 << bit
      }
      gate = gate.controlled(by: primitive.controlCount, negated: negated)
    }
    let wires = primitive.targets.compactMap { target in
      qubits.firstIndex(of: target.value)
    }
    func local(_ index: Int) -> Int {
      var value = 0
      for (bit, wire) in wires.enumerated() where index >> wire & 1 == 1 { value |= 1 << bit }
      return value
    }
    let mask = wires.reduce(0) { $0 | 1 << $1 }
    var result = ComplexMatrix(zeros: size, by: size)
    for row in 0..<size {
      for column in 0..<size where row & ~mask == column & ~mask {
        result[row, column] = gate[local(row), local(column)]
      }
    }
    return result
  }
}
