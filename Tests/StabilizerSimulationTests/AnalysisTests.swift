import CircuitFormats
import Foundation
import QSim
import TestSupport
import Testing

import StabilizerSimulation

/// Compares the analysis tools with answers of Stim.
struct AnalysisTests {
  struct Answers: Decodable {
    let circuits: [CircuitAnswers]
    let models: [ModelAnswers]
  }
  struct CircuitAnswers: Decodable {
    struct Flow: Decodable {
      let flow: String
      let signed: Bool
      let unsigned: Bool
    }
    let stim: String
    let flattened: String
    let without_noise: String
    let inverse: String?
    let generators: [String]
    let flows: [Flow]
    let missing: Int
    let missing_of_unknown: Int
    let regions: [String]?
  }
  struct ModelAnswers: Decodable {
    let dem: String
    let ignoring: Int?
    let strict: Int?
  }

  static let answers: Answers = {
    let file = Repository.url("Tests/Fixtures/analysis/analysis.json")
    // A missing or broken fixture is a broken checkout.
    return try! JSONDecoder().decode(Answers.self, from: Data(contentsOf: file))
  }()

  static func circuit(_ text: String) throws -> Circuit { try StimParser.parse(Array(text.utf8)) }

  @Test func `transformed circuits are Stim's`() throws {
    for answer in Self.answers.circuits {
      let circuit = try Self.circuit(answer.stim)
      #expect(try StimWriter.write(circuit.flattened()) == answer.flattened)
      #expect(try StimWriter.write(circuit.withoutNoise()) == answer.without_noise)
      #expect((try? StimWriter.write(circuit.inverse())) == answer.inverse)
    }
  }

  @Test func `flow generators are Stim's`() throws {
    for answer in Self.answers.circuits {
      let generators = try Self.circuit(answer.stim).flowGenerators()
      #expect(generators.map(\.description) == answer.generators)
    }
  }

  @Test func `flows are had or not as Stim says`() throws {
    var seen: Set<[Bool]> = []
    for answer in Self.answers.circuits {
      let circuit = try Self.circuit(answer.stim)
      for row in answer.flows {
        let flow = try #require(StabilizerFlow(row.flow))
        #expect(flow.description == row.flow)
        #expect(try circuit.hasFlow(flow) == row.signed, "\(row.flow) of\n\(answer.stim)")
        #expect(try circuit.hasFlow(flow, unsigned: true) == row.unsigned)
        seen.insert([row.signed, row.unsigned])
      }
    }
    #expect(seen.count == 3)
  }

  @Test func `as many detectors are missing as Stim says, and none when they are added`() throws {
    for answer in Self.answers.circuits {
      for (isUnknown, count) in [(false, answer.missing), (true, answer.missing_of_unknown)] {
        let circuit = try Self.circuit(answer.stim)
        let missing = try circuit.missingDetectors(hasUnknownInput: isUnknown)
        #expect(missing.nodes().count == count)
        let whole = try Self.circuit(answer.stim + "\n" + StimWriter.write(missing))
        #expect(try whole.missingDetectors(hasUnknownInput: isUnknown).nodes().isEmpty)
      }
    }
  }

  @Test func `detecting regions are Stim's`() throws {
    var (accepted, refused) = (0, 0)
    for answer in Self.answers.circuits {
      let circuit = try Self.circuit(answer.stim)
      guard let expected = answer.regions else {
        #expect(throws: Diagnostic.self) { try circuit.detectingRegions() }
        refused += 1
        continue
      }
      let found = try circuit.detectingRegions().regions.flatMap { target, ticks in
        ticks.map { "\(target.isDetector ? "D" : "L")\(target.value) \($0) \($1)" }
      }
      #expect(found.sorted() == expected)
      accepted += 1
    }
    #expect(accepted > 10 && refused > 3)
  }

  @Test func `shortest graphlike errors are as short as Stim's`() throws {
    for answer in Self.answers.models {
      let model = try DEMReader.read(answer.dem)
      for (isIgnoring, size) in [(true, answer.ignoring), (false, answer.strict)] {
        let found = try? model.shortestGraphlikeError(isIgnoringOthers: isIgnoring)
        #expect(found.map { Int($0.errorCount) } == size, "\(answer.dem)")
        if let found { Self.expectUndetected(found) }
      }
    }
  }

  /// The errors together flip an observable and no detector.
  static func expectUndetected(_ model: DetectorErrorModel) {
    var flipped: Set<DetectorErrorModel.Target> = []
    model.forEachInstruction { step in
      for target in step.targets { flipped.formSymmetricDifference([target]) }
    }
    #expect(!flipped.isEmpty && flipped.allSatisfy(\.isObservable))
  }
}
