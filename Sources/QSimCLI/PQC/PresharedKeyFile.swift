import PostQuantum
import QSim

/// Files with keys that two parties have already: raw bytes, or what an ETSI GS QKD 014 server
/// delivers.
///
///     {"keys": [{"key_ID": "bc490419-7d60-487f-adc1-4ddcc177c139", "key": "wHHVxRwDJs3/bXd38GHP3oe4svTuRpZS0yCC7x4Ly+s="}]}
///
/// A text is a delivery or refused: what an error page says must not become a key. Keys go from the
/// file into `SecretBytes`, by no other way.
enum PresharedKeyFile {
  /// All keys of a file, at least one, with different names.
  ///
  /// - Throws: `CommandFailure` that names the file and what is wrong, `InputRejected` for texts
  ///   that are no JSON.
  static func keys(from path: String) throws -> [PresharedKey] {
    let file = try KeyFile.bytes(from: path, isSecret: true)
    let keys = try file.withUnsafeBytes { bytes in
      if FileText.isWide(bytes) {
        throw CommandFailure(
          .badInput, "\(path) is a text in UTF-16 or UTF-32", hint: "save the file as UTF-8")
      }
      return FileText.isText(bytes) ? try delivered(bytes, path) : [try raw(bytes, path)]
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

  private static let form = "a delivery of keys is {\"keys\": [{\"key_ID\": …, \"key\": …}]}"

  /// The keys of a key container; members that it does not define are those of extensions and are
  /// passed over.
  private static func delivered(_ bytes: UnsafeRawBufferPointer, _ path: String) throws
    -> [PresharedKey]
  {
    let name = path == "-" ? "<stdin>" : path
    func failure(_ message: String, _ place: JSONOutline) -> InputRejected {
      InputRejected(rendered: [
        "\(name):\(place.range.line):\(place.range.column): error: \(message)\n  hint: \(form)"
      ])
    }
    let container: JSONOutline
    do throws(Diagnostic) {
      container = try JSONOutline.parse(bytes, options: .init(isSecret: true))
    } catch {
      var diagnostic = error
      diagnostic.message += "; a file of keys is raw bytes or a JSON text"
      diagnostic.hint = diagnostic.hint ?? form
      throw InputRejected(rendered: [diagnostic.rendered(file: name)])
    }
    guard case .object = container.value else {
      throw failure("a delivery of keys is an object, not \(container.kind)", container)
    }
    guard let list = container["keys"], case .array(let entries) = list.value, !entries.isEmpty
    else { throw failure("the object holds no keys", container["keys"] ?? container) }
    return try entries.map { entry in
      guard case .object = entry.value else {
        throw failure("a key is an object, not \(entry.kind)", entry)
      }
      guard let id = entry["key_ID"] else { throw failure("a key has no 'key_ID'", entry) }
      guard case .string(let place) = id.value else {
        throw failure("a 'key_ID' is a string, not \(id.kind)", id)
      }
      guard let value = entry["key"] else { throw failure("a key has no 'key'", entry) }
      guard case .string(let digits) = value.value else {
        throw failure("a 'key' is a string in base64, not \(value.kind)", value)
      }
      let text = secret(digits, in: bytes)
      guard let secret = text.withUnsafeBytes({ PEMText.decodeBase64($0) }) else {
        throw failure("this key is not in base64", value)
      }
      return try key(JSONOutline.string(place, in: bytes), secret, path)
    }
  }

  /// A string of a JSON text, escapes resolved.
  private static func secret(
    _ place: Range<Int>, in bytes: UnsafeRawBufferPointer
  ) -> SecretBytes {
    var count = 0
    JSONOutline.forEachByte(ofString: place, in: bytes) { _ in count += 1 }
    return SecretBytes(count: count) { target in
      var position = 0
      JSONOutline.forEachByte(ofString: place, in: bytes) { byte in
        target[position] = byte
        position += 1
      }
    }
  }
}
