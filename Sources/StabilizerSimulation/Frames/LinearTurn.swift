import QuantumCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// A turn of a repeat block as a map of frames over GF(2), and what is added to it at random.
struct LinearTurn {
  /// Exclusive cases that add vectors: the distribution of a sum of basis vectors.
  struct Source {
    /// At most four.
    var basis: [BitVector]
    /// For every set s of basis vectors 1 − E[(−1)^{number of them in s that are added}]: 0 if
    /// nothing happens.
    ///
    /// Sums of independent sources multiply these expectations; kept as differences from 1, small
    /// probabilities keep their digits.
    var defects: [Double]
  }

  /// The rows that the turn uses, ascending.
  private(set) var rows: [UInt32]
  /// By row: the rows that hold afterwards what it held, as a set.
  private(set) var images: [BitVector]
  /// Vectors that are added with probability ½.
  private(set) var random: [BitVector] = []
  private(set) var noise: [Source] = []
  /// Rows from here on are cleared before they are used, so what they hold does not matter.
  private let scratchStart: UInt32
  private var chain: [(probability: Double, vector: BitVector)] = []

  private static let rowLimit = 512
  private static let basisLimit = 4
  /// Places of noise in a power at most.
  private static let noiseLimit = 4096

  /// Whether an operation can be followed where only frames matter, and results that nobody looks
  /// at.
  static func follows(_ code: FrameProgram.Code, keeping output: FrameProgram.Output) -> Bool {
    switch code {
    case .add, .exchange, .reset, .error, .correlatedError, .elseCorrelatedError: true
    case .measure, .measureReset, .pad, .herald: output == .detectors
    case .feedback, .sweep, .detectors, .observable, .repeatBlock: false
    }
  }

  /// Results that an operation records.
  static func resultCount(_ operation: FrameProgram.Operation) -> Int {
    switch operation.code {
    case .measure, .measureReset, .herald: (operation.end - operation.start) / 2
    case .pad: Int(clamping: operation.count)
    default: 0
    }
  }

  /// `nil` if the operations do anything else, or on too many rows.
  init?(_ turn: ArraySlice<FrameProgram.Operation>, of program: FrameProgram) {
    guard turn.allSatisfy({ Self.follows($0.code, keeping: program.output) }) else { return nil }
    var used: Set<UInt32> = []
    for operation in turn { used.formUnion(program.operands[operation.start..<operation.end]) }
    guard used.count <= Self.rowLimit else { return nil }
    rows = used.sorted()
    scratchStart = UInt32(2 * program.liveQubitCount)
    let count = rows.count
    images = (0..<count).map { Self.unit($0, count: count) }
    let places = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
    for operation in turn.reversed() {
      let operands = program.operands[operation.start..<operation.end].map { places[$0]! }
      guard prepend(operation, operands, of: program) else { return nil }
    }
    guard chain.isEmpty else { return nil }
    if let first = rows.firstIndex(where: { $0 >= scratchStart }) { forget(from: first) }
  }

  private static func unit(_ index: Int, count: Int) -> BitVector {
    var vector = BitVector(count: count)
    vector[index] = true
    return vector
  }

  /// Leaves out what ends in rows that do not matter.
  private mutating func forget(from first: Int) {
    func cut(_ vector: BitVector) -> BitVector {
      var vector = vector
      for index in first..<vector.count { vector[index] = false }
      return vector
    }
    images = images.map(cut)
    random = random.map(cut)
    for index in noise.indices { noise[index].basis = noise[index].basis.map(cut) }
  }
}

// MARK: - Operations

extension LinearTurn {
  /// Prepends an operation.
  private mutating func prepend(
    _ operation: FrameProgram.Operation, _ operands: [Int], of program: FrameProgram
  ) -> Bool {
    switch operation.code {
    case .add:
      for pair in Self.pairs(operands).reversed() {
        images[pair.1].formSymmetricDifference(images[pair.0])
      }
    case .exchange: for pair in Self.pairs(operands).reversed() { images.swapAt(pair.0, pair.1) }
    case .reset, .measureReset: collapse(operands, clears: true)
    case .measure: collapse(operands, clears: false)
    case .pad: break
    case .error, .herald: prependErrors(operation, operands, of: program)
    case .correlatedError, .elseCorrelatedError:
      return prependCorrelated(operation, operands, of: program)
    case .feedback, .sweep, .detectors, .observable, .repeatBlock: return false
    }
    return true
  }

  private static func pairs(_ operands: [Int]) -> [(Int, Int)] {
    stride(from: 0, to: operands.count - 1, by: 2).map { (operands[$0], operands[$0 + 1]) }
  }

  private mutating func collapse(_ operands: [Int], clears: Bool) {
    for (read, gauge) in Self.pairs(operands).reversed() {
      random.append(images[gauge])
      images[gauge] = BitVector(count: rows.count)
      if clears { images[read] = BitVector(count: rows.count) }
    }
  }

  private mutating func prependErrors(
    _ operation: FrameProgram.Operation, _ operands: [Int], of program: FrameProgram
  ) {
    guard operation.stream >= 0 else { return }
    let probability = program.streams[Int(operation.stream)].probability
    let width = operation.code == .herald ? 2 : Int(operation.width)
    var probabilities = [Double](repeating: 0, count: 1 << width)
    if operation.cases < 0 {
      probabilities[1] = probability
    } else {
      let cases = program.cases[Int(operation.cases)]
      for mask in 1...max(1, Int(cases.uniformCount)) where cases.uniformCount > 0 {
        probabilities[mask] = probability / Double(cases.uniformCount)
      }
      var before = 0.0
      for (threshold, mask) in zip(cases.thresholds, cases.masks) {
        let upTo = threshold == .max ? 1 : Double(threshold) / 0x1p64
        probabilities[Int(mask)] += probability * (upTo - before)
        before = upTo
      }
    }
    let defects = Self.defects(of: probabilities)
    for start in stride(from: 0, to: operands.count, by: width) {
      noise.append(
        Source(basis: operands[start..<start + width].map { images[$0] }, defects: defects))
    }
  }

  private mutating func prependCorrelated(
    _ operation: FrameProgram.Operation, _ operands: [Int], of program: FrameProgram
  ) -> Bool {
    var vector = BitVector(count: rows.count)
    for row in operands { vector.formSymmetricDifference(images[row]) }
    let probability =
      operation.stream < 0 ? 0 : program.streams[Int(operation.stream)].probability
    chain.append((probability, vector))
    guard operation.code == .correlatedError else { return true }
    guard chain.count <= Self.basisLimit else { return false }
    var probabilities = [Double](repeating: 0, count: 1 << chain.count)
    var rest = 1.0
    for (index, link) in chain.reversed().enumerated() {
      probabilities[1 << index] = rest * link.probability
      rest *= 1 - link.probability
    }
    noise.append(
      Source(
        basis: chain.reversed().map(\.vector), defects: Self.defects(of: probabilities)))
    chain = []
    return true
  }

  private static func defects(of probabilities: [Double]) -> [Double] {
    probabilities.indices.map { set in
      probabilities.indices.reduce(0) { sum, mask in
        (set & mask).nonzeroBitCount & 1 == 1 ? sum + 2 * probabilities[mask] : sum
      }
    }
  }
}

// MARK: - Sources

extension LinearTurn.Source {
  /// Of every set of basis vectors the probability that its sum is added; that of the empty set is
  /// left 0.
  var probabilities: [Double] {
    defects.indices.map { mask in
      guard mask > 0 else { return 0 }
      let sum = defects.indices.reduce(0.0) { sum, set in
        (set & mask).nonzeroBitCount & 1 == 1 ? sum + defects[set] : sum - defects[set]
      }
      return max(0, sum / Double(defects.count))
    }
  }

  /// The sum of so many independent sources like this.
  func raised(to count: UInt64) -> Self {
    Self(basis: basis, defects: defects.map { Self.defect($0, times: count) })
  }

  /// The sum of this and an independent source at the same place.
  mutating func add(_ other: Self) {
    for set in defects.indices {
      defects[set] += other.defects[set] * (1 - defects[set])
    }
  }

  /// 1 − (1 − d)ⁿ.
  private static func defect(_ defect: Double, times count: UInt64) -> Double {
    if defect <= 1 { return -expm1(Double(count) * log1p(-defect)) }
    let magnitude = exp(Double(count) * log1p(-(2 - min(2, defect))))
    return count % 2 == 1 ? 1 + magnitude : 1 - magnitude
  }

  func cases(_ probabilities: [Double], total: Double) -> NoiseCases {
    var (cases, sum) = (NoiseCases(), 0.0)
    for (mask, probability) in probabilities.enumerated() where probability > 0 {
      sum += probability
      cases.thresholds.append(UInt64(min(sum / total * 0x1p64, 0x1.fffffffffffffp63)))
      cases.masks.append(UInt8(mask))
    }
    cases.thresholds[cases.thresholds.count - 1] = .max
    return cases
  }
}

// MARK: - Powers

extension LinearTurn {
  /// What many turns do: a map, then vectors at random, then noise.
  struct Power {
    fileprivate let turn: LinearTurn
    fileprivate let images: [BitVector]
    let random: [BitVector]
    let noise: [Source]

    /// The rows of a program that a vector stands for.
    func rows(of vector: BitVector) -> [UInt32] {
      vector.indices.filter { vector[$0] }.map { turn.rows[$0] }
    }

    /// The rows that do not stay as they were, with those whose sum they become.
    var changedRows: [(row: UInt32, parts: [UInt32])] {
      turn.rows.indices.filter { turn.rows[$0] < turn.scratchStart }.compactMap { row in
        let parts = images.indices.filter { images[$0][row] }
        return parts == [row] ? nil : (turn.rows[row], parts.map { turn.rows[$0] })
      }
    }
  }

  /// `nil` if noise comes to too many places.
  func raised(to count: UInt64) -> Power? {
    let span = RandomSpan(random, turn: self, count: count)
    guard let noise = spread(count, modulo: span) else { return nil }
    var (power, square, rest) = (LinearMap(identityOn: rows.count), LinearMap(images), count)
    while rest > 0 {
      if rest & 1 == 1 { power = power.then(square) }
      rest >>= 1
      if rest > 0 { square = square.then(square) }
    }
    return Power(turn: self, images: power.images, random: span.basis.vectors, noise: noise)
  }

  /// The noise of all turns at the end of the last: each source at the places it is moved to, as
  /// often as it comes there.
  private func spread(_ count: UInt64, modulo span: RandomSpan) -> [Source]? {
    let map = LinearMap(images)
    var sources: [[BitVector]: Source] = [:]
    var order: [[BitVector]] = []
    for source in noise {
      var places: [[BitVector]] = []
      var known: [[BitVector]: Int] = [:]
      var place = source.basis.map { span.reduced($0) }
      while UInt64(places.count) < count, known[place] == nil,
        place.contains(where: { !$0.isZero })
      {
        known[place] = places.count
        places.append(place)
        guard places.count + order.count <= Self.noiseLimit else { return nil }
        place = place.map { span.reduced(map.image(of: $0)) }
      }
      let period = known[place].map { places.count - $0 } ?? 0
      for (turn, place) in places.enumerated() {
        var times: UInt64 = 1
        if period > 0, turn >= places.count - period {
          times = (count - 1 - UInt64(turn)) / UInt64(period) + 1
        }
        let added = Source(basis: place, defects: source.defects).raised(to: times)
        if sources[place]?.add(added) == nil {
          sources[place] = added
          order.append(place)
        }
      }
    }
    return order.map { sources[$0]! }
  }
}

/// A linear map over GF(2) by the images of unit vectors.
struct LinearMap {
  let images: [BitVector]

  init(_ images: [BitVector]) { self.images = images }

  init(identityOn count: Int) {
    images = (0..<count).map { row in
      var bits = BitVector(count: count)
      bits[row] = true
      return bits
    }
  }

  func image(of vector: BitVector) -> BitVector {
    var sum = BitVector(count: images.count)
    for (index, word) in vector.words.enumerated() {
      var rest = word
      while rest != 0 {
        sum.formSymmetricDifference(images[64 * index + rest.trailingZeroBitCount])
        rest &= rest - 1
      }
    }
    return sum
  }

  /// This map, and then another.
  func then(_ next: LinearMap) -> LinearMap { LinearMap(images.map { next.image(of: $0) }) }
}

/// Vectors in echelon form.
struct EchelonBasis {
  private(set) var vectors: [BitVector] = []
  private var pivots: [Int] = []

  /// A vector without the pivots of the basis: zero if the basis spans it.
  func reduced(_ vector: BitVector) -> BitVector {
    var vector = vector
    for (pivot, basis) in zip(pivots, vectors) where vector[pivot] {
      vector.formSymmetricDifference(basis)
    }
    return vector
  }

  /// Adds a vector.
  ///
  /// - Returns: whether it was not in the span.
  mutating func insert(_ vector: BitVector) -> Bool {
    let vector = reduced(vector)
    guard let pivot = vector.firstIndex(of: true) else { return false }
    for index in vectors.indices where vectors[index][pivot] {
      vectors[index].formSymmetricDifference(vector)
    }
    vectors.append(vector)
    pivots.append(pivot)
    return true
  }
}

/// What vectors that are random in every turn span after many turns.
struct RandomSpan {
  private(set) var basis = EchelonBasis()
  /// Whether a further turn would span no more, so that vectors count up to the span only.
  private var isClosed = true

  init(_ random: [BitVector], turn: LinearTurn, count: UInt64) {
    let map = LinearMap(turn.images)
    for vector in random {
      var (own, place, turns) = (EchelonBasis(), vector, UInt64(0))
      while turns < count, own.insert(place) {
        _ = basis.insert(place)
        place = map.image(of: place)
        turns += 1
      }
      if turns == count { isClosed = false }
    }
  }

  func reduced(_ vector: BitVector) -> BitVector { isClosed ? basis.reduced(vector) : vector }
}
