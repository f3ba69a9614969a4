import QuantumCore

// What to say of a gate that nothing defines.

extension Elaborator {
  func unknownGate(_ text: String, _ span: SourceSpan) -> Diagnostic {
    func unknown(_ rest: String, hint: String?) -> Diagnostic {
      Diagnostic("unknown gate '\(text)'\(rest)", code: "unknown-gate", at: span.range, hint: hint)
    }
    if let file = StandardGates.include(for: text, version: version) {
      if sources.isEmpty {
        return unknown("", hint: "add 'include \"\(file)\";' to have the standard gates")
      }
      if strict {
        return Diagnostic(
          "'\(text)' is not in the paper's qelib1.inc", code: "unknown-gate", at: span.range,
          hint: "read the file without --strict, or define the gate")
      }
    }
    if version >= 3, GateCatalog.openQASMNames[text] != nil {
      return unknown(
        ": stdgates.inc does not have it",
        hint: "include \"qelib1.inc\" has it, or define it with 'gate'")
    }
    if let definition = catalogEntry(calledElsewhere: text) {
      if sources.isEmpty, let (name, file) = includedName(of: definition) {
        return unknown("", hint: "add 'include \"\(file)\";' and write '\(name)'")
      }
      if let name = openQASMName(of: definition), name != text {
        return unknown("", hint: "did you mean '\(name)'?")
      }
      let file = version >= 3 ? "stdgates.inc" : "qelib1.inc"
      return unknown(
        ": \(file) does not have it", hint: declaration(of: definition, as: text))
    }
    return unknown(
      "", hint: Parser.draftWordHint(text) ?? near(text).map { "did you mean '\($0)'?" })
  }

  private func near(_ text: String) -> String? {
    var candidates = StandardGates.names(version: version, sources: sources)
    for (name, entry) in scopes[0].entries.prefix(10_000) {
      if case .gate = entry.symbol { candidates.append(names[name]) }
    }
    return nearestName(to: text, in: candidates.sorted())
  }

  /// Names from textbooks and other languages that no catalog entry lists.
  private static let textbookNames: [String: Gate] = [
    "not": .x, "hadamard": .h, "toffoli": .ccx, "ccnot": .ccx, "fredkin": .cswap,
    "sdag": .sDag, "tdag": .tDag, "cphaseshift": .cphase, "phaseshift": .phase,
  ]

  /// The entry that other languages call `text`: by its own name, an alias or a textbook's word.
  private func catalogEntry(calledElsewhere text: String) -> GateDefinition? {
    let word = text.lowercased()
    if let gate = Self.textbookNames[word] { return gate.definition }
    return GateCatalog.all.first { definition in
      definition.isUnitary && definition.qubitCount ?? 0 > 0
        && ([definition.name] + definition.aliases).contains { $0.lowercased() == word }
    }
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

  /// How to define a gate of the catalog, if the gates of its body are at hand.
  private func declaration(of definition: GateDefinition, as text: String) -> String {
    let known = Set(StandardGates.names(version: version, sources: sources))
    guard let body = definition.openQASMBody, let count = definition.qubitCount,
      body.split(separator: ";").allSatisfy({ step in
        step.allSatisfy(\.isWhitespace)
          || known.contains(
            String(step.drop { $0.isWhitespace }.prefix { $0.isLetter || $0.isNumber }))
      })
    else { return "define it with 'gate \(text) …'" }
    let parameters =
      definition.parameters.isEmpty ? "" : "(\(definition.parameters.joined(separator: ", ")))"
    let qubits = ["a", "b", "c", "d", "e"].prefix(count).joined(separator: ", ")
    return "define it: gate \(text)\(parameters) \(qubits) { \(body) }"
  }
}
