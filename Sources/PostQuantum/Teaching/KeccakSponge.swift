// Goals, in order: to be read beside FIPS 202; to be right; to be fast enough for a thousand
// exchanges in a test.

/// The sponge of SHA-3 and SHAKE: bytes are absorbed first, then squeezed out.
///
/// The state of Keccak is 1600 bits, 25 lanes of 64. Its first `rate` bytes meet the input and the
/// output; the rest, the capacity, is what nobody outside sees. After every `rate` bytes the
/// permutation stirs all of it.
///
/// For learning: the time taken does not depend on the data, but nothing is wiped from memory.
///
/// - Source: [FIPS202], sections 3, 4, 6.
package struct KeccakSponge: Sendable {
  /// The functions of FIPS 202 that ML-KEM uses.
  package enum Function: String, CaseIterable, Sendable {
    case sha3With256Bits = "SHA3-256"
    case sha3With512Bits = "SHA3-512"
    case shake128 = "SHAKE128"
    case shake256 = "SHAKE256"

    /// The bytes of the state that meet the input: 200 less twice the security strength.
    var rate: Int {
      switch self {
      case .sha3With256Bits, .shake256: 136
      case .sha3With512Bits: 72
      case .shake128: 168
      }
    }

    /// The bits that follow the message, with the first 1 of the padding: 01 and 1 for SHA-3, 1111
    /// and 1 for SHAKE.
    var suffix: UInt8 {
      switch self {
      case .sha3With256Bits, .sha3With512Bits: 0b0000_0110
      case .shake128, .shake256: 0b0001_1111
      }
    }
  }

  private let function: Function
  /// Lane (x, y) is at x + 5y.
  private var lanes = [UInt64](repeating: 0, count: 25)
  /// The next byte of the state to be met, below the rate.
  private var position = 0
  private var isSqueezing = false

  package init(_ function: Function) {
    self.function = function
  }

  /// The first `count` bytes of a function of `bytes`.
  package static func digest(
    _ function: Function, of bytes: [UInt8], count: Int
  ) -> [UInt8] {
    var sponge = KeccakSponge(function)
    sponge.absorb(bytes)
    return sponge.squeeze(count)
  }

  /// Takes in bytes of the message.
  ///
  /// - Precondition: Nothing has been squeezed out yet.
  package mutating func absorb(_ bytes: [UInt8]) {
    precondition(!isSqueezing, "A sponge absorbs before it is squeezed")
    for byte in bytes {
      combine(byte)
      position += 1
      if position == function.rate { stir() }
    }
  }

  /// Gives the next bytes of the output; may be called again for more.
  package mutating func squeeze(_ count: Int) -> [UInt8] {
    if !isSqueezing { pad() }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count {
      if position == function.rate { stir() }
      bytes.append(UInt8(truncatingIfNeeded: lanes[position / 8] >> UInt64(8 * (position % 8))))
      position += 1
    }
    return bytes
  }

  /// Ends the message: suffix, zeros, and a last 1 at the end of the rate.
  private mutating func pad() {
    combine(function.suffix)
    position = function.rate - 1
    combine(0b1000_0000)
    stir()
    isSqueezing = true
  }

  private mutating func combine(_ byte: UInt8) {
    lanes[position / 8] ^= UInt64(byte) << UInt64(8 * (position % 8))
  }

  private mutating func stir() {
    Self.permute(&lanes)
    position = 0
  }

  // MARK: Keccak-f[1600]

  /// The permutation: 24 rounds of θ, ρ, π, χ and ι.
  package static func permute(_ lanes: inout [UInt64]) {
    var turned = [UInt64](repeating: 0, count: 25)
    var parity = [UInt64](repeating: 0, count: 5)
    for constant in roundConstants {
      // θ: each bit is combined with the parities of two neighbouring columns.
      for x in 0..<5 {
        parity[x] = lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]
      }
      for x in 0..<5 {
        let effect = parity[(x + 4) % 5] ^ rotated(parity[(x + 1) % 5], by: 1)
        for y in 0..<5 { lanes[x + 5 * y] ^= effect }
      }
      // ρ turns each lane, π moves it.
      for x in 0..<5 {
        for y in 0..<5 {
          turned[y + 5 * ((2 * x + 3 * y) % 5)] = rotated(
            lanes[x + 5 * y], by: rotations[x + 5 * y])
        }
      }
      // χ: the only step that is not linear.
      for y in stride(from: 0, to: 25, by: 5) {
        for x in 0..<5 {
          lanes[x + y] = turned[x + y] ^ (~turned[(x + 1) % 5 + y] & turned[(x + 2) % 5 + y])
        }
      }
      // ι: rounds differ.
      lanes[0] ^= constant
    }
  }

  private static func rotated(_ lane: UInt64, by count: UInt64) -> UInt64 {
    lane &<< count | lane &>> (64 &- count)
  }

  /// How far ρ turns lane x + 5y: triangular numbers along the orbit of (1, 0) under π.
  private static let rotations: [UInt64] = {
    var rotations = [UInt64](repeating: 0, count: 25)
    var (x, y) = (1, 0)
    for step in 0..<24 {
      rotations[x + 5 * y] = UInt64((step + 1) * (step + 2) / 2 % 64)
      (x, y) = (y, (2 * x + 3 * y) % 5)
    }
    return rotations
  }()

  /// The constants of ι: bits of a linear feedback shift register at places 2ʲ − 1.
  private static let roundConstants: [UInt64] = {
    var register: UInt16 = 1
    func nextBit() -> UInt64 {
      let bit = UInt64(register & 1)
      register <<= 1
      // x⁸ + x⁶ + x⁵ + x⁴ + 1
      if register & 0x100 != 0 { register ^= 0x171 }
      return bit
    }
    return (0..<24).map { _ in
      (0...6).reduce(UInt64(0)) { $0 | nextBit() << ((UInt64(1) << UInt64($1)) - 1) }
    }
  }()
}
