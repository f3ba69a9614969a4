import QuantumCore
import RealModule

extension GateDefinition {
  /// Arguments the gate accepts, special in no way, differing from seed to seed.
  public func sampleArguments(seed: UInt64) -> [Double] {
    var random = PhiloxGenerator(seed: seed &* 1000 + UInt64(gate.rawValue))
    switch argumentRule {
    case .krausOperators:
      let channel = KrausChannel.thermalRelaxation(0.3, dephasing: 0.2, excited: 0.1)
      let mixing = Gate.u3.definition.matrix!([random.uniform(), 2, random.uniform() * 5])
      let operators = channel.operators.map { mixing * $0 }
      let wide =
        qubitCount == 1
        ? operators : operators.flatMap { high in operators.prefix(8).map { high.kronecker($0) } }
      return wide.flatMap { GateDefinition.flattened($0) }
    case .probabilities:
      let count = max(parameters.count, argumentCount.lowerBound)
      // Of few digits, since `.stim` files hold six.
      return (0..<count).map { _ in
        ((0.2 + 0.8 * random.uniform()) / Double(count + 1) * 1e5).rounded() / 1e5
      }
    case .independentProbabilities:
      return parameters.map { _ in 0.05 + 0.9 * random.uniform() }
    case .durations: return parameters.map { _ in (random.uniform() * 1e4).rounded() }
    case .any:
      if gate == .observableInclude { return [3] }
      return parameters.map { _ in (random.uniform() - 0.5) * 6 }
    }
  }
}
