import QuantumCore

/// Turns a detector error model into the families of a sampling program.
struct SamplingProgramBuilder {
  private typealias Mechanism = SamplingProgram.Mechanism
  private typealias Level = SamplingProgram.Level

  private let model: DetectorErrorModel
  private let layout: RowLayout
  private let extents: [DetectorErrorModel.BlockExtent]

  private(set) var mechanisms: [SamplingProgram.Mechanism] = []
  private(set) var families: [SamplingProgram.Family] = []
  /// Faults a shot of each family.
  private(set) var familyWeights: [Double] = []
  private(set) var outerLevels: [SamplingProgram.Level] = []
  private(set) var coins: [SamplingProgram.Coin] = []
  /// What happens always, with the repeat blocks around it.
  private(set) var certain:
    [(mechanism: SamplingProgram.Mechanism, levels: [SamplingProgram.Level])] = []
  private var shapeTable = ShapeTable()

  /// Mechanisms of one rate.
  private struct Group {
    var rate: Double
    var levels: [SamplingProgram.Level]
    var count = 0
  }
  private struct GroupKey: Hashable {
    var probability: UInt64
    var scope: Int
  }
  private var groups: [Group] = []
  private var groupIndices: [GroupKey: Int] = [:]
  private var scopeCount = 0
  /// Mechanisms as they come, with their groups.
  private var found: [(group: UInt32, mechanism: SamplingProgram.Mechanism)] = []
  /// Columns of one mechanism, ascending.
  private var detectors: [UInt64] = []
  private var observables: [UInt64] = []

  /// Beyond this probability a mechanism is drawn by itself: more Poisson events than that would
  /// cost more.
  private static let coinProbability = 0.25

  init(_ model: DetectorErrorModel, _ layout: RowLayout) {
    self.model = model
    self.layout = layout
    extents = model.blockExtents()
    found.reserveCapacity(model.argumentStorage.count)
  }

  var shapes: [SamplingProgram.Shape] { shapeTable.shapes }
  var listedFlips: [SamplingProgram.ListedFlip] { shapeTable.listedFlips }

  mutating func build() throws {
    _ = collect(.root, offset: 0, levels: [], multiplicity: 1)
    var start = 0
    for group in groups {
      let outerStart = UInt32(outerLevels.count)
      outerLevels += group.levels.dropLast()
      families.append(
        SamplingProgram.Family(
          start: UInt32(start), size: UInt32(group.count),
          inner: group.levels.last ?? Level(turns: 1, shift: 0),
          outer: outerStart..<UInt32(outerLevels.count)))
      let instances = group.levels.reduce(Double(group.count)) { $0 * Double($1.turns) }
      familyWeights.append(group.rate * instances)
      start += group.count
    }
    var ends = families.map { Int($0.start) }
    mechanisms = Array(repeating: Mechanism(first: 0, shape: 0), count: found.count)
    for (group, mechanism) in found {
      mechanisms[ends[Int(group)]] = mechanism
      ends[Int(group)] += 1
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
    let p = Self.parity(of: model.probability(of: error), times: multiplicity)
    guard p > 0 else { return }
    findColumns(error, offset: offset)
    // Rows may hold nothing of what it flips.
    guard !detectors.isEmpty || !observables.isEmpty else { return }
    let mechanism = Mechanism(
      first: UInt32(detectors.first ?? 0),
      shape: shapeTable.index(detectors: detectors, observables: observables))
    if p > 0.5 { certain.append((mechanism, levels)) }
    let rest = min(p, 1 - p)
    if rest > Self.coinProbability {
      coins.append(
        SamplingProgram.Coin(
          mechanism: mechanism, levels: levels, threshold: UInt64(rest * 0x1p64)))
    } else if rest > 0 {
      let group = groupIndex(probability: rest, levels: levels, scope: scope)
      groups[group].count += 1
      found.append((UInt32(group), mechanism))
    }
  }

  private mutating func groupIndex(probability: Double, levels: [Level], scope: Int) -> Int {
    let key = GroupKey(probability: probability.bitPattern, scope: scope)
    if let index = groupIndices[key] { return index }
    groupIndices[key] = groups.count
    groups.append(Group(rate: Self.rate(of: probability), levels: levels))
    return groups.count - 1
  }

  /// The probability that an odd number of `times` independent mechanisms of probability `p`
  /// happen.
  static func parity(of p: Double, times: UInt64) -> Double {
    if times == 1 { return p }
    var (result, power, rest) = (0.0, p, times)
    while rest > 0 {
      if rest & 1 == 1 { result = result * (1 - power) + power * (1 - result) }
      power = 2 * power * (1 - power)
      rest >>= 1
    }
    return min(max(result, 0), 1)
  }

  /// λ = −½ ln(1 − 2p) = artanh(p / (1 − p)), the mean of a Poisson count that is odd with
  /// probability p ≤ ¼.
  static func rate(of p: Double) -> Double {
    let y = p / (1 - p)
    let square = y * y
    // y ≤ 1/3, so the 18th term is below 2⁻⁵³ of the first.
    var sum = 0.0
    for k in (0..<18).reversed() { sum = sum * square + 1 / Double(2 * k + 1) }
    return y * sum
  }

  /// Finds the columns that a mechanism flips an odd number of times.
  private mutating func findColumns(_ error: DetectorErrorModel.Instruction, offset: UInt64) {
    detectors.removeAll(keepingCapacity: true)
    observables.removeAll(keepingCapacity: true)
    for place in error.targets {
      let target = model.targetStorage[place]
      if target.isDetector, let start = layout.detectorStart {
        Self.toggle(UInt64(start) + offset + target.value, in: &detectors)
      } else if target.isObservable, let start = layout.observableStart {
        Self.toggle(UInt64(start) + target.value, in: &observables)
      }
    }
  }

  /// Inserts a value, or removes it if it is there; values mostly come in ascending order.
  private static func toggle(_ value: UInt64, in values: inout [UInt64]) {
    guard let last = values.last, last >= value else { return values.append(value) }
    var place = values.count
    while place > 0, values[place - 1] > value { place -= 1 }
    if place > 0, values[place - 1] == value {
      values.remove(at: place - 1)
    } else {
      values.insert(value, at: place)
    }
  }
}

/// The shapes of mechanisms, each once.
private struct ShapeTable {
  private typealias Shape = SamplingProgram.Shape
  private typealias ListedFlip = SamplingProgram.ListedFlip

  private(set) var shapes: [SamplingProgram.Shape] = []
  private(set) var listedFlips: [SamplingProgram.ListedFlip] = []
  /// Places of shapes plus one, by hash; 0 is free.
  private var slots = [UInt32](repeating: 0, count: 256)
  /// Flips outside the windows of the shape at hand.
  private var list: [SamplingProgram.ListedFlip] = []

  /// The place of the shape with given columns, ascending; those of detectors count from the first.
  mutating func index(detectors: [UInt64], observables: [UInt64]) -> UInt32 {
    let shape = makeShape(detectors, observables)
    var slot = hash(of: shape) & (slots.count - 1)
    while slots[slot] != 0 {
      if isKnown(shape, as: slots[slot] - 1) { return slots[slot] - 1 }
      slot = (slot + 1) & (slots.count - 1)
    }
    shapes.append(shape)
    shapes[shapes.count - 1].listStart = UInt32(listedFlips.count)
    listedFlips += list
    slots[slot] = UInt32(shapes.count)
    if 2 * shapes.count > slots.count { enlarge() }
    return UInt32(shapes.count - 1)
  }

  /// A shape without the start of its list, which is left in `list`.
  private mutating func makeShape(
    _ detectors: [UInt64], _ observables: [UInt64]
  ) -> SamplingProgram.Shape {
    var shape = Shape()
    list.removeAll(keepingCapacity: true)
    var hasGap = false
    for detector in detectors {
      let column = detector - detectors[0]
      if column < Shape.reach {
        shape.near |= 1 << column
        continue
      }
      if !hasGap {
        shape.gap = UInt32(column)
        hasGap = true
      }
      if column - UInt64(shape.gap) < Shape.reach {
        shape.far |= 1 << (column - UInt64(shape.gap))
      } else {
        list.append(ListedFlip(column: UInt32(column), isDetector: true))
      }
    }
    for observable in observables {
      list.append(ListedFlip(column: UInt32(observable), isDetector: false))
    }
    shape.listCount = UInt32(list.count)
    return shape
  }

  private func isKnown(_ shape: SamplingProgram.Shape, as index: UInt32) -> Bool {
    let known = shapes[Int(index)]
    guard known.near == shape.near, known.far == shape.far, known.gap == shape.gap,
      known.listCount == shape.listCount
    else { return false }
    return list.indices.allSatisfy { listedFlips[Int(known.listStart) + $0] == list[$0] }
  }

  private func hash(of shape: SamplingProgram.Shape) -> Int {
    let factor: UInt64 = 0x9e37_79b9_7f4a_7c15
    var hash = (shape.near &* factor ^ shape.far) &* factor ^ UInt64(shape.gap)
    for flip in list { hash = hash &* factor ^ UInt64(flip.column) }
    return Int(truncatingIfNeeded: (hash &* factor) >> 32)
  }

  private mutating func enlarge() {
    let hashes = shapes.map { shape in
      list = Array(
        listedFlips[Int(shape.listStart)..<Int(shape.listStart + shape.listCount)])
      return hash(of: shape)
    }
    slots = Array(repeating: 0, count: 4 * slots.count)
    for (index, hash) in hashes.enumerated() {
      var slot = hash & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(index + 1)
    }
  }
}
