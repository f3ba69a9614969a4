import QSim
import Reporting

/// The largest amplitudes of a state.
struct AmplitudeList {
  /// In order of the indices.
  let entries: [BasisStateAmplitude]
  /// Whether amplitudes are known, or only probabilities.
  let hasAmplitudes: Bool

  /// The basis states of largest probability.
  ///
  /// - Throws: `Obstacle` if the list does not fit in memory.
  init(of state: any FinalState, limit: Int) throws(Obstacle) {
    entries = try state.largestAmplitudes(limit: limit)
    hasAmplitudes = !state.isMixed
  }

  /// Basis states, probabilities and amplitudes as a table.
  ///
  /// - Parameters:
  ///   - layout: Which qubits a key has, and where the bits of an index stand in it.
  ///   - isForPeople: Whether the amplitude is one column, rounded, or its parts are two.
  func table(layout: BasisKeys, isForPeople: Bool) -> ReportTable {
    var columns: [ReportTable.Column] = [
      .init("key", title: layout.heading), .init("probability"),
    ]
    if hasAmplitudes {
      columns += isForPeople ? [.init("amplitude")] : [.init("re"), .init("im")]
    }
    // Keys that leave qubits out say of which qubits they are.
    let namesQubits = layout.isPartial && !isForPeople
    if namesQubits { columns.insert(.init("qubits", alignment: .left), at: 0) }
    var table = ReportTable(columns: columns, barColumn: "probability")
    for entry in entries {
      let (re, im) = (entry.amplitude.real, entry.amplitude.imaginary)
      let amplitude: [ReportValue] =
        !hasAmplitudes
        ? [] : isForPeople ? [.string(Self.text(re, im))] : [.double(re), .double(im)]
      table.append(
        (namesQubits ? [.string(layout.qubitNames)] : [])
          + [.string(layout.key(of: entry.basisState)), .double(entry.probability)] + amplitude)
    }
    return table
  }

  /// `0.707107`, `-0.5i`, `0.5+0.5i`: parts smaller than 10⁻⁶ of the other are rounding errors.
  private static func text(_ re: Double, _ im: Double) -> String {
    let isReal = abs(im) <= 1e-6 * abs(re)
    let isImaginary = abs(re) <= 1e-6 * abs(im)
    if isReal { return DecimalText.rounded(re) }
    let digits = DecimalText.rounded(im)
    let imaginary = digits == "1" ? "i" : digits == "-1" ? "-i" : "\(digits)i"
    if isImaginary { return imaginary }
    return DecimalText.rounded(re) + (im < 0 ? "" : "+") + imaginary
  }
}
