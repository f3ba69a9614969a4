/// The table of results must fit too.
package enum ResultMemory {
  /// Rows of bits and record, and for each shot what drawing takes at first and counting
  /// afterwards.
  ///
  /// - Parameter outcomes: different results that shots may have; `nil` where there may be as many
  ///   as shots.
  package static func bytes(
    of circuit: Circuit, shots: Int, keepsRecord: Bool, outcomes: UInt64? = nil
  ) -> UInt64 {
    let bitWords = UInt64((circuit.bitCount + 63) / 64)
    let columns = keepsRecord ? circuit.measurementCount ?? 64 : 0
    let recordWords = columns / 64 + (columns % 64 == 0 ? 0 : 1)
    let words = bitWords.saturatingAdd(recordWords)
    let shots = UInt64(shots)
    let rows = words.saturatingMultiply(8).saturatingAdd(64).saturatingMultiply(shots)
    // Keys of more than 64 bits are counted as text.
    let width = max(UInt64(circuit.bitCount), columns)
    guard width > 64 else { return rows }
    return width.saturatingMultiply(3).saturatingAdd(400)
      .saturatingMultiply(min(shots, outcomes ?? shots)).saturatingAdd(rows)
  }

  /// - Throws: `Obstacle` with the numbers.
  package static func check(
    _ circuit: Circuit, shots: Int, limit: UInt64?, keepsRecord: Bool = true,
    outcomes: UInt64? = nil
  ) throws(Obstacle) {
    guard shots <= Int(UInt32.max) else {
      throw Obstacle(.option, "at most 4294967295 shots at a time, not \(shots)")
    }
    let required = bytes(
      of: circuit, shots: shots, keepsRecord: keepsRecord, outcomes: outcomes)
    let available = limit ?? 1 << 46
    guard required > available else { return }
    throw Obstacle(
      .memory(required: required, available: available),
      "needs \(required == .max ? "more than 16 EiB" : ByteText.text(required)) for the results of \(shots) shots, "
        + "\(ByteText.text(available)) available", hint: "use fewer shots or a shorter circuit")
  }
}
