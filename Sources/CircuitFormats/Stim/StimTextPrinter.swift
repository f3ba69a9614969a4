/// Puts together text in the notation that `.stim` and `.dem` files share.
protocol StimTextPrinter {
  /// UTF-8.
  var text: [UInt8] { get set }

  /// Numbers are spelled differently in the two formats.
  mutating func print(_ number: Double)
}

extension StimTextPrinter {
  mutating func indent(_ depth: Int) {
    for _ in 0..<depth { print("    ") }
  }

  mutating func print(_ string: StaticString) {
    text.append(
      contentsOf: UnsafeBufferPointer(start: string.utf8Start, count: string.utf8CodeUnitCount))
  }

  mutating func print(_ number: UInt64) {
    if number < 10 { return text.append(UInt8(ascii: "0") + UInt8(number)) }
    // Digits come out last first.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var (rest, start) = (number, 20)
      while rest > 0 {
        start -= 1
        digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      }
      text.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
    }
  }

  /// Prints a tag in brackets, escaped; nothing if it is empty.
  mutating func printTag(_ tag: String) {
    guard !tag.isEmpty else { return }
    print("[")
    for byte in tag.utf8 {
      switch byte {
      case UInt8(ascii: "]"): print("\\C")
      case UInt8(ascii: "\\"): print("\\B")
      case UInt8(ascii: "\n"): print("\\n")
      case UInt8(ascii: "\r"): print("\\r")
      default: text.append(byte)
      }
    }
    print("]")
  }

  /// Prints arguments in parentheses; nothing if there are none.
  mutating func printArguments(_ arguments: ArraySlice<Double>) {
    guard !arguments.isEmpty else { return }
    var isFirst = true
    for argument in arguments {
      print(isFirst ? "(" : ", ")
      print(argument)
      isFirst = false
    }
    print(")")
  }
}
