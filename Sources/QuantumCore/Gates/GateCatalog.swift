/// All gates. Order: as the reference lists them.
public enum GateCatalog: CatalogList {
  /// Every record, one for each case of `Gate`.
  public static let all = Catalog(
    "gate", word: "gates",
    GateDefinition.paulis + GateDefinition.singleQubitCliffords + GateDefinition.twoQubitCliffords
      + GateDefinition.pauliProducts + GateDefinition.rotations + GateDefinition.twoQubitGates
      + GateDefinition.multiQubitGates + GateDefinition.noiseChannels + GateDefinition.collapses
      + GateDefinition.annotations)

  private static let byGate: [GateDefinition] = {
    var table = [GateDefinition?](repeating: nil, count: Gate.allCases.count)
    for definition in all { table[Int(definition.gate.rawValue)] = definition }
    return table.map { $0! }
  }()

  /// The record of a gate.
  ///
  /// - Complexity: O(1).
  public static func definition(of gate: Gate) -> GateDefinition { byGate[Int(gate.rawValue)] }

  /// Upper-case Stim name or alias → gate.
  public static let stimNames: [String: Gate] = {
    var names: [String: Gate] = [:]
    for definition in all where definition.isStimGate {
      for name in [definition.name] + definition.aliases { names[name] = definition.gate }
    }
    return names
  }()

  /// The gate of a `.stim` instruction name, in any case.
  public static func gate(stimName name: String) -> Gate? { stimNames[name.uppercased()] }

  /// OpenQASM name → gate and where the name is defined.
  public static let openQASMNames: [String: (gate: Gate, sources: OpenQASMSource)] = {
    var names: [String: (gate: Gate, sources: OpenQASMSource)] = [:]
    for definition in all {
      for name in definition.openQASM { names[name.name] = (definition.gate, name.sources) }
    }
    return names
  }()
}

extension GateDefinition: CatalogEntry {
  /// The name, aliases, and the names in OpenQASM.
  public var catalogNames: [String] { [name] + aliases + openQASM.map(\.name) }
}
