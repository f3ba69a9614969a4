import QuantumCore

/// Decodes detection events as they come: a window of rounds at a time, with any decoder.
///
/// A window holds the events of `commit` + `buffer` rounds. Of what the decoder takes to have
/// happened there, only faults that begin in the first `commit` rounds are final; those that reach
/// further leave their mark on the events of the next window, which starts `commit` rounds later.
/// At its far end a window is open: a fault that reaches beyond has one end.
///
/// The inner decoder need not know its faults. In the model of a window a fault that would be final
/// flips the observables it flips, and one more for every detector behind the committed rounds that
/// it flips; other faults flip none. So a prediction says all that is passed on.
///
/// What windows before have decided may leave events that nothing explains, even if something
/// explains all events of the shot: the shot is marked as unexplained then, and its prediction is
/// what its windows decided.
///
/// Of the coordinates of detectors the last that never goes back is the time, and a round is as
/// long as the time between most detectors that follow each other; both may be given instead.
/// Windows that are alike share one compiled decoder, and of a long `repeat` block only a few turns
/// are unrolled: memory and time to compile do not grow with the rounds.
///
///     let decoder = WindowedDecoder(MatchingDecoder(), commit: 9, buffer: 9)
///
/// - Source: [DennisKitaevLandahlPreskill02] section VI B, [Skoric23].
public struct WindowedDecoder: Decoder {
  /// The decoder of each window.
  public let inner: any Decoder
  /// The rounds that a window decides for good.
  public let commit: Double
  /// The rounds behind the committed ones that a window looks at.
  public let buffer: Double
  /// Which coordinate of a detector is its time, from 0; `nil` to find out.
  public let timeCoordinate: Int?
  /// How long a round is in units of the time; `nil` to find out.
  public let roundLength: Double?
  private let clock: (@Sendable () -> UInt64)?

  /// A decoder that sees a window of rounds at a time.
  ///
  /// - Parameters:
  ///   - inner: the decoder of each window.
  ///   - commit: the rounds that a window decides for good.
  ///   - buffer: the rounds behind them that a window looks at.
  ///   - timeCoordinate: the coordinate of a detector that is its time, from 0; `nil` to find out.
  ///   - roundLength: the length of a round in units of the time; `nil` to find out.
  ///   - clock: nanoseconds since some moment; measures how long each window takes.
  /// - Precondition: `commit` and `roundLength` are positive, `buffer` is not negative, all are
  ///   finite.
  public init(
    _ inner: any Decoder, commit: Double, buffer: Double, timeCoordinate: Int? = nil,
    roundLength: Double? = nil, clock: (@Sendable () -> UInt64)? = nil
  ) {
    precondition(commit > 0 && commit < .infinity, "A window commits to something")
    precondition(buffer >= 0 && buffer < .infinity, "A buffer has no negative length")
    precondition(
      roundLength.map { $0 > 0 && $0 < .infinity } ?? true, "A round has a positive length")
    precondition(timeCoordinate ?? 0 >= 0, "Coordinates count from 0")
    (self.inner, self.commit, self.buffer, self.clock) = (inner, commit, buffer, clock)
    (self.timeCoordinate, self.roundLength) = (timeCoordinate, roundLength)
  }

  /// Cuts a model into windows and compiles the inner decoder for each window that is unlike the
  /// others.
  ///
  /// - Throws: a `Diagnostic` if a detector that errors flip has no time; `Obstacle` of kind
  ///   `option` if there are too many windows, or the inner decoder makes another number of
  ///   detectors or observables of a window's model than it has; otherwise as the inner decoder
  ///   does.
  public func compiled(for model: DetectorErrorModel) throws -> any CompiledDecoder {
    let time = try WindowClock(model, coordinate: timeCoordinate, roundLength: roundLength)
    let plan = try WindowPlan(
      model, commit: commit * time.roundLength, buffer: buffer * time.roundLength, clock: time)
    return CompiledWindowedDecoder(
      plan, decoders: try plan.models.map { try inner.compiledToMatch($0) },
      roundLength: time.roundLength, clock: clock)
  }
}

/// Windows that are ready for shots.
public final class CompiledWindowedDecoder: CompiledDecoder {
  let plan: WindowPlan
  let decoders: [any CompiledDecoder]
  /// How long a round is, as given or found out, in units of the time of detectors.
  public let roundLength: Double
  let clock: (@Sendable () -> UInt64)?
  let recorder = WindowRecorder()

  /// The number of detectors of the whole model.
  public var detectorCount: Int { plan.detectorCount }
  /// The number of observables of the whole model.
  public var observableCount: Int { plan.observableCount }
  /// How many windows a shot has.
  public var windowCount: Int { plan.windows.count }
  /// How many of them are unlike.
  public var distinctWindowCount: Int { plan.models.count }
  /// How long windows took so far; empty without a clock.
  public var latencies: LatencyHistogram { recorder.latencies }
  /// The first of the windows, from 0, that so far had events in any shot which nothing explained;
  /// `nil` if none had.
  public var firstUnexplainedWindow: Int? { recorder.firstUnexplainedWindow }

  /// The time at which a window starts.
  ///
  /// - Precondition: `window` is in `0..<windowCount`.
  public func startTime(ofWindow window: Int) -> Double {
    precondition(window >= 0 && window < windowCount, "Window \(window) is outside the run")
    return plan.firstTime + Double(window) * plan.commit
  }

  init(
    _ plan: WindowPlan, decoders: [any CompiledDecoder], roundLength: Double,
    clock: (@Sendable () -> UInt64)?
  ) {
    (self.plan, self.decoders, self.clock) = (plan, decoders, clock)
    self.roundLength = roundLength
  }

  /// A session that goes through the windows of its shots; its weights and confidences are NaN.
  public func makeSession() -> any DecodingSession { WindowedSession(self) }
}

/// One thread's way through the windows of its shots. Weights and confidences are NaN.
final class WindowedSession: DecodingSession {
  private let decoder: CompiledWindowedDecoder
  private let sessions: [any DecodingSession]
  /// Events of the shot, changed by what is final.
  private var events: [UInt64]
  private var windowEvents: [UInt64]
  private var prediction: [UInt8]

  init(_ decoder: CompiledWindowedDecoder) {
    self.decoder = decoder
    sessions = decoder.decoders.map { $0.makeSession() }
    // A word more, so that 64 bits can be read from anywhere.
    events = [UInt64](repeating: 0, count: decoder.detectorCount / 64 + 2)
    let (columns, bits) = decoder.decoders.reduce((0, 0)) {
      (max($0.0, $1.detectorCount), max($0.1, $1.observableCount))
    }
    windowEvents = [UInt64](repeating: 0, count: columns / 64 + 2)
    prediction = [UInt8](repeating: 0, count: bits / 8 + 8)
  }

  func decode(_ batch: inout DecodingBatch) {
    precondition(batch.evidence == nil, "Windows take no evidence about single shots")
    var latencies = LatencyHistogram()
    var firstUnexplained: Int?
    for shot in 0..<batch.shotCount {
      load(batch.detections, shot)
      let output = batch.clearPrediction(ofShot: shot)
      var isExplained = true
      for (number, window) in decoder.plan.windows.enumerated() {
        let start = decoder.clock?() ?? 0
        if !decode(window, into: output) {
          isExplained = false
          firstUnexplained = min(firstUnexplained ?? number, number)
        }
        if let clock = decoder.clock { latencies.record(nanoseconds: clock() &- start) }
      }
      batch.weights?[shot] = isExplained ? .nan : .infinity
      batch.confidences?[shot] = .nan
      batch.unexplained?[shot] = !isExplained
    }
    decoder.recorder.add(latencies, firstUnexplainedWindow: firstUnexplained)
  }

  private func load(_ rows: PackedRows, _ shot: Int) {
    let row = rows.row(shot)
    var column = 0
    while column < rows.columnCount {
      events[column >> 6] = rows.word(row, at: column)
      column += 64
    }
  }

  /// - Returns: whether the decoder knows what explains the events.
  private func decode(
    _ window: WindowPlan.Window, into output: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    let template = decoder.plan.templates[window.template]
    gather(template.runs, shift: window.shift, count: template.detectors.count)
    var isUnexplained = false
    windowEvents.withUnsafeBytes { rows in
      prediction.withUnsafeMutableBytes { prediction in
        withUnsafeMutablePointer(to: &isUnexplained) { isUnexplained in
          let observableCount = decoder.decoders[template.model].observableCount
          var batch = DecodingBatch(
            detections: PackedRows(
              base: rows.baseAddress!, rowCount: 1, columnCount: template.detectors.count,
              stride: rows.count),
            predictions: prediction.baseAddress!, predictionStride: prediction.count,
            observableCount: observableCount, unexplained: isUnexplained)
          batch.clearPrediction(ofShot: 0)
          sessions[template.model].decode(&batch)
        }
      }
    }
    for byte in 0..<(decoder.observableCount + 7) / 8 {
      let isLast = byte == decoder.observableCount / 8
      let mask = isLast ? UInt8(1) << UInt8(decoder.observableCount % 8) - 1 : .max
      output[byte] ^= prediction[byte] & mask
    }
    for (index, detector) in template.carried.enumerated() {
      let bit = decoder.observableCount + index
      guard prediction[bit >> 3] >> UInt8(bit & 7) & 1 == 1 else { continue }
      let target = detector + window.shift
      events[target >> 6] ^= 1 << UInt64(target & 63)
    }
    return !isUnexplained
  }

  /// Collects the events of a window.
  private func gather(_ runs: [WindowPlan.Run], shift: Int, count: Int) {
    for word in 0..<count / 64 + 1 { windowEvents[word] = 0 }
    for run in runs {
      var (source, target, rest) = (run.source + shift, run.target, run.count)
      while rest > 0 {
        // As many bits as fit into the word that they go to.
        let width = min(rest, 64 - target & 63)
        let offset = UInt64(source & 63)
        var bits = events[source >> 6] >> offset
        if offset > 0 { bits |= events[source >> 6 + 1] << (64 - offset) }
        if width < 64 { bits &= 1 << UInt64(width) - 1 }
        windowEvents[target >> 6] |= bits << UInt64(target & 63)
        source += width
        target += width
        rest -= width
      }
    }
  }
}
