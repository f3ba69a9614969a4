/// The steps that an engine makes of a circuit must fit into memory too: many for one instruction
/// that acts on a whole register.
package enum ProgramMemory {
  /// Bytes of a gate, a measurement or an error on its qubits while the circuit is compiled and run,
  /// by measurement.
  package static let bytesPerGroup: UInt64 = 640
  /// What is next to nothing beside the program itself.
  private static let leastBytes: UInt64 = 4 << 20

  /// - Throws: `Obstacle` with the numbers, and the place of the instruction that makes most steps
  ///   if there is one that makes more than all others.
  /// - Complexity: O(targets).
  package static func check(_ circuit: Circuit, limit: UInt64?) throws(Obstacle) {
    guard let limit else { return }
    var (total, most): (UInt64, UInt64) = (0, 0)
    var range: SourceRange?
    for block in circuit.blockIDs {
      for (place, node) in circuit.nodes(of: block).enumerated() {
        guard case .instruction(let instruction) = node else { continue }
        let count = UInt64(circuit.groupCount(of: instruction))
        total = total.saturatingAdd(count)
        if count > most { (most, range) = (count, circuit.range(of: block, at: place)) }
      }
    }
    let required = total.saturatingMultiply(bytesPerGroup)
    guard required > max(limit, leastBytes) else { return }
    throw Obstacle(
      .memory(required: required, available: limit),
      "needs \(ByteText.text(required)) for \(total) gates and measurements, "
        + "\(ByteText.text(limit)) available",
      hint: "use registers of fewer qubits, or a part of the circuit",
      range: most > total / 2 ? range : nil)
  }
}
