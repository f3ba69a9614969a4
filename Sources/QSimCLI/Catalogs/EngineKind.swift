import QSim
import Reporting

/// Every engine.
enum EngineKind: CatalogKind {
  typealias List = EngineCatalog

  static let word = "engines"
  static let summary = "List the engines, or describe some."
  static let details = "What each would need for a circuit, 'qsim plan' tells."

  static func table(of engines: [EngineDefinition], for form: TableForm) -> ReportTable {
    var table = ReportTable(columns: [
      .init("name", alignment: .left), .init("gives", alignment: .left),
      .init("memory", alignment: .left), .init("summary", alignment: .left),
    ])
    if form == .json { table.columns += [.init("precisions"), .init("starts_from_states")] }
    for engine in engines {
      let products = EngineDefinition.Product.allCases.filter(engine.products.contains)
      var row: [ReportValue] = [
        .string(engine.name),
        form == .json
          ? .array(products.map { .string($0.rawValue) })
          : .string(products.map(\.title).joined(separator: ", ")),
        .string(engine.memory), .string(engine.summary),
      ]
      if form == .json {
        row += [
          .array(engine.precisions.map { .string($0.rawValue) }), .bool(engine.startsFromStates),
        ]
      }
      table.append(row)
    }
    return table
  }

  /// The page of all engines.
  static var page: String? {
    var text = """
      # Engines

      Written by `qsim docs --write`; do not edit. `qsim catalog engines NAME` prints the same for one engine. Which of them is taken when: \
      [Engines](../Guides/engines.md).

      | Engine | Memory for n live qubits | |
      |---|---|---|

      """
    for engine in EngineCatalog.all {
      text += "| [\(engine.name)](#\(engine.name)) | \(engine.memory) | \(engine.summary) |\n"
    }
    for engine in EngineCatalog.all {
      text += "\n## \(engine.name)\n\n\(engine.summary)\n\n"
      text += facts(of: engine).map { "* \($0.name): \($0.value)\n" }.joined()
    }
    return text
  }

  /// One engine, for a terminal.
  static func text(of engine: EngineDefinition) -> String {
    "\(engine.name)\n  \(engine.summary)\n\n"
      + facts(of: engine).map { "  \($0.name): \($0.value)\n" }.joined()
  }

  /// What the engine gives, in the order of `EngineDefinition.Product`.
  private static func products(of engine: EngineDefinition) -> [String] {
    EngineDefinition.Product.allCases.filter(engine.products.contains).map(\.title)
  }

  private static func facts(of engine: EngineDefinition) -> [(name: String, value: String)] {
    var facts = [
      ("gives", products(of: engine).joined(separator: ", ")), ("memory", engine.memory),
    ]
    if !engine.precisions.isEmpty {
      facts.append(("precision", engine.precisions.map(\.rawValue).joined(separator: ", ")))
    }
    facts.append(("starts from", engine.startsFromStates ? "|0…0⟩ or a state in a file" : "|0…0⟩"))
    return facts
  }
}

extension EngineDefinition.Product {
  fileprivate var title: String {
    switch self {
    case .shots: "shots"
    case .expectations: "expectation values"
    case .state: "the final state"
    case .gradient: "gradients"
    }
  }
}
