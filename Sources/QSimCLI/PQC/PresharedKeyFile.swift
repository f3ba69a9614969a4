import PostQuantum

/// Files with keys that two parties have already: raw bytes, or what an ETSI GS QKD 014 server delivers.
///
///     {"keys": [{"key_ID": "bc490419-7d60-487f-adc1-4ddcc177c139", "key": "wHHVxRwDJs3/bXd38GHP3oe4svTuRpZS0yCC7x4Ly+s="}]}
///
/// Keys go from the file into `SecretBytes`, by no other way.
enum PresharedKeyFile {
  /// All keys of a file, at least one, with different names.
  ///
  /// - Throws: `CommandFailure` that names the file and what is wrong.
  static func keys(from path: String) throws -> [PresharedKey] {
    let file = try KeyFile.bytes(from: path)
    let keys = try file.withUnsafeBytes { bytes in
      let isObject = bytes.first { !isBlank($0) } == UInt8(ascii: "{")
      return isObject ? try delivered(bytes, path) : [try raw(bytes, path)]
    }
    guard !keys.isEmpty else {
      throw CommandFailure(
        .badInput, "\(path) holds no keys",
        hint: "a delivery of keys is {\"keys\": [{\"key_ID\": …, \"key\": …}]}")
    }
    for (index, key) in keys.enumerated() where keys[..<index].contains(where: { $0.id == key.id })
    {
      throw CommandFailure(.badInput, "\(path) holds two keys of the name \(key.id)")
    }
    return keys
  }

  private static func key(_ id: String, _ secret: borrowing SecretBytes, _ path: String) throws
    -> PresharedKey
  {
    do {
      return try PresharedKey(id: id, secret: secret)
    } catch {
      throw CommandFailure(.badInput, "\(path): \(error)")
    }
  }

  /// A file that is a key is called by its fingerprint, so that both parties call it the same.
  private static func raw(_ bytes: UnsafeRawBufferPointer, _ path: String) throws -> PresharedKey {
    let secret = SecretBytes(copying: bytes)
    return try key(secret.fingerprint().description, secret, path)
  }

  // MARK: Deliveries of keys

  private static func delivered(_ bytes: UnsafeRawBufferPointer, _ path: String) throws
    -> [PresharedKey]
  {
    var keys: [PresharedKey] = []
    var id: String?
    var value: UnsafeRawBufferPointer?
    for (name, text) in members(of: bytes) {
      if name.elementsEqual("key_ID".utf8) { id = String(decoding: text, as: UTF8.self) }
      if name.elementsEqual("key".utf8) { value = text }
      guard let found = id, let encoded = value else { continue }
      guard let secret = PEMText.decodeBase64(encoded) else {
        throw CommandFailure(.badInput, "\(path): the key \(found) is not in base64")
      }
      keys.append(try key(found, secret, path))
      (id, value) = (nil, nil)
    }
    return keys
  }

  /// The members of all objects in a JSON text whose values are strings without escapes.
  private static func members(of text: UnsafeRawBufferPointer)
    -> [(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)]
  {
    let quote = UInt8(ascii: "\"")
    var members: [(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)] = []
    var name: UnsafeRawBufferPointer?
    var rest = text[...]
    while let start = rest.firstIndex(of: quote),
      let end = rest[(start + 1)...].firstIndex(of: quote)
    {
      let token = UnsafeRawBufferPointer(rebasing: text[(start + 1)..<end])
      rest = rest[(end + 1)...]
      if rest.first(where: { !isBlank($0) }) == UInt8(ascii: ":") {
        name = token
      } else if let known = name {
        members.append((known, token))
        name = nil
      }
    }
    return members
  }

  private static func isBlank(_ byte: UInt8) -> Bool { (0x09...0x20).contains(byte) }
}
