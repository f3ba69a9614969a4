/// Where the results of a circuit stand in the record of a noisy copy of it, which holds heralds
/// besides.
///
/// Lookbacks of the circuit count results; those of the copy count results and heralds. Kept are
/// the newest results, as many as any lookback needs.
struct HeraldedRecord {
  /// Heralds before the first kept result, then after each of them.
  private(set) var heralds: [UInt64] = [0]
  /// The furthest that a lookback of the circuit goes.
  private let reach: Int
  /// Whether results before the kept ones are not known, as at the start of a trial.
  private let isOpen: Bool
  /// Lookbacks into what is not known, counted from the start.
  private(set) var asked: Set<Int> = []

  init(reach: Int, isOpen: Bool = false) {
    self.reach = reach
    self.isOpen = isOpen
  }

  /// A record of which only what follows is known.
  func opened() -> HeraldedRecord { HeraldedRecord(reach: reach, isOpen: true) }

  mutating func addResults(_ count: Int) {
    heralds += repeatElement(0, count: count)
    trim()
  }

  mutating func addHeralds(_ count: Int) {
    heralds[heralds.count - 1] = heralds[heralds.count - 1].saturatingAdd(UInt64(count))
  }

  private mutating func trim() {
    guard heralds.count > 2 * (reach + 1) else { return }
    heralds.removeFirst(heralds.count - (reach + 1))
  }

  /// The lookback in the copy; `nil` if it is not known.
  func position(of lookback: Int) -> UInt64? {
    if lookback >= heralds.count, isOpen { return nil }
    return heralds.suffix(lookback).reduce(UInt64(lookback)) { $0.saturatingAdd($1) }
  }

  /// The same, remembering what is not known.
  mutating func ask(_ lookback: Int) -> UInt64? {
    let position = position(of: lookback)
    if position == nil { asked.insert(lookback - (heralds.count - 1)) }
    return position
  }

  /// Adds what a block leaves, a number of times; beyond what lookbacks can see, fewer are enough.
  mutating func append(_ block: HeraldedRecord, times: UInt64) {
    guard block.heralds.count > 1 else {
      let last = heralds.count - 1
      heralds[last] = heralds[last].saturatingAdd(block.heralds[0].saturatingMultiply(times))
      return
    }
    for _ in 0..<min(times, UInt64(reach / (block.heralds.count - 1) + 2)) {
      heralds[heralds.count - 1] = heralds[heralds.count - 1].saturatingAdd(block.heralds[0])
      heralds += block.heralds.dropFirst()
      trim()
    }
  }

  /// Whether a block that leaves and asks what it does finds every result at the same lookback in
  /// each of its runs.
  func isSteady(_ block: HeraldedRecord, times: UInt64) -> Bool {
    guard times > 1, !block.asked.isEmpty else { return true }
    let wanted = block.asked.map { position(of: $0) }
    var history = self
    let length = max(1, block.heralds.count - 1)
    for _ in 0..<min(times - 1, UInt64(reach / length + 2)) {
      history.append(block, times: 1)
      guard zip(block.asked, wanted).allSatisfy({ history.position(of: $0) == $1 }) else {
        return false
      }
    }
    return true
  }
}

extension Circuit {
  /// The largest lookback of any instruction; 0 without one.
  var largestLookback: Int {
    blocks.indices.lazy.flatMap { nodes(of: BlockID(index: Int32($0))) }.reduce(0) {
      guard case .instruction(let instruction) = $1 else { return $0 }
      return targets(of: instruction).lazy.filter(\.isRecord).map(\.value).reduce($0, max)
    }
  }
}

extension GateDefinition {
  /// Results that an instruction records on these targets.
  func resultCount(of targets: [Target]) -> Int {
    guard recordsPerGroup > 0 else { return 0 }
    let combiners = targets.count { $0.isCombiner }
    let others = targets.count { !$0.isCombiner && !$0.isBit }
    switch shape {
    case .products: return recordsPerGroup * (others - combiners)
    case .each(let size): return recordsPerGroup * (others / max(1, size))
    case .whole, .none: return recordsPerGroup
    }
  }
}
