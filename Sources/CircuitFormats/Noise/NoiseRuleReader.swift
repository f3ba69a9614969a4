import QuantumCore

/// Reads the rules of a noise file.
enum NoiseRuleReader {
  private static let probability: ClosedRange<Double> = 0...1

  /// One entry of `rules`.
  static func rule(_ text: JSONText, number: Int) throws(Diagnostic) -> NoiseRule {
    var fields = try JSONFields(text, of: "a rule")
    let name = try fields.string("name")
    guard let on = try fields.take("on") else {
      throw text.failure(
        "the rule does not say where errors happen",
        hint: "add \"on\": \"gates\", or \"on\": {\"gates\": [\"cx\"], \"qubits\": [0, 1]}")
    }
    var place = try self.place(on)
    if let sideText = try fields.take("side") {
      guard case .string(let side) = sideText.value, let value = NoisePlace.Side(rawValue: side)
      else { throw sideText.failure("\"side\" is \"before\" or \"after\"") }
      place.side = value
    } else if place.event == .measurement {
      place.side = .before
    }
    let effect = try self.effect(&fields, at: place, text)
    try fields.finish()
    return NoiseRule(name ?? "rule \(number)", place, effect)
  }
}

// MARK: - Where

extension NoiseRuleReader {
  private static let events: [(name: String, event: NoisePlace.Event, widths: ClosedRange<Int>?)] =
    [
      ("gates", .gate, nil), ("one-qubit gates", .gate, 1...1), ("two-qubit gates", .gate, 2...2),
      ("wider gates", .gate, 3...Int.max), ("measurements", .measurement, nil),
      ("resets", .reset, nil), ("idle", .idle(.any), nil),
      ("idle beside gates", .idle(.gates), nil),
      ("idle beside collapse", .idle(.collapse), nil), ("rounds", .round(isFirstOnly: false), nil),
      ("first round", .round(isFirstOnly: true), nil),
    ]

  /// Categories of gates in the words of the file.
  static let categories: [(name: String, category: GateCategory)] = [
    ("pauli", .pauli), ("single_qubit_clifford", .singleQubitClifford),
    ("two_qubit_clifford", .twoQubitClifford), ("pauli_product", .pauliProduct),
    ("rotation", .rotation), ("two_qubit", .twoQubit), ("multi_qubit", .multiQubit),
    ("matrix", .matrix), ("collapse", .collapse), ("pair_measurement", .pairMeasurement),
  ]

  /// A word, or an object of conditions.
  private static func place(_ text: JSONText) throws(Diagnostic) -> NoisePlace {
    if case .string(let word) = text.value {
      let (event, widths) = try Self.event(word, text)
      return NoisePlace(event, widths: widths)
    }
    var fields = try JSONFields(text, of: "\"on\"")
    var place = NoisePlace(.operation)
    if let kind = try fields.take("kind") {
      guard case .string(let word) = kind.value else {
        throw kind.failure("\"kind\" is a string, not \(kind.kind)")
      }
      (place.event, place.widths) = try Self.event(word, kind)
    }
    if let gates = try fields.array("gates") {
      place.gates = try self.gates(gates)
    }
    if let category = try fields.take("category") {
      place.categories = [try self.category(category)]
    }
    if let qubits = try fields.array("qubits") {
      var set: Set<Int> = []
      for qubit in qubits { set.insert(try qubit.qubit()) }
      place.qubits = set
    }
    if let pairs = try fields.array("pairs") {
      var set: Set<[Int]> = []
      for pair in pairs { set.insert(try self.pair(pair)) }
      place.pairs = set
    }
    try fields.finish()
    if place.event == .operation, place.gates == nil, place.categories == nil {
      place.event = .gate
    }
    switch place.event {
    case .idle, .round:
      guard place.gates == nil, place.categories == nil, place.pairs == nil else {
        throw text.failure("a rule on idle qubits or rounds takes \"qubits\" alone")
      }
    default: break
    }
    return place
  }

  private static func event(
    _ word: String, _ text: JSONText
  ) throws(Diagnostic) -> (NoisePlace.Event, ClosedRange<Int>?) {
    if let known = events.first(where: { $0.name == word }) { return (known.event, known.widths) }
    let names = events.map(\.name)
    throw text.failure(
      "there is no place \"\(word)\"",
      hint: nearestName(to: word, in: names).map { "did you mean \"\($0)\"?" }
        ?? "places are \(names.map { "\"\($0)\"" }.joined(separator: ", "))")
  }

  private static func gates(_ texts: [JSONText]) throws(Diagnostic) -> Set<Gate> {
    var gates: Set<Gate> = []
    for text in texts { gates.insert(try Self.gate(text) { !$0.isAnnotation && !$0.isNoise }) }
    return gates
  }

  /// A gate by any of its names.
  static func gate(
    _ text: JSONText, where isAllowed: (GateDefinition) -> Bool
  ) throws(Diagnostic) -> Gate {
    guard case .string(let name) = text.value else {
      throw text.failure("a gate is a string, not \(text.kind)", hint: "write \"cx\"")
    }
    let found =
      GateCatalog.openQASMNames[name]?.gate ?? GateCatalog.gate(stimName: name)
      ?? GateCatalog.all.first { $0.name.lowercased() == name.lowercased() }?.gate
    if let found, found != .repeatBlock, isAllowed(found.definition) { return found }
    let names = GateCatalog.all.filter(isAllowed).flatMap { [$0.name] + $0.openQASM.map(\.name) }
    throw text.failure(
      "there is no such gate here: \"\(name)\"",
      hint: nearestName(to: name, in: names).map { "did you mean \"\($0)\"?" }
        ?? "'qsim catalog gates' lists them")
  }

  private static func category(_ text: JSONText) throws(Diagnostic) -> GateCategory {
    guard case .string(let word) = text.value,
      let known = categories.first(where: { $0.name == word })
    else {
      throw text.failure(
        "\"category\" is one of \(categories.map { "\"\($0.name)\"" }.joined(separator: ", "))")
    }
    return known.category
  }

  private static func pair(_ text: JSONText) throws(Diagnostic) -> [Int] {
    guard case .array(let items) = text.value, items.count == 2 else {
      throw text.failure("a pair is two qubits", hint: "write [0, 1]")
    }
    let pair = [try items[0].qubit(), try items[1].qubit()]
    guard pair[0] != pair[1] else { throw text.failure("a pair has two different qubits") }
    return pair.sorted()
  }
}

// MARK: - What

extension NoiseRuleReader {
  private static let effects = [
    "channel", "arguments", "kraus", "depolarizing", "flip_error", "flip_result", "readout",
    "mix_pair",
    "gate", "over_rotation",
  ]

  /// The one effect of a rule.
  private static func effect(
    _ fields: inout JSONFields, at place: NoisePlace, _ text: JSONText
  ) throws(Diagnostic) -> NoiseEffect {
    var found: [NoiseEffect] = []
    if let value = try fields.number("depolarizing", in: probability, "a probability in 0...1") {
      found.append(.depolarizing(value))
    }
    if let value = try fields.number("flip_error", in: probability, "a probability in 0...1") {
      found.append(.basisFlip(value))
    }
    if let value = try fields.number("flip_result", in: probability, "a probability in 0...1") {
      found.append(.resultFlip(value))
    }
    if let value = try fields.number("mix_pair", in: probability, "a probability in 0...1") {
      found.append(.parityMixing(value))
    }
    if let value = try fields.number("over_rotation", in: -1e6...1e6, "a number in -1e6...1e6") {
      found.append(.overRotation(value))
    }
    if let readout = try fields.take("readout") { found.append(try confusion(readout)) }
    if let kraus = try fields.take("kraus") { found.append(try operators(kraus)) }
    let arguments = try fields.take("arguments")
    for key in ["channel", "gate"] {
      if let name = try fields.take(key) {
        found.append(try operation(name, arguments, isChannel: key == "channel"))
      }
    }
    // A misspelled effect is better named than missed.
    if found.isEmpty { try fields.finish() }
    guard found.count == 1, let effect = found.first else {
      let names = effects.filter { $0 != "arguments" }.map { "\"\($0)\"" }
      throw text.failure(
        found.isEmpty ? "the rule does not say what happens" : "the rule has more than one effect",
        hint: "give one of \(names.joined(separator: ", "))")
    }
    if let arguments, !isOperation(effect) {
      throw arguments.failure("\"arguments\" belong to \"channel\" or \"gate\"")
    }
    try check(effect, at: place, text)
    return effect
  }

  private static func isOperation(_ effect: NoiseEffect) -> Bool {
    if case .operation = effect { true } else { false }
  }

  /// Effects that could never happen at their place.
  private static func check(
    _ effect: NoiseEffect, at place: NoisePlace, _ text: JSONText
  ) throws(Diagnostic) {
    let isOnGates = place.event == .gate || place.event == .operation
    switch effect {
    case .resultFlip, .confusion:
      guard place.event == .measurement || place.event == .operation else {
        throw text.failure(
          "only measurements can be misread", hint: "write \"on\": \"measurements\"")
      }
    case .parityMixing:
      guard place.event == .measurement || place.event == .operation else {
        throw text.failure(
          "only measurements of pairs can be mixed", hint: "write \"on\": \"measurements\"")
      }
    case .overRotation:
      guard isOnGates else {
        throw text.failure("only gates can turn too far", hint: "write \"on\": \"gates\"")
      }
    case .operation(let gate, _):
      guard gate.definition.qubitCount == 2 else { return }
      switch place.event {
      case .idle, .round:
        throw text.failure("a channel on two qubits needs a gate on two qubits")
      default: break
      }
    case .depolarizing, .basisFlip, .relaxation: break
    }
  }

  /// A probability for both ways, or an object with both.
  private static func confusion(_ text: JSONText) throws(Diagnostic) -> NoiseEffect {
    if case .number = text.value {
      let p = try text.number("readout", in: probability, "a probability in 0...1")
      return .confusion(p01: p, p10: p)
    }
    var fields = try JSONFields(text, of: "\"readout\"")
    let p01 = try fields.number("p01", in: probability, "a probability in 0...1")
    let p10 = try fields.number("p10", in: probability, "a probability in 0...1")
    try fields.finish()
    guard let p01, let p10 else {
      throw text.failure("\"readout\" has \"p01\" and \"p10\"")
    }
    return .confusion(p01: p01, p10: p10)
  }

  /// A channel or gate by name, its arguments in order or by name.
  private static func operation(
    _ name: JSONText, _ arguments: JSONText?, isChannel: Bool
  ) throws(Diagnostic) -> NoiseEffect {
    let gate = try self.gate(name) { definition in
      guard let width = definition.qubitCount, (1...2).contains(width) else { return false }
      return isChannel
        ? definition.channel != nil || definition.recordsPerGroup > 0 && definition.isNoise
        : definition.isUnitary
    }
    let definition = gate.definition
    var values: [Double] = []
    switch arguments?.value {
    case nil: break
    case .array(let items)?:
      for item in items { values.append(try item.number("arguments")) }
    case .object?:
      guard let arguments else { break }
      var fields = try JSONFields(arguments, of: "\"arguments\" of \(definition.name)")
      for parameter in definition.parameters {
        guard let value = try fields.take(parameter) else {
          throw arguments.failure("\(definition.name) needs \"\(parameter)\"")
        }
        values.append(try value.number(parameter))
      }
      try fields.finish()
    default:
      throw name.failure("\"arguments\" is an array or an object")
    }
    return try operation(gate, values, at: arguments ?? name)
  }

  private static func operation(
    _ gate: Gate, _ arguments: [Double], at text: JSONText
  ) throws(Diagnostic) -> NoiseEffect {
    // A circuit checks arguments as it always does.
    var scratch = Circuit()
    do {
      try scratch.appendChecked(
        gate, arguments: arguments,
        targets: (0..<(gate.definition.qubitCount ?? 1)).map { .qubit($0) })
    } catch {
      throw text.failure(error.message, hint: error.hint)
    }
    return .operation(gate, arguments)
  }

  /// Matrices as arrays of rows of entries: a number, or `[re, im]`.
  private static func operators(_ text: JSONText) throws(Diagnostic) -> NoiseEffect {
    guard case .array(let matrices) = text.value, !matrices.isEmpty else {
      throw text.failure("\"kraus\" is an array of matrices", hint: krausHint)
    }
    var numbers: [Double] = []
    var size = 0
    for matrix in matrices {
      guard case .array(let rows) = matrix.value, rows.count == 2 || rows.count == 4,
        size == 0 || rows.count == size
      else {
        throw matrix.failure("a matrix has 2 or 4 rows, as many as the others", hint: krausHint)
      }
      size = rows.count
      for row in rows {
        guard case .array(let entries) = row.value, entries.count == size else {
          throw row.failure("a row of this matrix has \(size) entries", hint: krausHint)
        }
        for entry in entries { numbers += try complex(entry) }
      }
    }
    return try operation(size == 2 ? .kraus1 : .kraus2, numbers, at: text)
  }

  private static let krausHint = "write [[[1, 0], [0, 1]], …]; a complex entry is [re, im]"

  private static func complex(_ text: JSONText) throws(Diagnostic) -> [Double] {
    switch text.value {
    case .number(let real): return [real, 0]
    case .array(let parts) where parts.count == 2:
      return [try parts[0].number("kraus"), try parts[1].number("kraus")]
    default:
      throw text.failure("an entry is a number or [re, im], not \(text.kind)", hint: krausHint)
    }
  }
}

// MARK: - Relaxation

extension NoiseRuleReader {
  /// The entry `relaxation`: T₁ and T₂, of all qubits and of some, and durations.
  static func relaxation(_ text: JSONText) throws(Diagnostic) -> NoiseRule {
    var fields = try JSONFields(text, of: "\"relaxation\"")
    let base = try times(&fields, text, default: nil)
    var special: [Int: Relaxation.Times] = [:]
    if let qubits = try fields.take("qubits") {
      var list = try JSONFields(qubits, of: "\"qubits\"")
      for entry in list.takeAll() {
        guard let qubit = Int(entry.name), (0..<Target.qubitLimit).contains(qubit) else {
          throw Diagnostic(
            "\"\(entry.name)\" is no qubit", code: "noise-file", at: entry.nameRange,
            hint: "write \"qubits\": {\"0\": {\"t1_us\": 50}}")
        }
        var own = try JSONFields(entry.value, of: "a qubit's relaxation")
        special[qubit] = try times(&own, entry.value, default: base)
        try own.finish()
      }
    }
    guard let durations = try fields.take("durations_ns") else {
      throw text.failure(
        "\"relaxation\" needs \"durations_ns\"",
        hint:
          "write \"durations_ns\": {\"one\": 35, \"more\": 300, \"measure\": 1000, \"reset\": 1000}"
      )
    }
    let times = try self.durations(durations)
    var isTwirled = false
    if let flag = try fields.take("twirled") {
      guard case .bool(let value) = flag.value else {
        throw flag.failure("\"twirled\" is true or false, not \(flag.kind)")
      }
      isTwirled = value
    }
    try fields.finish()
    return NoiseRule(
      "decay", NoisePlace(.time),
      .relaxation(
        Relaxation(base, qubitTimes: special, durations: times, isTwirled: isTwirled)))
  }

  private static func times(
    _ fields: inout JSONFields, _ text: JSONText, default base: Relaxation.Times?
  ) throws(Diagnostic) -> Relaxation.Times {
    let range = 1e-6...1e12
    let t1 = try fields.number("t1_us", in: range, "a time of 1e-6...1e12 µs") ?? base?.t1Us
    let t2 = try fields.number("t2_us", in: range, "a time of 1e-6...1e12 µs") ?? base?.t2Us
    let excited =
      try fields.number("excited", in: probability, "a probability in 0...1") ?? base?.excited ?? 0
    guard let t1, let t2 else {
      throw text.failure("\"relaxation\" needs \"t1_us\" and \"t2_us\"")
    }
    guard t2 <= 2 * t1 else {
      throw text.failure("\"t2_us\" is at most twice \"t1_us\", \(2 * t1), not \(t2)")
    }
    return .init(t1Us: t1, t2Us: t2, excited: excited)
  }

  private static func durations(_ text: JSONText) throws(Diagnostic) -> Relaxation.Durations {
    var fields = try JSONFields(text, of: "\"durations_ns\"")
    var values: [Double] = []
    for name in ["one", "more", "measure", "reset"] {
      values.append(try fields.number(name, in: 0...1e12, "a time of 0...1e12 ns") ?? 0)
    }
    var durations = Relaxation.Durations(
      singleQubitNs: values[0], multiQubitNs: values[1], measureNs: values[2], resetNs: values[3])
    for entry in fields.takeAll() {
      let name = JSONText(value: .string(entry.name), range: entry.nameRange)
      let gate = try Self.gate(name) { !$0.isAnnotation && !$0.isNoise }
      durations.gatesNs[gate] = try entry.value.number(
        entry.name, in: 0...1e12, "a time of 0...1e12 ns")
    }
    return durations
  }
}
