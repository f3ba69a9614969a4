// The ground state of the critical Ising ring, found by a variational circuit: n/2 layers of ZZ rotations and X rotations
// suffice for a ring of n spins, and the exact energy is known from free fermions [Pfeuty70].
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

/// ⟨H⟩ of the ansatz; two angles a layer.
func energy(_ angles: [Double]) -> Double {
  var state = StateVector<Double>(qubitCount: spins)
  for q in 0..<spins { state.apply(.h, to: q) }
  for layer in 0..<layers {
    for q in 0..<spins { state.apply(.rzz, [angles[2 * layer]], to: q, (q + 1) % spins) }
    for q in 0..<spins { state.apply(.rx, [angles[2 * layer + 1]], to: q) }
  }
  return state.expectation(of: hamiltonian)
}

/// Central differences; the energy is a trigonometric polynomial, so a wide step is accurate.
func gradient(at angles: [Double]) -> [Double] {
  let step = 1e-4
  return angles.indices.map { k in
    var (up, down) = (angles, angles)
    up[k] += step
    down[k] -= step
    return (energy(up) - energy(down)) / (2 * step)
  }
}

let exact = -(0..<spins).reduce(0.0) {
  $0 + 2 * abs(Double.cos((2 * Double($1) + 1) * .pi / Double(2 * spins)))
}
var angles = [Double](repeating: -0.4, count: 2 * layers)
var velocity = [Double](repeating: 0, count: angles.count)
print("exact energy      \(text(exact))")
for step in 0...600 {
  if [0, 20, 100, 600].contains(step) { print("after \(pad(step)) steps \(text(energy(angles)))") }
  for (k, slope) in gradient(at: angles).enumerated() {
    velocity[k] = 0.9 * velocity[k] - 0.01 * slope
    angles[k] += velocity[k]
  }
}
print("error below 1e-3: \(energy(angles) - exact < 1e-3)")

func text(_ value: Double) -> String { String((value * 1e4).rounded() / 1e4) }
func pad(_ value: Int) -> String {
  String(repeating: " ", count: max(0, 4 - String(value).count)) + String(value)
}
