// swift-tools-version: 6.2
import PackageDescription

let numerics: Target.Dependency = .product(name: "Numerics", package: "swift-numerics")

let package = Package(
  name: "QSim",
  products: [
    .executable(name: "qsim", targets: ["QSimCLI"]),
    .library(name: "QSim", targets: ["QSim"]),
    .library(name: "QuantumCore", targets: ["QuantumCore"]),
    .library(name: "CircuitFormats", targets: ["CircuitFormats"]),
    .library(name: "DenseSimulation", targets: ["DenseSimulation"]),
    .library(name: "SparseSimulation", targets: ["SparseSimulation"]),
    .library(name: "StabilizerSimulation", targets: ["StabilizerSimulation"]),
    .library(name: "ErrorCorrection", targets: ["ErrorCorrection"]),
    .library(name: "QKD", targets: ["QKD"]),
    .library(name: "PostQuantum", targets: ["PostQuantum"]),
    .library(name: "PostQuantumNetwork", targets: ["PostQuantumNetwork"]),
    .library(name: "Reporting", targets: ["Reporting"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // MARK: Layer 0 – C and C++, and what depends on nothing
    .target(name: "CQSimKernels"),
    .target(name: "COpenBLAS", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),

    .target(name: "Catalogs"),
    .target(name: "Documents"),

    // MARK: Layer 1 – the core
    .target(name: "QuantumCore", dependencies: ["Catalogs", "Documents", numerics]),

    // MARK: Layer 2 – formats and engines
    .target(name: "CircuitFormats", dependencies: ["QuantumCore", numerics]),
    .target(
      name: "DenseSimulation", dependencies: ["QuantumCore", "CQSimKernels", "COpenBLAS", numerics]),

    .target(name: "StabilizerSimulation", dependencies: ["QuantumCore", "CQSimKernels"]),

    .target(name: "QKD", dependencies: ["QuantumCore", numerics]),

    // MARK: Layer 3 – fields, and an engine on another
    .target(
      name: "ErrorCorrection",
      dependencies: ["QuantumCore", "StabilizerSimulation"]
    ),
    .target(
      name: "SparseSimulation", dependencies: ["QuantumCore", "DenseSimulation", numerics]),

    // MARK: Layer 4 – the umbrella
    .target(
      name: "QSim",
      dependencies: [
        "QuantumCore", "CircuitFormats", "DenseSimulation", "SparseSimulation",
        "StabilizerSimulation", "ErrorCorrection", "QKD",
      ]),

    // MARK: Beside the umbrella
    .target(
      name: "PostQuantum",
      dependencies: ["Catalogs", "Documents", .product(name: "Crypto", package: "swift-crypto")]),

    .target(name: "Reporting", dependencies: ["Documents"]),

    .target(
      name: "PostQuantumNetwork",
      dependencies: [
        "PostQuantum", "Reporting", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),

    // MARK: Layer 5 – the command
    .executableTarget(
      name: "QSimCLI",
      dependencies: [
        "QSim", "PostQuantum", "PostQuantumNetwork", "Reporting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Yams", package: "Yams"),
      ],
      plugins: ["ExampleEmbedding"]),

    // MARK: What the build runs
    .executableTarget(name: "ExampleEmbedder"),
    .plugin(
      name: "ExampleEmbedding", capability: .buildTool(), dependencies: ["ExampleEmbedder"],
      path: "Sources/ExampleEmbedding"),

    // MARK: Tests
    .target(
      name: "TestSupport",
      dependencies: ["QSim", numerics, .product(name: "Crypto", package: "swift-crypto")],
      path: "Tests/TestSupport"),
    .testTarget(name: "QuantumCoreTests", dependencies: ["QuantumCore", "QSim", "TestSupport"]),
    .testTarget(name: "CircuitFormatsTests", dependencies: ["CircuitFormats", "TestSupport"]),
    .testTarget(
      name: "DenseSimulationTests",
      dependencies: ["DenseSimulation", "CircuitFormats", "TestSupport", numerics]),
    .testTarget(
      name: "SparseSimulationTests",
      dependencies: [
        "SparseSimulation", "DenseSimulation", "CircuitFormats", "TestSupport", numerics,
      ]),
    .testTarget(
      name: "StabilizerSimulationTests",
      dependencies: ["StabilizerSimulation", "CircuitFormats", "TestSupport", numerics]),
    .testTarget(
      name: "ErrorCorrectionTests",
      dependencies: ["ErrorCorrection", "CircuitFormats", "QSim", "TestSupport"]),
    .testTarget(name: "QKDTests", dependencies: ["QKD", "QSim", "TestSupport", numerics]),
    .testTarget(
      name: "PostQuantumTests",
      dependencies: [
        "PostQuantum", "TestSupport", .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .testTarget(
      name: "PostQuantumNetworkTests",
      dependencies: [
        "PostQuantumNetwork", "TestSupport", .product(name: "NIOCore", package: "swift-nio"),
      ]),
    .testTarget(name: "ReportingTests", dependencies: ["Reporting", "TestSupport"]),
    .testTarget(name: "CLITests", dependencies: ["TestSupport"]),
    .testTarget(name: "ExampleTests", dependencies: ["QSim", "TestSupport"]),
    .testTarget(name: "QSimTests", dependencies: ["QSim", "PostQuantum", "TestSupport"]),
    .testTarget(name: "ProjectTests", dependencies: ["TestSupport"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx20
)
