import Foundation
import TestSupport
import Testing

/// Key containers, points and deliveries that were reported, and their siblings.
struct ReportedKeyTests {
  private static let folder = "Tests/Fixtures/Reported/keys"

  private func run(_ line: String) throws -> Invocation {
    try QSimProcess.run(["pqc"] + line.split(separator: " ").map(String.init))
  }

  // MARK: Containers

  @Test(arguments: [
    ("kem_both_bad_d", "not that of its seed"), ("kem_both_short", "not that of its seed"),
    ("kem_both_missing", "no key in the form"), ("kem_both_extra", "bytes behind the end"),
    ("kem_trailing_inner", "bytes behind the end"), ("kem_v7", "unknown version"),
    ("kem_v2_badpub", "not that of the secret"), ("kem_octet_seed", "seed in an octet string"),
  ]) func `a container of ML-KEM that contradicts itself is refused`(
    name: String, message: String
  ) throws {
    let result = try run(
      "decaps --algorithm ml-kem-768 --secret \(Self.folder)/pqc/\(name).pem "
        + "--ciphertext \(Self.folder)/pqc/kem.ct")
    #expect(result.status == 65 && result.error.contains(message), "\(result.error)")
  }

  @Test(arguments: [
    ("ed25519", "ed_v2_badpub", "not that of the secret"),
    ("ecdsa-p256", "p256_wrongcurve_inner", "another curve"),
    ("ecdsa-p256", "p256_badpub", "not that of the secret"),
  ]) func `a container of a signing key that contradicts itself is refused`(
    algorithm: String, name: String, message: String
  ) throws {
    let result = try run(
      "sign --algorithm \(algorithm) --secret \(Self.folder)/pqc/\(name).pem "
        + "--message \(Self.folder)/pqc/msg --signature /dev/null")
    #expect(result.status == 65 && result.error.contains(message), "\(result.error)")
  }

  @Test(arguments: ["f_leadtext", "f_leadnl"])
  func `text may stand before PEM`(name: String) throws {
    let result = try run(
      "verify --algorithm ed25519 --public \(Self.folder)/pqc/\(name).pem "
        + "--message \(Self.folder)/pqc/msg --signature \(Self.folder)/pqc/ed.sig")
    #expect(result.status == 0, "\(result.error)")
  }

  @Test func `attributes stand before and within a container`() throws {
    let result = try run(
      "sign --algorithm ed25519 --secret \(Self.folder)/pqc/f_bagattr.pem "
        + "--message \(Self.folder)/pqc/msg --signature -")
    let expected = Repository.root.appending(path: "\(Self.folder)/pqc/ed.sig")
    #expect(try result.status == 0 && result.outputBytes == Data(contentsOf: expected))
  }

  @Test func `a compressed point is read`() throws {
    let result = try run(
      "verify --algorithm ecdsa-p256 --public \(Self.folder)/pqc/p256_compressed.pub.pem "
        + "--message \(Self.folder)/pqc/msg --signature \(Self.folder)/pqc/p256_raw.sig")
    #expect(result.status == 0, "\(result.error)")
  }

  @Test(arguments: ["ml-kem-768", "ml-kem-1024", "ml-dsa-65", "ml-dsa-87"])
  func `seed and expanded key of other programs agree, and no changed byte passes`(
    algorithm: String
  ) throws {
    let text = try Repository.text("\(Self.folder)/both/\(algorithm).pem")
    let lines = text.split(separator: "\n")
    let bytes = [UInt8](
      try #require(Data(base64Encoded: lines.dropFirst().dropLast().joined())))
    let files = try PQCCommandTests.Files()
    func read(_ bytes: [UInt8]) throws -> Invocation {
      let base64 = Data(bytes).base64EncodedString()
      try files.put(
        "-----BEGIN PRIVATE KEY-----\n\(base64)\n-----END PRIVATE KEY-----\n".utf8, "sk")
      if algorithm.hasPrefix("ml-dsa") {
        return try files.run(
          "sign --algorithm \(algorithm) --secret @sk --message /dev/null --signature /dev/null")
      }
      let size = algorithm == "ml-kem-768" ? 1088 : 1568
      try files.put(repeatElement(1, count: size), "ct")
      return try files.run("decaps --algorithm \(algorithm) --secret @sk --ciphertext @ct")
    }
    #expect(try read(bytes).status == 0)
    // The seed stands in the first hundred bytes; all behind them is the expanded key.
    for place in stride(from: 110, to: bytes.count, by: bytes.count / 9) + [bytes.count - 1] {
      var changed = bytes
      changed[place] ^= 1 << UInt8(place % 8)
      let result = try read(changed)
      #expect(result.status == 65, "byte \(place)")
      #expect(result.error.contains("not that of its seed"), "\(place): \(result.error)")
    }
  }

  @Test(arguments: [
    ("EC PRIVATE KEY", "SEC1"), ("ENCRYPTED PRIVATE KEY", "encrypted with a password"),
    ("RSA PRIVATE KEY", "not in the catalog"), ("OPENSSH PRIVATE KEY", "OpenSSH"),
    ("PUBLIC KEY", "a public key"), ("CERTIFICATE", "a certificate"), ("X", "no whole part"),
  ]) func `what stands in place of a secret key is named`(label: String, message: String) throws {
    let files = try PQCCommandTests.Files()
    try files.put("-----BEGIN \(label)-----\nAAAA\n-----END \(label)-----\n".utf8, "sk")
    let result = try files.run(
      "sign --algorithm ecdsa-p256 --secret @sk --message /dev/null --signature /dev/null")
    #expect(result.status == 65 && result.error.contains(message), "\(result.error)")
  }

  @Test func `a file with two keys is refused`() throws {
    let files = try PQCCommandTests.Files()
    let text = try Repository.text("Examples/keys/ed25519.public.pem")
    try files.put((text + text).utf8, "pk")
    let result = try files.run(
      "verify --algorithm ed25519 --public @pk --message /dev/null --signature /dev/null")
    #expect(result.status == 65 && result.error.contains("more than one"), "\(result.error)")
  }

  // MARK: Points of small order

  @Test(arguments: [0, 1, 2, 4, 5, 6])
  func `nobody agrees with a point of small order`(number: Int) throws {
    let files = try PQCCommandTests.Files()
    let point = "\(Self.folder)/pqc/x_low\(number).pk"
    let sent = try files.run(
      "encaps --algorithm x25519 --public \(point) --ciphertext @c --shared @s")
    #expect(sent.status == 65 && sent.error.contains("small order"), "\(sent.error)")
    #expect(!FileManager.default.fileExists(atPath: files.path("s")))
    let received = try files.run(
      "decaps --algorithm x25519 --secret \(Self.folder)/pqc/x.sk --ciphertext \(point) --shared @s"
    )
    #expect(received.status == 65 && received.error.contains("small order"), "\(received.error)")
    // The same within X-Wing, whose last 32 bytes are of X25519.
    _ = try files.run("keygen --algorithm x-wing --public @pk --secret @sk")
    let low = try Data(contentsOf: Repository.root.appending(path: point))
    try files.put(try files.bytes("pk").dropLast(32) + low, "lowpk")
    let hybrid = try files.run("encaps --algorithm x-wing --public @lowpk --ciphertext @c")
    #expect(hybrid.status == 65 && hybrid.error.contains("small order"), "\(hybrid.error)")
    _ = try files.run("encaps --algorithm x-wing --public @pk --ciphertext @ct")
    try files.put(try files.bytes("ct").dropLast(32) + low, "lowct")
    let opened = try files.run("decaps --algorithm x-wing --secret @sk --ciphertext @lowct")
    #expect(opened.status == 65 && opened.error.contains("small order"), "\(opened.error)")
  }

  @Test func `a key under which everybody signs is called that`() throws {
    let files = try PQCCommandTests.Files()
    try files.put([1] + repeatElement(0, count: 31), "pk")
    try files.put(repeatElement(0, count: 64), "signature")
    let result = try files.run(
      "verify --algorithm ed25519 --public @pk --message /dev/null --signature @signature")
    #expect(result.status == 65, "\(result.error)")
    #expect(result.error.contains("under which everybody can sign"), "\(result.error)")
  }

  // MARK: Deliveries of keys

  @Test(arguments: ["good", "escaped_slash", "bom", "ext_shadow", "ext_shadow_key"])
  func `a delivery gives the key it holds`(name: String) throws {
    let result = try demo("\(Self.folder)/etsi/\(name).json")
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.contains("3c9f1f0a-51e2-4b6e-9f4e-8f0f6b1c2d3e"))
    #expect(!result.output.contains("shadow"))
  }

  @Test(arguments: [
    ("utf16", "UTF-16"), ("array", "an object, not an array"), ("missing_id", "no 'key_ID'"),
    ("missing_key", "no 'key'"), ("broken", "expected ',' or '}'"), ("trailing", "the end of the"),
  ]) func `a file that is no delivery is refused`(name: String, message: String) throws {
    let result = try demo("\(Self.folder)/etsi/\(name).json")
    #expect(result.status == 65 && result.error.contains(message), "\(result.error)")
  }

  @Test(arguments: [
    ("{\"keys\": [{\"key_ID\": 7, \"key\": \"wHHVxRwDJs3/bXd38GHP3g==\"}]}", "1:22", "a number"),
    ("{\"keys\": [{\"key_ID\": \"a\", \"key\": 12345678901234567890}]}", "1:34", "a number"),
    ("{\"keys\": {\"key_ID\": \"a\", \"key\": \"wHHVxRwDJs3/bXd38GHP3g==\"}}", "1:10", "no keys"),
    ("{\"keys\": [{\"key\": \"wHHV\", \"key\": \"wHHV\"}]}", "1:27", "given twice"),
    ("{\"keys\": [{\"key_ID\": \"a\", \"key\": wHHVxRwDJs3}]}", "1:34", "this word is no value"),
    ("{\"keys\": [\"wHHVxRwDJs3/bXd38GHP3g==\"]}", "1:11", "a key is an object"),
    ("<html>502 Bad Gateway</html>", "1:1", "raw bytes or a JSON text"),
    ("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "1:1", "begin with 0"),
    ("\u{fffd}caf\u{e9}, but no JSON at all", "1:1", "expected a value"),
  ]) func `a text that is no delivery never becomes a key`(
    text: String, place: String, message: String
  ) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "keys.json")
    let result = try demo(path)
    #expect(result.status == 65, "\(result.error)")
    #expect(result.error.contains("\(path):\(place): error: "), "\(result.error)")
    #expect(result.error.contains(message), "\(result.error)")
    #expect(!result.error.contains("wHHVxRw"), "a secret is told")
  }

  @Test func `a delivery in another encoding never becomes a key`() throws {
    let folder = try TemporaryFolder()
    let good = try Repository.text("\(Self.folder)/etsi/good.json")
    for encoding: String.Encoding in [.utf16BigEndian, .utf16LittleEndian, .utf16, .utf32] {
      let path = folder.path("wide")
      try #require(good.data(using: encoding)).write(to: URL(fileURLWithPath: path))
      let result = try demo(path)
      #expect(result.status == 65 && result.error.contains("UTF-16"), "\(encoding)")
    }
    let latin = folder.path("latin")
    try (Data("{\"note\": \"caf".utf8) + [0xe9] + Data("\", ".utf8) + Data(good.utf8).dropFirst())
      .write(to: URL(fileURLWithPath: latin))
    let result = try demo(latin)
    #expect(result.status == 65 && result.error.contains("not UTF-8"), "\(result.error)")
  }

  private static let page = "<html>Erreur : accès refusé au serveur de clés</html>\n"
  private static let delivery =
    "{\"note\":\"für\",\"keys\":[{\"key_ID\":\"a\",\"key\":\"wHHVxRwDJs3/bXd38GHP3g==\"}]}"

  private static let russian = "ошибка сервера ключей"
  private static let japanese = "鍵サーバーに接続できません"

  /// Texts in encodings that servers and editors write, and with characters that no text should
  /// have.
  @Test(
    arguments: [
      (page, .isoLatin1), (page, .windowsCP1252), (page, .utf16), (page, .utf16LittleEndian),
      (delivery, .utf16), (delivery, .utf16LittleEndian), (delivery, .utf16BigEndian),
      (delivery, .utf32), (delivery, .utf32LittleEndian), (delivery, .utf32BigEndian),
      ("\u{1b}[31mERROR 503 service unavailable\u{1b}[0m\n", .utf8),
      ("\0error: no key is left on this link", .utf8),
      (russian, .windowsCP1251), (russian, .utf16LittleEndian),
      (japanese, .shiftJIS),
    ] as [(String, String.Encoding)]) func `no text becomes a key, whatever its encoding`(
      text: String, encoding: String.Encoding
    ) throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("text")
    let bytes = try #require(text.data(using: encoding))
    try bytes.write(to: URL(fileURLWithPath: path))
    #expect(bytes.count >= 16)
    let result = try demo(path)
    #expect(result.status == 65 && result.error.contains(path), "\(result.error)")
  }

  @Test func `a text in EUC-JP becomes no key`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("text")
    // The same text, which Foundation does not encode everywhere.
    try Data([
      0xb8, 0xb0, 0xa5, 0xb5, 0xa1, 0xbc, 0xa5, 0xd0, 0xa1, 0xbc, 0xa4, 0xcb, 0xc0, 0xdc, 0xc2,
      0xb3, 0xa4, 0xc7, 0xa4, 0xad, 0xa4, 0xde, 0xa4, 0xbb, 0xa4, 0xf3,
    ]).write(to: URL(fileURLWithPath: path))
    let result = try demo(path)
    #expect(result.status == 65 && result.error.contains(path), "\(result.error)")
  }

  @Test func `random bytes are a raw key`() throws {
    let folder = try TemporaryFolder()
    for count in [16, 32, 64, 4096] {
      forAll(1, count: 6) { random in
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        let path = folder.path("raw")
        try Data([UInt8(ascii: "{")] + bytes).write(to: URL(fileURLWithPath: path))
        #expect(try demo(path).status == 0)
      }
    }
  }

  private func demo(_ path: String) throws -> Invocation {
    let folder = try TemporaryFolder()
    let drawing = folder.path("drawing.svg")
    let result = try run(
      "demo --participants 2 --seconds 0 --algorithms x-wing --reproducible --qkd-key \(path) "
        + "--svg \(drawing)")
    let names = (try? String(contentsOfFile: drawing, encoding: .utf8)) ?? ""
    return Invocation(
      status: result.status, outputBytes: result.outputBytes + Data(names.utf8),
      errorBytes: result.errorBytes, wasKilled: result.wasKilled)
  }
}

private func + (places: StrideTo<Int>, more: [Int]) -> [Int] { Array(places) + more }
