/// A grid of characters and of lines that join where they meet.
struct TextCanvas {
  /// Where lines leave a cell: two bits a side, 0 none, 1 light, 2 double.
  struct Arms: OptionSet {
    let rawValue: UInt32
    static let up = Arms(rawValue: 1)
    static let down = Arms(rawValue: 1 << 2)
    static let left = Arms(rawValue: 1 << 4)
    static let right = Arms(rawValue: 1 << 6)
    static let vertical: Arms = [.up, .down]
    static let horizontal: Arms = [.left, .right]

    /// The same sides as double lines.
    var doubled: Arms { Arms(rawValue: rawValue << 1) }
    fileprivate var hasVertical: Bool { rawValue & 0b1111 != 0 }
    fileprivate var hasHorizontal: Bool { rawValue & 0b1111_0000 != 0 }
  }

  let width: Int
  let height: Int
  /// A scalar's value, or arms with the top bit set; 0 is empty.
  private var cells: [UInt32]
  private static let armsFlag: UInt32 = 1 << 31

  init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    cells = [UInt32](repeating: 0, count: width * height)
  }

  private func contains(_ line: Int, _ x: Int) -> Bool {
    line >= 0 && line < height && x >= 0 && x < width
  }

  /// Joins lines to a cell; a character that stands there stays.
  mutating func add(_ arms: Arms, line: Int, x: Int) {
    guard contains(line, x) else { return }
    let cell = cells[line * width + x]
    if cell == 0 || cell & Self.armsFlag != 0 {
      cells[line * width + x] = cell | arms.rawValue | Self.armsFlag
    }
  }

  /// Replaces a cell by lines.
  mutating func set(_ arms: Arms, line: Int, x: Int) {
    guard contains(line, x) else { return }
    cells[line * width + x] = arms.rawValue | Self.armsFlag
  }

  mutating func clear(line: Int, x: Int) {
    guard contains(line, x) else { return }
    cells[line * width + x] = 0
  }

  /// Writes a text; what is beyond the grid is cut.
  mutating func write(_ text: String, line: Int, x: Int) {
    for (offset, scalar) in text.unicodeScalars.enumerated() {
      guard contains(line, x + offset) else { continue }
      cells[line * width + x + offset] = scalar.value
    }
  }

  /// Appends the lines as UTF-8, each ended by a newline, without trailing blanks.
  func write(to bytes: inout [UInt8], ascii: Bool) {
    for line in 0..<height {
      var end = width
      while end > 0, isBlank(cells[line * width + end - 1]) { end -= 1 }
      for x in 0..<end {
        let cell = cells[line * width + x]
        if cell & Self.armsFlag != 0 {
          let arms = Arms(rawValue: cell & 0xff)
          Self.append(ascii ? Self.asciiGlyph(arms) : Self.glyph(arms), to: &bytes)
        } else {
          Self.append(Unicode.Scalar(cell == 0 ? 0x20 : cell) ?? "?", to: &bytes)
        }
      }
      bytes.append(UInt8(ascii: "\n"))
    }
  }

  private func isBlank(_ cell: UInt32) -> Bool {
    cell == 0 || cell == 0x20 || cell == Self.armsFlag
  }

  private static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
    let value = scalar.value
    if value < 0x80 {
      bytes.append(UInt8(value))
    } else {
      bytes.append(contentsOf: Unicode.UTF8.encode(scalar) ?? Unicode.UTF8.CodeUnit.replacement)
    }
  }

  private static func asciiGlyph(_ arms: Arms) -> Unicode.Scalar {
    if arms.rawValue == 0 { return " " }
    if !arms.hasVertical { return arms.rawValue & 0b1010_0000 != 0 ? "=" : "-" }
    if !arms.hasHorizontal { return "|" }
    let goesThrough = arms.rawValue & 0b0011 != 0 && arms.rawValue & 0b1100 != 0
    let isOneSided = arms.rawValue & 0b0011_0000 == 0 || arms.rawValue & 0b1100_0000 == 0
    return goesThrough && isOneSided ? "|" : "+"
  }

  private static func glyph(_ arms: Arms) -> Unicode.Scalar {
    if arms.rawValue == 0 { return " " }
    let isVerticalDouble = arms.rawValue & 0b1010 != 0
    let isHorizontalDouble = arms.rawValue & 0b1010_0000 != 0
    // Bits: up, down, left, right.
    var sides = 0
    for side in 0..<4 where arms.rawValue >> UInt32(2 * side) & 0b11 != 0 { sides |= 1 << side }
    let family =
      switch (isVerticalDouble, isHorizontalDouble) {
      case (false, false): light
      case (true, false): doubleVertical
      case (false, true): doubleHorizontal
      case (true, true): double
      }
    return family[sides]
  }

  // By sides: none, u, d, ud, l, lu, ld, lud, r, ru, rd, rud, lr, lru, lrd, lrud.
  private static let light = Array(" │││─┘┐┤─└┌├─┴┬┼".unicodeScalars)
  private static let doubleVertical = Array(" ║║║─╜╖╢─╙╓╟─╨╥╫".unicodeScalars)
  private static let doubleHorizontal = Array(" │││═╛╕╡═╘╒╞═╧╤╪".unicodeScalars)
  private static let double = Array(" ║║║═╝╗╣═╚╔╠═╩╦╬".unicodeScalars)
}

extension Unicode.UTF8.CodeUnit {
  /// Stands for what cannot be written.
  fileprivate static let replacement = Unicode.UTF8.encodedReplacementCharacter
}
