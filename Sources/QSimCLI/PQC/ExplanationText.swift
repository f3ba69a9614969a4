import PostQuantum
import Reporting

/// An explanation of ML-KEM as text, and its values as JSON.
struct ExplanationText {
  private let parameters: TeachingMLKEM.Parameters
  private let isFull: Bool

  /// How many coefficients and bytes of long values are printed.
  private static let coefficientLimit = 12
  private static let byteLimit = 32
  /// Where values start.
  private static let indent = 10

  /// - Parameter isFull: Whether long values are printed whole.
  init(_ parameters: TeachingMLKEM.Parameters, isFull: Bool) {
    self.parameters = parameters
    self.isFull = isFull
  }

  /// The parts of a stage under their headings.
  func text(of explanation: MLKEMExplanation, stage: PQCExplainCommand.Stage) -> String {
    var text = introduction
    if stage == .all || stage == .ntt { text += "\n" + transform(explanation.product) }
    for (part, steps) in explanation.parts where stage.holds(part) {
      // A rejection is the story of decaps again; by itself only.
      if stage == .all, part == .rejection { continue }
      text += "\n" + heading(part) + "\n"
      var algorithm: MLKEMTrace.Algorithm?
      for step in steps {
        if step.algorithm != algorithm {
          text += "\n\(step.algorithm.rawValue) (FIPS 203, algorithm \(step.algorithm.number))\n"
          algorithm = step.algorithm
        }
        text += self.text(of: step)
      }
    }
    return text
  }

  private var introduction: String {
    let (ring, p) = (parameters.ring, parameters)
    return """
      \(p.name): vectors of \(p.rank) polynomials, \(ring.degree) coefficients modulo \(ring.modulus), X^\(ring.degree) = -1
      noise of the secret within ±\(p.secretNoise), of the ciphertext within ±\(p.ciphertextNoise); \
      u keeps \(p.vectorBits) bits a coefficient, v \(p.scalarBits)
      encapsulation key \(p.encapsulationKeyByteCount) bytes, ciphertext \(p.ciphertextByteCount), shared secret \
      \(p.sharedSecretByteCount)
      For learning, not for use. Values marked * are secret.

      """
  }

  private func heading(_ part: MLKEMExplanation.Part) -> String {
    switch part {
    case .keygen: "== keygen: the receiver makes keys from d and z"
    case .encaps: "== encaps: the sender makes a shared secret and a ciphertext"
    case .decaps: "== decaps: the receiver gets the same secret"
    case .rejection: "== rejection: the receiver gets a ciphertext with one bit altered"
    }
  }

  // MARK: The transform

  private func transform(_ product: MLKEMExplanation.Product) -> String {
    let ring = parameters.ring
    var text = """
      == ntt: a product of polynomials by their transforms

      zeta = \(ring.root) has \(ring.root)^\(ring.degree / 2) = -1 modulo \(ring.modulus), so X^\(ring.degree) + 1 splits \
      into \(ring.degree / 2) factors X^2 - gamma

      """
    text += line(
      "gamma", "of each factor, in the order of transforms", ring.pairRoots.map { "\($0)" })
    text += line("f", "a polynomial", ring.texts(product.f))
    for layer in product.layers {
      text += line(
        "", "after butterflies at distance \(layer.distance)", ring.texts(layer.coefficients))
    }
    text += line(
      "f̂", "NTT(f): f modulo each factor, two numbers each", ring.texts(product.transformOfF))
    text += line("g", "another, with small coefficients", ring.centeredTexts(product.g))
    text += line("ĝ", "NTT(g)", ring.texts(product.transformOfG))
    text += line(
      "f̂∘ĝ", "products modulo each factor", ring.texts(product.transformOfProduct))
    text += line("fg", "NTT⁻¹(f̂∘ĝ)", ring.texts(product.product))
    let isEqual = ring.schoolbookProduct(product.f, product.g) == product.product
    let work = "\(ring.degree * ring.degree) products of coefficients"
    return text
      + "\n  fg by every coefficient with every other (\(work)): \(isEqual ? "the same" : "differs")\n"
  }

  private func line(_ symbol: String, _ meaning: String, _ words: [String]) -> String {
    "\n  \(Self.padded(symbol, 8))\(meaning)\n" + rows([words])
  }

  // MARK: Steps

  private func text(of step: MLKEMTrace.Step) -> String {
    let symbol = step.symbol + (step.secrecy == .secret ? " *" : "")
    var text = "\n  \(Self.padded(symbol, 8))\(step.meaning)\n"
    switch step.value {
    case .bytes(let bytes): text += indented(hexadecimal(bytes))
    case .polynomials(let vector): text += rows(vector.map(parameters.ring.texts))
    case .small(let vector): text += rows(vector.map(parameters.ring.centeredTexts))
    case .matrix(let matrix):
      let places = matrix.indices.flatMap { row in matrix[row].indices.map { "[\(row),\($0)]" } }
      text += rows(matrix.joined().map(parameters.ring.texts), labels: places)
    case .truth(let isTrue): text += indented(isTrue ? "yes" : "no")
    }
    return text
  }

  /// Numbers in columns, a polynomial after the other.
  private func rows(_ polynomials: [[String]], labels: [String] = []) -> String {
    let width = polynomials.joined().map(\.count).max() ?? 0
    return polynomials.enumerated().map { place, words in
      let cells = words.map { String(repeating: " ", count: width - $0.count) + $0 }
      return rows(cells, label: place < labels.count ? labels[place] : "")
    }.joined()
  }

  /// The numbers of a polynomial; a few of them unless all are wanted.
  private func rows(_ cells: [String], label: String) -> String {
    if cells.count <= Self.coefficientLimit {
      return indented(cells.joined(separator: " "), label: label)
    }
    guard isFull else {
      let shown = cells.prefix(Self.coefficientLimit).joined(separator: " ")
      return indented("\(shown) … (\(cells.count))", label: label)
    }
    return stride(from: 0, to: cells.count, by: 16).map { start in
      indented(
        cells[start..<min(start + 16, cells.count)].joined(separator: " "),
        label: start == 0 ? label : "")
    }.joined()
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    if isFull || bytes.count <= Self.byteLimit {
      return stride(from: 0, to: bytes.count, by: Self.byteLimit).map {
        HexText.digits(bytes[$0..<min($0 + Self.byteLimit, bytes.count)])
      }.joined(separator: "\n" + Self.padded("", Self.indent))
    }
    return "\(HexText.digits(bytes.prefix(Self.byteLimit - 4)))… (\(bytes.count) bytes)"
  }

  private func indented(_ line: String, label: String = "") -> String {
    Self.padded("    \(label)", Self.indent) + line + "\n"
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  // MARK: JSON

  /// A product with its layers.
  static func json(_ product: MLKEMExplanation.Product) -> ReportValue {
    func array(_ f: [UInt16]) -> ReportValue { .array(f.map { .int(Int($0)) }) }
    return [
      "f": array(product.f), "g": array(product.g),
      "layers": .array(
        product.layers.map {
          ["distance": .int($0.distance), "coefficients": array($0.coefficients)]
        }),
      "transform_of_f": array(product.transformOfF), "transform_of_g": array(product.transformOfG),
      "transform_of_product": array(product.transformOfProduct), "product": array(product.product),
    ]
  }

  /// A value whole: bytes in hexadecimal, polynomials as arrays of numbers.
  static func json(_ value: MLKEMTrace.Value, ring: TeachingRing) -> ReportValue {
    func array(_ f: [UInt16]) -> ReportValue { .array(f.map { .int(Int($0)) }) }
    switch value {
    case .bytes(let bytes):
      return .string(HexText.digits(bytes))
    case .polynomials(let vector): return .array(vector.map(array))
    case .small(let vector):
      return .array(vector.map { .array($0.map { .int(ring.centered($0)) }) })
    case .matrix(let rows): return .array(rows.map { .array($0.map(array)) })
    case .truth(let isTrue): return .bool(isTrue)
    }
  }
}

extension TeachingRing {
  /// Coefficients in 0..<q.
  fileprivate func texts(_ f: [UInt16]) -> [String] { f.map { "\($0)" } }
  /// Coefficients as the integers nearest to 0.
  fileprivate func centeredTexts(_ f: [UInt16]) -> [String] { f.map { "\(centered($0))" } }
}
