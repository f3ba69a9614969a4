import QuantumCore

// Inputs: values from outside, read as their declared type says. What the type does not hold is
// refused, never bent.

extension Elaborator {
  func declareInput(_ type: TypeSyntax, _ name: Name, _ span: SourceSpan) throws(Diagnostic) {
    if case .array(let element, let sizes) = type.kind {
      return try declareArrayInput(element, sizes, name, span)
    }
    let (text, scalar) = (names[name], try scalarType(type))
    inputNames.append(text)
    if inputs[text] == nil, keepsUnsetInputs, let cell = try unsetInput(name, type, scalar, span) {
      return try declare(name, .cell(cell), span)
    }
    guard let given = inputs[text] else { throw missingInput(text, "value", span) }
    let value = try InputReading(name: text, type: scalar, given: given, span: span).value()
    let cell = try makeCell(text, scalar, span)
    try declare(name, .cell(cell), span)
    try store(value, into: .cell(cell), span)
  }

  /// An array always needs its value: no variable of a circuit holds one.
  private func declareArrayInput(
    _ element: TypeSyntax, _ sizes: [Expression], _ name: Name, _ span: SourceSpan
  ) throws(Diagnostic) {
    let (text, type) = (names[name], try scalarType(element))
    let counts = try arraySizes(sizes, span)
    inputNames.append(text)
    guard let given = inputs[text] else {
      throw missingInput(text, InputList.example(of: counts), span)
    }
    guard let elements = InputList(given.description)?.elements(of: counts) else {
      let sizeText = counts.map(String.init).joined(separator: ", ")
      throw Diagnostic(
        "input '\(text)' is array[\(type.description), \(sizeText)]: its value is a list in "
          + "brackets with as many elements, not '\(given.shortDescription)'",
        code: "input-value", at: span.range,
        hint: "such as \(InputList.example(of: counts))")
    }
    let values = try elements.map { element throws(Diagnostic) in
      try InputReading(name: text, type: type, given: .text(String(element)), span: span).value()
    }
    let cells = try declareArray(name, type, counts, isMutable: true, span)
    for (cell, value) in zip(cells, values) { try store(value, into: .cell(cell), span) }
  }

  private func missingInput(_ name: String, _ example: String, _ span: SourceSpan) -> Diagnostic {
    let near = nearestName(to: name, in: inputs.keys.sorted())
    return Diagnostic(
      "input '\(name)' has no value", code: "missing-input", at: span.range,
      hint: "give it with --param \(name)=\(example)"
        + (near.map { "; '\($0)' was given" } ?? ""))
  }

}

/// One value of an input on its way to its type.
private struct InputReading {
  let name: String
  let type: ScalarType
  let given: InputValue
  let span: SourceSpan

  func value() throws(Diagnostic) -> Value {
    switch type {
    case .bool: .scalar(.bool, .integer(try boolean() ? 1 : 0))
    case .bits(let width): .bits(width, try bits(width).map { .integer(Int64(bitPattern: $0)) })
    case .int, .uint: .scalar(type, .integer(try integer()))
    case .float(let format): .scalar(type, .real(try real(format)))
    case .angle(nil): .scalar(.real, .real(try real()))
    case .angle(let width?): try angle(width)
    case .complex, .duration:
      throw Diagnostic(
        "parsed, not simulated: a \(type.description) input", code: "not-simulated",
        at: span.range)
    }
  }

  private func refusal(_ accepted: String, hint: String? = nil) -> Diagnostic {
    Diagnostic(
      "input '\(name)' is \(type.description): its value is \(accepted), not "
        + "'\(given.shortDescription)'",
      code: "input-value", at: span.range, hint: hint)
  }

  private func boolean() throws(Diagnostic) -> Bool {
    switch given {
    case .text("true"), .text("1"), .integer(1), .real(1): true
    case .text("false"), .text("0"), .integer(0), .real(0): false
    default: throw refusal("true or false")
    }
  }

  // MARK: Bits

  private func bits(_ width: Int) throws(Diagnostic) -> [UInt64] {
    if width == 1, given == .text("true") || given == .text("false") {
      return [given == .text("true") ? 1 : 0]
    }
    if case .text(let text) = given {
      let form = InputText(text)
      if form.isBitString, form.text.utf8.count == width { return form.bitWords }
      // Leading zeros are of bit strings: of another length, or with other digits, they are a slip.
      if form.isQuoted || form.hasLeadingZeros && !form.isBitString { throw bitsRefusal(width) }
      if form.isBitString, form.text.utf8.count > 1 {
        throw refusal(
          "\(width) binary digits or a number",
          hint: "zeros and ones alone are digits: give \(width) of them, or write 0b… or 0x…")
      }
    }
    guard let number = wholeNumber(), !number.isNegative, fits(number.words, width) else {
      throw bitsRefusal(width)
    }
    let count = (width + 63) / 64
    return Array((number.words + [UInt64](repeating: 0, count: count)).prefix(count))
  }

  private func bitsRefusal(_ width: Int) -> Diagnostic {
    let example = String(repeating: "01", count: (min(width, 16) + 1) / 2).prefix(min(width, 16))
    return refusal(
      "\(width) binary digit\(width == 1 ? "" : "s"), or a number below 2^\(width)",
      hint: width <= 16 ? "such as \(example), or 0b…, 0x… or a decimal number" : nil)
  }

  private func fits(_ words: [UInt64], _ width: Int) -> Bool {
    for (index, word) in words.enumerated() where word != 0 {
      let rest = width - 64 * index
      if rest <= 0 || rest < 64 && word >> UInt64(rest) != 0 { return false }
    }
    return true
  }

  // MARK: Numbers

  /// A whole number in any of its forms; real ones count where they are whole and keep their
  /// digits.
  private func wholeNumber() -> (isNegative: Bool, words: [UInt64])? {
    switch given {
    case .integer(let value): return (value < 0, [value.magnitude])
    case .real(let value): return whole(value)
    case .text(let text):
      let form = InputText(text)
      if let number = form.wholeNumber { return (number.isNegative, number.words) }
      return form.real.flatMap { whole($0) }
    }
  }

  private func whole(_ value: Double) -> (isNegative: Bool, words: [UInt64])? {
    guard value == value.rounded(), value.magnitude <= 0x1p53 else { return nil }
    return (value < 0, [UInt64(value.magnitude)])
  }

  private func integer() throws(Diagnostic) -> Int64 {
    let (low, high): (Int64, UInt64)
    switch type {
    case .int(let width): (low, high) = (.min >> Int64(64 - width), .max >> UInt64(65 - width))
    case .uint(let width): (low, high) = (0, .max >> UInt64(64 - width))
    default: (low, high) = (0, 0)
    }
    let accepted = "an integer from \(low) to \(high)"
    guard let number = wholeNumber(), number.words.dropFirst().allSatisfy({ $0 == 0 }) else {
      throw refusal(accepted)
    }
    let size = number.words[0]
    guard number.isNegative ? size <= low.magnitude : size <= high else { throw refusal(accepted) }
    return number.isNegative ? Int64(bitPattern: 0 &- size) : Int64(bitPattern: size)
  }

  /// The nearest number of a format.
  private func real(_ format: FloatFormat) throws(Diagnostic) -> Double {
    let value = format.nearest(try real())
    guard value.isFinite else { throw refusal("at most \(format.largest) in size") }
    return value
  }

  private func real() throws(Diagnostic) -> Double {
    let value: Double?
    switch given {
    case .integer(let number): value = Double(number)
    case .real(let number): value = number
    case .text(let text): value = InputText(text).real ?? prefixed(text)
    }
    guard let value, value.isFinite else { throw refusal("a finite number") }
    return value
  }

  /// A number behind `0b` or `0o`.
  private func prefixed(_ text: String) -> Double? {
    guard let number = InputText(text).wholeNumber else { return nil }
    let size = number.words.reversed().reduce(0.0) { $0 * 0x1p64 + Double($1) }
    return number.isNegative ? -size : size
  }

  /// Radians, taken modulo 2π as the type says, or the bits themselves in quotes.
  private func angle(_ width: Int) throws(Diagnostic) -> Value {
    if case .text(let text) = given, InputText(text).isQuoted {
      let form = InputText(text)
      guard form.isBitString, form.text.utf8.count == width else {
        throw refusal("a number of radians, or \(width) binary digits in quotes")
      }
      return .bits(width, form.bitWords.map { .integer(Int64(bitPattern: $0)) })
    }
    return .scalar(.real, .real(try real()))
  }
}
