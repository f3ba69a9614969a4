import QuantumCore

/// A circuit as steps on the rows of a batch of Pauli frames.
///
/// A frame is the Pauli that a noisy shot has picked up against the noiseless reference, signs
/// aside [Gidney21]. For each live qubit there are two rows of bits, one bit a shot: whether its
/// frame holds an X and whether it holds a Z there. Every Clifford gate becomes additions of rows;
/// those that only exchange rows (H, SWAP) become a renaming and cost nothing. Measurements in any
/// basis and of products become additions around a measurement in the Z basis. Repeat blocks stay
/// nested. Row 2q is the X row of live qubit q at the start and 2q + 1 its Z row.
package struct FrameProgram: Sendable {
  /// What is kept: every measurement, or detectors and observables only.
  package enum Output: Sendable { case measurements, detectors }

  enum Code: UInt8, Sendable {
    /// Pairs (d, s): `row[d] ^= row[s]`.
    case add
    /// Pairs of rows that change places.
    case exchange
    /// Pairs (read, gauge): `read` is cleared and `gauge` becomes random.
    case reset
    /// Pairs (read, gauge): `read` is recorded and `gauge` becomes random; the record is flipped by
    /// `stream`.
    case measure
    /// Both of the above.
    case measureReset
    /// `count` records without a flip but by `stream`.
    case pad
    /// Groups of `width` rows: where `stream` says so, a case of `cases` is chosen, and the rows of
    /// its mask are flipped.
    case error
    /// As `error`, and what `stream` says is recorded.
    case herald
    /// Rows that are flipped together where `stream` says so; starts a chain.
    case correlatedError
    /// As before, where nothing of the chain happened yet; goes on with the chain.
    case elseCorrelatedError
    /// Pairs (row, lookback): `row ^= record`.
    case feedback
    /// Pairs (row, k): `row ^= sweep[k]`.
    case sweep
    /// For each detector the number of its records, then their lookbacks.
    case detectors
    /// The place among the program's observables; the number of records, their lookbacks; rows.
    case observable
    /// Runs the operations up to `end` `count` times.
    case repeatBlock
  }

  struct Operation: Sendable {
    var code: Code
    /// Index of the noise stream; −1 is none.
    var stream: Int32 = -1
    /// Index of the table of cases; −1 is none.
    var cases: Int32 = -1
    var width: Int32 = 0
    /// Where the operands lie, or of a block its operations.
    var start = 0
    var end = 0
    var count: UInt64 = 0
  }

  package let output: Output
  var operations: [Operation] = []
  var operands: [UInt32] = []
  /// The distinct probabilities of noise.
  var streams: [NoiseStream] = []
  var cases: [NoiseCases] = []
  /// Qubits that some operation acts on.
  package internal(set) var liveQubitCount = 0
  /// Records, detectors of one run; saturating.
  package internal(set) var recordCount: UInt64 = 0
  package internal(set) var detectorCount: UInt64 = 0
  /// One more than the largest observable's number.
  package internal(set) var observableCount: UInt64 = 0
  /// The numbers of the observables in use, in order of first use.
  var observables: [UInt32] = []
  /// The farthest that an operation looks back in the record.
  package internal(set) var lookback = 0
  /// One more than the largest `sweep[k]`.
  package internal(set) var sweepCount = 0

  /// Rows behind those of the frames, for sums made on the way.
  var scratchRowCount = 0
  /// Where the repeat block outside of others stands that has the most turns.
  var longestRepeat: SourceRange?
  /// Its turns.
  var mostTurns: UInt64 = 1

  var rowCount: Int { 2 * liveQubitCount + scratchRowCount }

  /// Operands as often as they are worked on in one run; saturates.
  var work: UInt64 { work(of: 0..<operations.count) }

  private func work(of range: Range<Int>) -> UInt64 {
    var (total, index) = (UInt64(0), range.lowerBound)
    while index < range.upperBound {
      let operation = operations[index]
      if operation.code == .repeatBlock {
        let turn = work(of: index + 1..<operation.end).saturatingAdd(1)
        total = total.saturatingAdd(turn.saturatingMultiply(operation.count))
        index = operation.end
      } else {
        let own = UInt64(operation.end - operation.start).saturatingAdd(operation.count)
        total = total.saturatingAdd(own)
        index += 1
      }
    }
    return total
  }

  /// - Throws: `Obstacle` where the circuit holds something frames cannot follow, `Diagnostic`
  ///   where it is wrong, such as a record from before the start.
  /// - Complexity: O(length of the text); repeat blocks are compiled once. Those of which nothing
  ///   is kept are folded.
  package init(_ circuit: Circuit, output: Output) throws {
    var compiler = FrameCompiler(circuit, FrameProgram(output: output))
    try compiler.compile(.root)
    self = FrameFolder.folded(compiler.finished())
  }

  init(output: Output) { self.output = output }
}
