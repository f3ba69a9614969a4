import Glibc
import QSim

/// Writes the circuits and observables of benchmarks as files, for other simulators.
enum WorkloadFiles {
  /// The sizes written where none are asked for.
  static let defaultQubits = [12, 16, 20, 24, 26]

  /// What the tasks of `Benchmarks/compare.py` need, whatever sizes are asked for.
  private static let always: [(Workload, Int)] = [
    (.randomCircuit, 10), (.randomCircuit, 16), (.randomCircuit, 22), (.randomCircuit, 24),
    (.ansatz, 18),
  ]

  /// Writes OpenQASM 2 files and Pauli sums into a folder, which is made if it is not there.
  ///
  /// - Returns: the number of files.
  /// - Throws: `CommandFailure` with exit code 73 or 74.
  static func write(to folder: String, qubits: [Int], seed: UInt64) throws -> Int {
    if mkdir(folder, 0o777) != 0, errno != EEXIST {
      throw CommandFailure(.cannotCreateOutput, "cannot create \(folder): \(systemMessage(errno))")
    }
    var written: Set<String> = []
    let asked = Workload.allCases.flatMap { workload in
      qubits.filter { $0 >= workload.smallestQubitCount }.map { (workload, $0) }
    }
    for (workload, count) in asked + always {
      let name = workload.fileName(qubitCount: count) + ".qasm"
      guard written.insert(name).inserted else { continue }
      let circuit = workload.circuit(qubitCount: count, seed: seed)
      do {
        try write(try OpenQASMWriter.write(circuit, version: 2), to: "\(folder)/\(name)")
      } catch let diagnostic as Diagnostic {
        throw CommandFailure(.internalError, "\(name): \(diagnostic.message)")
      }
    }
    let sum = WorkloadObservable.randomSum(
      qubitCount: 22, termCount: BenchMeter.termCount, seed: seed)
    try write(
      lines(of: sum, qubitCount: 22), to: "\(folder)/obs_pauli\(BenchMeter.termCount)_n22.txt")
    let ring = WorkloadObservable.isingRing(qubitCount: 18)
    try write(lines(of: ring, qubitCount: 18), to: "\(folder)/obs_ising_n18.txt")
    return written.count + 2
  }

  /// A coefficient and a dense string a line; character i acts on qubit i.
  private static func lines(of sum: PauliSum, qubitCount: Int) -> String {
    sum.terms.map { term in
      var letters = [Character](repeating: "I", count: qubitCount)
      for (qubit, pauli) in term.pauli.factors { letters[qubit] = pauli.letter }
      return "\(term.coefficient) \(String(letters))\n"
    }.joined()
  }

  private static func write(_ text: String, to path: String) throws {
    let file = try OutputFile.creating(path)
    file.write(text)
    try file.close()
  }
}
