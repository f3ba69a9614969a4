import QuantumCore

/// A Clifford operation U on n qubits, up to a global phase: the images U P U† of X and Z on every
/// qubit.
///
///     let bell = try Tableau(of: circuit)                   // H 0, CX 0 1
///     bell.image(of: .z, on: 0)                            // +XX
///     bell.then(bell.inverse()) == .identity(qubitCount: 2)
///
/// Bit-packed: 4n² bits. Values are shared until they change.
public struct Tableau: Sendable {
  /// The number of qubits that the Clifford acts on.
  public let qubitCount: Int
  /// Rows 2q and 2q + 1 are the images of X and Z on qubit q, as i^k Xᵃ Zᵇ.
  private(set) var storage: Storage

  final class Storage: @unchecked Sendable {
    let rows: PauliRows
    let phases: UnsafeMutablePointer<UInt8>
    let letters: UnsafeMutablePointer<UInt8>

    /// - Throws: `Obstacle` when memory runs out.
    init(qubitCount: Int) throws(Obstacle) {
      rows = try PauliRows(rowCount: 2 * qubitCount, blocks: rowBlockCount(columns: qubitCount))
      phases = .allocate(capacity: 2 * qubitCount + 1)
      phases.initialize(repeating: 0, count: 2 * qubitCount + 1)
      letters = .allocate(capacity: 2 * qubitCount + 1)
      for row in 0..<2 * qubitCount { letters[row] = row & 1 == 0 ? 1 : 2 }
    }

    func copyContents(of other: Storage, rowCount: Int) {
      rows.copyContents(from: other.rows)
      phases.update(from: other.phases, count: rowCount)
      letters.update(from: other.letters, count: rowCount)
    }

    deinit {
      phases.deallocate()
      letters.deallocate()
    }

    var view: TableauView {
      TableauView(
        rows: rows.pointer, blocks: rows.blocks, phases: phases, letters: letters,
        kernels: .best)
    }
  }

  /// All images the identity: to be filled.
  ///
  /// - Precondition: the caller chose a size for which there is memory.
  init(blank qubitCount: Int) {
    do {
      try self.init(allocating: qubitCount)
    } catch {
      preconditionFailure(error.message)
    }
  }

  /// All images the identity, for a size that somebody else chose.
  private init(allocating qubitCount: Int) throws(Obstacle) {
    guard (0...1 << 20).contains(qubitCount) else {
      throw Obstacle(.unsupported, "a tableau has at most 2^20 qubits, not \(qubitCount)")
    }
    self.qubitCount = qubitCount
    storage = try Storage(qubitCount: qubitCount)
  }

  /// The operation that does nothing.
  ///
  /// - Precondition: at most 2²⁰ qubits, for which there is memory.
  public static func identity(qubitCount: Int) -> Tableau {
    let tableau = Tableau(blank: qubitCount)
    tableau.flipDiagonal()
    return tableau
  }

  /// The operation that does nothing on as many qubits as a file asks for.
  ///
  /// - Throws: `Obstacle` for more than 2²⁰ qubits, or when memory runs out.
  init(identityOn qubitCount: Int) throws(Obstacle) {
    try self.init(allocating: qubitCount)
    flipDiagonal()
  }

  private func flipDiagonal() {
    for qubit in 0..<qubitCount {
      storage.rows.x(2 * qubit).flip(qubit)
      storage.rows.z(2 * qubit + 1).flip(qubit)
    }
  }

  mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) {
      let copy = Tableau(blank: qubitCount).storage
      copy.copyContents(of: storage, rowCount: 2 * qubitCount)
      storage = copy
    }
  }

  // MARK: Reading

  /// U P U† for a Pauli on one qubit.
  public func image(of pauli: Pauli, on qubit: Int) -> PauliString {
    var string = PauliString(count: qubitCount)
    string[qubit] = pauli
    return applied(to: string)
  }

  /// U P U†.
  ///
  /// - Precondition: the string covers at most `qubitCount` qubits.
  /// - Complexity: O(n · weight) at 1/512 of a step each.
  public func applied(to string: PauliString) -> PauliString {
    precondition(string.count <= qubitCount, "The string covers more qubits than the tableau")
    let blocks = storage.rows.blocks
    var bits = [RowBlock](repeating: .zero, count: 2 * max(1, blocks))
    let phase = bits.withUnsafeMutableBufferPointer { buffer in
      multiply(
        buffer.baseAddress!, byImageOf: string.xBits.words, string.zBits.words,
        phase: UInt8(string.phaseExponent) &+ string.yCount)
    }
    return PauliString(rowBits: bits, blocks: blocks, phase: phase, count: qubitCount)
  }

  /// Multiplies a row that is the identity by the image of i^phase Xᵃ Zᵇ; gives its phase.
  private func multiply(
    _ row: UnsafeMutablePointer<RowBlock>, byImageOf x: [UInt64], _ z: [UInt64], phase: UInt8
  ) -> UInt8 {
    let view = storage.view
    var phase = phase
    for word in x.indices {
      var rest = x[word] | z[word]
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest &- 1
        let qubit = word << 6 | bit
        // Xᵃ Zᵇ qubit by qubit: factors on different qubits commute.
        if x[word] >> UInt64(bit) & 1 == 1 {
          let sign = row.multiply(
            by: view.x(2 * qubit), blocks: view.blocks, kernels: view.kernels)
          phase = phase &+ view.phases[2 * qubit] &+ sign
        }
        if z[word] >> UInt64(bit) & 1 == 1 {
          let sign = row.multiply(
            by: view.x(2 * qubit + 1), blocks: view.blocks, kernels: view.kernels)
          phase = phase &+ view.phases[2 * qubit + 1] &+ sign
        }
      }
    }
    return phase & 3
  }

  // MARK: Composing

  /// This operation, then another.
  ///
  /// - Precondition: both act on as many qubits.
  /// - Complexity: O(n³) at 1/512 of a step each.
  public func then(_ other: Tableau) -> Tableau {
    precondition(qubitCount == other.qubitCount, "Tableaus differ in qubits")
    let result = Tableau(blank: qubitCount)
    let (words, blocks) = (8 * storage.rows.blocks, storage.rows.blocks)
    for row in 0..<2 * qubitCount {
      let bits = storage.rows.x(row).words
      let x = Array(UnsafeBufferPointer(start: bits, count: words))
      let z = Array(UnsafeBufferPointer(start: bits + 8 * blocks, count: words))
      result.storage.phases[row] = other.multiply(
        result.storage.rows.x(row), byImageOf: x, z, phase: storage.phases[row])
    }
    return result
  }

  /// The operation that undoes this one.
  ///
  /// - Complexity: O(n³) at 1/512 of a step each.
  public func inverse() -> Tableau {
    let result = Tableau(blank: qubitCount)
    for input in 0..<qubitCount {
      let (fromX, fromZ) = (storage.rows.x(2 * input), storage.rows.x(2 * input + 1))
      let blocks = storage.rows.blocks
      for output in 0..<qubitCount {
        // U† P U has X on a qubit if it anticommutes with Z there: if P anticommutes with U Z U†.
        if fromZ.words[8 * blocks + output >> 6] >> UInt64(output & 63) & 1 == 1 {
          result.storage.rows.x(2 * output).flip(input)
        }
        if fromX.words[8 * blocks + output >> 6] >> UInt64(output & 63) & 1 == 1 {
          result.storage.rows.z(2 * output).flip(input)
        }
        if fromZ.bit(output) { result.storage.rows.x(2 * output + 1).flip(input) }
        if fromX.bit(output) { result.storage.rows.z(2 * output + 1).flip(input) }
      }
    }
    result.setSigns(undoing: self)
    return result
  }

  /// Chooses phases such that `other` after this is the identity.
  private func setSigns(undoing other: Tableau) {
    let (words, blocks) = (8 * storage.rows.blocks, storage.rows.blocks)
    var scratch = [RowBlock](repeating: .zero, count: 2 * max(1, blocks))
    for row in 0..<2 * qubitCount {
      let bits = storage.rows.x(row).words
      let x = Array(UnsafeBufferPointer(start: bits, count: words))
      let z = Array(UnsafeBufferPointer(start: bits + 8 * blocks, count: words))
      let phase = scratch.withUnsafeMutableBufferPointer { buffer in
        buffer.update(repeating: .zero)
        return other.multiply(buffer.baseAddress!, byImageOf: x, z, phase: 0)
      }
      storage.phases[row] = (4 &- phase) & 3
    }
  }

  /// The operation `exponent` times; its inverse for negative numbers.
  public func raised(to exponent: Int) -> Tableau {
    exponent < 0 ? inverse().raised(to: exponent.magnitude) : raised(to: UInt64(exponent))
  }

  package func raised(to exponent: some UnsignedInteger & FixedWidthInteger) -> Tableau {
    var (result, square) = (Tableau.identity(qubitCount: qubitCount), self)
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result = result.then(square) }
      rest >>= 1
      if rest > 0 { square = square.then(square) }
    }
    return result
  }

  /// This operation on the first qubits and another on the ones after.
  public func tensor(_ other: Tableau) -> Tableau {
    var result = Tableau.identity(qubitCount: qubitCount + other.qubitCount)
    for (part, offset) in [(self, 0), (other, qubitCount)] {
      for qubit in 0..<part.qubitCount {
        for pauli in [Pauli.x, .z] {
          let image = part.image(of: pauli, on: qubit)
          var moved = PauliString(
            [Pauli](repeating: .i, count: result.qubitCount), phaseExponent: image.phaseExponent)
          for factor in image.factors { moved[factor.qubit + offset] = factor.pauli }
          result.setImage(of: pauli, on: qubit + offset, to: moved)
        }
      }
    }
    return result
  }

  /// Sets one image; whoever calls sees to it that the whole stays an operation.
  mutating func setImage(of pauli: Pauli, on qubit: Int, to image: PauliString) {
    makeUnique()
    let row = 2 * qubit + (pauli == .x ? 0 : 1)
    let (x, blocks) = (storage.rows.x(row), storage.rows.blocks)
    x.update(repeating: .zero, count: 2 * blocks)
    for (index, word) in image.xBits.words.enumerated() { x.words[index] = word }
    for (index, word) in image.zBits.words.enumerated() { x.words[8 * blocks + index] = word }
    storage.phases[row] = (UInt8(image.phaseExponent) &+ image.yCount) & 3
  }
}

extension Tableau: Hashable {
  /// Whether both tableaus are the same Clifford, signs included.
  ///
  /// - Complexity: O(n²) bits, 64 at a time, for n qubits, or O(1) where storage is shared.
  public static func == (a: Tableau, b: Tableau) -> Bool {
    guard a.qubitCount == b.qubitCount else { return false }
    if a.storage === b.storage { return true }
    for row in 0..<2 * a.qubitCount {
      if a.storage.phases[row] != b.storage.phases[row] { return false }
      let (p, q) = (a.storage.rows.x(row), b.storage.rows.x(row))
      for block in 0..<2 * a.storage.rows.blocks where p[block] != q[block] { return false }
    }
    return true
  }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(qubitCount)
    for row in 0..<2 * qubitCount {
      hasher.combine(storage.phases[row])
      let x = storage.rows.x(row)
      for block in 0..<2 * storage.rows.blocks { hasher.combine(x[block]) }
    }
  }
}

extension Tableau: CustomStringConvertible {
  /// A line for each image: `X0 -> +Z_`.
  public var description: String {
    (0..<qubitCount).flatMap { qubit in
      [Pauli.x, .z].map { "\($0.letter)\(qubit) -> \(image(of: $0, on: qubit))" }
    }.joined(separator: "\n")
  }
}

extension PauliString {
  /// Number of factors Y, modulo 4: i^phase ⊗P is i^(phase + that) Xᵃ Zᵇ.
  var yCount: UInt8 {
    UInt8(zip(xBits.words, zBits.words).reduce(0) { $0 + ($1.0 & $1.1).nonzeroBitCount } & 3)
  }

  /// From a row i^phase Xᵃ Zᵇ.
  init(rowBits: [RowBlock], blocks: Int, phase: UInt8, count: Int) {
    func bits(_ range: Range<Int>) -> BitVector {
      BitVector(
        words: range.flatMap { block in (0..<8).map { rowBits[block][$0] } }, count: count)
    }
    let (x, z) = (bits(0..<blocks), bits(blocks..<2 * blocks))
    let yCount = zip(x.words, z.words).reduce(0) { $0 + ($1.0 & $1.1).nonzeroBitCount }
    self.init(
      (0..<count).map { Pauli(x: x[$0], z: z[$0]) }, phaseExponent: Int(phase) - yCount)
  }
}
