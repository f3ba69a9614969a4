/// Many symptom sets that change all the time, by number; set 0 is always empty and may only be
/// read and cleared.
///
/// A set of up to six symptoms lies in one cache line together with its hash; larger ones lie on
/// the heap.
struct SymptomRows: ~Copyable {
  /// 64 bytes.
  struct Row: BitwiseCopyable {
    var hash: UInt64 = 0
    var count: UInt32 = 0
    /// Room on the heap; 0 while the symptoms are inline.
    var capacity: UInt32 = 0
    /// The symptoms, or the address of them in the first word.
    var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)
  }

  static let inlineCount = 6
  private static let largeCount = 64

  private var rows = GrowingBuffer<Row>(capacity: 1024)
  private var scratch = GrowingBuffer<Symptom>(capacity: 64)
  private var spare = GrowingBuffer<UInt32>()
  /// Symptoms of large sets that were written since that was asked: what makes steps long.
  private var largeWork: UInt64 = 0
  /// Symptoms that rows have room for on the heap.
  private var heapCapacity = 0

  init() { rows.append(Row()) }

  init(copying other: borrowing SymptomRows) {
    rows.append(other.rows.base, count: other.rows.count)
    spare.append(other.spare.base, count: other.spare.count)
    for index in 0..<rows.count where rows[index].capacity > 0 {
      let (row, items) = (rows.base + index, Self.heap(rows[index]))
      let count = Int(row.pointee.count)
      row.pointee.capacity = 0
      if count > Self.inlineCount { enlarge(row, to: count) }
      self.items(of: row).update(from: items, count: count)
    }
  }

  deinit {
    for index in 0..<rows.count where rows[index].capacity > 0 {
      Self.heap(rows[index]).deallocate()
    }
  }

  /// Memory held.
  var byteCount: Int {
    rows.byteCount + scratch.byteCount + spare.byteCount
      + heapCapacity * MemoryLayout<Symptom>.stride
  }

  /// Symptoms of large sets that were written since the last call.
  mutating func takeLargeWork() -> UInt64 {
    defer { largeWork = 0 }
    return largeWork
  }

  /// A new empty set.
  mutating func makeRow() -> UInt32 {
    if spare.count > 0 {
      let row = spare[spare.count - 1]
      spare.truncate(to: spare.count - 1)
      return row
    }
    rows.append(Row())
    return UInt32(rows.count - 1)
  }

  /// Gives a set back.
  mutating func recycle(_ row: UInt32) {
    clear(row)
    spare.append(row)
  }

  @inline(__always)
  private static func heap(_ row: Row) -> UnsafeMutablePointer<Symptom> {
    UnsafeMutablePointer(bitPattern: UInt(row.words.0))!
  }

  @inline(__always)
  private func items(of row: UnsafeMutablePointer<Row>) -> UnsafeMutablePointer<Symptom> {
    if row.pointee.capacity > 0 { return Self.heap(row.pointee) }
    return UnsafeMutableRawPointer(row).advanced(by: 16).assumingMemoryBound(to: Symptom.self)
  }

  /// Whether all sets are empty.
  var areEmpty: Bool { (0..<rows.count).allSatisfy { rows.base[$0].count == 0 } }

  @inline(__always) func isEmpty(_ row: UInt32) -> Bool { rows.base[Int(row)].count == 0 }
  @inline(__always) func hash(_ row: UInt32) -> UInt64 { rows.base[Int(row)].hash }

  /// A view that is void as soon as any set changes.
  @inline(__always)
  func set(_ row: UInt32) -> SymptomSet {
    let pointer = rows.base + Int(row)
    return SymptomSet(
      items: items(of: pointer), count: Int(pointer.pointee.count), hash: pointer.pointee.hash)
  }

  @inline(__always)
  mutating func clear(_ row: UInt32) {
    rows.base[Int(row)].count = 0
    rows.base[Int(row)].hash = 0
  }

  /// Replaces the symptoms; `source` must not lie in this row.
  @inline(__always)
  private mutating func store(
    _ source: UnsafePointer<Symptom>, count: Int, hash: UInt64, in row: UInt32
  ) {
    let pointer = rows.base + Int(row)
    if count > max(Self.inlineCount, Int(pointer.pointee.capacity)) { enlarge(pointer, to: count) }
    if count > Self.largeCount { largeWork &+= UInt64(count) }
    let items = items(of: pointer)
    for index in 0..<count { items[index] = source[index] }
    pointer.pointee.count = UInt32(truncatingIfNeeded: count)
    pointer.pointee.hash = hash
  }

  /// Makes room, losing the symptoms.
  @inline(never)
  private mutating func enlarge(_ row: UnsafeMutablePointer<Row>, to count: Int) {
    if row.pointee.capacity > 0 { Self.heap(row.pointee).deallocate() }
    let capacity = count + count / 2
    heapCapacity += capacity - Int(row.pointee.capacity)
    let memory = UnsafeMutablePointer<Symptom>.allocate(capacity: capacity)
    row.pointee.words.0 = UInt64(UInt(bitPattern: memory))
    row.pointee.capacity = UInt32(truncatingIfNeeded: capacity)
  }

  /// target ← target ⊕ source.
  @inline(__always)
  mutating func xor(_ source: UInt32, into target: UInt32) {
    if rows.base[Int(source)].count > 0 { xor(set(source), into: target) }
  }

  /// target ← target ⊕ source; a source inside another row may be given.
  mutating func xor(_ source: SymptomSet, into target: UInt32) {
    let old = set(target)
    if old.count == 0 {
      return store(source.items, count: source.count, hash: source.hash, in: target)
    }
    scratch.reserve(old.count + source.count)
    let count = mergeXor(old.items, old.count, source.items, source.count, into: scratch.base)
    store(scratch.base, count: count, hash: old.hash ^ source.hash, in: target)
  }

  /// target ← target ⊕ {symptom}.
  mutating func toggle(_ symptom: Symptom, in target: UInt32) {
    var item = symptom
    withUnsafePointer(to: &item) {
      xor(SymptomSet(items: $0, count: 1, hash: symptom.symptomHash), into: target)
    }
  }

  func contains(_ symptom: Symptom, in row: UInt32) -> Bool {
    set(row).values.contains(symptom)
  }

  /// Moves every detector of a set by a distance, which may be negative.
  mutating func shiftDetectors(by distance: Int64, in row: UInt32) {
    let pointer = rows.base + Int(row)
    let items = items(of: pointer)
    var hash: UInt64 = 0
    for index in 0..<Int(pointer.pointee.count) {
      if items[index] < firstObservable { items[index] &+= UInt64(bitPattern: distance) }
      hash ^= items[index].symptomHash
    }
    pointer.pointee.hash = hash
  }

  /// XORs `pivot` into every set that holds `symptom`.
  mutating func eliminate(_ symptom: Symptom, with pivot: SymptomSet) {
    for row in 1..<rows.count where contains(symptom, in: UInt32(row)) {
      xor(pivot, into: UInt32(row))
    }
  }
}
