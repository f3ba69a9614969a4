import QSim
import QuantumCore
import Testing

/// Every engine looks at the clock while shots are drawn, and so stops when its time is up.
struct DrawingTimeTests {
  /// Three qubits that agree: one state, whose shots are drawn at the end.
  private static var drawn: Circuit {
    var circuit = Circuit(qubitCount: 3)
    circuit.append(.h, 0)
    circuit.append(.cx, 0, 1)
    circuit.append(.cx, 1, 2)
    circuit.measure(0, 1, 2)
    return circuit
  }

  /// The same with a result that is computed from those of the shot.
  private static func computed() throws -> Circuit {
    try CircuitFile.parse(
      """
      OPENQASM 3.0;
      include "stdgates.inc";
      qubit[2] q;
      bit[2] c;
      bit d;
      h q[0];
      cx q[0], q[1];
      c = measure q;
      d = c[0] ^ c[1];

      """, format: .openQASM3
    ).circuit
  }

  private static func run(
    _ circuit: Circuit, on engine: EngineDefinition, shots: Int, looks: Int
  ) throws {
    let options = SimulationOptions(
      threads: 2, timeLimit: TimeLimit(stoppingAfterLooks: looks))
    _ = try engine.compiled(for: circuit, options: options).run(shots: shots, seed: 1)
  }

  private static func isTimeUp(_ error: any Error) -> Bool {
    guard let obstacle = error as? Obstacle, case .time = obstacle.kind else { return false }
    return obstacle.message.contains("stopped after")
  }

  @Test(arguments: EngineCatalog.all.indices)
  func `many shots are stopped while they are drawn`(index: Int) throws {
    let engine = EngineCatalog.all[index]
    // One shot takes few looks, and so many shots take more.
    try Self.run(Self.drawn, on: engine, shots: 1, looks: 8)
    #expect {
      try Self.run(Self.drawn, on: engine, shots: 1 << 22, looks: 8)
    } throws: { Self.isTimeUp($0) }
  }

  @Test(arguments: EngineCatalog.all.indices)
  func `shots with computed results are stopped too`(index: Int) throws {
    let engine = EngineCatalog.all[index]
    let circuit = try Self.computed()
    try Self.run(circuit, on: engine, shots: 1, looks: 8)
    #expect {
      try Self.run(circuit, on: engine, shots: 1 << 18, looks: 8)
    } throws: { Self.isTimeUp($0) }
  }

  @Test(arguments: EngineCatalog.all.indices)
  func `a time that has passed ends a run before it has drawn much`(index: Int) throws {
    #expect {
      try Self.run(Self.drawn, on: EngineCatalog.all[index], shots: 1 << 22, looks: 0)
    } throws: { Self.isTimeUp($0) }
  }

  @Test func `wide shots are asked about one by one`() throws {
    var circuit = Circuit(qubitCount: 2000)
    for qubit in 0..<2000 { circuit.append(.h, qubit) }
    circuit.append(.m, targets: (0..<2000).map { .qubit($0) })
    #expect {
      try Self.run(circuit, on: EngineCatalog.sparse, shots: 64, looks: 32)
    } throws: { Self.isTimeUp($0) }
  }

  @Test(arguments: EngineCatalog.all.indices)
  func `a plan counts what it takes to draw shots`(index: Int) throws {
    let compiled = try EngineCatalog.all[index].compiled(
      for: Self.drawn, options: SimulationOptions(threads: 2))
    let few = try #require(try compiled.plan(shots: 1, listingSteps: false).work)
    let many = try #require(try compiled.plan(shots: 1_000_000_000, listingSteps: false).work)
    #expect(many.leastSeconds > 2 && many.leastSeconds > 1000 * few.leastSeconds)
    #expect(many.obstacle(under: TimeLimit(predicted: 0.5), threads: 2) != nil)
    #expect(few.obstacle(under: TimeLimit(predicted: 0.5), threads: 2) == nil)
  }
}
