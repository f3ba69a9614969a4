import QuantumCore

/// Error mechanisms by what they flip; those that flip the same in the same parts (and have the
/// same tag) are merged as they come.
///
/// The place of a mechanism in the table follows its first detector, so mechanisms that are near in
/// the circuit are near in memory.
struct MechanismTable: ~Copyable {
  /// 32 bytes.
  struct Entry: BitwiseCopyable {
    let hash: UInt64
    var probability: Double
    /// Where its symptoms lie in `symptoms`.
    let start: UInt32
    let count: UInt32
    let tag: UInt32
    /// Where its suggested decomposition lies in `suggestions`; 0 is none, `inParts` that its
    /// symptoms stand in parts.
    var suggestion: UInt32
  }

  private(set) var entries = GrowingBuffer<Entry>(capacity: 256)
  private(set) var symptoms = GrowingBuffer<Symptom>(capacity: 1024)
  /// Suggested decompositions: for each its length, then the symptoms of the parts with `separator`
  /// between.
  private var suggestions = GrowingBuffer<Symptom>(capacity: 256)
  /// By entry that stands whole: parts, with separators, in which it may be put down if need be.
  private(set) var alternatives: [Int: [Symptom]] = [:]
  /// Entry indices plus one; 0 is free.
  private var slots: UnsafeMutablePointer<UInt32>
  private var slotCount: Int

  init() {
    slotCount = 1 << 10
    slots = .allocate(capacity: slotCount)
    slots.initialize(repeating: 0, count: slotCount)
  }

  deinit { slots.deallocate() }

  var count: Int { entries.count }

  /// Symptoms and suggested parts together.
  var targetCount: Int { symptoms.count + suggestions.count }

  /// Memory held.
  var byteCount: Int {
    entries.byteCount + symptoms.byteCount + suggestions.byteCount
      + slotCount * MemoryLayout<UInt32>.stride
  }

  func set(_ index: Int) -> SymptomSet {
    let entry = entries[index]
    return SymptomSet(
      items: symptoms.base + Int(entry.start), count: Int(entry.count), hash: entry.hash)
  }

  static let separator: Symptom = 2 << 62
  private static let inParts: UInt32 = .max

  @inline(__always)
  func hasSuggestion(_ index: Int) -> Bool { entries[index].suggestion != 0 }

  /// The parts of a mechanism with separators between; all its symptoms if nothing is suggested.
  func suggestion(_ index: Int) -> UnsafeBufferPointer<Symptom> {
    let place = Int(entries[index].suggestion)
    if place == 0 || place == Int(Self.inParts) { return set(index).values }
    return UnsafeBufferPointer(
      start: suggestions.base + place + 1, count: Int(suggestions[place]))
  }

  /// Begins the suggestion for an entry; `appendPart` goes on with it.
  mutating func beginSuggestion(_ index: Int) {
    precondition(
      suggestions.count < Int(Self.inParts), "Too many decompositions for 32-bit indices")
    if suggestions.count == 0 { suggestions.append(0) }
    entries.base[index].suggestion = UInt32(suggestions.count)
    suggestions.append(0)
  }

  mutating func appendPart(_ part: SymptomSet, of index: Int) {
    let place = Int(entries[index].suggestion)
    if suggestions[place] > 0 { suggestions.append(Self.separator) }
    suggestions.append(part.items, count: part.count)
    suggestions[place] = Symptom(suggestions.count - place - 1)
  }

  mutating func setAlternative(_ parts: [Symptom], of index: Int) {
    if alternatives[index] == nil { alternatives[index] = parts }
  }

  mutating func removeAll() {
    alternatives.removeAll()
    slots.update(repeating: 0, count: slotCount)
    entries.removeAll()
    symptoms.removeAll()
    suggestions.removeAll()
  }

  /// Adds a mechanism to the one that flips the same, if there is one.
  ///
  /// - Returns: the index of its entry.
  @inline(__always)
  @discardableResult
  mutating func add(_ set: SymptomSet, probability: Double, tag: UInt32) -> Int {
    var probe = Probe(set, tag: tag, mask: slotCount - 1)
    while true {
      let slot = slots[probe.place]
      if slot == 0 { break }
      let index = Int(slot) - 1
      let entry = entries.base + index
      if entry.pointee.hash == set.hash, entry.pointee.tag == tag,
        set.isEqual(to: symptoms.base + Int(entry.pointee.start), count: Int(entry.pointee.count))
      {
        let p = entry.pointee.probability
        entry.pointee.probability = p * (1 - probability) + probability * (1 - p)
        return index
      }
      probe.advance()
    }
    slots[probe.place] = UInt32(entries.count + 1)
    insert(set, probability: probability, tag: tag)
    return entries.count - 1
  }

  /// Adds a mechanism whose symptoms stand in parts with separators between: apart from one that
  /// flips the same in other parts or in none.
  mutating func add(parts: SymptomSet, probability: Double, tag: UInt32) {
    let index = add(parts, probability: probability, tag: tag)
    entries.base[index].suggestion = Self.inParts
  }

  private mutating func insert(_ set: SymptomSet, probability: Double, tag: UInt32) {
    let start = symptoms.count
    precondition(
      start + set.count < Int(UInt32.max) && entries.count < Int(UInt32.max) - 1,
      "Too many error mechanisms for 32-bit indices")
    symptoms.append(set.items, count: set.count)
    entries.append(
      Entry(
        hash: set.hash, probability: probability, start: UInt32(start), count: UInt32(set.count),
        tag: tag, suggestion: 0))
    if entries.count * 2 > slotCount { enlarge() }
  }

  @inline(never)
  private mutating func enlarge() {
    slots.deallocate()
    slotCount *= 4
    slots = .allocate(capacity: slotCount)
    slots.initialize(repeating: 0, count: slotCount)
    for index in 0..<entries.count {
      var probe = Probe(set(index), tag: entries[index].tag, mask: slotCount - 1)
      while slots[probe.place] != 0 { probe.advance() }
      slots[probe.place] = UInt32(index + 1)
    }
  }

  /// The slots to look at, one after the other: some near the place of the first detector, then
  /// from anywhere on.
  private struct Probe {
    var place: Int
    private var steps = 0
    private let hash: UInt64
    private let mask: Int

    @inline(__always)
    init(_ set: SymptomSet, tag: UInt32, mask: Int) {
      hash = set.hash &+ UInt64(tag) &* 0x9e37_79b9_7f4a_7c15
      self.mask = mask
      let first = set.count == 0 ? 0 : set.items[0]
      place = Int(truncatingIfNeeded: first &* 64 &+ hash & 63) & mask
    }

    @inline(__always)
    mutating func advance() {
      steps += 1
      place = (steps == 24 ? Int(truncatingIfNeeded: hash >> 8) : place + 1) & mask
    }
  }
}
