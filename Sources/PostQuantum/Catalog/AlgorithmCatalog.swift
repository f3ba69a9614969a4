@_exported import Catalogs

extension Algorithm: CatalogEntry {
  /// The name as commands spell it, and as the standard does.
  public var catalogNames: [String] { [id, name] }
}

/// All algorithms: the strongest first within what a combination of several needs first.
public enum AlgorithmCatalog: CatalogList {
  /// The algorithms in the order in which lists show them and exchanges name them.
  public static let all = Catalog(
    "algorithm", word: "algorithms",
    Algorithm.keyEncapsulations + Algorithm.keyAgreements + Algorithm.signatures
      + Algorithm.authenticatedEncryptions + Algorithm.keyDerivations + Algorithm.hashes)

  /// The algorithm that commands call `id`, as it is spelt: messages and keys hold such names.
  public static func algorithm(named id: String) -> Algorithm? { all.first { $0.id == id } }

  /// The algorithm that messages call `code`.
  public static func algorithm(code: UInt16) -> Algorithm? { all.first { $0.code == code } }

  /// The algorithms of some kinds, in catalog order.
  public static func algorithms(_ kinds: Algorithm.Kind...) -> [Algorithm] {
    all.filter { kinds.contains($0.kind) }
  }

  /// What can be a source of secrets in an exchange: key encapsulation and key agreement.
  public static let encapsulations = algorithms(.keyEncapsulation, .keyAgreement)

  /// Signature schemes.
  public static let signatures = algorithms(.signature)
}
