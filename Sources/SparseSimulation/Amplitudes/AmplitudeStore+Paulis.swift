import ComplexModule
import QuantumCore

/// A Pauli product on the columns of a store: i^exponent · XˣZᶻ, every X left of every Z.
package struct ColumnPauli: Sendable {
  package var x: [UInt64]
  package var z: [UInt64]
  package var exponent = 0

  package init(wordCount: Int) {
    x = [UInt64](repeating: 0, count: wordCount)
    z = x
  }

  /// A further letter on a column that has none.
  package mutating func add(_ pauli: Pauli, on column: Int) {
    let mask = UInt64(1) << UInt64(column & 63)
    if pauli.hasX { x[column >> 6] |= mask }
    if pauli.hasZ { z[column >> 6] |= mask }
    if pauli == .y { exponent = (exponent + 1) & 3 }
  }

  package var isDiagonal: Bool { x.allSatisfy { $0 == 0 } }

  package static let powers: [Complex<Double>] = [1, .i, -1, -.i]
}

extension AmplitudeStore {
  /// ⟨ψ|P|ψ⟩, not divided by the norm.
  ///
  /// - Parameter places: of all keys, every bit counted; for products that are not diagonal.
  package func expectation(
    of pauli: ColumnPauli, places: KeyGroups?
  ) -> Complex<Double> {
    var sum = Element.zero
    if pauli.isDiagonal {
      for index in 0..<count {
        let weight = amplitudes[index].lengthSquared
        sum += Element(parity(of: index, under: pauli.z) ? -weight : weight)
      }
    } else {
      withUnsafeTemporaryAllocation(of: UInt64.self, capacity: wordCount) { partner in
        guard let address = partner.baseAddress else { return }
        for index in 0..<count {
          for word in 0..<wordCount {
            partner.initializeElement(
              at: word, to: keys[index * wordCount + word] ^ pauli.x[word])
          }
          guard let other = places?.place(of: address) else { continue }
          let term = amplitudes[other].conjugate * amplitudes[index]
          sum += parity(of: index, under: pauli.z) ? -term : term
        }
      }
    }
    return sum * ColumnPauli.powers[pauli.exponent]
  }

  /// (α + βP)|ψ⟩ as a new store.
  ///
  /// - Parameter most: the amplitudes that its columns can have.
  /// - Throws: `Obstacle` if there is no memory.
  package func applying(
    _ pauli: ColumnPauli, alpha: Element, beta: Element, atMost most: Int
  ) throws(Obstacle) -> AmplitudeStore {
    let factor = beta * ColumnPauli.powers[pauli.exponent]
    let places = try KeyGroups(of: self, clearing: [])
    let capacity = alpha == .zero || pauli.isDiagonal ? count : min(2 * count, most)
    let result = try AmplitudeStore(wordCount: wordCount, capacity: capacity, budget: budget)
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: wordCount) { partner in
      guard let address = partner.baseAddress else { return }
      for index in 0..<count {
        let key = keys + index * wordCount
        for word in 0..<wordCount {
          partner.initializeElement(at: word, to: key[word] ^ pauli.x[word])
        }
        let other = places.place(of: address)
        // What lands on this key: α of its own, and what P brings from its partner.
        let own = alpha * amplitudes[index]
        if let other {
          let sign: Double = parity(of: other, under: pauli.z) ? -1 : 1
          let sum = own + factor * amplitudes[other] * Element(sign)
          let weight = amplitudes[index].lengthSquared + amplitudes[other].lengthSquared
          result.append(address: key, sum, ifAbove: weight)
        } else {
          let sign: Double = parity(of: index, under: pauli.z) ? -1 : 1
          let weight = amplitudes[index].lengthSquared
          result.append(address: key, own, ifAbove: weight)
          result.append(
            address: address, factor * amplitudes[index] * Element(sign), ifAbove: weight)
        }
      }
    }
    return try result.shrunk()
  }

  private func append(
    address key: UnsafeMutablePointer<UInt64>, _ amplitude: Element, ifAbove weight: Double
  ) {
    guard amplitude.lengthSquared > weight * Self.cancellation else { return }
    (keys + count * wordCount).update(from: key, count: wordCount)
    amplitudes[count] = amplitude
    count += 1
  }
}
