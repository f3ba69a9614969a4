import CQSimKernels
import QuantumCore

// Goals, in order: the same bits for any number of threads; each amplitude is read from memory as
// seldom as the cache allows. Products with one X mask share conj(a[i⊕x]) a[i]. Products whose X
// masks lie in a small subspace of the indices share a pass: its cosets are copied one by one into
// a tile that fits in L2. Any r products span at most r dimensions, so even unrelated ones go r and
// more to a pass.

/// A real combination of Pauli products on positions of a state, sorted into passes over the
/// amplitudes.
package struct PauliSumPlan: Sendable {
  package struct Term: Sendable, Hashable {
    package var coefficient: Double
    /// Hermitian.
    package var product: PauliProduct

    package init(_ coefficient: Double, _ product: PauliProduct) {
      (self.coefficient, self.product) = (coefficient, product)
    }
  }

  /// Distinct products, by X mask, then Z mask, with the sign of their phase in the coefficient.
  package let terms: [Term]
  package let sweeps: [Sweep]
  private let qubitCount: Int

  /// Low bits of the index that every tile spans: pieces of 64 amplitudes keep memory streaming.
  private static let runBits = 6
  /// Bytes of a tile: half of a small L2 cache, a quarter of most.
  private static let tileBytes: UInt64 = 256 << 10
  /// X masks looked at for one pass, so that planning takes linear time.
  private static let window = 512

  /// Whether states are large enough for tiles; smaller ones are summed product by product.
  package static func applies(qubitCount: Int) -> Bool { qubitCount >= runBits }

  /// - Precondition: the products are Hermitian and on the positions of the state.
  package init(_ terms: [Term], qubitCount: Int, precision: Precision) {
    self.qubitCount = qubitCount
    self.terms = Self.merged(terms)
    let amplitudes = Self.tileBytes / precision.bytesPerAmplitude
    let tileBits = min(qubitCount, amplitudes.trailingZeroBitCount)
    sweeps =
      Self.applies(qubitCount: qubitCount)
      ? Self.sweeps(self.terms, qubitCount: qubitCount, tileBits: tileBits) : []
  }

  /// Adds up equal products; what is left ascends.
  private static func merged(_ terms: [Term]) -> [Term] {
    let ordered = terms.enumerated().sorted {
      let (a, b) = ($0.element.product, $1.element.product)
      return (a.x, a.z, $0.offset) < (b.x, b.z, $1.offset)
    }
    var result: [Term] = []
    for (_, term) in ordered {
      assert(term.product.isHermitian)
      var product = term.product
      let sign: Double = product.letterExponent == 2 ? -1 : 1
      product.phaseExponent = (product.x & product.z).nonzeroBitCount & 3
      if let last = result.last, last.product == product {
        result[result.count - 1].coefficient += sign * term.coefficient
      } else {
        result.append(Term(sign * term.coefficient, product))
      }
    }
    return result
  }

  // MARK: Passes

  /// One pass: a subspace of the indices and the products it serves.
  package struct Sweep: Sendable {
    fileprivate var tileBits: Int
    fileprivate var pivots: UInt64
    fileprivate var offsets: [UInt64]
    fileprivate var groups: [qk_pauli_group]
    /// Places in `terms`, in the order of the groups.
    fileprivate var terms: [Int]
    fileprivate var z: [UInt64]
    fileprivate var tileZ: [UInt64]
    /// Whether a coset is one piece of memory, which needs no copy.
    fileprivate var isContiguous: Bool
    /// Products served.
    package var termCount: Int { terms.count }
  }

  fileprivate struct Group {
    var x: UInt64
    var isImaginary: Bool
    var terms: Range<Int>
  }

  private static func sweeps(_ terms: [Term], qubitCount: Int, tileBits: Int) -> [Sweep] {
    var sweeps: [Sweep] = []
    var rest = groups(of: terms)[...]
    // The first of a window, those that fit; the others come back to the front.
    while !rest.isEmpty {
      var space = IndexSubspace(runBits: min(runBits, tileBits), dimension: tileBits)
      var taken: [Group] = []
      var left: [Group] = []
      let end = min(rest.endIndex, rest.startIndex + window)
      for group in rest[..<end] {
        if space.insert(group.x) { taken.append(group) } else { left.append(group) }
      }
      rest = rest[(end - left.count)...]
      rest.replaceSubrange(rest.startIndex..<rest.startIndex + left.count, with: left)
      space.fill(qubitCount: qubitCount)
      sweeps.append(Sweep(taken, of: terms, in: space))
    }
    return sweeps
  }

  /// Runs of terms with one X mask: those whose sums are real, and those whose sums are imaginary.
  private static func groups(of terms: [Term]) -> [Group] {
    var groups: [Group] = []
    for (place, term) in terms.enumerated() {
      let isImaginary = (term.product.x & term.product.z).nonzeroBitCount & 1 == 1
      if let last = groups.last, last.x == term.product.x, last.isImaginary == isImaginary {
        groups[groups.count - 1].terms = last.terms.lowerBound..<place + 1
      } else {
        groups.append(Group(x: term.product.x, isImaginary: isImaginary, terms: place..<place + 1))
      }
    }
    return groups
  }
}

extension PauliSumPlan.Sweep {
  fileprivate init(
    _ groups: [PauliSumPlan.Group], of terms: [PauliSumPlan.Term], in space: IndexSubspace
  ) {
    tileBits = space.runBits + space.basis.count
    pivots = space.pivots
    offsets = space.offsets
    isContiguous = space.isContiguous
    (self.groups, self.terms, z, tileZ) = ([], [], [], [])
    for group in groups {
      self.groups.append(
        qk_pauli_group(
          x: space.coordinates(of: group.x), is_imaginary: group.isImaginary ? 1 : 0,
          first: self.terms.count, count: group.terms.count))
      self.terms += group.terms
      for term in terms[group.terms] {
        z.append(term.product.z)
        tileZ.append(space.mask(term.product.z))
      }
    }
  }
}

/// A subspace of the indices of a state, as bit strings under ⊕: the low `runBits` bits and a basis
/// above them, in reduced echelon form by the highest bits.
fileprivate struct IndexSubspace {
  let runBits: Int
  /// At most so many dimensions, the run's included.
  let dimension: Int
  private(set) var basis: [UInt64] = []

  init(runBits: Int, dimension: Int) { (self.runBits, self.dimension) = (runBits, dimension) }

  private var runMask: UInt64 { 1 << UInt64(runBits) - 1 }
  private static func pivot(_ vector: UInt64) -> UInt64 {
    1 << UInt64(63 - vector.leadingZeroBitCount)
  }
  var pivots: UInt64 { basis.reduce(0) { $0 | Self.pivot($1) } }

  /// Takes a vector in if it belongs to the subspace or there is room for it; whether it did.
  mutating func insert(_ vector: UInt64) -> Bool {
    var rest = vector & ~runMask
    for known in basis where rest & Self.pivot(known) != 0 { rest ^= known }
    if rest == 0 { return true }
    guard runBits + basis.count < dimension else { return false }
    let pivot = Self.pivot(rest)
    for place in basis.indices where basis[place] & pivot != 0 { basis[place] ^= rest }
    basis.append(rest)
    basis.sort()
    return true
  }

  /// Uses up the room with the lowest bits.
  mutating func fill(qubitCount: Int) {
    for bit in runBits..<max(runBits, qubitCount) { _ = insert(1 << UInt64(bit)) }
  }

  /// Sums of basis vectors, by the bits of their coefficients.
  var offsets: [UInt64] {
    var offsets: [UInt64] = [0]
    for vector in basis { offsets += offsets.map { $0 ^ vector } }
    return offsets
  }

  var isContiguous: Bool {
    basis.enumerated().allSatisfy { $1 == 1 << UInt64(runBits + $0) }
  }

  /// A member in the coordinates of the subspace.
  func coordinates(of member: UInt64) -> UInt64 {
    basis.enumerated().reduce(member & runMask) {
      $0 | (member & Self.pivot($1.element) != 0 ? 1 << UInt64(runBits + $1.offset) : 0)
    }
  }

  /// The mask on coordinates that has the parity of `mask` on members.
  func mask(_ mask: UInt64) -> UInt64 {
    basis.enumerated().reduce(mask & runMask) {
      $0 | UInt64((mask & $1.element).nonzeroBitCount & 1) << UInt64(runBits + $1.offset)
    }
  }
}

// MARK: - Values

extension PauliSumPlan {
  /// ⟨ψ|P|ψ⟩ of each of `terms`, coefficients left out.
  ///
  /// - Precondition: the state has the plan's number of qubits and precision.
  package func values<S: Scalar>(in state: StateVector<S>) -> [Double] {
    precondition(state.qubitCount == qubitCount, "The plan is for \(qubitCount) qubits")
    guard Self.applies(qubitCount: qubitCount) else {
      return terms.map { state.expectation(of: $0.product).real }
    }
    var values = [Double](repeating: 0, count: terms.count)
    for (place, sum) in zip(sweeps.flatMap(\.terms), state.sums(of: sweeps)) {
      // i^e times the sum, or i times it: the phase exponent is that of the Y factors.
      values[place] = [1, -1, -1, 1][terms[place].product.phaseExponent] * sum
    }
    return values
  }

  /// ⟨ψ|H|ψ⟩.
  package func value<S: Scalar>(in state: StateVector<S>) -> Double {
    zip(terms, values(in: state)).reduce(0) { $0 + $1.0.coefficient * $1.1 }
  }
}

extension StateVector {
  /// The sum of each term of the passes over all cosets, in their order.
  fileprivate func sums(of sweeps: [PauliSumPlan.Sweep]) -> [Double] {
    let count = sweeps.reduce(0) { $0 + $1.termCount }
    // All passes have tiles of one size. The split depends on the state and the terms only.
    guard let tileBits = sweeps.first?.tileBits else { return [] }
    let cosets = amplitudeCount >> tileBits
    let chunks = max(1, min(cosets, 64, (1 << 24) / max(1, count)))
    let needsTile = sweeps.contains { !$0.isContiguous }
    let tileBytes = needsTile ? Int(S.precision.bytesPerAmplitude) << tileBits : 0
    var partial = [Double](repeating: 0, count: chunks * count)
    withRawPointer { state, table in
      partial.withUnsafeMutableBufferPointer { sums in
        let shared = UncheckedSendable(sums)
        let threads = amplitudeCount < Executor.serialLimit ? 1 : executor.threads
        Parallel.forEach(chunks: chunks, threads: threads) { chunk in
          let tile = UnsafeMutableRawPointer.allocate(byteCount: tileBytes, alignment: 64)
          defer { tile.deallocate() }
          var place = chunk * count
          for sweep in sweeps {
            sweep.withDescription { description in
              table.pointer.pointee.pauli_sweep(
                state.value, description, UInt64(cosets * chunk / chunks),
                UInt64(cosets * (chunk + 1) / chunks), sweep.isContiguous ? nil : tile,
                shared.value.baseAddress.map { $0 + place })
            }
            place += sweep.termCount
          }
        }
      }
    }
    return (0..<count).map { term in
      stride(from: term, to: partial.count, by: max(1, count)).reduce(0) { $0 + partial[$1] }
    }
  }
}

extension PauliSumPlan.Sweep {
  fileprivate func withDescription(_ body: (UnsafePointer<qk_pauli_sweep>) -> Void) {
    offsets.withUnsafeBufferPointer { offsets in
      groups.withUnsafeBufferPointer { groups in
        z.withUnsafeBufferPointer { z in
          tileZ.withUnsafeBufferPointer { tileZ in
            let basisCount = offsets.count.trailingZeroBitCount
            var description = qk_pauli_sweep(
              run_bits: Int32(tileBits - basisCount), basis_count: Int32(basisCount),
              pivots: pivots, offsets: offsets.baseAddress, group_count: groups.count,
              groups: groups.baseAddress, z: z.baseAddress, tile_z: tileZ.baseAddress)
            body(&description)
          }
        }
      }
    }
  }
}
