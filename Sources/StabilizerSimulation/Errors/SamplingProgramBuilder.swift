import QuantumCore

/// Turns a detector error model into the families of a sampling program.
struct SamplingProgramBuilder {
  private typealias Mechanism = SamplingProgram.Mechanism
  private typealias Level = SamplingProgram.Level

  private let model: DetectorErrorModel
  private let layout: RowLayout
  private let extents: [DetectorErrorModel.BlockExtent]

  private(set) var mechanisms: [SamplingProgram.Mechanism] = []
  private(set) var lists: [SamplingProgram.ListedFlip] = []
  private(set) var listEnds: [Int] = [0]
  private(set) var families: [SamplingProgram.Family] = []
  /// Faults a shot of each family.
  private(set) var familyWeights: [Double] = []
  private(set) var outerLevels: [SamplingProgram.Level] = []
  private(set) var coins: [SamplingProgram.Coin] = []
  /// What happens always, with the repeat blocks around it.
  private(set) var certain: [(SamplingProgram.Mechanism, [SamplingProgram.Level])] = []

  /// Mechanisms of one rate, collected before they get their places.
  private struct Group {
    var rate: Double
    var levels: [SamplingProgram.Level]
    var members: [SamplingProgram.Mechanism] = []
  }
  private struct GroupKey: Hashable {
    var rate: UInt64
    var scope: Int
  }
  private var groups: [Group] = []
  private var groupIndices: [GroupKey: Int] = [:]
  private var scopeCount = 0

  /// Beyond this probability a mechanism is drawn by itself: more Poisson events than that would cost more.
  private static let coinProbability = 0.25

  init(_ model: DetectorErrorModel, _ layout: RowLayout) {
    self.model = model
    self.layout = layout
    extents = model.blockExtents()
  }

  mutating func build() throws {
    _ = collect(.root, offset: 0, levels: [], multiplicity: 1)
    for group in groups {
      let start = mechanisms.count
      mechanisms += group.members
      let outerStart = UInt32(outerLevels.count)
      outerLevels += group.levels.dropLast()
      families.append(
        SamplingProgram.Family(
          start: UInt32(start), size: UInt32(group.members.count),
          inner: group.levels.last ?? Level(turns: 1, shift: 0),
          outer: outerStart..<UInt32(outerLevels.count)))
      let instances = group.levels.reduce(Double(group.members.count)) { $0 * Double($1.turns) }
      familyWeights.append(group.rate * instances)
    }
  }

  /// Collects the mechanisms of a block.
  ///
  /// - Parameters:
  ///   - offset: the detector offset at its start, in the first turn of everything around it.
  ///   - multiplicity: how often every mechanism happens at the same place.
  /// - Returns: the offset at its end.
  private mutating func collect(
    _ block: BlockID, offset: UInt64, levels: [Level], multiplicity: UInt64
  ) -> UInt64 {
    scopeCount += 1
    let scope = scopeCount
    var offset = offset
    for instruction in model.instructions(of: block) {
      switch instruction.kind {
      case .error:
        add(instruction, offset: offset, levels: levels, multiplicity: multiplicity, scope: scope)
      case .shiftDetectors: offset = offset.saturatingAdd(instruction.count)
      case .detector, .logicalObservable: break
      case .repeatBlock:
        let (count, body) = (instruction.count, instruction.body!)
        let shift = extents[Int(body.index)].shift
        guard count > 0 else { continue }
        if extents[Int(body.index)].mechanisms == 0 {
          // Nothing happens inside, however often.
        } else if count == 1 || shift == 0 {
          _ = collect(
            body, offset: offset, levels: levels,
            multiplicity: multiplicity.saturatingMultiply(count))
        } else {
          _ = collect(
            body, offset: offset, levels: levels + [Level(turns: count, shift: shift)],
            multiplicity: multiplicity)
        }
        offset = offset.saturatingAdd(shift.saturatingMultiply(count))
      }
    }
    return offset
  }

  private mutating func add(
    _ error: DetectorErrorModel.Instruction, offset: UInt64, levels: [Level],
    multiplicity: UInt64, scope: Int
  ) {
    let p = Self.parity(of: model.arguments(of: error).first ?? 0, times: multiplicity)
    guard p > 0, let mechanism = mechanism(error, offset: offset) else { return }
    if p > 0.5 { certain.append((mechanism, levels)) }
    let rest = min(p, 1 - p)
    if rest > Self.coinProbability {
      coins.append(
        SamplingProgram.Coin(
          mechanism: mechanism, levels: levels, threshold: UInt64(rest * 0x1p64)))
    } else if rest > 0 {
      let rate = Self.rate(of: rest)
      let key = GroupKey(rate: rate.bitPattern, scope: scope)
      if let index = groupIndices[key] {
        groups[index].members.append(mechanism)
      } else {
        groupIndices[key] = groups.count
        groups.append(Group(rate: rate, levels: levels, members: [mechanism]))
      }
    }
  }

  /// The probability that an odd number of `times` independent mechanisms of probability `p` happen.
  static func parity(of p: Double, times: UInt64) -> Double {
    var (result, power, rest) = (0.0, p, times)
    while rest > 0 {
      if rest & 1 == 1 { result = result * (1 - power) + power * (1 - result) }
      power = 2 * power * (1 - power)
      rest >>= 1
    }
    return min(max(result, 0), 1)
  }

  /// λ = −½ ln(1 − 2p) = artanh(p / (1 − p)), the mean of a Poisson count that is odd with probability p ≤ ¼.
  static func rate(of p: Double) -> Double {
    let y = p / (1 - p)
    let square = y * y
    // y ≤ 1/3, so the 18th term is below 2⁻⁵³ of the first.
    var sum = 0.0
    for k in (0..<18).reversed() { sum = sum * square + 1 / Double(2 * k + 1) }
    return y * sum
  }

  /// What a mechanism flips, at the columns of the first turn; `nil` if nothing that rows hold.
  private mutating func mechanism(
    _ error: DetectorErrorModel.Instruction, offset: UInt64
  ) -> Mechanism? {
    let (detectors, observables) = flippedColumns(error, offset: offset)
    guard !detectors.isEmpty || !observables.isEmpty else { return nil }
    var mechanism = Mechanism()
    let gaps = detectors.dropFirst().map { $0 - detectors[0] }
    let firstObservable = UInt64(layout.observableStart ?? 0)
    if !detectors.isEmpty, gaps.count <= 3, gaps.allSatisfy({ $0 <= UInt16.max }),
      observables.allSatisfy({ $0 - firstObservable < 16 })
    {
      mechanism.first = UInt32(detectors[0])
      func gap(_ index: Int) -> UInt16 { index < gaps.count ? UInt16(gaps[index]) : 0 }
      mechanism.gaps = (gap(0), gap(1), gap(2))
      for column in observables { mechanism.observables |= 1 << UInt16(column - firstObservable) }
    } else {
      lists += detectors.map { .init(column: UInt32($0), isDetector: true) }
      lists += observables.map { .init(column: UInt32($0), isDetector: false) }
      mechanism.list = UInt32(listEnds.count)
      listEnds.append(lists.count)
    }
    return mechanism
  }

  /// Columns flipped an odd number of times, ascending.
  private func flippedColumns(
    _ error: DetectorErrorModel.Instruction, offset: UInt64
  ) -> (detectors: [UInt64], observables: [UInt64]) {
    var (detectors, observables) = ([UInt64](), [UInt64]())
    for target in model.targets(of: error) {
      if target.isDetector, let start = layout.detectorStart {
        detectors.append(UInt64(start) + offset + target.value)
      } else if target.isObservable, let start = layout.observableStart {
        observables.append(UInt64(start) + target.value)
      }
    }
    return (Self.oddOnes(detectors), Self.oddOnes(observables))
  }

  private static func oddOnes(_ values: [UInt64]) -> [UInt64] {
    var result: [UInt64] = []
    for value in values.sorted() {
      if result.last == value { result.removeLast() } else { result.append(value) }
    }
    return result
  }
}
