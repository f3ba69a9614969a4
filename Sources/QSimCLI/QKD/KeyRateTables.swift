import QSim
import Reporting

/// Key rates as tables and JSON.
enum KeyRateTables {
  /// Rows in full for JSON and CSV, in short for a terminal.
  static func table(
    _ points: [(definition: QKDProtocolDefinition, point: KeyRateSearch.Point)], isFull: Bool
  ) -> ReportTable {
    var columns: [ReportTable.Column] = [
      .init("protocol", alignment: .left), .init("distance_km", title: "distance", unit: "km"),
      .init("loss_db", title: "loss", unit: "dB", digits: 5),
      .init("rate_bit_per_pulse", title: "rate", unit: "bit/pulse"),
    ]
    if isFull {
      columns += [.init("rate_bps"), .init("parameters"), .init("bounds"), .init("quantities")]
    } else {
      columns += [
        .init("plob", title: "PLOB", unit: "bit/use"), .init("chosen", alignment: .left),
      ]
    }
    var table = ReportTable(columns: columns)
    for (definition, point) in points {
      let loss = point.link.lossDB
      var row: [ReportValue] = [
        .string(definition.id), .double(point.distanceKm), .double(loss),
        .double(point.rate.bitsPerPulse),
      ]
      if isFull {
        row += [
          ReportValue(bitsPerSecond(point)), .object(parameters(definition, point.parameters)),
          .object(bounds(point)), .object(quantities(point.rate)),
        ]
      } else {
        row += [.double(point.plob), .string(chosen(definition, point.parameters))]
      }
      table.append(row)
    }
    return table
  }

  static func bitsPerSecond(_ point: KeyRateSearch.Point) -> Double? {
    point.parameters.value(of: .repetitionRateHz).map { $0 * point.rate.bitsPerPulse }
  }

  static func parameters(
    _ definition: QKDProtocolDefinition, _ values: KeyRateParameters
  ) -> ReportObject {
    ReportObject(
      definition.parameters.map { ($0.name, ReportValue(values.value(of: $0.id))) })
  }

  static func quantities(_ rate: KeyRate) -> ReportObject {
    ReportObject(rate.quantities.map { ($0.name, .double($0.value)) })
  }

  static func bounds(_ point: KeyRateSearch.Point) -> ReportObject {
    [
      "plob": .double(point.plob), "plob_with_detectors": .double(point.plobWithDetectors),
      "tgw": .double(point.tgw), "one_repeater": .double(point.singleRepeater),
    ]
  }

  /// The parameters that optimisation may choose, in short.
  private static func chosen(
    _ definition: QKDProtocolDefinition, _ values: KeyRateParameters
  ) -> String {
    definition.optimizedParameters.compactMap { id in
      values.value(of: id).map { "\(id.name)=\(DecimalText.rounded($0, digits: 4))" }
    }.joined(separator: " ")
  }

  /// What may go wrong, and the total; `null` for asymptotic rates.
  static func epsilons(_ ledger: EpsilonLedger?) -> ReportValue {
    guard let ledger else { return .null }
    var entries = ReportObject(ledger.entries.map { ($0.name, .double($0.epsilon)) })
    entries["total"] = .double(ledger.total)
    entries["definition"] = ReportValue(ledger.definition?.rawValue)
    return .object(entries)
  }

  static func assumptions(_ definition: QKDProtocolDefinition) -> ReportValue {
    .array(
      definition.assumptions.map {
        ["id": .string($0.id), "statement": .string($0.statement)]
      })
  }
}
