import QSim
import QuantumCore
import RealModule
import TestSupport
import Testing

struct NoiseModelTests {
  // MARK: Helpers

  /// What a circuit holds, instruction by instruction: `CX 0 1`, `DEPOLARIZE2(0.1) 0 1`, blocks in
  /// braces.
  static func listing(_ circuit: Circuit, _ block: BlockID = .root) -> [String] {
    circuit.nodes(of: block).flatMap { node -> [String] in
      switch node {
      case .instruction(let instruction):
        let arguments =
          instruction.hasDynamicArguments
          ? circuit.dynamicArguments(of: instruction).map { "\($0)" }
          : circuit.arguments(of: instruction).map { "\($0)" }
        let list = arguments.isEmpty ? "" : "(\(arguments.joined(separator: ",")))"
        let targets = circuit.targets(of: instruction).map { " \($0)" }.joined()
        return ["\(instruction.gate.name)\(list)\(targets)"]
      case .repeatBlock(let count, let body, _):
        return ["REPEAT \(count) {"] + listing(circuit, body) + ["}"]
      case .branch(_, let then, let otherwise):
        return ["IF {"] + listing(circuit, then) + ["} ELSE {"]
          + (otherwise.map { listing(circuit, $0) } ?? []) + ["}"]
      case .loop(_, let body): return ["WHILE {"] + listing(circuit, body) + ["}"]
      case .assign: return ["ASSIGN"]
      case .leave: return ["LEAVE"]
      }
    }
  }

  /// The models of the catalog, and one written outside the package.
  static let definitions = NoiseModelCatalog.all + [.biased]

  static func applied(
    _ name: String, _ settings: [NoiseModelDefinition.Setting] = [], to circuit: Circuit
  ) throws -> NoisyCircuit {
    let definition = try #require(definitions.first { $0.name == name.lowercased() })
    return try NoiseModel.applying([try definition.model(settings: settings)], to: circuit)
  }

  /// Gates of all kinds, layers, rounds, repeats, branches, loops, feedback and noise of its own.
  static var sample: Circuit {
    var circuit = Circuit()
    let bits = circuit.declareBits("c", count: 2)
    circuit.append(.reset, 0, 1, 2, 3)
    circuit.append(.resetX, 4)
    circuit.append(.tick)
    circuit.append(.h, 0, 1)
    circuit.append(.xError, [0.25], 3)
    circuit.append(.rx, [0.5], 2)
    circuit.append(.globalPhase, [0.5])
    circuit.append(.tick)
    circuit.append(.cx, 0, 1, 1, 2)
    circuit.append(.ccx, 0, 1, 2)
    circuit.append(.x, targets: [.qubit(0, inverted: true), .qubit(4)], controlCount: 1)
    circuit.append(.spp, targets: [.pauli(.x, 0), .combiner, .pauli(.z, 1)])
    circuit.append(.tick)
    circuit.append(
      .m, targets: [.qubit(1), .bit(bits[0]), .qubit(2, inverted: true), .bit(bits[1])])
    circuit.append(.mx, 4)
    circuit.append(.detector, targets: [.record(1)])
    circuit.append(.cx, targets: [.record(1), .qubit(0)])
    circuit.appendRepeat(5) { body in
      body.append(.tick)
      body.append(.h, 3)
      body.append(.tick)
      body.append(.cz, 3, 4)
      body.append(.tick)
      body.append(.mr, 4)
      body.append(.mpp, targets: [.pauli(.x, 0), .combiner, .pauli(.y, 3), .pauli(.z, 1)])
    }
    circuit.appendIf(.bit(bits[0])) { body in
      body.append(.y, 0)
    } else: { body in
      body.append(.s, 1)
    }
    circuit.appendWhile(.bit(bits[1])) { body in
      body.append(.h, 2)
      body.append(.m, targets: [.qubit(2), .bit(bits[1])])
    }
    circuit.append(.mzz, 0, 1)
    circuit.append(.my, 3)
    return circuit
  }

  // MARK: Laws of every model

  @Test(arguments: definitions.map(\.name))
  func `what a model adds is noise, and all of it is counted`(name: String) throws {
    let circuit = Self.sample
    let definition = try #require(Self.definitions.first { $0.name == name })
    let noisy = try Self.applied(name, to: circuit)
    #expect(noisy.firings.count == (try definition.model().rules.count))
    #expect(noisy.firings.contains { $0.count > 0 }, "\(noisy.firings)")
    // Angles change; pair measurements gain a factor.
    guard name != "coherent", name != "em3" else { return }
    // Heralds move lookbacks.
    if name != "erasure" {
      #expect(Self.gateGroups(noisy.circuit) == Self.gateGroups(circuit))
      #expect(noisy.circuit.measurementCount == circuit.measurementCount)
    }
    #expect(noisy.circuit.bitRegisters == circuit.bitRegisters)
    // Groups of noise and flipped results are what was counted, the circuit's own left out.
    let added = Self.noiseGroups(noisy.circuit) - Self.noiseGroups(circuit)
    #expect(noisy.firings.reduce(0) { $0 + $1.count } == added, "\(Self.listing(noisy.circuit))")
  }

  /// Applications of everything but noise, flips left out, in order.
  private static func gateGroups(_ circuit: Circuit, _ block: BlockID = .root) -> [String] {
    circuit.nodes(of: block).flatMap { node -> [String] in
      switch node {
      case .instruction(let instruction):
        let definition = instruction.gate.definition
        if definition.isNoise { return [] }
        var texts: [String] = []
        let arguments = definition.isMeasurement ? [] : Array(circuit.arguments(of: instruction))
        circuit.forEachGroup(of: instruction) { group, bit in
          texts.append(
            "\(instruction.gate) \(instruction.controlCount) \(arguments) \(Array(group)) \(bit ?? -1)"
          )
        }
        return texts
      case .repeatBlock(let count, let body, _): return ["\(count)"] + gateGroups(circuit, body)
      case .branch(_, let then, let otherwise):
        return ["if"] + gateGroups(circuit, then) + gateGroups(circuit, otherwise ?? then)
      case .loop(_, let body): return ["while"] + gateGroups(circuit, body)
      case .assign, .leave: return ["other"]
      }
    }
  }

  /// Errors the circuit can have, as often as they may happen: groups of noise, and flips of
  /// results.
  private static func noiseGroups(_ circuit: Circuit, _ block: BlockID = .root) -> UInt64 {
    circuit.nodes(of: block).reduce(0) { sum, node in
      switch node {
      case .instruction(let instruction):
        let definition = instruction.gate.definition
        let isFlipped = definition.isMeasurement && !circuit.arguments(of: instruction).isEmpty
        guard definition.isNoise || isFlipped else { return sum }
        return sum + UInt64(circuit.groupCount(of: instruction))
      case .repeatBlock(let count, let body, _): return sum + count * noiseGroups(circuit, body)
      case .branch(_, let then, let otherwise):
        return sum + noiseGroups(circuit, then) + (otherwise.map { noiseGroups(circuit, $0) } ?? 0)
      case .loop(_, let body): return sum + noiseGroups(circuit, body)
      case .assign, .leave: return sum
      }
    }
  }

  @Test func `records of the catalog are whole`() throws {
    let all = NoiseModelCatalog.all
    #expect(all.count == 18 && Set(all.map(\.name)).count == all.count)
    for definition in Self.definitions {
      let names = Set(definition.parameters.map(\.name))
      #expect(names.count == definition.parameters.count)
      #expect(definition.summary.hasSuffix(".") && definition.details.hasSuffix("."))
      for parameter in definition.parameters {
        #expect(parameter.accepts(parameter.defaultValue), "\(definition.name)")
        #expect(names.isSuperset(of: parameter.sets))
      }
      #expect(try !definition.model().rules.isEmpty)
    }
  }

  @Test func `settings that are wrong are refused`() throws {
    func refusal(_ name: String, _ settings: [NoiseModelDefinition.Setting]) -> Diagnostic? {
      do throws(Diagnostic) {
        _ = try NoiseModelCatalog.definition(named: name)?.model(settings: settings)
        return nil
      } catch { return error }
    }
    #expect(refusal("depolarizing", [("p", 0.1), ("p2", 0.2)]) == nil)
    #expect(
      refusal("depolarizing", [("p", 1.1)])?.message
        == "noise 'depolarizing': p is in 0...1, not 1.1")
    #expect(refusal("depolarizing", [("p", .number(.nan))])?.code == "range")
    #expect(refusal("depolarizing", [("p", 0.1), ("p", 0.1)])?.code == "duplicate")
    #expect(refusal("amplitude-damping", [("gama", 0.1)])?.hint == "did you mean 'gamma'?")
    #expect(
      refusal("thermal", [("t1_us", 10), ("t2_us", 21)])?.message.contains("at most twice") == true)
    #expect(refusal("thermal", [("t1_us", 10), ("t2_us", 20)]) == nil)
    #expect(refusal("pauli", [("px", 0.6), ("pz", 0.5)]) != nil)
    #expect(refusal("si1000", [("p", 0.21)]) != nil)
    #expect(refusal("SI1000", [("dialect", "stimflow"), ("p", 0.1)]) == nil)
    #expect(
      refusal("si1000", [("dialect", "stim")])?.message
        == "noise 'si1000': dialect is paper or stimflow, not stim")
    #expect(refusal("si1000", [("dialect", 1)])?.code == "range")
    #expect(refusal("si1000", [("p", "many")])?.message.contains("not many") == true)
  }

  @Test func `a model written outside the package is set up like any other`() throws {
    func parse(_ text: String) throws -> NoiseModel {
      guard case .model(let model) = try NoiseSpecification.parse(text, among: [.biased]) else {
        throw Diagnostic("\(text) is a file")
      }
      return model
    }
    let model = try parse("Biased:p=0.3,bias=0.5,measurement=0.125")
    #expect(model.name == "biased" && model.rules.count == 2)
    guard case .operation(.pauliChannel1, let weights) = model.rules[0].effect else {
      Issue.record("\(model.rules[0])")
      return
    }
    #expect(weights.allSatisfy { abs($0 - 0.1) < 1e-12 })
    #expect(model.rules[1].effect == .resultFlip(0.125))
    // Rules without effect are left out.
    #expect(try parse("biased:gate=0").rules.map(\.name) == ["measurements"])
    for (text, message) in [
      ("biased:p=2", "noise 'biased': p is in 0...1, not 2"),
      ("biased:bias=0.25", "noise 'biased': bias is in 0.5...1000000, not 0.25"),
      ("biased:bais=1", "noise 'biased' has no parameter 'bais'"),
      ("depolarizing", "there is no noise model 'depolarizing'"),
    ] {
      #expect(throws: Diagnostic.self) { try parse(text) }
      do { _ = try parse(text) } catch { #expect((error as? Diagnostic)?.message == message) }
    }
  }

  @Test func `a shorthand cannot set what is out of range`() throws {
    let definition = NoiseModelDefinition(
      "own", "Two numbers.", details: "Nothing.",
      parameters: [
        .init("p", "sets half twice", default: 0.1, sets: ["half"], factor: 2),
        .init("half", "at most a half", default: 0.25, in: 0...0.5),
      ]
    ) { values in [NoiseRule("gates", NoisePlace(.gate), .depolarizing(values["half"]))] }
    #expect(try definition.model(settings: [("p", 0.25)]).rules[0].effect == .depolarizing(0.5))
    do {
      _ = try definition.model(settings: [("p", 0.5)])
      Issue.record("accepted")
    } catch {
      #expect(error.message == "noise 'own': p sets half, which is in 0...0.5, not 1")
    }
    // What is given itself is not set.
    #expect(try definition.model(settings: [("p", 0.5), ("half", 0.5)]).rules.count == 1)
  }

  @Test func `a shorthand sets what is not set itself`() throws {
    var circuit = Circuit()
    circuit.append(.h, 0)
    circuit.append(.cz, 0, 1)
    let noisy = try Self.applied("depolarizing", [("p", 0.25), ("p1", 0.5)], to: circuit)
    #expect(
      Self.listing(noisy.circuit)
        == ["H 0", "DEPOLARIZE1(0.5) 0", "CZ 0 1", "DEPOLARIZE2(0.25) 0 1"])
    let capacity = try #require(NoiseModelCatalog.definition(named: "code-capacity"))
    #expect(
      try capacity.model(settings: [("p", 0.3)]).rules.first?.effect
        == .operation(.pauliChannel1, [0.3 * (1.0 / 3), 0.3 * (1.0 / 3), 0.3 * (1.0 / 3)]))
  }

  // MARK: Gates and measurements

  @Test func `groups that share qubits have their errors between them`() throws {
    var circuit = Circuit()
    circuit.append(.cx, 0, 1, 2, 3, 1, 2)
    let noisy = try Self.applied("depolarizing", [("p", 0.5)], to: circuit)
    #expect(
      Self.listing(noisy.circuit) == [
        "CX 0 1 2 3", "DEPOLARIZE2(0.5) 0 1 2 3", "CX 1 2", "DEPOLARIZE2(0.5) 1 2",
      ])
    #expect(noisy.firings.map(\.count) == [0, 3])
  }

  @Test func `Paulis controlled by the record are no gates`() throws {
    var circuit = Circuit()
    circuit.append(.m, 0)
    circuit.append(.cx, targets: [.record(1), .qubit(1)])
    let noisy = try Self.applied("bit-flip", to: circuit)
    #expect(noisy.circuit == circuit && noisy.firings.map(\.count) == [0])
    #expect(noisy.warnings == ["noise 'bit-flip': the rule 'gates' never fired"])
  }

  @Test func `counts multiply through repeat blocks and saturate`() throws {
    var circuit = Circuit()
    circuit.appendRepeat(1 << 40) { outer in
      outer.append(.h, 0)
      outer.appendRepeat(1 << 40) { $0.append(.x, 0, 1) }
    }
    let noisy = try Self.applied("bit-flip", to: circuit)
    #expect(noisy.firings.map(\.count) == [.max])
    var small = Circuit()
    small.appendRepeat(6) { $0.appendRepeat(7) { $0.append(.x, 0, 1) } }
    #expect(try Self.applied("bit-flip", to: small).firings.map(\.count) == [84])
  }

  @Test func `flips of results combine`() throws {
    var circuit = Circuit()
    circuit.append(.m, [0.1], 0)
    let noisy = try Self.applied("readout", [("p", 0.2)], to: circuit)
    guard case .instruction(let instruction) = noisy.circuit.nodes().first else { return }
    #expect(
      abs((noisy.circuit.arguments(of: instruction).first ?? 0) - (0.1 * 0.8 + 0.9 * 0.2)) < 1e-15)
  }

  @Test func `asymmetric readout errors stand in the basis of the measurement`() throws {
    for (gate, basis) in [(Gate.m, Gate.i), (.mx, .h), (.my, .hYZ)] {
      var circuit = Circuit()
      circuit.append(gate, 0)
      let noisy = try Self.applied("readout", [("p01", 0.1), ("p10", 0.3)], to: circuit)
      guard case .instruction(let noise) = noisy.circuit.nodes().first else { return }
      let arguments = Array(noisy.circuit.arguments(of: noise))
      let channel = try #require(noise.gate.definition.channel?(arguments))
      let turn = try #require(basis.definition.matrix?([]))
      // The state that gives 1 gives 0 with probability p10, the state that gives 0 gives 1 with
      // p01.
      for (bit, expected) in [(0, 0.1), (1, 0.7)] {
        var state = ComplexMatrix(zeros: 2, by: 2)
        state[bit, bit] = 1
        let read = turn.adjoint * channel.applied(to: turn * state * turn.adjoint) * turn
        #expect(abs(read[1, 1].real - expected) < 1e-12, "\(gate)")
      }
      #expect(noisy.notes.isEmpty)
    }
  }

  @Test func `a measured qubit that is used again is noted`() throws {
    func notes(_ build: (inout Circuit) -> Void) throws -> Int {
      var circuit = Circuit()
      build(&circuit)
      return try Self.applied("readout", [("p01", 0.1), ("p10", 0.3)], to: circuit).notes.count
    }
    #expect(
      try notes {
        $0.append(.m, 0); $0.append(.h, 1)
      } == 0)
    #expect(
      try notes {
        $0.append(.m, 0); $0.append(.reset, 0); $0.append(.h, 0)
      } == 0)
    #expect(
      try notes {
        $0.append(.mr, 0); $0.append(.h, 0)
      } == 0)
    #expect(
      try notes {
        $0.append(.m, 0); $0.append(.h, 0)
      } == 1)
    #expect(
      try notes {
        $0.append(.m, 0); $0.append(.m, 0)
      } == 1)
    #expect(try notes { $0.appendRepeat(3) { $0.append(.m, 0) } } == 1)
    #expect(
      try notes {
        $0.appendRepeat(3) {
          $0.append(.m, 0); $0.append(.reset, 0)
        }
      } == 0)
    #expect(try notes { $0.append(.mzz, 0, 1) } == 1)
  }

  @Test func `rotations turn too far, computed ones too`() throws {
    var circuit = Circuit()
    let angle = circuit.declareVariable("a", initialValue: .real(1))
    circuit.append(.rx, [0.5], 0)
    circuit.append(.cphase, [2], 0, 1)
    circuit.append(.h, 0)
    try circuit.appendDynamic(.rz, arguments: [.variable(angle)], targets: [.qubit(0)])
    let noisy = try Self.applied("coherent", [("over_rotation", 0.5)], to: circuit)
    #expect(
      Self.listing(noisy.circuit) == [
        "rx(0.75) 0", "cp(3.0) 0 1", "H 0",
        "rz(\(ClassicalExpression.binary(.multiply, .real(1.5), .variable(angle)))) 0",
      ])
    #expect(noisy.firings.map(\.count) == [3])
  }

  @Test func `rules pick qubits and pairs`() throws {
    var circuit = Circuit()
    circuit.append(.h, 0, 1, 2)
    circuit.append(.cx, 0, 1, 2, 3)
    circuit.append(.cz, 1, 0)
    let model = NoiseModel(
      name: "mine",
      rules: [
        NoiseRule("a", NoisePlace(.gate, gates: [.h], qubits: [1, 2]), .operation(.zError, [0.5])),
        NoiseRule("b", NoisePlace(.gate, pairs: [[0, 1]]), .depolarizing(0.25)),
        NoiseRule(
          "c", NoisePlace(.gate, .before, gates: [.cz], categories: [.twoQubitClifford]),
          .operation(.iiError, [])),
      ])
    let noisy = try NoiseModel.applying([model], to: circuit)
    #expect(
      Self.listing(noisy.circuit) == [
        "H 0 1 2", "Z_ERROR(0.5) 1 2", "CX 0 1 2 3", "DEPOLARIZE2(0.25) 0 1", "II_ERROR 1 0",
        "CZ 1 0", "DEPOLARIZE2(0.25) 1 0",
      ])
  }

  @Test func `several models do not see each other's errors`() throws {
    var circuit = Circuit()
    circuit.append(.h, 0)
    circuit.append(.m, 0)
    let models = try [("coherent", "rx", 0.5), ("bit-flip", "p", 0.25), ("readout", "p", 0.125)].map
    {
      try #require(NoiseModelCatalog.definition(named: $0.0)).model(settings: [
        ($0.1, .number($0.2))
      ])
    }
    let noisy = try NoiseModel.applying(models, to: circuit)
    #expect(
      Self.listing(noisy.circuit) == ["H 0", "rx(0.5) 0", "X_ERROR(0.25) 0", "M(0.125) 0"])
    #expect(noisy.firings.map(\.model) == ["coherent", "coherent", "bit-flip", "readout"])
    #expect(noisy.firings.map(\.count) == [0, 1, 1, 1])
  }

  // MARK: Pair measurements and heralds

  @Test func `31 errors are the mixing of 32 cases`() throws {
    var circuit = Circuit()
    circuit.append(.mpp, targets: [.pauli(.x, 3), .combiner, .pauli(.y, 5, inverted: true)])
    let p = 0.3
    let noisy = try Self.applied("em3", [("p", .number(p))], to: circuit)
    let listing = Self.listing(noisy.circuit)
    #expect(listing.first == "R 6" && listing.last == "MPP X3 * !Y5 * Z6")
    // The distribution over products, a bit for each X and Z of both qubits and for the helper.
    var distribution = [Double](repeating: 0, count: 32)
    distribution[0] = 1
    var errors: Set<Int> = []
    for case .instruction(let error) in noisy.circuit.nodes() where error.gate == .correlatedError {
      let q = try #require(noisy.circuit.arguments(of: error).first)
      let mask = noisy.circuit.targets(of: error).reduce(0) { mask, target in
        let shift = [3: 0, 5: 2, 6: 4][target.value] ?? 0
        return mask | [Pauli.x: 1, .z: 2, .y: 3][target.pauli ?? .i, default: 0] << shift
      }
      errors.insert(mask)
      distribution = (0..<32).map { (1 - q) * distribution[$0] + q * distribution[$0 ^ mask] }
    }
    #expect(errors == Set(1..<32))
    for (mask, probability) in distribution.enumerated() {
      #expect(abs(probability - (p / 32 + (mask == 0 ? 1 - p : 0))) < 1e-14)
    }
  }

  @Test func `two mixings are one`() throws {
    var circuit = Circuit()
    circuit.append(.mzz, 0, 1)
    func model(_ p: Double) -> NoiseModel {
      NoiseModel(
        name: "\(p)", rules: [NoiseRule("pairs", NoisePlace(.measurement), .parityMixing(p))])
    }
    let both = try NoiseModel.applying([model(0.1), model(0.2)], to: circuit).circuit
    let one = try NoiseModel.applying([model(1 - 0.9 * 0.8)], to: circuit).circuit
    #expect(Self.listing(both).count == 33 && Self.listing(both).last == Self.listing(one).last)
    for (a, b) in zip(both.nodes(), one.nodes()) {
      guard case .instruction(let a) = a, case .instruction(let b) = b else { continue }
      let (x, y) = (both.arguments(of: a).first ?? 0, one.arguments(of: b).first ?? 0)
      #expect(abs(x - y) < 1e-15)
    }
  }

  /// Which results of the circuit without heralds every detector and feedback looks at, blocks
  /// unrolled.
  private static func lookups(_ circuit: Circuit) -> [[Int]] {
    var heralded: [Bool] = []
    var lookups: [[Int]] = []
    func run(_ block: BlockID) {
      for node in circuit.nodes(of: block) {
        if case .repeatBlock(let count, let body, _) = node { for _ in 0..<count { run(body) } }
        guard case .instruction(let instruction) = node else { continue }
        let targets = circuit.targets(of: instruction)
        let records = targets.filter(\.isRecord).map { target -> Int in
          let place = heralded.count - target.value
          guard place >= 0, !heralded[place] else { return -1 }
          return heralded[..<place].count { !$0 }
        }
        if !records.isEmpty { lookups.append(records) }
        let isHerald = instruction.gate.definition.isNoise
        if instruction.gate.definition.recordsPerGroup > 0 {
          heralded += repeatElement(isHerald, count: circuit.groupCount(of: instruction))
        }
      }
    }
    run(.root)
    return lookups
  }

  @Test func `lookbacks find the same results among heralds`() {
    forAll(7, count: 100) { random in
      var circuit = Circuit()
      circuit.append(.m, 0, 1, 2, 3, 4, 5, 6, 7)
      func add(to circuit: inout Circuit, depth: Int) {
        for _ in 0..<Int.random(in: 1...5, using: &random) {
          let lookback = Int.random(in: 1...8, using: &random)
          switch Int.random(in: 0...(depth < 2 ? 5 : 4), using: &random) {
          case 0: circuit.append(.h, Int.random(in: 0...7, using: &random))
          case 1: circuit.append(.cx, targets: [.record(lookback), .qubit(2)])
          case 2: circuit.append(.detector, targets: [.record(lookback), .record(1)])
          case 3: circuit.append(.mr, 1, 2)
          case 4: circuit.append(.mpp, targets: [.pauli(.x, 0), .combiner, .pauli(.z, 1)])
          default:
            circuit.appendRepeat(UInt64.random(in: 2...6, using: &random)) {
              add(to: &$0, depth: depth + 1)
            }
          }
        }
      }
      add(to: &circuit, depth: 0)
      let noisy = try Self.applied("erasure", [("data", 0)], to: circuit).circuit
      #expect(Self.lookups(noisy) == Self.lookups(circuit))
    }
  }

  @Test func `long blocks stay folded among heralds`() throws {
    var circuit = Circuit()
    circuit.append(.m, 0)
    circuit.appendRepeat(1 << 40) { body in
      body.append(.h, 0)
      body.append(.m, 0)
      body.append(.detector, targets: [.record(1), .record(2)])
    }
    let noisy = try Self.applied("erasure", [("gate", 0.25)], to: circuit)
    #expect(
      Self.listing(noisy.circuit) == [
        "M 0", "REPEAT 1099511627776 {", "H 0", "HERALDED_ERASE(0.25) 0", "M 0",
        "DETECTOR rec[-1] rec[-3]", "}",
      ])
    #expect(noisy.firings.first?.count == 1 << 40)
    var endless = Circuit()
    endless.append(.m, 0)
    endless.appendRepeat(1 << 40) { body in
      body.append(.h, 0)
      body.append(.cx, targets: [.record(1), .qubit(1)])
    }
    #expect(throws: Diagnostic.self) { try Self.applied("erasure", to: endless) }
  }

  // MARK: Layers and rounds

  @Test func `idle qubits suffer by what happens beside them`() throws {
    var circuit = Circuit()
    circuit.append(.reset, 0, 1, 2)
    circuit.append(.tick)
    circuit.append(.tick)
    circuit.append(.h, 0)
    circuit.append(.tick)
    circuit.append(.cz, 0, 1)
    circuit.append(.tick)
    circuit.append(.m, 0)
    let noisy = try Self.applied("si1000", [("p", 0.125)], to: circuit)
    #expect(
      Self.listing(noisy.circuit) == [
        "R 0 1 2", "X_ERROR(0.25) 0 1 2", "TICK", "TICK", "H 0", "DEPOLARIZE1(0.0125) 0 1 2",
        "TICK", "CZ 0 1", "DEPOLARIZE2(0.125) 0 1", "DEPOLARIZE1(0.0125) 2", "TICK",
        "X_ERROR(0.625) 0", "M 0", "DEPOLARIZE1(0.25) 1 2",
      ])
  }

  /// R data and ancilla; rounds of CX and MR; final M.
  private static func repetitionCode(rounds: UInt64) -> Circuit {
    var circuit = Circuit()
    func round(_ circuit: inout Circuit) {
      circuit.append(.tick)
      circuit.append(.cx, 0, 1)
      circuit.append(.tick)
      circuit.append(.cx, 2, 1)
      circuit.append(.tick)
      circuit.append(.mr, 1)
      circuit.append(.detector, targets: [.record(1)])
    }
    circuit.append(.reset, 0, 1, 2)
    round(&circuit)
    if rounds > 1 { circuit.appendRepeat(rounds - 1, round) }
    circuit.append(.m, 0, 2)
    return circuit
  }

  @Test func `data qubits suffer before rounds`() throws {
    for rounds in [1, 2, 10] as [UInt64] {
      let circuit = Self.repetitionCode(rounds: rounds)
      let every = try Self.applied("phenomenological", [("p", 0.25)], to: circuit)
      #expect(every.firings.map(\.count) == [2 * rounds, rounds + 2])
      let listing = Self.listing(every.circuit)
      #expect(Array(listing[2...3]) == ["DEPOLARIZE1(0.25) 0 2", "CX 0 1"])
      #expect(listing.last == "M(0.25) 0 2")
      let first = try Self.applied("code-capacity", [("p", 0.75)], to: circuit)
      #expect(first.firings.map(\.count) == [2])
      #expect(Self.listing(first.circuit)[2] == "PAULI_CHANNEL_1(0.25,0.25,0.25) 0 2")
    }
  }

  @Test func `a first round inside a block stands before it`() throws {
    var circuit = Circuit()
    circuit.appendRepeat(4) { body in
      body.append(.cx, 0, 1)
      body.append(.cx, 2, 1)
      body.append(.mr, 1)
    }
    let noisy = try Self.applied("code-capacity", [("p", 0.75)], to: circuit)
    #expect(noisy.firings.map(\.count) == [2])
    #expect(
      Array(Self.listing(noisy.circuit).prefix(2))
        == ["PAULI_CHANNEL_1(0.25,0.25,0.25) 0 2", "REPEAT 4 {"])
  }

  // MARK: Time

  /// The time for which each qubit decays, from its γ; those in repeat blocks as often as they
  /// happen.
  private static func decayTime(
    _ circuit: Circuit, t1Ns: Double, _ block: BlockID = .root
  ) -> [Int: Double] {
    var times: [Int: Double] = [:]
    for node in circuit.nodes(of: block) {
      switch node {
      case .instruction(let instruction) where instruction.gate == .thermalRelaxation:
        let gamma = circuit.arguments(of: instruction).first ?? 0
        for target in circuit.targets(of: instruction) {
          times[target.value, default: 0] += -t1Ns * Double.log(onePlus: -gamma)
        }
      case .repeatBlock(let count, let body, _):
        for (qubit, time) in decayTime(circuit, t1Ns: t1Ns, body) {
          times[qubit, default: 0] += Double(count) * time
        }
      default: break
      }
    }
    return times
  }

  private static let times: [NoiseModelDefinition.Setting] = [
    ("t1_us", 100), ("t2_us", 150), ("gate1_ns", 10), ("gate2_ns", 100), ("measure_ns", 1000),
    ("reset_ns", 500),
  ]

  private func expectTimes(
    _ circuit: Circuit, _ expected: [Int: Double], _ location: SourceLocation = #_sourceLocation
  ) throws {
    let noisy = try Self.applied("thermal", Self.times, to: circuit)
    let found = Self.decayTime(noisy.circuit, t1Ns: 100_000)
    #expect(Set(found.keys) == Set(expected.keys), sourceLocation: location)
    for (qubit, time) in expected {
      #expect(abs((found[qubit] ?? 0) - time) < 1e-6, "qubit \(qubit)", sourceLocation: location)
    }
  }

  @Test func `qubits decay while they work and while they wait`() throws {
    var circuit = Circuit()
    circuit.append(.h, 0)
    circuit.append(.cx, 0, 1)
    circuit.append(.cx, 0, 2)
    circuit.append(.h, 1)
    circuit.append(.m, 0, 1)
    // Qubit 1 begins at 10, is free at 120 and measured at once; qubit 0 is measured at 210; qubit
    // 2 waits for the end.
    try expectTimes(circuit, [0: 210 + 1000, 1: 110 + 1000, 2: 100 + 1000])
  }

  @Test func `ticks and barriers hold qubits back`() throws {
    var circuit = Circuit()
    circuit.append(.h, 0, 1, 2)
    circuit.append(.cx, 0, 1)
    circuit.append(.tick)
    circuit.append(.m, 2)
    try expectTimes(circuit, [0: 1110, 1: 1110, 2: 1110])
    var other = Circuit()
    other.append(.h, 0, 1, 2)
    other.append(.cx, 0, 1)
    other.append(.barrier, 1, 2)
    other.append(.m, 0, 2)
    try expectTimes(other, [0: 1110, 1: 1110, 2: 1110])
  }

  @Test func `a delay is waited for, together by its qubits`() throws {
    var circuit = Circuit()
    circuit.append(.h, 0, 1)
    circuit.append(.delay, [5000], 0)
    circuit.append(.m, 0, 1)
    // Qubit 1 is measured at once, and nothing follows.
    try expectTimes(circuit, [0: 10 + 5000 + 1000, 1: 10 + 1000])
    var together = Circuit()
    together.append(.h, 0)
    together.append(.h, 1)
    together.append(.h, 1)
    together.append(.delay, [500], 0, 1)
    together.append(.delay, [0], 1)
    // Qubit 2 decays from its delay on, though nothing happened to it.
    together.append(.delay, [70], 2)
    together.append(.m, 0, 1, 2)
    try expectTimes(together, [0: 20 + 500 + 1000, 1: 20 + 500 + 1000, 2: 70 + 1000])
  }

  @Test func `a delay in a loop is waited for in every turn, and one after a measurement too`()
    throws
  {
    var circuit = Circuit()
    circuit.append(.h, 0, 1)
    circuit.appendRepeat(3) { $0.append(.delay, [200], 0) }
    try expectTimes(circuit, [0: 10 + 3 * 200, 1: 10 + 3 * 200])
    var measured = Circuit()
    measured.append(.h, 0)
    measured.append(.m, 0)
    measured.append(.delay, [200], 0)
    try expectTimes(measured, [0: 10 + 1000 + 200])
  }

  @Test func `a delay changes nothing without relaxation and is no operation for other rules`()
    throws
  {
    var circuit = Circuit()
    circuit.append(.h, 0)
    circuit.append(.delay, [200], 0)
    let noisy = try Self.applied("depolarizing", [], to: circuit)
    #expect(try noisy.circuit.text(as: .stim) == "H 0\nDEPOLARIZE1(0.001) 0\nI[DELAY(ns=200)] 0\n")
    #expect(throws: CircuitError.self) {
      try circuit.appendChecked(.delay, arguments: [-1], targets: [.qubit(0)])
    }
    #expect(throws: CircuitError.self) {
      try circuit.appendChecked(.delay, arguments: [1], targets: [.qubit(0), .qubit(0)])
    }
  }

  @Test func `a reset ends decay, blocks run in step`() throws {
    var circuit = Circuit()
    circuit.append(.h, 0, 1)
    circuit.append(.reset, 0)
    circuit.append(.h, 0)
    circuit.append(.m, 0, 1)
    try expectTimes(circuit, [0: 10 + 10 + 1000, 1: 10 + 1000])
    var repeated = Circuit()
    repeated.append(.h, 0)
    repeated.append(.h, 1)
    repeated.append(.h, 1)
    repeated.appendRepeat(7) { body in
      body.append(.cx, 0, 1)
      body.append(.h, 1)
      body.append(.x, 2)
    }
    // Qubit 2, first used in the block, is counted from its begin.
    try expectTimes(repeated, [0: 20 + 7 * 110, 1: 20 + 7 * 110, 2: 7 * 110])
  }

  @Test func `relaxation that is twirled keeps the probabilities of errors`() throws {
    var circuit = Circuit()
    circuit.append(.h, 0)
    let settings: [NoiseModelDefinition.Setting] = [
      ("t1_us", 1), ("t2_us", 1.5), ("gate1_ns", 300),
    ]
    let noisy = try Self.applied("thermal-twirled", settings, to: circuit)
    guard case .instruction(let noise) = noisy.circuit.nodes().last else { return }
    let p = Array(noisy.circuit.arguments(of: noise))
    #expect(noise.gate == .pauliChannel1 && p.count == 3)
    #expect(abs(p[0] - (1 - Double.exp(-0.3)) / 4) < 1e-15 && p[0] == p[1])
    #expect(abs(p[2] - ((1 - Double.exp(-0.2)) / 2 - p[0])) < 1e-15)
    // The twirl of the exact channel has the same diagonal of its Pauli transfer matrix.
    let (gamma, lambda) = KrausChannel.relaxation(time: 300, t1: 1000, t2: 1500)
    let exact = KrausChannel.thermalRelaxation(gamma, dephasing: lambda, excited: 0)
    let twirled = try #require(Gate.pauliChannel1.definition.channel?(p))
    for pauli in [Pauli.x, .y, .z] {
      func diagonal(_ channel: KrausChannel) -> Double {
        let image = pauli.matrix * channel.applied(to: pauli.matrix)
        return (image[0, 0] + image[1, 1]).real / 2
      }
      #expect(abs(diagonal(exact) - diagonal(twirled)) < 1e-14)
    }
  }
}
