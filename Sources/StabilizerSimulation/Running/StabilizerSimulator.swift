import QuantumCore

/// Runs Clifford circuits with Pauli noise on thousands of qubits.
///
/// Gates count as Clifford by what they do: `rx(pi/2)` and `cp(pi)` run, see `CliffordRecognition`.
/// Circuits without branches and loops go through `FrameSampler`, hundreds of shots at a time;
/// others run shot by shot, and what comes before the first random event is simulated once.
///
///     let samples = try StabilizerSimulator().sample(circuit, shots: 1000, seed: 1, options: .init())
///
/// - Source: [Gidney21], [Aaronson04].
public struct StabilizerSimulator: Simulator {
  public static let name = "stabilizer"

  public init() {}

  /// Why the circuit cannot run: the first gate that is no Clifford with its place, and how many
  /// there are.
  public static func obstacle(to circuit: Circuit, options: SimulationOptions) -> Obstacle? {
    do throws(Obstacle) {
      _ = try prepare(circuit, options: options)
      return nil
    } catch {
      return error
    }
  }

  /// Runs the circuit `shots` times.
  ///
  /// - Returns: the classical bits at the end if the circuit declares any, otherwise the
  ///   measurement record.
  /// - Throws: `Obstacle` if there is one; `Diagnostic` for an error that shows only while running;
  ///   `CancellationError`.
  public func sample(
    _ circuit: Circuit, shots: Int, seed: UInt64, options: SimulationOptions
  ) throws -> Samples {
    let run = try run(circuit, shots: shots, seed: seed, options: options)
    return circuit.bitCount > 0 ? run.bits : run.record
  }

  /// What a run gives.
  public struct Run: Sendable {
    /// Classical bits at the end of each shot.
    public let bits: Samples
    /// Measurements of each shot in the order made.
    public let record: Samples
  }

  /// Runs the circuit `shots` times; gives classical bits and measurement record.
  ///
  /// - Throws: as `sample`.
  public func run(
    _ circuit: Circuit, shots: Int, seed: UInt64, options: SimulationOptions
  ) throws -> Run {
    precondition(shots >= 0, "A number of shots is not negative")
    let circuit = try Self.prepare(circuit, options: options)
    if let frames = FrameRun(circuit) {
      return try frames.run(shots: shots, seed: seed, options: options)
    }
    return try ShotRun(circuit, seed: seed, options: options).run(shots: shots)
  }

  // MARK: Checks

  /// The circuit with its Cliffords spelt out.
  private static func prepare(
    _ circuit: Circuit, options: SimulationOptions
  ) throws(Obstacle) -> Circuit {
    let recognition = CliffordRecognition(of: circuit)
    if let obstacle = obstacle(of: recognition) { throw obstacle }
    if let obstacle = obstacleOfNoise(in: circuit) { throw obstacle }
    let qubits = UInt64(PlacedQubits.count(in: recognition.circuit))
    // Rows of whole blocks, for each thread, and one copy that all start from.
    let bytes = (qubits * 4).saturatingMultiply((qubits + 511) / 512 * 64)
    let required = bytes.saturatingMultiply(UInt64(options.threads) + 1)
    let available = options.memoryLimit ?? 1 << 44
    if required > available {
      throw Obstacle(
        .memory(required: required, available: available),
        "a tableau of \(qubits) qubits takes \(bytes >> 20) MiB for each thread, "
          + "\(available >> 20) MiB are available")
    }
    return recognition.circuit
  }

  private static func obstacle(of recognition: CliffordRecognition) -> Obstacle? {
    guard let first = recognition.offenders.first else { return nil }
    let counts = recognition.offenders.map {
      "\($0.count) \($0.gate.name) \($0.count == 1 ? "gate" : "gates")"
    }
    return Obstacle(
      .unsupported,
      "\(first.gate.name) is not a Clifford gate; the circuit has \(counts.joined(separator: ", "))",
      hint: "the dense engines run any gate: --engine statevector", range: first.range)
  }

  private static func obstacleOfNoise(in circuit: Circuit) -> Obstacle? {
    for block in circuit.blockIDs {
      for (place, node) in circuit.nodes(of: block).enumerated() {
        guard case .instruction(let instruction) = node else { continue }
        let gate = instruction.gate
        let others: [Gate] = [.correlatedError, .elseCorrelatedError, .iError, .iiError]
        let isKnown = PauliCases.areKnown(for: gate) || others.contains(gate)
        if gate.definition.isNoise, !isKnown {
          return Obstacle(
            .unsupported, "\(gate.name) is not Pauli noise",
            hint: "the dense engines run any channel: --engine density-matrix",
            range: circuit.range(of: block, at: place))
        }
      }
    }
    return nil
  }
}
