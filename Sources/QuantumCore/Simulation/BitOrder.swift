/// In which order the bits of a result, or the qubits of a basis state, are written.
public enum BitOrder: String, Sendable, CaseIterable, Codable {
  /// Bit 0 rightmost; registers separated by a space, the last declared leftmost. As Qiskit prints
  /// counts.
  case qiskit
  /// Bit 0 leftmost; registers separated by a space in the order declared. As Cirq prints results.
  case cirq
  /// Bit 0 leftmost, without spaces: records in the order measured. As Stim prints shots.
  case record

  /// A result as a key of counts: one `0` or `1` a bit.
  ///
  /// - Parameters:
  ///   - bits: the bits of one shot.
  ///   - registers: the registers that make up `bits`, in the order declared; empty if the bits are
  ///     just numbered.
  public func key(of bits: BitVector, registers: [Register]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(bits.count + registers.count)
    for group in groups(count: bits.count, registers: registers) {
      if !text.isEmpty, self != .record { text.append(UInt8(ascii: " ")) }
      for index in group { text.append(UInt8(ascii: bits[index] ? "1" : "0")) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The names of the bits in the order `key` writes them, such as `c[1] c[0]`.
  ///
  /// - Parameters:
  ///   - count: the number of bits.
  ///   - registers: the registers that make up the bits, in the order declared.
  ///   - unnamed: the name of bits outside registers, such as `rec` for `rec[0]`.
  public func header(count: Int, registers: [Register], unnamed: String = "rec") -> String {
    groups(count: count, registers: registers).flatMap { group in
      group.map { name(ofBit: $0, registers: registers, unnamed: unnamed) }
    }.joined(separator: " ")
  }

  /// The name of one bit.
  package func name(ofBit index: Int, registers: [Register], unnamed: String = "rec") -> String {
    let register = registers.last { $0.indices.contains(index) }
    return register.map { "\($0.name)[\(index - $0.start)]" } ?? "\(unnamed)[\(index)]"
  }

  /// A basis state's index as text; bit j of `index` is qubit j.
  public func label(ofBasisState index: UInt64, qubitCount: Int) -> String {
    let bits = (0..<qubitCount).map { $0 < 64 && index >> UInt64($0) & 1 == 1 ? "1" : "0" }
    return (self == .qiskit ? bits.reversed() : bits).joined()
  }

  /// The indices of the bits in the order written, register by register.
  package func groups(count: Int, registers: [Register]) -> [Group] {
    let ranges = (registers.isEmpty ? [0..<count] : registers.map(\.indices))
      .filter { !$0.isEmpty }
    let groups = ranges.map { Group(range: $0, descends: self == .qiskit) }
    return self == .qiskit ? groups.reversed() : groups
  }

  /// The bits of a register in the order written.
  package struct Group: Sendable, RandomAccessCollection {
    fileprivate let range: Range<Int>
    fileprivate let descends: Bool

    package var startIndex: Int { 0 }
    package var endIndex: Int { range.count }
    package subscript(place: Int) -> Int {
      descends ? range.upperBound - 1 - place : range.lowerBound + place
    }
  }
}
