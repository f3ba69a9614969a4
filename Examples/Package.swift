// swift-tools-version: 6.2
// A package of its own, as a user's is: what these programs use is what `import` gives.
import PackageDescription

/// A folder of this package with a program that prints what its expected.txt says.
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: name, exclude: ["expected.txt"])
}

let qsim: Target.Dependency = .product(name: "QSim", package: "QSim")

let package = Package(
  name: "Examples",
  dependencies: [
    .package(name: "QSim", path: ".."),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
  ],
  targets: [
    program("BellPair", [qsim]),
    program("VariationalIsing", [qsim, .product(name: "Numerics", package: "swift-numerics")]),
    program("SurfaceCodeMemory", [qsim]),
    program("OwnDecoder", [qsim]),
    program("OwnCode", [qsim]),
    program("OwnNoise", [qsim]),
    program("OwnProtocol", [qsim]),
    program("OwnEngine", [qsim]),
    program("FrameChannel", [.product(name: "PostQuantum", package: "QSim")]),
  ],
  swiftLanguageModes: [.v6]
)
