import Crypto
import PostQuantum
import Reporting

/// Measures what `PostQuantum` does.
struct PQCBench {
  let meter: RateMeter

  // MARK: One algorithm at a time

  /// Every operation of every algorithm that has keys.
  func algorithms() throws -> ReportTable {
    var table = Self.table("algorithms", "algorithm", extra: [.init("operation", alignment: .left)])
    for algorithm in AlgorithmCatalog.encapsulations + AlgorithmCatalog.signatures {
      let operations =
        try algorithm.canEncapsulate ? encapsulation(algorithm) : signing(algorithm)
      for (name, rate) in operations {
        table.append([.string(algorithm.id), .string(name), .double(rate), .double(1e6 / rate)])
      }
    }
    return table
  }

  private func encapsulation(_ algorithm: Algorithm) throws -> [(String, Double)] {
    let key = try algorithm.generateKEMKey()
    let publicKey = try algorithm.publicKey(of: key)
    let ciphertext = try algorithm.encapsulate(to: publicKey).ciphertext
    return [
      ("keygen", try meter.rate { _ = try algorithm.publicKey(of: algorithm.generateKEMKey()) }),
      ("encaps", try meter.rate { _ = try algorithm.encapsulate(to: publicKey) }),
      ("decaps", try meter.rate { _ = try algorithm.decapsulate(ciphertext, with: key) }),
    ]
  }

  private func signing(_ algorithm: Algorithm) throws -> [(String, Double)] {
    let key = try algorithm.generateSigningKey()
    let message = [UInt8](repeating: 7, count: 64)
    let signature = try key.signature(for: message)
    let publicKey = key.publicKey
    return [
      ("keygen", try meter.rate { _ = try algorithm.generateSigningKey() }),
      ("sign", try meter.rate { _ = try key.signature(for: message) }),
      (
        "verify",
        try meter.rate {
          _ = try algorithm.isValid(signature, for: message, publicKey: publicKey)
        }
      ),
    ]
  }

  // MARK: Together

  /// Whole exchanges with mutual authentication by ML-DSA-65 and Ed25519.
  func exchanges(_ policies: [KeyExchangePolicy]) throws -> ReportTable {
    var table = Self.table("exchanges", "exchange", extra: [.init("bytes")])
    let (alice, bob) = (try Identity.generate(name: "Alice"), try Identity.generate(name: "Bob"))
    for policy in policies {
      var byteCount = 0
      let rate = try meter.rate {
        var initiator = HandshakeInitiator(
          identity: alice, policy: policy, trust: .identities([bob.fingerprint]))
        var responder = HandshakeResponder(
          identity: bob, policy: policy, trust: .identities([alice.fingerprint]))
        var exchange = InMemoryExchange()
        _ = try exchange.run(&initiator, &responder)
        byteCount = exchange.messages.reduce(0) { $0 + $1.bytes.count }
      }
      let names = policy.algorithms.map(\.id).joined(separator: ",")
      table.append([.string(names), .int(byteCount), .double(rate), .double(1e6 / rate)])
    }
    return table
  }

  /// Frames of a channel beside AES-256-GCM alone.
  func frames(byteCount: Int) throws -> ReportTable {
    var table = Self.table(
      "frames", "frames", extra: [.init("bytes"), .init("of_bare", title: "of bare", digits: 3)])
    let payload = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let suite = FrameSuite.aes256GCMSHA512
    let baseKey = SymmetricKey(size: .init(bitCount: 8 * suite.hashByteCount))
    var sealer = FrameSealer(suite: suite, baseKey: baseKey, sender: 1, epoch: 0)
    let key = SymmetricKey(size: .bits256)
    let nonce = AES.GCM.Nonce()
    var frame: [UInt8] = []
    let rates = try meter.compare {
      _ = try AES.GCM.seal(payload, using: key, nonce: nonce)
    } _: {
      frame.removeAll(keepingCapacity: true)
      try payload.withUnsafeBytes { try sealer.seal($0, appendingTo: &frame) }
    }
    let rows = [
      ("bare AES-256-GCM", 1, rates.first), ("frame channel", rates.ratio, rates.second),
    ]
    for (name, ratio, rate) in rows {
      table.append([
        .string(name), .int(byteCount), .double(ratio), .double(rate), .double(1e6 / rate),
      ])
    }
    return table
  }

  private static func table(
    _ key: String, _ first: String, extra: [ReportTable.Column]
  ) -> ReportTable {
    ReportTable(
      key: key,
      columns: [.init(first, alignment: .left)] + extra + [
        .init("rate_per_s", title: "rate", unit: "1/s", digits: 4),
        .init("time_us", title: "time", unit: "µs", digits: 4),
      ])
  }
}
