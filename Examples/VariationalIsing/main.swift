// The ground state of the critical Ising ring, found by a variational circuit: n/2 layers of ZZ
// rotations and X rotations suffice for a ring of n spins, and the exact energy is known from free
// fermions [Pfeuty70].
import QSim
import Numerics

let spins = 6
let layers = spins / 2

/// H = −Σ Z_q Z_{q+1} − Σ X_q on a ring.
let hamiltonian = PauliSum(
  (0..<spins).flatMap { q -> [PauliSum.Term] in
    var bond = PauliString(count: spins)
    bond[q] = .z
    bond[(q + 1) % spins] = .z
    var field = PauliString(count: spins)
    field[q] = .x
    return [.init(-1, bond), .init(-1, field)]
  })

/// The ansatz; two angles a layer, each for a gate on every spin.
func ansatz(_ angles: [Double]) -> Circuit {
  var circuit = Circuit(qubitCount: spins)
  for q in 0..<spins { circuit.append(.h, q) }
  for layer in 0..<layers {
    for q in 0..<spins { circuit.append(.rzz, [angles[2 * layer]], q, (q + 1) % spins) }
    for q in 0..<spins { circuit.append(.rx, [angles[2 * layer + 1]], q) }
  }
  return circuit
}

/// ⟨H⟩ and its derivative by each angle: the sum of those by the gates that share it.
func energyAndSlopes(at angles: [Double]) throws -> (energy: Double, slopes: [Double]) {
  let gradient = try StateVectorSimulator().gradient(of: hamiltonian, in: ansatz(angles))
  let slopes = angles.indices.map { k in
    gradient.derivatives[k * spins..<(k + 1) * spins].reduce(0, +)
  }
  return (gradient.value, slopes)
}

let exact = -(0..<spins).reduce(0.0) {
  $0 + 2 * abs(Double.cos((2 * Double($1) + 1) * .pi / Double(2 * spins)))
}
var angles = [Double](repeating: -0.4, count: 2 * layers)
var velocity = [Double](repeating: 0, count: angles.count)
print("exact energy      \(text(exact))")
for step in 0...600 {
  let (energy, slopes) = try energyAndSlopes(at: angles)
  if [0, 20, 100, 600].contains(step) { print("after \(pad(step)) steps \(text(energy))") }
  for (k, slope) in slopes.enumerated() {
    velocity[k] = 0.9 * velocity[k] - 0.01 * slope
    angles[k] += velocity[k]
  }
}
print("error below 1e-3: \(try energyAndSlopes(at: angles).energy - exact < 1e-3)")

let ground = try StateVectorSimulator().finalState(of: ansatz(angles), as: Double.self).state
let half = Array(0..<spins / 2)
print("entanglement of half the ring, in bits: \(text(try ground.vonNeumannEntropy(of: half)))")
print("Rényi's, which is less: \(text(try ground.renyi2Entropy(of: half)))")
print("three neighbours all up or all down: \(text(allEqual(ground.probabilities(of: half))))")

func allEqual(_ weights: [Double]) -> Double { weights[0] + weights[weights.count - 1] }
func text(_ value: Double) -> String { String((value * 1e4).rounded() / 1e4) }
func pad(_ value: Int) -> String {
  String(repeating: " ", count: max(0, 4 - String(value).count)) + String(value)
}
