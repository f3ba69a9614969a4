import QuantumCore

/// The symptoms of every case of a channel: the XORs of all choices of up to four basis sets.
///
/// Case m is the XOR of the basis sets k with bit k of m set.
struct ChannelCases: ~Copyable {
  private var storage = GrowingBuffer<Symptom>(capacity: 256)
  private var sets = GrowingBuffer<SymptomSetPlace>(capacity: 16)

  struct SymptomSetPlace: BitwiseCopyable {
    let items: UnsafePointer<Symptom>
    let count: Int
    let hash: UInt64
  }

  /// Number of cases, the empty one included.
  var count: Int { sets.count }

  /// A view that is void when the next channel is read.
  @inline(__always)
  subscript(mask: Int) -> SymptomSet {
    let place = sets[mask]
    return SymptomSet(items: place.items, count: place.count, hash: place.hash)
  }

  /// Reads a channel on one qubit; the sets must stay where they are. The basis is X, Z.
  @inline(__always)
  mutating func load(_ x: SymptomSet, _ z: SymptomSet) {
    begin(size: x.count + z.count, basisCount: 2)
    append(x)
    append(z)
  }

  /// Reads a channel with a basis of three sets.
  mutating func load(_ x: SymptomSet, _ z: SymptomSet, _ herald: SymptomSet) {
    begin(size: x.count + z.count + herald.count, basisCount: 3)
    append(x)
    append(z)
    append(herald)
  }

  /// Reads a channel on two qubits. The basis is X₁, Z₁, X₂, Z₂.
  @inline(__always)
  mutating func load(_ x1: SymptomSet, _ z1: SymptomSet, _ x2: SymptomSet, _ z2: SymptomSet) {
    begin(size: x1.count + z1.count + x2.count + z2.count, basisCount: 4)
    append(x1)
    append(z1)
    append(x2)
    append(z2)
  }

  @inline(__always)
  private mutating func begin(size: Int, basisCount: Int) {
    sets.removeAll()
    storage.removeAll()
    storage.reserve(max(1, size << (basisCount - 1)))
    sets.append(SymptomSetPlace(items: storage.base, count: 0, hash: 0))
  }

  /// Adds a basis set, and its XOR with all cases so far.
  @inline(__always)
  private mutating func append(_ basis: SymptomSet) {
    for index in 0..<sets.count {
      let other = sets[index]
      if other.count == 0 {
        sets.append(SymptomSetPlace(items: basis.items, count: basis.count, hash: basis.hash))
      } else if basis.count == 0 {
        sets.append(other)
      } else {
        let output = storage.base + storage.count
        let count = mergeXor(other.items, other.count, basis.items, basis.count, into: output)
        storage.advance(by: count)
        sets.append(
          SymptomSetPlace(
            items: UnsafePointer(output), count: count, hash: other.hash ^ basis.hash))
      }
    }
  }
}

/// A case of a chain of correlated errors.
struct ChainLink {
  let probability: Double
  let symptoms: [Symptom]
  let hash: UInt64
  let tag: UInt32
}
