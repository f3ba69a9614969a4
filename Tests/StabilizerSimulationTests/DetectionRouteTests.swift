import CircuitFormats
import QuantumCore
import StabilizerSimulation
import TestSupport
import Testing

struct DetectionRouteTests {
  private static func circuit(_ text: String) throws -> Circuit {
    try CircuitFile.parse(text, format: .stim).circuit
  }

  private static let memory = """
    R 0 1 2 3 4
    REPEAT 12 {
      DEPOLARIZE1(0.02) 0 2 4
      CX 0 1 2 3
      DEPOLARIZE2(0.03) 0 1 2 3
      CX 4 3 2 1
      PAULI_CHANNEL_2(0,0,0,0,0.02,0,0,0,0,0,0,0,0,0,0) 4 3
      PAULI_CHANNEL_1(0.02,0.02,0.02) 2
      E(0.05) X0 Z2
      MR(0.04) 1 3
      DETECTOR rec[-1]
      DETECTOR rec[-2]
    }
    MX(0.01) 0
    M 2 4
    DETECTOR rec[-1] rec[-2]
    OBSERVABLE_INCLUDE(0) rec[-1]
    """

  @Test func `both routes draw the same statistics`() throws {
    let circuit = try Self.circuit(Self.memory)
    let shots = 100_000
    guard
      case .errorModel(let model) = try DetectionRoute.choose(
        for: circuit, shots: shots, choice: .errors
      ).route,
      case .frames(let frames) = try DetectionRoute.choose(
        for: circuit, shots: shots, choice: .frames
      ).route
    else {
      Issue.record("the route asked for is not taken")
      return
    }
    let a = try DetectorErrorSampler(model).sample(shots: shots, seed: 1, threads: 2)
    let b = try frames.sample(shots: shots, seed: 2, threads: 2).appended().detectors
    #expect(a.columnCount == b.columnCount && a.columnCount == 26)
    let (first, second) = (a.transposed(), b.transposed())
    for i in 0..<a.columnCount {
      for j in 0...i {
        func both(_ table: BitTable) -> Double {
          var count = 0
          for word in 0..<table.stride {
            count +=
              (table.words[i * table.stride + word] & table.words[j * table.stride + word])
              .nonzeroBitCount
          }
          return Double(count)
        }
        let (x, y) = (both(first), both(second))
        let deviation = (x + y + 1).squareRoot()
        #expect(abs(x - y) <= 5 * deviation, "columns \(i) and \(j): \(x), \(y)")
      }
    }
  }

  @Test func `many shots of a quiet circuit are drawn from the error model`() throws {
    let quiet = try Self.circuit(
      "R 0 1\nREPEAT 1000 {\nTICK\nX_ERROR(0.0001) 0 1\nCX 0 1 0 1 0 1\nMR 1\nDETECTOR rec[-1]\n}\n"
    )
    let many = try DetectionRoute.choose(for: quiet, shots: 1_000_000_000)
    guard case .errorModel = many.route else {
      Issue.record("frames: \(many.reason)")
      return
    }
    guard case .frames = try DetectionRoute.choose(for: quiet, shots: 1).route else {
      Issue.record("one shot is not worth an analysis")
      return
    }
  }

  @Test(arguments: [
    "HERALDED_ERASE(0.001) 0\nDETECTOR rec[-1]\n",
    "E(0.001) X0\nELSE_CORRELATED_ERROR(0.001) Z0\nM 0\nDETECTOR rec[-1]\n",
    "PAULI_CHANNEL_1(0.001, 0, 0.001) 0\nM 0\nDETECTOR rec[-1]\n",
    "H 0\nX_ERROR(0.001) 0\nM 0\nDETECTOR rec[-1]\n",
  ])
  func `what is not exactly independent goes by frames`(text: String) throws {
    let decision = try DetectionRoute.choose(
      for: try Self.circuit(text), shots: 1_000_000_000_000)
    guard case .frames = decision.route else {
      Issue.record("taken for exact: \(text)")
      return
    }
  }
}
