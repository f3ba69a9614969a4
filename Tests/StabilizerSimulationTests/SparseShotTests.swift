import QuantumCore
import StabilizerSimulation
import TestSupport
import Testing

/// Shots so wide and so empty that they are drawn as the columns of their ones.
struct SparseShotTests {
  /// Every kind of mechanism there is, over more than 2²² detectors.
  private static let model: DetectorErrorModel = {
    var model = DetectorErrorModel()
    model.appendError(0.1, [.detector(0), .observable(0)])
    model.appendError(0.02, [.detector(0), .detector(5_000_000)])
    model.appendError(0.4, [.detector(1)])
    model.appendError(0.9, [.detector(2), .detector(70), .detector(900)])
    model.appendError(1, [.detector(3), .observable(17)])
    model.appendError(0.05, (0..<6).map { .detector(100 * $0) })
    model.appendRepeat(1000) { body in
      body.appendError(0.003, [.detector(6), .detector(7), .observable(1)])
      body.appendRepeat(4) { inner in
        inner.appendError(0.007, [.detector(7), .detector(8)])
        inner.appendShift(1000)
      }
      body.appendRepeat(5) { $0.appendError(0.001, [.detector(8)]) }
    }
    model.appendRepeat(3) { body in
      body.appendError(0.6, [.detector(9)])
      body.appendShift(2)
    }
    return model
  }()

  @Test(arguments: DetectorErrorSampler.Columns.allCases)
  func `ones are those of the rows`(columns: DetectorErrorSampler.Columns) throws {
    let sampler = try DetectorErrorSampler(
      Self.model, columns: columns, atLeast: (9_000_000, columns == .observables ? 5_000_000 : 20))
    #expect(sampler.isSparse)
    let shots = 70
    let table = try sampler.sample(shots: shots, seed: 8, threads: 2)
    var count = 0
    try sampler.forEachSparseRow(shots: shots, seed: 8) { row in
      #expect(row.rowCount == 1 && row.columnCount == table.columnCount)
      let bits = table.row(count)
      #expect(row[0].count == bits.nonzeroBitCount)
      #expect(row[0].allSatisfy { table[count, Int($0)] })
      count += 1
    }
    #expect(count == shots)
  }

  @Test func `what is held follows what happens, not the width`() throws {
    var model = DetectorErrorModel()
    model.appendError(0.5, [.detector(0), .detector((1 << 31) - 2)])
    let sampler = try DetectorErrorSampler(model, memoryLimit: 1 << 10)
    var held = 0
    try sampler.forEachSparseRow(shots: 1000, seed: 1) { held += $0.columns.count }
    expectRate(held / 2, of: 1000, is: 0.5, within: 5)
  }

  @Test func `events of wide models are the same as ones`() throws {
    let replay = try DetectorErrorReplay(Self.model)
    #expect(replay.isWide)
    let errors = try DetectorErrorReplay.sampler(for: Self.model).sample(shots: 5, seed: 3)
    let events = replay.events(of: errors)
    for shot in 0..<5 {
      let ones = (0..<errors.columnCount).filter { errors[shot, $0] }
      let sparse = replay.sparseEvents(of: ones)
      for (row, table) in [
        (sparse.detectors, events.detectors), (sparse.observables, events.observables),
      ] {
        #expect(row.columnCount == table.columnCount)
        #expect(row[0].count == table.row(shot).nonzeroBitCount)
        #expect(row[0].allSatisfy { table[shot, Int($0)] })
      }
    }
  }

  @Test func `more errors than are accepted are refused before any is drawn`() throws {
    for probability in [0.3, 1] {
      var model = DetectorErrorModel()
      model.appendRepeat(1 << 30) {
        $0.appendError(probability, [.detector(0)])
        $0.appendShift(1)
      }
      let error = #expect(throws: Obstacle.self) { try DetectorErrorSampler(model) }
      guard case .memory = error?.kind else {
        Issue.record("the refusal is for want of memory")
        return
      }
    }
  }

  @Test func `a row holds what is named an odd number of times`() {
    var rows = SparseRows(columnCount: 10)
    var flips: [UInt32] = [7, 3, 7, 9, 3, 3]
    rows.appendRow(flips: &flips)
    var none: [UInt32] = []
    rows.appendRow(flips: &none)
    #expect(Array(rows[0]) == [3, 9] && rows[1].isEmpty && rows.rowCount == 2)
    #expect(Array(rows.columns(2..<9)[0]) == [1])
    // Long rows are sorted otherwise.
    forAll(20_261_202, count: 6) { rng in
      let most = [UInt32(3000), 1 << 11, 1 << 22, 1 << 31][Int.random(in: 0..<4, using: &rng)]
      var many = (0..<10_000).map { _ in UInt32.random(in: 0..<most, using: &rng) }
      var odd: Set<UInt32> = []
      for flip in many { odd.formSymmetricDifference([flip]) }
      var long = SparseRows(columnCount: 1 << 31)
      long.appendRow(flips: &many)
      #expect(Array(long[0]) == odd.sorted())
    }
    rows.append(rows.rows(0..<1))
    #expect(rows.rowCount == 3 && Array(rows[2]) == [3, 9])
  }
}
