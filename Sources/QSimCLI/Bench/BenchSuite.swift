import ArgumentParser
import QSim
import Reporting

/// What `qsim bench` can measure, a catalog.
enum BenchSuite: String, CaseIterable, ExpressibleByArgument {
  case qft, rcs
  case deepRCS = "rcs-d20"
  case qv, ising, ghz
  case hiddenShift = "hidden-shift"
  case adder
  case wState = "w-state"
  case hea, gates, expectation, sample, gradient, density, trajectories, kernels, stream, file

  /// What is timed.
  var summary: String {
    switch self {
    case .gates:
      "One X, H, T, CNOT, Toffoli, RX, RZ on a state, and a Born machine (yardstiq's suite)."
    case .expectation: "A Pauli sum of 100 terms in the final state of rcs."
    case .sample: "10⁶ shots from the final state of rcs."
    case .gradient: "The energy of an Ising ring and its gradient by the 100 angles of hea."
    case .density: "A density matrix of rcs with depolarizing noise after every gate, and ⟨Z…Z⟩."
    case .trajectories: "100 shots of rcs with depolarizing noise after every gate."
    case .kernels: "Dense gates on 1 to 7 qubits by both routes, at low, middle and high positions."
    case .stream: "One pass that reads and writes every amplitude: the bandwidth of the memory."
    case .file: "The circuits of '--circuit', from |0…0⟩ to the final state."
    case .adder, .wState: "The circuit \(rawValue) on the sparse engine, to the final state."
    default: "The circuit \(workload?.rawValue ?? rawValue), from |0…0⟩ to the final state."
    }
  }

  /// The family whose circuits are simulated as a whole; `nil` for suites of another kind.
  var workload: Workload? { Workload(rawValue: rawValue) }

  /// Whether the suite runs on the sparse engine, which takes wide circuits of few amplitudes in
  /// double precision.
  var isSparse: Bool { self == .adder || self == .wState }

  /// The sizes measured where none are asked for.
  var defaultQubits: [Int] {
    switch self {
    case .gates: Array(4...25)
    case .expectation, .sample: [16, 20]
    case .gradient: [12, 16]
    case .density: [6, 8]
    case .trajectories: [12]
    case .kernels, .stream: [16, 22]
    // Two numbers of 64 bits, with a carry in and out.
    case .adder, .wState: [130]
    default: [16, 18, 20]
    }
  }

  /// The fewest qubits that the suite has a case for.
  var smallestQubitCount: Int {
    switch self {
    case .gates: 4
    case .kernels: 8
    case .file: 0
    case .stream: 1
    case .gradient: Workload.ansatz.smallestQubitCount
    default: (workload ?? .randomCircuit).smallestQubitCount
    }
  }

  /// The most qubits that the suite has a case for.
  var largestQubitCount: Int { isSparse ? 4096 : 48 }

  /// What a case needs at most.
  ///
  /// - Returns: bytes, saturating, and how they come about, such as `2 × 2^20 × 16 B`.
  func memory(qubitCount: Int, precision: Precision) -> (bytes: UInt64, explanation: String) {
    if isSparse {
      // Amplitudes with their keys, before and after a gate.
      let (amplitudes, key) = (self == .adder ? 2 : qubitCount, (qubitCount + 63) / 64 * 8)
      return (
        UInt64(2 * amplitudes * (16 + key)),
        "\(rawValue): 2 × \(amplitudes) amplitudes × \(16 + key) B"
      )
    }
    // A density matrix is twice as many qubits of real numbers; the other figures are numbers of
    // states.
    let (exponent, size, copies): (Int, UInt64, UInt64) =
      switch self {
      case .density: (2 * qubitCount, precision.bytesPerAmplitude / 2, 2)
      case .gradient: (qubitCount, precision.bytesPerAmplitude, 2)
      case .trajectories: (qubitCount, precision.bytesPerAmplitude, 8)
      default: (qubitCount, precision.bytesPerAmplitude, 1)
      }
    let product = "2^\(exponent) × \(size) B"
    let bytes = exponent < 60 ? (size * copies).saturatingMultiply(1 << UInt64(exponent)) : .max
    return (bytes, "\(rawValue): \(copies == 1 ? product : "\(copies) × \(product)")")
  }

  /// What runs where no suite is named: everything that takes seconds.
  static let standard: [BenchSuite] = [
    .qft, .rcs, .qv, .ising, .ghz, .hiddenShift, .adder, .wState, .expectation, .sample, .gradient,
    .density, .trajectories,
  ]
}

/// A circuit of the user's.
struct BenchCircuit {
  let name: String
  let circuit: Circuit

  /// - Parameter memoryLimit: bytes for the circuit and what is done with it.
  /// - Throws: `InputRejected` for a text that is not a circuit, `CommandFailure` with exit code 71
  ///   for one that is too long.
  init(path: String, memoryLimit: UInt64) throws {
    let source = CircuitSource(file: try InputFile(reading: path), format: nil)
    circuit = try source.parse(memoryLimit: memoryLimit).circuit
    let last = source.file.name.split(separator: "/").last ?? ""
    name = String(last.split(separator: ".").first ?? last)
  }
}

/// What is measured, and how.
struct BenchCase {
  let suite: BenchSuite
  let setting: BenchSetting
  var circuit: BenchCircuit?
}

/// What one case runs on and with.
struct BenchSetting {
  var qubitCount: Int
  var threads: Int
  var precision: Precision
  var instructionSet: InstructionSet
  var kernel: KernelRoute
  var memoryLimit: UInt64?

  var options: SimulationOptions {
    SimulationOptions(
      threads: threads, precision: precision, kernel: kernel, instructionSet: instructionSet,
      memoryLimit: memoryLimit)
  }

  var amplitudeCount: UInt64 { 1 << UInt64(qubitCount) }
  /// Bytes of one state.
  var stateBytes: UInt64 { amplitudeCount * precision.bytesPerAmplitude }
}

/// What was measured.
struct BenchResult {
  let suite: BenchSuite
  /// The circuit or gate, such as `rcs_n20_d14` or `CNOT`.
  let name: String
  let setting: BenchSetting
  /// Gates that one call applies.
  var gateCount: Int?
  /// Seconds of planning in one call, median; `nil` where there is none to tell apart.
  var planSeconds: Double?
  /// Seconds of each call, planning included.
  let seconds: [Double]
  /// Floating-point operations of one call, where they can be counted.
  var flops: Double?
  /// Bytes that one call must read and write.
  var bytes: Double?
  /// Numbers to compare between programs.
  var check: [Double] = []

  var median: Double { Self.median(of: seconds) }
  var least: Double { seconds.min() ?? 0 }
  var most: Double { seconds.max() ?? 0 }
  /// The whole call less planning.
  var simulateSeconds: Double { max(0, median - (planSeconds ?? 0)) }
  var secondsPerGate: Double? { gateCount.map { median / Double(max(1, $0)) } }
  var gigaflops: Double? { flops.map { $0 / median * 1e-9 } }
  var gigabytesPerSecond: Double? { bytes.map { $0 / median * 1e-9 } }

  static func median(of values: [Double]) -> Double {
    let sorted = values.sorted()
    guard let last = sorted.last else { return 0 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1
      ? sorted[middle] : sorted.count < 2 ? last : (sorted[middle - 1] + sorted[middle]) / 2
  }
}

/// Repeats calls and keeps their times.
struct BenchClock {
  let repetitions: Int

  /// The shortest time that is measured, in seconds: shorter calls are repeated within one
  /// measurement.
  private static let shortestSample = 2e-3

  /// Seconds of one call, `repetitions` times, after a warm-up that also finds how many calls one
  /// measurement needs.
  func seconds(_ body: () throws -> Void) rethrows -> [Double] {
    var count = 1
    while true {
      let time = try Self.time(count, body)
      if time >= Self.shortestSample || count >= 1 << 24 { break }
      count = max(
        2 * count, Int(Double(count) * min(100, 1.3 * Self.shortestSample / max(time, 1e-9))))
    }
    return try (0..<repetitions).map { _ in try Self.time(count, body) / Double(count) }
  }

  private static func time(_ count: Int, _ body: () throws -> Void) rethrows -> Double {
    let start = Stopwatch.now()
    for _ in 0..<count { try body() }
    return Stopwatch.now() - start
  }
}
