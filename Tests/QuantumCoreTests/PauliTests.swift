import QuantumCore
import Testing

struct PauliStringTests {
  private static func random(_ count: Int, _ generator: inout PhiloxGenerator) -> PauliString {
    PauliString(
      (0..<count).map { _ in Pauli.allCases.randomElement(using: &generator)! },
      phaseExponent: Int.random(in: 0..<4, using: &generator))
  }

  @Test func `products agree with those of matrices`() {
    var generator = PhiloxGenerator(seed: 1)
    for _ in 0..<200 {
      let count = Int.random(in: 0...5, using: &generator)
      let (a, b) = (Self.random(count, &generator), Self.random(count, &generator))
      #expect((a * b).matrix.distance(to: a.matrix * b.matrix) == 0)
      #expect((-a).matrix.distance(to: a.matrix.scaled(by: -1)) == 0)
      let commute = (a.matrix * b.matrix).distance(to: b.matrix * a.matrix) == 0
      #expect(a.commutes(with: b) == commute)
      #expect(a.isHermitian == (a.matrix.distance(to: a.matrix.adjoint) == 0))
      #expect(a.weight == a.factors.count)
    }
  }

  @Test func `long strings multiply word by word`() {
    var generator = PhiloxGenerator(seed: 2)
    for count in [63, 64, 65, 200] {
      let (a, b) = (Self.random(count, &generator), Self.random(count, &generator))
      let square = a * a
      #expect(square.weight == 0)
      #expect(square.phaseExponent == (2 * a.phaseExponent) & 3)
      #expect(((a * b) == (b * a)) == a.commutes(with: b))
    }
  }

  @Test func `strings of different length are padded with identities`() throws {
    let (short, long) = (try #require(PauliString("X")), try #require(PauliString("ZZZ")))
    #expect((short * long).description == "-iYZZ")
    #expect(!short.commutes(with: long))
    #expect(!long.commutes(with: short))
  }

  @Test(arguments: ["+", "-", "+i", "-i", "+X_Z", "-iYY", "+_XYZ"])
  func `text is read back`(text: String) throws {
    #expect(try #require(PauliString(text)).description == text)
  }

  @Test func `spellings are equal and nonsense is refused`() {
    #expect(PauliString("xIz") == PauliString("+X_Z"))
    for text in ["++X", "A", "X Y", "-+X", "i-X", "X0"] { #expect(PauliString(text) == nil) }
  }

  @Test func `flows are read`() throws {
    let flow = try #require(StabilizerFlow("X_ -> -YX xor rec[-2] xor rec[-1]"))
    #expect(flow.input.description == "+X_" && flow.output.description == "-YX")
    #expect(flow.records == [2, 1])
    #expect(try #require(StabilizerFlow("1 -> Z")).input.count == 0)
    for text in ["X", "X ->", "X => Z", "X -> Q", "X -> Z Z", "X -> rec[x]"] {
      #expect(StabilizerFlow(text) == nil, "\(text)")
    }
  }
}

struct PauliSumTests {
  @Test func `terms are read in both forms`() throws {
    let sum = try PauliSum(parsing: "# energy\n-0.7 X0*Z3\r\n\n0.5 XIZ  # dense\n 2\n1e-1 y1*X0\n")
    #expect(sum.terms.map(\.coefficient) == [-0.7, 0.5, 2, 0.1])
    #expect(sum.terms.map(\.pauli.description) == ["+X__Z", "+X_Z", "+", "+XY"])
    #expect(sum.qubitCount == 4)
  }

  @Test func `signs move into coefficients`() throws {
    let term = PauliSum.Term(2, try #require(PauliString("-XY")))
    #expect(term.coefficient == -2)
    #expect(term.pauli.phaseExponent == 0)
  }

  private static let errors: [(text: String, line: Int, column: Int, length: Int)] = [
    ("x X0", 1, 1, 1), ("1 X0\n  nan Z1", 2, 3, 3), ("1 X0 Z1", 1, 6, 2), ("0.5 X0*X0", 1, 5, 5),
    ("0.5 X0**Z1", 1, 5, 6), ("0.5 X", 0, 0, 0), ("0.5 Q0", 1, 5, 2), ("0.5 X16777216", 1, 5, 9),
    ("é 1\n", 1, 1, 1), ("1e999 X0", 1, 1, 5), ("0.5 -X0", 1, 5, 3),
    ("0.5 X99999999999999999999", 1, 5, 21),
  ]

  @Test func `errors point at the word`() throws {
    for (text, line, column, length) in Self.errors {
      if line == 0 {
        #expect(try PauliSum(parsing: text).terms.count == 1)
        continue
      }
      let diagnostic = try #require(
        #expect(throws: Diagnostic.self, "\(text)") { try PauliSum(parsing: text) })
      #expect(
        diagnostic.range == SourceRange(line: line, column: column, length: length), "\(text)")
    }
  }
}

struct BitVectorTests {
  @Test func `a vector agrees with an array of booleans`() {
    var generator = PhiloxGenerator(seed: 3)
    for count in [0, 1, 63, 64, 65, 127, 128, 300] {
      let bools = (0..<count).map { _ in Bool.random(using: &generator) }
      let others = (0..<count).map { _ in Bool.random(using: &generator) }
      var bits = BitVector(bools)
      #expect(bits.elementsEqual(bools))
      #expect(bits.nonzeroBitCount == bools.count { $0 })
      #expect(bits.isZero == !bools.contains(true))
      #expect(bits.description == String(bools.map { $0 ? "1" : "0" }))
      #expect(BitVector(words: bits.words, count: count) == bits)
      for index in bits.indices { bits[index].toggle() }
      #expect(bits.elementsEqual(bools.map { !$0 }))
      bits.formSymmetricDifference(BitVector(others))
      #expect(bits.elementsEqual(zip(bools, others).map { !$0 != $1 }))
    }
  }

  @Test func `words are read and stored across borders`() {
    var generator = PhiloxGenerator(seed: 4)
    let bools = (0..<200).map { _ in Bool.random(using: &generator) }
    let bits = BitVector(bools)
    for start in [0, 1, 5, 60, 63, 64, 100, 130] {
      for width in [0, 1, 3, 32, 63, 64] {
        let value = bits.word(at: start, count: width)
        for k in 0..<64 { #expect((value >> Int64(k) & 1 == 1) == (k < width && bools[start + k])) }
        var copy = BitVector(count: 200)
        copy.setWord(value, at: start, count: width)
        #expect(copy.word(at: start, count: width) == value)
        #expect(copy.nonzeroBitCount == value.nonzeroBitCount)
      }
    }
  }

  @Test func `surplus bits of given words are cleared`() {
    #expect(BitVector(words: [.max, .max], count: 65).nonzeroBitCount == 65)
    #expect(BitVector(words: [.max], count: 65).nonzeroBitCount == 64)
    #expect(BitVector(words: [.max, .max], count: 3) == BitVector([true, true, true]))
  }

  @Test func `rows of a table are vectors`() {
    var table = BitTable(rowCount: 3, columnCount: 70)
    table[1, 69] = true
    table[1, 0] = true
    table[2, 64] = true
    #expect(table.row(1).nonzeroBitCount == 2 && table.row(1)[69] && table.row(1)[0])
    #expect(table.row(0).isZero)
    table[1, 69] = false
    #expect(!table[1, 69] && table[1, 0])
    table.setRow(0, to: table.row(2))
    #expect(table.row(0) == table.row(2) && table[0, 64])
  }

  @Test func `samples are counted by row`() {
    for columns in [2, 64, 65, 130] {
      var table = BitTable(rowCount: 4, columnCount: columns)
      for row in [0, 2, 3] { table[row, columns - 1] = true }
      let counts = Samples(source: .record, table: table).counts()
      #expect(counts.count == 2)
      #expect(counts[table.row(0)] == 3 && counts[table.row(1)] == 1)
    }
  }
}
