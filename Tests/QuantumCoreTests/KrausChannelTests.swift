import QuantumCore
import RealModule
import TestSupport
import Testing

struct KrausChannelTests {
  private static let channels = GateCatalog.all.filter {
    $0.isNoise && $0.averagedChannel($0.sampleArguments(seed: 1)) != nil
  }

  /// A state without symmetries.
  private func density(_ size: Int, seed: UInt64) -> ComplexMatrix {
    var random = PhiloxGenerator(seed: seed)
    let entries = (0..<size * size).map { _ in
      ComplexMatrix.Element(random.normal(), random.normal())
    }
    let root = ComplexMatrix(rowCount: size, columnCount: size, elements: entries)
    let square = root * root.adjoint
    return square.scaled(by: .init(1 / square.trace.real))
  }

  @Test func `every noise gate of fixed width that records nothing has its channel`() {
    let noise = GateCatalog.all.filter(\.isNoise)
    #expect(noise.count == 20)
    for definition in noise {
      let isPlain = definition.qubitCount != nil && definition.recordsPerGroup == 0
      #expect((definition.channel != nil) == isPlain, "\(definition.name)")
      if isPlain {
        let channel = definition.averagedChannel(definition.sampleArguments(seed: 2))
        #expect(channel?.qubitCount == definition.qubitCount, "\(definition.name)")
      }
    }
    #expect(Self.channels.count == 18)
  }

  @Test(arguments: channels, 0..<8 as Range<UInt64>)
  func `a channel keeps trace and positivity, and is its superoperator`(
    definition: GateDefinition, seed: UInt64
  ) throws {
    let arguments = definition.sampleArguments(seed: seed)
    let channel = try #require(definition.averagedChannel(arguments))
    #expect(KrausChannel.defect(of: channel.operators) == nil)
    let size = 1 << channel.qubitCount
    let state = density(size, seed: 3)
    let result = channel.applied(to: state)
    #expect(abs(result.trace.real - 1) < 1e-12 && abs(result.trace.imaginary) < 1e-12)
    #expect(result.distance(to: result.adjoint) < 1e-12)
    let isIdle = definition.gate == .iError || definition.gate == .iiError
    #expect(isIdle == (result.distance(to: state) < 1e-4))
    let stacked = ComplexMatrix(
      rowCount: size * size, columnCount: 1,
      elements: (0..<size * size).map { state[$0 % size, $0 / size] })
    let mapped = channel.superoperator * stacked
    for column in 0..<size {
      for row in 0..<size {
        #expect((mapped[column * size + row, 0] - result[row, column]).length < 1e-12)
      }
    }
  }

  @Test(arguments: channels)
  func `a Pauli channel is the mixture of its Paulis`(definition: GateDefinition) throws {
    let arguments = definition.sampleArguments(seed: 5)
    guard let errors = definition.pauliErrors(arguments) else { return }
    let channel = try #require(definition.averagedChannel(arguments))
    let state = density(1 << channel.qubitCount, seed: 6)
    var mixture = state.scaled(by: .init(1 - errors.reduce(0) { $0 + $1.probability }))
    for (probability, pauli) in errors {
      mixture = mixture + (pauli.matrix * state * pauli.matrix).scaled(by: .init(probability))
    }
    #expect(channel.applied(to: state).distance(to: mixture) < 1e-12)
  }

  @Test(arguments: [(Gate.depolarize1, 0.75), (.depolarize2, 15.0 / 16), (.heraldedErase, 1)])
  func `full depolarisation forgets the state`(gate: Gate, p: Double) throws {
    let channel = try #require(gate.definition.averagedChannel([p]))
    let size = 1 << channel.qubitCount
    let mixed = ComplexMatrix.identity(size).scaled(by: .init(1 / Double(size)))
    #expect(channel.applied(to: density(size, seed: 4)).distance(to: mixed) < 1e-12)
  }

  @Test func `probabilities rounded up are scaled down`() throws {
    let channel = try #require(
      Gate.pauliChannel1.definition.averagedChannel([0.5, 0.25, 0.25000009]))
    #expect(KrausChannel.defect(of: channel.operators) == nil)
  }

  @Test func `damping decays as it should`() {
    let excited = ComplexMatrix([[.init(0.25), .init(0.3)], [.init(0.3), .init(0.75)]])
    let decayed = KrausChannel.amplitudeDamping(0.4).applied(to: excited)
    #expect(abs(decayed[1, 1].real - 0.75 * 0.6) < 1e-15)
    #expect(abs(decayed[0, 1].real - 0.3 * 0.6.squareRoot()) < 1e-15)
    let dephased = KrausChannel.phaseDamping(0.4).applied(to: excited)
    #expect(abs(dephased[1, 1].real - 0.75) < 1e-15)
    #expect(abs(dephased[0, 1].real - 0.3 * 0.6.squareRoot()) < 1e-15)
  }

  @Test func `relaxation has T1 and T2 exactly, also T2 above T1`() {
    let state = density(2, seed: 8)
    for (t1, t2) in [(50.0, 30.0), (50, 50), (50, 80), (50, 100), (.infinity, 40)] {
      for excited in [0, 0.2] {
        let time = 13.0
        let (gamma, lambda) = KrausChannel.relaxation(time: time, t1: t1, t2: t2)
        let channel = KrausChannel.thermalRelaxation(gamma, dephasing: lambda, excited: excited)
        let result = channel.applied(to: state)
        let population = excited + (state[1, 1].real - excited) * Double.exp(-time / t1)
        #expect(abs(result[1, 1].real - population) < 1e-14)
        let coherence = state[0, 1] * .init(Double.exp(-time / t2))
        #expect((result[0, 1] - coherence).length < 1e-14)
      }
    }
  }

  @Test func `a readout error moves populations by its confusion matrix`() {
    let state = density(2, seed: 9)
    let result = KrausChannel.readoutError(p01: 0.1, p10: 0.3).applied(to: state)
    #expect(abs(result[1, 1].real - (0.1 * state[0, 0].real + 0.7 * state[1, 1].real)) < 1e-15)
    #expect(result[0, 1].length < 1e-15)
  }

  @Test func `arguments that are no channel are refused where they enter`() {
    func refusal(_ gate: Gate, _ arguments: [Double]) -> String? {
      var circuit = Circuit(qubitCount: 2)
      let targets = (0..<(gate.definition.qubitCount ?? 1)).map { Target.qubit($0) }
      do throws(CircuitError) {
        try circuit.appendChecked(gate, arguments: arguments, targets: targets)
        return nil
      } catch { return error.code }
    }
    #expect(refusal(.kraus1, [1, 0, 0, 0, 0, 0, 1, 0]) == nil)
    #expect(refusal(.kraus1, [1, 0, 0, 0, 0, 0, 1.001, 0]) == "channel")
    #expect(refusal(.kraus1, [1, 0, 0, 0, 0, 0, 1e200, 1e200]) == "channel")
    #expect(refusal(.kraus1, [Double](repeating: 0.1, count: 12)) == "argument-count")
    #expect(refusal(.kraus1, [Double](repeating: 0.1, count: 8 * 17)) == "argument-count")
    #expect(refusal(.kraus2, [1, 0, 0, 0, 0, 0, 1, 0]) == "argument-count")
    #expect(refusal(.kraus1, [.nan, 0, 0, 0, 0, 0, 1, 0]) == "argument")
    #expect(refusal(.amplitudeDamping, [1.1]) == "probability")
    #expect(refusal(.thermalRelaxation, [0.9, 0.9, 0.9]) == nil)
    #expect(refusal(.pauliChannel1, [0.9, 0.9, 0.9]) == "probability")
  }

  @Test func `operators that lose probability are no channel`() {
    #expect(KrausChannel.defect(of: [Gate.h.definition.matrix!([]).scaled(by: .init(0.9))]) != nil)
    #expect(KrausChannel.defect(of: []) != nil)
    #expect(KrausChannel.defect(of: [.identity(3)]) != nil)
    #expect(KrausChannel.defect(of: [.identity(2), .identity(4)]) != nil)
  }
}

extension ComplexMatrix {
  fileprivate var trace: Element { (0..<rowCount).reduce(.zero) { $0 + self[$1, $1] } }
}
