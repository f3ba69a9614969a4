import Foundation
import PostQuantum

/// Vectors of `Tests/Fixtures/postquantum`.
enum Fixtures {
  static func rows<Row: Decodable>(_ name: String, as _: Row.Type) throws -> Row {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/postquantum/\(name).json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Row.self, from: Data(contentsOf: file))
  }

  static func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).map { index in
      UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) ?? 0
    }
  }

  static func secret(_ hex: String) -> SecretBytes {
    let bytes = bytes(hex)
    return SecretBytes(count: bytes.count) { $0.copyBytes(from: bytes) }
  }

  static func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { String(format: "%02x", $0) }.joined()
  }
}
