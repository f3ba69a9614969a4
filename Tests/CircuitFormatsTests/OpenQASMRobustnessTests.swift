import Foundation
import QSim
import TestSupport
import Testing

/// Texts that are cut off, damaged or hostile: a `Diagnostic` with a place or a circuit, soon.
struct OpenQASMRobustnessTests {
  private static let samples: [(name: String, bytes: [UInt8])] = {
    var samples: [(String, [UInt8])] = []
    for folder in ["Examples/circuits", "Tests/Fixtures/idioms"] {
      let names =
        (try? FileManager.default.contentsOfDirectory(atPath: Repository.url(folder).path)) ?? []
      for name in names.sorted() where name.hasSuffix(".qasm") {
        if let bytes = try? Repository.bytes("\(folder)/\(name)") { samples.append((name, bytes)) }
      }
    }
    return samples
  }()

  private static let inputs: InputValues = [
    "theta": 0.5, "gamma": 0.5, "beta": 0.5, "error_at": 1, "prepare": 1, "phi": 0.2,
  ]

  /// Reads, and checks that an error has a place in the text.
  private static func check(_ bytes: [UInt8], _ format: CircuitFormat, _ name: String) {
    let start = ContinuousClock.now
    do {
      _ = try CircuitFile.parse(bytes, format: format, inputs: inputs)
    } catch {
      #expect(error.range != nil, "\(name): \(error.message)")
      let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
      #expect((error.range?.line ?? 1) <= lines, "\(name)")
    }
    #expect(start.duration(to: .now) < .seconds(20), "\(name)")
  }

  @Test func `there are samples`() { #expect(Self.samples.count > 30) }

  @Test func `every beginning of a text is handled`() {
    for (name, bytes) in Self.samples {
      let format = CircuitFormat.detect(fileName: name, source: bytes)
      for length in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 300)) {
        Self.check(Array(bytes.prefix(length)), format, "\(name) cut at \(length)")
      }
    }
  }

  @Test func `damaged texts are handled`() {
    forAll(21, count: 30) { rng in
      for (name, bytes) in Self.samples {
        let format = CircuitFormat.detect(fileName: name, source: bytes)
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...4, using: &rng) {
          let place = Int.random(in: 0..<damaged.count, using: &rng)
          switch Int.random(in: 0..<4, using: &rng) {
          case 0: damaged[place] = UInt8.random(in: 0...255, using: &rng)
          case 1: damaged.remove(at: place)
          case 2:
            damaged.insert(
              Array("(){}[];,:@\"0123456789-/*=".utf8).randomElement(using: &rng)!, at: place)
          default:
            let other = Int.random(in: 0..<damaged.count, using: &rng)
            damaged.swapAt(place, other)
          }
        }
        Self.check(damaged, format, name)
      }
    }
  }

  static let hostile: [(name: String, version: Int, text: String)] = {
    let h3 = "OPENQASM 3.0; include \"stdgates.inc\"; qubit[4] q; bit[4] c; "
    let h2 = "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[4]; creg c[4]; "
    func many(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
    var bomb2 = "gate g0 a { x a; x a; } "
    for k in 1..<60 { bomb2 += "gate g\(k) a { g\(k - 1) a; g\(k - 1) a; } " }
    var chain = "gate g0 a { x a; } "
    for k in 1..<2000 { chain += "gate g\(k) a { g\(k - 1) a; } " }
    var doubling = "gate g0(t) a { rx(t) a; } "
    for k in 1..<60 { doubling += "gate g\(k)(t) a { g\(k - 1)(t + t) a; } " }
    return [
      ("parentheses", 3, h3 + "int x = " + many("(", 100_000)),
      ("closed parentheses", 3, h3 + "int x = " + many("(", 5000) + "1" + many(")", 5000) + ";"),
      ("signs", 3, h3 + "int x = " + many("-", 100_000) + "1;"),
      ("powers", 3, h3 + "int x = " + many("1**", 100_000) + "1;"),
      ("sum", 3, h3 + "int x = 1" + many("+1", 200_000) + ";"),
      ("running sum", 3, h3 + "int x = c[0]" + many("+c[1]", 100_000) + ";"),
      ("product of sums", 3, h3 + "int x = 1" + many("*1+1", 100_000) + ";"),
      ("comparisons", 3, h3 + "bool x = 1" + many("<1==1&1|1&&1", 20_000) + ";"),
      ("blocks", 3, h3 + many("{", 100_000)),
      ("ifs", 3, h3 + many("if (c[0]) ", 100_000) + "x q[0];"),
      ("elses", 3, h3 + many("if (c[0]) x q[0]; else ", 100_000) + "x q[0];"),
      ("fors", 3, h3 + many("for int i in [0:1] ", 150) + "x q[0];"),
      (
        "running fors", 3,
        h3 + many("for int i in [0:1] { if (c[0]) break; ", 60) + "x q[0];" + many("}", 60)
      ),
      ("long loop", 3, h3 + "for int i in [0:1000000000000] x q[0];"),
      ("nested loops", 3, h3 + many("for int i in [0:9999] ", 4) + "{ int y = i; }"),
      ("endless loop", 3, h3 + "int i = 0; while (i >= 0) { i = 1; }"),
      ("indices", 3, h3 + "x q" + many("[0:3]", 100_000) + ";"),
      ("modifiers", 3, h3 + many("inv @ ", 100_000) + "x q[0];"),
      ("powers of powers", 3, h3 + "gate g a { x a; h a; } pow(1e15) @ g q[0];"),
      ("huge power", 3, h3 + "pow(1e300) @ h q[0]; pow(0.3) @ h q[0]; pow(99999999) @ sx q[1];"),
      ("gate bomb", 2, h2 + bomb2 + "g59 q[0];"),
      (
        "gate bomb under control", 3,
        h3 + bomb2.replacing("gate g0", with: "gate g0") + "ctrl @ g59 q[0], q[1];"
      ),
      ("gate chain", 2, h2 + chain + "g1999 q[0];"),
      ("doubling", 3, h3 + doubling + "g59(c) q[0];"),
      ("call bomb", 3, h3 + "def f(int n) { if (n > 0) { f(n - 1); f(n - 1); } } f(60);"),
      ("call chain", 3, h3 + "def f(int n) { f(n + 1); } f(0);"),
      (
        "early returns", 3,
        h3 + "def f(int n) -> int { if (c[0]) { return 1; } return f(n + 1); } int x = f(0);"
      ),
      ("large array", 3, h3 + "array[int, 1000, 1000, 1000] a;"),
      ("large set", 3, h3 + "for int i in {" + many("1,", 100_000) + "} x q[0];"),
      ("digits", 3, h3 + "int x = " + many("9", 1_000_000) + ";"),
      ("digits of an index", 2, h2 + "x q[" + many("9", 100_000) + "];"),
      ("wide number", 2, h2 + "if (c == " + many("9", 4000) + ") x q[0];"),
      ("exponent", 2, h2 + "rz(1e999999) q[0];"),
      ("line", 2, h2 + many(" ", 1_000_000) + "§"),
      ("annotations", 3, h3 + many("@a b\n", 100_000)),
      ("registers", 2, h2 + (0..<20_000).map { "qreg r\($0)[1];" }.joined()),
      (
        "aliases", 3,
        h3 + "qubit[16000000] r; let a = r[0:2:15999999]; let b = a ++ a ++ a ++ a; x b;"
      ),
      ("broadcast", 3, h3 + "qubit[16777000] r; U(1, 2, 3) r;"),
      (
        "cases", 3,
        h3 + "switch (c) { " + (0..<100).map { "case \($0) { x q[0]; } " }.joined() + "}"
      ),
      (
        "many cases", 3,
        h3 + "switch (c) { " + (0..<5000).map { "case \($0) { x q[0]; } " }.joined() + "}"
      ),
      ("negative shift", 3, h3 + "int x = 1 << -1;"),
      (
        "least integer", 3,
        h3
          + "int x = -9223372036854775807 - 1; int y = x / -1; int z = x % -1; x = -x; uint u = x; for int i in [9223372036854775806:9223372036854775807] { y = i; }"
      ),
      ("register widths", 3, h3 + "bit[268435455] w; bit[2] v;"),
      ("empty", 3, ""), ("only a comment", 2, "//"), ("half a version", 3, "OPENQASM"),
      ("nul", 3, "\u{0}"), ("string", 3, h3 + "include \"" + many("a", 100_000)),
    ]
  }()

  @Test(arguments: hostile.indices) func `hostile texts are handled`(_ index: Int) {
    let (name, version, text) = Self.hostile[index]
    Self.check(Array(text.utf8), version == 3 ? .openQASM3 : .openQASM2, name)
  }

  @Test func `long sums are read`() throws {
    let sum = "1" + String(repeating: " + 1", count: 9999)
    #expect(listing(try read("qubit q; rz(\(sum)) q;").circuit) == "rz(10000.0) 0")
  }

  @Test func `bytes that are not UTF-8 have a place`() {
    for (bytes, column) in [
      ([0xff], 1), ([0x20, 0xc3, 0x28], 2), ([0x2f, 0x2f, 0xed, 0xa0, 0x80], 3),
    ] as [([UInt8], Int)] {
      let error = #expect(throws: Diagnostic.self) {
        try CircuitFile.parse(bytes, format: .openQASM3)
      }
      #expect(error?.range?.column == column)
      #expect(error?.code == "encoding")
    }
  }

  @Test func `columns count scalars`() {
    let error = #expect(throws: Diagnostic.self) {
      try CircuitFile.parse("OPENQASM 3.0; /* äöü */ int θ = π + ψ;", format: .openQASM3)
    }
    #expect(error?.range == SourceRange(line: 1, column: 37))
  }

  @Test func `texts are told apart`() {
    for (text, format) in [
      ("OPENQASM 2.0;", .openQASM2), ("// c\nOPENQASM 3.1;", .openQASM3),
      ("qreg q[1];", .openQASM2),
      ("include \"qelib1.inc\";", .openQASM2), ("qubit q;", .openQASM3), ("H 0\nM 0", .stim),
      ("", .stim),
    ] as [(String, CircuitFormat)] {
      #expect(CircuitFormat.detect(fileName: "-", source: Array(text.utf8)) == format, "\(text)")
    }
  }
}
