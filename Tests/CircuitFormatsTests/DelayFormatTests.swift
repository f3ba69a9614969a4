import QSim
import TestSupport
import Testing

struct DelayFormatTests {
  @Test(arguments: [
    ("delay[100ns] q[0];", "delay(100.0) 0"), ("delay[2.5us] q;", "delay(2500.0) 0 1"),
    ("delay[3\u{b5}s] q[1];", "delay(3000.0) 1"), ("delay[3\u{3bc}s] q[1];", "delay(3000.0) 1"),
    ("delay[3 ms] q[1];", "delay(3000000.0) 1"), ("delay[1ms] q[1], q[0];", "delay(1000000.0) 1 0"),
    ("delay[2s] q[0];", "delay(2000000000.0) 0"), ("delay[0ns] q;", "delay(0.0) 0 1"),
    ("delay[1e2ns];", "delay(100.0) 0 1"), ("delay[.5ns] q[0];", "delay(0.5) 0"),
    ("const duration t = 1us; delay[t * 3] q[0];", "delay(3000.0) 0"),
    ("duration t = 1us; t = t - 200ns; delay[t] q[0];", "delay(800.0) 0"),
    ("duration t = 1us; t *= 2; delay[-(-t) / 4] q[0];", "delay(500.0) 0"),
    ("for duration t in {1ns, 2ns} { delay[t] q[0]; }", "delay(1.0) 0; delay(2.0) 0"),
    ("array[duration, 2] t = {1ns, 5ns}; delay[t[1]] q[0];", "delay(5.0) 0"),
    ("if (1us > 999ns && 2us / 1us == 2) { delay[1ns] q[0]; }", "delay(1.0) 0"),
    ("float f = 1.5; delay[f * 1ns] q[0];", "delay(1.5) 0"),
    ("gate g a { delay[7ns] a; } inv @ g q[1]; ctrl @ g q[0], q[1];", "delay(7.0) 1; delay(7.0) 1"),
    ("gate g a { x a; delay[7ns] a; } pow(2) @ g q[1];", "X 1; delay(7.0) 1; X 1; delay(7.0) 1"),
    ("box[1us] { delay[7ns] q[0]; }", "delay(7.0) 0"),
    // Without operands all qubits of the gate or subroutine wait, not all of the program.
    ("gate g a { delay[7ns]; x a; } g q[1];", "delay(7.0) 1; X 1"),
    (
      "gate g a { delay[7ns]; } gate h2 a, b { g a; delay[1ns]; } h2 q[1], q[0];",
      "delay(7.0) 1; delay(1.0) 1 0"
    ),
    ("gate g a { delay[7ns]; } ctrl @ g q[0], q[1]; inv @ g q[0];", "delay(7.0) 1; delay(7.0) 0"),
    ("gate g a { delay[7ns]; } g q;", "delay(7.0) 0; delay(7.0) 1"),
    ("gate g a { barrier; x a; } g q[1];", "barrier 1; X 1"),
    ("def f(qubit a) { delay[7ns]; barrier; } f(q[1]);", "delay(7.0) 1; barrier 1"),
    ("def f(qubit[2] a) { delay[7ns]; } f(q);", "delay(7.0) 0 1"),
    ("def f(int n) { delay[7ns]; barrier; } f(3); x q[0];", "X 0"),
    ("def f(qubit a) { x a; } f(q[1]); delay[1ns]; barrier;", "X 1; delay(1.0) 0 1; barrier"),
  ])
  func `a delay is an instruction with a time`(_ body: String, _ expected: String) throws {
    #expect(listing(try read("qubit[2] q; " + body).circuit) == expected)
  }

  @Test(arguments: [
    ("delay[-1ns] q[0];", "less than none"), ("delay[100] q[0];", "a delay is a time"),
    ("delay[1ns] q[0], q[0];", "twice"), ("rx(100ns) q[0];", "expected a number"),
    ("delay[2 + 1ns] q[0];", "does not take"), ("delay[1ns] c;", "unknown qubit"),
    ("duration t = 5; delay[t] q[0];", "does not convert"),
    ("int i = 5ns;", "number"), ("delay[1e308s] q[0];", "too long"),
    ("delay[1ns * 2ns] q[0];", "does not take"),
    ("gate g a { delay[1ns] a; } pow(0.5) @ g q[0];", "delay"),
  ])
  func `a time that is none is refused at its place`(
    _ body: String, _ message: String
  ) throws {
    let error = try #require(throws: Diagnostic.self) { try read("qubit[2] q; " + body) }
    #expect(error.message.contains(message), "\(error.message)")
    #expect(error.range != nil)
  }

  @Test func `times in steps of the device are noted and left out`() throws {
    let file = try read("qubit q; duration t = 10dt; delay[t] q; delay[160dt] q; x q;")
    #expect(listing(file.circuit) == "X 0")
    #expect(file.warnings.map(\.code) == ["ignored"])
    #expect(file.warnings[0].message.contains("dt"))
  }

  @Test func `a delay is written in every language and read back where there is a word for it`()
    throws
  {
    let circuit = try read(
      "qubit[2] q; bit c; h q[0]; delay[2.5us] q[0]; delay[100ns] q; if (c) { delay[1s] q[1]; } c = measure q[0];"
    ).circuit
    let text = try circuit.text(as: .openQASM3)
    #expect(text.contains("delay[2.5us] q[0];\ndelay[100ns] q;"))
    #expect(text.contains("  delay[1s] q[1];"))
    #expect(try CircuitFile.parse(text, format: .openQASM3).circuit == circuit)
    let old = try circuit.text(as: .openQASM2)
    #expect(old.contains("\n// delay[2.5us] q[0];\n"))
    #expect(try CircuitFile.parse(old, format: .openQASM2).circuit.gateCount == circuit.gateCount)
    let plain = try read("qubit[2] q; h q[0]; delay[2.5us] q[0]; delay[100ns] q;").circuit
    let stim = try plain.text(as: .stim)
    #expect(stim == "H 0\nI[DELAY(ns=2500)] 0\nI[DELAY(ns=100)] 0 1\n")
    let again = try CircuitFile.parse(stim, format: .stim).circuit
    #expect(listing(again) == listing(plain))
    #expect(try again.text(as: .stim) == stim)
  }

  @Test func `a delay is drawn on every wire that waits`() throws {
    let circuit = try read("qubit[2] q; delay[100us] q; delay[0.25us] q[1];").circuit
    let drawing = CircuitDrawing.text(circuit)
    #expect(drawing.split(separator: "DELAY(100us)").count == 3)
    #expect(drawing.contains("DELAY(250ns)"))
    #expect(CircuitDrawing.svg(circuit).contains("DELAY(100us)"))
    #expect(CircuitDrawing.text(circuit, ascii: true).utf8.allSatisfy { $0 < 128 })
  }

  @Test(arguments: [0, 1, 0.1, 35, 999.5, 1e3, 123_456, 1e6, 2.5e9, 1.0 / 3, 1e-9, 7e17])
  func `times are written so that they read back as themselves`(_ time: Double) throws {
    var circuit = Circuit(qubitCount: 1)
    circuit.append(.delay, [time], 0)
    let again = try CircuitFile.parse(try circuit.text(as: .openQASM3), format: .openQASM3).circuit
    #expect(listing(again) == listing(circuit))
    guard case .instruction(let instruction)? = again.nodes().first else {
      Issue.record("no delay of \(time)")
      return
    }
    #expect(again.arguments(of: instruction).first == time)
  }
}
