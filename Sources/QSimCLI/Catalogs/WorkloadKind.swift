import QSim

/// Every family of circuits that simulators are measured with.
enum WorkloadKind: CatalogKind {
  typealias List = WorkloadCatalog

  static let word = "workloads"
  static let summary =
    "List the circuits that 'qsim bench' measures with or writes, or describe some."
}
