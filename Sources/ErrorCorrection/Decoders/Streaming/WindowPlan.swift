import QuantumCore

/// Which windows a run has, and the error model of each.
struct WindowPlan: Sendable {
  /// Detectors that follow each other, in the run and in the window.
  struct Run: Sendable, Hashable {
    let source: Int
    let target: Int
    var count: Int
  }

  /// A window at its place, or as it recurs.
  struct Template: Sendable {
    /// The detectors of the window's model, by their numbers in the run.
    let detectors: [Int]
    /// The detectors that observables of the window's model behind those of the run stand for.
    let carried: [Int]
    let model: Int
    let runs: [Run]
  }

  /// A template moved by a number of detectors.
  struct Window: Sendable {
    let template: Int
    let shift: Int
  }

  let detectorCount: Int
  let observableCount: Int
  /// When the first window starts.
  let firstTime: Double
  /// How much later each of the others starts than the one before, in units of the time.
  let commit: Double
  private(set) var windows: [Window]
  let templates: [Template]
  /// Models of windows, all unlike.
  let models: [DetectorErrorModel]

  /// - Parameters:
  ///   - commit: in units of the time, as `buffer` is.
  ///   - clock: tells the time of a detector.
  /// - Throws: a `Diagnostic` if a detector that errors flip has no time; `Obstacle` if there is
  ///   too much to unroll.
  init(_ model: DetectorErrorModel, commit: Double, buffer: Double, clock: WindowClock) throws {
    if let folded = RepeatedRounds(model, commit: commit, buffer: buffer, clock: clock) {
      let builder = try WindowBuilder(
        folded.shortened, commit: commit, buffer: buffer, clock: clock)
      if let middle = builder.recurringWindow(
        near: folded.middleTime, detectorShift: folded.detectorShift)
      {
        self.init(
          builder, detectors: model.detectorCount, recurring: middle,
          times: folded.skippedWindows, detectorShift: folded.detectorShift)
        return
      }
    }
    self.init(
      try WindowBuilder(model, commit: commit, buffer: buffer, clock: clock),
      detectors: model.detectorCount, recurring: 0, times: 0, detectorShift: 0)
  }

  private init(
    _ builder: WindowBuilder, detectors: UInt64, recurring: Int, times: Int, detectorShift: Int
  ) {
    detectorCount = Int(detectors)
    observableCount = builder.observableCount
    (firstTime, commit) = (builder.firstTime, builder.commit)
    templates = builder.templates
    models = builder.models
    windows = templates.indices.prefix(recurring + 1).map { Window(template: $0, shift: 0) }
    for turn in 0..<times {
      windows.append(Window(template: recurring, shift: (turn + 1) * detectorShift))
    }
    windows += templates.indices.dropFirst(recurring + 1).map {
      Window(template: $0, shift: times * detectorShift)
    }
  }
}

/// Takes a model apart into windows.
struct WindowBuilder {
  let observableCount: Int
  let commit: Double
  private let buffer: Double
  /// By detector: from the first on; NaN if unknown.
  private let times: [Double]
  let firstTime: Double
  private let lastWindow: Int
  private(set) var templates: [WindowPlan.Template] = []
  private(set) var models: [DetectorErrorModel] = []

  /// A mechanism in one window.
  private struct Mechanism {
    let probability: Double
    let place: Circuit.SourcePlace
    var targets: [DetectorErrorModel.Target] = []
  }

  init(_ model: DetectorErrorModel, commit: Double, buffer: Double, clock: WindowClock) throws {
    let counts = try DecodingLimits.countsOfUnrolled(model)
    observableCount = counts.observables
    (self.commit, self.buffer) = (commit, buffer)
    var times = try model.detectorCoordinates().map { clock.time(of: $0) ?? .nan }
    var (first, last) = (Double.infinity, -Double.infinity)
    for time in times where time.isFinite { (first, last) = (min(first, time), max(last, time)) }
    if first > last { (first, last) = (0, 0) }
    for detector in times.indices {
      let time = times[detector]
      times[detector] = time.isFinite ? time - first : .nan
    }
    (firstTime, self.times) = (first, times)
    let length = last - first
    let windowCount = max(0, ((length - buffer) / commit).rounded(.down))
    guard windowCount < 0x1p24 else {
      throw Obstacle(
        .option, "the run has \(windowCount) windows; at most 2^24 are accepted",
        hint: "commit to more rounds at a time")
    }
    lastWindow = Int(windowCount)
    try build(model)
  }

  private mutating func build(_ model: DetectorErrorModel) throws {
    var mechanisms = [[Mechanism]](repeating: [], count: lastWindow + 1)
    var carried = [Set<Int>](repeating: [], count: lastWindow + 1)
    try model.forEachDistinctInstruction { step in
      guard step.instruction.kind == .error else { return }
      let probability = DetectorErrorModel.oddProbability(
        model.probability(of: step.instruction), times: step.multiplicity)
      let fault = DecomposedFault(step.targets, offset: step.detectorOffset)
      let isBlind = fault.parts.isEmpty
      let parts = isBlind ? [.init(observables: fault.observables)] : fault.parts
      let loose = isBlind ? ObservableSet() : fault.observables
      var touched: [Int] = []
      var deciding: Set<Int> = []
      for part in parts {
        let windows = try self.windows(of: part.detectors, step)
        deciding.insert(windows.upperBound)
        for window in windows {
          if !touched.contains(window) {
            mechanisms[window].append(Mechanism(probability: probability, place: step.place))
            touched.append(window)
          }
          let isFinal = window == windows.upperBound
          let beyond =
            isFinal ? part.detectors.map { Int($0) }.filter { isBehindCommitted($0, window) } : []
          carried[window].formUnion(beyond)
          append(part, beyond, isFinal: isFinal, to: &mechanisms[window], window: window)
        }
      }
      // What belongs to the whole mechanism is seen only where all of it is.
      if let window = deciding.first, deciding.count == 1, !loose.isEmpty {
        mechanisms[window][mechanisms[window].count - 1].targets +=
          [.separator] + loose.targets
      }
    }
    assemble(mechanisms, carried)
  }

  /// The windows that know a part of a mechanism; the last of them decides on it.
  private func windows(
    of detectors: [UInt64], _ step: DetectorErrorModel.Step
  ) throws -> ClosedRange<Int> {
    guard !detectors.isEmpty else { return 0...0 }
    var time = Double.infinity
    for detector in detectors.map({ Int($0) }) {
      guard !times[detector].isNaN else {
        throw Diagnostic(
          "windows need the time of D\(detector), which has no such coordinate", code: "no-time",
          at: step.range,
          hint: "one coordinate of a detector is its time, mostly the last: "
            + "detector(0, 0, 5) D\(detector)")
      }
      time = min(time, times[detector])
    }
    let last = min(Double(lastWindow), (time / commit).rounded(.down))
    let first = min(last, max(0, ((time - buffer) / commit).rounded(.down)))
    return Int(first)...Int(last)
  }

  /// Whether a detector is for a later window to explain.
  private func isBehindCommitted(_ detector: Int, _ window: Int) -> Bool {
    window < lastWindow && times[detector] >= Double(window + 1) * commit
  }

  private func contains(_ window: Int, _ time: Double) -> Bool {
    time >= Double(window) * commit
      && (window == lastWindow || time < Double(window + 1) * commit + buffer)
  }

  /// Adds a part to the mechanism at the end: detectors by their numbers in the run, those that are
  /// passed on as observables of their own behind the others.
  private func append(
    _ part: DecomposedFault.Part, _ beyond: [Int], isFinal: Bool, to mechanisms: inout [Mechanism],
    window: Int
  ) {
    var targets: [DetectorErrorModel.Target] = []
    for detector in part.detectors where contains(window, times[Int(detector)]) {
      targets.append(.detector(detector))
    }
    if isFinal {
      targets += part.observables.targets
      targets += beyond.map { .observable(UInt64(observableCount + $0)) }
    }
    guard !targets.isEmpty else { return }
    let last = mechanisms.count - 1
    if !mechanisms[last].targets.isEmpty { mechanisms[last].targets.append(.separator) }
    mechanisms[last].targets += targets
  }

  private mutating func assemble(_ mechanisms: [[Mechanism]], _ carried: [Set<Int>]) {
    var known: [[UInt64]: Int] = [:]
    let order = times.indices.filter { !times[$0].isNaN }
      .sorted { (times[$0], $0) < (times[$1], $1) }
    var first = 0
    for window in 0...lastWindow {
      while first < order.count, times[order[first]] < Double(window) * commit { first += 1 }
      let detectors = order[first...].prefix { contains(window, times[$0]) }.sorted()
      let passedOn = carried[window].sorted()
      let (model, key) = self.model(mechanisms[window], detectors, passedOn)
      let number = known[key] ?? models.count
      if number == models.count {
        known[key] = number
        models.append(model)
      }
      templates.append(
        WindowPlan.Template(
          detectors: detectors, carried: passedOn, model: number, runs: Self.runs(of: detectors)))
    }
  }

  /// The model of a window, and numbers that are the same for windows alike.
  private func model(
    _ mechanisms: [Mechanism], _ detectors: [Int], _ carried: [Int]
  ) -> (DetectorErrorModel, [UInt64]) {
    let local = Dictionary(uniqueKeysWithValues: zip(detectors, 0...))
    let passed = Dictionary(uniqueKeysWithValues: zip(carried, observableCount...))
    var (model, key) = (DetectorErrorModel(), [UInt64(detectors.count), UInt64(carried.count)])
    for mechanism in mechanisms where !mechanism.targets.isEmpty {
      let targets = mechanism.targets.map { target -> DetectorErrorModel.Target in
        if target.isDetector { return .detector(UInt64(local[Int(target.value)]!)) }
        guard target.isObservable, target.value >= observableCount else { return target }
        return .observable(UInt64(passed[Int(target.value) - observableCount]!))
      }
      model.currentPlace = mechanism.place
      model.appendError(mechanism.probability, targets)
      key.append(mechanism.probability.bitPattern)
      key += targets.map(\.rawValue)
    }
    model.currentPlace = Circuit.SourcePlace()
    if !detectors.isEmpty { model.appendDetector(UInt64(detectors.count - 1)) }
    let observables = observableCount + carried.count
    if observables > 0 { model.appendObservable(UInt64(observables - 1)) }
    return (model, key)
  }

  private static func runs(of detectors: [Int]) -> [WindowPlan.Run] {
    var runs: [WindowPlan.Run] = []
    for (target, source) in detectors.enumerated() {
      if let last = runs.last, last.source + last.count == source {
        runs[runs.count - 1].count += 1
      } else {
        runs.append(WindowPlan.Run(source: source, target: target, count: 1))
      }
    }
    return runs
  }

  /// A window in the middle of a run whose next is the same, further on by a number of detectors.
  func recurringWindow(near time: Double, detectorShift: Int) -> Int? {
    let window = Int(max(0, (time - firstTime) / commit).rounded(.down))
    guard window + 1 < templates.count else { return nil }
    let (a, b) = (templates[window], templates[window + 1])
    let isMoved =
      a.model == b.model && a.detectors.map { $0 + detectorShift } == b.detectors
      && a.carried.map { $0 + detectorShift } == b.carried
    return isMoved ? window : nil
  }
}

extension ObservableSet {
  fileprivate var targets: [DetectorErrorModel.Target] {
    members.map { .observable(UInt64($0)) }
  }
}
