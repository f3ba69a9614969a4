import QKD
import QuantumCore
import Testing

struct ScenarioTests {
  private func message(
    _ id: String, preset: String? = nil, _ settings: [(name: String, value: Double)]
  ) -> String {
    do {
      let definition = try #require(QKDProtocolCatalog.definition(named: id))
      _ = try definition.parameters(
        preset: preset.flatMap(KeyRatePresetCatalog.definition), settings: settings)
      return ""
    } catch let error as Diagnostic {
      return "\(error.message) (\(error.hint ?? ""))"
    } catch {
      return "\(error)"
    }
  }

  @Test func `bad settings are named with what is accepted`() {
    let loss = message("tf-pm", [("loss_db_per_km", -1)])
    #expect(loss.contains("loss_db_per_km is in 0...1000 dB/km, not -1.0"))
    let name = message("tf-pm", [("los_db_per_km", 1)])
    #expect(name.contains("'los_db_per_km'") && name.contains("did you mean 'loss_db_per_km'?"))
    let sum = message("bb84-decoy-finite-two", [("probability_1", 0.5)])
    #expect(sum.contains("probability_1 + probability_2 + probability_3 is 1, not 0."))
    let flag = message("cv-gg02-homodyne", [("receiver_trusted", 0.5)])
    #expect(flag.contains("0 or 1"))
    let slices = message("tf-pm", [("phase_slices", 3.5)])
    #expect(slices.contains("a whole number in 2...1024"))
    let twice = message("tf-pm", [("mu", 0.1), ("mu", 0.2)])
    #expect(twice.contains("mu is given twice"))
    let notANumber = message("tf-pm", [("mu", .nan)])
    #expect(notANumber.contains("mu is in 0...10 photons"))
    let order = message("bb84-decoy-vacuum-weak", [("mu", 0.1), ("nu", 0.2)])
    #expect(order.contains("below mu"))
    let preset = message("tf-pm", preset: "lodewyck", [])
    #expect(preset.contains("'lodewyck' is not for tf-pm"))
  }

  @Test func `names of other protocols' parameters are refused`() {
    for definition in QKDProtocolCatalog.all {
      for parameter in KeyRateParameter.catalog where !definition.has(parameter.id) {
        let text = message(definition.id, [(parameter.name, parameter.range.lowerBound)])
        #expect(text.contains("\(definition.id) has no parameter '\(parameter.name)'"))
      }
    }
  }

  @Test(arguments: KeyRatePresetCatalog.all.map(\.name))
  func `a preset fits every protocol it is meant for`(name: String) throws {
    let preset = try #require(KeyRatePresetCatalog.definition(named: name))
    for (id, value) in preset.values { #expect(id.parameter?.accepts(value) == true) }
    #expect(!preset.protocols.isEmpty)
    for id in preset.protocols {
      let definition = try #require(QKDProtocolCatalog.definition(named: id))
      #expect(throws: Never.self) { try definition.parameters(preset: preset) }
    }
    #expect(KeyRatePresetCatalog.definition(named: name.uppercased()) != nil)
  }
}
