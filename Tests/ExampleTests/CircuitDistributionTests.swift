import Foundation
import QSim
import TestSupport
import Testing

/// A circuit file and what must come out of it.
struct CircuitCase: Sendable, CustomTestStringConvertible {
  let folder: String
  let expected: ExpectedDistribution
  var path: String { "\(folder)/\(expected.file)" }
  var testDescription: String { path }

  static func all(in folder: String, listedBy list: String) -> [CircuitCase] {
    let entries = (try? ExpectedDistribution.load("\(folder)/\(list)")) ?? []
    return entries.map { CircuitCase(folder: folder, expected: $0) }
  }

  static let examples = all(in: "Examples/circuits", listedBy: "expected.json")
  static let idioms = all(in: "Tests/Fixtures/idioms", listedBy: "expected.json")

  func parse() throws -> CircuitFile {
    let source = try Repository.bytes(path)
    let format = CircuitFormat.detect(fileName: path, source: source)
    #expect(format.rawValue == expected.language)
    do {
      let inputs = (expected.params ?? [:]).mapValues { InputValue.real($0) }
      return try CircuitFile.parse(source, format: format, inputs: inputs)
    } catch {
      Issue.record("\(error.rendered(file: path, source: String(decoding: source, as: UTF8.self)))")
      throw error
    }
  }
}

struct CircuitDistributionTests {
  @Test func `every example circuit has its expected outcome listed`() throws {
    let folder = Repository.url("Examples/circuits")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".qasm") || $0.hasSuffix(".stim") }
    #expect(Set(files) == Set(CircuitCase.examples.map(\.expected.file)))
    #expect(files.count >= 20)
    #expect(CircuitCase.idioms.count >= 25)
  }

  @Test(arguments: CircuitCase.examples + CircuitCase.idioms)
  func `counts follow the exact distribution`(example: CircuitCase) throws {
    let circuit = try example.parse().circuit
    let shots = 20_000
    let samples = try Self.simulator(for: circuit).sample(
      circuit, shots: shots, seed: 20, options: SimulationOptions(threads: 2))
    #expect(samples.shotCount == shots)
    if let distribution = example.expected.distribution {
      expectCounts(keys(of: samples, of: circuit, example), match: distribution)
    }
    for (index, rate) in (example.expected.marginals ?? []).enumerated() {
      let ones = (0..<shots).count { samples.table[$0, index] }
      let deviation = Double(ones) - rate * Double(shots)
      let sigma = max(0.5, (rate * (1 - rate) * Double(shots)).squareRoot())
      #expect(
        abs(deviation) < 5.5 * sigma,
        "record \(index): \(ones) ones of \(shots), expected rate \(rate)")
    }
  }

  @Test(arguments: CircuitCase.examples + CircuitCase.idioms)
  func `a circuit survives being written and read again`(example: CircuitCase) throws {
    let file = try example.parse()
    let text = try file.circuit.text(as: file.format == .openQASM2 ? .openQASM3 : file.format)
    let again = try CircuitFile.parse(
      text, format: file.format == .openQASM2 ? .openQASM3 : file.format)
    guard let distribution = example.expected.distribution else { return }
    let samples = try Self.simulator(for: again.circuit).sample(
      again.circuit, shots: 20_000, seed: 21, options: SimulationOptions())
    expectCounts(keys(of: samples, of: again.circuit, example), match: distribution)
  }

  /// The state vector, but for circuits that are too wide for it.
  static func simulator(for circuit: Circuit) -> any Simulator {
    StateVectorSimulator.liveQubits(of: circuit).count > 25
      ? SparseSimulator() : StateVectorSimulator()
  }

  private func keys(of samples: Samples, of circuit: Circuit, _ example: CircuitCase) -> [String:
    Int]
  {
    let order: BitOrder = example.expected.language == "stim" ? .record : .qiskit
    let registers = samples.source == .bits ? circuit.bitRegisters : []
    var counts: [String: Int] = [:]
    for (bits, count) in samples.counts() {
      counts[order.key(of: bits, registers: registers), default: 0] += count
    }
    return counts
  }
}
