import PostQuantum

private let containers = AlgorithmCatalog.all.compactMap(KeyContainer.init)

/// Any bytes are refused, or are a key that is written again as a container that holds the same
/// key.
///
/// The first byte chooses algorithm and kind: a public key, a secret key, or a PEM text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let start, count > 1 else { return 0 }
  let bytes = UnsafeRawBufferPointer(start: start + 1, count: count - 1)
  let container = containers[Int(start[0] >> 2) % containers.count]
  switch start[0] % 3 {
  case 0:
    guard let key = try? container.publicKey(in: bytes), key.count < 1 << 15 else { return 0 }
    let again = container.encode(publicKey: key).withUnsafeBytes { encoded in
      try? container.publicKey(in: encoded)
    }
    precondition(again == key, "A public key changed")
  case 1:
    guard let secret = try? container.secret(in: bytes), secret.count < 1 << 14 else { return 0 }
    let again = container.encode(secret: secret, publicKey: [4, 1, 2])
      .withUnsafeBytes { try? container.secret(in: $0) }
    precondition(again?.matches(secret) ?? false, "A secret key changed")
  default:
    guard let content = PEMText.decode(bytes, label: "PRIVATE KEY") else { return 0 }
    let text = content.withUnsafeBytes { PEMText.encode($0, label: "PRIVATE KEY") }
    let again = text.withUnsafeBytes { PEMText.decode($0, label: "PRIVATE KEY") }
    precondition(again?.matches(content) ?? false, "The content of a text changed")
  }
  return 0
}
