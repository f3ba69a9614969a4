/// Bytes and numbers in hexadecimal digits, in lower case.
package enum HexText {
  /// Two digits for each byte.
  package static func digits(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { digits(of: $0, width: 2) }.joined()
  }

  /// A number in at least so many digits.
  package static func digits(of number: some UnsignedInteger, width: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
