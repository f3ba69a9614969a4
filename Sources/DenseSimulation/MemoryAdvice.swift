import QuantumCore

/// What to try where memory does not suffice for states: only what would help.
package enum MemoryAdvice {
  /// Larger states are refused whatever the memory.
  package static let mostQubits = 48
  package static let mostDensityQubits = 24
  /// What trajectories hold beside states, about: the results of a thousand shots.
  private static let usualResultBytes: UInt64 = 1 << 17

  /// `, 8 GiB available`; nothing where no limit is known.
  package static func shortage(_ available: UInt64) -> String {
    switch available {
    case 0: ", which the system does not give"
    case .max: ""
    default: ", \(ByteText.text(available)) available"
    }
  }

  package static func hint(_ remedies: [String]) -> String? {
    remedies.isEmpty ? nil : "try " + remedies.joined(separator: " or ")
  }

  /// For `count` states of amplitudes.
  ///
  /// - Parameter available: bytes; 0 where the system gave none, `UInt64.max` where no limit is
  ///   known.
  package static func forStates(
    qubitCount: Int, count: UInt64 = 1, precision: Precision, available: UInt64
  ) -> [String] {
    var remedies: [String] = []
    let single = StateMemory.bytes(qubitCount: qubitCount, precision: .single)
      .saturatingMultiply(count)
    let wouldFit = available == 0 || single <= available
    if precision == .double, qubitCount <= mostQubits, wouldFit {
      remedies.append("--precision single")
    }
    guard available > 0, available < .max else { return remedies }
    let most = StateMemory.largestQubitCount(bytes: available / max(1, count), precision: precision)
    if let most { remedies.append("at most \(min(most, mostQubits)) qubits") }
    return remedies
  }

  /// For a density matrix.
  package static func forDensityMatrix(
    qubitCount: Int, precision: Precision, available: UInt64
  ) -> [String] {
    var remedies: [String] = []
    func fits(_ precision: Precision) -> Bool {
      available == 0
        || StateMemory.bytes(qubitCount: qubitCount, precision: precision)
          .saturatingAdd(usualResultBytes) <= available
    }
    if qubitCount <= mostQubits, fits(precision) {
      remedies.append("--engine trajectories")
    } else if qubitCount <= mostQubits, fits(.single) {
      remedies.append("--engine trajectories --precision single")
    }
    let single = DensityMemory.bytes(qubitCount: qubitCount, precision: .single)
    if precision == .double, qubitCount <= mostDensityQubits, available == 0 || single <= available
    {
      remedies.append("--precision single")
    }
    guard available > 0, available < .max else { return remedies }
    let most = (0...mostDensityQubits).last {
      DensityMemory.bytes(qubitCount: $0, precision: precision) <= available
    }
    if let most { remedies.append("at most \(most) qubits") }
    return remedies
  }

  /// For a run whose states fit one by one.
  package static func forRun(
    _ bound: MemoryBound, precision: Precision, available: UInt64
  ) -> [String] {
    var remedies: [String] = []
    var single = bound
    single.stateBytes /= 2
    if precision == .double, single.fits(available) { remedies.append("--precision single") }
    var fewer = bound
    fewer.resultBytes = 0
    if fewer.fits(available) { remedies.append("fewer shots") }
    return remedies
  }
}
