import PostQuantum
import Reporting

/// Every cryptographic algorithm.
enum AlgorithmKind: CatalogKind {
  typealias List = AlgorithmCatalog

  static let word = "algorithms"
  static let summary = "List the algorithms of key exchanges, or describe some."
  static let details =
    "Sizes are in bytes. Category 1, 3 and 5 are as hard to break as AES-128, AES-192 and AES-256."
  static let examples = [
    "qsim catalog algorithms x-wing ml-dsa-65", "qsim catalog algorithms --csv",
  ]

  static func table(of algorithms: [Algorithm], for form: TableForm) -> ReportTable {
    var columns: [ReportTable.Column] = [
      .init("name", alignment: .left), .init("kind", alignment: .left),
      .init("quantum_safe", title: "quantum-safe", alignment: .left),
      .init("security_category", title: "category"),
    ]
    let isFull = form != .text
    let sizes = isFull ? sizes : mainSizes
    columns += sizes.map { .init("\($0.key)_bytes", title: $0.title) }
    columns.append(.init("standard", alignment: .left))
    if isFull { columns += [.init("code"), .init("summary", alignment: .left)] }
    var table = ReportTable(columns: columns)
    for algorithm in algorithms {
      var row: [ReportValue] = [
        .string(algorithm.id), .string(algorithm.kind.rawValue), .bool(algorithm.isQuantumSafe),
        .int(algorithm.securityCategory),
      ]
      row += sizes.map { ReportValue(algorithm.sizes[keyPath: $0.size]) }
      row.append(.string(algorithm.standard))
      if isFull {
        row += [.string(code(of: algorithm)), .string(algorithm.summary)]
      }
      table.append(row)
    }
    return table
  }

  /// One size of an algorithm: its key in JSON, its title in tables, where it stands.
  typealias Size = (
    key: String, title: String, size: KeyPath<Algorithm.Sizes, Int?> & Sendable
  )

  /// The sizes of what is sent and kept.
  static let mainSizes: [Size] = [
    ("public_key", "public key", \.publicKey), ("secret_key", "secret key", \.secretKey),
    ("ciphertext", "ciphertext", \.ciphertext), ("shared_secret", "secret", \.sharedSecret),
    ("signature", "signature", \.signature),
  ]

  /// All sizes.
  static let sizes: [Size] =
    mainSizes + [
      ("key", "key", \.key), ("nonce", "nonce", \.nonce), ("tag", "tag", \.tag),
      ("digest", "digest", \.digest),
    ]

  private static let titles: [(kind: Algorithm.Kind, title: String)] = [
    (.keyEncapsulation, "Key encapsulation"), (.keyAgreement, "Key agreement"),
    (.signature, "Signatures"), (.authenticatedEncryption, "Authenticated encryption"),
    (.keyDerivation, "Key derivation"), (.hash, "Hashes"),
  ]

  /// The page of all algorithms.
  static var page: String? {
    var text = """
      # Algorithms of key exchanges

      Written by `qsim docs --write`; do not edit. `qsim pqc algorithms NAME` prints the same for one algorithm.

      Sizes are in bytes, as they stand in files and messages; the secret key is what is kept, a seed where the standard has one. \
      The category is that of NIST: 1, 3 and 5 are as hard to break as AES-128, AES-192 and AES-256, 2 as collisions of SHA-256; for \
      algorithms that a quantum computer breaks it counts against classical computers only. Codes stand for algorithms in \
      [messages](../Formats/key-exchange.md).

      """
    for (kind, title) in titles { text += "\n## \(title)\n\n" + table(of: kind) }
    return text
  }

  private static func table(of kind: Algorithm.Kind) -> String {
    let algorithms = AlgorithmCatalog.algorithms(kind)
    let present = sizes.filter { size in
      algorithms.contains { $0.sizes[keyPath: size.size] != nil }
    }
    var text = "| Algorithm | | \(present.map(\.title).joined(separator: " | ")) | Category | "
    text += "Quantum-safe | Standard | Code | Sources |\n"
    text += "|---|---|\(String(repeating: "--:|", count: present.count + 1))---|---|---|---|\n"
    for algorithm in algorithms {
      let sizes = present.map { size in algorithm.sizes[keyPath: size.size].map(String.init) ?? "" }
      let sources = algorithm.sources.map { "[\($0)]" }.joined(separator: ", ")
      text += "| `\(algorithm.id)` | \(algorithm.summary) | \(sizes.joined(separator: " | ")) | "
      text += "\(algorithm.securityCategory) | \(algorithm.isQuantumSafe ? "yes" : "no") | "
      text += "\(algorithm.standard) | `\(code(of: algorithm))` | \(sources) |\n"
    }
    return text
  }

  /// What stands for an algorithm in messages: `0x0101`.
  static func code(of algorithm: Algorithm) -> String {
    "0x" + HexText.digits(of: algorithm.code, width: 4)
  }

  /// One algorithm, for a terminal.
  static func text(of algorithm: Algorithm) -> String {
    var text = "\(algorithm.id)\n  \(algorithm.name): \(algorithm.summary)\n\n"
    var facts: [(String, String)] = [
      ("kind", algorithm.kind.rawValue),
      ("quantum-safe", algorithm.isQuantumSafe ? "yes" : "no"),
      ("category", "\(algorithm.securityCategory)"),
    ]
    for size in sizes {
      guard let count = algorithm.sizes[keyPath: size.size] else { continue }
      facts.append((size.title, "\(count) bytes"))
    }
    facts += [("standard", algorithm.standard), ("code", code(of: algorithm))]
    let width = facts.map(\.0.count).max() ?? 0
    for (name, value) in facts {
      text += "  \(name)\(String(repeating: " ", count: width - name.count))  \(value)\n"
    }
    return text
  }
}
