import QuantumCore
import RealModule

let builtInFunctions: Set<String> = [
  "arccos", "arcsin", "arctan", "ceiling", "cos", "exp", "floor", "log", "mod", "popcount", "pow",
  "rotl", "rotr", "sin", "sqrt", "tan", "real", "imag", "sizeof",
]

extension Elaborator {
  /// A call of a built-in function or a subroutine.
  func call(_ name: Name, _ arguments: [Expression], _ span: SourceSpan) throws(Diagnostic) -> Value
  {
    let text = names[name]
    if version == 2 { return try callFunction2(text, arguments, span) }
    if case .subroutine(let declaration) = scopes[0].entries[name]?.symbol {
      return try call(declaration, arguments, span)
    }
    if let entry = lookup(name) {
      throw Diagnostic(
        "'\(text)' is \(entry.symbol.kindName), not a function", code: "type", at: span.range)
    }
    guard builtInFunctions.contains(text) else {
      var candidates = Array(builtInFunctions)
      for (name, entry) in scopes[0].entries {
        if case .subroutine = entry.symbol { candidates.append(names[name]) }
      }
      let renamed = ["ln": "log", "acos": "arccos", "asin": "arcsin", "atan": "arctan"]
      let near = renamed[text] ?? nearestName(to: text, in: candidates.sorted())
      throw Diagnostic(
        "unknown function '\(text)'", code: "unknown-name", at: span.range,
        hint: near.map { "did you mean '\($0)'?" })
    }
    if text == "sizeof" { return try size(of: arguments, span) }
    let two: Set<String> = ["mod", "pow", "rotl", "rotr"]
    try expect(arguments, two.contains(text) ? 2 : 1, text, span)
    let values = try arguments.map { argument throws(Diagnostic) in try evaluate(argument) }
    switch text {
    case "mod": return try modulo(values[0], values[1], span)
    case "pow": return try apply(.power, values[0], values[1], span)
    case "rotl", "rotr": return try rotate(values[0], values[1], isLeft: text == "rotl", span)
    case "popcount": return try countOnes(values[0], span)
    case "real", "imag":
      guard case .complex(let number) = try convert(values[0], to: .complex, span) else { break }
      return .scalar(.real, .real(text == "real" ? number.real : number.imaginary))
    default: break
    }
    return try mathematical(text, values[0], span)
  }

  private func expect(_ arguments: [Expression], _ count: Int, _ text: String, _ span: SourceSpan)
    throws(Diagnostic)
  {
    guard arguments.count == count else {
      throw Diagnostic(
        "'\(text)' takes \(counted(count, "argument")), not \(arguments.count)",
        code: "argument-count", at: span.range)
    }
  }

  private func callFunction2(_ text: String, _ arguments: [Expression], _ span: SourceSpan)
    throws(Diagnostic) -> Value
  {
    let functions: [String: String] = [
      "sin": "sin", "cos": "cos", "tan": "tan", "exp": "exp", "ln": "log", "sqrt": "sqrt",
    ]
    let extended = ["acos": "arccos", "asin": "arcsin", "atan": "arctan"]
    guard let function = functions[text] ?? (strict ? nil : extended[text]) else {
      throw Diagnostic(
        "unknown function '\(text)'", code: "unknown-name", at: span.range,
        hint: nearestName(to: text, in: functions.keys.sorted()).map { "did you mean '\($0)'?" }
          ?? "sin, cos, tan, exp, ln and sqrt are known")
    }
    try expect(arguments, 1, text, span)
    return try mathematical(function, evaluate(arguments[0]), span)
  }

  private func mathematical(_ text: String, _ value: Value, _ span: SourceSpan)
    throws(Diagnostic) -> Value
  {
    if case .complex(let number) = value {
      let result: Complex<Double>
      switch text {
      case "exp": result = .exp(number)
      case "sqrt": result = .sqrt(number)
      case "sin": result = .sin(number)
      case "cos": result = .cos(number)
      case "log": result = .log(number)
      default:
        throw Diagnostic(
          "'\(text)' does not take complex numbers", code: "type", at: span.range)
      }
      guard result.isFinite else {
        throw Diagnostic("the result is not a finite number", code: "not-finite", at: span.range)
      }
      return .complex(result)
    }
    let operations: [String: ClassicalExpression.UnaryOperator] = [
      "sin": .sin, "cos": .cos, "tan": .tan, "exp": .exp, "log": .ln, "sqrt": .sqrt,
      "arcsin": .arcsin, "arccos": .arccos, "arctan": .arctan, "floor": .floor,
      "ceiling": .ceiling,
    ]
    guard let operation = operations[text] else { return value }
    let (type, payload) = try number(value, span)
    let format = type.floatFormat ?? .double
    let result = try fold(operation, real(type, payload), span)
    return .scalar(.float(format), try rounded(result, to: format, span))
  }

  private func modulo(_ a: Value, _ b: Value, _ span: SourceSpan) throws(Diagnostic) -> Value {
    let ((s, x), (t, y)) = (try number(a, span), try number(b, span))
    switch (s, t) {
    case (.int, .int), (.int, .uint), (.uint, .int), (.uint, .uint):
      return try apply(.remainder, a, b, span)
    default: return try applyReal(.realRemainder, (s, x), (t, y), span)
    }
  }

  private func rotate(_ value: Value, _ amount: Value, isLeft: Bool, _ span: SourceSpan)
    throws(Diagnostic) -> Value
  {
    guard let type = ScalarType(of: value), let width = type.bitWidth, width > 0 else {
      throw Diagnostic("a rotation takes bits or an integer", code: "type", at: span.range)
    }
    if case .bits(_, let words) = value, words.count > 1 {
      return try rotate(words, width, amount, isLeft: isLeft, span)
    }
    let payload = try rawPayload(value)
    let turns = try integerPayload(amount, span)
    let size = Payload.integer(Int64(width))
    // 0 ..< width, also for negative amounts.
    var left = try fold(
      ScalarType(of: amount) == .uint(64) ? .unsignedRemainder : .remainder, turns, size, span)
    if !isLeft { left = left.applying(.negate) }
    left = try fold(.remainder, fold(.add, left, size, span), size, span)
    let bits = wrapped(payload, .uint(width))
    let high = try fold(.shiftLeft, bits, left, span)
    let low = try fold(.shiftRightLogical, bits, fold(.subtract, size, left, span), span)
    let result = wrapped(try fold(.bitwiseOr, high, low, span), type)
    if case .bits = value { return .bits(width, [result]) }
    return .scalar(type, result)
  }

  /// Rotates bits that take several words, by a known number.
  private func rotate(
    _ words: [Payload], _ width: Int, _ amount: Value, isLeft: Bool, _ span: SourceSpan
  ) throws(Diagnostic) -> Value {
    guard var turns = try integerPayload(amount, span).known?.asInteger else {
      throw Diagnostic(
        "a register wider than 64 bits rotates by a known number only", code: "not-simulated",
        at: span.range)
    }
    if ScalarType(of: amount) == .uint(64) {
      turns = Int64(UInt64(bitPattern: turns) % UInt64(width))
    }
    turns %= Int64(width)
    var left = Int(isLeft ? turns : -turns)
    if left < 0 { left += width }
    let high = try shiftedWords(words, left, width, span)
    let low = try shiftedWords(words, left - width, width, span)
    return .bits(
      width,
      try zip(high, low).map { pair throws(Diagnostic) in
        try fold(.bitwiseOr, pair.0, pair.1, span)
      })
  }

  private func countOnes(_ value: Value, _ span: SourceSpan) throws(Diagnostic) -> Value {
    guard let type = ScalarType(of: value), type.bitWidth != nil else {
      throw Diagnostic("'popcount' takes bits or an integer", code: "type", at: span.range)
    }
    var total = Payload.integer(0)
    let words: [Payload]
    if case .bits(_, let own) = value { words = own } else { words = [try rawPayload(value)] }
    for word in words {
      var bits = word
      if case .int(let width) = type, width < 64 { bits = word.applying(.wrapUnsigned(width)) }
      total = try fold(.add, total, bits.applying(.populationCount), span)
    }
    return .scalar(.uint(64), total)
  }

  private func size(of arguments: [Expression], _ span: SourceSpan) throws(Diagnostic) -> Value {
    guard (1...2).contains(arguments.count) else {
      throw Diagnostic(
        "'sizeof' takes an array and perhaps a dimension", code: "argument-count", at: span.range)
    }
    if let (_, operand) = try operand(arguments[0]), arguments.count == 1 {
      return .scalar(.uint(64), .integer(Int64(operand.count)))
    }
    guard case .array(let array) = try evaluate(arguments[0]) else {
      throw Diagnostic(
        "'sizeof' takes an array or a register", code: "type", at: arguments[0].span.range)
    }
    var dimension: Int64 = 0
    if arguments.count == 2 {
      dimension = try knownInteger(evaluate(arguments[1]), arguments[1].span)
    }
    guard dimension >= 0, dimension < Int64(array.sizes.count) else {
      throw Diagnostic(
        "the array has \(counted(array.sizes.count, "dimension"))", code: "range", at: span.range)
    }
    return .scalar(.uint(64), .integer(Int64(array.sizes[Int(dimension)])))
  }
}
