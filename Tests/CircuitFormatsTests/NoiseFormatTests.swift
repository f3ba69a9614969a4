import CircuitFormats
import Foundation
import QuantumCore
import TestSupport
import Testing

struct NoiseFormatTests {
  private static func model(_ name: String) throws -> NoiseModel {
    guard case .model(let model) = try NoiseSpecification.parse(name) else {
      throw Diagnostic("not a model")
    }
    return model
  }

  private static func noisy(_ clean: String, _ model: String) throws -> String {
    let text = try Repository.text("Tests/Fixtures/Noise/\(clean).stim")
    let circuit = try CircuitFile.parse(text, format: .stim).circuit
    return try NoiseModel.applying([Self.model(model)], to: circuit).circuit.text(as: .stim)
  }

  @Test(arguments: ["rotated_memory_x_d3_r3", "unrotated_memory_x_d2_r1", "color_memory_xyz_d3_r2"])
  func `uniform noise is what Stim's generator writes`(name: String) throws {
    let expected = try Repository.text("Tests/Fixtures/Noise/\(name).uniform.stim")
    #expect(try Self.noisy(name, "uniform:p=0.001") == expected)
  }

  @Test func `si1000 is as published`() throws {
    let text = try Self.noisy("rotated_surface_z_d3_r3", "si1000:p=0.002")
    #expect(Golden.mismatch(of: text, with: "Noise/rotated_surface_z_d3_r3.si1000.stim") == nil)
  }

  @Test(arguments: NoiseModelCatalog.all.map(\.name))
  func `noise of every model is read back equal`(name: String) throws {
    let text = try Repository.text("Examples/circuits/surface_code.stim")
    let circuit = try CircuitFile.parse(text, format: .stim).circuit
    let noisy = try NoiseModel.applying([Self.model(name)], to: circuit).circuit
    let written = try noisy.text(as: .stim)
    let again = try CircuitFile.parse(written, format: .stim).circuit
    #expect(try again.text(as: .stim) == written)
  }

  @Test func `noise is refused by OpenQASM`() throws {
    var circuit = Circuit(qubitCount: 1)
    circuit.append(.amplitudeDamping, [0.1], 0)
    for format in [CircuitFormat.openQASM2, .openQASM3] {
      #expect(throws: Diagnostic.self) { try circuit.text(as: format) }
    }
  }

  // MARK: Specifications

  @Test func `specifications name a model and its settings, or a file`() throws {
    guard case .model(let model) = try NoiseSpecification.parse("thermal:t1_us=50,t2_us=7e1"),
      case .relaxation(let relaxation) = model.rules.first?.effect
    else {
      Issue.record("not a thermal model")
      return
    }
    #expect(relaxation.times == .init(t1Us: 50, t2Us: 70))
    for path in ["device.json", "folder/device", "./DEVICE.JSON"] {
      guard case .file(let found) = try NoiseSpecification.parse(path) else {
        Issue.record("not a file: \(path)")
        continue
      }
      #expect(found == path)
    }
  }

  @Test(arguments: [
    ("depolarising", "did you mean 'depolarizing'?"), ("", "lists them"),
    ("depolarizing:", "key=value"), ("depolarizing:p", "key=value"),
    ("depolarizing:p=", "key=value"), ("depolarizing:p=many", "such as p=0.001"),
    ("depolarizing:p=inf", "key=value"), ("depolarizing:p=nan", "key=value"),
    ("depolarizing:p=0.1,", "key=value"), ("depolarizing:q=0.1", "did you mean 'p'?"),
    ("pauli:pxx=0.1", "did you mean 'px'?"), (":p=1", "lists them"),
  ])
  func `specifications that are wrong have a hint`(text: String, hint: String) {
    do throws(Diagnostic) {
      _ = try NoiseSpecification.parse(text)
      Issue.record("read: \(text)")
    } catch {
      #expect(error.hint?.contains(hint) == true, "\(error)")
    }
  }

  // MARK: Files

  @Test func `a noise file holds rules of every kind`() throws {
    let model = try NoiseFile.parse(
      try Repository.bytes("Examples/noise/device.json"), name: "device.json")
    #expect(model.name == "three-qubit device")
    let circuit = try CircuitFile.parse(
      try Repository.text("Examples/circuits/ghz.qasm"), format: .openQASM2
    ).circuit
    let noisy = try NoiseModel.applying([model], to: circuit)
    #expect(noisy.firings.count == model.rules.count)
    #expect(noisy.firings.contains { $0.count > 0 })
  }

  private static func file(_ text: String) throws(Diagnostic) -> NoiseModel {
    try NoiseFile.parse(Array(text.utf8), name: "test")
  }

  @Test func `effects are read as they are written`() throws {
    func effect(_ text: String) throws -> NoiseEffect? {
      try Self.file("{\"rules\": [{\"on\": \"measurements\", \(text)}]}").rules.first?.effect
    }
    #expect(try effect("\"readout\": 0.25") == .confusion(p01: 0.25, p10: 0.25))
    #expect(
      try effect("\"readout\": {\"p10\": 0.5, \"p01\": 0.25}") == .confusion(p01: 0.25, p10: 0.5))
    #expect(try effect("\"flip_result\": 0.25") == .resultFlip(0.25))
    #expect(try effect("\"flip_error\": 0.25") == .basisFlip(0.25))
    #expect(try effect("\"depolarizing\": 0.25") == .depolarizing(0.25))
    #expect(try effect("\"mix_pair\": 0.25") == .parityMixing(0.25))
    #expect(
      try effect("\"channel\": \"heralded_erase\", \"arguments\": [0.25]")
        == .operation(.heraldedErase, [0.25]))
    #expect(
      try effect("\"channel\": \"amplitude_damping\", \"arguments\": {\"gamma\": 0.25}")
        == .operation(.amplitudeDamping, [0.25]))
    #expect(
      try effect("\"channel\": \"PAULI_CHANNEL_1\", \"arguments\": [0.25, 0, 0.5]")
        == .operation(.pauliChannel1, [0.25, 0, 0.5]))
    #expect(
      try effect("\"gate\": \"rz\", \"arguments\": [0.25]") == .operation(.rz, [0.25]))
    #expect(
      try effect("\"kraus\": [[[0, [0, -1]], [[0, 1], 0]]]")
        == .operation(.kraus1, [0, 0, 0, -1, 0, 1, 0, 0]))
  }

  @Test func `places are read as they are written`() throws {
    func place(_ text: String) throws -> NoisePlace? {
      try Self.file("{\"rules\": [{\"on\": \(text), \"depolarizing\": 0.1}]}").rules.first?.place
    }
    #expect(try place("\"two-qubit gates\"") == NoisePlace(.gate, widths: 2...2))
    #expect(try place("\"idle beside gates\"") == NoisePlace(.idle(.gates)))
    #expect(try place("\"first round\"") == NoisePlace(.round(isFirstOnly: true)))
    #expect(
      try place("{\"gates\": [\"cx\", \"CZ\", \"M\"], \"qubits\": [3]}")
        == NoisePlace(.operation, gates: [.cx, .cz, .m], qubits: [3]))
    #expect(
      try place("{\"category\": \"rotation\", \"pairs\": [[4, 2]]}")
        == NoisePlace(.operation, categories: [.rotation], pairs: [[2, 4]]))
    #expect(try place("{\"qubits\": [1]}") == NoisePlace(.gate, qubits: [1]))
    #expect(
      try place("{\"kind\": \"resets\", \"qubits\": [1]}") == NoisePlace(.reset, qubits: [1]))
  }

  @Test func `relaxation differs from qubit to qubit`() throws {
    let model = try Self.file(
      """
      {"relaxation": {"t1_us": 100, "t2_us": 80, "qubits": {"3": {"t2_us": 20, "excited": 0.5}},
        "durations_ns": {"one": 10, "more": 20, "measure": 30, "rz": 0}}}
      """)
    guard case .relaxation(let relaxation) = model.rules.first?.effect else {
      Issue.record("no relaxation")
      return
    }
    #expect(relaxation.qubitTimes == [3: .init(t1Us: 100, t2Us: 20, excited: 0.5)])
    #expect(
      relaxation.durations
        == .init(
          singleQubitNs: 10, multiQubitNs: 20, measureNs: 30, resetNs: 0, gatesNs: [.rz: 0]))
  }

  /// Texts, where they are wrong, and a part of what is said about it.
  private static let mistakes: [(text: String, line: Int, column: Int, part: String)] = [
    ("", 1, 1, "expected a value"),
    ("{", 1, 2, "expected a name"),
    ("[]", 1, 1, "is an object, not an array"),
    ("{}", 1, 1, "holds no rule"),
    ("{\"rules\": []} x", 1, 15, "expected the end"),
    ("{\"rules\": [],\n \"rules\": []}", 2, 2, "given twice"),
    ("{\"rule\": []}", 1, 2, "did you mean \"rules\"?"),
    ("{\"rules\": 3}", 1, 11, "is an array, not a number"),
    ("{\"rules\": [3]}", 1, 12, "a rule is an object"),
    ("{\"rules\": [\n  {}]}", 2, 3, "where errors happen"),
    ("{\"rules\": [{\"on\": \"gates\"}]}", 1, 12, "what happens"),
    ("{\"rules\": [{\"on\": \"gate\", \"depolarizing\": 0.1}]}", 1, 19, "did you mean \"gates\"?"),
    ("{\"rules\": [{\"on\": \"gates\", \"depolarizing\": 2}]}", 1, 44, "not 2.0"),
    ("{\"rules\": [{\"on\": \"gates\", \"depolarizing\": \"2\"}]}", 1, 44, "not a string"),
    (
      "{\"rules\": [{\"on\": \"gates\", \"depolarising\": 0.1}]}", 1, 28,
      "did you mean \"depolarizing\""
    ),
    (
      "{\"rules\": [{\"on\": \"gates\", \"depolarizing\": 0.1, \"readout\": 0.1}]}", 1, 12,
      "more than one effect"
    ),
    ("{\"rules\": [{\"on\": \"gates\", \"readout\": 0.1}]}", 1, 12, "only measurements"),
    ("{\"rules\": [{\"on\": {\"gates\": [\"cxx\"]}, \"depolarizing\": 0}]}", 1, 30, "no such gate"),
    ("{\"rules\": [{\"on\": {\"qubits\": [0.5]}, \"depolarizing\": 0}]}", 1, 31, "integer"),
    ("{\"rules\": [{\"on\": {\"qubits\": [-1]}, \"depolarizing\": 0}]}", 1, 31, "integer"),
    ("{\"rules\": [{\"on\": {\"qubits\": [1e30]}, \"depolarizing\": 0}]}", 1, 31, "integer"),
    ("{\"rules\": [{\"on\": {\"pairs\": [[1, 1]]}, \"depolarizing\": 0}]}", 1, 30, "different"),
    ("{\"rules\": [{\"on\": {\"pairs\": [[1]]}, \"depolarizing\": 0}]}", 1, 30, "two qubits"),
    ("{\"rules\": [{\"on\": {\"category\": \"x\"}, \"depolarizing\": 0}]}", 1, 32, "one of"),
    (
      "{\"rules\": [{\"on\": \"gates\", \"channel\": \"X_ERORR\"}]}", 1, 39,
      "did you mean \"X_ERROR\"?"
    ),
    (
      "{\"rules\": [{\"on\": \"gates\", \"channel\": \"HERALDED_ERASE\"}]}", 1, 39,
      "takes 1 argument"
    ),
    ("{\"rules\": [{\"on\": \"gates\", \"channel\": \"E\"}]}", 1, 39, "no such gate"),
    ("{\"rules\": [{\"on\": \"gates\", \"mix_pair\": 0.1}]}", 1, 12, "only measurements of pairs"),
    ("{\"rules\": [{\"on\": \"gates\", \"channel\": \"X_ERROR\"}]}", 1, 39, "takes 1 argument"),
    (
      "{\"rules\": [{\"on\": \"gates\", \"channel\": \"X_ERROR\", \"arguments\": [2]}]}", 1, 63,
      "not a probability"
    ),
    ("{\"rules\": [{\"on\": \"gates\", \"kraus\": [[[1, 0], [0, 2]]]}]}", 1, 37, "not a channel"),
    ("{\"rules\": [{\"on\": \"gates\", \"kraus\": [[[1, 0], [0]]]}]}", 1, 47, "2 entries"),
    ("{\"rules\": [{\"on\": \"gates\", \"kraus\": [[[1, 0, 0]]]}]}", 1, 38, "2 or 4 rows"),
    (
      "{\"rules\": [{\"on\": \"idle\", \"channel\": \"DEPOLARIZE2\", \"arguments\": [0.1]}]}", 1,
      12,
      "needs a gate on two qubits"
    ),
    (
      "{\"rules\": [{\"on\": \"gates\", \"depolarizing\": 0, \"side\": \"left\"}]}", 1, 55, "before"
    ),
    ("{\"models\": [\"depolarizing:p=3\"]}", 1, 13, "in 0...1"),
    ("{\"models\": [\"other.json\"]}", 1, 13, "not other files"),
    ("{\"relaxation\": {\"t1_us\": 1, \"t2_us\": 3}}", 1, 16, "at most twice"),
    ("{\"relaxation\": {\"t1_us\": 1}}", 1, 16, "needs"),
    ("{\"relaxation\": {\"t1_us\": 1, \"t2_us\": 1}}", 1, 16, "durations_ns"),
    (
      "{\"relaxation\": {\"t1_us\": 1, \"t2_us\": 1, \"durations_ns\": {\"hh\": 1}}}", 1, 58,
      "no such gate"
    ),
    (
      "{\"relaxation\": {\"t1_us\": 1, \"t2_us\": 1, \"qubits\": {\"a\": {}}}}", 1, 52, "no qubit"
    ),
    ("{\"name\": \"a", 1, 10, "never closed"),
    ("{\"name\": \"a\nb\"}", 1, 12, "ends on its line"),
    ("{\"name\": \"\\x\"}", 1, 12, "no escape"),
    ("{\"name\": \"\\ud800\"}", 1, 17, "surrogate"),
    ("{\"name\": \"\\udc00\"}", 1, 17, "surrogate"),
    ("{\"name\": \"\\u12g4\"}", 1, 15, "hexadecimal"),
    ("{\"name\": 01}", 1, 10, "begin with 0"),
    ("{\"name\": 1.}", 1, 12, "expected a digit"),
    ("{\"name\": 1e999}", 1, 10, "too large"),
    ("{\"name\": -}", 1, 11, "expected a digit"),
    ("{\"name\": nul}", 1, 10, "no value"),
    ("{name: 1}", 1, 2, "double quotes"),
    ("{\"name\": 1,}", 1, 12, "double quotes"),
    (String(repeating: "[", count: 100), 1, 65, "nested"),
  ]

  @Test(arguments: 0..<mistakes.count)
  func `mistakes are named at their place`(index: Int) {
    let mistake = Self.mistakes[index]
    do throws(Diagnostic) {
      _ = try Self.file(mistake.text)
      Issue.record("read: \(mistake.text)")
    } catch {
      let text = error.message + " " + (error.hint ?? "")
      #expect(text.contains(mistake.part), "\(mistake.text): \(error)")
      #expect(error.range?.line == mistake.line, "\(mistake.text): \(error)")
      #expect(error.range?.column == mistake.column, "\(mistake.text): \(error)")
    }
  }

  @Test func `damaged noise files are read or refused at a place`() throws {
    let source = try Repository.bytes("Examples/noise/device.json")
    var random = PhiloxGenerator(seed: 12)
    var refusals = 0
    let pieces: [[UInt8]] = [
      [0], [0xff], [0xc3], Array("\u{FEFF}".utf8), Array("{".utf8), Array("]".utf8),
      Array("1e9".utf8),
      Array("-1".utf8), Array("\"".utf8), Array("null".utf8), Array("\\u".utf8), Array(",".utf8),
    ]
    for round in 0..<2000 {
      var bytes = source
      let position = Int.random(in: 0...bytes.count, using: &random)
      switch round % 3 {
      case 0: bytes.removeSubrange(position...)
      case 1: bytes.insert(contentsOf: pieces.randomElement(using: &random)!, at: position)
      default:
        if position < bytes.count { bytes[position] = UInt8.random(in: 0...255, using: &random) }
      }
      do throws(Diagnostic) {
        _ = try NoiseFile.parse(bytes, name: "damaged")
      } catch {
        refusals += 1
        #expect((error.range?.line ?? 0) >= 1 && (error.range?.column ?? 0) >= 1, "\(error)")
      }
    }
    #expect(refusals > 1000)
  }

  // MARK: Tags

  @Test(arguments: [
    ("I_ERROR[AMPLITUDE_DAMPING(gamma=1.5)] 0", 8, "not a probability"),
    ("I_ERROR[AMPLITUDE_DAMPING(gama=0.5)] 0", 8, "gamma"),
    ("I_ERROR[AMPLITUDE_DAMPING] 0", 8, "needs its arguments"),
    ("I_ERROR[KRAUS1(1,0,0,0,0,0,2,0)] 0", 1, "not a channel"),
    ("I_ERROR[KRAUS1(1,0,0,0,0,0,1)] 0", 1, "8"),
    ("I_ERROR[KRAUS1(1,x)] 0", 8, "argument 2"),
    ("II_ERROR[KRAUS2(1,0)] 0 1", 1, "32"),
    ("I_ERROR[PHASE_DAMPING(lambda=0.1)](0.1) 0", 36, "no arguments in parentheses"),
  ])
  func `tags of channels are refused at their place`(text: String, column: Int, part: String) {
    do throws(Diagnostic) {
      _ = try CircuitFile.parse("TICK\n" + text, format: .stim)
      Issue.record("read: \(text)")
    } catch {
      #expect((error.message + (error.hint ?? "")).contains(part), "\(error)")
      #expect(error.range?.line == 2 && error.range?.column == column, "\(error)")
    }
  }

  @Test func `other tags on errors that do nothing are kept`() throws {
    let text = "I_ERROR[LEAKAGE:0.1](0.25) 0\nII_ERROR[PHASE_DAMPING(lambda=0.1)] 0 1\n"
    let circuit = try CircuitFile.parse(text, format: .stim).circuit
    #expect(try circuit.text(as: .stim) == text)
    #expect(circuit.nodes().count == 2)
  }
}
