import QuantumCore
import RealModule

// Numbers: folding of what is known, expressions for what is not, conversions between types.

extension Elaborator {
  // MARK: Folding

  func fold(
    _ operation: ClassicalExpression.BinaryOperator, _ a: Payload, _ b: Payload,
    _ span: SourceSpan
  ) throws(Diagnostic) -> Payload {
    if let x = a.known, let y = b.known {
      let value: ClassicalValue
      do {
        value = try operation.apply(x, y)
      } catch {
        throw Diagnostic(error.message, code: error.code, at: span.range)
      }
      return .known(try finite(value, span))
    }
    let size = a.size + b.size + 1
    guard size <= Self.expressionLimit else {
      throw Diagnostic(
        "an expression that depends on measurements has more than \(Self.expressionLimit) parts",
        code: "too-large", at: span.range, hint: "store parts of it in variables")
    }
    return .running(.binary(operation, a.expression, b.expression), size: size)
  }

  func fold(_ operation: ClassicalExpression.UnaryOperator, _ a: Payload, _ span: SourceSpan)
    throws(Diagnostic) -> Payload
  {
    let result = a.applying(operation)
    if let value = result.known { _ = try finite(value, span) }
    return result
  }

  private func finite(_ value: ClassicalValue, _ span: SourceSpan) throws(Diagnostic)
    -> ClassicalValue
  {
    do {
      return try value.checkedFinite()
    } catch {
      throw Diagnostic(error.message, code: error.code, at: span.range, hint: error.hint)
    }
  }

  // MARK: Views

  /// A value as a number with a type other than `bits` and `bool`, which count as unsigned
  /// integers.
  func number(_ value: Value, _ span: SourceSpan) throws(Diagnostic) -> (ScalarType, Payload) {
    switch value {
    case .scalar(.bool, let payload): return (.uint(1), payload)
    case .scalar(.duration, _):
      throw Diagnostic("expected a number, not a duration", code: "type", at: span.range)
    case .scalar(let type, let payload): return (type, payload)
    case .bits(let width, let words):
      guard words.count == 1 else {
        throw Diagnostic(
          width == 0
            ? "an empty range of bits is no number"
            : "bit[\(width)] is too wide for arithmetic: at most 64 bits", code: "type",
          at: span.range)
      }
      return (.uint(width), words[0])
    case .complex:
      throw Diagnostic("expected a real number, not a complex one", code: "type", at: span.range)
    case .array, .nothing:
      throw Diagnostic(
        "expected a number, not \(value.description)", code: "type", at: span.range)
    }
  }

  func real(_ type: ScalarType, _ payload: Payload) -> Payload {
    switch type {
    case .float, .angle(nil): return payload
    case .angle(let width?): return angle(payload, width)
    case .uint(64): return payload.applying(.unsignedToReal)
    default: return payload.applying(.toReal)
    }
  }

  /// A number as one of a format, rounded once.
  private func float(
    _ type: ScalarType, _ payload: Payload, _ format: FloatFormat, _ span: SourceSpan
  ) throws(Diagnostic) -> Payload {
    switch type {
    case _ where format == .double: return real(type, payload)
    case .float(let own) where own.width <= format.width: return payload
    case .float, .angle, .complex, .duration:
      return try rounded(real(type, payload), to: format, span)
    case .uint(64): return try float(unsigned: payload, format, span)
    case .bool, .bits, .int, .uint: return try rounded(payload, to: format, span)
    }
  }

  /// An unsigned number of 64 bits. Those that are not a signed one are halved, the bit that falls
  /// off put into the last one: there it decides between two neighbours as it did before.
  private func float(
    unsigned payload: Payload, _ format: FloatFormat, _ span: SourceSpan
  ) throws(Diagnostic) -> Payload {
    let half = try fold(
      .bitwiseOr, shifted(payload, by: -1, span), fold(.bitwiseAnd, payload, .integer(1), span),
      span)
    let isLarge = try fold(.less, payload, .integer(0), span)
    let small = { () throws(Diagnostic) -> Payload in
      try self.rounded(payload, to: format, span)
    }
    let large = { () throws(Diagnostic) -> Payload in
      try self.fold(.multiply, self.rounded(half, to: format, span), .real(2), span)
    }
    if let known = isLarge.known { return try known.isTrue ? large() : small() }
    let (first, second) = (try large(), try small())
    return .running(
      .select(isLarge.expression, first.expression, second.expression),
      size: isLarge.size + first.size + second.size + 1)
  }

  /// The nearest number of a format to a real or signed whole number.
  func rounded(_ payload: Payload, to format: FloatFormat, _ span: SourceSpan)
    throws(Diagnostic) -> Payload
  {
    switch payload {
    case .running(.unary(.round(let own), _), _) where own.width <= format.width: return payload
    case .running where format == .double: return payload
    case .running: return payload.applying(.round(format))
    case .known(let value):
      do {
        return .known(try format.rounded(value))
      } catch {
        throw Diagnostic(error.message, code: error.code, at: span.range, hint: error.hint)
      }
    }
  }

  /// A fixed-point angle as a number.
  private func angle(_ payload: Payload, _ width: Int) -> Payload {
    let scale = 2 * Double.pi / Double.exp2(Double(width))
    let real = payload.applying(.unsignedToReal)
    if let value = real.known { return .real(value.asReal * scale) }
    return .running(
      .binary(.multiply, real.expression, .real(scale)), size: real.size + 2)
  }

  /// A value as a real number, such as a gate's parameter.
  func realPayload(_ value: Value, _ span: SourceSpan) throws(Diagnostic) -> Payload {
    let (type, payload) = try number(value, span)
    return real(type, payload)
  }

  func integerPayload(_ value: Value, _ span: SourceSpan) throws(Diagnostic) -> Payload {
    let (type, payload) = try number(value, span)
    switch type {
    case .int, .uint: return payload
    default:
      throw Diagnostic(
        "expected an integer, not \(value.description)", code: "type", at: span.range)
    }
  }

  func knownInteger(_ value: Value, _ span: SourceSpan) throws(Diagnostic) -> Int64 {
    guard let known = try integerPayload(value, span).known else {
      throw Diagnostic(
        "expected an integer that is known on reading; this one depends on measurements",
        code: "not-constant", at: span.range)
    }
    return known.asInteger
  }

  /// A known integer that 64 bits with a sign hold.
  func signedInteger(_ value: Value, _ span: SourceSpan) throws(Diagnostic) -> Int64 {
    let integer = try knownInteger(value, span)
    let isUnsigned = ScalarType(of: value) == .uint(64) || ScalarType(of: value) == .bits(64)
    guard integer >= 0 || !isUnsigned else {
      throw Diagnostic(
        "\(UInt64(bitPattern: integer)) is too large here: at most 2^63 - 1", code: "range",
        at: span.range)
    }
    return integer
  }

  /// A value as a condition.
  func condition(_ value: Value, _ span: SourceSpan) throws(Diagnostic) -> Payload {
    switch value {
    case .bits(_, let words):
      if words.count == 1 { return words[0] }
      guard !words.isEmpty else {
        throw Diagnostic(
          "expected a condition, not an empty range of bits", code: "type", at: span.range)
      }
      var result = try fold(.notEqual, words[0], .integer(0), span)
      for word in words.dropFirst() {
        result = try fold(
          .logicalOr, result, fold(.notEqual, word, .integer(0), span), span)
      }
      return result
    case .scalar(let type, let payload) where type != .duration: return payload
    case .scalar, .complex, .array, .nothing:
      throw Diagnostic(
        "expected a condition, not \(value.description)", code: "type", at: span.range)
    }
  }

  // MARK: Conversion

  /// Keeps a number within the width of its type.
  func wrapped(_ payload: Payload, _ type: ScalarType) -> Payload {
    switch type {
    case .int(let width) where width < 64: wrapped(payload, width, isSigned: true)
    case .uint(let width) where width < 64, .angle(let width?) where width < 64,
      .bits(let width) where width < 64:
      wrapped(payload, width, isSigned: false)
    default: payload
    }
  }

  private func wrapped(_ payload: Payload, _ width: Int, isSigned: Bool) -> Payload {
    if payload.known == nil, let own = extent(of: payload.expression) {
      // One bit more holds the sign.
      if own.isSigned == isSigned ? own.width <= width : isSigned && own.width < width {
        return payload
      }
    }
    return payload.applying(isSigned ? .wrapSigned(width) : .wrapUnsigned(width))
  }

  /// The bits that an integer takes at most, where that is plain to see.
  private func extent(of expression: ClassicalExpression) -> (width: Int, isSigned: Bool)? {
    switch expression {
    case .bits(_, let count): (count, false)
    case .bit, .record, .unary(.logicalNot, _), .unary(.toBool, _): (1, false)
    case .unary(.wrapUnsigned(let width), _): (width, false)
    case .unary(.wrapSigned(let width), _): (width, true)
    case .variable(let slot): circuit.variables[slot].inputExtent
    default: nil
    }
  }

  /// Converts a value to a type, by assignment or by a cast.
  func convert(_ value: Value, to type: ScalarType, _ span: SourceSpan) throws(Diagnostic) -> Value
  {
    switch (value, type) {
    case (.complex, .complex): return value
    case (_, .complex):
      guard let known = try realPayload(value, span).known else {
        throw Diagnostic(
          "parsed, not simulated: a complex number that depends on measurements",
          code: "not-simulated", at: span.range)
      }
      return .complex(Complex(known.asReal))
    case (.bits(let width, let words), .bits(let wanted)):
      if width == wanted { return value }
      guard width <= 64, wanted <= 64 else {
        throw Diagnostic(
          "bit[\(width)] does not convert to bit[\(wanted)]", code: "type", at: span.range)
      }
      return .bits(wanted, [wrapped(words[0], type)])
    case (.scalar(.duration, _), .duration): return value
    case (_, .duration): throw mismatch(value, type, span)
    case (_, .bool): return .scalar(.bool, try condition(value, span).applying(.toBool))
    case (.bits(_, let words), _) where words.count > 1:
      throw Diagnostic(
        "a value of more than 64 bits does not convert to \(type.description)", code: "type",
        at: span.range)
    default: break
    }
    let (own, payload) = try number(value, span)
    switch type {
    case .float(let format): return .scalar(type, try float(own, payload, format, span))
    case .angle(nil): return .scalar(type, real(own, payload))
    case .angle(let width?): return .scalar(type, try angle(own, payload, width, span, of: value))
    case .bits(let width):
      if own.isReal { throw mismatch(value, type, span) }
      if width > 64 {
        let words = [payload] + [Payload](repeating: .integer(0), count: type.wordCount - 1)
        return .bits(width, words)
      }
      return .bits(width, [wrapped(payload, type)])
    case .int, .uint:
      if case .angle = own { throw mismatch(value, type, span) }
      return .scalar(type, wrapped(own.isReal ? try truncated(payload, type, span) : payload, type))
    case .bool, .complex, .duration: return value
    }
  }

  /// A real number as an integer, its fraction dropped: one that 64 bits do not hold is refused,
  /// not bent.
  private func truncated(_ payload: Payload, _ type: ScalarType, _ span: SourceSpan)
    throws(Diagnostic) -> Payload
  {
    var isUnsigned = false
    if case .uint = type { isUnsigned = true }
    guard let known = payload.known else {
      return payload.applying(isUnsigned ? .toUnsignedInteger : .toInteger)
    }
    do throws(Diagnostic) {
      return .integer(try known.truncated(isUnsigned: isUnsigned))
    } catch {
      throw Diagnostic(error.message, code: error.code, at: span.range, hint: error.hint)
    }
  }

  private func mismatch(_ value: Value, _ type: ScalarType, _ span: SourceSpan) -> Diagnostic {
    Diagnostic(
      "\(value.description) does not convert to \(type.description)", code: "type", at: span.range)
  }

  /// Warns where a literal does not fit the variable it is given to.
  func noteLoss(_ literal: Expression, _ type: ScalarType) {
    guard case .integer(let value) = literal.kind, let width = type.bitWidth, width < 64,
      let known = Int64(exactly: value), !type.isReal,
      let kept = wrapped(.integer(known), type).known?.asInteger, kept != known
    else { return }
    warn(
      "\(known) does not fit \(type.description); \(kept) is kept", "overflow", literal.span)
  }

  private func angle(
    _ own: ScalarType, _ payload: Payload, _ width: Int, _ span: SourceSpan, of value: Value
  ) throws(Diagnostic) -> Payload {
    if case .angle(let other?) = own {
      return try shifted(payload, by: width - other, span)
    }
    if case .bits(let count) = ScalarType(of: value), count == width { return payload }
    let number = real(own, payload)
    let scale = Double.exp2(Double(width))
    if let known = number.known {
      let turns = Angle.reduced(known.asReal) / (2 * .pi)
      let fraction = turns - turns.rounded(.down)
      let steps = (fraction * scale).rounded()
      return .integer(steps >= scale ? 0 : Int64(bitPattern: UInt64(steps)))
    }
    guard width <= 52 else {
      throw Diagnostic(
        "a number that depends on measurements converts to an angle of at most 52 bits",
        code: "not-simulated", at: span.range)
    }
    let turns = try fold(.realDivide, number, .real(2 * .pi), span)
    let scaled = try fold(
      .add, fold(.multiply, turns, .real(scale), span), .real(0.5), span)
    return scaled.applying(.floor).applying(.toInteger).applying(.wrapUnsigned(width))
  }

  /// Shifts left, or right where `count` is negative.
  func shifted(_ payload: Payload, by count: Int, _ span: SourceSpan) throws(Diagnostic) -> Payload
  {
    if count == 0 { return payload }
    return try fold(
      count > 0 ? .shiftLeft : .shiftRightLogical, payload, .integer(Int64(count.magnitude)), span)
  }

  // MARK: Operators

  func apply(_ operation: UnaryOperation, _ value: Value, _ span: SourceSpan)
    throws(Diagnostic) -> Value
  {
    switch operation {
    case .logicalNot: return .scalar(.bool, try condition(value, span).applying(.logicalNot))
    case .bitwiseNot:
      if case .bits(let width, let words) = value {
        return .bits(
          width,
          words.enumerated().map { index, word in
            wrapped(word.applying(.bitwiseNot), .bits(min(64, width - 64 * index)))
          })
      }
      let (type, payload) = try number(value, span)
      guard !type.isReal else {
        throw Diagnostic("'~' takes bits or an integer", code: "type", at: span.range)
      }
      return .scalar(type, wrapped(payload.applying(.bitwiseNot), type))
    case .negate:
      if case .complex(let number) = value { return .complex(-number) }
      if case .scalar(.duration, let time) = value {
        return .scalar(.duration, time.applying(.negate))
      }
      let (type, payload) = try number(value, span)
      if case .uint = type, case .scalar(.uint, _) = value {
        return .scalar(type, wrapped(payload.applying(.negate), type))
      }
      if case .uint = type { return .scalar(.int(64), payload.applying(.negate)) }
      return .scalar(type, wrapped(payload.applying(.negate), type))
    }
  }

  func apply(_ operation: BinaryOperation, _ a: Value, _ b: Value, _ span: SourceSpan)
    throws(Diagnostic) -> Value
  {
    if let result = try applyDuration(operation, a, b, span) { return result }
    switch operation {
    case .logicalAnd, .logicalOr:
      let operatorCode: ClassicalExpression.BinaryOperator =
        operation == .logicalAnd ? .logicalAnd : .logicalOr
      let (x, y) = (try condition(a, span), try condition(b, span))
      // One side that decides is enough.
      for side in [x, y] {
        if let known = side.known, known.isTrue == (operation == .logicalOr) {
          return .scalar(.bool, .integer(operation == .logicalOr ? 1 : 0))
        }
      }
      if x.isKnown { return .scalar(.bool, y.applying(.toBool)) }
      if y.isKnown { return .scalar(.bool, x.applying(.toBool)) }
      return .scalar(.bool, try fold(operatorCode, x, y, span))
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
      return .scalar(.bool, try compare(operation, a, b, span))
    case .bitwiseAnd, .bitwiseOr, .bitwiseXor: return try applyBitwise(operation, a, b, span)
    case .shiftLeft, .shiftRight: return try applyShift(operation, a, b, span)
    case .add, .subtract, .multiply, .divide, .remainder, .power:
      return try applyArithmetic(operation, a, b, span)
    }
  }

  private func compare(_ operation: BinaryOperation, _ a: Value, _ b: Value, _ span: SourceSpan)
    throws(Diagnostic) -> Payload
  {
    if case .complex(let x) = a, case .complex(let y) = b,
      operation == .equal || operation == .notEqual
    {
      return .integer((x == y) == (operation == .equal) ? 1 : 0)
    }
    let (left, right) = (words(a), words(b))
    if let left, let right, left.count > 1 || right.count > 1 {
      guard operation == .equal || operation == .notEqual else {
        throw Diagnostic(
          "registers wider than 64 bits compare with == and != only", code: "not-simulated",
          at: span.range)
      }
      return try compareWords(left, right, isEqual: operation == .equal, span)
    }
    let ((s, x), (t, y)) = (try number(a, span), try number(b, span))
    let swaps = operation == .greater || operation == .greaterOrEqual
    let (first, second) = swaps ? (y, x) : (x, y)
    let isStrict = operation == .less || operation == .greater
    func order(_ unsigned: Bool) -> ClassicalExpression.BinaryOperator {
      switch operation {
      case .equal: .equal
      case .notEqual: .notEqual
      default:
        isStrict
          ? (unsigned ? .unsignedLess : .less) : (unsigned ? .unsignedLessOrEqual : .lessOrEqual)
      }
    }
    switch (s, t) {
    case (.angle(let m?), .angle(let n?)):
      let (p, q) = (
        try shifted(x, by: max(m, n) - m, span), try shifted(y, by: max(m, n) - n, span)
      )
      return try swaps ? fold(order(true), q, p, span) : fold(order(true), p, q, span)
    case (.float, _), (.angle, _), (_, .float), (_, .angle):
      let format = commonFormat(s, t)
      let (p, q) = (try float(s, x, format, span), try float(t, y, format, span))
      return try swaps ? fold(order(false), q, p, span) : fold(order(false), p, q, span)
    case (.uint, .uint): return try fold(order(true), first, second, span)
    default: return try fold(order(false), first, second, span)
    }
  }

  /// The words of bits or an integer, for comparison with wide registers.
  private func words(_ value: Value) -> [Payload]? {
    switch value {
    case .bits(_, let words): words
    case .scalar(.uint, let word), .scalar(.int, let word), .scalar(.bool, let word): [word]
    default: nil
    }
  }

  private func compareWords(
    _ a: [Payload], _ b: [Payload], isEqual: Bool, _ span: SourceSpan
  ) throws(Diagnostic) -> Payload {
    var result: Payload?
    for index in 0..<max(a.count, b.count) {
      let x = index < a.count ? a[index] : .integer(0)
      let y = index < b.count ? b[index] : .integer(0)
      let same = try fold(isEqual ? .equal : .notEqual, x, y, span)
      if let known = same.known {
        if known.isTrue != isEqual { return same }
        continue
      }
      result =
        try result.map { earlier throws(Diagnostic) in
          try fold(isEqual ? .logicalAnd : .logicalOr, earlier, same, span)
        } ?? same
    }
    return result ?? .integer(isEqual ? 1 : 0)
  }

  private func applyBitwise(
    _ operation: BinaryOperation, _ a: Value, _ b: Value, _ span: SourceSpan
  ) throws(Diagnostic) -> Value {
    let code: ClassicalExpression.BinaryOperator =
      operation == .bitwiseAnd ? .bitwiseAnd : operation == .bitwiseOr ? .bitwiseOr : .bitwiseXor
    if case .bits(let m, let x) = a, case .bits(let n, let y) = b {
      guard m == n else {
        throw Diagnostic(
          "'\(operation.text)' takes bits of one size, not bit[\(m)] and bit[\(n)]", code: "type",
          at: span.range)
      }
      return .bits(
        m,
        try zip(x, y).map { pair throws(Diagnostic) in try fold(code, pair.0, pair.1, span) })
    }
    let ((s, x), (t, y)) = (try number(a, span), try number(b, span))
    guard !s.isReal, !t.isReal else {
      throw Diagnostic(
        "'\(operation.text)' takes bits or integers", code: "type", at: span.range)
    }
    let result = try fold(code, x, y, span)
    if case .bits(let width, _) = a { return .bits(width, [wrapped(result, .bits(width))]) }
    if case .bits(let width, _) = b { return .bits(width, [wrapped(result, .bits(width))]) }
    if case .scalar(.bool, _) = a, case .scalar(.bool, _) = b { return .scalar(.bool, result) }
    if case .angle = s { return .scalar(s, wrapped(result, s)) }
    return .scalar(integerType(a, b, s, t), result)
  }

  /// How far to shift: 0 or more. Numbers from 2⁶³ on, which no signed integer holds, count as 64,
  /// beyond every word.
  private func shiftAmount(_ value: Value, _ span: SourceSpan) throws(Diagnostic) -> Payload {
    let amount = try integerPayload(value, span)
    let isUnsigned = ScalarType(of: value) == .uint(64) || ScalarType(of: value) == .bits(64)
    guard let known = amount.known?.asInteger else {
      guard isUnsigned else { return amount }
      let isShort = ClassicalExpression.binary(.unsignedLess, amount.expression, .integer(64))
      return .running(
        .select(isShort, amount.expression, .integer(64)), size: 2 * amount.size + 3)
    }
    if known < 0, !isUnsigned {
      throw Diagnostic("a shift is by 0 or more, not \(known)", code: "range", at: span.range)
    }
    return .integer(known < 0 ? .max : known)
  }

  private func applyShift(
    _ operation: BinaryOperation, _ a: Value, _ b: Value, _ span: SourceSpan
  ) throws(Diagnostic) -> Value {
    let amount = try shiftAmount(b, span)
    if case .bits(let width, let words) = a, words.count > 1 {
      guard let known = amount.known?.asInteger else {
        throw Diagnostic(
          "a register wider than 64 bits shifts by a known number only", code: "not-simulated",
          at: span.range)
      }
      let count = Int(min(known, Int64(width)))
      return .bits(
        width, try shiftedWords(words, operation == .shiftLeft ? count : -count, width, span))
    }
    let (type, payload) = try number(a, span)
    guard !type.isReal else {
      throw Diagnostic(
        "'\(operation.text)' takes bits, an integer or a sized angle", code: "type",
        at: span.range)
    }
    let code: ClassicalExpression.BinaryOperator
    if operation == .shiftLeft {
      code = .shiftLeft
    } else if case .int = type {
      code = .shiftRightArithmetic
    } else {
      code = .shiftRightLogical
    }
    let result = wrapped(try fold(code, payload, amount, span), type)
    if case .bits(let width, _) = a { return .bits(width, [result]) }
    return .scalar(type, result)
  }

  /// Words shifted towards higher bits by `count`, or lower where it is negative.
  func shiftedWords(_ words: [Payload], _ count: Int, _ width: Int, _ span: SourceSpan)
    throws(Diagnostic) -> [Payload]
  {
    func word(_ index: Int) -> Payload {
      words.indices.contains(index) ? words[index] : .integer(0)
    }
    let whole = count >= 0 ? count / 64 : -((-count + 63) / 64)
    let rest = count - 64 * whole
    return try words.indices.map { index throws(Diagnostic) in
      var result = word(index - whole)
      if rest > 0 {
        result = try fold(
          .bitwiseOr, shifted(word(index - whole), by: rest, span),
          shifted(word(index - whole - 1), by: rest - 64, span), span)
      }
      return wrapped(result, .bits(min(64, width - 64 * index)))
    }
  }

  /// The type of an operation on integers: unsigned if both are, as wide as the wider; literals
  /// follow.
  private func integerType(_ a: Value, _ b: Value, _ s: ScalarType, _ t: ScalarType) -> ScalarType {
    switch (s, t) {
    case (.uint(let m), .uint(let n)):
      if case .scalar(.uint, _) = a, case .scalar(.uint, _) = b { return .uint(max(m, n)) }
      return max(m, n) == 64 ? .uint(64) : .int(64)
    case (.int(let m), .int(let n)): return .int(max(m, n))
    case (.int, .uint(64)):
      if case .scalar(_, .known(.integer(let value))) = a, value >= 0 { return .uint(64) }
      return .int(64)
    case (.uint(64), .int):
      if case .scalar(_, .known(.integer(let value))) = b, value >= 0 { return .uint(64) }
      return .int(64)
    default: return .int(64)
    }
  }

  private func applyArithmetic(
    _ operation: BinaryOperation, _ a: Value, _ b: Value, _ span: SourceSpan
  ) throws(Diagnostic) -> Value {
    if case .complex = a { return try applyComplex(operation, a, b, span) }
    if case .complex = b { return try applyComplex(operation, a, b, span) }
    let ((s, x), (t, y)) = (try number(a, span), try number(b, span))
    if let value = try applyAngle(operation, (s, x), (t, y), span) { return value }
    if s.isReal || t.isReal || isSizedAngle(s) || isSizedAngle(t) {
      let code: ClassicalExpression.BinaryOperator
      switch operation {
      case .add: code = .add
      case .subtract: code = .subtract
      case .multiply: code = .multiply
      case .divide: code = .realDivide
      case .remainder: code = .realRemainder
      default: code = .power
      }
      return try applyReal(code, (s, x), (t, y), span)
    }
    let type = integerType(a, b, s, t)
    var isUnsigned = false
    if case .uint = type { isUnsigned = true }
    let code: ClassicalExpression.BinaryOperator
    switch operation {
    case .add: code = .add
    case .subtract: code = .subtract
    case .multiply: code = .multiply
    case .divide:
      code = isUnsigned ? .unsignedDivide : .divide
    case .remainder: code = isUnsigned ? .unsignedRemainder : .remainder
    default:
      if let exponent = y.known?.asInteger, exponent < 0, !isUnsigned {
        return .scalar(.real, try fold(.power, real(s, x), real(t, y), span))
      }
      return .scalar(type, wrapped(try integerPower((s, x), (t, y), span), type))
    }
    return .scalar(type, wrapped(try fold(code, x, y, span), type))
  }

  /// The format in which two numbers meet, one of them real: the wider of two, that of a `float`
  /// beside whole numbers, and 64 bits beside an angle.
  private func commonFormat(_ a: ScalarType, _ b: ScalarType) -> FloatFormat {
    switch (a, b) {
    case (.float(let x), .float(let y)): x.width > y.width ? x : y
    case (.float(let own), .int), (.float(let own), .uint), (.int, .float(let own)),
      (.uint, .float(let own)):
      own
    default: .double
    }
  }

  /// An operation on real numbers, in the format that they have in common.
  func applyReal(
    _ code: ClassicalExpression.BinaryOperator, _ a: (ScalarType, Payload),
    _ b: (ScalarType, Payload), _ span: SourceSpan
  ) throws(Diagnostic) -> Value {
    let format = commonFormat(a.0, b.0)
    let (x, y) = (try float(a.0, a.1, format, span), try float(b.0, b.1, format, span))
    return .scalar(.float(format), try rounded(fold(code, x, y, span), to: format, span))
  }

  /// The power of an integer, modulo 2⁶⁴; a negative one met while running drops its fraction.
  private func integerPower(
    _ base: (ScalarType, Payload), _ exponent: (ScalarType, Payload), _ span: SourceSpan
  ) throws(Diagnostic) -> Payload {
    guard case .uint(let width) = exponent.0 else {
      let result = try fold(.power, base.1, exponent.1, span)
      return result.isKnown ? result : result.applying(.toInteger)
    }
    if let x = base.1.known?.asInteger, let y = exponent.1.known?.asInteger {
      return .integer(
        ClassicalExpression.BinaryOperator.wrappingPower(x, UInt64(bitPattern: y)))
    }
    guard width == 64, !exponent.1.isKnown else {
      return try fold(.power, base.1, exponent.1, span)
    }
    // Exponents are signed where they run. From 2^62 on only the lower bits count: odd numbers to
    // the 2^62 are 1, even ones 0.
    let low = try fold(.bitwiseAnd, exponent.1, .integer(1 << 62 - 1), span)
    let isLarge = try fold(
      .notEqual, shifted(exponent.1, by: -62, span), .integer(0), span)
    let short = try fold(.bitwiseOr, low, shifted(isLarge, by: 62, span), span)
    return try fold(.power, base.1, short, span)
  }

  /// `1/2` is 0 in OpenQASM 3, and hardly ever meant.
  func noteInexact(_ x: Expression, _ y: Expression, _ span: SourceSpan) {
    guard case .integer(let a) = x.kind, case .integer(let b) = y.kind, b != 0, a % b != 0 else {
      return
    }
    warn(
      "\(a)/\(b) divides integers and gives \(a / b)", "integer-division", span,
      hint: "write \(a).0/\(b) for the fraction")
  }

  private func isSizedAngle(_ type: ScalarType) -> Bool {
    if case .angle(_?) = type { true } else { false }
  }

  /// Arithmetic of fixed-point angles; `nil` where it is that of real numbers.
  private func applyAngle(
    _ operation: BinaryOperation, _ a: (ScalarType, Payload), _ b: (ScalarType, Payload),
    _ span: SourceSpan
  ) throws(Diagnostic) -> Value? {
    switch (a.0, b.0, operation) {
    case (.angle(let m?), .angle(let n?), .add), (.angle(let m?), .angle(let n?), .subtract):
      let width = max(m, n)
      let (x, y) = (
        try shifted(a.1, by: width - m, span), try shifted(b.1, by: width - n, span)
      )
      let result = try fold(operation == .add ? .add : .subtract, x, y, span)
      return .scalar(.angle(width), wrapped(result, .angle(width)))
    case (.angle(let m?), .angle(let n?), .divide):
      let width = max(m, n)
      let (x, y) = (
        try shifted(a.1, by: width - m, span), try shifted(b.1, by: width - n, span)
      )
      return .scalar(.uint(width), try fold(.unsignedDivide, x, y, span))
    case (.angle(let width?), .int, .multiply), (.angle(let width?), .uint, .multiply),
      (.int, .angle(let width?), .multiply), (.uint, .angle(let width?), .multiply):
      return .scalar(
        .angle(width), wrapped(try fold(.multiply, a.1, b.1, span), .angle(width)))
    case (.angle(let width?), .int, .divide), (.angle(let width?), .uint, .divide):
      return .scalar(.angle(width), try fold(.unsignedDivide, a.1, b.1, span))
    default: return nil
    }
  }

  private func applyComplex(
    _ operation: BinaryOperation, _ a: Value, _ b: Value, _ span: SourceSpan
  ) throws(Diagnostic) -> Value {
    guard case .complex(let x) = try convert(a, to: .complex, span),
      case .complex(let y) = try convert(b, to: .complex, span)
    else { return a }
    let result: Complex<Double>
    switch operation {
    case .add: result = x + y
    case .subtract: result = x - y
    case .multiply: result = x * y
    case .divide: result = x / y
    case .power: result = .pow(x, y)
    default:
      throw Diagnostic(
        "'\(operation.text)' does not take complex numbers", code: "type", at: span.range)
    }
    guard result.isFinite else {
      throw Diagnostic("the result is not a finite number", code: "not-finite", at: span.range)
    }
    return .complex(result)
  }
}

extension ScalarType {
  /// The type of a value; `nil` for arrays and nothing.
  init?(of value: Value) {
    switch value {
    case .scalar(let type, _): self = type
    case .bits(let width, _): self = .bits(width)
    case .complex: self = .complex
    case .array, .nothing: return nil
    }
  }
}
