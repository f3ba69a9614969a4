import QSim
import TestSupport
import Testing

struct CliffordRecognitionTests {
  @Test(arguments: Gate.unitaryGates.filter { $0.definition.qubitCount.map { $0 <= 2 } ?? false })
  func `gates at quarter turns are recognized, and nothing else`(gate: Gate) throws {
    forAll(UInt64(gate.rawValue) + 500, count: 12) { rng in
      let count = gate.definition.qubitCount!
      let controls = count < 2 && Bool.random(using: &rng) ? 1 : 0
      var circuit = Circuit(qubitCount: 2)
      let arguments = gate.definition.parameters.map { _ in
        Double(Int.random(in: -4...4, using: &rng)) * .pi / 2
      }
      circuit.append(
        gate, arguments: arguments,
        targets: (0..<count + controls).map {
          .qubit($0, inverted: $0 < controls && Bool.random(using: &rng))
        }, controlCount: controls)
      let recognition = CliffordRecognition(of: circuit)
      let (before, after) = (
        ReferenceSimulator.unitary(of: circuit), ReferenceSimulator.unitary(of: recognition.circuit)
      )
      #expect(before.distanceUpToPhase(to: after) < 1e-9)
      #expect(recognition.isClifford == Self.mapsPaulis(before))
      if recognition.isClifford {
        _ = try Tableau(of: circuit)
      } else {
        #expect(recognition.offenders.map(\.gate) == [gate])
      }
    }
  }

  /// Whether every generator goes to a matrix whose square is 1 and whose entries lie in one
  /// permutation with equal sizes.
  private static func mapsPaulis(_ matrix: ComplexMatrix) -> Bool {
    ["XI", "ZI", "IX", "IZ"].allSatisfy { text in
      let image = matrix * PauliString(text)!.matrix * matrix.adjoint
      return (0..<256).contains { index in
        let letters = [index & 3, index >> 2 & 3].map { Pauli(rawValue: UInt8($0))! }
        let string = PauliString(letters, phaseExponent: (index >> 4) & 3)
        return string.matrix.distance(to: image) < 1e-9
      }
    }
  }

  @Test func `angles a little off are no Cliffords`() {
    for (angle, isClifford) in [(Double.pi / 2 + 1e-11, true), (.pi / 2 + 1e-7, false)] {
      var circuit = Circuit()
      circuit.append(.rz, [angle], 0)
      #expect(CliffordRecognition(of: circuit).isClifford == isClifford)
    }
  }

  @Test(arguments: [1000, 4000]) func `different rotations are told by a look`(count: Int) {
    var circuit = Circuit()
    for index in 0..<count {
      let angle = 0.1 + 3e-4 * Double(index)
      circuit.append(.rx, [angle], 0)
      circuit.append(.u3, [angle, 0.3, 0.7], 0)
      circuit.append(.rzz, [angle], 0, 1)
      circuit.append(.ry, [.pi / 2], 0)
      circuit.append(.cphase, [.pi], 0, 1)
    }
    let recognition = CliffordRecognition(of: circuit)
    #expect(recognition.offenders.map(\.count) == [count, count, count])
    // One for each Clifford, and those angles that happen to be near one.
    #expect(recognition.checkCount <= 8)
  }

  @Test func `gates on three qubits are counted`() {
    var circuit = Circuit()
    circuit.append(.ccx, 0, 1, 2, 3, 4, 5)
    circuit.append(.t, 0)
    let offenders = CliffordRecognition(of: circuit).offenders
    #expect(offenders.map(\.count) == [2, 1] && offenders.map(\.gate) == [.ccx, .t])
  }
}
