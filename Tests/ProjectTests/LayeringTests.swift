import Foundation
import TestSupport
import Testing

struct LayeringTests {
  /// What each module may import besides the C library.
  static let imports: [(module: String, allowed: Set<String>)] = [
    ("Catalogs", []),
    ("Documents", []),
    (
      "QuantumCore",
      ["Catalogs", "Documents", "CQSimKernels", "Numerics", "RealModule", "ComplexModule"]
    ),
    ("CircuitFormats", ["QuantumCore", "Numerics", "RealModule", "ComplexModule"]),
    (
      "DenseSimulation",
      ["QuantumCore", "CQSimKernels", "COpenBLAS", "Numerics", "RealModule", "ComplexModule"]
    ),
    ("SparseSimulation", ["QuantumCore", "DenseSimulation", "RealModule", "ComplexModule"]),
    ("StabilizerSimulation", ["QuantumCore", "CQSimKernels"]),
    ("ErrorCorrection", ["QuantumCore", "StabilizerSimulation"]),
    ("QKD", ["QuantumCore", "Numerics", "RealModule"]),
    (
      "QSim",
      [
        "QuantumCore", "CircuitFormats", "DenseSimulation", "SparseSimulation",
        "StabilizerSimulation", "ErrorCorrection", "QKD",
      ]
    ),
    ("PostQuantum", ["Catalogs", "Documents", "Crypto", "FoundationEssentials"]),
    ("Reporting", ["Documents"]),
    ("PostQuantumNetwork", ["PostQuantum", "Reporting", "NIOCore", "NIOPosix"]),
    (
      "QSimCLI",
      [
        "Catalogs", "QSim", "PostQuantum", "PostQuantumNetwork", "Reporting", "ArgumentParser",
        "Crypto", "Yams",
        // The parser within Yams, for events that Yams itself does not hand on.
        "CYaml",
      ]
    ),
  ]

  @Test(arguments: imports) func `a module imports only what stands below it`(
    module: String, allowed: Set<String>
  ) throws {
    let system: Set<String> = ["Glibc", "Musl", "Darwin", "Synchronization", "Dispatch"]
    let files = Repository.files(under: "Sources/\(module)", suffixes: [".swift"])
    #expect(!files.isEmpty)
    for file in files {
      for line in try Repository.text(file).split(separator: "\n") {
        guard
          let match = line.firstMatch(
            of:
              /^\s*(?:@\w+\s+|public\s+|package\s+|internal\s+)*import\s+(?:struct\s+|func\s+)?(\w+)/
          )
        else { continue }
        let name = String(match.1)
        #expect(allowed.contains(name) || system.contains(name), "\(file) imports \(name)")
      }
    }
  }

  @Test func `every module of Sources has its place`() throws {
    let buildTools = ["ExampleEmbedder", "ExampleEmbedding"]
    let known = Set(Self.imports.map(\.module) + ["CQSimKernels", "COpenBLAS"] + buildTools)
    let found = try FileManager.default.contentsOfDirectory(
      atPath: Repository.root.appendingPathComponent("Sources").path)
    #expect(Set(found) == known)
  }

  @Test func `intrinsics stay in the kernels`() throws {
    let sources = Repository.files(
      under: "Sources", suffixes: [".swift", ".c", ".cpp", ".h", ".hpp"])
    var kernelFiles = 0
    for file in sources {
      let text = try Repository.text(file)
      let isUsed =
        text.contains(/\b_mm(?:256|512)?_\w+\s*\(/)
        || text.contains(/#\s*include\s*<(?:imm|xmm|emm)intrin\.h>/)
        || text.contains(/__attribute__\s*\(\(\s*target/)
      if file.hasPrefix("Sources/CQSimKernels/") {
        kernelFiles += 1
      } else {
        #expect(!isUsed, "\(file) uses vector intrinsics")
      }
    }
    #expect(kernelFiles > 0)
  }

  @Test func `the package can be depended on by version`() throws {
    #expect(!(try Repository.text("Package.swift")).contains("unsafeFlags"))
  }

  @Test func `no file is too large to review`() throws {
    let files = Repository.files()
    #expect(files.count > 20)
    for file in files {
      let attributes = try FileManager.default.attributesOfItem(
        atPath: Repository.root.appendingPathComponent(file).path)
      let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
      #expect(size <= 1_500_000, "\(file) has \(size) bytes")
    }
  }
}
