import Crypto
import PostQuantum
import Testing

struct SecretCombinerTests {
  private struct Row: Decodable {
    struct Source: Decodable {
      let algorithm, publicKey, ciphertext, sharedSecret: String
    }
    struct Key: Decodable { let id, key: String }
    struct Derived: Decodable { let purpose, context, key: String }
    let sources: [Source]
    let presharedKey: Key?
    let epoch: UInt32
    let transcript: String
    let keys: [Derived]
  }

  @Test func `keys are those of another implementation`() throws {
    let rows = try Fixtures.rows("combiner", as: [Row].self)
    #expect(rows.count == 4)
    for row in rows {
      let contributions = try row.sources.map { source in
        SecretContribution(
          try #require(AlgorithmCatalog.algorithm(named: source.algorithm)),
          publicKey: Fixtures.bytes(source.publicKey),
          ciphertext: Fixtures.bytes(source.ciphertext),
          sharedSecret: Fixtures.secret(source.sharedSecret).symmetricKey())
      }
      let preshared = try row.presharedKey.map {
        try PresharedKey(id: $0.id, secret: Fixtures.secret($0.key))
      }
      let secret = try SecretCombiner.combine(
        contributions, presharedKey: preshared,
        context: .init(epoch: row.epoch, transcript: Fixtures.bytes(row.transcript)))
      for derived in row.keys {
        let key = secret.key(
          for: derived.purpose, context: Fixtures.bytes(derived.context),
          byteCount: derived.key.utf8.count / 2)
        #expect(key.withUnsafeBytes { Fixtures.hex($0) } == derived.key)
      }
    }
  }

  /// All that goes into a key, as plain values that can be changed one at a time.
  private struct Inputs {
    var algorithms = ["ml-kem-768", "x25519", "ml-kem-1024"]
    var publicKeys = (0..<3).map { [UInt8](repeating: $0, count: 10) }
    var ciphertexts = (3..<6).map { [UInt8](repeating: $0, count: 20) }
    var secrets = (6..<9).map { [UInt8](repeating: $0, count: 32) }
    var presharedID: String? = "qkd-1"
    var preshared = [UInt8](repeating: 9, count: 32)
    var epoch: UInt32 = 0
    var transcript: [UInt8] = [1, 2, 3]
    var purpose = "purpose"
    var context: [UInt8] = [4, 5]

    func key(order: [Int] = [0, 1, 2]) throws -> SymmetricKey {
      let all = try algorithms.indices.map { index in
        SecretContribution(
          try #require(AlgorithmCatalog.algorithm(named: algorithms[index])),
          publicKey: publicKeys[index], ciphertext: ciphertexts[index],
          sharedSecret: SymmetricKey(data: secrets[index]))
      }
      let key = try presharedID.map { id in
        try PresharedKey(
          id: id, secret: preshared.withUnsafeBytes { SymmetricKey(data: $0) }.secret)
      }
      return try SecretCombiner.combine(
        order.filter(all.indices.contains).map { all[$0] }, presharedKey: key,
        context: .init(epoch: epoch, transcript: transcript)
      ).key(for: purpose, context: context)
    }
  }

  @Test func `a key changes with each single input`() throws {
    let original = Inputs()
    var keys = [try original.key()]
    func expectNew(_ change: (inout Inputs) -> Void, _ name: String) throws {
      var inputs = original
      change(&inputs)
      let key = try inputs.key()
      #expect(!keys.contains(key), "\(name)")
      keys.append(key)
    }
    for index in 0..<3 {
      for byte in 0..<10 {
        try expectNew({ $0.publicKeys[index][byte] ^= 0x80 }, "public key \(index)")
      }
      for byte in 0..<20 {
        try expectNew({ $0.ciphertexts[index][byte] ^= 0x80 }, "ciphertext \(index)")
      }
      for byte in 0..<32 { try expectNew({ $0.secrets[index][byte] ^= 1 }, "secret \(index)") }
      try expectNew({ $0.publicKeys[index].append(0) }, "longer public key \(index)")
      try expectNew({ $0.secrets[index].append(0) }, "longer secret \(index)")
    }
    // A byte may not wander over the border of its neighbour.
    try expectNew(
      {
        $0.publicKeys[0].append(7)
        $0.ciphertexts[0].removeFirst()
      }, "border of public key and ciphertext")
    for byte in 0..<32 { try expectNew({ $0.preshared[byte] ^= 1 }, "pre-shared key") }
    try expectNew({ $0.presharedID = "qkd-2" }, "name of the pre-shared key")
    try expectNew({ $0.presharedID = nil }, "no pre-shared key")
    try expectNew({ $0.algorithms[2] = "x-wing" }, "another algorithm")
    try expectNew({ $0.algorithms.removeLast() }, "one algorithm less")
    try expectNew({ $0.epoch = 1 }, "epoch")
    try expectNew({ $0.transcript.append(0) }, "transcript")
    try expectNew({ $0.purpose = "Purpose" }, "purpose")
    try expectNew({ $0.context = [4] }, "context")
    try expectNew({ $0.context = [] }, "no context")
  }

  @Test func `a key depends on nothing else, not on the order of its sources`() throws {
    let inputs = Inputs()
    let key = try inputs.key()
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      #expect(try inputs.key(order: order) == key)
    }
  }

  @Test func `no source and two of one are refused`() throws {
    #expect(throws: KeyExchangeError.noAlgorithms) { try SecretCombiner.combine([]) }
    let one = SecretContribution(
      AlgorithmCatalog.encapsulations[0], publicKey: [], ciphertext: [],
      sharedSecret: SymmetricKey(size: .bits256))
    #expect(throws: KeyExchangeError.duplicateAlgorithm(one.algorithm)) {
      try SecretCombiner.combine([one, one])
    }
  }
}

extension SymmetricKey {
  fileprivate var secret: SecretBytes { SecretBytes(self) }
}
