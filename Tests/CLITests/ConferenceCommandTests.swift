import Foundation
import TestSupport
import Testing

/// `qsim pqc demo`, `listen` and `connect`.
struct ConferenceCommandTests {
  private static func rows(_ json: JSONObject, _ key: String) -> [[String: Any]] {
    json[key] as? [[String: Any]] ?? []
  }

  @Test(arguments: [2, 3, 5]) func `a conference is held and every attack on it refused`(
    count: Int
  ) throws {
    let result = try QSimProcess.run([
      "pqc", "demo", "--participants", "\(count)", "--seconds", "1", "--json",
    ])
    #expect(result.status == 0, "\(result.error)")
    let json = try JSONObject(result.output)
    #expect(json["pairs"] as? Int == count * (count - 1) / 2)
    #expect(json["frames_sent"] as? Int == count * 80)
    #expect(json["recorded_frames_readable"] as? Int == 0)
    let opened = try #require(json["frames_opened"] as? Int)
    let lost = try #require(json["frames_lost"] as? Int)
    // Of every 25 frames of a sender the relay loses the twelfth.
    #expect(lost == count * (count - 1) * 3)
    #expect(opened + lost == count * (count - 1) * 80)
    let attacks = Self.rows(json, "attacks")
    #expect(attacks.count == 8)
    for attack in attacks {
      let attempts = try #require(attack["attempts"] as? Int)
      #expect(attempts > 0 && attack["refused"] as? Int == attempts, "\(attack)")
    }
    let reasons = Set(attacks.compactMap { $0["because"] as? String })
    #expect(reasons.count == attacks.count)
    #expect((json["timing"] as? [String: Any])?["exchange_s"] != nil)
  }

  @Test func `what does not differ by nature is the same each time`() throws {
    let arguments = ["pqc", "demo", "--seconds", "0.5", "--reproducible"]
    for extra in [[], ["--json"]] {
      let (one, other) = (
        try QSimProcess.run(arguments + extra), try QSimProcess.run(arguments + extra)
      )
      #expect(one.status == 0 && one.outputBytes == other.outputBytes)
      #expect(!one.output.contains("fingerprint"))
    }
    let full = try QSimProcess.run(["pqc", "demo", "--seconds", "0"])
    #expect(full.output.contains("first_key_fingerprint") && full.output.contains("µs"))
  }

  @Test func `keys of quantum key distribution are mixed in as far as they go`() throws {
    let folder = try TemporaryFolder()
    let drawing = folder.path("sequence.svg")
    let result = try QSimProcess.run([
      "pqc", "demo", "--participants", "4", "--seconds", "0", "--qkd-key", "Examples/keys/qkd.json",
      "--algorithms", "x-wing,p-256", "--svg", drawing, "--json",
    ])
    #expect(result.status == 0, "\(result.error)")
    let json = try JSONObject(result.output)
    #expect(json["pairs_with_qkd_key"] as? Int == 3)
    #expect((json["warnings"] as? [String])?.first?.contains("3 keys for 6 pairs") == true)
    let text = try String(contentsOfFile: drawing, encoding: .utf8)
    for word in [
      "<svg", "X-Wing", "bc490419-7d60-487f-adc1-4ddcc177c139", "Alice", "Relay", "hello",
    ] {
      #expect(text.contains(word), "\(word)")
    }
    // The first key of the file in base64 and in hexadecimal.
    for secret in ["wHHVxRwDJs3", "c071d5c51c0326cd"] {
      #expect(!text.contains(secret) && !result.output.contains(secret))
    }
  }

  @Test(arguments: [
    ("demo --algorithms x25519", 64, "quantum"), ("demo --algorithms ml-kem-767", 64, "ml-kem-768"),
    ("demo --algorithms ml-dsa-65", 64, "not for exchanging keys"),
    ("demo --algorithms ml-kem-768,ml-kem-768", 64, "twice"),
    ("demo --participants 1", 64, "2...8"), ("demo --participants 9", 64, "2...8"),
    ("demo --seconds nan", 64, "0...60"), ("demo --csv", 64, "three"),
    ("demo --qkd-key missing.json", 66, "missing.json"),
    ("demo --svg /no/such/folder/file.svg", 73, "/no/such/folder"),
    ("listen --port 70000", 64, "65535"), ("listen --host 192.0.2.1", 69, "192.0.2.1:4460"),
    ("connect --port 1 --timeout 0.2", 69, "nobody listens"),
    ("connect --peer beef", 64, "no fingerprint"), ("connect --signing-key x", 64, "together"),
  ])
  func `what cannot be done is said`(line: String, status: Int32, message: String) throws {
    let result = try QSimProcess.run(["pqc"] + line.split(separator: " ").map(String.init))
    #expect(result.status == status && result.error.contains(message), "\(result.error)")
  }

  @Test(arguments: [
    ("", "15"), ("short", "15"), ("{\"keys\": []}", "no keys"),
    ("{\"keys\": [{\"key_ID\": \"a\", \"key\": \"%%%%\"}]}", "base64"),
    ("{\"keys\": [{\"key_ID\": \"a b\", \"key\": \"wHHVxRwDJs3/bXd38GHP3g==\"}]}", "name of a key"),
    ("{\"keys\": [{\"key_ID\": \"a\", \"key\": \"AAAA\"}]}", "3 bytes"),
    (
      "{\"keys\": [{\"key_ID\": \"a\", \"key\": \"wHHVxRwDJs3/bXd38GHP3g==\"},"
        + " {\"key_ID\": \"a\", \"key\": \"wHHVxRwDJs3/bXd38GHP3g==\"}]}", "two keys"
    ),
  ])
  func `files without usable keys are refused`(content: String, message: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("key")
    try Data(content.utf8).write(to: URL(fileURLWithPath: path))
    let result = try QSimProcess.run(["pqc", "demo", "--seconds", "0", "--qkd-key", path])
    #expect(result.status == 65, "\(result.error)")
    #expect(result.error.contains(path))
    if message != "15" { #expect(result.error.contains(message), "\(result.error)") }
  }

  /// Runs both ends; a port of its own for each test.
  private static func connection(
    _ port: Int, listen: String, connect: String, patience: Int = 20, in folder: String
  ) throws -> (status: String, listener: String, connector: String, errors: String) {
    let result = try QSimProcess.shell(
      """
      qsim pqc listen --port \(port) --timeout \(patience) \(listen) > \(folder)/l 2> \(folder)/le & l=$!
      qsim pqc connect --port \(port) --timeout 20 \(connect) > \(folder)/c 2> \(folder)/ce; c=$?
      wait $l; echo $? $c
      """)
    func text(_ name: String) -> String {
      (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)) ?? ""
    }
    return (
      result.output.split(separator: "\n").last.map(String.init) ?? "", text("l"), text("c"),
      text("le") + text("ce")
    )
  }

  @Test func `two processes have one key and open each other's frames`() throws {
    let folder = try TemporaryFolder()
    let psk = folder.path("psk")
    try Data((0..<32).map { UInt8($0) }).write(to: URL(fileURLWithPath: psk))
    let run = try Self.connection(
      4471, listen: "--psk \(psk) --seconds 1 --json --out \(folder.path("one"))",
      connect: "--psk \(psk) --seconds 2 --json --out \(folder.path("other"))",
      in: folder.url.path)
    #expect(run.status == "0 0", "\(run.errors)")
    let (listener, connector) = (try JSONObject(run.listener), try JSONObject(run.connector))
    for key in ["key_id", "key_fingerprint", "preshared_key", "algorithms"] {
      #expect(
        listener[key] as? String != nil && listener[key] as? String == connector[key] as? String)
    }
    #expect(listener["peer_fingerprint"] as? String == connector["own_fingerprint"] as? String)
    #expect(listener["frames_opened"] as? Int == 160 && connector["frames_opened"] as? Int == 80)
    #expect(listener["bytes_sent"] as? Int == connector["bytes_received"] as? Int)
    let keys = try ["one", "other"].map {
      try Data(contentsOf: URL(fileURLWithPath: folder.path($0)))
    }
    #expect(keys[0] == keys[1] && keys[0].count == 32)
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path("one"))
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
  }

  @Test func `ends that do not agree part, each with the reason it has`() throws {
    let folder = try TemporaryFolder()
    let algorithms = try Self.connection(
      4472, listen: "--algorithms ml-kem-1024", connect: "--algorithms ml-kem-768",
      patience: 2, in: folder.url.path)
    #expect(algorithms.status == "1 1")
    #expect(algorithms.errors.contains("downgrade") && algorithms.errors.contains("refused"))
    let stranger = String(repeating: "00", count: 16)
    let peers = try Self.connection(
      4473, listen: "--peer \(stranger)", connect: "", patience: 2, in: folder.url.path)
    #expect(peers.status == "1 1" && peers.errors.contains("unknown identity"), "\(peers.errors)")
    let files = ["a", "b"].map { folder.path($0) }
    for (index, file) in files.enumerated() {
      try Data(repeating: UInt8(index), count: 32).write(to: URL(fileURLWithPath: file))
    }
    let keys = try Self.connection(
      4474, listen: "--psk \(files[0])", connect: "--psk \(files[1])", patience: 2,
      in: folder.url.path)
    #expect(keys.status == "1 1" && keys.errors.contains("unknown pre-shared key"))
  }

  /// With few files that may be open, fewer strangers are served at once.
  @Test(arguments: [(4477, 1024), (4480, 24), (4481, 18)])
  func `strangers do not keep the peer away`(port: Int, files: Int) throws {
    let folder = try TemporaryFolder()
    let script = """
      import socket, sys, time
      def connect():
          for _ in range(400):
              try:
                  return socket.create_connection(("127.0.0.1", \(port)), timeout=10)
              except OSError:
                  time.sleep(0.05)
          sys.exit("nobody listens")
      silent = [connect() for _ in range(70)]
      for text in [b"GET / HTTP/1.0\\r\\n\\r\\n", b"\\x02\\x01\\0\\0\\0\\0", b"\\x01\\x01\\0\\0\\xff\\xff"]:
          noisy = connect()
          noisy.sendall(text)
          noisy.recv(100)
      connect().close()
      print("strangers are there", flush=True)
      time.sleep(30)
      """
    let path = try folder.write(script, to: "strangers.py")
    let result = try QSimProcess.shell(
      """
      cd '\(folder.url.path)'
      (ulimit -n \(files); exec qsim pqc listen --port \(port) --timeout 60 --json > l 2> le) & l=$!
      python3 '\(path)' > s & s=$!
      until grep -q strangers s || ! kill -0 $s; do sleep 0.05; done
      qsim pqc connect --port \(port) --timeout 20 --json > c; echo connect $?
      wait $l; echo listen $?; kill $s; cat le
      """)
    #expect(result.output.contains("connect 0\nlisten 0\n"), "\(result.output)\(result.error)")
    #expect(result.output.contains("the handshake: closed, as the oldest of "))
    #expect(result.output.contains("as the oldest of 64 connections") == (files == 1024))
    if files == 1024 { #expect(result.output.contains("handshake: unknown type of message 71")) }
  }

  @Test func `a listener waits as long as it is told`() throws {
    let silent = try QSimProcess.run(["pqc", "listen", "--port", "4478", "--timeout", "0.3"])
    #expect(silent.status == 69)
    #expect(silent.error.contains("no peer completed the handshake within 0.3 s"))
  }

  @Test(arguments: ["listen --port 4479 --timeout 5", "demo --seconds 0", "connect --timeout 5"])
  func `too few open files are told of`(line: String) throws {
    let result = try QSimProcess.shell("ulimit -n 9; timeout 20 qsim pqc \(line); echo $?")
    #expect(result.output == "69\n" && result.error.contains("ulimit -n"), "\(result.error)")
  }

  @Test func `an identity is that of its keys`() throws {
    let folder = try TemporaryFolder()
    for algorithm in ["ml-dsa-65", "ed25519"] {
      let made = try QSimProcess.run([
        "pqc", "keygen", "--algorithm", algorithm, "--public", folder.path("\(algorithm).pk"),
        "--secret", folder.path(algorithm),
      ])
      #expect(made.status == 0, "\(made.error)")
    }
    let options =
      "--signing-key \(folder.path("ml-dsa-65")) --classical-key \(folder.path("ed25519")) --json"
    var fingerprints: Set<String> = []
    for port in [4475, 4476] {
      let run = try Self.connection(
        port, listen: options + " --name Zoë", connect: "--json", in: folder.url.path)
      #expect(run.status == "0 0", "\(run.errors)")
      let json = try JSONObject(run.connector)
      #expect(json["peer"] as? String == "Zoë")
      fingerprints.insert(try #require(json["peer_fingerprint"] as? String))
    }
    #expect(fingerprints.count == 1)
  }
}
