import QSim
import TestSupport
import Testing

/// A tableau that grows in the middle of a batch of measurements.
struct TableauGrowthTests {
  @Test(
    arguments: [7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65, 129], ["MX", "MY", "MRX", "MXX", "MPP"])
  func `qubits measured for the first time make room for themselves`(
    count: Int, gate: String
  ) throws {
    let targets =
      gate == "MPP"
      ? (0..<count).map { "X\($0)*Y\($0 + count)" } : (0..<2 * count).map(String.init)
    let line = "\(gate) \(targets.joined(separator: " "))\n"
    var simulator = TableauSimulator(seed: 5)
    // What resets leaves nothing to compare with.
    try simulator.run(stim(line + line))
    let record = Array(simulator.record)
    let half = record.count / 2
    if gate != "MRX" { #expect(record[..<half] == record[half...]) }
    #expect(Set(record[..<half]).count == 2 || half < 12)
    #expect(try simulator.peek(PauliString("Z")!) == 0)
  }
}
