import QuantumCore

// What drafts before OpenQASM 3.0 wrote in another way, and how it is written now.

extension Parser {
  /// Refuses `qubit q[3];`.
  func refuseSizeBehindName(_ type: String, _ name: Name) throws(Diagnostic) {
    guard version >= 3, isAt(.leftBracket) else { return }
    let text = lexer.names[name]
    throw Diagnostic(
      "the size belongs to the type", code: "syntax", at: token.span.range,
      hint: "since OpenQASM 3.0: write '\(type)[n] \(text);' rather than '\(type) \(text)[n];'")
  }

  /// Refuses `const n = 3;`.
  mutating func refuseUntypedConstant() throws(Diagnostic) {
    guard isAt(.identifier), keyword == nil, try peekNext().kind == .equals else { return }
    throw unexpected(
      "expected the type of a constant",
      hint: "since OpenQASM 3.0: write 'const int \(lexer.text(token)) = …;'")
  }

  /// Refuses `let r = q[0] || q[1];`.
  func refuseBarsInAlias(_ value: Expression) throws(Diagnostic) {
    guard case .chain(_, let links) = value.kind,
      let bars = links.first(where: { $0.operation == .logicalOr })
    else { return }
    throw Diagnostic(
      "'||' is the logical or; registers are joined with '++'", code: "syntax",
      at: bars.span.range, hint: "since OpenQASM 3.0: write 'a ++ b' rather than 'a || b'")
  }

  /// For `def f qubit[2]:d -> bit { … }` and `def f(int[8]:n) qubit:q { … }`.
  func oldSubroutine(_ name: Name) -> Diagnostic {
    unexpected(
      "expected the parameters of a subroutine in one pair of parentheses",
      hint: "since OpenQASM 3.0: write 'def \(lexer.names[name])(qubit[2] a, int n) -> bit { … }'")
  }

  /// For `qubit:q` among parameters.
  var oldParameter: Diagnostic {
    unexpected(
      "expected the name of a parameter",
      hint: "since OpenQASM 3.0: write 'qubit[2] a' rather than 'qubit[2]:a'")
  }

  /// What to do about the present token, where drafts or other versions had a use for it.
  func draftHint(_ context: String) -> String? {
    guard version >= 3 else {
      return isAt(.leftBrace) ? "blocks in braces are OpenQASM 3: 'OPENQASM 3.0;'" : nil
    }
    switch token.kind {
    case .doubleBar: return "since OpenQASM 3.0 registers are joined with '++', not with '||'"
    case .comma where context == "after a declaration":
      return "each declaration is a statement of its own"
    default: return nil
    }
  }

  /// For words that drafts had, met where a statement starts; `nil` for others.
  static func draftWordHint(_ word: String) -> String? {
    switch word {
    case "kernel": "since OpenQASM 3.0: 'extern', which is read and not simulated"
    case "fixed": "OpenQASM 3.0 has 'float' and 'angle' instead"
    case "boxas", "boxto": "since OpenQASM 3.0: box[100ns] { … }"
    case "lengthof", "length": "since OpenQASM 3.0: durationof, duration"
    case "stretchinf": "since OpenQASM 3.0: stretch"
    default: nil
    }
  }
}
