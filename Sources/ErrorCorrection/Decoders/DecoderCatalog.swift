import QuantumCore

/// One decoder: command options, messages, result files and reference pages derive from it.
public struct DecoderDefinition: Sendable {
  /// The name, as `--decoder` takes it.
  public let name: String
  /// Other names that `--decoder` takes.
  public let aliases: [String]
  /// The name in result files, where another program's decoder gives the same answers; otherwise
  /// `name`.
  public let tallyName: String
  /// What the decoder does, in one sentence with a full stop.
  public let summary: String
  /// What it needs of a model, its complexity and its source.
  public let details: String
  /// Whether it takes mechanisms that are not edges; otherwise errors of circuits are decomposed
  /// for it.
  public let takesHyperedges: Bool
  /// The decoder with its defaults.
  public let decoder: any Decoder

  /// A record, which makes the decoder one like those of the catalog.
  ///
  /// - Parameters:
  ///   - name: as `--decoder` takes it.
  ///   - aliases: other names that `--decoder` takes.
  ///   - tallyName: the name in result files; `nil` is `name`.
  ///   - summary: what it does, in one sentence.
  ///   - details: what it needs of a model, its complexity and its source.
  ///   - takesHyperedges: whether mechanisms may flip more than two detectors.
  ///   - decoder: the decoder with its defaults.
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
  /// The name and the aliases.
  public var catalogNames: [String] { [name] + aliases }
}

/// All decoders.
public enum DecoderCatalog: CatalogList {
  /// The decoders in the order in which the reference lists them.
  public static let all = Catalog(
    "decoder", word: "decoders", [matching, correlatedMatching, unionFind, denseMatching, lookup])

  /// The decoder that commands take if they are told none.
  public static let standard = matching
}
