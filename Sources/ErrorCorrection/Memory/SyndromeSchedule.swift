import QuantumCore

/// How the checks of a code are measured, round after round: which qubits hold data, which read
/// checks, and the gates between.
///
/// A round runs `layers` one after the other, then measures and resets every check qubit in the Z
/// basis.
public struct SyndromeSchedule: Sendable, Hashable {
  /// A gate on groups of qubits, one group after the other as in a circuit.
  public struct Operation: Sendable, Hashable {
    /// A Clifford gate on one or two qubits.
    public let gate: Gate
    /// Qubits of the circuit, as many for each group as the gate acts on; of CX, control and target
    /// in turn.
    public let qubits: [Int]

    /// A gate on groups of qubits.
    ///
    /// - Parameters:
    ///   - gate: a Clifford gate on one or two qubits.
    ///   - qubits: of the circuit, group after group.
    public init(_ gate: Gate, _ qubits: [Int]) {
      self.gate = gate
      self.qubits = qubits
    }
  }

  /// A qubit that reads a check in every round.
  public struct Check: Sendable, Hashable {
    /// The qubit of the circuit that is measured and reset.
    public let qubit: Int
    /// Where its detectors lie, without the time.
    public let coordinates: [Double]
    /// What it reads: in round r (from 1) the product of the stabilizers
    /// `readings[(r − 1) % readings.count]`.
    public let readings: [[Int]]

    /// A qubit with what it reads.
    ///
    /// - Parameters:
    ///   - qubit: of the circuit.
    ///   - coordinates: where its detectors lie, without the time; as many for every check of a
    ///     schedule.
    ///   - readings: places of stabilizers in the code, by round; one list for a check that reads
    ///     the same in every round.
    public init(qubit: Int, coordinates: [Double], readings: [[Int]]) {
      self.qubit = qubit
      self.coordinates = coordinates
      self.readings = readings
    }
  }

  /// The code whose checks are measured.
  public let code: QuantumCode
  /// The qubit of the circuit that holds each qubit of the code.
  public let dataQubits: [Int]
  /// The check qubits in the order in which they are measured.
  public let checks: [Check]
  /// Operations that run at the same time, layer after layer.
  public let layers: [[Operation]]
  /// The gate that the layers apply to every data qubit besides measuring checks, so that the code
  /// turns with every round.
  public let dataRotation: Gate?
  /// Whether check qubits are reset in one sweep with the data, by index, where the basis allows;
  /// otherwise after them.
  public let resetsTogether: Bool

  /// A schedule as it is stated; `violation` tells whether the layers do what the checks say.
  ///
  /// - Parameters:
  ///   - code: the code whose checks are measured.
  ///   - dataQubits: the qubit of the circuit for each of the code's qubits.
  ///   - checks: in the order in which they are measured.
  ///   - layers: operations of a round, layer after layer.
  ///   - dataRotation: the gate that the layers apply to every data qubit besides; `nil` for none.
  ///   - resetsTogether: whether checks are reset in one sweep with the data where the basis
  ///     allows.
  /// - Precondition: every qubit of the code has a place; every check reads something in every
  ///   round, of stabilizers that the code has.
  public init(
    code: QuantumCode, dataQubits: [Int], checks: [Check], layers: [[Operation]],
    dataRotation: Gate? = nil, resetsTogether: Bool = false
  ) {
    precondition(dataQubits.count == code.qubitCount, "Every qubit of the code has a place")
    precondition(
      checks.allSatisfy { !$0.readings.isEmpty }, "Every check reads something in every round")
    precondition(
      checks.allSatisfy { $0.readings.joined().allSatisfy(code.stabilizers.indices.contains) },
      "A check reads stabilizers of the code")
    self.code = code
    self.dataQubits = dataQubits
    self.checks = checks
    self.layers = layers
    self.dataRotation = dataRotation
    self.resetsTogether = resetsTogether
  }

  /// The qubits of the circuit that read checks, in the order in which they are measured.
  public var checkQubits: [Int] { checks.map(\.qubit) }
}

extension SyndromeSchedule {
  /// The Pauli that `pauli` on a data qubit has become after some rounds.
  func turned(_ pauli: Pauli, rounds: UInt64) -> Pauli {
    guard let dataRotation, let action = CliffordAction.byGate[Int(dataRotation.rawValue)] else {
      return pauli
    }
    // Single-qubit Cliffords permute X, Y and Z, so that six turns do nothing.
    return (0..<rounds % 6).reduce(pauli) { turned, _ in
      Pauli(rawValue: action.unsigned[Int(turned.rawValue)])!
    }
  }
}

extension SyndromeSchedule.Check {
  /// The stabilizers read in a round, counted from 1.
  func reading(round: UInt64) -> [Int] { readings[Int((round - 1) % UInt64(readings.count))] }

  /// The stabilizers that remain when the readings of several rounds are combined, ascending.
  func combinedReading(ofRounds rounds: [UInt64]) -> [Int] {
    if rounds.count == 1 { return reading(round: rounds[0]).sorted() }
    var combined: Set<Int> = []
    for round in rounds { combined.formSymmetricDifference(reading(round: round)) }
    return combined.sorted()
  }

  /// The fewest of the rounds up to `last`, the latest at best, whose readings combine to one of
  /// `stabilizers`.
  ///
  /// - Parameter count: how many rounds back from `last` may take part.
  func rounds(
    endingAt last: UInt64, count: Int, where isWanted: ([Int]) -> Bool
  ) -> (ages: [Int], reading: [Int])? {
    let masks = (1..<1 << count).sorted { ($0.nonzeroBitCount, $0) < ($1.nonzeroBitCount, $1) }
    for mask in masks {
      let ages = (0..<count).filter { mask >> $0 & 1 == 1 }
      guard ages.allSatisfy({ UInt64($0) < last }) else { continue }
      let reading = combinedReading(ofRounds: ages.map { last - UInt64($0) })
      if isWanted(reading) { return (ages, reading) }
    }
    return nil
  }

  /// How many rounds back the records go that together with the newest one cancel, whichever round
  /// that is.
  ///
  /// 1 for a check that reads the same in every round, 2 for one that reads X, Y and Z in turn.
  var memory: Int {
    if readings.count == 1 { return 1 }
    let sets = readings.map { reading in
      reading.reduce(into: Set<Int>()) { $0.formSymmetricDifference([$1]) }
    }
    // The fewest rounds after which all comes again; only multiples of them cancel in every round.
    let period =
      (1..<sets.count).first { period in
        sets.count % period == 0 && sets.indices.allSatisfy { sets[$0] == sets[$0 % period] }
      } ?? sets.count
    let sum = sets[..<period].reduce(into: Set<Int>()) { $0.formSymmetricDifference($1) }
    return max(1, (sum.isEmpty ? 1 : 2) * period - 1)
  }
}
