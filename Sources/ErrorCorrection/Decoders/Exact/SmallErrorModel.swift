import QuantumCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// An error model with so few detectors and observables that a table holds every combination of
/// them.
///
/// A combination is a number: detector d is its bit d, observable k its bit `detectorCount + k`.
public struct SmallErrorModel: Sendable {
  /// The most detectors and observables together: tables of 2²⁵ numbers, 256 MiB.
  public static let bitLimit = 25

  /// The number of detectors, which are the low bits of a combination.
  public let detectorCount: Int
  /// The number of observables, whose bits stand above the detectors.
  public let observableCount: Int
  /// The number of bits of a combination, at most `bitLimit`.
  public var bitCount: Int { detectorCount + observableCount }

  /// Something that happens with a probability, independently of all else, and flips some bits.
  package struct Mechanism: Sendable, Hashable {
    package let flips: UInt32
    package let probability: Double
  }

  /// Ascending in what they flip, which differs and is not nothing.
  package let mechanisms: [Mechanism]

  /// Adds up mechanisms that flip the same bits. Blocks that repeat in place cost nothing, whatever
  /// their counts.
  ///
  /// - Throws: `Obstacle` of kind `option` if there are more bits than `bitLimit`.
  /// - Complexity: linear in the text of the model, times at most `bitLimit` for blocks that move.
  public init(_ model: DetectorErrorModel) throws(Obstacle) {
    let (detectors, observables) = (model.detectorCount, model.observableCount)
    let bits = detectors.saturatingAdd(observables)
    guard bits <= Self.bitLimit else {
      throw Obstacle(
        .option,
        "a table of all outcomes needs at most \(Self.bitLimit) detectors and observables; "
          + "the error model has \(detectors) and \(observables)",
        hint: "use a matching decoder, or a smaller model")
    }
    detectorCount = Int(detectors)
    observableCount = Int(observables)
    var sum = MechanismSum(detectorCount: UInt64(detectorCount))
    sum.add(.root, of: model, offset: 0)
    mechanisms = sum.probabilities.map { Mechanism(flips: $0.key, probability: $0.value) }
      .filter { $0.flips != 0 && $0.probability > 0 }
      .sorted { $0.flips < $1.flips }
  }

  /// The flips of every mechanism of a model, one by one in the order of the unrolled model.
  static func individualMechanisms(
    of model: DetectorErrorModel, detectorCount: Int
  ) throws(Obstacle) -> [Mechanism] {
    let flat = try model.flattened(limit: 1 << 20)
    return flat.instructions().filter { $0.kind == .error }.map {
      Mechanism(
        flips: flips(of: flat.targets(of: $0), offset: 0, detectorCount: UInt64(detectorCount)),
        probability: flat.probability(of: $0))
    }
  }

  fileprivate static func flips(
    of targets: ArraySlice<DetectorErrorModel.Target>, offset: UInt64, detectorCount: UInt64
  ) -> UInt32 {
    targets.reduce(0) { flips, target in
      guard !target.isSeparator else { return flips }
      return flips ^ 1 << UInt32(target.value + (target.isDetector ? offset : detectorCount))
    }
  }
}

/// The probabilities that an odd number of the mechanisms happens which flip the same.
private struct MechanismSum {
  let detectorCount: UInt64
  var probabilities: [UInt32: Double] = [:]

  /// - Returns: how far the block moves the detectors.
  @discardableResult
  mutating func add(_ block: BlockID, of model: DetectorErrorModel, offset start: UInt64) -> UInt64
  {
    var offset = start
    for instruction in model.instructions(of: block) {
      switch instruction.kind {
      case .error:
        let flips = SmallErrorModel.flips(
          of: model.targets(of: instruction), offset: offset, detectorCount: detectorCount)
        add(flips, model.probability(of: instruction))
      case .shiftDetectors: offset = offset.saturatingAdd(instruction.count)
      case .repeatBlock: add(instruction, of: model, offset: &offset)
      case .detector, .logicalObservable: break
      }
    }
    return offset
  }

  private mutating func add(
    _ instruction: DetectorErrorModel.Instruction, of model: DetectorErrorModel,
    offset: inout UInt64
  ) {
    guard instruction.count > 0, let body = instruction.body else { return }
    let extent = model.extent(of: body)
    if extent.shift > 0, extent.detectors > 0 {
      // Every turn names detectors further on, so there are few.
      for _ in 0..<instruction.count { offset = add(body, of: model, offset: offset) }
      return
    }
    var turn = MechanismSum(detectorCount: detectorCount)
    turn.add(body, of: model, offset: offset)
    for (flips, probability) in turn.probabilities {
      add(flips, Self.oddProbability(probability, times: instruction.count))
    }
    offset = offset.saturatingAdd(extent.shift.saturatingMultiply(instruction.count))
  }

  private mutating func add(_ flips: UInt32, _ probability: Double) {
    probabilities[flips] = DetectorErrorModel.oddProbability(
      probabilities[flips, default: 0], probability)
  }

  /// The probability that an odd number of `count` events of probability `p` happens: (1 − (1 −
  /// 2p)ⁿ) / 2.
  static func oddProbability(_ p: Double, times count: UInt64) -> Double {
    if p > 0.5 {
      let even = oddProbability(1 - p, times: count)
      return count % 2 == 1 ? 1 - even : even
    }
    return p == 0 ? 0 : -expm1(Double(count) * log1p(-2 * p)) / 2
  }
}
