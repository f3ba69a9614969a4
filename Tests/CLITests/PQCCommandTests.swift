import Foundation
import TestSupport
import Testing

struct PQCCommandTests {
  static let encapsulations = ["ml-kem-768", "ml-kem-1024", "x-wing", "x25519", "p-256", "p-384"]
  static let signatures = ["ml-dsa-65", "ml-dsa-87", "ed25519", "ecdsa-p256", "ecdsa-p384"]

  /// Files of a test, and calls about them.
  struct Files {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func path(_ name: String) -> String { folder.path(name) }

    func bytes(_ name: String) throws -> Data {
      try Data(contentsOf: URL(fileURLWithPath: path(name)))
    }

    func put(_ bytes: some Sequence<UInt8>, _ name: String) throws {
      try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    }

    func mode(_ name: String) throws -> Int {
      let attributes = try FileManager.default.attributesOfItem(atPath: path(name))
      return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
    }

    /// Runs `qsim pqc`; words that start with '@' are files of the folder.
    func run(_ line: String, input: String = "") throws -> Invocation {
      let words = line.split(separator: " ").map {
        $0.hasPrefix("@") ? path(String($0.dropFirst())) : String($0)
      }
      return try QSimProcess.run(["pqc"] + words, input: input)
    }
  }

  // MARK: Both sides

  @Test(arguments: encapsulations, ["raw", "pem"])
  func `both sides have the same secret`(algorithm: String, format: String) throws {
    if algorithm == "x-wing", format == "pem" { return }
    let files = try Files()
    let made = try files.run(
      "keygen --algorithm \(algorithm) --public @pk --secret @sk --format \(format)")
    #expect(made.status == 0 && made.output.contains("fingerprint"), "\(made.error)")
    let sent = try files.run(
      "encaps --algorithm \(algorithm) --public @pk --ciphertext @ct --shared @ours --json")
    #expect(sent.status == 0, "\(sent.error)")
    let received = try files.run(
      "decaps --algorithm \(algorithm) --secret @sk --ciphertext @ct --shared @theirs --json")
    #expect(received.status == 0, "\(received.error)")
    #expect(try files.bytes("ours") == files.bytes("theirs"))
    let (first, second) = (try JSONObject(sent.output), try JSONObject(received.output))
    for key in ["public_key_fingerprint", "shared_secret_fingerprint"] {
      let fingerprint = try #require(first[key] as? String)
      #expect(fingerprint == second[key] as? String && fingerprint.count == 39)
    }
    for name in ["sk", "ours", "theirs"] { #expect(try files.mode(name) == 0o600, "\(name)") }
    let secrets = try ["sk", "ours"].map { try files.bytes($0) }
    for secret in secrets + secrets.map({ Data($0.base64EncodedString().utf8) }) {
      for output in [made, sent, received] {
        #expect(output.outputBytes.firstRange(of: secret) == nil)
        #expect(output.errorBytes.firstRange(of: secret) == nil)
      }
    }
  }

  @Test(arguments: signatures, ["raw", "pem"])
  func `a signature holds for one message and one key`(algorithm: String, format: String) throws {
    let files = try Files()
    for name in ["a", "b"] {
      let made = try files.run(
        "keygen --algorithm \(algorithm) --public @pk\(name) --secret @sk\(name) --format \(format)"
      )
      #expect(made.status == 0, "\(made.error)")
    }
    try files.put("message".utf8, "m")
    try files.put("massage".utf8, "n")
    let signed = try files.run(
      "sign --algorithm \(algorithm) --secret @ska --message @m --signature @s")
    #expect(signed.status == 0, "\(signed.error)")
    func verify(_ key: String, _ message: String, _ more: String = "") throws -> Int32 {
      try files.run(
        "verify --algorithm \(algorithm) --public @\(key) --message @\(message) --signature @s"
          + more
      ).status
    }
    #expect(try verify("pka", "m") == 0)
    #expect(try verify("pka", "n") == 1)
    #expect(try verify("pkb", "m") == 1)
    let isLattice = algorithm.hasPrefix("ml-dsa")
    #expect(try verify("pka", "m", " --context mail") == (isLattice ? 1 : 64))
  }

  @Test func `files have the sizes of the catalog`() throws {
    let files = try Files()
    let catalog = try JSONObject(QSimProcess.run(["pqc", "algorithms", "--json"]).output)
    let rows = try #require(catalog["rows"] as? [[String: Any]])
    var checked = 0
    for row in rows {
      let name = try #require(row["name"] as? String)
      guard Self.encapsulations.contains(name) || Self.signatures.contains(name) else {
        #expect(!(row["public_key_bytes"] is Int))
        continue
      }
      _ = try files.run("keygen --algorithm \(name) --public @pk --secret @sk --force")
      #expect(try files.bytes("pk").count == row["public_key_bytes"] as? Int)
      #expect(try files.bytes("sk").count == row["secret_key_bytes"] as? Int)
      checked += 1
    }
    #expect(checked == Self.encapsulations.count + Self.signatures.count)
  }

  @Test(arguments: encapsulations + signatures)
  func `a key follows from its seed`(algorithm: String) throws {
    let files = try Files()
    _ = try files.run("keygen --algorithm \(algorithm) --public @pk --secret @sk")
    let digits = try files.bytes("sk").map { String(format: "%02X ", $0) }.joined()
    try files.put(digits.utf8, "seed")
    for seed in ["@sk", "@seed"] {
      let again = try files.run(
        "keygen --algorithm \(algorithm) --seed-file \(seed) --public @pk2 --secret @sk2 --force")
      #expect(again.status == 0, "\(again.error)")
      #expect(try files.bytes("pk2") == files.bytes("pk"))
      #expect(try files.bytes("sk2") == files.bytes("sk"))
    }
    let printed = try files.run("keygen --algorithm \(algorithm) --seed-file @sk --public -")
    #expect(try printed.outputBytes == files.bytes("pk"))
  }

  @Test func `a file that was open to all is made private first`() throws {
    let files = try Files()
    try files.put([], "sk")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: files.path("sk"))
    let made = try files.run("keygen --algorithm x25519 --public @pk --secret @sk --force")
    #expect(made.status == 0)
    #expect(try files.mode("sk") == 0o600)
  }

  // MARK: Another implementation

  struct Fixture: Decodable {
    struct Encapsulation: Decodable {
      let algorithm, ciphertext, shared: String
      let public_pem, secret_pem, `public`, secret: String?
    }
    struct Signature: Decodable {
      let algorithm, public_pem, message, context, signature: String
    }
    let encapsulations: [Encapsulation]
    let signatures: [Signature]

    static func load() throws -> Fixture {
      try JSONDecoder().decode(
        Fixture.self, from: Data(contentsOf: Golden.folder.appending(path: "interop/interop.json")))
    }

    static func bytes(_ hexadecimal: String) -> [UInt8] {
      let digits = hexadecimal.compactMap(\.hexDigitValue)
      return stride(from: 0, to: digits.count, by: 2).map {
        UInt8(digits[$0] << 4 | digits[$0 + 1])
      }
    }
  }

  @Test func `ciphertexts of PyPI cryptography are read`() throws {
    let files = try Files()
    let all = try Fixture.load().encapsulations
    #expect(Set(all.map(\.algorithm)) == Set(Self.encapsulations))
    for entry in all {
      try files.put(
        entry.secret_pem.map { Array($0.utf8) } ?? Fixture.bytes(entry.secret ?? ""), "sk")
      try files.put(
        entry.public_pem.map { Array($0.utf8) } ?? Fixture.bytes(entry.public ?? ""), "pk")
      try files.put(Fixture.bytes(entry.ciphertext), "ct")
      let received = try files.run(
        "decaps --algorithm \(entry.algorithm) --secret @sk --ciphertext @ct --shared @ss")
      #expect(received.status == 0, "\(received.error)")
      #expect(try files.bytes("ss") == Data(Fixture.bytes(entry.shared)), "\(entry.algorithm)")
      let sent = try files.run(
        "encaps --algorithm \(entry.algorithm) --public @pk --ciphertext @ct2 --shared @ss")
      #expect(sent.status == 0, "\(sent.error)")
      let again = try files.run(
        "decaps --algorithm \(entry.algorithm) --secret @sk --ciphertext @ct2 --shared @ss2")
      #expect(try again.status == 0 && files.bytes("ss") == files.bytes("ss2"))
    }
  }

  @Test func `signatures of PyPI cryptography are verified`() throws {
    let files = try Files()
    let all = try Fixture.load().signatures
    #expect(Set(all.map(\.algorithm)) == Set(Self.signatures))
    for entry in all {
      try files.put(entry.public_pem.utf8, "pk")
      try files.put(Fixture.bytes(entry.signature), "s")
      try files.put(Fixture.bytes(entry.message), "m")
      let context = entry.context.isEmpty ? "" : " --context \(entry.context)"
      let call = "verify --algorithm \(entry.algorithm) --public @pk --message @m --signature @s"
      let result = try files.run(call + context)
      #expect(result.status == 0, "\(result.error)")
      try files.put(Fixture.bytes(entry.message).reversed(), "m")
      #expect(try files.run(call + context).status == 1)
    }
  }

  // MARK: Bad input

  @Test(arguments: [
    (
      "encaps --algorithm ml-kem-768 --public @short --ciphertext @ct", 65,
      "a public key of ML-KEM-768 has 1184 bytes"
    ),
    ("encaps --algorithm ml-kem-768 --public @large --ciphertext @ct", 65, "ml-kem-768"),
    (
      "encaps --algorithm ml-kem-1024 --public @pem --ciphertext @ct", 65,
      "holds a key of ml-kem-768, not of ml-kem-1024"
    ),
    (
      "encaps --algorithm x-wing --public @pem --ciphertext @ct", 65,
      "there is no PEM for keys of X-Wing"
    ),
    (
      "encaps --algorithm ml-kem-768 --public @secret --ciphertext @ct", 65,
      "no whole part 'PUBLIC KEY'"
    ),
    (
      "encaps --algorithm ml-kem-768 --public @broken --ciphertext @ct", 65,
      "no whole part 'PUBLIC KEY'"
    ),
    (
      "encaps --algorithm ml-kem-768 --public @other --ciphertext @ct", 65,
      "holds no key in the form"
    ),
    ("encaps --algorithm ml-kem-768 --public @none --ciphertext @ct", 66, "cannot read"),
    (
      "encaps --algorithm ml-kem-768 --public /dev/zero --ciphertext @ct", 65,
      "holds more than 65536 bytes"
    ),
    ("encaps --algorithm ml-kem-768 --public @pem --ciphertext @none/ct", 73, "cannot create"),
    ("encaps --algorithm ml-kem-768 --public @pem --ciphertext /dev/full", 74, "cannot write"),
    ("encaps --algorithm ml-kem-768 --public @pem --ciphertext - --json", 64, "only one output"),
    (
      "encaps --algorithm ml-kem-768 --public @pem --ciphertext @a --shared @a", 64,
      "a file of its own"
    ),
    (
      "encaps --algorithm ml-kem-678 --public @pem --ciphertext @ct", 64,
      "did you mean 'ml-kem-768'?"
    ),
    (
      "encaps --algorithm ed25519 --public @pem --ciphertext @ct", 64,
      "Ed25519 is not for encapsulating"
    ),
    (
      "decaps --algorithm ml-kem-768 --secret @secret --ciphertext @short", 65,
      "a ciphertext of ML-KEM-768 has 1088 bytes"
    ),
    (
      "decaps --algorithm ml-kem-768 --secret @short --ciphertext @short", 65,
      "a secret key of ML-KEM-768 has 64 bytes"
    ),
    ("decaps --algorithm ml-kem-768 --secret - --ciphertext -", 64, "only one input"),
    ("keygen --algorithm ml-kem-768 --public @pk", 64, "a key that is not written is lost"),
    ("keygen --algorithm ml-kem-768 --seed-file @short --public @pk", 65, "a seed has 64 bytes"),
    ("keygen --algorithm p-256 --seed-file @zero --public @pk", 65, "no secret key of p-256"),
    (
      "keygen --algorithm x-wing --public @pk --secret @sk --format pem", 64,
      "leave out --format pem"
    ),
    ("keygen --algorithm aes-256-gcm --public @pk --secret @sk", 64, "is not for pairs of keys"),
    (
      "sign --algorithm ml-kem-768 --secret @secret --message @short --signature @s", 64,
      "is not for signing"
    ),
    (
      "sign --algorithm ed25519 --context x --secret @secret --message @short --signature @s", 64,
      "Ed25519 signs no context"
    ),
    (
      "verify --algorithm ed25519 --public @pk32 --message @short --signature @short", 65,
      "a signature of Ed25519 has 64 bytes"
    ),
    ("explain --algorithm ml-kem-256", 64, "toy, ml-kem-512"),
    ("explain --seed-file @short", 65, "it holds 64 or 65 bytes"),
    ("bench --exchange x25519", 64, "x25519"),
    ("bench --exchange x25519,,ml-kem-768", 64, "no algorithm ''"),
    ("bench --seconds 0", 64, "0.001...60"), ("algorithms ml-kem", 64, "no algorithm 'ml-kem'"),
  ]) func `bad input is named with what would be right`(
    line: String, status: Int32, message: String
  ) throws {
    let files = try Files()
    let pem = try Repository.text("Examples/keys/ml-kem-768.public.pem")
    try files.put(pem.utf8, "pem")
    try files.put(pem.replacing("A", with: "*", maxReplacements: 9).utf8, "broken")
    try files.put(
      "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n".utf8, "other")
    try files.put(try Repository.text("Examples/keys/ml-kem-768.secret.pem").utf8, "secret")
    try files.put("short".utf8, "short")
    try files.put(repeatElement(0xff, count: 1184), "large")
    try files.put(repeatElement(0, count: 32), "zero")
    try files.put(repeatElement(9, count: 32), "pk32")
    let result = try files.run(line)
    #expect(result.status == status && !result.wasKilled, "\(result.error)")
    #expect(result.error.contains(message), "\(result.error)")
  }

  @Test func `an expanded key is read beside its seed only`() throws {
    let files = try Files()
    _ = try files.run("keygen --algorithm ml-kem-768 --public @pk --secret @sk")
    func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
      [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 0xff)] + content
    }
    let expanded = element(0x04, [UInt8](repeating: 0, count: 2400))
    func pem(_ key: [UInt8]) -> String {
      let identifier = Fixture.bytes("300b0609608648016503040402")
      let content = element(0x30, [2, 1, 0] + identifier + element(0x04, key))
      let base64 = Data(content).base64EncodedString()
      return "-----BEGIN PRIVATE KEY-----\n\(base64)\n-----END PRIVATE KEY-----\n"
    }
    let seed = try [0x04, 64] + files.bytes("sk")
    try files.put(pem(element(0x30, seed + expanded)).utf8, "both")
    try files.put(pem(expanded).utf8, "expanded")
    try files.put(repeatElement(1, count: 1088), "ct")
    let both = try files.run("decaps --algorithm ml-kem-768 --secret @both --ciphertext @ct")
    #expect(both.status == 65 && both.error.contains("not that of its seed"), "\(both.error)")
    let refused = try files.run("decaps --algorithm ml-kem-768 --secret @expanded --ciphertext @ct")
    #expect(refused.status == 65 && refused.error.contains("the expanded key only"))
  }

  @Test func `no PEM makes a command fall over`() throws {
    let files = try Files()
    let pem = Array(try Repository.text("Examples/keys/ml-kem-768.secret.pem").utf8)
    forAll(1, count: 60) { random in
      var text = pem
      switch Int.random(in: 0..<3, using: &random) {
      case 0: text.removeLast(Int.random(in: 1..<text.count, using: &random))
      case 1: text.remove(at: Int.random(in: 27..<text.count - 26, using: &random))
      default:
        // A header of the encoding, in base64.
        text[Int.random(in: 28..<60, using: &random)] = UInt8.random(in: 65...90, using: &random)
      }
      try files.put(text, "sk")
      let result = try files.run(
        "decaps --algorithm ml-kem-768 --secret @sk --ciphertext Examples/keys/example.seed")
      #expect(result.status == 65 && !result.wasKilled, "\(String(decoding: text, as: UTF8.self))")
    }
  }

  // MARK: Learning and measuring

  @Test(arguments: [("toy", 8, 257), ("ml-kem-512", 256, 3329), ("ml-kem-768", 256, 3329)])
  func `an explanation ends with one secret on both sides`(
    algorithm: String, degree: Int, modulus: Int
  ) throws {
    let report = try JSONObject(
      QSimProcess.run(["pqc", "explain", "--algorithm", algorithm, "--json"]).output)
    #expect(report["degree"] as? Int == degree && report["modulus"] as? Int == modulus)
    let rows = try #require(report["rows"] as? [[String: Any]])
    func last(_ symbol: String, _ stage: String) -> Any? {
      rows.last { $0["symbol"] as? String == symbol && $0["stage"] as? String == stage }?["value"]
    }
    let secret = try #require(last("K", "encaps") as? String)
    #expect(secret.count == 64 && secret == last("K", "decaps") as? String)
    #expect(secret != last("K", "rejection") as? String)
    #expect(last("c = c′", "decaps") as? Bool == true)
    #expect(last("c = c′", "rejection") as? Bool == false)
    #expect(last("m", "encaps") as? String == last("m", "decaps") as? String)
  }

  @Test(arguments: ["ml-kem-768", "ml-kem-1024"])
  func `an explained key is the key that keygen makes`(algorithm: String) throws {
    let files = try Files()
    let report = try JSONObject(
      QSimProcess.run([
        "pqc", "explain", "--algorithm", algorithm, "--stage", "keygen", "--json", "--seed-file",
        "Examples/keys/example.seed",
      ]).output)
    let rows = try #require(report["rows"] as? [[String: Any]])
    let key = rows.first { $0["symbol"] as? String == "ek" }?["value"] as? String
    _ = try files.run(
      "keygen --algorithm \(algorithm) --seed-file Examples/keys/example.seed --public @pk")
    #expect(try files.bytes("pk") == Data(Fixture.bytes(key ?? "")))
  }

  @Test func `an explanation says every stage in text`() throws {
    let all = try QSimProcess.run(["pqc", "explain"])
    for stage in ["ntt", "keygen", "encaps", "decaps", "rejection"] {
      let part = try QSimProcess.run(["pqc", "explain", "--stage", stage])
      #expect(part.status == 0 && part.output.contains("\n== \(stage): "))
      if stage != "rejection" { #expect(all.output.contains("\n== \(stage): ")) }
    }
    let short = try QSimProcess.run(["pqc", "explain", "--algorithm", "ml-kem-512"]).output
    #expect(short.contains("… (256)") && short.contains("… (800 bytes)"))
    let full = try QSimProcess.run(["pqc", "explain", "--algorithm", "ml-kem-512", "--full"]).output
    #expect(!full.contains("…") && full.count > 10 * short.count)
  }

  @Test func `rates are measured`() throws {
    let report = try JSONObject(
      QSimProcess.run([
        "pqc", "bench", "--seconds", "0.01", "--exchange", "x25519,ml-kem-768", "--json",
      ]).output)
    for (key, count) in [("algorithms", 33), ("exchanges", 1), ("frames", 2)] {
      let rows = try #require(report[key] as? [[String: Any]])
      #expect(rows.count == count)
      #expect(rows.allSatisfy { ($0["rate_per_s"] as? Double ?? 0) > 1 })
    }
    let exchanges = try #require(report["exchanges"] as? [[String: Any]])
    #expect(exchanges[0]["exchange"] as? String == "ml-kem-768,x25519")
  }
}
