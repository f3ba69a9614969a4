import QuantumCore

/// A detector or observable as it stands in symptom sets: the raw value of a
/// `DetectorErrorModel.Target` with an absolute index. Sets are ascending, so detectors come before
/// observables.
package typealias Symptom = UInt64

/// The first symptom that is an observable.
let firstObservable: Symptom = 1 << 62

/// A set of symptoms in memory that someone else owns.
package struct SymptomSet {
  package let items: UnsafePointer<Symptom>
  package let count: Int
  /// XOR of the symptoms' hashes, so that the hash of an XOR of sets is the XOR of their hashes.
  package let hash: UInt64

  @inline(__always)
  init(items: UnsafePointer<Symptom>, count: Int, hash: UInt64) {
    (self.items, self.count, self.hash) = (items, count, hash)
  }

  package var isEmpty: Bool { count == 0 }
  package var values: UnsafeBufferPointer<Symptom> {
    UnsafeBufferPointer(start: items, count: count)
  }

  /// Number of symptoms that are detectors.
  @inline(__always)
  var detectorCount: Int {
    var count = self.count
    while count > 0, items[count - 1] >= firstObservable { count -= 1 }
    return count
  }

  /// Whether it comes first in lexicographic order.
  func precedes(_ other: SymptomSet) -> Bool { values.lexicographicallyPrecedes(other.values) }

  @inline(__always)
  func isEqual(to other: UnsafePointer<Symptom>, count otherCount: Int) -> Bool {
    guard count == otherCount else { return false }
    for index in 0..<count where items[index] != other[index] { return false }
    return true
  }
}

extension Symptom {
  /// A mixture of the bits.
  ///
  /// - Source: the finalizer of SplitMix64 [SteeleLeaFlood14].
  @inline(__always)
  var symptomHash: UInt64 {
    var z = self &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// Writes the XOR of two ascending runs to `output`, which holds room for both.
///
/// - Returns: the length of the result.
@inline(__always)
func mergeXor(
  _ a: UnsafePointer<Symptom>, _ aCount: Int, _ b: UnsafePointer<Symptom>, _ bCount: Int,
  into output: UnsafeMutablePointer<Symptom>
) -> Int {
  var (i, j, count) = (0, 0, 0)
  while i < aCount, j < bCount {
    let (x, y) = (a[i], b[j])
    // Branch-free: which list is behind can't be guessed.
    output[count] = x < y ? x : y
    count += x == y ? 0 : 1
    i += x <= y ? 1 : 0
    j += y <= x ? 1 : 0
  }
  while i < aCount {
    output[count] = a[i]
    i += 1
    count += 1
  }
  while j < bCount {
    output[count] = b[j]
    j += 1
    count += 1
  }
  return count
}
