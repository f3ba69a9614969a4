import PostQuantum

/// The random bytes of an explanation.
struct ExplanationSeeds {
  let d: [UInt8]
  let z: [UInt8]
  let message: [UInt8]

  /// - Parameter path: A file with d, z and perhaps the message; `nil` for 0, 1, 2, ….
  /// - Throws: `CommandFailure` if the file does not hold that many bytes.
  init(_ parameters: TeachingMLKEM.Parameters, path: String?) throws {
    let (seedCount, messageCount) = (parameters.seedByteCount, parameters.messageByteCount)
    var bytes = (0..<seedCount + messageCount).map { UInt8(truncatingIfNeeded: $0) }
    if parameters.ring == .toy { bytes[seedCount] = UInt8(ascii: "Q") }
    if let path {
      let given = try Self.read(path, counts: [seedCount, seedCount + messageCount])
      bytes.replaceSubrange(0..<given.count, with: given)
    }
    d = Array(bytes[..<32])
    z = Array(bytes[32..<seedCount])
    message = Array(bytes[seedCount...])
  }

  private static func read(_ path: String, counts: [Int]) throws -> [UInt8] {
    let file = try KeyFile.bytes(from: path).withUnsafeBytes { Array($0) }
    if counts.contains(file.count) { return file }
    let digits = file.filter { !($0 == 0x20 || (0x09...0x0d).contains($0)) }
    let values = digits.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    guard values.count == digits.count, values.count % 2 == 0, counts.contains(values.count / 2)
    else {
      throw CommandFailure(
        .badInput, "\(path) holds \(file.count) bytes that are no seed",
        hint: "it holds \(counts[0]) or \(counts[1]) bytes, raw or as hexadecimal digits")
    }
    return stride(from: 0, to: values.count, by: 2).map {
      UInt8(values[$0] << 4 | values[$0 + 1])
    }
  }
}

/// Everything that ML-KEM computes in one exchange, and the transform by itself.
struct MLKEMExplanation {
  /// The parts of an exchange.
  enum Part: String, CaseIterable {
    case keygen, encaps, decaps, rejection
  }

  /// A product of two polynomials by their transforms.
  struct Product {
    let f: [UInt16]
    let g: [UInt16]
    /// The coefficients of f after each layer, by the distance of its butterflies.
    let layers: [(distance: Int, coefficients: [UInt16])]
    let transformOfF: [UInt16]
    let transformOfG: [UInt16]
    let transformOfProduct: [UInt16]
    let product: [UInt16]
  }

  let parts: [(part: Part, steps: [MLKEMTrace.Step])]
  let product: Product

  /// - Throws: `TeachingMLKEM.InputError` for seeds of another length.
  init(_ parameters: TeachingMLKEM.Parameters, _ seeds: ExplanationSeeds) throws {
    let scheme = TeachingMLKEM(parameters)
    var (making, sending, receiving, rejecting) = (
      MLKEMTrace(), MLKEMTrace(), MLKEMTrace(), MLKEMTrace()
    )
    let keys = try scheme.keyPair(d: seeds.d, z: seeds.z, recording: &making)
    let sent = try scheme.encapsulate(
      to: keys.encapsulationKey, message: seeds.message, recording: &sending)
    _ = try scheme.decapsulate(
      sent.ciphertext, with: keys.decapsulationKey, recording: &receiving)
    var altered = sent.ciphertext
    altered[0] ^= 1
    _ = try scheme.decapsulate(altered, with: keys.decapsulationKey, recording: &rejecting)
    parts = [
      (.keygen, making.steps), (.encaps, sending.steps), (.decaps, receiving.steps),
      (.rejection, rejecting.steps),
    ]
    product = Self.product(parameters.ring, making.steps)
  }

  /// The first polynomials of the matrix and of the secret, multiplied.
  private static func product(_ ring: TeachingRing, _ steps: [MLKEMTrace.Step]) -> Product {
    var (f, g) = (ring.zero, ring.zero)
    for step in steps {
      if case .matrix(let rows) = step.value { f = ring.inverseTransform(rows[0][0]) }
      if case .small(let vector) = step.value, step.symbol == "s" { g = vector[0] }
    }
    var layers: [(distance: Int, coefficients: [UInt16])] = []
    let transformOfF = ring.transform(f) { layers.append(($0, $1)) }
    let transformOfG = ring.transform(g)
    let transformOfProduct = ring.multiply(transformOfF, transformOfG)
    return Product(
      f: f, g: g, layers: layers, transformOfF: transformOfF, transformOfG: transformOfG,
      transformOfProduct: transformOfProduct, product: ring.inverseTransform(transformOfProduct))
  }
}
