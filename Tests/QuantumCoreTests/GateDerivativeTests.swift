import Numerics
import QuantumCore
import TestSupport
import Testing

struct GateDerivativeTests {
  @Test(arguments: GateCatalog.all.filter(\.hasAngles).map(\.gate))
  func `matrix derivatives are the limits of differences`(gate: Gate) throws {
    let definition = gate.definition
    let matrix = try #require(definition.matrix)
    var rng = PhiloxGenerator(seed: UInt64(gate.rawValue))
    for _ in 0..<5 {
      let arguments = RandomCircuits.angles(gate, using: &rng)
      for index in arguments.indices {
        func at(_ step: Double) -> ComplexMatrix {
          var shifted = arguments
          shifted[index] += step
          return matrix(shifted[...])
        }
        let derivative = try #require(
          definition.matrixDerivative(arguments: arguments, withRespectTo: index))
        // Differences of fourth order.
        let h = 1e-3
        let near = (at(h) - at(-h)).scaled(by: .init(4 / (6 * h)))
        let far = (at(2 * h) - at(-2 * h)).scaled(by: .init(1 / (12 * h)))
        #expect(derivative.distance(to: near - far) < 1e-11, "\(definition.parameters[index])")
      }
    }
  }

  @Test func `gates without angles have no derivatives`() {
    for definition in GateCatalog.all where definition.parameters.isEmpty {
      #expect(!definition.hasAngles)
    }
    #expect(Gate.h.definition.matrixDerivative(arguments: [], withRespectTo: 0) == nil)
    #expect(!Gate.depolarize1.definition.hasAngles && !Gate.unitary.definition.hasAngles)
  }
}
