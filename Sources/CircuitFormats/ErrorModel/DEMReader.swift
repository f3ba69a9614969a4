import QuantumCore

/// Reads detector error models: the `.dem` format and rules of Stim 1.16 [Gidney21], in one pass
/// over the bytes.
///
/// The words, tags and numbers are those of `.stim` files; names are accepted in either case.
public enum DEMReader {
  /// Deepest nesting of `repeat` blocks that is read.
  public static let depthLimit = 256
  /// Detectors, shifts and repeat counts are below 2⁶⁰.
  static let valueLimit: UInt64 = 1 << 60
  /// Observables are below 2³².
  static let observableLimit: UInt64 = 1 << 32

  /// Reads a model.
  ///
  /// - Parameter source: UTF-8, with or without a byte order mark; lines end in `\n` or `\r\n`.
  /// - Throws: a `Diagnostic` with the place of the first thing that is wrong. Never traps,
  ///   whatever the bytes.
  /// - Complexity: linear in the number of bytes.
  public static func read(_ source: [UInt8]) throws(Diagnostic) -> DetectorErrorModel {
    var reader = StimReader(source)
    try reader.checkEncoding()
    var model = DetectorErrorModel()
    try reader.readBlock(into: &model, opening: nil, depth: 0)
    model.currentPlace = Circuit.SourcePlace()
    return model
  }

  /// Reads a model from a string.
  public static func read(_ text: String) throws(Diagnostic) -> DetectorErrorModel {
    try read(Array(text.utf8))
  }
}

// MARK: - Instructions

extension StimReader {
  /// - Parameter opening: where the block's `repeat` stands; `nil` outside of blocks.
  fileprivate mutating func readBlock(
    into model: inout DetectorErrorModel, opening: Int?, depth: Int
  ) throws(Diagnostic) {
    var symptoms: [DetectorErrorModel.Target] = []
    try readBlock("repeat", opening: opening) { reader throws(Diagnostic) in
      try reader.readInstruction(into: &model, symptoms: &symptoms, depth: depth)
    }
  }

  private mutating func readInstruction(
    into model: inout DetectorErrorModel, symptoms: inout [DetectorErrorModel.Target], depth: Int
  ) throws(Diagnostic) {
    let start = position
    model.currentPlace = currentPlace
    let kind = try readKind()
    let name = start..<position
    let tag = try readTag()
    let argumentStart = position
    try readArguments()
    try checkArguments(of: kind, name: name, at: argumentStart)
    if kind == .repeatBlock {
      return try readRepeat(into: &model, name: name, tag: tag, depth: depth)
    }
    let shift = try readSymptoms(of: kind, name: name, into: &symptoms)
    if current == UInt8(ascii: "{") {
      throw failure("only repeat takes a block", at: position, code: "unexpected-token")
    }
    switch kind {
    case .error: model.appendError(arguments[0], symptoms, tag: tag)
    case .detector: model.appendDetector(symptoms[0].value, coordinates: arguments, tag: tag)
    case .logicalObservable: model.appendObservable(symptoms[0].value, tag: tag)
    case .shiftDetectors: model.appendShift(shift, coordinates: arguments, tag: tag)
    case .repeatBlock: break
    }
  }

  private mutating func readKind() throws(Diagnostic) -> DetectorErrorModel.Kind {
    let start = position
    while Self.isNamePart(current) { position += 1 }
    guard position > start else {
      throw failure(
        "expected an instruction, found \(spelling(at: start))", at: start,
        code: "unexpected-token")
    }
    for kind in DetectorErrorModel.Kind.allCases where isWord(kind.word, from: start) {
      return kind
    }
    let name = String(decoding: bytes[start..<min(position, start + 64)], as: UTF8.self)
    let names = DetectorErrorModel.Kind.allCases.map(\.name)
    throw failure(
      "there is no instruction '\(name)' in a detector error model", at: start,
      length: position - start, code: "unknown-instruction",
      hint: nearestName(to: name, in: names).map { "did you mean '\($0)'?" }
        ?? "the instructions are \(names.joined(separator: ", "))")
  }

  /// Whether the bytes up to `position` are a word, in either case.
  private func isWord(_ word: StaticString, from start: Int) -> Bool {
    guard position - start == word.utf8CodeUnitCount else { return false }
    for index in 0..<word.utf8CodeUnitCount
    where bytes[start + index] | (bytes[start + index] < 0x5b ? 0x20 : 0) != word.utf8Start[index] {
      return false
    }
    return true
  }

  private func checkArguments(
    of kind: DetectorErrorModel.Kind, name: Range<Int>, at start: Int
  ) throws(Diagnostic) {
    switch kind {
    case .error:
      guard arguments.count == 1 else {
        throw failure(
          "error takes one probability, not \(arguments.count) arguments", at: name.lowerBound,
          length: name.count, code: "argument-count", hint: "write error(0.001) D0 D1")
      }
      guard arguments[0] >= 0, arguments[0] <= 1 else {
        throw failure(
          "\(arguments[0]) is not a probability in 0...1", at: start, length: position - start,
          code: "probability")
      }
    case .detector, .shiftDetectors: break
    case .logicalObservable, .repeatBlock:
      guard arguments.isEmpty else {
        throw failure(
          "\(kind.name) takes no arguments in parentheses", at: start, length: position - start,
          code: "argument-count")
      }
    }
  }

  private mutating func readRepeat(
    into model: inout DetectorErrorModel, name: Range<Int>, tag: String, depth: Int
  ) throws(Diagnostic) {
    let gap = position
    skipSpace()
    guard position > gap else {
      throw failure(
        "repeat needs a count, found \(spelling(at: position))", at: position,
        code: "unexpected-token", hint: "write repeat 100 {")
    }
    let count = try readValue("repetitions")
    skipSpace()
    guard current == UInt8(ascii: "{") else {
      throw failure(
        "expected '{' on the line of repeat, found \(spelling(at: position))", at: position,
        code: "unexpected-token", hint: "write repeat \(count) {")
    }
    position += 1
    guard depth < DEMReader.depthLimit else {
      throw failure(
        "repeat blocks are nested more than \(DEMReader.depthLimit) deep", at: name.lowerBound,
        length: name.count, code: "nesting")
    }
    try model.appendRepeat(count, tag: tag) { body throws(Diagnostic) in
      try readBlock(into: &body, opening: name.lowerBound, depth: depth + 1)
    }
  }
}

// MARK: - Targets

extension StimReader {
  /// Reads the rest of the line, up to its end or a `{`.
  ///
  /// - Returns: the number that `shift_detectors` shifts by.
  private mutating func readSymptoms(
    of kind: DetectorErrorModel.Kind, name: Range<Int>,
    into symptoms: inout [DetectorErrorModel.Target]
  ) throws(Diagnostic) -> UInt64 {
    symptoms.removeAll(keepingCapacity: true)
    var (shift, count) = (UInt64(0), 0)
    var isAfterSeparator = true
    while try advanceToTarget(needsSpace: true) {
      let start = position
      if kind == .shiftDetectors {
        shift = try readValue("a shift")
      } else {
        let symptom = try readSymptom()
        try check(symptom, of: kind, at: start, isAfterSeparator: isAfterSeparator)
        isAfterSeparator = symptom.isSeparator
        symptoms.append(symptom)
      }
      count += 1
      if kind != .error, count > 1 { throw targetCount(of: kind, at: start..<position) }
    }
    if kind != .error, count == 0 { throw targetCount(of: kind, at: name) }
    if isAfterSeparator, !symptoms.isEmpty { throw straySeparator(at: position - 1) }
    return shift
  }

  private func targetCount(
    of kind: DetectorErrorModel.Kind, at range: Range<Int>
  ) -> Diagnostic {
    let what =
      switch kind {
      case .detector: "one detector: detector(1, 2) D5"
      case .logicalObservable: "one observable: logical_observable L0"
      default: "one number: shift_detectors(0, 0, 1) 8"
      }
    return failure(
      "\(kind.name) takes \(what)", at: range.lowerBound, length: range.count, code: "target-count")
  }

  private func straySeparator(at offset: Int) -> Diagnostic {
    failure(
      "'^' stands between two parts of an error", at: offset, code: "separator",
      hint: "write error(0.1) D0 D1 ^ D2 L0")
  }

  private func check(
    _ symptom: DetectorErrorModel.Target, of kind: DetectorErrorModel.Kind, at start: Int,
    isAfterSeparator: Bool
  ) throws(Diagnostic) {
    switch kind {
    case .error: if symptom.isSeparator, isAfterSeparator { throw straySeparator(at: start) }
    case .detector: if !symptom.isDetector { throw targetCount(of: kind, at: start..<position) }
    case .logicalObservable:
      if !symptom.isObservable { throw targetCount(of: kind, at: start..<position) }
    case .shiftDetectors, .repeatBlock: break
    }
  }

  private mutating func readSymptom() throws(Diagnostic) -> DetectorErrorModel.Target {
    let start = position
    switch current {
    case UInt8(ascii: "D"), UInt8(ascii: "d"):
      position += 1
      return .detector(try readValue("a detector"))
    case UInt8(ascii: "L"), UInt8(ascii: "l"):
      position += 1
      let value = try readValue("an observable")
      guard value < DEMReader.observableLimit else {
        throw failure(
          "the number of an observable is below 2^32", at: start, length: position - start,
          code: "index-out-of-range")
      }
      return .observable(value)
    case UInt8(ascii: "^"):
      position += 1
      return .separator
    default:
      throw failure(
        "\(spelling(at: position)) does not begin a target", at: position,
        code: "unexpected-token",
        hint: current == UInt8(ascii: "}")
          ? "put '}' on a line of its own" : "targets are like D5, L0 and ^")
    }
  }

  private mutating func readValue(_ what: String) throws(Diagnostic) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    while current >= UInt8(ascii: "0"), current <= UInt8(ascii: "9") {
      value = min(value * 10 + UInt64(current - UInt8(ascii: "0")), DEMReader.valueLimit)
      position += 1
    }
    guard position > start else {
      throw failure(
        "expected the number of \(what), found \(spelling(at: position))", at: position,
        code: "unexpected-token")
    }
    guard value < DEMReader.valueLimit else {
      throw failure(
        "the number of \(what) is below 2^60", at: start, length: position - start,
        code: "index-out-of-range")
    }
    return value
  }
}

extension DetectorErrorModel.Kind {
  /// The name, as bytes.
  var word: StaticString {
    switch self {
    case .error: "error"
    case .detector: "detector"
    case .logicalObservable: "logical_observable"
    case .shiftDetectors: "shift_detectors"
    case .repeatBlock: "repeat"
    }
  }
}
