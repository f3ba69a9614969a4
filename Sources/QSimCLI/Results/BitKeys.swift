import ArgumentParser
import QSim

extension BitOrder: ExpressibleByArgument {}

/// How the rows of samples become keys such as `01 1`.
struct BitKeys {
  /// The order the bits are printed in.
  let order: BitOrder
  /// The groups of bits, in the order declared; empty for a measurement record.
  let registers: [Register]
  /// Bits in a row.
  let bitCount: Int
  /// Bits in a key.
  let width: Int
  /// The bits of a row in the order printed, register by register.
  private let groups: [BitOrder.Group]
  /// Places in a key before which a space stands.
  private let breaks: Set<Int>

  init(order: BitOrder, registers: [Register], bitCount: Int) {
    self.order = order
    self.registers = registers
    self.bitCount = bitCount
    groups = order.groups(count: bitCount, registers: registers)
    var breaks: Set<Int> = []
    var place = 0
    for group in groups {
      if place > 0, order != .record { breaks.insert(place) }
      place += group.count
    }
    self.breaks = breaks
    width = place
  }

  /// The bits of a row in the order printed.
  ///
  /// - Complexity: O(bits); takes eight bytes for each.
  var places: [Int] { groups.flatMap(\.self) }

  /// A row as printed.
  func key(_ row: BitVector) -> String { order.key(of: row, registers: registers) }

  /// A key whose bits are those of a number, the first one most significant.
  ///
  /// - Precondition: `width` is at most 64.
  func text(ofPacked bits: UInt64) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(width + breaks.count)
    for place in 0..<width {
      if breaks.contains(place) { text.append(UInt8(ascii: " ")) }
      let isOne = bits >> UInt64(width - 1 - place) & 1 == 1
      text.append(isOne ? UInt8(ascii: "1") : UInt8(ascii: "0"))
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The names of the bits above their places: `c[1] c[0]`, and of many bits the ends:
  /// `c[19]…c[0]`.
  var heading: String {
    guard width > 8 else {
      return width == 0 ? "(no bits)" : order.header(count: bitCount, registers: registers)
    }
    let ends = [groups.first?.first, groups.last?.last].compactMap(\.self)
    return ends.map { order.name(ofBit: $0, registers: registers) }.joined(separator: "…")
  }
}
