/// Strings as they stand in JSON texts, in quotes.
package enum JSONString {
  /// Writes a string with what JSON demands escaped (quote, backslash, U+0000–U+001F) and nothing
  /// else, so that the output is UTF-8.
  package static func write(_ string: String, to output: inout some TextOutputStream) {
    output.write("\"")
    if string.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != 0x5c }) {
      output.write(string)
    } else {
      for scalar in string.unicodeScalars {
        if let escaped = UInt16(exactly: scalar.value).flatMap(escaped) {
          output.write(escaped)
        } else {
          output.write(String(scalar))
        }
      }
    }
    output.write("\"")
  }

  /// A string in ASCII: everything else is escaped, as Python's `json.dumps` does.
  package static func ascii(_ string: some StringProtocol) -> String {
    var text = "\""
    for unit in string.utf16 {
      if let escaped = escaped(unit) {
        text += escaped
      } else if unit < 0x7f {
        text.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      } else {
        text += "\\u" + HexText.digits(of: unit, width: 4)
      }
    }
    return text + "\""
  }

  /// The escape that JSON demands for a code unit; `nil` where it demands none.
  private static func escaped(_ unit: UInt16) -> String? {
    switch unit {
    case 0x22: "\\\""
    case 0x5c: "\\\\"
    case 0x0a: "\\n"
    case 0x0d: "\\r"
    case 0x09: "\\t"
    case 0x08: "\\b"
    case 0x0c: "\\f"
    case 0..<0x20: "\\u" + HexText.digits(of: unit, width: 4)
    default: nil
    }
  }
}
