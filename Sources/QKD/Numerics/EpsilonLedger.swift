import QuantumCore

/// What an ε measures. Numbers of different definitions do not add up.
public enum EpsilonDefinition: String, Sendable, Hashable, CaseIterable {
  /// Half the trace norm to an ideal key: composable ([Portmann22]).
  case traceDistance = "trace-distance"
  /// The probability that an estimate misses, or that two keys differ unnoticed.
  case failureProbability = "failure-probability"
  /// The radius of a smooth entropy, in purified distance.
  case purifiedDistance = "purified-distance"
  /// The largest mutual information in bits: not composable.
  case mutualInformation = "mutual-information"

  /// Whether a sum of both is a statement about the composed system.
  ///
  /// A failure probability bounds the trace distance it causes, so these two add up to a trace
  /// distance. Nothing else mixes.
  func adds(to other: EpsilonDefinition) -> EpsilonDefinition? {
    if self == other { return self == .purifiedDistance || self == .mutualInformation ? nil : self }
    let pair: Set = [self, other]
    return pair == [.traceDistance, .failureProbability] ? .traceDistance : nil
  }
}

/// The account of everything that may go wrong in a session: ε_total = ε_cor + ε_sec + rounds ·
/// ε_auth.
///
///     var ledger = EpsilonLedger()
///     try ledger.add("correctness", 1e-15, as: .failureProbability)
///     try ledger.add("secrecy", 1e-9, as: .traceDistance)
///     ledger.total        // 1.000001e-9
public struct EpsilonLedger: Sendable, Hashable {
  /// One thing that may go wrong.
  public struct Entry: Sendable, Hashable {
    /// What may go wrong, in words.
    public let name: String
    /// The ε of one occurrence.
    public let epsilon: Double
    /// What `epsilon` measures.
    public let definition: EpsilonDefinition
    /// How often it may go wrong.
    public let count: Int
  }

  /// The entries in the order in which they were added.
  public private(set) var entries: [Entry] = []
  /// What the total measures; `nil` while the ledger is empty.
  public private(set) var definition: EpsilonDefinition?

  /// A ledger without entries.
  public init() {}

  /// The sum over all entries, at most 1.
  public var total: Double {
    min(1, entries.reduce(0) { $0 + $1.epsilon * Double($1.count) })
  }

  /// Adds what may go wrong `count` times.
  ///
  /// - Throws: a `Diagnostic` if ε is not in 0…1, or measures something that does not add to what
  ///   is there. Purified distances and informations add to nothing, not even to each other:
  ///   convert them first.
  public mutating func add(
    _ name: String, _ epsilon: Double, as definition: EpsilonDefinition, count: Int = 1
  ) throws(Diagnostic) {
    guard epsilon >= 0, epsilon <= 1, count >= 0 else {
      throw Diagnostic("epsilon '\(name)' is in 0...1, not \(epsilon)", code: "range")
    }
    if let present = self.definition {
      guard let sum = present.adds(to: definition) else {
        throw Diagnostic(
          "epsilon '\(name)' is a \(definition.rawValue) and cannot be added to a \(present.rawValue)",
          code: "incompatible-epsilon", hint: "convert it to a trace distance first")
      }
      self.definition = sum
    } else {
      self.definition = definition
    }
    entries.append(Entry(name: name, epsilon: epsilon, definition: definition, count: count))
  }
}
