import QuantumCore

/// The errors that the noise of many turns of a block of gates leaves behind.
struct NoisePower {
  private let program: FrameProgram
  private let qubits: [Int]
  /// Whether a chain of correlated errors begins in the last turn.
  private let startsChain: Bool

  /// - Parameters:
  ///   - body: a block of Clifford gates and Pauli noise without results.
  ///   - qubits: those that it acts on.
  /// - Returns: `nil` if the noise comes to too many places to be folded.
  init?(_ body: BlockID, _ count: UInt64, in circuit: Circuit, qubits: [Int]) throws {
    self.qubits = qubits
    var turns = circuit
    turns.blocks[0].nodes = [.repeatBlock(count: count, body: body, tag: .none)]
    turns.blocks[0].places = []
    var compiler = FrameCompiler(turns, FrameProgram(output: .detectors))
    for qubit in qubits { _ = compiler.number(of: qubit) }
    try compiler.compile(.root)
    program = FrameFolder.folded(compiler.finished())
    // The last turn may stand by itself, for chains of correlated errors.
    guard program.operations.allSatisfy({ $0.code != .repeatBlock || $0.count == 1 }) else {
      return nil
    }
    startsChain = program.operations.contains { $0.code == .correlatedError }
  }

  /// What the noise does in one shot.
  struct Draw {
    /// A Pauli on each qubit that has one.
    var errors: [(qubit: Int, pauli: Pauli)]
    /// Whether something happened of the chain of correlated errors that began last; `nil` if none
    /// began.
    var chainHappened: Bool?
  }

  /// Draws the error of one shot.
  func draw(seed: UInt64) -> Draw {
    var batch = FrameBatch(program, width: 1, kernels: .best)
    let rows = batch.errors(seed: seed)
    let errors = qubits.enumerated().compactMap { number, qubit -> (qubit: Int, pauli: Pauli)? in
      let pauli = Pauli(rawValue: UInt8(rows[2 * number] & 1 | (rows[2 * number + 1] & 1) << 1))!
      return pauli == .i ? nil : (qubit, pauli)
    }
    return Draw(errors: errors, chainHappened: startsChain ? batch.chain[0] & 1 == 1 : nil)
  }
}
