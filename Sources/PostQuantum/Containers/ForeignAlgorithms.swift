extension KeyContainer {
  /// What is to be said of an AlgorithmIdentifier that none of the catalog has.
  static func problem(
    ofForeign element: UnsafeRawBufferPointer, expected: [UInt8]
  ) -> Problem {
    let (object, rest) = parts(of: element)
    let expectedObject = expected.withUnsafeBytes { parts(of: $0).object }
    if object == expectedObject, object != curveKey { return .parameters }
    if object == curveKey {
      // No object where parameters spell the curve out.
      let curve = rest.first == DERTag.objectIdentifier ? Array(rest.dropFirst(2)) : []
      return .otherAlgorithm(foreignCurves[curve] ?? "another elliptic curve")
    }
    return .otherAlgorithm(foreignAlgorithms[object])
  }

  /// The object of an algorithm and what follows it.
  private static func parts(
    of element: UnsafeRawBufferPointer
  ) -> (object: [UInt8], rest: [UInt8]) {
    var outer = DERReader(element)
    guard let content = outer.content(of: DERTag.sequence) else { return ([], []) }
    var reader = DERReader(content)
    guard let object = reader.element(DERTag.objectIdentifier) else { return ([], []) }
    return (Array(object.dropFirst(2)), Array(content.dropFirst(object.count)))
  }

  /// 1.2.840.10045.2.1: keys of elliptic curves.
  private static let curveKey: [UInt8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]

  private static let foreignCurves: [[UInt8]: String] = [
    [0x2b, 0x81, 0x04, 0x00, 0x0a]: "the curve secp256k1",
    [0x2b, 0x81, 0x04, 0x00, 0x23]: "the curve P-521",
    [0x2b, 0x81, 0x04, 0x00, 0x21]: "the curve P-224",
  ]

  private static let foreignAlgorithms: [[UInt8]: String] = {
    /// 2.16.840.1.101.3.4: algorithms of NIST.
    let nist: [UInt8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04]
    return [
      [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]: "RSA",
      [0x2b, 0x65, 0x6f]: "X448", [0x2b, 0x65, 0x71]: "Ed448",
      nist + [0x04, 0x01]: "ML-KEM-512", nist + [0x03, 0x11]: "ML-DSA-44",
    ]
  }()
}
