/// A real combination of Pauli strings: an observable such as a Hamiltonian.
public struct PauliSum: Hashable, Sendable {
  /// A Pauli string times a real number.
  public struct Term: Hashable, Sendable {
    /// The factor in front of the string, its sign included.
    public var coefficient: Double
    /// Hermitian with phase +1; a sign is kept in the coefficient.
    public var pauli: PauliString

    /// A term; the sign of `pauli` goes to the coefficient.
    ///
    /// - Precondition: `pauli` is Hermitian.
    public init(_ coefficient: Double, _ pauli: PauliString) {
      precondition(pauli.isHermitian, "A term of an observable is Hermitian")
      self.coefficient = coefficient * Double(pauli.sign)
      self.pauli = pauli.sign < 0 ? -pauli : pauli
    }
  }

  /// The terms in the order given; several may have the same string.
  public var terms: [Term]

  /// The sum of terms; without any it is 0.
  public init(_ terms: [Term] = []) { self.terms = terms }

  /// One more than the largest qubit that a factor other than the identity acts on.
  public var qubitCount: Int {
    terms.reduce(0) { max($0, ($1.pauli.factors.last?.qubit ?? -1) + 1) }
  }
}

extension PauliSum {
  /// Reads an observable: one term a line, a coefficient, then `X0*Z3` or a dense string.
  ///
  /// `-0.7 X0*Z3` is a sparse product, `0.5 XIZ` a dense string whose character i acts on qubit i
  /// (qubit 0 on the left, as in Stim); a coefficient alone is a multiple of the identity. `#`
  /// starts a comment; blank lines and a byte order mark are skipped.
  ///
  /// - Throws: `Diagnostic` with the place of the first malformed token, where there is no term at
  ///   all, or of the coefficient with which the expectation value could be too large for a number.
  public init(parsing text: String) throws(Diagnostic) {
    var terms: [Term] = []
    var lineNumber = 0
    var bound = 0.0
    let scalars =
      text.unicodeScalars.first == "\u{FEFF}"
      ? text.unicodeScalars.dropFirst() : text.unicodeScalars[...]
    for rawLine in scalars.split(separator: "\n", omittingEmptySubsequences: false) {
      lineNumber += 1
      guard let term = try Self.term(in: rawLine, line: lineNumber) else { continue }
      bound += term.coefficient.magnitude
      if bound > Self.largestBound { throw Self.overflow(in: rawLine, line: lineNumber) }
      terms.append(term)
    }
    guard !terms.isEmpty else {
      throw Diagnostic(
        "the observable has no terms", code: "invalid-observable",
        at: SourceRange(line: 1, column: 1),
        hint: "a term is a number, then a product: -0.7 X0*Z3; for zero write 0")
    }
    self.init(terms)
  }

  /// The largest sum of the coefficients' sizes: twice as much, the largest derivative, is still a
  /// number.
  private static let largestBound = 8e307

  private static func overflow(
    in line: Substring.UnicodeScalarView, line number: Int
  ) -> Diagnostic {
    let word = words(of: line).first ?? ("", 1)
    return Diagnostic(
      "with this coefficient the sizes of the coefficients sum to more than 8e307",
      code: "invalid-observable",
      at: SourceRange(
        line: number, column: word.column, length: word.text.unicodeScalars.count),
      hint: "take a larger unit: no value or derivative may come near 1.8e308, the largest number")
  }

  private typealias Word = (text: String, column: Int)

  private static func term(
    in line: Substring.UnicodeScalarView, line number: Int
  ) throws(Diagnostic) -> Term? {
    let words = self.words(of: line)
    guard let first = words.first else { return nil }
    func failure(_ message: String, _ word: Word, hint: String? = nil) -> Diagnostic {
      let range = SourceRange(
        line: number, column: word.column, length: word.text.unicodeScalars.count)
      return Diagnostic(message, code: "invalid-observable", at: range, hint: hint)
    }
    guard let coefficient = Double(first.text), coefficient.isFinite else {
      throw failure(
        "'\(first.text)' is not a finite coefficient", first,
        hint: "a term is a number, then a product: -0.7 X0*Z3 or -0.7 XIIZ")
    }
    if words.count > 2 { throw failure("unexpected '\(words[2].text)' after the term", words[2]) }
    guard words.count == 2 else { return Term(coefficient, PauliString(count: 0)) }
    guard let pauli = sparse(words[1].text) ?? dense(words[1].text) else {
      throw failure(
        "'\(words[1].text)' is not a product of Paulis", words[1],
        hint: "write X0*Z3 (each qubit once, below 16777216) or one of I X Y Z per qubit")
    }
    return Term(coefficient, pauli)
  }

  private static func words(of line: Substring.UnicodeScalarView) -> [Word] {
    var words: [Word] = []
    var column = 0
    var isInWord = false
    for scalar in line {
      column += 1
      if scalar == "#" { break }
      if scalar == " " || scalar == "\t" || scalar == "\r" {
        isInWord = false
      } else if isInWord {
        words[words.count - 1].text.unicodeScalars.append(scalar)
      } else {
        words.append((String(scalar), column))
        isInWord = true
      }
    }
    return words
  }

  private static func sparse(_ text: String) -> PauliString? {
    var factors: [Int: Pauli] = [:]
    for part in text.split(separator: "*", omittingEmptySubsequences: false) {
      guard let letter = part.first, let pauli = Pauli(letter), letter != "_" else { return nil }
      guard let qubit = Int(part.dropFirst()), part.dropFirst().allSatisfy(\.isNumber) else {
        return nil
      }
      guard qubit < Target.qubitLimit, factors.updateValue(pauli, forKey: qubit) == nil else {
        return nil
      }
    }
    var paulis = [Pauli](repeating: .i, count: (factors.keys.max() ?? -1) + 1)
    for (qubit, pauli) in factors { paulis[qubit] = pauli }
    return PauliString(paulis)
  }

  private static func dense(_ text: String) -> PauliString? {
    let paulis = text.map { Pauli($0) }
    guard !paulis.contains(nil) else { return nil }
    return PauliString(paulis.compactMap(\.self))
  }
}
