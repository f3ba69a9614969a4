import Foundation
import TestSupport
import Testing

/// What commands do to files that are there.
struct FileSafetyTests {
  // MARK: Inputs that are outputs

  struct Case: Sendable, CustomTestStringConvertible {
    let line: String
    let files: [String: String]
    var testDescription: String { line }
  }

  private static let circuit = "R 0\nX_ERROR(0.1) 0\nM 0\nDETECTOR rec[-1]\n"
  private static let model = "error(0.1) D0 L0\n"

  static let cases = [
    Case(line: "convert --in a --out a --bits_per_shot 2 --out_format b8", files: ["a": "01\n"]),
    Case(line: "convert --in a --out b --bits_per_shot 2", files: ["a": "01\n"]),
    Case(line: "convert a a --to qasm3", files: ["a": "H 0\nM 0\n"]),
    Case(
      line: "convert --in c --out ./c --circuit a --types M --obs_out a",
      files: ["a": circuit, "c": "0\n"]),
    Case(line: "decode --dem m --in a --out a", files: ["m": model, "a": "1\n"]),
    Case(line: "decode --dem m --in a --out m", files: ["m": model, "a": "1\n"]),
    Case(line: "decode --dem m --in a --weights-out a", files: ["m": model, "a": "1\n"]),
    Case(
      line: "decode --dem m --in a --obs-in o --out o", files: ["m": model, "a": "1\n", "o": "1\n"]),
    Case(line: "m2d --circuit c --in a --out a", files: ["c": circuit, "a": "1\n"]),
    Case(line: "m2d --circuit c --in a --out c", files: ["c": circuit, "a": "1\n"]),
    Case(
      line: "sample_dem --in m --replay_err_in a --out a", files: ["m": model, "a": "1\n"]),
    Case(line: "sample --in c --out c --seed 1", files: ["c": circuit]),
    Case(line: "detect --in c --out c --seed 1", files: ["c": circuit]),
    Case(line: "analyze_errors --in c --out c", files: ["c": circuit]),
    Case(line: "noise c --model readout --out c", files: ["c": circuit]),
    Case(line: "draw c --out c", files: ["c": circuit]),
    Case(line: "run c --shots-out c --seed 1", files: ["c": circuit]),
    Case(line: "diagram --in c --type timeline-text --out c", files: ["c": circuit]),
    Case(
      line: "collect --circuits c --decoders union-find --max_shots 9 --out c",
      files: ["c": circuit]),
    Case(
      line: "pqc sign --algorithm ed25519 --secret s --message a --signature a",
      files: ["s": String(repeating: "s", count: 32), "a": "message"]),
    Case(
      line: "pqc sign --algorithm ed25519 --secret s --message a --signature s",
      files: ["s": String(repeating: "s", count: 32), "a": "message"]),
    Case(
      line: "pqc decaps --algorithm x25519 --secret s --ciphertext a --shared s",
      files: ["s": String(repeating: "s", count: 32), "a": String(repeating: "t", count: 32)]),
    Case(
      line: "pqc encaps --algorithm x25519 --public a --ciphertext a",
      files: ["a": String(repeating: "t", count: 32)]),
    Case(
      line: "pqc keygen --algorithm x25519 --seed-file s --secret s --force",
      files: ["s": String(repeating: "s", count: 32)]),
  ]

  @Test(arguments: cases) func `no input is written over`(test: Case) throws {
    // By its name, by a symbolic link, by a hard link.
    for kind in ["", "-s", "-f"] {
      let folder = try TemporaryFolder()
      for (name, content) in test.files { _ = try folder.write(content, to: name) }
      let last = test.line.split(separator: " ").last(where: {
        test.files.keys.contains(String($0).replacing("./", with: "")) || $0 == "b"
      })
      let output = String(try #require(last))
      var line = test.line
      let isLink = !kind.isEmpty || output == "b"
      let input = output == "b" ? "a" : output.replacing("./", with: "")
      if isLink, output != "b" {
        let place = try #require(line.ranges(of: " \(output)").last)
        line.replaceSubrange(place, with: " b")
      }
      let link = isLink ? "ln \(kind == "-f" ? "" : kind) \(input) b; " : ""
      let result = try QSimProcess.shell("cd '\(folder.url.path)'; \(link)qsim \(line)")
      // A secret does not follow a symbolic link at all.
      #expect([64, 73].contains(result.status), "\(line): \(result.error)")
      #expect(!result.wasKilled && result.error.contains("qsim: error: "), "\(result.error)")
      for (name, content) in test.files {
        #expect(
          try String(contentsOfFile: folder.path(name), encoding: .utf8) == content, "\(line)")
      }
    }
  }

  @Test(arguments: [
    "detect --in c --shots 1 --seed 1 --out k --obs_out ./k",
    "sample_dem --in m --shots 1 --seed 1 --out k --err_out k",
    "decode --dem m --in a --out k --weights-out k",
    "pqc keygen --algorithm x25519 --public k --secret k",
    "pqc keygen --algorithm x25519 --public k --secret ./k",
    "pqc encaps --algorithm x25519 --public p --ciphertext k --shared l",
  ]) func `two outputs are two files`(line: String) throws {
    let folder = try TemporaryFolder()
    let files = [
      "c": Self.circuit, "m": Self.model, "a": "1\n", "p": String(repeating: "t", count: 32),
    ]
    for (name, content) in files { _ = try folder.write(content, to: name) }
    let prepare = line.contains("l") && line.hasSuffix(" l") ? "ln -s k l; " : ""
    let result = try QSimProcess.shell("cd '\(folder.url.path)'; \(prepare)qsim \(line)")
    #expect([64, 73].contains(result.status), "\(result.error)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(!names.contains("k"), "\(names)")
  }

  @Test func `redirections are seen through`() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("01\n", to: "a")
    let convert = "qsim convert --bits_per_shot 2"
    for line in [
      "\(convert) --out a < a", "\(convert) --in a >> a", "cat a | \(convert) --out a >> a",
    ] {
      let result = try QSimProcess.shell("cd '\(folder.url.path)'; \(line)")
      #expect(result.status == 64, "\(line): \(result.error)")
      #expect(try String(contentsOfFile: folder.path("a"), encoding: .utf8) == "01\n")
    }
    let others = try QSimProcess.shell(
      "cd '\(folder.url.path)'; \(convert) --in a --out /dev/stdout > o; "
        + "\(convert) --in a --out /dev/fd/5 5> p; \(convert) --in a --out /dev/null; echo $?")
    #expect(others.output == "0\n", "\(others.error)")
    for name in ["o", "p"] {
      #expect(try String(contentsOfFile: folder.path(name), encoding: .utf8) == "01\n")
    }
  }

  // MARK: Old files

  @Test(arguments: [
    "sample --in bad --out old", "convert --in short --bits_per_shot 2 --out old",
    "decode --dem m --in short --out old", "m2d --circuit c --in short --out old",
    "convert --in many --bits_per_shot 2 --out old",
  ]) func `an old file stays when a command fails`(line: String) throws {
    let folder = try TemporaryFolder()
    let files = [
      "old": "precious\n", "bad": "FROB\n", "c": Self.circuit, "m": Self.model, "short": "1x\n",
      "many": String(repeating: "01\n", count: 100_000),
    ]
    for (name, content) in files { _ = try folder.write(content, to: name) }
    // The many shots do not fit into 16 blocks of 1 KiB.
    let result = try QSimProcess.shell("cd '\(folder.url.path)'; ulimit -f 16; qsim \(line)")
    #expect(result.status == (line.contains("many") ? 74 : 65), "\(result.error)")
    #expect(!result.wasKilled)
    #expect(try String(contentsOfFile: folder.path("old"), encoding: .utf8) == "precious\n")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(Set(names) == Set(files.keys), "\(names)")
  }

  @Test func `an interrupt leaves nothing but the old file`() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write("precious\n", to: "old")
    let qubits = (0..<12).map(String.init).joined(separator: " ")
    _ = try folder.write("REPEAT 1000000 {\n H \(qubits)\n M \(qubits)\n}\n", to: "long")
    for signal in ["INT", "KILL"] {
      let result = try QSimProcess.shell(
        "cd '\(folder.url.path)'; set -m; qsim sample --in long --shots 1000000 --seed 1 --out old & "
          + "pid=$!; sleep 0.4; kill -\(signal) $pid; wait $pid; echo $?; ls -A")
      #expect(result.output == (signal == "INT" ? "130" : "137") + "\nlong\nold\n")
      #expect(try String(contentsOfFile: folder.path("old"), encoding: .utf8) == "precious\n")
    }
  }

  @Test func `a file that is replaced keeps its mode and its links`() throws {
    let folder = try TemporaryFolder()
    let result = try QSimProcess.shell(
      """
      cd '\(folder.url.path)'; echo old > a; chmod 640 a; ln -s a l; ln -s nothing d; umask 027
      for out in a l d n; do qsim gen --code repetition_code --task memory --distance 3 --rounds 2 --out $out || exit; done
      stat -c '%a %F %n' a l d n nothing; readlink l d; mkfifo f; cat f > g & qsim convert n f --to stim; wait
      qsim convert n - --to stim | cmp - g && cmp a nothing && echo same
      """)
    #expect(
      result.output == """
        640 regular file a
        777 symbolic link l
        777 symbolic link d
        640 regular file n
        640 regular file nothing
        a
        nothing
        same

        """, "\(result.error)")
  }

  @Test func `messages never go into data`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("out")
    let result = try QSimProcess.shell(
      "printf 'H 0\\nM 0\\n' | qsim sample --shots 4 --out '\(path)' 2>&-; echo $?")
    #expect(result.output == "0\n")
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == 8)
    let closed = try QSimProcess.shell("qsim catalog gates >&-; echo $?; qsim run - <&-; echo $?")
    #expect(closed.output == "74\n66\n", "\(closed.error)")
  }

  // MARK: Secrets

  @Test func `a secret key replaces nothing and follows no link`() throws {
    let files = try PQCCommandTests.Files()
    try files.put("precious".utf8, "sk")
    let make = "keygen --algorithm x25519 --public @pk --secret @sk"
    let refused = try files.run(make)
    #expect(refused.status == 73 && refused.error.contains("--force"), "\(refused.error)")
    #expect(try files.bytes("sk") == Data("precious".utf8))
    #expect(!FileManager.default.fileExists(atPath: files.path("pk")))
    #expect(try files.run(make + " --force").status == 0)
    #expect(try files.bytes("sk").count == 32 && files.mode("sk") == 0o600)
    for target in ["sk", "nothing"] {
      try FileManager.default.createSymbolicLink(
        atPath: files.path("link\(target)"), withDestinationPath: files.path(target))
      for more in ["", " --force"] {
        let result = try files.run(
          "keygen --algorithm x25519 --public @pk --secret @link\(target)\(more)")
        #expect(result.status == 73 && result.error.contains("symbolic link"), "\(result.error)")
      }
    }
    #expect(!FileManager.default.fileExists(atPath: files.path("nothing")))
  }

  /// A folder where a secret key or a shared secret is to go, and what is run there.
  private static let secretLines = [
    "keygen --algorithm x25519 --public pk --secret out --force",
    "encaps --algorithm x25519 --public given --ciphertext ct --shared out",
    "decaps --algorithm x25519 --secret mine --ciphertext given --shared out",
  ]

  private func secretFolder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let result = try QSimProcess.shell(
      "cd '\(folder.url.path)'; qsim pqc keygen --algorithm x25519 --public given --secret mine")
    #expect(result.status == 0, "\(result.error)")
    return folder
  }

  @Test(.enabled(if: geteuid() == 0), arguments: secretLines)
  func `root gives no secret to whoever had the file before`(line: String) throws {
    let folder = try secretFolder()
    let result = try QSimProcess.shell(
      "cd '\(folder.url.path)'; echo old > out; chown 65534 out; chmod 666 out; exec 3< out; "
        + "qsim pqc \(line) > /dev/null && stat -c '%u %a %s' out; cat <&3")
    // Who has the old file open sees nothing new in it.
    #expect(result.output == "0 600 32\nold\n", "\(result.error)")
    let pipe = try QSimProcess.shell(
      "cd '\(folder.url.path)'; rm out; mkfifo out; chown 65534 out; timeout 5 qsim pqc \(line)")
    #expect(pipe.status == 73 && pipe.error.contains("a pipe of the user 65534"), "\(pipe.error)")
  }

  @Test func `a pipe of one's own takes a secret`() throws {
    let folder = try secretFolder()
    let result = try QSimProcess.shell(
      "cd '\(folder.url.path)'; mkfifo out; cat out > got & "
        + "qsim pqc \(Self.secretLines[1]) > /dev/null; wait; stat -c %s got")
    #expect(result.output == "32\n", "\(result.error)")
  }

  @Test func `a secret key replaces no file that comes while it is made`() throws {
    let folder = try TemporaryFolder()
    // The public key waits for its reader when the place of the secret one has been looked at.
    let result = try QSimProcess.shell(
      "cd '\(folder.url.path)'; mkfifo pipe; "
        + "qsim pqc keygen --algorithm x25519 --secret sk --public pipe & pid=$!; "
        + "while [ \"$(cat /proc/$pid/wchan 2> /dev/null)\" != wait_for_partner ] "
        + "&& [ $((waits += 1)) -lt 200 ]; do sleep 0.01; done; "
        + "echo precious > sk; cat pipe; wait $pid; echo $?; cat sk; ls -A")
    #expect(result.output == "73\nprecious\npipe\nsk\n", "\(result.output)")
    #expect(result.error.contains("exists") && result.error.contains("--force"))
  }

  @Test(arguments: ["a", "\u{e9}", "\u{20ac}", "\u{1f600}"])
  func `a file with a name as long as may be is replaced`(character: String) throws {
    let folder = try TemporaryFolder()
    let count = 255 / character.utf8.count
    let name = String(repeating: character, count: count)
    let line = "qsim gen --code repetition_code --task memory --distance 3 --rounds 2 --out"
    let result = try QSimProcess.shell(
      "cd '\(folder.url.path)'; for turn in 1 2 3; do \(line) \(name) || exit; done; ls -A | wc -l")
    #expect(result.output == "1\n", "\(result.error)")
    let secret = try QSimProcess.shell(
      "cd '\(folder.url.path)'; qsim pqc keygen --algorithm x25519 --secret \(name) --force "
        + "> /dev/null && ls -A | wc -l")
    #expect(secret.output == "1\n", "\(secret.error)")
  }

  @Test func `a secret that others can read is told of`() throws {
    let files = try PQCCommandTests.Files()
    _ = try files.run("keygen --algorithm ed25519 --public @pk --secret @sk")
    for (mode, message) in [(0o600, nil), (0o640, "read by others"), (0o602, "changed by others")] {
      try FileManager.default.setAttributes(
        [.posixPermissions: mode], ofItemAtPath: files.path("sk"))
      let result = try files.run(
        "sign --algorithm ed25519 --secret @sk --message /dev/null --signature /dev/null")
      #expect(result.status == 0)
      #expect(message.map(result.error.contains) ?? result.error.isEmpty, "\(result.error)")
      #expect(message == nil || result.error.contains("chmod 600"), "\(result.error)")
    }
  }

  /// Its mode is not the reader's to change, and does not bind the owner.
  @Test(.enabled(if: geteuid() == 0))
  func `a secret of another user is told of with what helps`() throws {
    let folder = try secretFolder()
    let result = try QSimProcess.shell(
      "cd '\(folder.url.path)'; chown 65534 mine; mv mine 'my key'; "
        + "qsim pqc decaps --algorithm x25519 --secret 'my key' --ciphertext given")
    #expect(result.error.contains("belongs to the user 65534"), "\(result.error)")
    #expect(result.error.contains("install -m 600 'my key' COPY"), "\(result.error)")
  }
}
