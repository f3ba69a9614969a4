import QuantumCore
import StabilizerSimulation

/// A task ready to run: what samples its shots, and what decodes them. Immutable, shared by
/// threads.
final class ShotSource: Sendable {
  let id: UInt64
  let detectorCount: Int
  let observableCount: Int
  let decoder: any CompiledDecoder
  let counting: TallyCollector.Counting
  private let sampler: Sampler

  private enum Sampler {
    case errorModel(DetectorErrorSampler)
    case frames(DetectionSampler)
  }

  init(_ task: CollectionTask, counting: TallyCollector.Counting) throws {
    id = Self.hash(task.id)
    self.counting = counting
    let counts = try CircuitCounts(task.circuit)
    (detectorCount, observableCount) = (
      Int(clamping: counts.detectors), Int(clamping: counts.observables)
    )
    // The choice of route must not depend on a limit that a later run may raise.
    let route = try DetectionRoute.choose(for: task.circuit, shots: Self.typicalShots).route
    // A block is not interrupted, so what it takes is known to be little.
    let timeLimit = TimeLimit(predicted: 600)
    let blockShots = min(
      BlockSchedule(bitCount: try task.circuit.shotBitCount()).blockShots, task.limits.shots)
    do {
      switch route {
      case .errorModel(let model):
        var errors = try DetectorErrorSampler(
          model, columns: .separate, atLeast: (detectorCount, observableCount))
        errors.timeLimit = timeLimit
        try errors.checkTime(shots: blockShots)
        sampler = .errorModel(errors)
      case .frames(var frames):
        frames.timeLimit = timeLimit
        try frames.checkTime(shots: blockShots)
        sampler = .frames(frames)
      }
    } catch let obstacle as Obstacle {
      guard case .time = obstacle.kind else { throw obstacle }
      throw Obstacle(
        obstacle.kind, "a block of shots \(obstacle.message)",
        hint: "blocks are not interrupted: use fewer rounds, or fewer shots in all",
        range: obstacle.range)
    }
    decoder = try task.decoder.compiledToMatch(task.model)
    guard decoder.detectorCount == detectorCount, decoder.observableCount <= observableCount else {
      throw Obstacle(
        .option,
        "the error model has \(decoder.detectorCount) detectors and \(decoder.observableCount) observables, "
          + "the circuit \(detectorCount) and \(observableCount)")
    }
  }

  private static let typicalShots = 1_000_000

  /// FNV-1a of 64 bits.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// Calls `body` with the detectors and observables of the first shots of a block, a row a shot.
  func withShots(
    _ shots: Int, block: Int, seed: UInt64, _ body: (PackedRows, PackedRows) -> Void
  ) throws {
    let stream = Philox(seed: seed, purpose: .collection)
    let blockSeed = stream.words(at: SIMD4(id, UInt64(block), 0, 0)).x
    switch sampler {
    case .errorModel(let sampler):
      let table = try sampler.sample(shots: shots, seed: blockSeed)
      let first = sampler.firstObservableColumn
      table.withPackedRows { rows in
        body(rows.columns(0..<detectorCount), rows.columns(first..<first + observableCount))
      }
    case .frames(let sampler):
      let events = try sampler.sample(shots: shots, seed: blockSeed)
      events.detectors.withPackedRows { detectors in
        events.observables.withPackedRows { body(detectors, $0) }
      }
    }
  }
}

extension Philox.Purpose {
  /// Seeds of the blocks of a task.
  static let collection = Philox.Purpose(rawValue: 0x5441_4c00)
}

extension Circuit {
  /// Detectors and observables of a shot.
  func shotBitCount() throws -> Int {
    let counts = try CircuitCounts(self)
    let limit = UInt64(1) << 32
    return Int(min(counts.detectors, limit) + min(counts.observables, limit))
  }
}
