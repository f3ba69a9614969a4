// Collapse, products and annotations: everything that is not a plain unitary. Names and meaning as
// in Stim [Gidney21]; probabilities are per application of the instruction to one group of targets.

extension GateDefinition {
  /// exp(±iπ/4) rotations about Pauli products.
  static let pauliProducts: [GateDefinition] = [
    GateDefinition(
      .spp, "SPP", category: .pauliProduct, shape: .products,
      "Multiplies the −1 eigenspace of each Pauli product by i.",
      flows: [
        "X__ -> X__", "Z__ -> -YYZ", "_X_ -> -XZZ", "_Z_ -> XXZ", "__X -> XYY", "__Z -> __Z",
      ], inverse: .gate(.sppDag)),
    GateDefinition(
      .sppDag, "SPP_DAG", category: .pauliProduct, shape: .products,
      "Multiplies the −1 eigenspace of each Pauli product by −i.",
      flows: [
        "X__ -> X__", "Z__ -> YYZ", "_X_ -> XZZ", "_Z_ -> -XXZ", "__X -> -XYY", "__Z -> __Z",
      ], inverse: .gate(.spp), label: "SPP†"),
  ]

  static let collapses: [GateDefinition] = [
    collapse(
      .m, "M", .z, aliases: ["MZ"], .each(1), ["Z -> rec[-1]", "Z -> Z"], "M 0",
      "Measures in the Z basis."),
    collapse(
      .mx, "MX", .x, .each(1), ["X -> rec[-1]", "X -> X"], "H 0; M 0; H 0",
      "Measures in the X basis."),
    collapse(
      .my, "MY", .y, .each(1), ["Y -> rec[-1]", "Y -> Y"], "S 0; S 0; S 0; H 0; M 0; H 0; S 0",
      "Measures in the Y basis."),
    collapse(
      .mr, "MR", .z, resets: true, aliases: ["MRZ"], .each(1), ["Z -> rec[-1]", "1 -> Z"],
      "M 0; R 0",
      "Measures in the Z basis, then resets to |0⟩."),
    collapse(
      .mrx, "MRX", .x, resets: true, .each(1), ["X -> rec[-1]", "1 -> X"], "H 0; M 0; R 0; H 0",
      "Measures in the X basis, then resets to |+⟩."),
    collapse(
      .mry, "MRY", .y, resets: true, .each(1), ["Y -> rec[-1]", "1 -> Y"],
      "S 0; S 0; S 0; H 0; M 0; R 0; H 0; S 0",
      "Measures in the Y basis, then resets to |i⟩."),
    collapse(
      .reset, "R", .z, resets: true, aliases: ["RZ"], .each(1), ["1 -> Z"], "R 0", "Resets to |0⟩.",
      records: 0,
      label: "|0⟩"),
    collapse(
      .resetX, "RX", .x, resets: true, .each(1), ["1 -> X"], "R 0; H 0", "Resets to |+⟩.",
      records: 0, label: "|+⟩"),
    collapse(
      .resetY, "RY", .y, resets: true, .each(1), ["1 -> Y"], "R 0; H 0; S 0", "Resets to |i⟩.",
      records: 0,
      label: "|i⟩"),
    collapse(
      .mxx, "MXX", .x, .each(2), ["X_ -> X_", "_X -> _X", "ZZ -> ZZ", "XX -> rec[-1]"],
      "CX 0 1; H 0; M 0; H 0; CX 0 1", "Measures the product XX.", category: .pairMeasurement),
    collapse(
      .myy, "MYY", .y, .each(2), ["XX -> XX", "Y_ -> Y_", "_Y -> _Y", "YY -> rec[-1]"],
      "S 0; S 1; CX 0 1; H 0; M 0; S 1; S 1; H 0; CX 0 1; S 0; S 1", "Measures the product YY.",
      category: .pairMeasurement),
    collapse(
      .mzz, "MZZ", .z, .each(2), ["XX -> XX", "Z_ -> Z_", "_Z -> _Z", "ZZ -> rec[-1]"],
      "CX 0 1; M 1; CX 0 1", "Measures the product ZZ.", category: .pairMeasurement),
    collapse(
      .mpp, "MPP", nil, .products,
      [
        "XYZ__ -> rec[-2]", "___XX -> rec[-1]", "X____ -> X____", "_Y___ -> _Y___",
        "__Z__ -> __Z__",
        "___X_ -> ___X_", "____X -> ____X", "ZZ___ -> ZZ___", "_XX__ -> _XX__", "___ZZ -> ___ZZ",
      ], nil, "Measures Pauli products.", category: .pairMeasurement),
    GateDefinition(
      .mpad, "MPAD", category: .pairMeasurement, shape: .each(1), parameters: ["p"],
      argumentCount: 0...1, "Appends the constants 0 and 1 to the record.", records: 1,
      argumentRule: .probabilities),
  ]

  static let annotations: [GateDefinition] = [
    annotation(
      .detector, "DETECTOR", .whole, 0...255,
      "Declares a parity of records that is fixed without noise."),
    annotation(
      .observableInclude, "OBSERVABLE_INCLUDE", .whole, 1...1,
      "Adds records or Paulis to a logical observable; the argument is its number."),
    annotation(.qubitCoords, "QUBIT_COORDS", .whole, 0...255, "Gives qubits a place."),
    annotation(
      .shiftCoords, "SHIFT_COORDS", .none, 0...255, "Shifts the coordinates of later detectors."),
    annotation(.tick, "TICK", .none, 0...0, "Marks the end of a layer."),
    GateDefinition(
      .barrier, "barrier", stim: .none, category: .annotation, shape: .whole,
      "Keeps what is before it from what is after it in drawings and compilers.", label: "░"),
    GateDefinition(
      .delay, "delay", stim: .tagWithArguments(.i, "DELAY"), category: .annotation, shape: .whole,
      parameters: ["ns"],
      "Lets the qubits wait together for a time in nanoseconds: nothing but relaxation happens.",
      argumentRule: .durations, label: "DELAY"),
    GateDefinition(
      .repeatBlock, "REPEAT", category: .control, shape: .none,
      "Runs a block a fixed number of times."),
  ]

  private static func collapse(
    _ gate: Gate, _ name: String, _ basis: Pauli?, resets: Bool = false, aliases: [String] = [],
    _ shape: TargetShape, _ flows: [String], _ decomposition: String?, _ summary: String,
    category: GateCategory = .collapse, records: Int = 1, label: String? = nil
  ) -> GateDefinition {
    GateDefinition(
      gate, name, aliases: aliases, category: category, shape: shape,
      parameters: records > 0 ? ["p"] : [], argumentCount: records > 0 ? 0...1 : 0...0, summary,
      collapse: Collapse(basis: basis, measures: records > 0, resets: resets), flows: flows,
      decomposition: decomposition, records: records, argumentRule: .probabilities,
      label: label)
  }

  private static func annotation(
    _ gate: Gate, _ name: String, _ shape: TargetShape, _ count: ClosedRange<Int>, _ summary: String
  ) -> GateDefinition {
    GateDefinition(gate, name, category: .annotation, shape: shape, argumentCount: count, summary)
  }
}
