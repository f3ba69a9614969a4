import QSim
import TestSupport
import Testing

struct GraphStateTests {
  @Test func `the circuit of a state's graph prepares the state`() throws {
    forAll(31, count: 20) { rng in
      for count in [1, 2, 3, 8, 40] {
        var simulator = TableauSimulator(seed: rng.next())
        try simulator.run(CliffordCircuits.unitary(qubits: count, count: 5 * count, using: &rng))
        if count > 3 { try simulator.measure(1, basis: .x) }
        let graph = try simulator.graphState(count: count)
        for a in 0..<count {
          #expect(!graph.adjacency[a, a])
          for b in 0..<a { #expect(graph.adjacency[a, b] == graph.adjacency[b, a]) }
        }
        var again = TableauSimulator()
        try again.run(graph.circuit())
        let stabilizers = try simulator.canonicalStabilizers(count: count)
        #expect(try again.canonicalStabilizers(count: count) == stabilizers)
      }
    }
  }

  @Test func `a cat state is a star`() throws {
    var simulator = TableauSimulator()
    try simulator.apply(.h, to: 0)
    try simulator.apply(.cx, to: 0, 1, 0, 2, 0, 3)
    #expect(try simulator.graphState(count: 4).edgeCount == 3)
  }
}
