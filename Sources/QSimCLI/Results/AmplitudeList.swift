import QSim
import Reporting

/// The largest amplitudes of a state.
struct AmplitudeList {
  /// One basis state and its amplitude.
  struct Entry {
    let basisState: BitVector
    let amplitude: Complex<Double>
    var probability: Double { amplitude.lengthSquared }
  }

  /// In order of the indices.
  let entries: [Entry]
  /// Whether amplitudes are known, or only probabilities.
  var hasAmplitudes = true

  /// The basis states of largest probability.
  ///
  /// Amplitudes that are rounding errors are left out. Probabilities equal but for rounding rank by
  /// index, so that the choice does not depend on instruction set or fusion.
  init<S: Scalar>(of state: StateVector<S>, limit: Int) {
    typealias Ranked = (index: UInt64, amplitude: Complex<Double>)
    let threshold = S.precision == .single ? 1e-12 : 1e-20
    var kept: [(rank: Double, entry: Ranked)] = []
    var floor = threshold
    // `limit` may be `Int.max`.
    let capacity = limit < 1 << 40 ? 4 * max(limit, 1024) : .max
    func prune() {
      kept.sort { ($1.rank, $0.entry.index) < ($0.rank, $1.entry.index) }
      kept.removeLast(max(0, kept.count - limit))
      if limit > 0, kept.count == limit, let last = kept.last {
        floor = max(threshold, last.rank * (1 - 1e-4))
      }
    }
    state.withAmplitudes { amplitudes in
      for (index, amplitude) in amplitudes.enumerated() {
        let (re, im) = (Double(amplitude.real), Double(amplitude.imaginary))
        let probability = re * re + im * im
        guard probability > floor else { continue }
        // Five digits decide the rank.
        let scale = 0x1p17 / probability.binade
        kept.append(
          (
            (probability * scale).rounded() / scale,
            (UInt64(index), Complex(re, im))
          ))
        if kept.count >= capacity { prune() }
      }
    }
    prune()
    let width = state.qubitCount
    entries = kept.map(\.entry).sorted { $0.index < $1.index }.map { entry in
      Entry(
        basisState: BitVector(words: [entry.index], count: width), amplitude: entry.amplitude)
    }
  }

  /// The basis states of largest probability of a state of any width.
  ///
  /// - Throws: `Obstacle` if the list does not fit in memory.
  init(of state: SparseSimulator.FinalState, limit: Int) throws(Obstacle) {
    entries = try state.largestAmplitudes(limit: limit, threshold: 1e-20).map {
      Entry(basisState: $0.bits, amplitude: $0.amplitude)
    }
  }

  /// The basis states of largest probability of a mixed state.
  init<S: Scalar>(ofDiagonal state: DensityMatrix<S>, limit: Int) {
    let roots = state.probabilities.map { Complex<Double>($0.squareRoot()) }
    self.init(of: StateVector<Double>(amplitudes: roots), limit: limit)
    hasAmplitudes = false
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
