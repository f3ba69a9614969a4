import QSim
import QuantumCore
import StabilizerSimulation
import Testing

struct FrameActionTests {
  static let gates = Gate.allCases.filter { CliffordAction.byGate[Int($0.rawValue)] != nil }

  @Test(arguments: gates)
  func `frames are carried as the gate's flows say`(gate: Gate) throws {
    let action = try #require(CliffordAction.byGate[Int(gate.rawValue)])
    let frame = FrameAction(action)
    for mask in action.unsigned.indices {
      var rows = (0..<2 * action.qubitCount).map { mask >> $0 & 1 }
      for addition in frame.additions {
        rows[Int(addition.destination)] ^= rows[Int(addition.source)]
      }
      let carried = frame.origins.enumerated().reduce(0) { $0 | rows[Int($1.element)] << $1.offset }
      #expect(carried == Int(action.unsigned[mask]))
    }
  }

  @Test func `what only exchanges rows costs nothing`() throws {
    for gate in [Gate.i, .x, .y, .z, .h, .hNXZ, .sqrtY, .swap] {
      let action = try #require(CliffordAction.byGate[Int(gate.rawValue)])
      #expect(FrameAction(action).additions.isEmpty)
    }
    let action = try #require(CliffordAction.byGate[Int(Gate.cx.rawValue)])
    #expect(FrameAction(action).additions.count == 2)
  }
}
