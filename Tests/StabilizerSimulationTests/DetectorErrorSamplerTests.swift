import QuantumCore
import StabilizerSimulation
import TestSupport
import Testing

struct DetectorErrorSamplerTests {
  /// Two kinds of rate, a coin, something certain, a wide mechanism, nested repeats and one that
  /// stays in place.
  private static let model: DetectorErrorModel = {
    var model = DetectorErrorModel()
    model.appendError(0.1, [.detector(0), .observable(0)])
    model.appendError(0.02, [.detector(0), .detector(1)])
    model.appendError(0.4, [.detector(1)])
    model.appendError(0.9, [.detector(2)])
    model.appendError(1, [.detector(3), .observable(17)])
    model.appendError(0.05, (0..<6).map { .detector($0) })
    model.appendError(0.1, [.detector(4), .separator, .detector(4), .detector(5)])
    model.appendRepeat(3) { body in
      body.appendError(0.03, [.detector(6), .detector(7), .observable(1)])
      body.appendRepeat(4) { inner in
        inner.appendError(0.07, [.detector(7), .detector(8)])
        inner.appendError(0.6, [.detector(9)])
        inner.appendShift(2)
      }
      body.appendRepeat(5) { $0.appendError(0.01, [.detector(8)]) }
      body.appendShift(1)
    }
    model.appendDetector(9)
    return model
  }()

  /// The chance of a 1 in every column, by combining mechanisms one after the other.
  private static func expectedRates(of model: DetectorErrorModel, columns: Int, detectors: Int)
    -> [Double]
  {
    var rates = [Double](repeating: 0, count: columns)
    func visit(_ block: BlockID, _ offset: inout UInt64) {
      for instruction in model.instructions(of: block) {
        switch instruction.kind {
        case .error:
          let p = model.arguments(of: instruction).first!
          var places: Set<Int> = []
          for target in model.targets(of: instruction) where !target.isSeparator {
            let place =
              target.isDetector ? Int(offset + target.value) : detectors + Int(target.value)
            places.formSymmetricDifference([place])
          }
          for place in places { rates[place] += p - 2 * rates[place] * p }
        case .shiftDetectors: offset += instruction.count
        case .repeatBlock:
          for _ in 0..<instruction.count { visit(instruction.body!, &offset) }
        case .detector, .logicalObservable: break
        }
      }
    }
    var offset: UInt64 = 0
    visit(.root, &offset)
    return rates
  }

  @Test func `detectors and observables flip as often as the model says`() throws {
    let sampler = try DetectorErrorSampler(Self.model)
    #expect(sampler.detectorCount == 37 && sampler.observableCount == 18)
    let shots = 100_000
    let table = try sampler.sample(shots: shots, seed: 3, threads: 2)
    let rates = Self.expectedRates(
      of: Self.model, columns: sampler.bitCount, detectors: sampler.detectorCount)
    for column in 0..<sampler.bitCount {
      let ones = (0..<shots).count { table[$0, column] }
      expectRate(ones, of: shots, is: rates[column], within: 5, "column \(column)")
    }
  }

  @Test func `mechanisms are independent and flip all of their targets`() throws {
    let sampler = try DetectorErrorReplay.sampler(for: Self.model)
    let replay = try DetectorErrorReplay(Self.model)
    let shots = 50_000
    let errors = try sampler.sample(shots: shots, seed: 4)
    #expect(errors.columnCount == 7 + 3 * (1 + 8 + 5) && replay.errorCount == errors.columnCount)
    // Pairs of neighbours: both happen as often as the product says.
    let ps = [0.1, 0.02, 0.4, 0.9, 1, 0.05, 0.1, 0.03, 0.07, 0.6, 0.07]
    for (column, p) in ps.enumerated() {
      expectRate((0..<shots).count { errors[$0, column] }, of: shots, is: p, within: 5)
      guard column > 0 else { continue }
      let both = (0..<shots).count { errors[$0, column] && errors[$0, column - 1] }
      expectRate(both, of: shots, is: p * ps[column - 1], within: 5, "mechanism \(column)")
    }
    let flips = replay.events(of: errors).appended().detectors
    let rates = Self.expectedRates(of: Self.model, columns: flips.columnCount, detectors: 37)
    for column in 0..<flips.columnCount {
      let ones = (0..<shots).count { flips[$0, column] }
      expectRate(ones, of: shots, is: rates[column], within: 5, "column \(column)")
    }
  }

  @Test func `replaying a mechanism flips what it names`() throws {
    let replay = try DetectorErrorReplay(Self.model)
    // In the third turn of the outer and the second of the inner block: offset 2 · 9 + 2.
    var errors = BitTable(rowCount: 1, columnCount: replay.errorCount)
    errors[0, 7 + 2 * 14 + 1 + 2] = true
    let flips = replay.events(of: errors).appended().detectors
    #expect((0..<flips.columnCount).filter { flips[0, $0] } == [27, 28])
  }

  @Test func `pairs of detectors are correlated as the model says`() throws {
    var model = DetectorErrorModel()
    for index in 0..<200 {
      model.appendError(0.001, [.detector(UInt64(index)), .detector(UInt64(index + 1))])
    }
    let sampler = try DetectorErrorSampler(model)
    #expect(abs(sampler.faultsPerShot - 0.2002) < 1e-4)
    let shots = 200_000
    let table = try sampler.sample(shots: shots, seed: 5)
    var (pairs, singles, numbers) = (0, 0, [Int](repeating: 0, count: 4))
    for shot in 0..<shots {
      let row = table.row(shot)
      if row[99], row[100] { pairs += 1 }
      if row[50] { singles += 1 }
      numbers[min(3, row.nonzeroBitCount / 2)] += 1
    }
    // Both: the mechanism between them alone, or both of their other ones.
    expectRate(pairs, of: shots, is: 0.001 * 0.999 * 0.999 + 0.999 * 1e-6, within: 5)
    expectRate(singles, of: shots, is: 2 * 0.001 * 0.999, within: 5)
    expectRate(numbers[0], of: shots, is: 0.81865, within: 5)
  }

  @Test func `threads and the number of shots change nothing`() throws {
    let sampler = try DetectorErrorSampler(Self.model)
    let one = try sampler.sample(shots: 70_001, seed: 9, threads: 1)
    for threads in [2, 3] {
      let isEqual = try sampler.sample(shots: 70_001, seed: 9, threads: threads) == one
      #expect(isEqual)
    }
    let fewer = try sampler.sample(shots: 65_600, seed: 9, threads: 2)
    #expect(fewer.words.elementsEqual(one.words.prefix(fewer.words.count)) as Bool)
    var words: [UInt64] = []
    try sampler.forEachBlock(shots: 70_001, seed: 9, threads: 2) { words += $0.words }
    let isEqual = words == one.words
    #expect(isEqual)
    #expect(try sampler.sample(shots: 100, seed: 10).words != Array(one.words[..<100]))
  }

  @Test func `columns hold what was asked for`() throws {
    let all = try DetectorErrorSampler(Self.model).sample(shots: 500, seed: 1)
    for columns in DetectorErrorSampler.Columns.allCases {
      let sampler = try DetectorErrorSampler(Self.model, columns: columns)
      let table = try sampler.sample(shots: 500, seed: 1)
      let places: [Int] =
        switch columns {
        case .detectors: Array(0..<37)
        case .observables: Array(37..<55)
        case .detectorsThenObservables: Array(0..<55)
        case .observablesThenDetectors: Array(37..<55) + Array(0..<37)
        case .separate: Array(0..<37)
        }
      #expect(table.columnCount == (columns == .separate ? 64 + 18 : places.count))
      // Mechanisms without a column are not drawn, so only a law holds for all: the certain ones.
      guard columns.hasAll else { continue }
      for (column, place) in places.enumerated() {
        #expect((0..<500).allSatisfy { table[$0, column] == all[$0, place] })
      }
    }
  }

  @Test func `a million turns stay folded`() throws {
    var model = DetectorErrorModel()
    model.appendRepeat(1_000_000) {
      $0.appendError(0.0001, [.detector(0), .detector(2)])
      $0.appendError(0.00001, [.detector(1), .observable(0)])
      $0.appendShift(2)
    }
    let sampler = try DetectorErrorSampler(model)
    #expect(sampler.detectorCount == 2_000_001)
    let table = try sampler.sample(shots: 20, seed: 2)
    let ones = (0..<20).reduce(0) { $0 + table.row($1).nonzeroBitCount }
    // 200 flips and 10 a shot; faults come in pairs of flips.
    #expect(abs(Double(ones) - 20 * 210) < 5 * (20 * 410.0).squareRoot())
    #expect((0..<20).contains { table.row($0).words[20_000...].contains { $0 != 0 } })
  }

  @Test func `models too large for a row are refused`() throws {
    var model = DetectorErrorModel()
    model.appendRepeat(1 << 60) {
      $0.appendRepeat(1 << 60) {
        $0.appendError(0.1, [.detector(5)])
        $0.appendShift(1 << 61)
      }
    }
    #expect(throws: Obstacle.self) { try DetectorErrorSampler(model) }
    var inPlace = DetectorErrorModel()
    inPlace.appendRepeat(1 << 60) { $0.appendError(0.1, [.detector(0)]) }
    let table = try DetectorErrorSampler(inPlace).sample(shots: 10_000, seed: 1)
    expectRate((0..<10_000).count { table[$0, 0] }, of: 10_000, is: 0.5, within: 5)
    #expect(throws: Obstacle.self) { try DetectorErrorReplay(inPlace) }
  }

  @Test func `a model of nothing gives rows of nothing`() throws {
    let empty = try DetectorErrorSampler(DetectorErrorModel())
    #expect(try empty.sample(shots: 5, seed: 1).columnCount == 0)
    var zero = DetectorErrorModel()
    zero.appendError(0, [.detector(3)])
    zero.appendError(0.5, [DetectorErrorModel.Target]())
    let table = try DetectorErrorSampler(zero).sample(shots: 100, seed: 1)
    #expect(table.columnCount == 4 && table.words.allSatisfy { $0 == 0 })
  }
}

extension DetectorErrorSampler.Columns {
  fileprivate var hasAll: Bool {
    self == .detectorsThenObservables || self == .observablesThenDetectors || self == .separate
  }
}
