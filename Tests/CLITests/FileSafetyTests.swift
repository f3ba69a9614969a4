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
    }
  }
}
