import Crypto
import PostQuantum
import TestSupport
import Testing

struct TeachingMLKEMTests {
  typealias Parameters = TeachingMLKEM.Parameters
  typealias InputError = TeachingMLKEM.InputError

  static func random(_ count: Int, _ rng: inout some RandomNumberGenerator) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &rng) }
  }

  // MARK: Laws

  @Test(arguments: Parameters.all) func `both sides get the same secret`(
    parameters: Parameters
  ) throws {
    let scheme = TeachingMLKEM(parameters)
    forAll(1) { rng in
      let keys = try scheme.keyPair(d: Self.random(32, &rng), z: Self.random(32, &rng))
      #expect(keys.encapsulationKey.count == parameters.encapsulationKeyByteCount)
      #expect(keys.decapsulationKey.count == parameters.decapsulationKeyByteCount)
      let message = Self.random(parameters.messageByteCount, &rng)
      let sent = try scheme.encapsulate(to: keys.encapsulationKey, message: message)
      #expect(sent.ciphertext.count == parameters.ciphertextByteCount)
      #expect(sent.sharedSecret.count == parameters.sharedSecretByteCount)
      let received = try scheme.decapsulate(sent.ciphertext, with: keys.decapsulationKey)
      #expect(received == sent.sharedSecret)
    }
  }

  @Test func `no message fails in the toy`() throws {
    let scheme = TeachingMLKEM(.toy)
    forAll(2, count: 8) { rng in
      let keys = try scheme.keyPair(d: Self.random(32, &rng), z: Self.random(32, &rng))
      for message in 0...255 {
        let sent = try scheme.encapsulate(to: keys.encapsulationKey, message: [UInt8(message)])
        let received = try scheme.decapsulate(sent.ciphertext, with: keys.decapsulationKey)
        #expect(received == sent.sharedSecret)
      }
    }
  }

  @Test(arguments: Parameters.all) func `rounding is undone but for half a step`(
    parameters: Parameters
  ) {
    let scheme = TeachingMLKEM(parameters)
    let q = scheme.ring.modulus
    let all = (0..<UInt16(q)).map { $0 }
    for bits in [1, parameters.scalarBits, parameters.vectorBits] {
      let rounded = scheme.compress(all, bits: bits)
      #expect(rounded.allSatisfy { $0 < 1 << bits })
      #expect(scheme.compress(scheme.decompress(rounded, bits: bits), bits: bits) == rounded)
      let worst =
        zip(all, scheme.decompress(rounded, bits: bits)).map { x, y in
          let difference = abs(Int(x) - Int(y))
          return Swift.min(difference, q - difference)
        }.max() ?? q
      // ⌈q/2^(bits+1)⌋, FIPS 203 (4.9).
      #expect(worst == (q + 1 << bits) >> (bits + 1))
    }
  }

  @Test func `numbers become bytes and numbers again`() {
    forAll(3) { rng in
      for bits in 1...12 {
        let numbers = (0..<256).map { _ in UInt16.random(in: 0..<1 << UInt16(bits), using: &rng) }
        let bytes = TeachingMLKEM.encode(numbers, bits: bits)
        #expect(bytes.count == 32 * bits)
        #expect(TeachingMLKEM.decode(bytes, bits: bits) == numbers)
      }
    }
  }

  @Test func `noise is small and centred`() {
    let scheme = TeachingMLKEM(.mlkem512)
    var counter: UInt8 = 0
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<200 {
      let f = scheme.sampleSmall(seed: [7], counter: &counter, eta: 3)
      for coefficient in f { counts[scheme.ring.centered(coefficient) + 3] += 1 }
    }
    for (count, ways) in zip(counts, [1.0, 6, 15, 20, 15, 6, 1]) {
      expectRate(count, of: 200 * 256, is: ways / 64, within: 5)
    }
  }

  // MARK: Other implementations

  @Test func `exchanges are those of kyber-py`() throws {
    for exchange in try MLKEMFixture.load().exchanges {
      let parameters = try #require(Parameters.all.first { $0.name == exchange.name })
      let scheme = TeachingMLKEM(parameters)
      let keys = try scheme.keyPair(
        d: Fixtures.bytes(exchange.d), z: Fixtures.bytes(exchange.z))
      #expect(sha256(keys.encapsulationKey) == exchange.ek_sha256)
      #expect(sha256(keys.decapsulationKey) == exchange.dk_sha256)
      let sent = try scheme.encapsulate(
        to: keys.encapsulationKey, message: Fixtures.bytes(exchange.m))
      #expect(sha256(sent.ciphertext) == exchange.ciphertext_sha256)
      #expect(sent.sharedSecret == Fixtures.bytes(exchange.shared))
      var ciphertext = sent.ciphertext
      ciphertext[exchange.altered_place] ^= exchange.altered_mask
      let rejected = try scheme.decapsulate(ciphertext, with: keys.decapsulationKey)
      #expect(rejected == Fixtures.bytes(exchange.rejected))
    }
  }

  @Test func `a thousand exchanges of ML-KEM-768 are those of swift-crypto`() {
    compare(
      .mlkem768,
      key: { try MLKEM768.PrivateKey(seedRepresentation: $0, publicKey: nil) },
      bytes: { Array($0.rawRepresentation) })
  }

  @Test func `a thousand exchanges of ML-KEM-1024 are those of swift-crypto`() {
    compare(
      .mlkem1024,
      key: { try MLKEM1024.PrivateKey(seedRepresentation: $0, publicKey: nil) },
      bytes: { Array($0.rawRepresentation) })
  }

  /// Keys, secrets in both directions, and the secrets of altered ciphertexts.
  private func compare<Key: KEMPrivateKey>(
    _ parameters: Parameters, key: (_ seed: [UInt8]) throws -> Key,
    bytes: (Key.PublicKey) -> [UInt8]
  ) {
    let scheme = TeachingMLKEM(parameters)
    forAll(5, count: 1000) { rng in
      let (d, z) = (Self.random(32, &rng), Self.random(32, &rng))
      let ours = try scheme.keyPair(d: d, z: z)
      let theirs = try key(d + z)
      #expect(bytes(theirs.publicKey) == ours.encapsulationKey)

      let sent = try scheme.encapsulate(
        to: ours.encapsulationKey, message: Self.random(32, &rng))
      #expect(try secret(of: sent.ciphertext, with: theirs) == sent.sharedSecret)

      let received = try theirs.publicKey.encapsulate()
      let ciphertext = Array(received.encapsulated)
      #expect(
        try scheme.decapsulate(ciphertext, with: ours.decapsulationKey)
          == received.sharedSecret.withUnsafeBytes { Array($0) })

      var altered = sent.ciphertext
      let place = Int.random(in: altered.indices, using: &rng)
      altered[place] ^= UInt8.random(in: 1...255, using: &rng)
      let rejected = try scheme.decapsulate(altered, with: ours.decapsulationKey)
      #expect(rejected != sent.sharedSecret)
      #expect(try secret(of: altered, with: theirs) == rejected)
    }
  }

  private func secret(of ciphertext: [UInt8], with key: some KEMPrivateKey) throws -> [UInt8] {
    try key.decapsulate(.init(ciphertext)).withUnsafeBytes { Array($0) }
  }

  // MARK: Checks

  @Test(arguments: Parameters.all) func `inputs of another length are refused`(
    parameters: Parameters
  ) throws {
    let scheme = TeachingMLKEM(parameters)
    let seed = [UInt8](repeating: 1, count: 32)
    let keys = try scheme.keyPair(d: seed, z: seed)
    let message = [UInt8](repeating: 2, count: parameters.messageByteCount)
    let sent = try scheme.encapsulate(to: keys.encapsulationKey, message: message)
    for change in [-1, 1] {
      func resized(_ bytes: [UInt8]) -> [UInt8] {
        change < 0 ? Array(bytes.dropLast()) : bytes + [0]
      }
      func error(_ input: InputError.Input, _ expected: Int) -> InputError {
        .wrongLength(of: input, byteCount: expected + change, expected: expected)
      }
      #expect(throws: error(.seed, 32)) { try scheme.keyPair(d: resized(seed), z: seed) }
      #expect(throws: error(.seed, 32)) { try scheme.keyPair(d: seed, z: resized(seed)) }
      #expect(throws: error(.message, message.count)) {
        try scheme.encapsulate(to: keys.encapsulationKey, message: resized(message))
      }
      #expect(throws: error(.encapsulationKey, keys.encapsulationKey.count)) {
        try scheme.encapsulate(to: resized(keys.encapsulationKey), message: message)
      }
      #expect(throws: error(.ciphertext, sent.ciphertext.count)) {
        try scheme.decapsulate(resized(sent.ciphertext), with: keys.decapsulationKey)
      }
      #expect(throws: error(.decapsulationKey, keys.decapsulationKey.count)) {
        try scheme.decapsulate(sent.ciphertext, with: resized(keys.decapsulationKey))
      }
    }
  }

  @Test(arguments: Parameters.all) func `coefficients of q and more are refused`(
    parameters: Parameters
  ) throws {
    let scheme = TeachingMLKEM(parameters)
    let (q, bits) = (scheme.ring.modulus, scheme.ring.coefficientBits)
    let seed = [UInt8](repeating: 3, count: 32)
    let key = try scheme.keyPair(d: seed, z: seed).encapsulationKey
    let coefficients = TeachingMLKEM.decode(key[..<parameters.vectorByteCount], bits: bits)
    for place in [0, 1, coefficients.count - 1] {
      for value in [q - 1, q, 1 << bits - 1] {
        var changed = coefficients
        changed[place] = UInt16(value)
        let bytes = TeachingMLKEM.encode(changed, bits: bits) + key.suffix(32)
        let message = [UInt8](repeating: 0, count: parameters.messageByteCount)
        if value < q {
          #expect(throws: Never.self) { try scheme.encapsulate(to: bytes, message: message) }
        } else {
          let error = InputError.coefficientOutOfRange(place: place, value: value, modulus: q)
          #expect(throws: error) { try scheme.encapsulate(to: bytes, message: message) }
        }
      }
    }
  }

  @Test(arguments: Parameters.all) func `a damaged decapsulation key is refused`(
    parameters: Parameters
  ) throws {
    let scheme = TeachingMLKEM(parameters)
    let seed = [UInt8](repeating: 4, count: 32)
    let keys = try scheme.keyPair(d: seed, z: seed)
    let message = [UInt8](repeating: 5, count: parameters.messageByteCount)
    let ciphertext = try scheme.encapsulate(to: keys.encapsulationKey, message: message).ciphertext
    let start = parameters.vectorByteCount
    let end = keys.decapsulationKey.count - 32
    for place in stride(from: start, to: end, by: Swift.max(1, (end - start) / 40)) {
      var key = keys.decapsulationKey
      key[place] ^= 1
      #expect(throws: InputError.hashMismatch) {
        try scheme.decapsulate(ciphertext, with: key)
      }
    }
  }

  // MARK: Traces

  @Test(arguments: Parameters.all) func `a trace holds what was computed and changes nothing`(
    parameters: Parameters
  ) throws {
    let scheme = TeachingMLKEM(parameters)
    let seed = [UInt8](repeating: 6, count: 32)
    let message = [UInt8](repeating: 0xa5, count: parameters.messageByteCount)
    var trace = MLKEMTrace()
    let keys = try scheme.keyPair(d: seed, z: seed, recording: &trace)
    let sent = try scheme.encapsulate(
      to: keys.encapsulationKey, message: message, recording: &trace)
    let received = try scheme.decapsulate(
      sent.ciphertext, with: keys.decapsulationKey, recording: &trace)
    #expect(try keys == scheme.keyPair(d: seed, z: seed))
    #expect(try sent == scheme.encapsulate(to: keys.encapsulationKey, message: message))
    #expect(Set(trace.steps.map(\.algorithm)) == Set(MLKEMTrace.Algorithm.allCases))
    #expect(trace.steps.last?.value == .bytes(received))
    #expect(trace.steps.first { $0.symbol == "ek" }?.value == .bytes(keys.encapsulationKey))
    #expect(trace.steps.first { $0.symbol == "c" }?.value == .bytes(sent.ciphertext))
    #expect(trace.steps.last { $0.symbol == "m" }?.value == .bytes(message))
    #expect(trace.steps.first { $0.symbol == "c = c′" }?.value == .truth(true))
    for step in trace.steps where ["s", "e", "y", "m", "K", "dk"].contains(step.symbol) {
      #expect(step.secrecy == .secret, "\(step.symbol)")
    }
  }

  @Test func `the noise left in w is less than a quarter of q`() throws {
    let scheme = TeachingMLKEM(.mlkem768)
    forAll(6) { rng in
      let keys = try scheme.keyPair(d: Self.random(32, &rng), z: Self.random(32, &rng))
      let message = Self.random(32, &rng)
      let sent = try scheme.encapsulate(to: keys.encapsulationKey, message: message)
      var trace = MLKEMTrace()
      _ = try scheme.decapsulate(sent.ciphertext, with: keys.decapsulationKey, recording: &trace)
      guard case .small(let w)? = trace.steps.first(where: { $0.symbol == "w" })?.value else {
        Issue.record("w is not recorded")
        return
      }
      let q = scheme.ring.modulus
      for (value, bit) in zip(w[0], TeachingMLKEM.decode(message, bits: 1)) {
        let noise = scheme.ring.centered(UInt16((Int(value) + q - Int(bit) * (q + 1) / 2) % q))
        #expect(abs(noise) < q / 4)
      }
    }
  }
}
