import QSim
import Reporting

/// What the kernels of this machine would put into the cost model.
///
/// The cost of a dense gate on one qubit is 1 here, measured and assumed; the model itself counts
/// cycles in the second-level cache, so states that fit there tell most. Only printed: a plan is
/// the same on every machine.
enum Calibration {
  /// Measured and assumed costs of dense gates, one row a width, for each instruction set,
  /// precision and number of threads.
  static func table(_ results: [BenchResult]) -> ReportTable {
    var table = ReportTable(
      key: "cost_model",
      title: "Cost model: dense gates in units of one on one qubit, measured and assumed",
      columns: [
        .init("isa", alignment: .left), .init("precision", alignment: .left), .init("threads"),
        .init("state_qubits", title: "state"), .init("qubits", title: "k"),
        .init("simd_ms", title: "SIMD", unit: "ms", digits: 3),
        .init("blas_ms", title: "BLAS", unit: "ms", digits: 3),
        .init("simd_gflops", title: "SIMD", unit: "GFLOP/s", digits: 3),
        .init("blas_gflops", title: "BLAS", unit: "GFLOP/s", digits: 3),
        .init("measured", digits: 3), .init("assumed", digits: 3),
        .init("faster", alignment: .left),
      ])
    let kernels = results.filter { $0.suite == .kernels }
    for group in distinct(kernels.map(Group.init)) {
      let members = kernels.filter { Group($0) == group }
      let unit = median(members, width: 1, .simd)
      for width in 1...7 {
        let (simd, blas) = (
          median(members, width: width, .simd), median(members, width: width, .blas)
        )
        let flops = members.first { $0.name.hasPrefix("k=\(width) ") }?.flops
        let best = [simd, blas].compactMap(\.self).min()
        let rate = { (time: Double?) in time.flatMap { time in flops.map { $0 / time * 1e-9 } } }
        let measured = unit.flatMap { unit in best.map { $0 / unit } }
        table.append([
          .string(group.instructionSet.rawValue), .string(group.precision.rawValue),
          .int(group.threads), .int(group.qubitCount), .int(width),
          ReportValue(simd.map { $0 * 1e3 }),
          ReportValue(blas.map { $0 * 1e3 }), ReportValue(rate(simd)), ReportValue(rate(blas)),
          ReportValue(measured), ReportValue(assumed(width: width)),
          ReportValue(best.map { $0 == simd ? "simd" : "blas" }),
        ])
      }
    }
    return table
  }

  private struct Group: Hashable {
    let instructionSet: InstructionSet
    let precision: Precision
    let threads: Int
    let qubitCount: Int

    init(_ result: BenchResult) {
      instructionSet = result.setting.instructionSet
      precision = result.setting.precision
      threads = result.setting.threads
      qubitCount = result.setting.qubitCount
    }
  }

  private static func distinct(_ groups: [Group]) -> [Group] {
    var seen: Set<Group> = []
    return groups.filter { seen.insert($0).inserted }
  }

  /// Over the positions of the targets.
  private static func median(_ results: [BenchResult], width: Int, _ route: KernelRoute) -> Double?
  {
    let times = results.filter { $0.name.hasPrefix("k=\(width) ") && $0.setting.kernel == route }
      .map(\.median)
    return times.isEmpty ? nil : BenchResult.median(of: times)
  }

  private static func assumed(width: Int) -> Double? {
    let costs = CostModel.standard.dense
    return width < costs.count && costs[1] > 0 ? costs[width] / costs[1] : nil
  }
}
