import QuantumCore

// What to say of a gate that nothing defines.

extension Elaborator {
  func unknownGate(_ text: String, _ span: SourceSpan) -> Diagnostic {
    if let file = StandardGates.include(for: text, version: version) {
      if sources.isEmpty {
        return unknown(text, span, hint: "add 'include \"\(file)\";' to have the standard gates")
      }
      if strict {
        return Diagnostic(
          "'\(text)' is not in the paper's qelib1.inc", code: "unknown-gate", at: span.range,
          hint: "read the file without --strict, or define the gate")
      }
    }
    if version >= 3, GateCatalog.openQASMNames[text] != nil {
      return unknown(
        text, span, ": stdgates.inc does not have it",
        hint: "include \"qelib1.inc\" has it, or define it with 'gate'")
    }
    switch foreignGate(named: text) {
    case .gate(let gate)?: return unknownGate(text, meaning: gate.definition, span)
    case .controlled(let base)?: return unknown(text, span, hint: controlledHint(base.definition))
    case .defined(let parameters, let qubitCount, let body)?:
      let declaration = Self.declaration(
        text, parameters: parameters, qubitCount: qubitCount, body: body)
      return unknown(text, span, hint: "define it\(includeHint): \(declaration)")
    case nil:
      let hint = Parser.draftWordHint(text) ?? near(text).map { "did you mean '\($0)'?" }
      return unknown(text, span, hint: hint)
    }
  }

  private func unknown(
    _ text: String, _ span: SourceSpan, _ rest: String = "", hint: String?
  ) -> Diagnostic {
    Diagnostic("unknown gate '\(text)'\(rest)", code: "unknown-gate", at: span.range, hint: hint)
  }

  private func near(_ text: String) -> String? {
    var candidates = StandardGates.names(version: version, sources: sources)
    for (name, entry) in scopes[0].entries.prefix(10_000) {
      if case .gate = entry.symbol { candidates.append(names[name]) }
    }
    return nearestName(to: text, in: candidates.sorted())
  }

  /// The gate that other languages call `text`: by a name of their own, or that of the catalog.
  private func foreignGate(named text: String) -> ForeignGate? {
    if let gate = ForeignGate(named: text) { return gate }
    let word = text.lowercased()
    let definition = GateCatalog.all.first { definition in
      definition.isUnitary && definition.qubitCount ?? 0 > 0
        && ([definition.name] + definition.aliases).contains { $0.lowercased() == word }
    }
    return definition.map { .gate($0.gate) }
  }

  private func unknownGate(
    _ text: String, meaning definition: GateDefinition, _ span: SourceSpan
  ) -> Diagnostic {
    if sources.isEmpty, let (name, file) = includedName(of: definition) {
      return unknown(text, span, hint: "add 'include \"\(file)\";' and write '\(name)'")
    }
    if let name = openQASMName(of: definition), name != text {
      return unknown(text, span, hint: "did you mean '\(name)'?")
    }
    let file = version >= 3 ? "stdgates.inc" : "qelib1.inc"
    return unknown(
      text, span, ": \(file) does not have it",
      hint: declarations(of: definition, as: text).map { "define it: \($0)" }
        ?? "define it with 'gate \(text) …'")
  }

  /// How a gate under any number of controls is written.
  private func controlledHint(_ base: GateDefinition) -> String {
    let file = version >= 3 ? "stdgates.inc" : "qelib1.inc"
    let source: OpenQASMSource = version >= 3 ? .stdgates : strict ? .paper : .qelib1
    func name(_ definition: GateDefinition) -> String? {
      definition.openQASM.first { !$0.sources.isDisjoint(with: source) }?.name
    }
    if version >= 3, let own = name(base) {
      return "write 'ctrl(2) @ \(own)' for two controls, and so on for more\(includeHint)"
    }
    let controlled = GateCatalog.all.filter { $0.controlledForm?.base == base.gate }
      .sorted { ($0.controlledForm?.controlCount ?? 0) < ($1.controlledForm?.controlCount ?? 0) }
      .compactMap(name)
    let others = "OpenQASM 3 has 'ctrl(n) @ …' for any number of controls"
    return controlled.isEmpty
      ? others
      : "\(file) has \(controlled.map { "'\($0)'" }.joined(separator: ", ")); \(others)"
  }

  /// What a hint adds where the text includes no gates yet.
  private var includeHint: String {
    guard sources.isEmpty else { return "" }
    return ", after 'include \"\(version >= 3 ? "stdgates" : "qelib1").inc\";'"
  }

  /// What the included files call a gate; `nil` if they have none.
  private func openQASMName(of definition: GateDefinition) -> String? {
    definition.openQASM.first { !$0.sources.isDisjoint(with: sources) }?.name
  }

  /// The name and the file by which a text that includes nothing could have a gate.
  private func includedName(of definition: GateDefinition) -> (name: String, file: String)? {
    let file: (source: OpenQASMSource, name: String) =
      version >= 3 ? (.stdgates, "stdgates.inc") : (.qelib1, "qelib1.inc")
    return definition.openQASM.first { !$0.sources.isDisjoint(with: file.source) }
      .map { ($0.name, file.name) }
  }

  /// How to define a gate of the catalog from gates that are at hand, those between included;
  /// `nil` if that takes more.
  private func declarations(of definition: GateDefinition, as text: String) -> String? {
    guard let count = definition.qubitCount,
      let body = definition.openQASMBody ?? Self.body(ofSteps: definition.decomposition)
    else { return nil }
    let known = Set(StandardGates.names(version: version, sources: sources))
    var before: [(name: Substring, text: String)] = []
    for step in body.split(separator: ";") where !step.allSatisfy(\.isWhitespace) {
      let name = step.drop(while: \.isWhitespace).prefix { $0.isLetter || $0.isNumber }
      if known.contains(String(name)) || before.contains(where: { $0.name == name }) { continue }
      guard let part = GateCatalog.all.first(where: { $0.name == name }),
        let declared = declarations(of: part, as: part.name)
      else { return nil }
      before.append((name, declared + " "))
    }
    return before.map(\.text).joined()
      + Self.declaration(text, parameters: definition.parameters, qubitCount: count, body: body)
  }

  /// Steps over H, S and CX as the body of a gate.
  private static func body(ofSteps steps: String?) -> String? {
    guard let steps else { return nil }
    let names = ["H": "h", "S": "s", "CX": "cx"]
    var body: [String] = []
    for step in steps.split(separator: ";") {
      let words = step.split(separator: " ")
      guard let name = words.first.flatMap({ names[String($0)] }) else { return nil }
      let operands = words.dropFirst().compactMap { Int($0) }.map { qubitNames[$0] }
      body.append("\(name) \(operands.joined(separator: ", "));")
    }
    return body.joined(separator: " ")
  }

  private static func declaration(
    _ name: String, parameters: [String], qubitCount: Int, body: String
  ) -> String {
    let list = parameters.isEmpty ? "" : "(\(parameters.joined(separator: ", ")))"
    let qubits = qubitNames.prefix(qubitCount).joined(separator: ", ")
    return "gate \(name)\(list) \(qubits) { \(body) }"
  }

  private static let qubitNames = ["a", "b", "c", "d", "e"]
}
