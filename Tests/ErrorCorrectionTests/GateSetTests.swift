import CircuitFormats
import ErrorCorrection
import Foundation
import QuantumCore
import StabilizerSimulation
import TestSupport
import Testing

struct GateSetTests {
  private static func experiment(
    _ task: MemoryTask, distance: Int = 3, rounds: UInt64, _ gateSet: GateSet = .cz,
    noise: MemoryNoise = MemoryNoise()
  ) throws -> MemoryExperiment {
    try task.experiment(distance: distance, rounds: rounds, noise: noise, gateSet: gateSet)
  }

  static func noisy(_ circuit: Circuit, _ model: String) throws -> Circuit {
    guard case .model(let model) = try NoiseSpecification.parse(model) else {
      throw Diagnostic("\(model) is a file")
    }
    return try NoiseModel.applying([model], to: circuit).circuit
  }

  private static let tasks = CodeCatalog.all.flatMap(\.tasks)

  /// Mechanisms as text, merged and sorted: `2.0e-03 D0 D1 L0`.
  private static func lines(of model: DetectorErrorModel) throws -> [String] {
    let canonical = try model.canonical()
    return canonical.instructions().map { error in
      String(format: "%.6e", canonical.probability(of: error))
        + canonical.targets(of: error).map { " \($0)" }.joined()
    }
  }

  /// 219 mechanisms of the circuit with the noise written by hand, analysed by Stim 1.16.0.
  @Test func `si1000 on the surface code has its published mechanisms`() throws {
    let task = try CodeCatalog.task(code: "surface_code", task: "rotated_memory_z")
    let circuit = try Self.experiment(task, rounds: 3).circuit()
    let model = try ErrorAnalyzer.model(of: Self.noisy(circuit, "SI1000:p=0.002"))
    let lines = try Self.lines(of: model)
    #expect(lines.count == 219)
    #expect(
      sha256(lines.joined(separator: "\n").utf8)
        == "2395b3964634b44a629d5a5d516930a40c98c916723e4b2b47830f02aebe352b")
  }

  @Test(arguments: tasks.map { "\($0.code) \($0.name)" })
  func `detectors are those of the circuits with CX`(name: String) throws {
    let task = try #require(Self.tasks.first { "\($0.code) \($0.name)" == name })
    for rounds in [2, 3, 4, 5, 7] as [UInt64] {
      func annotations(_ gateSet: GateSet) throws -> [String] {
        let circuit = try Self.experiment(task, rounds: rounds, gateSet).circuit()
        return try circuit.text(as: .stim).split(separator: "\n").map {
          $0.trimmingCharacters(in: .whitespaces)
        }.filter { line in
          ["QUBIT", "SHIFT", "DET", "OBS", "REP", "}"].contains { line.hasPrefix($0) }
        }
      }
      #expect(try annotations(.cz) == annotations(.cx))
    }
  }

  /// A detector that is random without noise has no model.
  @Test(arguments: tasks.map { "\($0.code) \($0.name)" })
  func `nothing but errors flips detectors, and the distance is kept`(name: String) throws {
    let task = try #require(Self.tasks.first { "\($0.code) \($0.name)" == name })
    for rounds in [2, 3, 4, 5] as [UInt64] {
      let clean = try Self.experiment(task, rounds: rounds).circuit()
      let options = ErrorAnalyzer.Options(ignoresDecompositionFailures: true)
      for model in ["si1000:p=0.002", "si1000:p=0.002,dialect=stimflow", "sd6:p=0.001"] {
        let errors = try ErrorAnalyzer.model(of: Self.noisy(clean, model), options: options)
        let shortest = try errors.shortestGraphlikeError()
        #expect(shortest.errorCount == (task.code == "color_code" ? 2 : 3), "\(model)")
      }
    }
  }

  @Test func `only gates of the set are written`() throws {
    for task in Self.tasks {
      let clean = try Self.experiment(task, rounds: 3).circuit()
      var allowed: Set<Gate> = [.reset, .m, .h, .cz, .i]
      if task.code == "color_code" { allowed.formUnion([.cXYZ, .hYZ]) }
      let flat = try clean.text(as: .stim).split(whereSeparator: { "\n (".contains($0) })
      let gates = flat.compactMap { GateCatalog.gate(stimName: String($0)) }
      #expect(gates.count > 20)
      for gate in Set(gates) where !gate.definition.isAnnotation && gate != .repeatBlock {
        #expect(allowed.contains(gate), "\(task.name) \(gate)")
      }
    }
  }

  @Test(arguments: tasks.map { "\($0.code) \($0.name)" })
  func `noise options are the uniform model on the gates that are written`(name: String) throws {
    let task = try #require(Self.tasks.first { "\($0.code) \($0.name)" == name })
    for gateSet in GateSet.allCases {
      let clean = try Self.experiment(task, rounds: 4, gateSet).circuit()
      let options = try Self.experiment(
        task, rounds: 4, gateSet, noise: MemoryNoise(uniform: 0.001)
      ).circuit()
      let noisy = try Self.noisy(clean, "uniform:p=0.001")
      #expect(
        try Self.lines(of: ErrorAnalyzer.model(of: options))
          == Self.lines(of: ErrorAnalyzer.model(of: noisy)))
    }
  }

  @Test func `layers hold one kind of operation`() throws {
    let task = try CodeCatalog.task(code: "repetition_code", task: "memory")
    let text = try Self.experiment(task, rounds: 1).circuit().text(as: .stim)
    #expect(
      text.hasPrefix(
        """
        R 0 1 2 3 4
        TICK
        H 1 3
        TICK
        CZ 0 1 2 3
        TICK
        CZ 2 1 4 3
        TICK
        H 1 3
        TICK
        M 1 3
        TICK
        R 1 3
        DETECTOR(1, 0) rec[-2]
        DETECTOR(3, 0) rec[-1]
        TICK
        I 0 2 4
        TICK
        M 0 2 4

        """))
  }

  @Test func `the header names gates other than the usual ones`() throws {
    let task = try CodeCatalog.task(code: "repetition_code", task: "memory")
    #expect(try task.header(distance: 3, rounds: 1, gateSet: .cz).contains("gate_set: cz"))
    #expect(try !task.header(distance: 3, rounds: 1).contains { $0.hasPrefix("gate_set") })
  }
}
