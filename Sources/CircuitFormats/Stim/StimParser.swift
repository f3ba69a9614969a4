import QuantumCore

/// Reads `.stim` circuits: the grammar and rules of Stim 1.16 [Gidney21], in one pass over the
/// bytes.
///
/// Adjacent instructions that differ in targets only are joined, as Stim does; `REPEAT` blocks stay
/// folded. A tag that names a gate of the catalog, such as `S[T]` or
/// `I_ERROR[PHASE_DAMPING(lambda=0.1)]`, makes the instruction that gate; any other tag is kept as
/// it is.
public enum StimParser {
  /// Deepest nesting of `REPEAT` blocks that is read.
  public static let depthLimit = 256

  /// Reads a circuit.
  ///
  /// - Parameter source: UTF-8, with or without a byte order mark; lines end in `\n` or `\r\n`.
  /// - Throws: a `Diagnostic` with the place of the first thing that is wrong. Never traps,
  ///   whatever the bytes.
  /// - Complexity: linear in the number of bytes.
  public static func parse(_ source: [UInt8]) throws(Diagnostic) -> Circuit {
    var reader = StimReader(source)
    try reader.checkEncoding()
    var circuit = Circuit()
    try reader.readBlock(into: &circuit, opening: nil, depth: 0)
    circuit.currentPlace = Circuit.SourcePlace()
    return circuit
  }
}

extension StimReader {
  /// - Parameter opening: where the block's `REPEAT` stands; `nil` outside of blocks.
  mutating func readBlock(
    into circuit: inout Circuit, opening: Int?, depth: Int
  ) throws(Diagnostic) {
    try readBlock("REPEAT", opening: opening) { reader throws(Diagnostic) in
      try reader.readInstruction(into: &circuit, depth: depth)
    }
  }

  private mutating func readInstruction(
    into circuit: inout Circuit, depth: Int
  ) throws(Diagnostic) {
    let start = position
    let place = currentPlace
    circuit.currentPlace = place
    let gate = try readGate()
    let tagStart = position
    let tag = try readTag()
    try readArguments()
    if gate == .repeatBlock {
      return try readRepeat(
        into: &circuit, opening: start, place: place, tag: tag, depth: depth)
    }
    try readTargets()
    if current == UInt8(ascii: "{") {
      throw failure("only REPEAT takes a block", at: position, code: "unexpected-token")
    }
    let form: StimTag.Form?
    do throws(StimTag.Malformed) { form = try StimTag.form(of: gate, tag: tag) } catch {
      throw tagFailure(
        error.message, at: tagStart, code: "malformed-tag", hint: error.hint)
    }
    if gate.definition.chainRole != nil { try removeCombiners(instruction: start) }
    if gate.definition.isHeralded { removeSigns() }
    do throws(CircuitError) {
      if let form {
        if !arguments.isEmpty {
          throw CircuitError(
            "argument-count", "\(gate.name) takes no arguments in parentheses", .argument(0),
            hint: "the angles of a gate written as a tag stand in the tag")
        }
        try circuit.appendChecked(
          form.gate, arguments: form.arguments, targets: targets, tag: form.tag, fusing: true)
      } else {
        try circuit.appendChecked(
          gate, arguments: arguments, targets: targets, tag: tag, fusing: true)
      }
    } catch {
      // The arguments of a gate written as a tag stand in the tag.
      if form != nil, error.code != "argument-count" || arguments.isEmpty,
        case .argument = error.place
      {
        throw tagFailure(error.message, at: tagStart, code: error.code, hint: error.hint)
      }
      throw diagnostic(of: error, instruction: start)
    }
  }

  private func tagFailure(
    _ message: String, at tag: Int, code: String, hint: String?
  ) -> Diagnostic {
    failure(message, at: tag, length: skippingTag(from: tag) - tag, code: code, hint: hint)
  }

  private mutating func readRepeat(
    into circuit: inout Circuit, opening: Int, place: Circuit.SourcePlace, tag: String, depth: Int
  ) throws(Diagnostic) {
    guard arguments.isEmpty else {
      throw failure(
        "REPEAT takes no arguments in parentheses", at: opening, length: 6, code: "argument-count",
        hint: "write REPEAT 100 {")
    }
    let count = try readRepeatCount(opening: opening)
    guard depth < StimParser.depthLimit else {
      throw failure(
        "REPEAT blocks are nested more than \(StimParser.depthLimit) deep", at: opening, length: 6,
        code: "nesting")
    }
    try circuit.appendRepeat(count, tag: tag) { body throws(Diagnostic) in
      try readBlock(into: &body, opening: opening, depth: depth + 1)
      // The block itself is appended when it is complete, but stands where it begins.
    }
    circuit.currentPlace = place
  }

  /// Stim lets the factors of a correlated error be joined by `*` and carry `!`; neither means
  /// anything.
  private mutating func removeCombiners(instruction: Int) throws(Diagnostic) {
    for (index, target) in targets.enumerated() where target.isCombiner {
      guard index > 0, index + 1 < targets.count, targets[index - 1].isPauli,
        targets[index + 1].isPauli
      else {
        let error = CircuitError("combiner", "'*' stands between two Pauli targets", .target(index))
        throw diagnostic(of: error, instruction: instruction)
      }
    }
    targets.removeAll(where: \.isCombiner)
    removeSigns()
  }

  /// Stim lets `!` stand where nothing could be inverted.
  private mutating func removeSigns() {
    for (index, target) in targets.enumerated() where target.isInverted {
      targets[index] = target.inverted
    }
  }

  /// The error of an appended instruction at the token it is about.
  private func diagnostic(of error: CircuitError, instruction: Int) -> Diagnostic {
    var scout = self
    let tokens = scout.tokens(ofInstructionAt: instruction)
    let range: Range<Int>
    switch error.place {
    case .instruction: range = tokens.name
    case .target(let index):
      range = index < tokens.targets.count ? tokens.targets[index] : tokens.name
    case .argument(let index):
      range = index < tokens.arguments.count ? tokens.arguments[index] : tokens.name
    }
    return failure(
      error.message, at: range.lowerBound, length: range.count, code: error.code, hint: error.hint)
  }
}
