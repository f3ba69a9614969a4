import QuantumCore
import Testing

struct PhiloxTests {
  /// From numpy: `Philox(key=[1, 2], counter=0)` steps its counter before the first block.
  @Test func `words agree with numpy`() {
    let philox = Philox(key: (1, 2))
    #expect(
      philox.words(at: SIMD4(1, 0, 0, 0))
        == SIMD4(
          0x4f2f_4313_b553_6b09, 0x5b61_7be3_219f_f32a, 0x0972_9347_6f92_75cb, 0xf63f_3bf4_962c_3942
        ))
    #expect(
      philox.words(at: .zero)
        == SIMD4(
          0x46fd_f329_c224_985e, 0x49eb_d8a2_8e9e_c134, 0x528e_3ef0_7e63_0d40, 0x69a5_7877_b5c5_20c8
        ))
    #expect(philox.word(1) == 0x4f2f_4313_b553_6b09)
  }

  @Test func `uniform numbers are below 1`() {
    #expect(Philox.uniform(.max) < 1)
    #expect(Philox.uniform(.max) == 1 - 0x1p-53)
    #expect(Philox.uniform(0) == 0)
  }

  @Test func `purposes, seeds and blocks give different streams`() {
    var first: Set<UInt64> = []
    for purpose in [Philox.Purpose.terminalSampling, .trajectory, .generation] {
      for seed in 0..<4 as Range<UInt64> {
        for block in 0..<4 as Range<UInt64> {
          var generator = PhiloxGenerator(seed: seed, purpose: purpose, block: block)
          first.insert(generator.next())
        }
      }
    }
    #expect(first.count == 48)
  }

  @Test func `normal numbers have mean 0 and variance 1`() {
    var generator = PhiloxGenerator(seed: 9)
    let count = 200_000.0
    var (sum, squares) = (0.0, 0.0)
    for _ in 0..<Int(count) {
      let value = generator.normal()
      sum += value
      squares += value * value
    }
    #expect(abs(sum / count) < 5 / count.squareRoot())
    #expect(abs(squares / count - 1) < 5 * (2 / count).squareRoot())
  }
}

struct ComplexMatrixTests {
  typealias Element = ComplexMatrix.Element

  static func random(_ size: Int, _ random: inout PhiloxGenerator) -> ComplexMatrix {
    ComplexMatrix(
      rowCount: size, columnCount: size,
      elements: (0..<size * size).map { _ in Element(random.normal(), random.normal()) })
  }

  /// Gram–Schmidt on random columns.
  static func randomUnitary(_ size: Int, _ generator: inout PhiloxGenerator) -> ComplexMatrix {
    var matrix = random(size, &generator)
    for column in 0..<size {
      for earlier in 0..<column {
        let overlap = (0..<size).reduce(Element.zero) {
          $0 + matrix[$1, earlier].conjugate * matrix[$1, column]
        }
        for row in 0..<size { matrix[row, column] -= overlap * matrix[row, earlier] }
      }
      let norm = (0..<size).reduce(0.0) { $0 + matrix[$1, column].lengthSquared }.squareRoot()
      for row in 0..<size { matrix[row, column] *= Element(1 / norm) }
    }
    return matrix
  }

  @Test(arguments: [1, 2, 4, 8, 16, 64])
  func `a unitary is its eigenvectors and eigenvalues`(size: Int) {
    var generator = PhiloxGenerator(seed: UInt64(size))
    let matrix = Self.randomUnitary(size, &generator)
    let (values, vectors) = matrix.normalEigendecomposition()
    #expect(vectors.isUnitary(tolerance: 1e-11))
    #expect((vectors * .diagonal(values) * vectors.adjoint).distance(to: matrix) < 1e-11)
    #expect(values.allSatisfy { abs($0.length - 1) < 1e-11 })
  }

  @Test func `degenerate eigenvalues are no obstacle`() {
    var generator = PhiloxGenerator(seed: 77)
    let basis = Self.randomUnitary(8, &generator)
    for entries in [[1, 1, 1, 1, -1, -1, -1, -1], [Element.i, .i, 1, 1, 1, -1, -1, -.i]]
      as [[Element]]
    {
      let matrix = basis * .diagonal(entries) * basis.adjoint
      let (values, vectors) = matrix.normalEigendecomposition()
      #expect((vectors * .diagonal(values) * vectors.adjoint).distance(to: matrix) < 1e-11)
    }
  }

  @Test(arguments: [2, 4, 8])
  func `roots and powers of a unitary multiply up`(size: Int) {
    var generator = PhiloxGenerator(seed: UInt64(size) + 40)
    let matrix = Self.randomUnitary(size, &generator)
    let half = matrix.power(0.5)
    #expect((half * half).distance(to: matrix) < 1e-11)
    #expect(matrix.power(-0.5).distance(to: half.adjoint) < 1e-11)
    #expect((matrix.power(0.3) * matrix.power(0.7)).distance(to: matrix) < 1e-11)
    #expect(matrix.power(3).distance(to: matrix * matrix * matrix) < 1e-12)
    #expect(matrix.power(-1).distance(to: matrix.adjoint) < 1e-12)
    #expect(matrix.power(100).distance(to: matrix.power(50) * matrix.power(50)) < 1e-9)
    #expect(matrix.power(0).distance(to: .identity(size)) == 0)
  }

  @Test func `the principal root of minus one is i`() {
    #expect(
      Gate.z.definition.matrix!([]).power(0.5).distance(to: Gate.s.definition.matrix!([])) < 1e-12)
    #expect(
      Gate.x.definition.matrix!([]).power(0.5).distance(to: Gate.sqrtX.definition.matrix!([]))
        < 1e-12)
  }

  @Test func `the right factor of a Kronecker product is the low part`() {
    let product = ComplexMatrix([[1, 2], [3, 4]]).kronecker(ComplexMatrix([[0, 5]]))
    #expect(product == ComplexMatrix([[0, 5, 0, 10], [0, 15, 0, 20]]))
  }

  @Test func `controls stand below the gate's own qubits`() {
    #expect(Gate.x.definition.matrix!([]).controlled() == Gate.cx.definition.matrix!([]))
    let negated = Gate.x.definition.matrix!([]).controlled(by: 1, negated: 1)
    #expect(negated == ComplexMatrix([[0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]]))
  }

  @Test func `distances see and forgive a phase`() {
    var generator = PhiloxGenerator(seed: 6)
    let matrix = Self.randomUnitary(4, &generator)
    let turned = matrix.scaled(by: Element(length: 1, phase: 1))
    #expect(matrix.distance(to: turned) > 0.1)
    #expect(matrix.distanceUpToPhase(to: turned) < 1e-14)
    #expect(matrix.distanceUpToPhase(to: Self.randomUnitary(4, &generator)) > 0.1)
  }
}

struct StatisticsTests {
  /// x, a, b and scipy.special.betainc(a, b, x).
  private static let betas: [(x: Double, a: Double, b: Double, value: Double)] = [
    (0.5, 1, 1, 0.5), (0.1, 2, 3, 0.05230000000000001), (0.9, 2, 3, 0.9963),
    (0.3, 0.5, 0.5, 0.36901011956554536), (0.999, 50, 0.5, 0.7523690199653766),
    (0.01, 1, 1000, 0.9999568287525893), (0.5, 100, 100, 0.5),
    (0.45, 1000, 1200, 0.33466234267154027),
    (0.2, 3.5, 7.25, 0.19284161922441878), (1e-6, 2, 5, 1.4999960000044997e-11),
    (0.7, 10, 1, 0.02824752489999998), (0.02, 5, 300, 0.7282458011516495),
    (0.5000001, 1e6, 1e6, 0.5001128379010085), (0, 2, 2, 0), (1, 2, 2, 1), (-1, 2, 2, 0),
    (2, 2, 2, 1),
  ]

  @Test func `the incomplete beta function agrees with scipy`() {
    for (x, a, b, value) in Self.betas {
      #expect(abs(regularizedBeta(x, a, b) - value) < 1e-9 * max(value, 1e-3), "I_\(x)(\(a), \(b))")
    }
  }

  /// Successes, trials, scipy's Wilson and exact 95 % intervals, and both tails at rate 0.3.
  private static let estimates: [(Int, Int, Double, Double, Double, Double, Double, Double)] = [
    (0, 10, 0.0, 0.27753279986288926, 0.0, 0.30849710781876294, 0.028247524900000005, 1.0),
    (10, 10, 0.7224672001371109, 1.0, 0.6915028921812371, 1.0, 1.0, 5.9048999999999975e-06),
    (
      3, 10, 0.10779126740630102, 0.6032218525388546, 0.06673951117773447, 0.652452850060008,
      0.6496107184, 0.6172172136
    ),
    (
      1, 1000, 0.00017654637062607809, 0.0056425585979579355, 2.5317487491674634e-05,
      0.0055589242798499, 0, 1.0
    ),
    (
      500, 1000, 0.4690696003681042, 0.5309303996318958, 0.46854917297179194, 0.531450827028208,
      1.0, 0
    ),
    (
      12345, 100000, 0.12142561775452174, 0.12550331116056454, 0.12141710670788443,
      0.125504760848672, 0, 1.0
    ),
    (1, 1, 0.20654931437723745, 1.0, 0.025, 1.0, 1.0, 0.3),
    (
      999_999, 1_000_000, 0.9999943350881957, 0.9999998234754233, 0.9999944283693444,
      0.9999999746821948, 1.0, 0
    ),
  ]

  @Test func `intervals and tails agree with scipy`() {
    for (successes, trials, wilsonLow, wilsonHigh, low, high, lower, upper) in Self.estimates {
      let estimate = BinomialEstimate(successes: successes, trials: trials)
      let wilson = estimate.wilsonInterval()
      #expect(
        abs(wilson.lowerBound - wilsonLow) < 1e-12 && abs(wilson.upperBound - wilsonHigh) < 1e-12)
      let exact = estimate.exactInterval()
      #expect(abs(exact.lowerBound - low) < 1e-9 && abs(exact.upperBound - high) < 1e-9)
      #expect(abs(estimate.lowerTail(rate: 0.3) - lower) < 1e-9)
      #expect(abs(estimate.upperTail(rate: 0.3) - upper) < 1e-9)
    }
  }

  @Test(arguments: [1, 3, 20, 1 << 40, Int.max])
  func `exact intervals of nothing and of everything are mirror images`(trials: Int) {
    let none = BinomialEstimate(successes: 0, trials: trials).exactInterval()
    let all = BinomialEstimate(successes: trials, trials: trials).exactInterval()
    #expect(none.lowerBound == 0 && all.upperBound == 1)
    #expect(abs(none.upperBound + all.lowerBound - 1) < 1e-15)
    // (1 − p)ⁿ is 0.025 at the end, as 95 % leave it on each side.
    let silence = Double.exp(Double(trials) * Double.log(onePlus: -none.upperBound))
    #expect(abs(silence / 0.025 - 1) < 1e-9)
  }

  @Test func `no trials tell nothing`() {
    let estimate = BinomialEstimate(successes: 0, trials: 0)
    #expect(estimate.rate.isNaN)
    #expect(estimate.wilsonInterval() == 0...1)
    #expect(estimate.exactInterval() == 0...1)
  }
}
