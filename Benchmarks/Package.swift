// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that neither users nor `make test` resolve or build what only benchmarks
// need.

let dependencies: [Target.Dependency] = [
  .product(name: "QSim", package: "QSim"), .product(name: "Benchmark", package: "benchmark"),
]

let package = Package(
  name: "QSimBenchmarks",
  dependencies: [
    .package(name: "QSim", path: "../"),
    // Without traits: no interposers of malloc and of the runtime, which would slow what is
    // measured.
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: ["Kernels", "PublicAPI"].map { name in
    .executableTarget(
      name: name, dependencies: dependencies, path: "Benchmarks/\(name)",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
  },
  swiftLanguageModes: [.v6]
)
