// An engine of one's own (LogicSimulator.swift): reversible logic of any width, beside the engines
// of the library.
import QSim

/// 2,000 controlled NOTs in a row: what the first qubit is set to comes out at the last.
var chain = Circuit(qubitCount: 2_001)
chain.append(.x, 0)
for qubit in 0..<2_000 { chain.append(.cx, qubit, qubit + 1) }
chain.measure(2_000)

let engine = EngineDefinition(
  LogicSimulator.self, summary: "Follows one basis state of reversible logic.",
  products: [.shots])
let logic = try SelectedSimulation(of: chain, on: engine)
let results = try logic.simulation.run(shots: 3, seed: 1)
let plan = try logic.simulation.plan(shots: 3, listingSteps: false)
print("\(engine.name): \(plan.approach)")
print("the last qubit is 1 in \(results.record.counts()[BitVector([true])] ?? 0) of 3 shots")

// What the library would take.
let chosen = try SelectedSimulation(of: chain)
print("the library takes \(chosen.engine.name): \(chosen.why ?? "")")
print("the same: \(try chosen.simulation.run(shots: 3, seed: 1).record == results.record)")

// What the engine does not do has a place and a reason; what it does not give, a reason.
var turned = Circuit(qubitCount: 1)
turned.append(.h, 0)
print(LogicSimulator.obstacle(to: turned)?.message ?? "no obstacle")
do {
  _ = try logic.simulation.expectations(of: [PauliSum(parsing: "1 Z0")], shots: 1, seed: 1)
} catch let obstacle as Obstacle {
  print(obstacle.message)
}
