import QuantumCore

/// All codes with generated circuits. Order: as the reference lists them.
public enum CodeCatalog: CatalogList {
  /// The codes in the order in which the reference lists them.
  public static let all = Catalog("code", word: "codes", [repetition, surface, color])

  /// The record of a task.
  ///
  /// - Throws: a `Diagnostic` naming the code or task that there is not, and those there are.
  public static func task(code: String, task: String) throws(Diagnostic) -> MemoryTask {
    guard let definition = all.first(where: { $0.name == code }) else {
      throw Diagnostic(UnknownName(kind: "code", name: code, among: all.map(\.name)))
    }
    guard let found = definition.tasks.first(where: { $0.name == task }) else {
      throw Diagnostic(
        UnknownName(kind: "\(code) task", name: task, among: definition.tasks.map(\.name)))
    }
    return found
  }
}

extension CodeDefinition: CatalogEntry {
  /// The one name of the code.
  public var catalogNames: [String] { [name] }
}

extension CodeCatalog {
  static let repetition = CodeDefinition(
    name: "repetition_code",
    summary: "Qubits in a row with Z checks on neighbours: corrects bit flips only.",
    tasks: [
      MemoryTask(
        code: "repetition_code", name: "memory",
        summary: "Keeps logical |0⟩ against bit flips; measures logical Z.",
        basis: .z, checkCount: { $0 - 1 }, schedule: SyndromeSchedule.repetition)
    ])

  static let surface = CodeDefinition(
    name: "surface_code",
    summary: "Square lattice of X and Z checks on four neighbours each [Fowler12].",
    tasks: [
      rotated("rotated_memory_x", basis: .x), rotated("rotated_memory_z", basis: .z),
      unrotated("unrotated_memory_x", basis: .x), unrotated("unrotated_memory_z", basis: .z),
    ])

  static let color = CodeDefinition(
    name: "color_code",
    summary: "Triangle of hexagons, each both an X and a Z check.",
    tasks: [
      MemoryTask(
        code: "color_code", name: "memory_xyz",
        summary:
          "Keeps logical |0⟩, its checks read in the bases Y, X and Z in turn; measures logical Z.",
        basis: .z, distances: 3...MemoryTask.distanceLimit, needsOddDistance: true,
        minimumRounds: 2, checkCount: { 3 * ($0 * $0 - 1) / 8 },
        schedule: SyndromeSchedule.colorCycling)
    ])

  private static func rotated(_ name: String, basis: Pauli) -> MemoryTask {
    MemoryTask(
      code: "surface_code", name: name, summary: summary(of: "rotated", basis), basis: basis,
      checkCount: { $0 * $0 - 1 }, schedule: SyndromeSchedule.rotatedSurface)
  }

  private static func unrotated(_ name: String, basis: Pauli) -> MemoryTask {
    MemoryTask(
      code: "surface_code", name: name, summary: summary(of: "unrotated", basis), basis: basis,
      checkCount: { 2 * $0 * ($0 - 1) }, schedule: SyndromeSchedule.unrotatedSurface)
  }

  private static func summary(of lattice: String, _ basis: Pauli) -> String {
    let (state, letter) = basis == .x ? ("|+⟩", "X") : ("|0⟩", "Z")
    return "Keeps logical \(state) in the \(lattice) surface code; measures logical \(letter)."
  }
}
