import QuantumCore

/// One decoder: command options, messages, result files and reference pages derive from it.
public struct DecoderDefinition: Sendable {
  /// As given to `--decoder`.
  public let name: String
  /// Other names that `--decoder` takes.
  public let aliases: [String]
  /// The name in result files, where another program's decoder gives the same answers; otherwise
  /// `name`.
  public let tallyName: String
  public let summary: String
  /// What it needs of a model, its complexity and its source.
  public let details: String
  /// Whether it takes mechanisms that are no edges; otherwise errors of circuits are decomposed for
  /// it.
  public let takesHyperedges: Bool
  public let decoder: any Decoder

  public init(
    _ name: String, aliases: [String] = [], tallyName: String? = nil, summary: String,
    details: String,
    takesHyperedges: Bool = false, decoder: any Decoder
  ) {
    self.name = name
    self.aliases = aliases
    self.tallyName = tallyName ?? name
    self.summary = summary
    self.details = details
    self.takesHyperedges = takesHyperedges
    self.decoder = decoder
  }
}

extension DecoderDefinition: CatalogEntry {
  public var catalogNames: [String] { [name] + aliases }
}

/// All decoders.
public enum DecoderCatalog: CatalogList {
  public static let all = Catalog(
    "decoder", word: "decoders", [matching, correlatedMatching, unionFind, denseMatching, lookup])

  /// The decoder that commands take if they are told none.
  public static let standard = matching
}
