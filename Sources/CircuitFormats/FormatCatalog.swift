import QuantumCore

/// One format of files that are read or written.
public struct FormatDefinition: CatalogEntry, Hashable {
  /// What a file holds.
  public enum Content: String, Hashable, Sendable, CaseIterable {
    /// A circuit.
    case circuits = "circuits"
    /// A detector error model.
    case errorModels = "error models"
    /// Bits of shots: measurements, detectors or observables.
    case results = "results of shots"
  }

  /// The name, as options such as `--to` and `--out_format` take it.
  public let name: String
  /// What a file of the format holds.
  public let content: Content
  /// What the format is, in one sentence with a full stop.
  public let summary: String

  /// The one name of the format.
  public var catalogNames: [String] { [name] }
}

/// All formats.
public enum FormatCatalog: CatalogList {
  /// The formats of circuits, of error models and of results, in this order.
  public static let all = Catalog(
    "format", word: "formats",
    CircuitFormat.allCases.map {
      FormatDefinition(name: $0.rawValue, content: .circuits, summary: $0.summary)
    } + [
      FormatDefinition(
        name: "dem", content: .errorModels,
        summary: "Stim's detector error models: error mechanisms with probabilities and symptoms.")
    ]
      + ResultFormat.allCases.map {
        FormatDefinition(name: $0.rawValue, content: .results, summary: $0.summary)
      })
}

extension CircuitFormat {
  fileprivate var summary: String {
    switch self {
    case .openQASM2: "OpenQASM 2, with qelib1.inc."
    case .openQASM3: "OpenQASM 3, with stdgates.inc and control flow."
    case .stim: "Stim's circuits: Cliffords, noise, detectors; other gates as tags."
    }
  }
}

extension ResultFormat {
  fileprivate var summary: String {
    switch self {
    case .text01: "A 0 or 1 a bit, a line a shot."
    case .b8: "Eight bits a byte, the first one lowest; whole bytes a shot."
    case .r8: "Run lengths of zeros before each one, a byte each."
    case .ptb64: "Groups of 64 shots, a little-endian word for each bit."
    case .hits: "The places of the ones, separated by commas, a line a shot."
    case .dets: "The places of the ones with a letter, a line a shot."
    }
  }
}
