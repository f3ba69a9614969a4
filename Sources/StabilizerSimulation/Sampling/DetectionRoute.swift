import QuantumCore

/// How detection events of a circuit are sampled: by Pauli frames, or faults drawn from its error
/// model.
///
/// Both are exact. Frames cost as the circuit is long and its faults are many, the error model as
/// faults are many: the lower the error rate, the more it saves. But the circuit must first be
/// analysed, and that is possible only where its noise is a product of independent mechanisms and
/// its detectors are deterministic.
public enum DetectionRoute: Sendable {
  /// Pauli frames, followed through the circuit.
  case frames(DetectionSampler)
  /// Faults drawn from the circuit's error model.
  case errorModel(DetectorErrorModel)

  /// A route and why it was taken, in words.
  public struct Decision: Sendable {
    /// The route that is taken.
    public let route: DetectionRoute
    /// Why it is this one: a clause without a full stop.
    public let reason: String
  }

  /// What may be asked for.
  public enum Choice: String, Sendable, CaseIterable {
    /// The route that is estimated to take less time.
    case auto
    /// Pauli frames.
    case frames
    /// Faults drawn from the error model, or an error where there is none.
    case errors
  }

  /// Chooses a route.
  ///
  /// The choice depends on the circuit and the number of shots, never on the number of threads.
  ///
  /// - Throws: what `DetectionSampler` throws; if `choice` is `errors`, what `ErrorAnalyzer`
  ///   throws.
  public static func choose(
    for circuit: Circuit, shots: Int, choice: Choice = .auto, memoryLimit: UInt64 = 1 << 33
  ) throws -> Decision {
    let counts = try CircuitCounts(circuit)
    guard counts.detectors.saturatingAdd(counts.observables) < DetectorErrorModel.bitLimit else {
      // Frames say how much memory that would take.
      return try frames(circuit, memoryLimit, because: "a shot has 2^31 bits or more")
    }
    switch choice {
    case .frames:
      return try frames(circuit, memoryLimit, because: "asked for")
    case .errors:
      do {
        let model = try model(of: circuit, memoryLimit)
        return Decision(route: .errorModel(model), reason: "asked for")
      } catch let error as Diagnostic {
        throw Diagnostic(
          error.message, code: error.code, at: error.range,
          hint: "Pauli frames sample any noise: --route frames")
      }
    case .auto: break
    }
    if let gate = inexactGate(of: circuit) {
      return try frames(
        circuit, memoryLimit, because: "\(gate.name) is no product of independent errors")
    }
    let estimate = try CostEstimate(circuit)
    guard estimate.errorModelSeconds(shots: shots) < estimate.framesSeconds(shots: shots) else {
      return try frames(circuit, memoryLimit, because: estimate.text(shots: shots))
    }
    do {
      return Decision(
        route: .errorModel(try model(of: circuit, memoryLimit)), reason: estimate.text(shots: shots)
      )
    } catch let diagnostic as Diagnostic {
      return try frames(
        circuit, memoryLimit, because: "there is no exact error model: \(diagnostic.message)")
    } catch let obstacle as Obstacle {
      return try frames(
        circuit, memoryLimit, because: "there is no error model: \(obstacle.message)")
    }
  }

  private static func frames(
    _ circuit: Circuit, _ memoryLimit: UInt64, because reason: String
  ) throws -> Decision {
    Decision(
      route: .frames(try DetectionSampler(circuit, memoryLimit: memoryLimit)), reason: reason)
  }

  /// The analysis refuses whatever is not exact: it gets no leave to approximate.
  private static func model(
    of circuit: Circuit, _ memoryLimit: UInt64
  ) throws -> DetectorErrorModel {
    try ErrorAnalyzer.model(
      of: circuit, options: .init(foldsLoops: true), memoryLimit: memoryLimit)
  }

  /// A noise channel that the analysis would refuse, found without it.
  private static func inexactGate(of circuit: Circuit) -> Gate? {
    var found: Gate?
    circuit.forEachInstruction { instruction in
      let definition = instruction.gate.definition
      if definition.isHeralded || definition.chainRole == .continues { found = instruction.gate }
    }
    return found
  }
}

/// What the routes cost, from facts about the circuit alone.
struct CostEstimate {
  /// Targets of all instructions in one run.
  private let work: Double
  /// Targets as written, repeat blocks once.
  private let textWork: Double
  private let faults: Double
  private let bits: Double

  // Nanoseconds, from measurements of memory experiments of distance 5 to 31.
  private static let frameTarget = 0.002
  private static let frameFault = 8.0
  private static let frameBit = 0.01
  private static let drawnFault = 5.0
  private static let analysedTarget = 100.0

  init(_ circuit: Circuit) throws {
    let counts = try CircuitCounts(circuit)
    work = Double(counts.work)
    bits = Double(counts.measurements) + Double(counts.detectors)
    var text = 0.0
    circuit.forEachInstruction { text += Double(circuit.targets(of: $0).count + 1) }
    textWork = text
    faults = Self.faults(of: .root, in: circuit)
  }

  func framesSeconds(shots: Int) -> Double {
    1e-9 * Double(shots)
      * (work * Self.frameTarget + faults * Self.frameFault + bits * Self.frameBit)
  }

  /// Folding unrolls a few turns of each repeat block until they recur.
  func errorModelSeconds(shots: Int) -> Double {
    let analysis = min(work, 6 * textWork) * Self.analysedTarget
    return 1e-9 * (Double(shots) * (faults * Self.drawnFault + 20) + analysis)
  }

  /// Both costs in words.
  func text(shots: Int) -> String {
    func milliseconds(_ seconds: Double) -> String {
      let value = (seconds * 1e4).rounded() / 10
      return value < 1e15 ? "\(value) ms" : "ages"
    }
    let model = milliseconds(errorModelSeconds(shots: shots))
    let frames = milliseconds(framesSeconds(shots: shots))
    return "\((faults * 10).rounded() / 10) faults a shot: about \(model) by the error model, "
      + "\(frames) by frames"
  }

  /// Expected faults of one run: probabilities times targets, as often as they run.
  private static func faults(of block: BlockID, in circuit: Circuit) -> Double {
    var total = 0.0
    for node in circuit.nodes(of: block) {
      switch node {
      case .repeatBlock(let count, let body, _):
        total += Double(count) * faults(of: body, in: circuit)
      case .instruction(let instruction):
        let definition = instruction.gate.definition
        guard definition.isNoise || definition.isMeasurement, !instruction.hasDynamicArguments,
          instruction.gate != .iError, instruction.gate != .iiError
        else { continue }
        let probability = min(1, circuit.arguments(of: instruction).reduce(0, +))
        if probability > 0 { total += probability * Double(circuit.groupCount(of: instruction)) }
      case .branch, .loop, .assign, .leave: break
      }
    }
    return total
  }
}
