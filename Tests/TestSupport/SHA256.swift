/// The SHA-256 of some bytes as 64 hexadecimal digits: for comparing long texts with digests made
/// by other programs.
public func sha256(_ bytes: some Sequence<UInt8>) -> String {
  var message = Array(bytes)
  let bitCount = UInt64(message.count) * 8
  message.append(0x80)
  while message.count % 64 != 56 { message.append(0) }
  for shift in stride(from: 56, through: 0, by: -8) {
    message.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
  }
  var state = SHA256.initialState
  var words = [UInt32](repeating: 0, count: 64)
  for start in stride(from: 0, to: message.count, by: 64) {
    SHA256.compress(message[start..<start + 64], into: &state, words: &words)
  }
  return state.map { word in
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }.joined()
}

private enum SHA256 {
  private static let primes: [Int] = {
    var primes: [Int] = []
    var candidate = 2
    while primes.count < 64 {
      if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes
  }()

  /// The first 32 bits of the fraction of a root: ⌊root(p · 2^bits)⌋ in whole numbers.
  private static func fraction(ofRoot power: Int, of prime: Int) -> UInt32 {
    var root: UInt64 = 0
    for bit in stride(from: 35, through: 0, by: -1) {
      let candidate = root | 1 << UInt64(bit)
      if exceeds(candidate, power: power, prime: prime) == false { root = candidate }
    }
    return UInt32(truncatingIfNeeded: root)
  }

  /// Whether candidateᵖᵒʷᵉʳ > prime · 2^(32·power).
  private static func exceeds(_ candidate: UInt64, power: Int, prime: Int) -> Bool {
    var limbs: [UInt64] = [1]
    for _ in 0..<power { limbs = product(limbs, candidate) }
    var bound = [UInt64](repeating: 0, count: power) + [UInt64(prime)]
    while limbs.count < bound.count { limbs.append(0) }
    while bound.count < limbs.count { bound.append(0) }
    for index in limbs.indices.reversed() where limbs[index] != bound[index] {
      return limbs[index] > bound[index]
    }
    return false
  }

  /// Numbers as 32-bit limbs, lowest first, times a number below 2³⁶.
  private static func product(_ limbs: [UInt64], _ factor: UInt64) -> [UInt64] {
    var (result, carry): ([UInt64], UInt64) = ([], 0)
    for limb in limbs {
      let (high, low) = limb.multipliedFullWidth(by: factor)
      let (sum, overflow) = low.addingReportingOverflow(carry)
      result.append(sum & 0xffff_ffff)
      carry = sum >> 32 | (high + (overflow ? 1 : 0)) << 32
    }
    while carry > 0 {
      result.append(carry & 0xffff_ffff)
      carry >>= 32
    }
    return result
  }

  static let initialState = primes.prefix(8).map { fraction(ofRoot: 2, of: $0) }
  private static let constants = primes.map { fraction(ofRoot: 3, of: $0) }

  private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word >> count | word << (32 - count)
  }

  static func compress(
    _ block: ArraySlice<UInt8>, into state: inout [UInt32], words: inout [UInt32]
  ) {
    for index in 0..<16 {
      let start = block.startIndex + 4 * index
      words[index] = block[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
    for index in 16..<64 {
      let (a, b) = (words[index - 15], words[index - 2])
      let low = rotated(a, 7) ^ rotated(a, 18) ^ (a >> 3)
      let high = rotated(b, 17) ^ rotated(b, 19) ^ (b >> 10)
      words[index] = words[index - 16] &+ low &+ words[index - 7] &+ high
    }
    var s = state
    for index in 0..<64 {
      let sum = rotated(s[4], 6) ^ rotated(s[4], 11) ^ rotated(s[4], 25)
      let choice = (s[4] & s[5]) ^ (~s[4] & s[6])
      let first = s[7] &+ sum &+ choice &+ constants[index] &+ words[index]
      let other = rotated(s[0], 2) ^ rotated(s[0], 13) ^ rotated(s[0], 22)
      let majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2])
      s = [first &+ other &+ majority, s[0], s[1], s[2], s[3] &+ first, s[4], s[5], s[6]]
    }
    for index in state.indices { state[index] &+= s[index] }
  }
}
