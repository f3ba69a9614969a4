import Foundation
import QSim
import Testing

/// What a circuit must give, worked out by an independent program; see the PROVENANCE.md beside the
/// data.
public struct ExpectedDistribution: Decodable, Sendable, CustomTestStringConvertible {
  public let file: String
  public let language: String
  public let key_order: String?
  public let params: [String: Double]?
  /// Exact probabilities of the classical bits at the end.
  public let distribution: [String: Double]?
  /// Exact probabilities of basis states, for circuits without measurement.
  public let probabilities: [String: Double]?
  /// Probability of 1 for every record bit, where the distribution is too large to list.
  public let marginals: [Double]?

  public var testDescription: String { file }

  /// All entries of a JSON file in the repository.
  public static func load(_ path: String) throws -> [ExpectedDistribution] {
    try JSONDecoder().decode(
      [ExpectedDistribution].self, from: Data(contentsOf: Repository.url(path)))
  }
}

/// Files of the checkout the tests run in.
public enum Repository {
  public static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  public static func url(_ path: String) -> URL { root.appendingPathComponent(path) }
  /// The text of a file.
  public static func text(_ path: String) throws -> String {
    String(decoding: try bytes(path), as: UTF8.self)
  }
  public static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: url(path)))
  }
}

/// Compares counts with exact probabilities: a two-sided χ² test at `sigmas` standard deviations.
///
/// Outcomes of probability 0 must not occur at all; outcomes expected fewer than five times are
/// pooled. χ² is turned into a normal variable by the Wilson–Hilferty cube root, so that too good a
/// fit is noticed as well.
public func expectCounts(
  _ counts: [String: Int], match probabilities: [String: Double], within sigmas: Double = 5,
  _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  let shots = Double(counts.values.reduce(0, +))
  for (key, count) in counts where probabilities[key] == nil {
    let listed = probabilities.values.reduce(0, +)
    #expect(
      listed < 1 - 1e-6, "\(key) came up \(count) times but cannot", sourceLocation: sourceLocation)
  }
  var (statistic, cells) = (0.0, 0)
  var pooled = (expected: 0.0, seen: 0.0)
  func add(_ expected: Double, _ seen: Double) {
    statistic += (seen - expected) * (seen - expected) / expected
    cells += 1
  }
  for (key, probability) in probabilities {
    let (expected, seen) = (probability * shots, Double(counts[key] ?? 0))
    if expected >= 5 {
      add(expected, seen)
    } else {
      pooled.expected += expected
      pooled.seen += seen
    }
  }
  let unlisted = max(0, 1 - probabilities.values.reduce(0, +)) * shots
  pooled.expected += unlisted
  pooled.seen += Double(counts.filter { probabilities[$0.key] == nil }.values.reduce(0, +))
  if pooled.expected >= 5 {
    add(pooled.expected, pooled.seen)
  } else {
    let bound = pooled.expected + sigmas * (pooled.expected + 1).squareRoot() + sigmas
    #expect(pooled.seen <= bound, "rare outcomes came up too often", sourceLocation: sourceLocation)
  }
  guard cells > 1 else { return }
  let k = Double(cells - 1)
  let z = (pow(statistic / k, 1 / 3) - (1 - 2 / (9 * k))) / (2 / (9 * k)).squareRoot()
  #expect(
    abs(z) < sigmas, comment ?? "χ² = \(statistic) for \(k) degrees of freedom",
    sourceLocation: sourceLocation)
}
