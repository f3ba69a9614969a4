import QSim
import TestSupport
import Testing

struct FrameSamplerTests {
  /// Records and their exact probabilities.
  private func exact(_ circuit: Circuit, sweepBits: [Bool] = []) throws -> [String: Double] {
    var probabilities: [String: Double] = [:]
    for (memory, probability) in try ReferenceSimulator.distribution(
      of: circuit, sweepBits: sweepBits) where probability > 1e-13
    {
      probabilities[memory.record.description, default: 0] += probability
    }
    return probabilities
  }

  private func sampler(_ text: String) throws -> FrameSampler {
    try FrameSampler(stim(text))
  }

  @Test func `random noisy circuits give the records of density matrices`() {
    forAll(4001, count: 300) { rng in
      let circuit = RandomNoisyCliffords.circuit(qubits: 3, steps: 14, using: &rng)
      let sampler = try FrameSampler(circuit)
      let table = try sampler.sample(shots: 4000, seed: rng.next())
      try expectCounts(
        rowCounts(table), match: exact(circuit), within: 5.5, "\(stimText(circuit))")
    }
  }

  /// One qubit per case: what each circuit of one instruction after a preparation must give.
  @Test(arguments: [
    "X 0\nM 0 !0\nM(0.25) 0", "H 0\nM 0\nM 0\nMX 0\nMX 0", "RY 0\nMY 0\nMY !0\nM 0",
    "MR 0\nX 0\nMR 0\nMR 0", "MRX 0\nMRX 0\nZ 0\nMX 0", "MRY 0\nMRY 0\nX 0\nMRY 0", "MY 0 0 0",
    "MPAD 0 1 1\nMPAD(0.3) 0 1", "MPP X0*X0 !Z1*Z1\nMPP X0*X1 Z0*Z1 Y0*Y1\nMPP(0.1) X0*X1",
    "MXX 0 1\nMZZ 0 1\nMYY 0 !1", "H 0\nCX 0 1\nMZZ 0 1 1 2\nMXX 0 1",
    "H 0\nMR 0\nCX rec[-1] 1\nM 1\nCZ 1 rec[-1]\nXCZ 2 rec[-2]\nM 2\nYCZ 2 rec[-1]\nM 2",
    "REPEAT 3 {\nH 0\nM 0\nCX rec[-1] 1\n}\nM 1",
    "REPEAT 3 {\nREPEAT 2 {\nC_XYZ 0\nSWAP 0 1\n}\nM(0.1) 0\nCX rec[-1] 2\n}\nM 2",
    "X_ERROR(0.3) 0\nREPEAT 301 {\nC_XYZ 0\nCX 0 1\nS 1\nH 1\n}\nM 0\nM 1",
    "X_ERROR(0.3) 0\nREPEAT 3 {\nREPEAT 259 {\nS 0\nH 0\nCZ 0 1\nISWAP 1 2\n}\nC_XYZ 2\n}\nMX 0\nM 1 2",
    "HERALDED_ERASE(0.4) 0\nM 0", "HERALDED_ERASE(0) 0\nM 0", "H 0\nHERALDED_ERASE(1) 0\nMX 0",
    "HERALDED_PAULI_CHANNEL_1(0.1,0.2,0.3,0.15) 0\nM 0",
    "E(0.3) X0 Y1\nELSE_CORRELATED_ERROR(0.5) X1\nELSE_CORRELATED_ERROR(1) X0\nM 0 1",
    "ELSE_CORRELATED_ERROR(0.25) X0\nELSE_CORRELATED_ERROR(0.5) X1\nE(0) X2\nELSE_CORRELATED_ERROR(0.125) X2\nM 0 1 2",
    "REPEAT 2 {\nELSE_CORRELATED_ERROR(0.4) X0\nM 0\n}", "SPP X0*X0 Y0\nM 0\nSPP_DAG X0*Z1\nM 0 1",
    "X_ERROR(1) 0\nY_ERROR(1) 1\nZ_ERROR(1) 2\nM 0 1 2", "X_ERROR(0) 0\nDEPOLARIZE1(0) 0\nM 0",
    "X_ERROR(0.5) 0 1\nX_ERROR(0.001) 2\nX_ERROR(0.99) 0\nM 0 1 2",
    "X_ERROR(0.02) 0 0\nX_ERROR(0.05) 1 1 2\nM 0 1 2",
    "DEPOLARIZE2(0.7) 0 1\nDEPOLARIZE2(0.01) 1 2\nM 0 1 2",
  ])
  func `small circuits give their exact distribution`(text: String) throws {
    let circuit = try stim(text)
    let table = try sampler(text).sample(shots: 50_000, seed: 11)
    try expectCounts(rowCounts(table), match: exact(circuit))
  }

  @Test func `bytes are the same for any number of threads`() throws {
    let circuit = try stim(
      """
      H 0
      REPEAT 20 {
        CX 0 1 2 3
        DEPOLARIZE2(0.01) 0 1 2 3
        X_ERROR(0.1) 0 1 2 3
        MR 1 3
      }
      M 0 2
      """)
    let sampler = try FrameSampler(circuit, usesReference: false)
    let table = try sampler.sample(shots: 20_011, seed: 3, threads: 1)
    for threads in [2, 3, 8] {
      #expect(try sampler.sample(shots: 20_011, seed: 3, threads: threads) == table)
      var words: [UInt64] = []
      try sampler.forEachBlock(shots: 20_011, seed: 3, threads: threads) { words += $0.words }
      #expect(words == table.words)
    }
    #expect(try sampler.sample(shots: 20_011, seed: 4) != table)
  }

  @Test(arguments: [0, 1, 63, 64, 65, 1000, 2048, 2049])
  func `a sample starts with every shorter sample`(shots: Int) throws {
    let circuit = try stim("H 0\nX_ERROR(0.1) 1\nM 0 1\nMPAD 1\nDEPOLARIZE1(0.3) 0\nMR 0 1")
    let sampler = try FrameSampler(circuit, usesReference: false)
    let long = try sampler.sample(shots: 5000, seed: 6)
    let short = try sampler.sample(shots: shots, seed: 6, threads: 2)
    #expect(short.rowCount == shots)
    #expect(short.words.elementsEqual(long.words.prefix(short.words.count)))
    var rows = 0
    try sampler.forEachBlock(shots: shots, seed: 6, threads: 2) { rows += $0.rowCount }
    #expect(rows == shots)
  }

  @Test func `sweep bits act on their own shot`() throws {
    let sampler = try sampler("CX sweep[0] 0\nCZ sweep[65] 1\nCY 1 2\nCY sweep[3] 2\nM 0 1 2")
    var sweep = BitTable(rowCount: 3000, columnCount: 70)
    var rng = PhiloxGenerator(seed: 8)
    for row in 0..<3000 {
      for column in [0, 3, 65] { sweep[row, column] = Bool.random(using: &rng) }
    }
    let table = try sampler.sample(shots: 3000, seed: 1, threads: 2, sweep: sweep)
    for row in 0..<3000 {
      #expect(table[row, 0] == sweep[row, 0])
      #expect(table[row, 2] == sweep[row, 3])
      #expect(!table[row, 1])
    }
    var all = BitTable(rowCount: 1, columnCount: 1)
    all[0, 0] = true
    let same = try sampler.sample(shots: 70, seed: 1, sweep: all)
    #expect((0..<70).allSatisfy { same.row($0).description == "100" })
  }

  @Test func `a thrown error ends the stream`() throws {
    struct Stop: Error {}
    let sampler = try FrameSampler(stim("M 0"), usesReference: false)
    for threads in [1, 2, 3] {
      var calls = 0
      #expect(throws: Stop.self) {
        try sampler.forEachBlock(shots: 100_000, seed: 0, threads: threads) { _ in
          calls += 1
          if calls == 3 { throw Stop() }
        }
      }
      #expect(calls == 3)
    }
  }

  @Test func `the largest qubit index costs nothing`() throws {
    let sampler = try flipSampler("X_ERROR(1) 16777215\nM 16777215 7")
    #expect(try sampler.sample(shots: 3, seed: 0).row(2).description == "10")
  }

  private func flipSampler(_ text: String) throws -> FrameSampler {
    try FrameSampler(stim(text), usesReference: false)
  }

  @Test func `a circuit without measurements gives empty rows`() throws {
    let table = try flipSampler("H 0\nDEPOLARIZE1(0.1) 0").sample(shots: 12, seed: 0)
    #expect(table.rowCount == 12 && table.columnCount == 0)
  }

  @Test(arguments: [
    "M 0\nCX rec[-2] 0", "CX rec[-1] 0", "REPEAT 5 {\nCX rec[-1] 0\nM 0\n}", "MPP X0*Z0",
    "SPP X0*Y1*Z0", "M 0\nCX 0 rec[-1]", "M 0\nXCZ rec[-1] 0",
  ])
  func `wrong circuits are refused with their place`(text: String) throws {
    let error = #expect(throws: Diagnostic.self) { try FrameSampler(stim(text)) }
    #expect(error?.range != nil)
  }

  @Test(arguments: ["S[T] 0", "I[R_X(theta=0.3*pi)] 0", "I_ERROR[AMPLITUDE_DAMPING(gamma=0.1)] 0"])
  func `what frames cannot follow is refused with its place`(text: String) throws {
    let error = #expect(throws: Obstacle.self) { try FrameSampler(stim("H 0\n" + text)) }
    #expect(error?.range?.line == 2)
  }

  /// Both gates together turn the flips (1, 0) to (0, 1), to (1, 1), and back.
  @Test(arguments: [[false, true], [true, true], [true, false]].enumerated().map { ($0, $1) })
  func `gates are repeated any number of times at once`(extraTurns: Int, flips: [Bool]) throws {
    let turns = 1_000_000_000_000_000_000 + extraTurns
    let text = "X_ERROR(1) 0\nREPEAT \(turns) {\nREPEAT 1000000000 {\nCX 0 1 1 0\n}\n}\nM 0 1\n"
    let table = try sampler(text).sample(shots: 3, seed: 1)
    for shot in 0..<3 { #expect((0..<2).map { table[shot, $0] } == flips) }
  }

  @Test func `a large circuit is the same compiled on two threads`() throws {
    var text = "R 0\n"
    for layer in 0..<400 {
      let qubits = (0..<60).map { ($0 * 7 + layer) % 60 }
      let gate = ["H", "S", "CX", "SQRT_X", "CZ"][layer % 5]
      text += gate + qubits.map { " \($0)" }.joined() + "\nDEPOLARIZE1(0.001) 5 \(layer % 60)\n"
    }
    let circuit = try stim(text + "M" + (0..<60).map { " \($0)" }.joined() + "\n")
    let one = try FrameSampler(circuit).sample(shots: 300, seed: 5)
    #expect(try FrameSampler(circuit, threads: 2).sample(shots: 300, seed: 5) == one)
    let wrong = try stim("CX rec[-1] 0\n" + text)
    let messages = [1, 2].map { threads in
      #expect(throws: Diagnostic.self) { try FrameSampler(wrong, threads: threads) }?.message
    }
    #expect(messages[0] != nil && messages[0] == messages[1])
  }

  @Test func `results too large for memory are refused`() throws {
    let text = "REPEAT 1000000000000000000 {\nREPEAT 1000 {\nM 0\n}\n}"
    #expect(throws: Obstacle.self) { try FrameSampler(stim(text)) }
    let sampler = try FrameSampler(stim("M 0"), usesReference: false, memoryLimit: 1 << 24)
    #expect(throws: Obstacle.self) { try sampler.sample(shots: 1 << 40, seed: 0) }
  }
}
