import QuantumCore

/// The gates of `qelib1.inc` and `stdgates.inc`, from the gate catalog. Nothing is read from disk.
enum StandardGates {
  static let includes = ["qelib1.inc", "stdgates.inc"]

  /// The gates an include file brings; `nil` for a file that is not known.
  static func sources(ofInclude file: String, strict: Bool) -> OpenQASMSource? {
    switch file {
    case "qelib1.inc": strict ? .paper : .qelib1
    case "stdgates.inc": .stdgates
    default: nil
    }
  }

  /// The gate called `name`, given which files are included.
  ///
  /// OpenQASM 3 has `U` built in with another phase than OpenQASM 2, and its `u2` and `u3` differ
  /// as well.
  static func gate(named name: String, version: Int, sources: OpenQASMSource) -> GateSymbol? {
    if name == "U" { return .catalog(.u3, version >= 3 ? .builtInU : .none) }
    if name == "CX", version == 2 { return .catalog(.cx, .none) }
    guard let (gate, own) = GateCatalog.openQASMNames[name], !own.isDisjoint(with: sources) else {
      return nil
    }
    if sources.contains(.stdgates), own.contains(.stdgates) {
      if gate == .u3 { return .catalog(.u3, .standardU3) }
      if gate == .u2 { return .catalog(.u2, .standardU2) }
    }
    return .catalog(gate, .none)
  }

  /// Which include line brings `name`, for hints.
  static func include(for name: String, version: Int) -> String? {
    guard let (_, sources) = GateCatalog.openQASMNames[name] else { return nil }
    if version >= 3 { return sources.contains(.stdgates) ? "stdgates.inc" : nil }
    return sources.isDisjoint(with: .qelib1) ? nil : "qelib1.inc"
  }

  /// The names that are defined.
  static func names(version: Int, sources: OpenQASMSource) -> [String] {
    GateCatalog.openQASMNames.filter { !$0.value.sources.isDisjoint(with: sources) }.map(\.key)
      .sorted() + ["U"] + (version == 2 ? ["CX"] : ["gphase"])
  }
}
