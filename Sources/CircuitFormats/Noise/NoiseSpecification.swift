import QuantumCore

/// What `--noise` and `--model` take: a model of the catalog with its settings, or a noise file.
///
///     depolarizing        depolarizing:p=1e-3        si1000:p=2e-3,dialect=stimflow        device.json
public enum NoiseSpecification: Sendable {
  /// A model of the catalog with its settings.
  case model(NoiseModel)
  /// The path of a JSON file to read, see `NoiseFile`.
  case file(String)

  /// Reads the text of an option; a noise file is named, not opened.
  ///
  /// - Parameters:
  ///   - text: `NAME`, `NAME:key=value,…` or a path: a text with a slash, or that ends in `.json`.
  ///   - settings: more settings, as if they stood after the others.
  ///   - definitions: the models that there are, found by name in any case; of several with one
  ///     name the first.
  /// - Throws: a `Diagnostic` without a place, naming what is wrong with the text.
  public static func parse(
    _ text: String, settings: [NoiseModelDefinition.Setting] = [],
    among definitions: [NoiseModelDefinition]
  ) throws(Diagnostic) -> NoiseSpecification {
    var names: Set<String> = []
    let distinct = definitions.filter { names.insert($0.catalogName).inserted }
    return try parse(
      text, settings: settings, among: Catalog("noise model", word: "noise", distinct))
  }

  /// As `parse(_:settings:among:)`, by the models of a catalog.
  ///
  /// - Throws: the same.
  public static func parse(
    _ text: String, settings: [NoiseModelDefinition.Setting] = [],
    among definitions: Catalog<NoiseModelDefinition> = NoiseModelCatalog.all
  ) throws(Diagnostic) -> NoiseSpecification {
    if text.contains("/") || text.lowercased().hasSuffix(".json") {
      guard settings.isEmpty else {
        throw Diagnostic("a noise file takes no settings", code: "usage", hint: "change the file")
      }
      return .file(text)
    }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    let definition: NoiseModelDefinition
    do throws(UnknownName) {
      definition = try definitions.entry(named: name)
    } catch {
      throw Diagnostic(error)
    }
    var all: [NoiseModelDefinition.Setting] = []
    if parts.count > 1 {
      for item in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
        all.append(try setting(String(item)))
      }
    }
    return .model(try definition.model(settings: all + settings))
  }

  /// Reads `key=value`; a value that is not a number is a word.
  public static func setting(_ text: String) throws(Diagnostic) -> NoiseModelDefinition.Setting {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty {
      let (name, value) = (String(parts[0]), String(parts[1]))
      guard let number = Double(value) else { return (name, .word(value)) }
      if number.isFinite { return (name, .number(number)) }
    }
    throw Diagnostic(
      "'\(text)' is not a setting", code: "usage", hint: "write key=value, such as p=0.001")
  }
}
